package text

import (
	"bytes"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"parley/moderation"
)

// Link is an address in a comment, written as a link or so that people can follow it.
type Link struct {
	Span     moderation.Span // in the raw text; of a masked link the whole, label included
	URL      string          // as a browser would open it; a bare domain gets "https://"
	Host     string          // lower case, ASCII (punycode where needed), without port
	Display  string          // the host as readers see it
	Skeleton string          // HostSkeleton(Display): equal for hosts that look alike
	Domain   string          // the part of Host that somebody registered ("example.co.uk"), Host itself for IPs
	Invite   string          // the code of a Discord invite, else ""
	Label    string          // the text that a masked link shows instead of its target, else ""
	Bare     bool            // written without a scheme
	Defanged bool            // written so as to escape link filters: hxxp, [.], (dot)
}

// Misleads reports whether the label of a masked link names another site than the target.
func (l Link) Misleads() bool {
	if l.Label == "" {
		return false
	}
	var v Views
	v.Reset(l.Label)
	for _, shown := range v.Links() {
		if shown.Domain != l.Domain {
			return true
		}
	}
	return false
}

// Links are the addresses in the comment, in order. They do not change on Reset.
func (v *Views) Links() []Link {
	if !mayLink(v.raw) {
		return nil
	}
	var links []Link
	label := -1
	for i := 0; i < len(v.raw); {
		c := v.raw[i]
		switch {
		case c == '[':
			label = i
		case c == ']' && label >= 0:
			if target, end, ok := linkTarget(v.raw, i); ok {
				if l, ok := maskedLink(v.raw, label, i, target, end); ok {
					links = append(outside(links, label), l)
				}
				label, i = -1, end
				continue
			}
		case classes[c]&(isLetter|isDigit|isWide) != 0:
			end := ordinaryWord(v.raw, i)
			if end == i {
				var l Link
				var ok bool
				if l, end, ok = scanLink(v.raw, i); ok {
					links = append(links, l)
				}
			}
			i = max(end, i+1)
			continue
		}
		i++
	}
	return links
}

// ordinaryWord is the end of a word at i that begins no link; i where a closer look is due.
func ordinaryWord(raw string, i int) int {
	end := i
	for end < len(raw) && classes[raw[end]]&(isLetter|isDigit) != 0 {
		end++
	}
	if end == len(raw) {
		return end
	}
	if c := raw[end]; classes[c]&isWide != 0 || c == '-' || c == '_' || c == '@' {
		return i
	}
	if dot, _ := dotAt(raw, end); dot > 0 && wordAfter(raw, end+dot) {
		return i
	}
	if size, _ := schemeAt(raw, i); size > 0 {
		return i
	}
	return end
}

// mayLink is a cheap first look: no link without a dot of some kind.
func mayLink(raw string) bool {
	if strings.IndexByte(raw, '.') >= 0 || anyOf(raw)&isWide != 0 {
		return true
	}
	for i := strings.IndexAny(raw, "oO"); i > 0 && i+1 < len(raw); {
		if raw[i-1]|0x20 == 'd' && raw[i+1]|0x20 == 't' {
			return true
		}
		next := strings.IndexAny(raw[i+1:], "oO")
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return strings.Contains(raw, "://")
}

// outside drops links that lie within a masked link's label.
func outside(links []Link, from int) []Link {
	for len(links) > 0 && links[len(links)-1].Span.From >= from {
		links = links[:len(links)-1]
	}
	return links
}

func maskedLink(raw string, from, labelEnd int, target moderation.Span, end int) (Link, bool) {
	l, _, ok := scanLink(raw[:target.To], target.From)
	if !ok {
		return Link{}, false
	}
	l.Span = moderation.Span{From: from, To: end}
	l.Label = raw[from+1 : labelEnd]
	return l, true
}

// longestHost is the most that DNS allows (RFC 1035, 2.3.4).
const longestHost = 253

// scanLink reads the link that begins at i, or else says how far to go on.
func scanLink(raw string, i int) (l Link, end int, ok bool) {
	if size, defanged := schemeAt(raw, i); size > 0 {
		return fullLink(raw, i, i+size, defanged)
	}
	var h hostScan
	h.host = h.buffer[:0]
	h.read(raw, i)
	if h.labels < 2 || i > 0 && raw[i-1] == '@' && i > 1 && classes[raw[i-2]]&isSpace == 0 { // an e-mail address
		return l, h.end, false
	}
	end = h.end
	if end < len(raw) && raw[end] == '@' {
		return l, end + 1, false
	}
	path := end < len(raw) && raw[end] == '/'
	if !namesSite(string(h.host), h.labels, path) || h.capitalised && !path {
		return l, max(end, i+1), false
	}
	rest := linkRest(raw, end)
	l = newLink(string(h.host), raw[end:rest], "https")
	l.Span = moderation.Span{From: i, To: rest}
	l.Bare, l.Defanged = true, h.defanged
	return l, rest, l.Host != ""
}

// schemeAt matches "http://", "https://" and their defanged forms.
func schemeAt(raw string, i int) (size int, defanged bool) {
	rest := raw[i:]
	if len(rest) < 7 || rest[0]|0x20 != 'h' {
		return 0, false
	}
	for _, s := range [...]string{"https", "http", "hxxps", "hxxp", "h**ps", "h**p", "httxs", "htxp"} {
		if len(rest) <= len(s) || !strings.EqualFold(rest[:len(s)], s) {
			continue
		}
		for _, sep := range [...]string{"://", "[://]", "[:]//", ":\\\\", ":/\\"} {
			if strings.HasPrefix(rest[len(s):], sep) {
				return len(s) + len(sep), !strings.HasPrefix(s, "http") || sep != "://"
			}
		}
	}
	return 0, false
}

// fullLink reads a link with a scheme, whose host begins at from.
func fullLink(raw string, i, from int, defanged bool) (l Link, end int, ok bool) {
	end = from
	for end < len(raw) && strings.IndexByte("/?#\\ \n\t\r<>\"", raw[end]) < 0 {
		end++
	}
	authority := raw[from:end]
	userEnd := from + strings.LastIndexByte(authority, '@') + 1 // "https://bank.com@evil.com" opens evil.com
	var h hostScan
	h.read(raw[:end], userEnd)
	hostEnd := max(h.end, userEnd)
	if hostEnd < end && raw[hostEnd] == '%' {
		if plain, err := url.PathUnescape(raw[userEnd:end]); err == nil {
			h = hostScan{}
			h.read(plain, 0)
			hostEnd = end
		}
	}
	if h.labels < 2 || len(h.host) > longestHost {
		return l, max(hostEnd, i+1), false
	}
	scheme := "http"
	if c := raw[i+4]; c == 's' || c == 'S' {
		scheme = "https"
	}
	rest := linkRest(raw, hostEnd)
	l = newLink(string(h.host), raw[hostEnd:rest], scheme)
	l.Span = moderation.Span{From: i, To: rest}
	l.Defanged = defanged || h.defanged
	return l, rest, l.Host != ""
}

// linkRest finds the end of port, path and query after a host; punctuation at the very end
// belongs to the sentence.
func linkRest(raw string, i int) int {
	if i == len(raw) || strings.IndexByte("/?#:\\", raw[i]) < 0 || raw[i] == '?' && i+1 == len(raw) {
		return i
	}
	if raw[i] == ':' && (i+1 == len(raw) || classes[raw[i+1]]&isDigit == 0) {
		return i
	}
	end, open := i, 0
	for ; end < len(raw); end++ {
		c := raw[end]
		if classes[c]&isSpace != 0 || strings.IndexByte("<>\"|`", c) >= 0 {
			break
		}
		if c == '(' {
			open++
		} else if c == ')' {
			if open--; open < 0 {
				break
			}
		}
	}
	for end > i && strings.IndexByte(".,!?;:'*_~]", raw[end-1]) >= 0 {
		end--
	}
	return end
}

// hostScan reads a host name written with dots of any kind.
type hostScan struct {
	buffer      [64]byte
	host        []byte // in buffer while it fits
	labels      int
	end         int
	defanged    bool
	capitalised bool // "end.Next": the last label looks like the start of a sentence
}

func (h *hostScan) read(raw string, i int) {
	h.end = i
	for {
		from, length := i, len(h.host)
		for i < len(raw) {
			r, size := utf8.DecodeRuneInString(raw[i:])
			if r != '-' && r != '_' && !wordRune(r) && !invisible(r) || r == utf8.RuneError {
				break
			}
			if !invisible(r) {
				h.host = append(h.host, raw[i:i+size]...)
			}
			i += size
		}
		if len(h.host) == length { // no label here
			if h.labels == 0 {
				h.end = i
			}
			h.host = bytes.TrimSuffix(h.host, []byte{'.'})
			return
		}
		h.labels++
		h.end = i
		h.capitalised = i-from >= 2 && raw[from] >= 'A' && raw[from] <= 'Z' && raw[i-1] >= 'a'
		dot, defanged := dotAt(raw, i)
		if dot == 0 {
			return
		}
		h.defanged = h.defanged || defanged && i+dot < len(raw)
		h.host = append(h.host, '.')
		i += dot
	}
}

// dotAt matches a dot between host labels, written openly or hidden from filters.
func dotAt(raw string, i int) (size int, defanged bool) {
	if i == len(raw) {
		return 0, false
	}
	switch c := raw[i]; {
	case c == '.':
		return 1, false
	case c >= utf8.RuneSelf:
		for _, dot := range [...]string{"。", "．", "｡", "․"} {
			if strings.HasPrefix(raw[i:], dot) {
				return len(dot), true
			}
		}
	case c == '[', c == '(', c == '{':
		for _, dot := range [...]string{"[.]", "(.)", "{.}", "[dot]", "(dot)", "{dot}", "[,]"} {
			if len(raw) >= i+len(dot) && strings.EqualFold(raw[i:i+len(dot)], dot) {
				return len(dot), true
			}
		}
	case c == ' ':
		if i+1 < len(raw) && classes[raw[i+1]]&isLetter != 0 && raw[i+1]|0x20 != 'd' {
			return 0, false // the blank before an ordinary word
		}
		for _, dot := range [...]string{" dot ", " . ", " [.] ", " (.) ", " (dot) ", " [dot] "} {
			if len(raw) > i+len(dot) && strings.EqualFold(raw[i:i+len(dot)], dot) && spokenSuffix(raw[i+len(dot):]) {
				return len(dot), true
			}
		}
	}
	return 0, false
}

// spokenSuffix reports whether a text begins with a top-level domain that people spell out.
func spokenSuffix(rest string) bool {
	end := 0
	for end < len(rest) && end < 8 && classes[rest[end]]&isLetter != 0 {
		end++
	}
	switch strings.ToLower(rest[:end]) {
	case "com", "net", "org", "gg", "ru", "xyz", "io", "info", "biz", "gift", "gifts", "shop", "site", "online", "top", "club", "tk":
		return true
	}
	return false
}

// namesSite reports whether a bare name is a domain that people would recognise as one.
// "etc.in" and "that.is" are missing blanks unless a path follows.
func namesSite(host string, labels int, path bool) bool {
	if len(host) > longestHost {
		return false
	}
	host = strings.ToLower(host)
	suffix, icann := publicsuffix.PublicSuffix(host)
	if !icann && strings.IndexByte(suffix, '.') < 0 || len(suffix) == len(host) {
		return false
	}
	if path || labels > 2 {
		return true
	}
	_, word := suffixWords[suffix]
	return !word
}

// suffixWords are top-level domains that are also words that begin sentences.
var suffixWords = func() map[string]struct{} {
	set := make(map[string]struct{})
	for _, w := range strings.Fields(`al am are as at be best bet by call care case church city click cool dad date day do email es et
		fail fan film fit for free fun game gay girls gives global gmbh go green guide guru hair health help
		here hiphop home hot house how id ie in is it kids la land law le lease life like live living lol
		love ltd man map me media meet men mom money more my name new news ni no now nu one or page party
		pay people person phd photo place play plus poker porn post press pub read realty red rent report
		rest review rich rip room run sale save school science se search services sex sexy show si silk skin
		so social software space spot star store studio style such support taxi team thai tips to today toys
		training trust tube tv un us vet video vin vote voting wang war watch we weather wed win wine work
		works world wow wtf yes you your zero zip`) {
		set[w] = struct{}{}
	}
	return set
}()
