// Package moderation is Parley's vocabulary: what a comment, an article, a verdict, a
// strike and a case are. It holds plain values and the small decisions that need nothing
// but them; it knows no platform, no store and no model.
//
// The packages below it each do one thing: text (views of a comment), rule (matchers),
// classifier (models), policy (config.yaml made executable), engine (the one path from
// comment to verdict) and ledger (everything remembered).
package moderation
