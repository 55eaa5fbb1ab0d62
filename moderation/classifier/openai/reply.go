package openai

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/moderation"
)

// reply is the judge's answer as it came. Pointers tell a missing field from an empty one.
type reply struct {
	Code       *string  `json:"code"`
	Verdict    *string  `json:"verdict"`
	Category   *string  `json:"category"`
	Confidence *float64 `json:"confidence"`
	Quote      *string  `json:"quote"`
	Reason     *string  `json:"reason"`
}

// longestReason is how much of the model's explanation is kept, in bytes.
const longestReason = 300

// readReply turns the judge's words into an opinion, or says in an ErrNonsense why it
// cannot. Nothing is guessed: a value outside its range is nonsense, not the nearest value
// inside. Errors repeat nothing of the reply, which may repeat the comment.
func readReply(content, code string, q *question) (moderation.Opinion, error) {
	var r reply
	dec := json.NewDecoder(strings.NewReader(unwrap(content)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return moderation.Opinion{}, fmt.Errorf("%w: it is not the JSON object asked for", ErrNonsense)
	}
	if dec.More() {
		return moderation.Opinion{}, fmt.Errorf("%w: more follows after the JSON object", ErrNonsense)
	}
	if r.Code == nil || r.Verdict == nil || r.Category == nil || r.Confidence == nil || r.Quote == nil || r.Reason == nil {
		return moderation.Opinion{}, fmt.Errorf("%w: a field is missing", ErrNonsense)
	}
	if *r.Code != code {
		return moderation.Opinion{}, fmt.Errorf("%w: it lacks the code, so it may have been dictated by the comment", ErrNonsense)
	}
	if *r.Confidence < 0 || *r.Confidence > 1 {
		return moderation.Opinion{}, fmt.Errorf("%w: confidence lies outside [0,1]", ErrNonsense)
	}
	o := moderation.Opinion{Confidence: *r.Confidence}
	if err := o.Action.UnmarshalText([]byte(*r.Verdict)); err != nil || o.Action == moderation.Hold {
		return moderation.Opinion{}, fmt.Errorf("%w: the verdict is none of allow, review, remove", ErrNonsense)
	}
	if *r.Category != none {
		if err := o.Category.UnmarshalText([]byte(*r.Category)); err != nil {
			return moderation.Opinion{}, fmt.Errorf("%w: no such category", ErrNonsense)
		}
	} else if o.Action == moderation.Remove {
		return moderation.Opinion{}, fmt.Errorf("%w: it wants the comment removed and names no category", ErrNonsense)
	}
	if !quotes(*r.Quote, q.words) {
		return moderation.Opinion{}, fmt.Errorf("%w: its quote is not in the comment", ErrNonsense)
	}
	o.Quote = *r.Quote
	o.Reason = plainSentence(*r.Reason)
	return o, nil
}

// unwrap takes off what models without structured output put around their answer: thoughts
// in <think>…</think> and a code fence.
func unwrap(content string) string {
	content = strings.TrimSpace(content)
	if strings.HasPrefix(content, "<think>") {
		if _, after, found := strings.Cut(content, "</think>"); found {
			content = strings.TrimSpace(after)
		}
	}
	if inner, found := strings.CutPrefix(content, "```"); found {
		inner = strings.TrimPrefix(inner, "json")
		if body, found := strings.CutSuffix(strings.TrimSpace(inner), "```"); found {
			return strings.TrimSpace(body)
		}
	}
	return content
}

// quotes reports whether quote is a span of the words, white space aside. Only a comment
// without words may go unquoted.
func quotes(quote, words string) bool {
	quote, words = strings.Join(strings.Fields(quote), " "), strings.Join(strings.Fields(words), " ")
	if quote == "" {
		return words == ""
	}
	return strings.Contains(words, quote)
}

// plainSentence makes the model's explanation fit to be shown: one line, without control
// characters and of bounded length.
func plainSentence(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= longestReason {
		return s
	}
	end := longestReason
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
