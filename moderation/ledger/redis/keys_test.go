package redis_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"parley/moderation/ledger/ledgertest"
)

// TestEveryKeyIsDocumentedAndHasTheLifetimeThatIsSaid runs the whole contract and looks at
// every key that it has left.
func TestEveryKeyIsDocumentedAndHasTheLifetimeThatIsSaid(t *testing.T) {
	address := ledgertest.Redis(t)
	ledgertest.Run(t, at(address))
	s := open(t, address)
	defer s.Close()
	observe(t, s, 0)
	c := client(t, address)
	table := documented(t)
	names, err := c.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	met := make(map[*row]bool)
	for _, name := range names {
		r := find(table, name)
		if r == nil {
			t.Errorf("key %s is not in the table of doc.go", name)
			continue
		}
		met[r] = true
		kind, err := c.Type(t.Context(), name).Result()
		if err != nil {
			t.Fatal(err)
		}
		ttl, err := c.PTTL(t.Context(), name).Result()
		if err != nil {
			t.Fatal(err)
		}
		if kind == "none" || ttl == -2 { // its life has ended meanwhile
			continue
		}
		if kind != r.kind {
			t.Errorf("key %s is a %s, the table says %s", name, kind, r.kind)
		}
		if endless := ttl == -1; endless && !r.mayBeEndless {
			t.Errorf("key %s lives for ever, the table gives it an end", name)
		}
	}
	for i := range table {
		if !met[&table[i]] {
			t.Errorf("the contract never wrote %s, which the table lists", table[i].pattern)
		}
	}
	if len(names) < len(table) {
		t.Errorf("only %d keys were looked at", len(names))
	}
}

// row is a line of the table in doc.go.
type row struct {
	pattern      string
	name         *regexp.Regexp
	kind         string
	mayBeEndless bool
}

// documented reads the table of keys in the package's documentation.
func documented(t *testing.T) []row {
	t.Helper()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, lines, found := strings.Cut(string(doc), "//\tkey ")
	if !found {
		t.Fatal("doc.go has no table of keys")
	}
	var table []row
	for _, line := range strings.Split(lines, "\n")[1:] {
		line, isTable := strings.CutPrefix(line, "//\t")
		if !isTable {
			break
		}
		fields := regexp.MustCompile(`\s{2,}`).Split(line, 4)
		if fields[0] == "" { // goes on from the line above
			continue
		}
		name := regexp.MustCompile(`<[a-z]+>`).ReplaceAllString(regexp.QuoteMeta(fields[0]), `.*`)
		table = append(table, row{
			pattern: fields[0], name: regexp.MustCompile(`^parley:\{.+\}:` + name + `$`), kind: fields[1],
			mayBeEndless: strings.Contains(fields[2], "none"),
		})
	}
	return table
}

// find returns the row with the longest pattern that a key fits.
func find(table []row, key string) *row {
	var best *row
	for i := range table {
		if table[i].name.MatchString(key) && (best == nil || len(table[i].pattern) > len(best.pattern)) {
			best = &table[i]
		}
	}
	return best
}
