package reader_test

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"

	"parley/moderation"
	"parley/moderation/classifier"
	"parley/moderation/classifier/reader"
)

func embedded(t testing.TB) *reader.Model {
	t.Helper()
	m, err := reader.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func classify(m *reader.Model, in classifier.Input) classifier.Result {
	var out classifier.Result
	m.Classify(&in, &out)
	return out
}

func toxicity(m *reader.Model, text string) float64 {
	return classify(m, classifier.Input{Text: text}).Scores[moderation.Toxicity]
}

// noticed is the score from which these tests take a comment to be found abusive: a
// sensitive community's threshold for review.
const noticed = 0.4

// Pairs that share their words and differ in what they do.
func TestWhatASentenceDoesCountsNotItsWords(t *testing.T) {
	m := embedded(t)
	for _, pair := range []struct{ abusive, benign string }{
		{"I really hate immigrants", "I really don't hate immigrants"},
		{"Women should not be allowed to vote", "Women should be allowed to vote"},
		{"Muslims are vermin", `Calling Muslims "vermin" is disgusting`},
		{"Someone should shoot those gay people", "Someone shot those gay people, my heart is broken"},
		{"Jews are liars and thieves", "My teacher told us that Jews were called liars and thieves. Never again."},
		{"You are a worthless idiot", "This phone is a worthless brick"},
		{"I want to kill all of them, every last migrant", "I want to kill this bug before the release"},
		{"disabled people are a burden on us all", "disabled people are not a burden on anyone"},
		{"send the refugees back to where they came from", "do not send the refugees back to the war they fled"},
		{"trans people make me sick", "people who bully trans kids make me sick"},
	} {
		abusive, benign := toxicity(m, pair.abusive), toxicity(m, pair.benign)
		if abusive < noticed || benign > noticed {
			t.Errorf("%.2f %q\n%.2f %q", abusive, pair.abusive, benign, pair.benign)
		}
	}
}

func TestNamingWhoOneIsIsNoAbuse(t *testing.T) {
	m := embedded(t)
	for _, who := range []string{"gay", "Muslim", "Jewish", "black", "trans", "a woman", "an immigrant", "deaf", "an atheist", "Mexican", "a lesbian", "autistic"} {
		for _, text := range []string{"I am " + who + ".", "My sister is " + who + " and lives in Leeds.", "The new mayor is " + who + "."} {
			if score := toxicity(m, text); score > noticed {
				t.Errorf("%.2f %q", score, text)
			}
		}
	}
}

func TestAShortAnswerMeansWhatItAnswers(t *testing.T) {
	m := embedded(t)
	killed := classify(m, classifier.Input{Text: "good riddance", Title: "Gay couple killed in Paris"})
	won := classify(m, classifier.Input{Text: "well deserved", Title: "Gay couple wins dance award in Paris"})
	if k, w := killed.Scores[moderation.Toxicity], won.Scores[moderation.Toxicity]; k < 0.5 || w > 0.3 {
		t.Errorf("cheering a murder scored %.2f, cheering an award %.2f", k, w)
	}
	abuse := "Muslims are vermin and should be shot"
	agrees := classify(m, classifier.Input{Text: "Exactly. So true.", Parent: abuse})
	objects := classify(m, classifier.Input{Text: "That is a horrible thing to say.", Parent: abuse})
	if a, o := agrees.Scores[moderation.Toxicity], objects.Scores[moderation.Toxicity]; a < 0.5 || o > 0.3 {
		t.Errorf("agreeing with abuse scored %.2f, objecting %.2f", a, o)
	}
}

func TestPaddingDoesNotHideAbuse(t *testing.T) {
	m := embedded(t)
	abuse := "You are a stupid worthless idiot and all migrants are vermin."
	calm := strings.Repeat("The council met on Tuesday and looked at the plans for the new library. ", 120)
	alone, padded := toxicity(m, abuse), toxicity(m, calm+abuse+" "+calm)
	if padded < 0.5 || toxicity(m, calm) > 0.4 {
		t.Errorf("abuse alone %.2f, padded %.2f, the padding %.2f", alone, padded, toxicity(m, calm))
	}
}

func TestOtherLanguagesAreUnknownNotClean(t *testing.T) {
	m := embedded(t)
	for _, text := range []string{
		"Ich finde das nicht gut, was hier geschrieben wird, und die Regierung hat auch keine Antwort.",
		"Je ne comprends pas pourquoi les gens disent cela, c'est vraiment une honte pour tout le monde.",
		"No entiendo por qué la gente dice estas cosas, es una vergüenza para todos nosotros.",
		"Non capisco perché la gente scriva queste cose, è davvero una vergogna per tutti.",
		"Ik begrijp niet waarom mensen zulke dingen schrijven, het is echt een schande.",
		"Nie rozumiem, dlaczego ludzie piszą takie rzeczy, to naprawdę wstyd.",
		"Bu insanların neden böyle şeyler yazdığını anlamıyorum, gerçekten utanç verici.",
		"Я не понимаю, почему люди пишут такие вещи, это просто позор.",
		"لا أفهم لماذا يكتب الناس مثل هذه الأشياء، إنه أمر مخجل حقا.",
		"我不明白为什么人们会写这样的话,真是太可耻了。",
		"なぜ人々がこんなことを書くのか理解できません。",
		"मुझे समझ नहीं आता कि लोग ऐसी बातें क्यों लिखते हैं।",
	} {
		out := classify(m, classifier.Input{Text: text})
		if out.Unknown != "language" || out.Known != 0 {
			t.Errorf("known as %v (%q): %q", out.Known, out.Unknown, text)
		}
	}
}

func TestShortTextsEmojiAndNamesAreNotForeign(t *testing.T) {
	m := embedded(t)
	for _, text := range []string{"", "ok", "lol", "😀", "🔥🔥🔥 😂", "no", "Müller!", "Kyiv", "https://example.org", "@someone thanks", "gg wp", "1:0", "…", "WHAT", "Lewandowski, Szczęsny"} {
		if out := classify(m, classifier.Input{Text: text}); out.Unknown != "" {
			t.Errorf("%q: unknown %s", text, out.Unknown)
		}
	}
}

func TestEvidenceNamesTheWordsThatMoved(t *testing.T) {
	m := embedded(t)
	text := "I read the whole article on Tuesday and you are a pathetic m0ron for writing it."
	out := classify(m, classifier.Input{Text: text})
	if len(out.Evidence) == 0 {
		t.Fatalf("no evidence for %.2f", out.Scores[moderation.Toxicity])
	}
	strongest := out.Evidence[0]
	if got := strongest.Span.In(text); !strings.Contains("you are a pathetic m0ron", got) {
		t.Errorf("strongest evidence is %q", got)
	}
	for i, e := range out.Evidence {
		if e.Weight <= 0 || i > 0 && e.Weight > out.Evidence[i-1].Weight {
			t.Errorf("evidence %d weighs %.3f", i, e.Weight)
		}
	}
}

func TestEvidenceInALongCommentIsWhereTheAbuseIs(t *testing.T) {
	m := embedded(t)
	abuse := "You are a stupid worthless idiot and all migrants are vermin."
	for _, lines := range []int{5, 20, 120} {
		calm := strings.Repeat("The council met on Tuesday and looked at the plans for the new library. ", lines)
		text := calm + abuse + " " + calm
		out := classify(m, classifier.Input{Text: text})
		if len(out.Evidence) == 0 {
			t.Fatalf("no evidence for %.2f between %d lines", out.Scores[moderation.Toxicity], lines)
		}
		for _, e := range out.Evidence {
			if got := e.Span.In(text); !strings.Contains(abuse, got) || e.Weight > out.Scores[e.Category] {
				t.Errorf("between %d lines %q is evidence of %.3f", lines, got, e.Weight)
			}
		}
	}
}

func TestACleanCommentNeedsNoEvidence(t *testing.T) {
	out := classify(embedded(t), classifier.Input{Text: "Thank you for the article, I learned a lot about the new tram line."})
	if len(out.Evidence) != 0 {
		t.Errorf("evidence %v for a thank-you", out.Evidence)
	}
}

func TestManyMayReadAtOnce(t *testing.T) {
	m := embedded(t)
	texts := []string{"you are an idiot", "what a lovely day in the park", "all migrants are vermin", "lol", "good riddance"}
	want := make([]classifier.Result, len(texts))
	for i, text := range texts {
		want[i] = classify(m, classifier.Input{Text: text, Title: "Council votes", Parent: "I disagree"})
	}
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for i := range 40 {
				k := i % len(texts)
				got := classify(m, classifier.Input{Text: texts[k], Title: "Council votes", Parent: "I disagree"})
				if got.Scores != want[k].Scores {
					t.Errorf("%q scored %v, before %v", texts[k], got.Scores, want[k].Scores)
				}
			}
		})
	}
	readers.Wait()
}

func TestReadingAllocatesNothingOnceWarm(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools at random, so allocations cannot be counted")
	}
	m := embedded(t)
	var out classifier.Result
	for name, in := range map[string]classifier.Input{
		"plainly clean": {Text: "Thank you, that was a good read about the harbour.", Title: "Harbour opens"},
		"abusive":       {Text: "you are a stupid worthless idiot", Title: "Harbour opens", Parent: "I like the harbour"},
	} {
		m.Classify(&in, &out)
		if n := testing.AllocsPerRun(200, func() { m.Classify(&in, &out) }); n != 0 {
			t.Errorf("%s: %v allocations a comment", name, n)
		}
	}
}

func TestAWrittenModelReadsTheSame(t *testing.T) {
	m := embedded(t)
	var file bytes.Buffer
	if _, err := m.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	again, err := reader.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	in := classifier.Input{Text: "you people are a disgrace, go home"}
	if a, b := classify(m, in), classify(again, in); !reflect.DeepEqual(a, b) {
		t.Errorf("%v before, %v after", a, b)
	}
	if again.Name() != m.Name() || again.Version() != m.Version() || m.Version() == "" {
		t.Errorf("%s %s became %s %s", m.Name(), m.Version(), again.Name(), again.Version())
	}
}

func TestTheModelFitsTheRepository(t *testing.T) {
	info, err := os.Stat("model.bin")
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 16<<20 {
		t.Errorf("model.bin has %d bytes, more than 16 MiB", info.Size())
	}
}

func TestAWallOfOneEmojiSaysNoMoreThanAFewOfThem(t *testing.T) {
	m := embedded(t)
	for _, emoji := range []string{"🚨", "😂", "❤️", "🏳️‍🌈", "🇺🇦"} {
		few, wall := "look at what is going on "+strings.Repeat(emoji, 3), "look at what is going on "+strings.Repeat(emoji, 40)
		var short, long classifier.Result
		m.Classify(&classifier.Input{Text: few}, &short)
		m.Classify(&classifier.Input{Text: wall}, &long)
		for _, c := range reader.Heads() {
			if short.Scores[c] != long.Scores[c] {
				t.Errorf("%s: three score %.3f for %v, forty %.3f", emoji, short.Scores[c], c, long.Scores[c])
			}
		}
	}
}
