package rule

import (
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"

	"parley/moderation/text"
)

// facts are things that several conditions want to know; each is worked out when first asked for.
type facts struct {
	haveLinks, haveLoudness, haveDomain, haveLanguage bool

	links    []text.Link
	loudness text.Loudness
	domain   string
	language string
}

func (s *Subject) links() []text.Link {
	if !s.facts.haveLinks {
		s.facts.haveLinks = true
		s.facts.links = s.Views().Links()
	}
	return s.facts.links
}

func (s *Subject) loudness() *text.Loudness {
	if !s.facts.haveLoudness {
		s.facts.haveLoudness = true
		s.facts.loudness = s.Views().Loudness()
	}
	return &s.facts.loudness
}

// articleDomain is the registered domain that the article stands on, "" when unknown.
func (s *Subject) articleDomain() string {
	if !s.facts.haveDomain {
		s.facts.haveDomain = true
		s.facts.domain = DomainOf(s.Comment.Article.URL)
	}
	return s.facts.domain
}

// DomainOf is the registered domain of an address, such as "example.co.uk"; its host where
// that has none, and "" where the address cannot be read.
func DomainOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}

// Below this confidence, or with fewer words, a language counts as unclear.
const (
	sureLanguage = 0.5
	fewestWords  = 3
)

// language is the code of the comment's language, "" when unclear.
func (s *Subject) language() string {
	if !s.facts.haveLanguage {
		s.facts.haveLanguage = true
		code, confidence := s.Views().Language()
		if confidence >= sureLanguage && len(s.Views().Tokens(text.Folded)) >= fewestWords {
			s.facts.language = code
		}
	}
	return s.facts.language
}
