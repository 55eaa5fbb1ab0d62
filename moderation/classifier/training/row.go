package training

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"parley/moderation/classifier"
	"parley/moderation/classifier/reader"
)

// Row is one labelled comment.
type Row struct {
	classifier.Input
	Source  string    // the data set it comes from
	Group   string    // rows of one group stay in one split
	Targets Targets   // what each head should say
	Trust   TrustList // how much each target counts; 0 says nothing about that head
}

// Targets holds a probability for every head, in the order of reader.Heads.
type Targets [reader.NumHeads]float32

// TrustList holds a weight for every head, in the order of reader.Heads.
type TrustList [reader.NumHeads]float32

// The heads by their place in reader.Heads.
const (
	toxicity = iota
	insult
	identityAttack
	threat
	obscene
	sexual
	spam
)

// say sets one head's target and how much to trust it.
func (r *Row) say(head int, target, trust float32) {
	r.Targets[head], r.Trust[head] = target, trust
}

// sayClean says that nothing abusive is in the row.
func (r *Row) sayClean(trust float32) {
	for h := toxicity; h <= sexual; h++ {
		r.say(h, 0, trust)
	}
}

// isWeak reports whether no head trusts the row much.
func (r *Row) isWeak() bool {
	for _, trust := range r.Trust {
		if trust >= 0.5 {
			return false
		}
	}
	return true
}

// isCrafted reports whether people wrote the row to mislead a classifier.
func (r *Row) isCrafted() bool { return r.Source == "hatemoji_build" || r.Source == "toxigen_seeds" }

// record is a line of a data file, see the data folder's README.
type record struct {
	ID          string          `json:"id"`
	Text        string          `json:"text"`
	Label       *int            `json:"label"`
	Score       *float64        `json:"score"`
	Category    string          `json:"category"`
	Context     string          `json:"context"`
	Group       string          `json:"group"`
	Perspective *float64        `json:"perspective"`
	Title       string          `json:"title"`
	Summary     string          `json:"summary"`
	Parent      string          `json:"parent"`
	Article     *articleContext `json:"article"`
}

type articleContext struct {
	Title   string `json:"title"`
	Summary string `json:"summary"`
}

// eachRecord calls f for every line of a file of JSON lines, gzipped where its name ends in .gz.
func eachRecord(path string, f func(*record) error) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("training data: %w", err)
	}
	defer file.Close()
	var r io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return fmt.Errorf("training data %s: %w", path, err)
		}
	}
	decoder := json.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	for line := 1; ; line++ {
		var rec record
		err := decoder.Decode(&rec)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f(&rec)
		}
		if err != nil {
			return fmt.Errorf("training data %s, line %d: %w", path, line, err)
		}
	}
}
