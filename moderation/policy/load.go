package policy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/tools/txtar"

	"parley/moderation/policy/document"
)

// Load reads a configuration file and everything it includes. The policy is nil when
// Diagnostics.Err is not.
func Load(file string) (*Policy, Diagnostics) {
	dir, name := filepath.Split(file)
	if dir == "" {
		dir = "."
	}
	src, err := readBounded(os.DirFS(dir), name)
	if err != nil {
		return nil, Diagnostics{{At: document.Position{File: file}, Message: readProblem(err)}}
	}
	return parse(filepath.ToSlash(file), src, &files{fsys: os.DirFS(dir), shown: filepath.ToSlash(dir)})
}

// Parse reads a configuration from memory. It includes files from fsys, which may be nil
// when there are none, and reads what Policy.Source returned without it. name is shown in
// diagnostics.
func Parse(name string, src []byte, fsys fs.FS) (*Policy, Diagnostics) {
	return parse(name, src, &files{fsys: fsys})
}

// files gives the texts that a configuration includes and remembers them.
type files struct {
	fsys  fs.FS
	shown string            // directory to show before names
	read  map[string][]byte // by name, built-in ones included
	order []string
}

const builtin = "builtin:"

// open returns the text of an included file and the name to show for it.
func (f *files) open(name string) (src []byte, shown string, err error) {
	shown = name
	if !strings.HasPrefix(name, builtin) && f.shown != "" {
		shown = path.Join(f.shown, name)
	}
	if src, ok := f.read[name]; ok {
		return src, shown, nil
	}
	if own, ok := strings.CutPrefix(name, builtin); ok {
		src, err = readBuiltin(own)
	} else {
		src, err = f.openOwn(name)
	}
	if err != nil {
		return nil, shown, err
	}
	if f.read == nil {
		f.read = make(map[string][]byte)
	}
	f.read[name] = src
	f.order = append(f.order, name)
	return src, shown, nil
}

func (f *files) openOwn(name string) ([]byte, error) {
	if f.fsys == nil {
		return nil, fs.ErrNotExist
	}
	clean := path.Clean(filepath.ToSlash(name))
	if !fs.ValidPath(clean) {
		return nil, errOutside
	}
	return readBounded(f.fsys, clean)
}

var (
	errOutside = errors.New("it lies outside the configuration's folder; name a file in that folder or below")
	errTooBig  = fmt.Errorf("it is larger than %d bytes", document.MaxBytes)
)

func readBounded(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, document.MaxBytes+1))
	if err == nil && len(src) > document.MaxBytes {
		return nil, errTooBig
	}
	return src, err
}

func readProblem(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	return "the file cannot be read: " + err.Error()
}

// archived is the name under which Source keeps the file that was loaded.
const archived = "config.yaml"

func parse(name string, src []byte, f *files) (*Policy, Diagnostics) {
	if bytes.HasPrefix(src, []byte("-- "+archived+" --\n")) {
		main, fsys, err := unpack(src)
		if err != nil {
			return nil, Diagnostics{{At: document.Position{File: name}, Message: err.Error()}}
		}
		src, f = main, &files{fsys: fsys}
	}
	c := &compiler{files: f}
	whole := c.read(name, src, nil)
	p := c.compile(whole)
	diags := c.found.Sort()
	if diags.Err() != nil {
		return nil, diags
	}
	p.source, p.files = pack(src, f), f.own()
	p.hash = fingerprint(src, f)
	return p, diags
}

// own lists the included files that do not come with Parley, as paths to open them by.
func (f *files) own() []string {
	var names []string
	for _, name := range f.order {
		if !strings.HasPrefix(name, builtin) {
			names = append(names, path.Join(f.shown, name))
		}
	}
	return names
}

// pack puts a configuration and the files it includes into one text (a txtar archive).
// Built-in files are part of the program and left out. A configuration that includes none
// stays as it is.
func pack(src []byte, f *files) []byte {
	archive := &txtar.Archive{Files: []txtar.File{{Name: archived, Data: src}}}
	for _, name := range f.order {
		if !strings.HasPrefix(name, builtin) {
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: f.read[name]})
		}
	}
	if len(archive.Files) == 1 {
		return src
	}
	return txtar.Format(archive)
}

func unpack(src []byte) ([]byte, fs.FS, error) {
	archive := txtar.Parse(src)
	fsys, err := txtar.FS(archive)
	if err != nil {
		return nil, nil, fmt.Errorf("the stored policy is damaged: %w", err)
	}
	return archive.Files[0].Data, fsys, nil
}

// fingerprint is a hash over the configuration and all that it includes, built-in files too.
func fingerprint(src []byte, f *files) string {
	h := sha256.New()
	h.Write(src)
	for _, name := range f.order {
		fmt.Fprintf(h, "\x00%s\x00", name)
		h.Write(f.read[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// read decodes a file and lays it over the files it includes.
func (c *compiler) read(name string, src []byte, from []string) *file {
	own := new(file)
	c.found = append(c.found, document.Decode(name, src, own)...)
	whole := new(file)
	for _, include := range own.Include {
		if contains(from, include.V) || len(from) > 10 {
			c.report(include.At, "take one of the two includes out", "%q includes itself, directly or through others", include.V)
			continue
		}
		text, shown, err := c.files.open(include.V)
		if err != nil {
			c.report(include.At, builtinHint(include.V), "cannot include %q: %s", include.V, readProblem(err))
			continue
		}
		whole.lay(c.read(shown, text, append(from, include.V)))
	}
	whole.lay(own)
	return whole
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}
