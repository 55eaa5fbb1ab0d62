package archive

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// folderOf is a community's folder: its ID, made harmless as a file name.
func folderOf(guild string) string {
	name := url.PathEscape(guild)
	if strings.Trim(name, ".") == "" { // "", "." and ".." are folders of their own kind
		return "_" + strings.ReplaceAll(name, ".", "%2E")
	}
	return name
}

// keepTidy packs files of earlier days and removes old ones.
func (a *Archive) keepTidy() {
	every := time.NewTicker(tidyEvery)
	defer every.Stop()
	for {
		if err := a.tidy(time.Now()); err != nil {
			a.log.Warn("old comments in the archive could not be packed or removed; check who owns the folder and whether the disk is full", "dir", a.dir, "error", err)
		}
		select {
		case <-every.C:
		case <-a.closing:
			return
		}
	}
}

// tidy looks at every file once. It leaves alone today's, which is being written, and
// whatever is not named like the archive's own files.
func (a *Archive) tidy(now time.Time) error {
	files, err := fs.Glob(os.DirFS(a.dir), "*/*.jsonl*") // a folder that is not there has no files
	for _, name := range files {
		path := filepath.Join(a.dir, filepath.FromSlash(name))
		date, kind, _ := strings.Cut(filepath.Base(path), ".")
		day, notOurs := time.Parse(time.DateOnly, date)
		over := day.Add(24*time.Hour + settled)
		switch {
		case notOurs != nil || now.Before(over):
		case now.After(day.Add(24*time.Hour + Keep)):
			err = errors.Join(err, os.Remove(path))
			_ = os.Remove(filepath.Dir(path)) // only if it is empty by now
		case kind == "jsonl":
			err = errors.Join(err, pack(path))
		case kind == "jsonl.gz.new": // left by a crash; the file it was made of is still there
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}

// pack gzips a file. At every moment one whole copy is there under a name that is read.
func pack(path string) (err error) {
	plain, err := os.Open(path)
	if err != nil {
		return err
	}
	defer plain.Close()
	fresh := path + ".gz.new"
	packed, err := os.OpenFile(fresh, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(packed)
	z := gzip.NewWriter(buffered)
	_, err = io.Copy(z, plain)
	err = errors.Join(err, z.Close(), buffered.Flush(), packed.Sync(), packed.Close())
	if err != nil {
		return errors.Join(fmt.Errorf("pack %s: %w", path, err), os.Remove(fresh))
	}
	if err := os.Rename(fresh, path+".gz"); err != nil {
		return err
	}
	return os.Remove(path)
}
