// Package engine is the one path from a comment to a verdict. It reads the comment once
// (views, fingerprints, quotations), asks the policy's rules and the embedded classifier,
// adds up what they say, and names an action. It has no side effects: the same comment,
// policy and observation give the same verdict.
//
// The usual way is two steps, with the ledger between them:
//
//	reading := e.Read(&comment)
//	observation, err := ledger.Observe(ctx, reading.Sighting())
//	verdict := reading.Judge(&observation)
//	reading.Release()
package engine
