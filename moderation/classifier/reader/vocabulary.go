package reader

import (
	"fmt"
	"math/bits"
)

// Unseen is the vocabulary row of a word that the model does not know.
const Unseen int32 = -1

// Class groups words that do the same work in a sentence, so that what the model learns
// about one member holds for all of them.
type Class uint8

// The word classes. A word belongs to at most one.
const (
	Plain     Class = iota
	Identity        // people named by what they are: faith, origin, gender, orientation, disability
	Slur            // a name for people that is itself an attack
	Negator         // not, never, no …
	Addressee       // you, your …
	Condemner       // verbs and nouns that object to what follows: wrong, disgusting to say, racist …
	Reporter        // said, called, wrote, shouted …
	numClasses
)

// WordTraits is what the vocabulary knows of a word beside its vectors.
type WordTraits struct {
	Class     Class
	Frequency uint8 // log2 of how often the training rows hold it
	Sensitive bool  // disguised spellings lead back to it
}

const sensitiveBit = 1 << 7

func (t WordTraits) pack() (class, frequency byte) {
	class = byte(t.Class)
	if t.Sensitive {
		class |= sensitiveBit
	}
	return class, t.Frequency
}

// Vocabulary finds the row of a word from the hash of its folded spelling, also through
// the disguised spellings that were foreseen when the model was trained. It never holds
// the words. It is read-only and safe for concurrent use.
type Vocabulary struct {
	forms    []uint64 // row → FormOf(word)
	traits   []WordTraits
	variants []uint64 // place → FormOf(a disguised spelling)
	meant    []int32  // place → row of the word
	words    hashIndex
	disguise hashIndex
}

// Variant leads from the hash of a disguised spelling to the word's row.
type Variant struct {
	Form uint64
	Word int32
}

// NewVocabulary indexes words by the hashes of their folded spellings. It refuses
// lists that do not fit together.
func NewVocabulary(forms []uint64, traits []WordTraits, variants []Variant) (*Vocabulary, error) {
	if len(forms) != len(traits) {
		return nil, fmt.Errorf("vocabulary: %d words but traits for %d", len(forms), len(traits))
	}
	v := &Vocabulary{forms: forms, traits: traits,
		variants: make([]uint64, len(variants)), meant: make([]int32, len(variants)),
		words: newHashIndex(len(forms)), disguise: newHashIndex(len(variants))}
	for i := range forms {
		v.words.put(i, v.forms)
	}
	for i, d := range variants {
		if d.Word < 0 || int(d.Word) >= len(forms) {
			return nil, fmt.Errorf("vocabulary: a variant names word %d of %d", d.Word, len(forms))
		}
		v.variants[i], v.meant[i] = d.Form, d.Word
		v.disguise.put(i, v.variants)
	}
	return v, nil
}

// Len is the number of words.
func (v *Vocabulary) Len() int { return len(v.forms) }

// Traits of a word by its row; zero for Unseen.
func (v *Vocabulary) Traits(word int32) WordTraits {
	if word < 0 || int(word) >= len(v.traits) {
		return WordTraits{}
	}
	return v.traits[word]
}

// Find returns the row of a word written exactly so, or Unseen.
func (v *Vocabulary) Find(form uint64) int32 {
	if place := v.words.get(form, v.forms); place >= 0 {
		return int32(place)
	}
	return Unseen
}

// undisguised returns the row of the word that a disguised spelling leads back to, or Unseen.
func (v *Vocabulary) undisguised(form uint64) int32 {
	if place := v.disguise.get(form, v.variants); place >= 0 {
		return v.meant[place]
	}
	return Unseen
}

func (v *Vocabulary) findSensitive(form uint64) int32 {
	if w := v.Find(form); w >= 0 && v.traits[w].Sensitive {
		return w
	}
	return Unseen
}

// FormOf hashes a folded spelling (FNV-1a, finished so that its low bits are usable too).
func FormOf[T string | []byte](folded T) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(folded); i++ {
		h = (h ^ uint64(folded[i])) * 1099511628211
	}
	return finish(h)
}

func finish(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	if h == 0 {
		return 1
	}
	return h
}

// hashIndex is an open-addressing table from non-zero hashes to where they stand in a list.
// It holds the places alone: the list has the hashes.
type hashIndex struct {
	places []int32 // plus one; 0 where there is none
	mask   uint64
}

func newHashIndex(n int) hashIndex {
	size := 1 << bits.Len(uint(n)*2+1)
	return hashIndex{places: make([]int32, size), mask: uint64(size - 1)}
}

// put keeps the first place of every hash of the list.
func (x *hashIndex) put(place int, list []uint64) {
	if i := x.slot(list[place], list); x.places[i] == 0 {
		x.places[i] = int32(place + 1)
	}
}

// get is the place of a hash in the list, negative when it is not there.
func (x *hashIndex) get(hash uint64, list []uint64) int { return int(x.places[x.slot(hash, list)]) - 1 }

// slot is where the table has a hash of the list, or would have it.
func (x *hashIndex) slot(hash uint64, list []uint64) uint64 {
	i := hash & x.mask
	for x.places[i] != 0 && list[x.places[i]-1] != hash {
		i = (i + 1) & x.mask
	}
	return i
}

func unpackTraits(class, frequency byte) WordTraits {
	return WordTraits{Class: Class(class &^ sensitiveBit), Frequency: frequency, Sensitive: class&sensitiveBit != 0}
}
