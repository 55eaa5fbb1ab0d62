package training

import (
	"math"
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/runenames"
)

// startWords fills the word vectors of a fresh network: the given vectors reduced to the
// network's width, for emoji the mean over the words of their Unicode names, for
// contractions the mean of their parts, and noise for what remains.
func (n *network) startWords(words []string, vectors map[string]*wordVector, rng *rand.Rand) {
	axes, mean, scale := mainAxes(vectors)
	for i, word := range words {
		row := n.Words.row(int32(i))
		v, known := meaningOf(word, vectors)
		for k := range row {
			row[k] = float32(rng.NormFloat64() * 0.05)
			if known {
				row[k] = 0
				for d, a := range axes[k] {
					row[k] += a * (v[d] - mean[d]) * scale
				}
			}
		}
	}
}

// meaningOf finds the vector of a word, or composes one from the words it stands for.
func meaningOf(word string, vectors map[string]*wordVector) (mean [vectorSize]float32, known bool) {
	if v, ok := vectors[word]; ok {
		return v.values, true
	}
	found := float32(0)
	for _, part := range partsOf(word) {
		v, ok := vectors[part]
		if !ok {
			continue
		}
		for d := range mean {
			mean[d] += v.values[d]
		}
		found++
	}
	if found == 0 {
		return mean, false
	}
	for d := range mean {
		mean[d] /= found
	}
	return mean, true
}

func partsOf(word string) []string {
	if r, _ := utf8.DecodeRuneInString(word); r > unicode.MaxLatin1 {
		return strings.Fields(strings.ToLower(runenames.Name(r)))
	}
	if before, ok := strings.CutSuffix(word, "n't"); ok {
		return []string{before, "n't"}
	}
	if before, after, ok := strings.Cut(word, "'"); ok {
		return []string{before, "'" + after}
	}
	return nil
}

// mainAxes finds the directions in which the common words' vectors differ most (principal
// components, by power iteration), their mean, and the scale that brings a projected
// vector to a length of about 2.
func mainAxes(vectors map[string]*wordVector) (axes [width][vectorSize]float32, mean [vectorSize]float32, scale float32) {
	var covariance [vectorSize][vectorSize]float64
	count := 0.0
	for _, word := range sortedByRank(vectors) {
		v := vectors[word]
		count++
		for d, x := range v.values {
			mean[d] += x
			for e := range d + 1 {
				covariance[d][e] += float64(x) * float64(v.values[e])
			}
		}
	}
	if count == 0 {
		return axes, mean, 0
	}
	for d := range mean {
		mean[d] /= float32(count)
	}
	total := 0.0
	for d := range vectorSize {
		for e := range d + 1 {
			c := covariance[d][e]/count - float64(mean[d])*float64(mean[e])
			covariance[d][e], covariance[e][d] = c, c
		}
		total += covariance[d][d]
	}
	for k := range axes {
		axis, share := strongestAxis(&covariance)
		for d := range axis {
			axes[k][d] = float32(axis[d])
			for e := range axis {
				covariance[d][e] -= share * axis[d] * axis[e]
			}
		}
	}
	return axes, mean, float32(2 / math.Sqrt(total))
}

func strongestAxis(m *[vectorSize][vectorSize]float64) (axis [vectorSize]float64, value float64) {
	for d := range axis {
		axis[d] = 1 / float64(d+3)
	}
	for range 150 {
		var next [vectorSize]float64
		norm := 0.0
		for d := range next {
			for e := range axis {
				next[d] += m[d][e] * axis[e]
			}
			norm += next[d] * next[d]
		}
		norm = math.Sqrt(norm)
		if norm == 0 {
			return axis, 0
		}
		for d := range next {
			axis[d] = next[d] / norm
		}
		value = norm
	}
	return axis, value
}

// sortedByRank lists the most common words, so that sums come out the same every time.
func sortedByRank(vectors map[string]*wordVector) []string {
	ranked := make([]string, commonRank)
	for word, v := range vectors {
		if v.rank < commonRank {
			ranked[v.rank] = word
		}
	}
	var words []string
	for _, word := range ranked {
		if word != "" {
			words = append(words, word)
		}
	}
	return words
}
