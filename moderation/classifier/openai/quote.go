package openai

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/moderation"
	"parley/moderation/text"
)

// locate finds a quote in the comment's own text: literally up to white space, or, for an
// answer that was given to a copy in another disguise, by what the copies share. The empty
// span means that the words are not there, for instance because they stand in an embed.
func locate(quote, original string) moderation.Span {
	if words := strings.Join(strings.Fields(quote), " "); words != "" {
		if span, ok := find(words, original); ok {
			return span
		}
	}
	want := undisguise(quote).letters
	if len(want) == 0 {
		return moderation.Span{}
	}
	comment := undisguise(original)
	at := bytes.Index(comment.letters, want)
	if at < 0 {
		return moderation.Span{}
	}
	return comment.view.Origin(comment.at[at], comment.at[at+len(want)-1]+1)
}

// undisguised is what copies of one text have in common, with the way back.
type undisguised struct {
	letters []byte
	at      []int // where each byte stands in the view
	view    *text.View
}

// undisguise reads a text's letters without disguise, said once each in a row, with its
// signs that are neither white space nor punctuation. Question marks stay, for they change
// what is said.
func undisguise(words string) undisguised {
	var v text.Views
	v.Reset(words)
	u := undisguised{view: v.View(text.Squashed)}
	last := rune(0)
	for i, r := range u.view.String() {
		ignored := unicode.IsSpace(r) || unicode.IsControl(r) || (unicode.IsPunct(r) && r != '?')
		if ignored || (r == last && unicode.IsLetter(r)) {
			continue
		}
		last = r
		for j := range utf8.RuneLen(r) {
			u.letters, u.at = append(u.letters, u.view.Text[i+j]), append(u.at, i+j)
		}
	}
	return u
}

// find looks for words whose white space is single blanks in a text whose white space is not.
func find(words, original string) (moderation.Span, bool) {
	var squeezed []byte
	var origin []int
	blank := false
	for i, r := range original {
		if unicode.IsSpace(r) {
			blank = len(squeezed) > 0
			continue
		}
		if blank {
			squeezed, origin, blank = append(squeezed, ' '), append(origin, i), false
		}
		_, size := utf8.DecodeRuneInString(original[i:])
		for j := i; j < i+size; j++ {
			squeezed, origin = append(squeezed, original[j]), append(origin, j)
		}
	}
	at := strings.Index(string(squeezed), words)
	if at < 0 {
		return moderation.Span{}, false
	}
	return moderation.Span{From: origin[at], To: origin[at+len(words)-1] + 1}, true
}
