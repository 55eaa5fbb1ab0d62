// Package reader is the classifier inside the binary: a small model that reads a comment
// and says how likely it is to be abusive, in microseconds and without a network.
//
// Reading happens in two stages. The first scores word and phrase features with a linear
// model; it settles what is plainly clean. The second is two small convolutional networks
// over word vectors that see order: who is talked about, what is said of them, whether it
// is negated, quoted or asked. What all say is combined and calibrated, so that a score
// of 0.7 means that about seven in ten such comments are abusive.
//
// The weights live in model.bin, written by package training. The file holds hashes of
// words, never the words themselves.
package reader
