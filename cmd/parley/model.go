package main

import "parley/moderation/classifier/reader"

// embeddedModel is what people write for the model inside the program.
const embeddedModel = "embedded"

// readModel reads a model made by parley train, or the embedded one.
func readModel(file string) (*reader.Model, error) {
	if file == embeddedModel {
		file = ""
	}
	return reader.Load(file)
}
