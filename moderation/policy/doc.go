// Package policy turns config.yaml into an immutable Policy, or into diagnostics that say
// what is wrong, where, and what to write instead.
package policy
