package main

import (
	"io"

	"parley/moderation/classifier/evaluation"
	"parley/moderation/classifier/reader"
	"parley/moderation/classifier/training"
)

// writeCard writes the model card from what is known of the model and what was measured.
func writeCard(w io.Writer, model *reader.Model, reports []evaluation.Report) error {
	card := evaluation.Card{Name: model.Name(), Version: model.Version(), Reports: reports}
	for _, c := range training.Credits() {
		card.Sources = append(card.Sources, evaluation.Source(c))
	}
	return evaluation.WriteCard(w, card)
}
