package bench

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strings"

	"parley/bot/discord/discordtest"
	"parley/moderation"
	"parley/moderation/classifier/reader"
	"parley/moderation/engine"
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

// streams are the comments of every stage. All are written before anything is measured.
type streams struct {
	full  []discordtest.FloodComment // for the floor and flat out
	clean []discordtest.FloodComment // flat out
	half  []discordtest.FloodComment // at half load
	own   []discordtest.FloodComment // at half load, for the bot in its own process
}

func (b *bench) writeStreams() (streams, error) {
	p, found := b.Bot.Load()
	if err := found.Err(); err != nil {
		return streams{}, err
	}
	model, err := reader.Embedded()
	if err != nil {
		return streams{}, fmt.Errorf("load the embedded classifier: %w", err)
	}
	w := writer{judge: engine.New(p, model), vocabulary: strings.Fields(words)}
	for i := range max(authors, b.Comments) {
		w.members = append(w.members, b.channel.Guild.NewMember(fmt.Sprintf("member-%d", i)))
	}
	n := b.Comments
	return streams{full: w.write(1, n, false), clean: w.write(2, n, true), half: w.write(3, n, false), own: w.write(4, n, false)}, nil
}

// writer writes streams.
type writer struct {
	judge      *engine.Engine // tells what is clean
	members    []*discordtest.Member
	vocabulary []string
}

// write makes n comments by members in turn, the same for a seed and a policy. Every
// foulEvery-th is abusive unless cleanOnly; the others are clean, which means that the policy
// has nothing against them.
func (w *writer) write(seed uint64, n int, cleanOnly bool) []discordtest.FloodComment {
	random := rand.New(rand.NewPCG(seed, 0))
	comments := make([]discordtest.FloodComment, n)
	for i := range comments {
		text := sentence(random, w.vocabulary)
		for w.judge.Judge(&moderation.Comment{Text: text}, nil).Action != moderation.Allow {
			text = sentence(random, w.vocabulary)
		}
		if !cleanOnly && i%foulEvery == foulEvery-1 {
			text += " and I will kill you"
		}
		comments[i] = discordtest.FloodComment{Author: w.members[i%len(w.members)], Text: text}
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
