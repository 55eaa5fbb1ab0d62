// Package consequence says what follows from a verdict and from a moderator's decision:
// which case is written, whether a strike is added and how long it counts, which step of
// the ladder is reached, what is done on the platform and what people are told.
//
// Everything here is a pure function of its arguments. Nothing is carried out; the result
// is handed to the ledger, which writes it in one piece.
package consequence
