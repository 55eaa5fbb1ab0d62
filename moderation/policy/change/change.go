// Package change lays the rules that one community switched by command over a policy's
// source, and takes them off again. What people wrote stays as it is.
package change

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"
)

const (
	main    = "config.yaml"            // the name of the first file in an archived source
	written = "as-written/config.yaml" // the name that the file which people wrote is kept under
	heading = "# Rules switched by command. The policy as people wrote it is in " + written + ".\n"
)

// overlay is the file that is laid over the one that people wrote.
type overlay struct {
	Include   []string   `yaml:"include"`
	Overrides []override `yaml:"overrides"`
}

type override struct {
	For struct {
		Guild []string `yaml:"guild"`
	} `yaml:"for"`
	ChangeRules map[string]string `yaml:"change_rules"`
}

// Lay returns a policy's source (policy.Policy.Source) with rules switched "on", to
// "shadow" or "off" in one community, whatever the policy says for parts of it. Modes are by
// rule; those that were laid over the source before are replaced. Whether there are such
// rules and modes is found out by parsing the result.
func Lay(source []byte, guild string, modes map[string]string) ([]byte, error) {
	base, _, err := Lift(source)
	if err != nil || len(modes) == 0 {
		return base, err
	}
	var own override
	own.For.Guild, own.ChangeRules = []string{guild}, modes
	text, err := yaml.Marshal(overlay{Include: []string{written}, Overrides: []override{own}})
	if err != nil {
		return nil, fmt.Errorf("lay switched rules over the policy: %w", err)
	}
	archive := open(base)
	files := []txtar.File{{Name: main, Data: append([]byte(heading), text...)}, {Name: written, Data: archive.Files[0].Data}}
	return txtar.Format(&txtar.Archive{Files: append(files, archive.Files[1:]...)}), nil
}

// Lift takes off what Lay has laid over a source. Of a source that nothing was laid over it
// returns the same, and no modes.
func Lift(source []byte) (base []byte, modes map[string]string, err error) {
	archive := open(source)
	if len(archive.Files) < 2 || archive.Files[1].Name != written || !bytes.HasPrefix(archive.Files[0].Data, []byte(heading)) {
		return source, nil, nil
	}
	var over overlay
	if err := yaml.Unmarshal(archive.Files[0].Data, &over); err != nil {
		return nil, nil, fmt.Errorf("read the rules switched before: %w", err)
	}
	for _, o := range over.Overrides {
		modes = o.ChangeRules
	}
	files := archive.Files[1:]
	files[0].Name = main
	if len(files) == 1 {
		return files[0].Data, modes, nil
	}
	return txtar.Format(&txtar.Archive{Files: files}), modes, nil
}

// Same reports whether two sources say the same. A source that was laid over once ends in
// a line break, also where the file it was read from did not.
func Same(a, b []byte) bool {
	return bytes.Equal(bytes.TrimRight(a, "\n"), bytes.TrimRight(b, "\n"))
}

func open(source []byte) *txtar.Archive {
	if bytes.HasPrefix(source, []byte("-- "+main+" --\n")) {
		return txtar.Parse(source)
	}
	return &txtar.Archive{Files: []txtar.File{{Name: main, Data: source}}}
}
