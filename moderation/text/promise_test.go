package text

import (
	"strings"
	"testing"

	"parley/moderation"
)

func views(raw string) *Views {
	v := new(Views)
	v.Reset(raw)
	return v
}

func TestPlainIsWhatDiscordDisplays(t *testing.T) {
	for raw, want := range map[string]string{
		"no markup at all":                          "no markup at all",
		"**bold** *it* _it_ __under__ ~~gone~~":     "bold it it under gone",
		"***all*** of __*it*__":                     "all of it",
		"a ||hidden|| end":                          "a hidden end",
		"`code` and ```go\nx := 1\n```":             "code and \nx := 1\n",
		"hi <@123>, <@!4>, <@&5> in <#6>":           "hi  ,  ,   in  ",
		"at <t:1700000000:R> use </strikes show:9>": "at   use  ",
		"<:smile:123> <a:wave:456>":                 ":smile: :wave:",
		"[click here](https://example.com/a_b)":     "click here",
		"[click](<https://example.com> \"title\")":  "click",
		"[not a link](example)":                     "[not a link](example)",
		"> quoted\n# Heading\n-# small":             "quoted\nHeading\nsmall",
		`\*not italic\*`:                            "*not italic*",
		"see <https://example.com/x>":               "see https://example.com/x",
		"f*ck and sh*t":                             "f*ck and sh*t",
		"2 * 3 * 4 and snake_case_name":             "2 * 3 * 4 and snake_case_name",
		"one ** unpaired, a | b":                    "one ** unpaired, a | b",
		"fu**nn**y":                                 "funny",
		"<3 and <notatag>":                          "<3 and <notatag>",
	} {
		if got := views(raw).View(Plain).String(); got != want {
			t.Errorf("%q is displayed as %q, want %q", raw, got, want)
		}
	}
}

func TestFoldingUndoesDisguiseButNotOtherScripts(t *testing.T) {
	for raw, want := range map[string]string{
		"Crème BRÛLÉE":    "creme brulee",
		"Straße, Æther":   "strasse, aether",
		"раураl":          "paypal",
		"Привет, сосед!":  "привет, сосед!",
		"Καλημέρα κόσμε":  "καλημερα κοσμε",
		"日本語が ｶﾅ":         "日本語が カナ",
		"हिन्दी ไทย":      "हिन्दी ไทย",
		"“Well” – it’s…":  "\"well\" - it's...",
		"go 🇺🇸 🇫🇷":        "go 🇺🇸 🇫🇷",
		"🇲🇪🇱🇹":            "🇲🇪🇱🇹",
		"🇲🇴🇷🇴🇳":           "moron",
		"a\u200bb\u00adc": "abc",
		"x\xffy":          "xy",
		"👍🏽":              "👍",
	} {
		if got := Fold(raw); got != want {
			t.Errorf("%q folds to %q, want %q", raw, got, want)
		}
	}
}

func TestNumbersStayNumbersAndDisguisedWordsBecomeWords(t *testing.T) {
	for raw, want := range map[string]string{
		"123456789012345678": "123456789012345678",
		"a55 road, $50, 5%":  "a55 road, $50, 5%",
		"hi! 2 + 2":          "hi! 2 + 2",
		"n00b":               "noob",
		"1d10t":              "idiot",
		"b@d $tuff":          "bad stuff",
		"|-|ello":            "hello",
	} {
		if got := views(raw).View(Leet).String(); got != want {
			t.Errorf("%q is read as %q, want %q", raw, got, want)
		}
	}
	if got := views("she11").View(LeetL).String(); got != "shell" {
		t.Errorf("she11 with l for 1 is read as %q", got)
	}
}

func TestADoubledLetterIsNotInventedOrLost(t *testing.T) {
	for _, c := range []struct {
		text, word string
		want       bool
	}{
		{"loooser", "looser", true}, {"loooser", "loser", true}, {"asss", "ass", true},
		{"as - aaa", "ass", false}, {"rapper aaa", "raper", false}, {"boob aaa", "bob", false}, {"fuuck", "fuck", true},
	} {
		v := views(c.text)
		if _, got := v.Spells(Squashed, 0, c.word); got != c.want {
			t.Errorf("%q (%q) spells %q: %v", c.text, v.View(Squashed).Text, c.word, got)
		}
	}
}

func TestAMatchIsShownInTheOriginal(t *testing.T) {
	for _, c := range []struct{ raw, word, want string }{
		{"you **m0**r0n!", "moron", "m0**r0n"},
		{"so m.o.r.o.n there", "moron", "m.o.r.o.n"},
		{"ein Ｍｏｒｏｎ", "moron", "Ｍｏｒｏｎ"},
		{"mo\u0301ron\u0301 x", "moron", "mo\u0301ron\u0301"},
		{"x norom y", "moron", "norom"},
	} {
		if _, at, ok := find(views(c.raw), c.word); !ok || at.In(c.raw) != c.want {
			t.Errorf("in %q the match is %q (%v), want %q", c.raw, at.In(c.raw), ok, c.want)
		}
	}
}

func TestAViewsCanBeUsedAgain(t *testing.T) {
	v := new(Views)
	for _, raw := range append(nasty, "f u n n y **x** 1t", "") {
		v.Reset(raw)
		fresh := views(raw)
		for k := range numKinds {
			if got, want := v.View(k).String(), fresh.View(k).String(); got != want {
				t.Errorf("%s of %q is %q after other comments, %q at first", k, raw, got, want)
			}
		}
	}
}

func TestPlainEnglishCostsNoMemory(t *testing.T) {
	article := NewSource("Lawmakers approve law after assaults", "They passed a bill on Thursday that makes it easier.")
	v := views("Groping people in public wasn't already illegal? What's up with that! They passed a bill on Thursday, well.")
	var kinds [8]Kind
	if n := testing.AllocsPerRun(100, func() {
		v.Reset(v.raw)
		v.Readings(kinds[:0])
		exercise(v, article)
	}); n != 0 {
		t.Errorf("%v allocations per comment, want none", n)
	}
}

func TestWordsOfTheArticleAreNotTheCommenters(t *testing.T) {
	article := NewSource("Two men beaten as mob shouts 'filthy vermin' outside club", "Witnesses said the attackers cheered.")
	for _, c := range []struct {
		comment string
		quoted  []string
	}{
		{"TWO MEN BEATEN, as mob shouts... how sad", []string{"TWO MEN BEATEN, as mob shouts"}},
		{"they called them “filthy vermin”, unbelievable", []string{"filthy vermin"}},
		{"> the attackers cheered\nand nobody helped", []string{"the attackers cheered"}},
		{"> they are filthy animals\nagreed", nil},
		{"filthy vermin", nil},
		{"as mob shouts we all cheer", nil},
		{"he is 'vermin and worse'", nil},
		{"outside club. Witnesses said nothing", nil},
	} {
		q := views(c.comment).Quoted(article, nil)
		var got []string
		for _, s := range q.Spans {
			got = append(got, s.In(c.comment))
		}
		if strings.Join(got, "|") != strings.Join(c.quoted, "|") {
			t.Errorf("%q quotes %q, want %q", c.comment, got, c.quoted)
		}
		if (q.Share > 0) != (len(c.quoted) > 0) || q.Share > 1 {
			t.Errorf("%q: share %v", c.comment, q.Share)
		}
	}
	comment := "mob shouts 'filthy vermin' outside - vermin they are"
	q := views(comment).Quoted(article)
	first, last := strings.Index(comment, "vermin"), strings.LastIndex(comment, "vermin")
	if !q.Covers(moderation.Span{From: first, To: first + 6}) || q.Covers(moderation.Span{From: last, To: last + 6}) {
		t.Errorf("the article's word is quoted, the commenter's own is not: %v", q.Spans)
	}
}

func TestCopiesShareAFingerprint(t *testing.T) {
	spam := "Earn money from home today, just write to my manager and she will help you start."
	for _, copied := range []string{
		strings.ToUpper(spam), spam + "!!! 123", "<@55> " + strings.ReplaceAll(spam, ",", " ,"),
		strings.ReplaceAll(spam, "o", "о"), strings.ReplaceAll(spam, "today", "todaaay"),
	} {
		if views(copied).Exact() != views(spam).Exact() {
			t.Errorf("%q is no copy of %q", copied, spam)
		}
	}
	if views("2024 !!").Exact() != 0 || views("no").Exact() == views("on").Exact() {
		t.Error("nothing to compare must give 0, other words another fingerprint")
	}
}

func TestNearCopiesHaveNearFingerprints(t *testing.T) {
	long := strings.Repeat("the quick brown fox jumps over one lazy dog while nobody in town is looking at all ", 3)
	a, ok := views(long + "and then some").Near()
	b, _ := views(long + "and then more").Near()
	c, _ := views("an entirely different comment about the price of fish in northern harbours this winter").Near()
	if !ok || Distance(a, b) > NearDistance {
		t.Errorf("near-copies differ in %d bits", Distance(a, b))
	}
	if Distance(a, c) < 16 {
		t.Errorf("unrelated comments differ in %d bits only", Distance(a, c))
	}
	if _, ok := views("too short to tell").Near(); ok {
		t.Error("a short comment has no near fingerprint")
	}
	shared := 0
	for i, band := range Bands(a) {
		if band == Bands(b)[i] {
			shared++
		}
	}
	if shared == 0 {
		t.Error("near-copies share no band")
	}
}

func TestLoudCommentsAreHeard(t *testing.T) {
	l := views("STOP IT now!!!!!! 😂😂😂 👩‍👩‍👧 🇫🇷 <:kek:1>\n<@1> @everyone z\u0336\u0335\u0334\u0333").Loudness()
	want := Loudness{Visible: l.Visible, Letters: l.Letters, Capitals: 6, LongestRun: 6, Marks: 4, AllMarks: 4, Emoji: 6, Lines: 2, Mentions: 2}
	if l != want {
		t.Errorf("got %+v, want %+v", l, want)
	}
	if s := views("ALL CAPS").Loudness().CapitalShare(); s != 1 {
		t.Errorf("share of capitals %v, want 1", s)
	}
	if s := views("😂😂a😂").Loudness().EmojiShare(); s != 0.75 {
		t.Errorf("share of emoji %v, want 0.75", s)
	}
	if (views("").Loudness() != Loudness{}) {
		t.Error("an empty comment is not silent")
	}
}

func TestTheLanguageIsGuessedOrLeftOpen(t *testing.T) {
	for raw, want := range map[string]string{
		"You would never say that to them": "en", "Das ist doch nicht dein Ernst, oder?": "de",
		"C'est vraiment n'importe quoi, vous êtes nuls": "fr", "No me lo puedo creer, qué vergüenza": "es",
		"Non ci credo, che schifo di gente": "it", "Isso não é verdade": "pt", "Dat is toch niet normaal": "nl",
		"Det är inte sant": "sv", "Det er ikke noe for deg": "nb", "Hvad skal jeg sige til dig": "da",
		"Nie wierzę w to, to jest kłamstwo": "pl", "To není pravda, proč jsi tak hloupý": "cs",
		"Nu cred asta, este o minciună": "ro", "Ez nem igaz, hogy lehet ez": "hu", "Bu doğru değil, neden böyle": "tr",
		"Se ei ole totta, mutta niin on": "fi", "Это неправда, что ты говоришь": "ru", "Це неправда, що ти кажеш": "uk",
		"Това не е вярно, защо": "bg", "То није истина, како је могуће": "sr", "Αυτό δεν είναι αλήθεια": "el", "日本語です": "ja", "这是中文": "zh",
		"한국어": "ko", "هذا غير صحيح": "ar", "این درست نیست که میگویی": "fa", "lol": "", "": "", "12345 😂": "", "brexit": "",
	} {
		code, confidence := views(raw).Language()
		if code != want || (code == "") != (confidence == 0) || confidence < 0 || confidence > 1 {
			t.Errorf("%q is %q (%.2f), want %q", raw, code, confidence, want)
		}
	}
}

func TestTokensKnowWhereSentencesBegin(t *testing.T) {
	v := views("Don't go. It's v1.2 here!\nnew line 中文")
	var got []string
	for _, token := range v.Tokens(Raw) {
		word := string(v.View(Raw).Word(token))
		if token.SentenceStart {
			word = "." + word
		}
		if token.LineStart {
			word = "|" + word
		}
		got = append(got, word)
	}
	if want := "|.Don't go .It's v1 2 here |.new line 中 文"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", strings.Join(got, " "), want)
	}
}

func TestHalfALetterIsShownWhole(t *testing.T) {
	w := views("aéz").View(Raw)
	for at, want := range map[[2]int]string{{0, 2}: "aé", {2, 3}: "é", {2, 4}: "éz", {-1, 9}: "aéz", {3, 2}: ""} {
		if got := w.Origin(at[0], at[1]).In("aéz"); got != want {
			t.Errorf("bytes %v are shown as %q, want %q", at, got, want)
		}
	}
}
