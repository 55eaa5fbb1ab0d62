package policy

import "parley/moderation/policy/document"

// Schema is the JSON Schema of a configuration file, made from the types that read it.
func Schema() ([]byte, error) {
	return document.Schema(file{}, "Parley configuration")
}
