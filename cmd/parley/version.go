package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"parley/moderation/classifier/reader"
)

type versionCommand struct{}

// Run prints what somebody who reports a bug is asked for.
func (versionCommand) Run(s streams) error {
	version, revision := "(devel)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			version = info.Main.Version
		}
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				revision = setting.Value
			}
		}
	}
	model, err := reader.Embedded()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "parley %s", version)
	if revision != "" {
		fmt.Fprintf(s.out, " (%.12s)", revision)
	}
	fmt.Fprintf(s.out, "\nmodel  %s %s\n%s  %s/%s\n", model.Name(), model.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
