package open_test

import (
	"testing"

	"parley/moderation/ledger/ledgertest"
	"parley/moderation/ledger/open"
)

func TestWithoutRedisTheLedgerIsAFile(t *testing.T) {
	chosen(t, open.Options{DataDir: t.TempDir()}, "embedded")
}

func TestWithRedisTheDataDirectoryIsNotUsed(t *testing.T) {
	chosen(t, open.Options{RedisURL: ledgertest.Redis(t), DataDir: "/dev/null/nowhere"}, "redis")
}

func TestWithNeitherThereIsNoLedger(t *testing.T) {
	if store, err := open.Ledger(t.Context(), open.Options{}); err == nil || store != nil {
		t.Errorf("opened %v, %v", store, err)
	}
}

func TestALedgerThatCannotBeOpenedIsNil(t *testing.T) {
	for _, o := range []open.Options{{RedisURL: "redis://127.0.0.1:1"}, {DataDir: "/dev/null/nowhere"}} {
		if store, err := open.Ledger(t.Context(), o); err == nil || store != nil {
			t.Errorf("%+v opened %v, %v", o, store, err)
		}
	}
}

func chosen(t *testing.T, o open.Options, want string) {
	t.Helper()
	store, err := open.Ledger(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if store.Name() != want {
		t.Errorf("%+v opened %s, want %s", o, store.Name(), want)
	}
}
