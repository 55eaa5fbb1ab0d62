package bench

import (
	_ "embed"
	"math/rand/v2"
	"strings"

	"parley/bot/discord/discordtest"
	"parley/moderation"
)

// words are what the comments are made of: ordinary ones, many enough that no two comments
// come out alike.
//
//go:embed words.txt
var words string

// Lengths of a comment, in words; their mean is about that of real news threads.
const (
	shortest = 6
	longest  = 40
)

// foulEvery is how many comments there are for one that a rule takes down. At the rates of a
// benchmark that is several people to act on in a second, about what Discord lets a bot delete
// in one channel.
const foulEvery = 1000

// stream makes n comments by members in turn, the same for a seed and a policy. Every
// foulEvery-th is abusive unless cleanOnly; the others are clean, which means that the policy
// has nothing against them.
func (b *bench) stream(seed uint64, n int, cleanOnly bool) []discordtest.FloodComment {
	random := rand.New(rand.NewPCG(seed, 0))
	vocabulary := strings.Fields(words)
	comments := make([]discordtest.FloodComment, n)
	for i := range comments {
		text := sentence(random, vocabulary)
		for b.judge.Judge(&moderation.Comment{Text: text}, nil).Action != moderation.Allow {
			text = sentence(random, vocabulary)
		}
		if !cleanOnly && i%foulEvery == foulEvery-1 {
			text += " and I will kill you"
		}
		comments[i] = discordtest.FloodComment{Author: b.members[i%len(b.members)], Text: text}
	}
	return comments
}

func sentence(random *rand.Rand, vocabulary []string) string {
	n := shortest + random.IntN(longest-shortest+1)
	said := make([]string, n)
	for i := range said {
		said[i] = vocabulary[random.IntN(len(vocabulary))]
	}
	return strings.Join(said, " ") + "."
}
