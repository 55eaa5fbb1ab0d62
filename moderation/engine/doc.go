// Package engine is the one path from a comment to a verdict. It reads the comment once
// (views, fingerprints, quotations), asks the policy's rules and the embedded classifier,
// adds up what they say, and names an action. It has no side effects.
package engine
