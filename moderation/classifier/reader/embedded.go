package reader

import (
	_ "embed"
	"fmt"
)

//go:embed model.bin
var modelFile []byte

// Embedded parses the model that is part of the binary. The caller keeps it; each call
// parses anew.
func Embedded() (*Model, error) {
	m, err := parse(modelFile)
	if err != nil {
		return nil, fmt.Errorf("the model inside this binary: %w", err)
	}
	return m, nil
}
