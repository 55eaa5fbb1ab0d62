// Package classifier says what a model that scores comments looks like to the rest of
// Parley. Implementations live beside it: reader (embedded in the binary) and openai
// (remote).
package classifier

import (
	"parley/moderation"
)

// Input is what a classifier may look at: the words and their context, never who wrote them.
type Input struct {
	Text    string // the comment as written
	Title   string // the article's title, "" when unknown
	Summary string // the article's summary, "" when unknown
	Parent  string // the comment replied to, "" when there is none
}

// Evidence is a stretch of the comment that moved a score.
type Evidence struct {
	Category moderation.Category
	Span     moderation.Span // in Input.Text
	Weight   float64         // by how much the probability fell when the stretch was hidden; may be negative
}

// Result is what a classifier says of one comment. The zero value says nothing.
type Result struct {
	Scores   moderation.Scores // calibrated probabilities in [0,1]
	Known    moderation.Set    // the categories it speaks about; a category outside is unknown, not zero
	Unknown  string            // why it says nothing ("language"), "" when it spoke
	Evidence []Evidence        // strongest first
}
