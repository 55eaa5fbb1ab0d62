package card

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"parley/moderation"
)

// Discord's limits (developer reference, "Embed Limits"), in characters. Characters outside
// the basic plane are counted twice, to be on the safe side of whoever counts otherwise.
const (
	titleLimit       = 256
	descriptionLimit = 4096
	fieldLimit       = 1024
	embedLimit       = 6000

	descriptionRoom = 2000 // of a card: moderators want the gist, and the fields need room
	footerRoom      = 256
)

// fit shortens fields, the longest first, until the whole embed is within Discord's limit.
func fit(e *discordgo.MessageEmbed) {
	for {
		total := units(e.Title) + units(e.Description) + units(e.Footer.Text)
		longest := 0
		for i, f := range e.Fields {
			total += units(f.Name) + units(f.Value)
			if units(f.Value) > units(e.Fields[longest].Value) {
				longest = i
			}
		}
		if total <= embedLimit || len(e.Fields) == 0 {
			return
		}
		f := e.Fields[longest]
		f.Value = cut(f.Value, max(units(f.Value)-(total-embedLimit), units(f.Value)/2))
	}
}

// units is the length of text as Discord may count it.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// cut makes text valid UTF-8 of at most n units, with an ellipsis where it was longer.
func cut(text string, n int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= n || units(text) <= n {
		return text
	}
	left := n - 1
	for i, r := range text {
		if left -= utf16.RuneLen(r); left < 0 {
			return text[:i] + "…"
		}
	}
	return text
}

// oneLine is text without line breaks, cut to n units.
func oneLine(text string, n int) string {
	if len(text) > 8*n {
		text = text[:8*n] // Fields would read all of it
	}
	return cut(strings.Join(strings.Fields(text), " "), n)
}

// escape takes from text every meaning it could have as Discord markup.
func escape(text string) string {
	var b strings.Builder
	b.Grow(len(text) + 16)
	for _, r := range text {
		if strings.ContainsRune("\\*_~`|>#-[]()<@:+", r) || r == '.' && endsInDigit(b.String()) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// endsInDigit tells a numbered list's dot, which markup would read, from a full stop.
func endsInDigit(text string) bool {
	return text != "" && text[len(text)-1] >= '0' && text[len(text)-1] <= '9'
}

// spans collects the evidence that lies in the text, merged and in order.
func spans(v moderation.Verdict) []moderation.Span {
	var found []moderation.Span
	for _, r := range v.Reasons {
		if r.Span.From < r.Span.To {
			found = append(found, r.Span)
		}
	}
	slices.SortFunc(found, func(a, b moderation.Span) int { return a.From - b.From })
	merged := found[:0]
	for _, s := range found {
		if n := len(merged); n > 0 && s.From <= merged[n-1].To {
			merged[n-1].To = max(merged[n-1].To, s.To)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// lead is how much of a long comment is shown before the first marked words, in bytes.
const lead = 300

// marked quotes a comment with the words that mattered in bold and underlined, all other
// markup taken from it. Of a comment too long for the room, the part with the first of
// these words is shown.
func marked(text string, evidence []moderation.Span, room int) string {
	from := 0
	if len(evidence) > 0 && len(text) > room && evidence[0].From > lead {
		from = boundary(text, min(evidence[0].From, len(text))-lead)
	}
	var b strings.Builder
	left := room
	put := func(part string, mark bool) bool {
		if part == "" || left <= 0 {
			return left > 0
		}
		open, shut := "", ""
		if mark && strings.TrimSpace(part) != "" {
			open, shut = "**__", "__**"
		}
		part = escape(strings.ToValidUTF8(part, "\uFFFD"))
		if need := units(part) + len(open) + len(shut); need > left {
			part = strings.TrimRight(cut(part, max(left-len(open)-len(shut), 1)), "\\")
			left = 0
		} else {
			left -= need
		}
		b.WriteString(open + part + shut)
		return left > 0
	}
	if from > 0 {
		put("… ", false)
	}
	for _, s := range evidence {
		start, end := boundary(text, max(s.From, from)), boundary(text, max(s.To, from))
		if !put(text[from:start], false) || !put(text[start:end], true) {
			return b.String()
		}
		from = end
	}
	put(text[from:], false)
	return b.String()
}

// boundary is the place of the character that holds byte i, kept within the text.
func boundary(text string, i int) int {
	i = max(0, min(i, len(text)))
	for i > 0 && i < len(text) && !utf8.RuneStart(text[i]) {
		i--
	}
	return i
}

// score says the score in words and as a number, with the categories that carry it.
func score(v moderation.Verdict) string {
	if v.Abuse == 0 && v.Action == moderation.Allow {
		return ""
	}
	text := fmt.Sprintf("%s (%.2f of 1)", likelihood(v.Abuse), v.Abuse)
	order := moderation.Categories()
	slices.SortStableFunc(order, func(a, b moderation.Category) int {
		switch {
		case v.Scores[a] > v.Scores[b]:
			return -1
		case v.Scores[a] < v.Scores[b]:
			return 1
		}
		return 0
	})
	var parts []string
	for _, c := range order[:3] {
		if v.Scores[c] >= 0.1 {
			parts = append(parts, fmt.Sprintf("%s %.2f", plain(c), v.Scores[c]))
		}
	}
	if len(parts) > 0 {
		text += "\n" + strings.Join(parts, ", ")
	}
	return text
}

func likelihood(p float64) string {
	switch {
	case p >= 0.95:
		return "almost certainly abuse"
	case p >= 0.8:
		return "very likely abuse"
	case p >= 0.6:
		return "likely abuse"
	case p >= 0.4:
		return "could be abuse"
	case p >= 0.2:
		return "probably no abuse"
	}
	return "very likely no abuse"
}

// plain is a category in plain words.
func plain(c moderation.Category) string { return strings.ReplaceAll(c.String(), "_", " ") }

// reasonLines is how many reasons are shown.
const reasonLines = 6

// why lists the reasons, the weightiest first, as people say them.
func why(v moderation.Verdict) string {
	var lines []string
	for _, r := range v.Reasons {
		if len(lines) == reasonLines {
			lines = append(lines, fmt.Sprintf("and %d more", len(v.Reasons)-reasonLines))
			break
		}
		lines = append(lines, "• "+reason(r))
	}
	for _, u := range v.Unknown {
		lines = append(lines, "• no answer from "+escape(oneLine(u.Source, 60))+": "+escape(oneLine(u.Why, 100)))
	}
	return strings.Join(lines, "\n")
}

func reason(r moderation.Reason) string {
	var text string
	kind, name, _ := strings.Cut(r.Source, ":")
	switch kind {
	case "rule":
		text = "rule " + code(name)
		if r.Line > 0 {
			text += fmt.Sprintf(" (line %d)", r.Line)
		}
	case "model":
		text = "the model " + code(name)
	default:
		text = escape(oneLine(r.Source, 60))
	}
	switch {
	case r.Action != moderation.Allow:
		text += ": asks for " + r.Action.String()
	case r.Score != 0:
		text += fmt.Sprintf(": %s %+.2f", plain(r.Category), r.Score)
	}
	if r.Why != "" {
		text += ", " + escape(oneLine(r.Why, 160))
	}
	if r.Quote != "" {
		text += " “" + escape(oneLine(r.Quote, 80)) + "”"
	}
	return text
}

func code(name string) string { return "`" + strings.ReplaceAll(oneLine(name, 60), "`", "'") + "`" }

func exempt(e moderation.Exemption) string {
	switch e {
	case moderation.ExemptBot:
		return "a bot"
	case moderation.ExemptModerator:
		return "a moderator here"
	case moderation.ExemptOwner:
		return "owns this community"
	case moderation.ExemptAbove:
		return "stands above Parley's role"
	}
	return string(e)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func agree(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func day(t time.Time) string    { return fmt.Sprintf("<t:%d:D>", t.Unix()) }
func moment(t time.Time) string { return fmt.Sprintf("<t:%d:f>", t.Unix()) }
