// Package change edits a policy's source the way a moderator's command does. What people
// wrote stays as it is: the change is laid over it, so that it can be read and undone.
package change

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"
)

const (
	main    = "config.yaml"     // the name of the first file in an archived source
	written = "as-written.yaml" // the name that the file which people wrote is kept under
	heading = "# Rules switched by a command. The policy as people wrote it is in " + written + ".\n"
)

// overlay is the file that is laid over the one that people wrote.
type overlay struct {
	Include     []string          `yaml:"include"`
	ChangeRules map[string]string `yaml:"change_rules"`
}

// Mode returns a policy's source (policy.Policy.Source) with one rule switched on, to
// shadow or off wherever no override says otherwise. Whether there is such a rule and such
// a mode is found out by parsing the result.
func Mode(source []byte, rule, mode string) ([]byte, error) {
	archive := &txtar.Archive{Files: []txtar.File{{Name: main, Data: source}}}
	if bytes.HasPrefix(source, []byte("-- "+main+" --\n")) {
		archive = txtar.Parse(source)
	}
	over := overlay{Include: []string{written}}
	if isSwitched(archive) {
		if err := yaml.Unmarshal(archive.Files[0].Data, &over); err != nil {
			return nil, fmt.Errorf("switch rule %q: the rules switched before cannot be read: %w", rule, err)
		}
	} else {
		asWritten := txtar.File{Name: written, Data: archive.Files[0].Data}
		archive.Files = append([]txtar.File{{Name: main}, asWritten}, archive.Files[1:]...)
	}
	if over.ChangeRules == nil {
		over.ChangeRules = make(map[string]string)
	}
	over.ChangeRules[rule] = mode
	text, err := yaml.Marshal(over)
	if err != nil {
		return nil, fmt.Errorf("switch rule %q to %q: %w", rule, mode, err)
	}
	archive.Files[0].Data = append([]byte(heading), text...)
	return txtar.Format(archive), nil
}

// isSwitched reports whether a source has been changed by Mode before.
func isSwitched(a *txtar.Archive) bool {
	for _, f := range a.Files {
		if f.Name == written {
			return true
		}
	}
	return false
}
