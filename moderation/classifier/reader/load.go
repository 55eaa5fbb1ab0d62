package reader

import (
	"fmt"
	"os"
)

// Load reads a model from a file that package training wrote; "" is the embedded one.
func Load(path string) (*Model, error) {
	if path == "" {
		return Embedded()
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}
