package reader

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// A model file is: the magic, the length of a JSON header, the header, the tensors it
// lists one after the other in little-endian order, and a CRC-32C of all that.

const (
	magic        = "PARLEYREADER\x00\x00\x00\x02" // ends in the version of the format
	maxFileBytes = 64 << 20
)

// ErrNotAModel says that a file is no model of this kind, or is damaged.
var ErrNotAModel = errors.New("not a usable Parley reader model")

type header struct {
	Name       string              `json:"name"`
	Version    string              `json:"version"`
	PhraseUnit float32             `json:"phrase_unit"`
	PhraseBias [NumHeads]float32   `json:"phrase_bias"`
	Fast       [NumHeads]Line      `json:"fast"`
	Full       [NumHeads]Blend     `json:"full"`
	Settle     float64             `json:"settle"`
	Heads      []string            `json:"heads"`
	Networks   []networkHeader     `json:"networks"`
	Tensors    []tensorDescription `json:"tensors"`
}

type networkHeader struct {
	Unit float32 `json:"unit"`
	Gaps []int   `json:"gaps"` // of the layers
}

type tensorDescription struct {
	Name  string `json:"name"`
	Bytes int    `json:"bytes"`
}

// Read reads a model that WriteTo wrote. The error wraps ErrNotAModel where the bytes are
// not such a model, and says what was expected.
func Read(r io.Reader) (*Model, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading a model: %w", err)
	}
	return parse(data)
}

// parse makes a model of a file's bytes, which it keeps.
func parse(data []byte) (*Model, error) {
	refuse := func(format string, args ...any) (*Model, error) {
		return nil, fmt.Errorf("%w: %s; make one with `parley train`", ErrNotAModel, fmt.Sprintf(format, args...))
	}
	if len(data) > maxFileBytes {
		return refuse("larger than %d bytes", maxFileBytes)
	}
	if len(data) < len(magic)+8 || string(data[:len(magic)-1]) != magic[:len(magic)-1] {
		return refuse("it does not begin with %q", magic[:12])
	}
	if data[len(magic)-1] != magic[len(magic)-1] {
		return refuse("format version %d, this program reads version %d", data[len(magic)-1], magic[len(magic)-1])
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if got := crc32.Checksum(body, castagnoli()); got != sum {
		return refuse("checksum %08x where the file says %08x: cut short or damaged", got, sum)
	}
	size := int(binary.LittleEndian.Uint32(data[len(magic):]))
	rest := body[len(magic)+4:]
	if size > len(rest) {
		return refuse("header of %d bytes in a file of %d", size, len(data))
	}
	var h header
	if err := json.Unmarshal(rest[:size], &h); err != nil {
		return refuse("header: %v", err)
	}
	rest = rest[size:]
	tensors := make(map[string][]byte, len(h.Tensors))
	for _, d := range h.Tensors {
		if d.Bytes < 0 || d.Bytes > len(rest) {
			return refuse("tensor %q of %d bytes, %d left", d.Name, d.Bytes, len(rest))
		}
		tensors[d.Name], rest = rest[:d.Bytes:d.Bytes], rest[d.Bytes:]
	}
	if err := sameHeads(h.Heads); err != nil {
		return refuse("%v", err)
	}
	p, err := h.parameters(tensors)
	if err != nil {
		return refuse("%v", err)
	}
	m, err := New(p)
	if err != nil {
		return refuse("%v", err)
	}
	return m, nil
}

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

func sameHeads(names []string) error {
	heads := Heads()
	if len(names) != len(heads) {
		return fmt.Errorf("%d heads, want %v", len(names), heads)
	}
	for i, c := range heads {
		if names[i] != c.String() {
			return fmt.Errorf("heads %v, want %v", names, heads)
		}
	}
	return nil
}

func (h *header) parameters(tensors map[string][]byte) (Parameters, error) {
	p := Parameters{Name: h.Name, Version: h.Version, PhraseUnit: h.PhraseUnit, PhraseBias: h.PhraseBias,
		Fast: h.Fast, Full: h.Full, Settle: h.Settle, Phrases: tensors["phrases"]}
	forms, traits, variants := tensors["forms"], tensors["traits"], tensors["variants"]
	if len(forms)%8 != 0 || len(traits)*4 != len(forms) || len(variants)%12 != 0 {
		return p, fmt.Errorf("vocabulary of %d, %d and %d bytes", len(forms), len(traits), len(variants))
	}
	p.Forms = make([]uint64, len(forms)/8)
	p.Traits = make([]WordTraits, len(p.Forms))
	for i := range p.Forms {
		p.Forms[i] = binary.LittleEndian.Uint64(forms[i*8:])
		p.Traits[i] = unpackTraits(traits[i*2], traits[i*2+1])
		if p.Traits[i].Class >= numClasses || p.Forms[i] == 0 {
			return p, fmt.Errorf("word %d has class %d and hash %x", i, p.Traits[i].Class, p.Forms[i])
		}
	}
	p.Variants = make([]Variant, len(variants)/12)
	for i := range p.Variants {
		b := variants[i*12:]
		p.Variants[i] = Variant{binary.LittleEndian.Uint64(b), int32(binary.LittleEndian.Uint32(b[8:]))}
		if p.Variants[i].Form == 0 {
			return p, fmt.Errorf("variant %d has no hash", i)
		}
	}
	for i := range h.Networks {
		n, err := h.network(i, tensors)
		if err != nil {
			return p, fmt.Errorf("network %d: %w", i, err)
		}
		p.Networks = append(p.Networks, n)
	}
	return p, finite(h)
}

// floatTensor is one block of float32 weights of the network and its name in the file.
type floatTensor struct {
	name   string
	values *[]float32
}

func (n *Network) floats() []floatTensor {
	all := []floatTensor{{"word units", &n.WordUnits}, {"marks", &n.MarkVectors}, {"queries", &n.Queries},
		{"inner weights", &n.Inner.Weights}, {"inner bias", &n.Inner.Bias}, {"outer weights", &n.Outer.Weights}, {"outer bias", &n.Outer.Bias}}
	for i := range n.Layers {
		all = append(all, floatTensor{fmt.Sprintf("layer %d weights", i), &n.Layers[i].Weights},
			floatTensor{fmt.Sprintf("layer %d bias", i), &n.Layers[i].Bias})
	}
	return all
}

func tensorName(network int, name string) string { return fmt.Sprintf("network %d %s", network, name) }

func (h *header) network(i int, tensors map[string][]byte) (*Network, error) {
	described := h.Networks[i]
	n := &Network{Words: tensors[tensorName(i, "words")], Letters: tensors[tensorName(i, "letters")],
		Unit: described.Unit, Layers: make([]Convolution, len(described.Gaps))}
	for l, gap := range described.Gaps {
		n.Layers[l].Gap = gap
	}
	for _, t := range n.floats() {
		raw := tensors[tensorName(i, t.name)]
		*t.values = make([]float32, len(raw)/4)
		for k := range *t.values {
			v := math.Float32frombits(binary.LittleEndian.Uint32(raw[k*4:]))
			if !(math.Abs(float64(v)) < 1e4) {
				return nil, fmt.Errorf("%s holds %g", t.name, v)
			}
			(*t.values)[k] = v
		}
	}
	return n, nil
}

// finite refuses a header whose numbers would make scores that are no numbers.
func finite(h *header) error {
	numbers := []float64{float64(h.PhraseUnit), h.Settle}
	for _, bias := range h.PhraseBias {
		numbers = append(numbers, float64(bias))
	}
	for i := range NumHeads {
		numbers = append(numbers, h.Fast[i].Slope, h.Fast[i].Offset, h.Full[i].Offset)
		numbers = append(numbers, h.Full[i].Weights[:]...)
	}
	for _, n := range h.Networks {
		numbers = append(numbers, float64(n.Unit))
	}
	for _, v := range numbers {
		if math.Abs(v) > 1e6 {
			return fmt.Errorf("calibration holds %g", v)
		}
	}
	return nil
}

// WriteTo writes the model as Read reads it.
func (m *Model) WriteTo(w io.Writer) (int64, error) {
	p := &m.parameters
	h := header{Name: p.Name, Version: p.Version, PhraseUnit: p.PhraseUnit, PhraseBias: p.PhraseBias,
		Fast: p.Fast, Full: p.Full, Settle: p.Settle}
	for _, c := range Heads() {
		h.Heads = append(h.Heads, c.String())
	}
	var body []byte
	add := func(name string, write func()) {
		before := len(body)
		write()
		h.Tensors = append(h.Tensors, tensorDescription{name, len(body) - before})
	}
	add("forms", func() {
		for _, f := range p.Forms {
			body = binary.LittleEndian.AppendUint64(body, f)
		}
	})
	add("traits", func() {
		for _, t := range p.Traits {
			class, frequency := t.pack()
			body = append(body, class, frequency)
		}
	})
	add("variants", func() {
		for _, v := range p.Variants {
			body = binary.LittleEndian.AppendUint64(body, v.Form)
			body = binary.LittleEndian.AppendUint32(body, uint32(v.Word))
		}
	})
	add("phrases", func() { body = append(body, p.Phrases...) })
	for i, n := range p.Networks {
		described := networkHeader{Unit: n.Unit}
		for _, l := range n.Layers {
			described.Gaps = append(described.Gaps, l.Gap)
		}
		h.Networks = append(h.Networks, described)
		add(tensorName(i, "words"), func() { body = append(body, n.Words...) })
		add(tensorName(i, "letters"), func() { body = append(body, n.Letters...) })
		for _, t := range n.floats() {
			add(tensorName(i, t.name), func() {
				for _, v := range *t.values {
					body = binary.LittleEndian.AppendUint32(body, math.Float32bits(v))
				}
			})
		}
	}
	head, err := json.Marshal(h)
	if err != nil {
		return 0, fmt.Errorf("writing model %s: %w", p.Name, err)
	}
	file := append([]byte(magic), binary.LittleEndian.AppendUint32(nil, uint32(len(head)))...)
	file = append(append(file, head...), body...)
	file = binary.LittleEndian.AppendUint32(file, crc32.Checksum(file, castagnoli()))
	n, err := w.Write(file)
	if err != nil {
		return int64(n), fmt.Errorf("writing model %s: %w", p.Name, err)
	}
	return int64(n), nil
}
