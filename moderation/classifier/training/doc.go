// Package training makes the models that package reader runs: it learns a new one from the
// public data sets and from sentences that it generates itself, or adapts one to the
// decisions of a community's moderators. The bot does not need it; parley train does.
//
// A tenth of all rows, by groups, is never learned from: calibration and every measure in
// a Report come from these. What was tried, and what it taught, is in README.md.
package training
