package text

import "testing"

func TestLinksAreFoundHoweverTheyAreWritten(t *testing.T) {
	for _, c := range []struct{ raw, span, url, domain string }{
		{"see https://Example.com/A?q=1.", "https://Example.com/A?q=1", "https://example.com/A?q=1", "example.com"},
		{"(at www.example.co.uk/x)", "www.example.co.uk/x", "https://www.example.co.uk/x", "example.co.uk"},
		{"go to example.com, now", "example.com", "https://example.com", "example.com"},
		{"hxxps://evil[.]example.com/x", "hxxps://evil[.]example.com/x", "https://evil.example.com/x", "example.com"},
		{"example (dot) com", "example (dot) com", "https://example.com", "example.com"},
		{"example(dot)com", "example(dot)com", "https://example.com", "example.com"},
		{"example dot com is it", "example dot com", "https://example.com", "example.com"},
		{"exam\u200bple.com", "exam\u200bple.com", "https://example.com", "example.com"},
		{"example。com", "example。com", "https://example.com", "example.com"},
		{"https://bank.com@evil.ru/login", "https://bank.com@evil.ru/login", "https://evil.ru/login", "evil.ru"},
		{"http://%65vil.ru/x", "http://%65vil.ru/x", "http://evil.ru/x", "evil.ru"},
		{"http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x", "127.0.0.1"},
		{"bücher.de", "bücher.de", "https://xn--bcher-kva.de", "xn--bcher-kva.de"},
		{"youtu.be/abc", "youtu.be/abc", "https://youtu.be/abc", "youtu.be"},
		{"I agree.It was that.is so e.g. at 3.14 p.m. in v1.2.3", "", "", ""},
		{"mail me@example.com", "", "", ""},
		{"no links", "", "", ""},
	} {
		links := views(c.raw).Links()
		if c.span == "" {
			if len(links) != 0 {
				t.Errorf("%q holds no link, got %+v", c.raw, links)
			}
			continue
		}
		if len(links) != 1 {
			t.Errorf("%q holds one link, got %+v", c.raw, links)
			continue
		}
		if l := links[0]; l.Span.In(c.raw) != c.span || l.URL != c.url || l.Domain != c.domain {
			t.Errorf("%q: span %q, URL %q, domain %q; want %q, %q, %q", c.raw, l.Span.In(c.raw), l.URL, l.Domain, c.span, c.url, c.domain)
		}
	}
}

func TestLookAlikeHostsShareASkeleton(t *testing.T) {
	for _, imitation := range []string{"pаypal.com", "paypa1.com", "paypaI.com", "pay-pal.com", "ρaypal.com", "раураl.com"} {
		if got, want := HostSkeleton(imitation), HostSkeleton("paypal.com"); got != want {
			t.Errorf("%q has skeleton %q, paypal.com has %q", imitation, got, want)
		}
	}
	l := views("xn--pypal-4ve.com").Links()
	if len(l) != 1 || l[0].Display != "pаypal.com" || l[0].Skeleton != HostSkeleton("paypal.com") {
		t.Errorf("punycode is not seen through: %+v", l)
	}
	if HostSkeleton("example.com") == HostSkeleton("sample.com") {
		t.Error("different names share a skeleton")
	}
}

func TestInvitesAreRecognised(t *testing.T) {
	for raw, want := range map[string]string{
		"join discord.gg/AbC-1": "AbC-1", "https://discord.com/invite/xyz?event=1": "xyz",
		"discord.gg\u200b/abc": "abc", "discord[.]gg/abc": "abc", "https://discordapp.com/invite/q/": "q",
		"https://discord.com/channels/1/2": "", "notdiscord.gg/abc": "",
	} {
		links := views(raw).Links()
		if len(links) != 1 || links[0].Invite != want {
			t.Errorf("%q: got %+v, want invite %q", raw, links, want)
		}
	}
}

func TestALabelThatNamesAnotherSiteMisleads(t *testing.T) {
	for raw, want := range map[string]bool{
		"[paypal.com](https://evil.ru/x)":         true,
		"[www.example.com](https://example.com/)": false,
		"[click here](https://evil.ru/x)":         false,
	} {
		links := views(raw).Links()
		if len(links) != 1 || links[0].Label == "" || links[0].Misleads() != want || links[0].Span.In(raw) != raw {
			t.Errorf("%q: %+v", raw, links)
		}
	}
}
