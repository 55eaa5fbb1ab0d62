// Package archive keeps the recent comments of communities that want it, so that a policy
// can be tried on them before it judges new ones (package replay reads the folder as it is).
//
// Comments are JSON lines in <dir>/<community>/<date>.jsonl, the date being the day (UTC) on
// which they were judged. Files of earlier days are gzipped, and removed after Keep. Keeping
// comments never slows judging and never stops the bot: what does not fit into the queue or
// on the disk is lost, counted, and said once in the log.
package archive

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"parley/moderation"
)

// Bounds on what is kept.
const (
	// Keep is how long a day's comments are kept: long enough to try a rule on last week.
	Keep = 14 * 24 * time.Hour
	// DayAtMost is how many bytes of one community's comments are kept of one day, so that a
	// flood cannot fill the disk that the ledger may live on.
	DayAtMost = 256 << 20
	// waitingAtMost is how many comments may wait to be written.
	waitingAtMost = 4096
)

const (
	gatherFor = time.Second // how long comments are gathered to be written together
	tidyEvery = time.Hour   // how often files of earlier days are looked after
	settled   = 10 * time.Minute
)

// Archive keeps comments until it is closed. Its methods may be called concurrently.
type Archive struct {
	dir     string
	log     *slog.Logger
	waiting chan *moderation.Comment
	lost    atomic.Int64

	losing bool  // the writer's: the log knows that comments are being lost
	told   int64 // the writer's: how many were lost when it last looked

	closing chan struct{}
	close   sync.Once
	working sync.WaitGroup
}

// Open starts an archive in dir, which is made when the first comment comes. log gets
// warnings, never comments. Close must be called.
func Open(dir string, log *slog.Logger) *Archive {
	a := &Archive{dir: dir, log: log, waiting: make(chan *moderation.Comment, waitingAtMost), closing: make(chan struct{})}
	a.working.Go(a.write)
	a.working.Go(a.keepTidy)
	return a
}

// Note keeps a comment. It returns at once; the comment may be lost when too many wait.
func (a *Archive) Note(c *moderation.Comment) {
	kept := *c
	select {
	case a.waiting <- &kept:
	default:
		a.lost.Add(1)
	}
}

// Close writes what waits and ends the archive. Comments noted afterwards are not kept.
func (a *Archive) Close() {
	a.close.Do(func() { close(a.closing) })
	a.working.Wait()
}

// write writes what waits, a second's worth at a time.
func (a *Archive) write() {
	every := time.NewTicker(gatherFor)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			a.writeWaiting()
		case <-a.closing:
			a.writeWaiting()
			return
		}
	}
}

// writeWaiting writes what waits now, each community's comments in one go.
func (a *Archive) writeWaiting() {
	lines := map[string][]byte{}
	count := map[string]int64{}
	for range len(a.waiting) {
		c := <-a.waiting
		line, err := json.Marshal(c)
		if err != nil { // a time outside the years 0 to 9999
			a.lost.Add(1)
			continue
		}
		lines[c.Guild] = append(append(lines[c.Guild], line...), '\n')
		count[c.Guild]++
	}
	var failed error
	for guild, written := range lines {
		if err := a.append(guild, written); err != nil {
			failed = err
			a.lost.Add(count[guild])
		}
	}
	a.report(failed, len(lines) > 0)
}

// errTooMany is why comments are lost although the disk is fine.
var errTooMany = errors.New("more come at once than can be written")

// report says once that comments are being lost, and once that they are kept again.
func (a *Archive) report(failed error, wrote bool) {
	lost := a.lost.Load()
	switch {
	case lost > a.told && !a.losing:
		a.losing = true
		a.log.Warn("comments are not being kept for replay; free some disk space under this folder, or set `history: false` in the policy",
			"dir", a.dir, "error", cmp.Or(failed, errTooMany))
	case lost == a.told && a.losing && wrote:
		a.losing = false
		a.log.Info("comments are being kept for replay again", "dir", a.dir, "lost_so_far", lost)
	}
	a.told = lost
}

// append adds whole lines to a community's file of today, or nothing.
func (a *Archive) append(guild string, lines []byte) error {
	path := filepath.Join(a.dir, folderOf(guild), time.Now().UTC().Format(time.DateOnly)+".jsonl")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	end := info.Size()
	if end+int64(len(lines)) > DayAtMost {
		return fmt.Errorf("%s would grow beyond %d MB", path, DayAtMost>>20)
	}
	if end > 0 && !endsLine(f, end) { // a crash left half a line
		lines = append([]byte{'\n'}, lines...)
	}
	if _, err := f.WriteAt(lines, end); err != nil {
		_ = f.Truncate(end) // leave no half line behind; the next write copes where it stays
		return err
	}
	return nil
}

func endsLine(f *os.File, end int64) bool {
	var last [1]byte
	_, err := f.ReadAt(last[:], end-1)
	return err == nil && last[0] == '\n'
}
