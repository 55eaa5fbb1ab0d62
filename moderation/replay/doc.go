// Package replay judges comments of the past by two policies and says what would change:
// what would newly be flagged, no longer be flagged, and by which rules.
//
// Everything that a rule may ask about the past (rates, duplicates, strikes …) is worked out
// again from the comments alone, in the order of their own time and for each policy by
// itself, with the code by which the ledger counts. Input is streamed: what is held is a few
// hundred comments, what the rules' windows cover, and a few numbers for each author.
//
// A replay knows nothing of who joined, asks no remote model, and carries nothing out. The
// hourly cap of automatic actions is not applied: the report is about what rules say.
package replay
