package main

import (
	"fmt"

	"parley/moderation/policy"
)

type schemaCommand struct{}

// Run prints the schema that editors use for completion.
func (schemaCommand) Run(s streams) error {
	schema, err := policy.Schema()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s\n", schema)
	return err
}
