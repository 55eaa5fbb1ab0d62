package training

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"parley/moderation"
	"parley/moderation/classifier/reader"
)

// ReadRows reads labelled comments to adapt a model to: JSON lines with text and label
// (1 abusive, 0 not), and where known category, title, summary, parent, group and id. A
// line without a label is left out. Errors name the line.
func ReadRows(r io.Reader) ([]Row, error) {
	var rows []Row
	decoder := json.NewDecoder(r)
	for line := 1; ; line++ {
		var rec record
		err := decoder.Decode(&rec)
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("training rows, line %d: %w", line, err)
		}
		if rec.Label == nil || strings.TrimSpace(rec.Text) == "" {
			continue
		}
		if *rec.Label != 0 && *rec.Label != 1 {
			return nil, fmt.Errorf("training rows, line %d: label %d, want 1 (abusive) or 0", line, *rec.Label)
		}
		rows = append(rows, rec.row(line))
	}
}

func (rec *record) row(line int) Row {
	var row Row
	row.Text, row.Title, row.Summary, row.Parent = rec.Text, rec.Title, rec.Summary, rec.Parent
	if rec.Article != nil {
		row.Title, row.Summary = rec.Article.Title, rec.Article.Summary
	}
	if row.Group = rec.Group; row.Group == "" {
		row.Group = fmt.Sprint(rec.ID, "/", line)
	}
	if *rec.Label == 0 {
		row.sayClean(1)
		return row
	}
	row.say(toxicity, 1, 1)
	heads := reader.Heads()
	at := slices.IndexFunc(heads[:], func(c moderation.Category) bool { return c.String() == rec.Category })
	if at >= 0 {
		row.say(at, 1, 1)
	}
	if at == spam {
		row.Trust[toxicity] = 0
	}
	return row
}
