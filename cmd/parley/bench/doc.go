// Package bench measures the whole bot from gateway frame to verdict and to effect, against
// the stand-in for Discord on this machine, beside the floor: a bare discordgo client whose
// handler does nothing, on the same stream in the same run; and at half load, since most of the
// work on a frame is the library's.
//
// Throughput, latency and allocations are taken in one process with the stand-in, whose
// cost is in the floor as well. Memory and start-up time are taken from a bot in a process
// of its own.
package bench
