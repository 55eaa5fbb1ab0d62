package embedded_test

import (
	"testing"

	"parley/moderation/ledger"
	"parley/moderation/ledger/embedded"
	"parley/moderation/ledger/ledgertest"
)

func TestTheEmbeddedLedgerKeepsTheContract(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) func() ledger.Store {
		dir := t.TempDir()
		return func() ledger.Store { return open(t, dir) }
	})
}

func open(t testing.TB, dir string) *embedded.Store {
	t.Helper()
	s, err := embedded.Open(t.Context(), dir, embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
