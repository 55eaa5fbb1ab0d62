package main

import (
	"fmt"
	"os"

	"parley/moderation/classifier/reader"
)

// embeddedModel is what people write for the model inside the program.
const embeddedModel = "embedded"

// readModel reads a model made by parley train, or the embedded one.
func readModel(file string) (*reader.Model, error) {
	if file == "" || file == embeddedModel {
		return reader.Embedded()
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open the model: %w", err)
	}
	defer f.Close()
	model, err := reader.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return model, nil
}
