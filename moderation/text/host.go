package text

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// hosts maps host names the way browsers do before looking them up (UTS #46).
var hosts = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

func newLink(host, rest, scheme string) Link {
	ascii, display := hostForms(host)
	l := Link{Host: ascii, Display: display, Skeleton: HostSkeleton(display), Domain: ascii, URL: scheme + "://" + ascii + rest}
	if _, err := netip.ParseAddr(ascii); err != nil {
		if domain, err := publicsuffix.EffectiveTLDPlusOne(ascii); err == nil {
			l.Domain = domain
		}
	}
	l.Invite = inviteCode(ascii, rest)
	return l
}

// hostForms returns a host in ASCII and as it is displayed. A host that IDNA refuses is kept
// in lower case: it leads nowhere but still shows what was meant.
func hostForms(host string) (ascii, display string) {
	host = strings.Trim(host, ".")
	ascii, err := hosts.ToASCII(host)
	if err != nil {
		lower := strings.ToLower(host)
		return lower, lower
	}
	if display, err = hosts.ToUnicode(ascii); err != nil {
		display = ascii
	}
	return ascii, display
}

// HostSkeleton writes a host so that hosts that look alike become the same text:
// "pаypaI.com" with a Cyrillic а and a capital I, and "paypa1.com" both give the skeleton
// of "paypal.com". A skeleton is for comparing, not for showing.
func HostSkeleton(host string) string {
	f := folder{eager: true}
	f.fold(&View{Text: []byte(host)})
	return skeletonLetters.Replace(string(f.out.text))
}

var skeletonLetters = strings.NewReplacer(
	"rn", "m", "vv", "w", "cl", "d", "i", "l", "1", "l", "|", "l", "!", "l", "0", "o", "3", "e", "4", "a", "5", "s", "-", "", "_", "")

// inviteCode finds the code in the address of a Discord invite.
func inviteCode(host, rest string) string {
	path := strings.TrimLeft(strings.ReplaceAll(rest, "\\", "/"), "/")
	switch strings.TrimPrefix(strings.TrimPrefix(host, "www."), "ptb.") {
	case "discord.gg":
		path = strings.TrimPrefix(path, "invite/")
	case "discord.com", "discordapp.com", "canary.discord.com":
		after, ok := strings.CutPrefix(path, "invite/")
		if !ok {
			return ""
		}
		path = after
	default:
		return ""
	}
	code, _, _ := strings.Cut(path, "/")
	code, _, _ = strings.Cut(code, "?")
	code, _, _ = strings.Cut(code, "#")
	return code
}
