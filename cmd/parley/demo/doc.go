// Package demo plays a community on the stand-in for Discord while the real bot moderates
// it, and shows what happens as it happens.
package demo
