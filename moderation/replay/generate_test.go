package replay

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/moderation"
)

// words are what synthetic comments are made of. The last few are what default rules look at.
var words = strings.Fields(`the a of to in and is was that it for on with they we you not this have are his her
 government article people think never always vote money city police court house school teacher doctor hospital bridge
 river train price market winter summer journalist editor reader paper story source truth question answer problem budget
 minister council committee report figure number percent million year month week night morning neighbour family child
 read wrote said asked thought knew wanted paid built closed opened lost won failed promised reported denied explained
 good bad old young late early cheap dear honest strange serious careful wrong right sure true sad glad angry tired
 really quite rather simply only even again still maybe because although where when how why nobody somebody everyone
 idiot fool liar rubbish shut`)

// synthetic writes n comments as the bot would keep them: a busy community over n seconds,
// with a few loud people, replies, links, copies and shouting.
func synthetic(tb testing.TB, n int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "synthetic.jsonl")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	encode := json.NewEncoder(w)
	r := rand.New(rand.NewPCG(7, 11))
	for i := range n {
		c := syntheticComment(r, i)
		if err := encode.Encode(&c); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func syntheticComment(r *rand.Rand, i int) moderation.Comment {
	author := r.IntN(2 + r.IntN(20_000)) // small numbers far more often
	story := i/300 + r.IntN(5)
	c := moderation.Comment{
		ID: fmt.Sprint(1_400_000_000_000_000_000 + i), Time: epoch.Add(time.Duration(i) * time.Second),
		Guild: "1", Channel: moderation.Channel{ID: fmt.Sprint(story % 7), Name: "news"},
		Author: moderation.Author{
			ID: fmt.Sprint("author ", author), Name: fmt.Sprint("reader", author),
			Created: epoch.AddDate(-1, 0, -author%300), Joined: epoch.AddDate(0, -1, 0),
		},
		Article: moderation.Article{
			ID: fmt.Sprint("story ", story), Title: sentence(rand.New(rand.NewPCG(1, uint64(story))), 8),
			Summary: sentence(rand.New(rand.NewPCG(2, uint64(story))), 24),
		},
		Text: sentence(r, 4+r.IntN(24)),
	}
	switch r.IntN(25) {
	case 0:
		c.Text = strings.ToUpper(c.Text)
	case 1:
		c.Text += " https://example.org/" + fmt.Sprint(i)
	case 2:
		c.Text = "buy my book about gardens, it is cheap this week"
	case 3, 4, 5, 6, 7:
		c.Parent = moderation.Parent{ID: fmt.Sprint(i - 1), AuthorID: fmt.Sprint("author ", r.IntN(50)), Text: sentence(r, 12)}
	}
	return c
}

func sentence(r *rand.Rand, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(words[r.IntN(len(words))])
	}
	return b.String()
}
