package daemon

import (
	"path/filepath"
	"time"

	"parley/moderation"
)

// historyFolder is where below the data folder recent comments are kept for replay.
const historyFolder = "history"

func historyBelow(dataDir string) string { return filepath.Join(dataDir, historyFolder) }

// heard is told of every verdict. It keeps the comment where the policy says so, and passes
// the verdict on.
func (d *Daemon) heard(c *moderation.Comment, v *moderation.Verdict, took time.Duration) {
	if d.Bot.In(c.Guild).Settings(c.Guild, c.Channel, c.Article).History {
		d.history.Note(c)
	}
	if d.options.OnVerdict != nil {
		d.options.OnVerdict(c, v, took)
	}
}
