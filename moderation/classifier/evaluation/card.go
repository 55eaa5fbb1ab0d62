package evaluation

import (
	_ "embed"
	"fmt"
	"io"
	"text/template"
)

//go:embed card.md.tmpl
var cardText string

// Card is what a model card says.
type Card struct {
	Name, Version string
	Sources       []Source
	Reports       []Report
}

// Source credits something that a model was made from.
type Source struct {
	Name    string
	Authors string
	License string
	Use     string // which part, read how
}

// WriteCard writes a model card in Markdown.
func WriteCard(w io.Writer, c Card) error {
	t, err := template.New("card").Funcs(template.FuncMap{
		"percent": percent,
		"worst": func(all []Slice) []Slice {
			var counted []Slice
			for _, s := range all {
				if s.Clean >= fewest {
					counted = append(counted, s)
				}
			}
			return counted[:min(shown, len(counted))]
		},
	}).Parse(cardText)
	if err != nil {
		return fmt.Errorf("model card: %w", err)
	}
	return t.Execute(w, c)
}

// fewest is how many clean rows a group needs before its rate is worth a line in the card.
const fewest = 20
