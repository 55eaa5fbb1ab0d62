package evaluation

import (
	_ "embed"
	"strings"
	"unicode"
)

//go:embed identities.txt
var identityList string

// identities finds the names of groups of people in comments.
type identities struct{ known map[string]bool }

func newIdentities() identities {
	known := map[string]bool{}
	for _, word := range strings.Fields(identityList) {
		known[word] = true
	}
	return identities{known}
}

// of lists the groups that a row is about: those it says it is about, otherwise those that
// its words name, each once.
func (ids identities) of(row Row) []string {
	if row.Identity != "" {
		return []string{row.Identity}
	}
	var found []string
	seen := map[string]bool{}
	for _, word := range strings.FieldsFunc(strings.ToLower(row.Text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if ids.known[word] && !seen[word] {
			seen[word] = true
			found = append(found, word)
		}
	}
	return found
}
