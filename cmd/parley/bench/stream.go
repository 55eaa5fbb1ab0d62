package bench

import (
	"fmt"

	"parley/bot/discord/discordtest"
)

// Parts of sentences. Every combination is a harmless comment, no two are alike.
var (
	openers  = []string{"I think that", "Honestly,", "My neighbour says", "As somebody from the region:", "Nobody mentions that", "It is hard to believe that", "In my experience", "For the record,"}
	subjects = []string{"the new tram line", "the school budget", "this ministry", "the harbour project", "our local paper", "the election board", "that hospital", "the fire service", "the court", "the weather office"}
	verbs    = []string{"has promised", "will need", "never explained", "quietly dropped", "finally published", "keeps postponing", "should have checked", "cannot afford"}
	objects  = []string{"the report on last winter", "three hundred new jobs", "a second opinion from engineers", "what the survey found", "the repairs in the old town", "any plan for the summer", "the figures for small towns"}
	closers  = []string{"", " What do you think?", " I would like to see numbers.", " Thanks for the article.", " That is all I know.", " We will see."}
)

// clean is the nth harmless comment.
func clean(n int) string {
	pick := func(from []string) string {
		word := from[n%len(from)]
		n /= len(from)
		return word
	}
	// The two longest lists first, so that neighbours differ in several places.
	subject, opener, verb, object, closer := pick(subjects), pick(openers), pick(verbs), pick(objects), pick(closers)
	return fmt.Sprintf("%s %s %s %s.%s", opener, subject, verb, object, closer)
}

// foul is the nth comment that is taken down by a rule.
func foul(n int) string {
	return fmt.Sprintf("%s %s, and I will kill you, that is a promise", openers[n%len(openers)], subjects[n/len(openers)%len(subjects)])
}

// one in foulEvery comments is abusive, about what a heated thread has.
const foulEvery = 50

// stream makes n comments; with every foulEvery-th of them abusive unless cleanOnly.
func stream(members []*discordtest.Member, n int, cleanOnly bool) []discordtest.FloodComment {
	comments := make([]discordtest.FloodComment, n)
	for i := range comments {
		text := clean(i)
		if !cleanOnly && i%foulEvery == foulEvery-1 {
			text = foul(i)
		}
		comments[i] = discordtest.FloodComment{Author: members[i%len(members)], Text: text}
	}
	return comments
}
