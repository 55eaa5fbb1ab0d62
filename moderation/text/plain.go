package text

import (
	"strings"

	"parley/moderation"
)

// mark is a stretch of the raw text that is not displayed; put, where not 0, stands for it.
type mark struct {
	from, to int
	put      byte
	drop     bool // an opening mark is dropped only when its closing mark turns up
}

// buildPlain writes the comment as Discord displays it: emphasis, spoiler bars, code fences,
// headings and quote marks are gone, masked links show their label, custom emoji their name,
// and mentions and timestamps are blank. See https://discord.com/developers/docs/reference
// (message formatting).
func (v *Views) buildPlain() {
	v.blockquotes, v.mentions, v.emoji = v.blockquotes[:0], 0, 0
	if anyOf(v.raw)&isMarkup == 0 {
		v.repeat(Plain, Raw)
		return
	}
	m := markup{raw: v.raw, marks: v.marks[:0], quotes: v.blockquotes, lastSpace: -1}
	m.find()
	v.marks, v.blockquotes, v.mentions, v.emoji = m.marks, m.quotes, m.mentions, m.emoji
	b := v.start(Plain)
	next := 0
	for _, m := range v.marks {
		if !m.drop || m.from < next {
			continue
		}
		b.addRaw(v.raw, next, m.from)
		if m.put != 0 {
			b.add(m.put, origin{uint32(m.from), uint32(m.to)})
		}
		next = m.to
	}
	if next == 0 {
		v.repeat(Plain, Raw)
		return
	}
	b.addRaw(v.raw, next, len(v.raw))
	v.finish(Plain, b)
}

func (b *builder) addRaw(raw string, from, to int) {
	b.text = append(b.text, raw[from:to]...)
	for i := from; i < to; i++ {
		b.at = append(b.at, origin{uint32(i), uint32(i + 1)})
	}
}

// pending remembers an opening mark that waits for its closing one.
type pending struct {
	mark  int  // index into marks, plus one; 0 when none waits
	inner bool // it stands inside a word
}

// paired are the characters of marks that open and close.
const paired = "*_~|`"

// markup walks over a comment once and lists what is not displayed.
type markup struct {
	raw       string
	marks     []mark
	quotes    []moderation.Span
	open      [5][4]pending // by mark character and how often it is repeated
	label     pending       // a "[" that may begin a masked link
	lastSpace int
	mentions  int
	emoji     int // custom ones
}

func (m *markup) find() {
	quoteRest := false
	for i := 0; i < len(m.raw); {
		if i == 0 || m.raw[i-1] == '\n' {
			from, quoted, rest := m.lineStart(i)
			quoteRest = quoteRest || rest
			if quoted || quoteRest {
				to := len(m.raw)
				if n := strings.IndexByte(m.raw[from:], '\n'); n >= 0 {
					to = from + n
				}
				m.quotes = append(m.quotes, moderation.Span{From: from, To: to})
			}
			if from > i {
				i = from
				continue
			}
		}
		i = m.inline(i)
	}
}

// lineStart drops quote and heading marks at the start of a line and returns where the
// line's text begins, whether the line is quoted, and whether all that follows is.
func (m *markup) lineStart(i int) (from int, quoted, rest bool) {
	from = i
	line := m.raw[i:]
	switch {
	case strings.HasPrefix(line, ">>> "):
		from, quoted, rest = i+4, true, true
	case strings.HasPrefix(line, "> "):
		from, quoted = i+2, true
	}
	line = m.raw[from:]
	for _, heading := range [...]string{"# ", "## ", "### ", "-# "} {
		if strings.HasPrefix(line, heading) {
			from += len(heading)
			break
		}
	}
	if from > i {
		m.drop(i, from, 0)
	}
	return from, quoted, rest
}

func (m *markup) drop(from, to int, put byte) {
	m.marks = append(m.marks, mark{from, to, put, true})
}

// inline handles what begins at i and returns where to go on.
func (m *markup) inline(i int) int {
	c := m.raw[i]
	if classes[c]&isMarkup == 0 {
		switch {
		case classes[c]&isSpace != 0:
			m.lastSpace = i
		case c == ']':
			return m.labelEnd(i)
		}
		return i + 1
	}
	switch c {
	case '\\':
		if i+1 < len(m.raw) && strings.IndexByte("*_~|`<>[]()#-\\:@", m.raw[i+1]) >= 0 {
			m.drop(i, i+1, 0)
			return i + 2
		}
	case '<':
		return m.angle(i)
	case '[':
		m.marks = append(m.marks, mark{from: i, to: i + 1})
		m.label = pending{mark: len(m.marks)}
	case '*', '_', '~', '|', '`':
		return m.fence(i, c)
	}
	return i + 1
}

// fence handles a run of one of the characters that come in pairs.
func (m *markup) fence(i int, c byte) int {
	end := i + 1
	for end < len(m.raw) && m.raw[end] == c {
		end++
	}
	n := end - i
	switch {
	case n > 3, (c == '|' || c == '~') && n != 2:
		return end
	}
	spaced := end == len(m.raw) || classes[m.raw[end]]&isSpace != 0
	afterSpace := i == 0 || classes[m.raw[i-1]]&isSpace != 0
	before, after := wordBefore(m.raw, i), wordAfter(m.raw, end)
	anywhere := c == '|' || c == '~' || c == '`'

	open := &m.open[strings.IndexByte(paired, c)][n]
	if open.mark > 0 {
		sameWord := m.marks[open.mark-1].from > m.lastSpace
		if anywhere || sameWord && !afterSpace || !open.inner && !afterSpace && !after {
			m.marks[open.mark-1].drop = true
			m.drop(i, end, 0)
			*open = pending{}
			return end
		}
	}
	if anywhere || !spaced && (!before || n >= 2) {
		to := end
		if c == '`' && n == 3 {
			to = m.fenceLanguage(end)
		}
		m.marks = append(m.marks, mark{from: i, to: to})
		*open = pending{mark: len(m.marks), inner: before}
		return to
	}
	return end
}

// fenceLanguage is where the text of a code fence begins: after a language name on the
// fence's own line, which is not displayed.
func (m *markup) fenceLanguage(i int) int {
	for end := i; end < len(m.raw); end++ {
		switch c := m.raw[end]; {
		case c == '\n':
			return end
		case classes[c]&(isLetter|isDigit) == 0 && c != '+' && c != '-' && c != '#' && c != '_':
			return i
		}
	}
	return i
}

// labelEnd handles "](https://…)" after a "[": the label stays, the target goes.
func (m *markup) labelEnd(i int) int {
	if m.label.mark == 0 {
		return i + 1
	}
	_, end, ok := linkTarget(m.raw, i)
	if !ok {
		return i + 1
	}
	m.marks[m.label.mark-1].drop = true
	m.label = pending{}
	m.drop(i, end, 0)
	return end
}

// linkTarget reads "](target)" or "](<target> "title")" at i and returns the target's range
// in raw and the end of the whole. The target must name a scheme, as Discord demands.
func linkTarget(raw string, i int) (target moderation.Span, end int, ok bool) {
	if !strings.HasPrefix(raw[i:], "](") {
		return target, 0, false
	}
	from := i + 2
	if from < len(raw) && raw[from] == '<' {
		from++
	}
	if !hasScheme(raw[from:]) {
		return target, 0, false
	}
	target = moderation.Span{From: from, To: -1}
	for end = from; end < len(raw); end++ {
		switch raw[end] {
		case ')', '>', ' ':
			if target.To < 0 {
				target.To = end
			}
			if raw[end] == ')' {
				return target, end + 1, true
			}
		case '\n', ']': // ']' keeps the sum of all searches linear
			return target, 0, false
		}
	}
	return target, 0, false
}

func hasScheme(s string) bool {
	n := min(len(s), len("https://"))
	head := strings.ToLower(s[:n])
	return strings.HasPrefix(head, "https://") || strings.HasPrefix(head, "http://")
}

// angle handles "<…>": mentions, custom emoji, timestamps, commands, bare links.
func (m *markup) angle(i int) int {
	const longest = 128 // a command mention with its subcommands
	end := strings.IndexByte(m.raw[i:min(len(m.raw), i+longest)], '>')
	if end < 0 {
		if hasScheme(m.raw[i+1:]) {
			m.drop(i, i+1, 0)
		}
		return i + 1
	}
	end += i
	body := m.raw[i+1 : end]
	switch {
	case hasScheme(body):
		m.drop(i, i+1, 0)
		m.drop(end, end+1, 0)
		return end + 1
	case isMention(body):
		m.mentions++
		m.drop(i, end+1, ' ')
		return end + 1
	case isReference(body):
		m.drop(i, end+1, ' ')
		return end + 1
	}
	if from, to, ok := emojiName(body); ok { // keep ":name:"
		m.emoji++
		m.drop(i, i+1+from, 0)
		m.drop(i+1+to, end+1, 0)
		return end + 1
	}
	return i + 1
}

// isMention knows what follows "<" in a mention of a user or role.
func isMention(body string) bool {
	rest, ok := strings.CutPrefix(body, "@")
	return ok && allDigits(strings.TrimLeft(rest, "!&"))
}

// isReference knows channels (#1), timestamps (t:1:R), commands (/ban:1) and server pages (id:guide).
func isReference(body string) bool {
	switch {
	case strings.HasPrefix(body, "#"):
		return allDigits(body[1:])
	case strings.HasPrefix(body, "t:"):
		number, style, _ := strings.Cut(body[2:], ":")
		return len(style) <= 1 && allDigits(strings.TrimPrefix(number, "-"))
	case strings.HasPrefix(body, "/"):
		return allDigits(body[strings.LastIndexByte(body, ':')+1:])
	case strings.HasPrefix(body, "id:"):
		return anyOf(body[3:]) == isLetter
	}
	return false
}

// emojiName finds ":name:" in ":name:1" or "a:name:1".
func emojiName(body string) (from, to int, ok bool) {
	from = len(body) - len(strings.TrimPrefix(body, "a"))
	if !strings.HasPrefix(body[from:], ":") {
		return 0, 0, false
	}
	length := strings.IndexByte(body[from+1:], ':')
	if length < 1 {
		return 0, 0, false
	}
	to = from + 1 + length + 1
	return from, to, allDigits(body[to:])
}

func allDigits(s string) bool { return len(s) > 0 && anyOf(s) == isDigit }
