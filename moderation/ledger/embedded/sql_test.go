package embedded_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"parley/moderation/ledger/embedded"
)

// execute changes a closed database behind the ledger's back.
func execute(t *testing.T, dir, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, embedded.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}
