package policy

import (
	"embed"
	"io/fs"
	"path"
	"strings"

	"parley/moderation/policy/document"
)

// builtins are the default policy and the word lists that come with Parley.
//
//go:embed default.yaml lists
var builtins embed.FS

// readBuiltin returns a file that comes with Parley, such as "default" or "slurs".
func readBuiltin(name string) ([]byte, error) {
	if name == "default" {
		return builtins.ReadFile("default.yaml")
	}
	if strings.ContainsAny(name, `/\`) {
		return nil, fs.ErrNotExist
	}
	return builtins.ReadFile("lists/" + name + ".txt")
}

// builtinNames lists what may follow "builtin:" where a list is wanted.
func builtinNames() []string {
	entries, err := builtins.ReadDir("lists")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, builtin+strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	return names
}

func builtinHint(name string) string {
	if !strings.HasPrefix(name, builtin) {
		return ""
	}
	return document.DidYouMean(name, append(builtinNames(), builtin+"default"))
}

// Default is the policy that comes with Parley and holds where nobody wrote another.
func Default() (*Policy, Diagnostics) {
	return Parse("the built-in policy", []byte("include: [builtin:default]\n"), nil)
}
