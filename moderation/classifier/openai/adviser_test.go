package openai_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"parley/moderation"
	"parley/moderation/classifier/openai"
	"parley/moderation/classifier/openai/openaitest"
)

func TestTheJudgeSaysWhatItThinksAndWhichWordsDecided(t *testing.T) {
	server := openaitest.New(openaitest.Script{Schemas: described(t), Judge: func(openaitest.Prompt) openaitest.Answer {
		return openaitest.Answer{Verdict: "remove", Category: "harassment", Confidence: 0.85, Quote: "a brave way", Reason: "Mocks the\nvictim."}
	}})
	got := opinion(t, adviser(t, judge(), server, newMemory()), undecided("What  a\nbrave way to spend an evening."))
	want := moderation.Opinion{
		Source: "model:openai.judge", Model: "judge-1", Action: moderation.Remove, Category: moderation.Harassment,
		Confidence: 0.85, Span: moderation.Span{From: 6, To: 17}, Quote: "a\nbrave way", Reason: "Mocks the victim.",
	}
	if got.Native != nil || got.Cost != 0 {
		t.Errorf("native %v and cost %v came from nowhere", got.Native, got.Cost)
	}
	if got.Source != want.Source || got.Model != want.Model || got.Action != want.Action || got.Category != want.Category ||
		got.Confidence != want.Confidence || got.Span != want.Span || got.Quote != want.Quote || got.Reason != want.Reason {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for _, breach := range server.Breaches() {
		t.Error(breach)
	}
}

func TestTheJudgeReadsPolicyArticleParentAndEarlierStages(t *testing.T) {
	server := openaitest.New(openaitest.Script{})
	cfg := judge()
	cfg.Community = func(guild string) openai.Community { return openai.Community{Policy: "Be kind in " + guild + "."} }
	c := undecided("He had it coming")
	c.Comment.Article.Summary = "The victim is in hospital."
	c.Comment.Parent.Text = "Such sad news"
	c.Comment.Passages = []moderation.Passage{{Kind: moderation.PassageFileName, Text: "cheers.png"}}
	c.Verdict.Reasons = []moderation.Reason{{Source: "rule:gloating", Category: moderation.Threat, Score: 0.4}}
	opinion(t, adviser(t, cfg, server, newMemory()), c)

	p := server.Calls()[0].Prompt
	if !strings.Contains(p.System, "Be kind in g1.") {
		t.Error("the community's policy is missing from the instructions")
	}
	if p.Title != "Man attacked outside club" || p.Summary != "The victim is in hospital." || p.Parent != "Such sad news" {
		t.Errorf("context came as %+v", p)
	}
	if p.Comment != "He had it coming\n[file name] cheers.png" {
		t.Errorf("the comment came as %q", p.Comment)
	}
	if len(p.Earlier) != 1 || p.Earlier[0] != "rule:gloating: threat +0.40" {
		t.Errorf("earlier stages came as %q", p.Earlier)
	}
}

func TestTheModerationModelKeepsLabelsThatNobodyKnowsYet(t *testing.T) {
	server := openaitest.New(openaitest.Script{Schemas: described(t), Score: func(string) map[string]float64 {
		return map[string]float64{"hate": 0.8, "illicit": 0.9, "gloating": 0.7}
	}})
	got := opinion(t, adviser(t, scoring(), server, newMemory()), undecided("some words"))
	if got.Action != moderation.Remove || got.Category != moderation.IdentityAttack || got.Confidence != 0.8 {
		t.Errorf("got %s %s %v, want remove identity_attack 0.8", got.Action, got.Category, got.Confidence)
	}
	if got.Scores[moderation.Scam] != 0.45 || !got.Known.Has(moderation.Scam) {
		t.Errorf("illicit should weigh half as scam: %v", got.Scores)
	}
	if got.Native["gloating"] != 0.7 || !strings.Contains(got.Reason, "gloating 0.70") {
		t.Errorf("the unknown label is lost: %v, %q", got.Native, got.Reason)
	}
	if got.Known.Has(moderation.Spam) {
		t.Error("the model says nothing about spam; that is unknown, not zero")
	}
	for _, breach := range server.Breaches() {
		t.Error(breach)
	}
}

func TestPicturesAreScoredOneByOneAndTheWorstCounts(t *testing.T) {
	server := openaitest.New(openaitest.Script{Schemas: described(t), Score: func(input string) map[string]float64 {
		if strings.HasSuffix(input, "one.png") {
			return map[string]float64{"sexual": 0.97}
		}
		return map[string]float64{"sexual": 0.2}
	}})
	c := undecided("look")
	for _, name := range []string{"one.png", "two.png"} {
		c.Comment.Attachments = append(c.Comment.Attachments, moderation.Attachment{ContentType: "image/png", URL: "https://cdn.test/" + name})
	}
	c.Comment.Attachments = append(c.Comment.Attachments, moderation.Attachment{ContentType: "video/mp4", URL: "https://cdn.test/three.mp4"})
	got := opinion(t, adviser(t, scoring(), server, newMemory()), c)
	if got.Category != moderation.Sexual || got.Action != moderation.Remove {
		t.Errorf("got %s %s, want remove sexual", got.Action, got.Category)
	}
	if calls := server.Calls(); len(calls) != 3 {
		t.Errorf("%d calls, want one for the words and one for each picture", len(calls))
	}
	for _, breach := range server.Breaches() {
		t.Error(breach)
	}
}

func TestWhatNoModelCanLookAtIsUnknown(t *testing.T) {
	picture := undecided(" \n")
	picture.Comment.Attachments = []moderation.Attachment{{ContentType: "image/png", URL: "https://cdn.test/one.png"}}
	for name, tc := range map[string]struct {
		cfg   openai.Config
		c     moderation.Case
		calls int
	}{
		"blanks":                                {scoring(), undecided(" \n"), 0},
		"a picture, where only the judge is on": {judge(), picture, 0},
		"a picture, as a control":               {scoring(), picture, 1},
	} {
		t.Run(name, func(t *testing.T) {
			server := openaitest.New(openaitest.Script{})
			o := opinion(t, adviser(t, tc.cfg, server, newMemory()), tc.c)
			if len(server.Calls()) != tc.calls || (o.Unknown == "") != (tc.calls > 0) {
				t.Errorf("%d calls, got %+v", len(server.Calls()), o)
			}
		})
	}
}

func TestTheModerationModelChecksTheJudge(t *testing.T) {
	server := openaitest.New(openaitest.Script{Score: func(string) map[string]float64 {
		return map[string]float64{"hate/threatening": 0.95}
	}})
	cfg := judge()
	cfg.Moderation.Model = "scores-1"
	c := undecided("cleverly put")
	o := opinion(t, adviser(t, cfg, server, newMemory()), c)
	if o.Source != "model:openai.judge" || o.Action != moderation.Allow {
		t.Fatalf("the judge should speak and allow: %+v", o)
	}
	got := moderation.Weigh(c.Verdict, o, moderation.Margins{Confidence: 0.6, Disagreement: 0.6, Harshest: moderation.Remove})
	if got.Action != moderation.Review {
		t.Errorf("two models that contradict each other give %s, want review", got.Action)
	}
	if earlier := server.Calls()[1].Prompt.Earlier; len(earlier) != 1 || earlier[0] != "model:openai.moderation: highest is threat 0.95" {
		t.Errorf("the judge was told %q", earlier)
	}
}

func TestWithoutAModelSecondOpinionsAreOffAndSaySo(t *testing.T) {
	server := openaitest.New(openaitest.Script{})
	a := adviser(t, openai.Config{}, server, newMemory())
	if a.On("g1") {
		t.Error("an adviser without models claims to be on")
	}
	if o := opinion(t, a, undecided("words")); o.Unknown == "" || o.Action != moderation.Allow {
		t.Errorf("got %+v, want an unknown opinion that asks for nothing", o)
	}
	status, err := a.Status(t.Context(), "g1")
	if err != nil || status.Off == "" || len(status.Stages) != 0 {
		t.Errorf("status is %+v, %v", status, err)
	}
}

func TestWithoutAKeyOpenAIIsNotAsked(t *testing.T) {
	var log bytes.Buffer
	cfg := judge()
	cfg.Log = logTo(&log)
	a, err := openai.New(cfg, newMemory())
	if err != nil {
		t.Fatal(err)
	}
	if o := opinion(t, a, undecided("words")); !strings.Contains(o.Unknown, "OPENAI_API_KEY") || !strings.Contains(log.String(), "OPENAI_API_KEY") {
		t.Errorf("neither the opinion (%q) nor the log (%q) says what is missing", o.Unknown, log.String())
	}
}

func TestACommunityThatOptedOutIsNeverSent(t *testing.T) {
	server := openaitest.New(openaitest.Script{})
	cfg := judge()
	cfg.Community = func(guild string) openai.Community { return openai.Community{OptOut: guild == "g1"} }
	a := adviser(t, cfg, server, newMemory())
	if o := opinion(t, a, undecided("words")); o.Unknown == "" {
		t.Errorf("got %+v, want an unknown opinion", o)
	}
	if a.On("g1") || !a.On("g2") || len(server.Calls()) != 0 {
		t.Errorf("on for g1: %v, for g2: %v, calls: %d", a.On("g1"), a.On("g2"), len(server.Calls()))
	}
}

func TestNamesAndIDsAreNotSentAndWordsAreNotLogged(t *testing.T) {
	server := openaitest.New(openaitest.Script{
		Judge: func(openaitest.Prompt) openaitest.Answer { return openaitest.Answer{Raw: "zebra zebra"} },
		Fault: failing(1, 1, openaitest.Fault{Status: 500}),
	})
	var log bytes.Buffer
	cfg := judge()
	cfg.Moderation.Model, cfg.Log = "scores-1", logTo(&log)
	c := undecided("zebra <@100200300400500600> and <@&100200300400500601> in <#100200300400500602> <:wave:100200300400500603>, id 100200300400500604")
	c.Comment.Author = moderation.Author{ID: "100200300400500604", Name: "jo_account", Display: "Jo Display", Roles: []string{"100200300400500605"}}
	c.Comment.Parent = moderation.Parent{ID: "100200300400500606", AuthorID: "100200300400500607", Text: "zebra too, <@!100200300400500604>"}
	c.Comment.Channel = moderation.Channel{ID: "100200300400500608", Name: "secret-channel"}
	c.Comment.Mentions = []string{"100200300400500600"}
	c.Comment.Passages = []moderation.Passage{{Kind: moderation.PassageDisplayName, Text: "Jo Display"}}
	c.Comment.ID, c.ID, c.Guild = "100200300400500609", "100200300400500609", "100200300400500610"
	opinion(t, adviser(t, cfg, server, newMemory()), c)

	calls := server.Calls()
	if len(calls) < 3 {
		t.Fatalf("%d calls, want both models and a failure", len(calls))
	}
	for _, call := range calls {
		for _, secret := range []string{"1002003004005006", "jo_account", "Jo Display", "secret-channel"} {
			if bytes.Contains(call.Body, []byte(secret)) {
				t.Errorf("%s was sent %q", call.Path, secret)
			}
		}
	}
	if got := calls[len(calls)-1].Prompt.Comment; got != "zebra @someone and @role in #channel :wave:, id someone" {
		t.Errorf("the comment was sent as %q", got)
	}
	if strings.Contains(log.String(), "zebra") {
		t.Errorf("the log repeats the comment: %s", log.String())
	}
}

func TestAPaddedCommentIsCutInTheMiddleAndItsAllowDoubted(t *testing.T) {
	server := openaitest.New(openaitest.Script{Judge: func(openaitest.Prompt) openaitest.Answer {
		return openaitest.Answer{Verdict: "allow", Category: "none", Confidence: 0.9, Quote: "the point", Reason: "Fine."}
	}})
	o := opinion(t, adviser(t, judge(), server, newMemory()), undecided(strings.Repeat("padding ", 2000)+"the point"))
	if got := server.Calls()[0].Prompt.Comment; len(got) > 6100 || !strings.HasSuffix(got, "the point") {
		t.Errorf("%d bytes were sent, ending in %q", len(got), got[len(got)-20:])
	}
	if o.Doubt == "" {
		t.Error("an allow for a comment that was not read whole must be doubted")
	}
}

func TestStatusShowsWhatWasUsedAndSpent(t *testing.T) {
	server := openaitest.New(openaitest.Script{})
	cfg := judge()
	cfg.Judge.Prices = openai.Prices{Input: 0.40, Output: 1.60}
	cfg.Judge.Limits = openai.Limits{RequestsPerMinute: 60, TokensPerDay: 1_000_000}
	a := adviser(t, cfg, server, newMemory())
	asked := opinion(t, a, undecided("words"))
	again := opinion(t, a, undecided("words"))
	if asked.Cost <= 0 || again.Cost != 0 || !again.Cached {
		t.Errorf("the first costs %v, the second %v (cached: %v)", asked.Cost, again.Cost, again.Cached)
	}
	status, err := a.Status(t.Context(), "g1")
	if err != nil {
		t.Fatal(err)
	}
	usage := server.Calls()[0].Tokens
	if status.Today.Questions != 1 || status.Today.Tokens != int64(usage) {
		t.Errorf("today's spending is %+v, want one question of %d tokens", status.Today, usage)
	}
	if d := status.Today.Dollars - asked.Cost; d > 1e-6 || d < -1e-6 {
		t.Errorf("today's dollars are %v, the answer cost %v", status.Today.Dollars, asked.Cost)
	}
	budgets := status.Stages[0].Budgets
	if len(budgets) != 2 || budgets[0].Name != "requests/minute" || budgets[0].Used != 1 || budgets[1].Used < int64(usage) {
		t.Errorf("budgets are %+v; each reservation must cover what was used (%d tokens)", budgets, usage)
	}
	if status.Stages[0].Open || status.Stages[0].Failure != "" || !status.Stages[0].Paused.Equal(time.Time{}) {
		t.Errorf("the stage is fine and shows as %+v", status.Stages[0])
	}
}

func TestANonsensicalAddressIsRefusedAtOnce(t *testing.T) {
	for _, address := range []string{"api.openai.com/v1", "ftp://host/v1", "http://", "::"} {
		if _, err := openai.New(openai.Config{BaseURL: address}, newMemory()); err == nil || !strings.Contains(err.Error(), "base_url") {
			t.Errorf("%q brings %v; want an error that names base_url", address, err)
		}
	}
}

func TestThePromptReadsAsIntended(t *testing.T) {
	server := openaitest.New(openaitest.Script{})
	cfg := judge()
	cfg.Moderation.Model = "scores-1"
	cfg.Community = func(string) openai.Community {
		return openai.Community{Policy: "We discuss news about our community. Grief and anger are welcome.\nNobody is mocked for having been hurt."}
	}
	c := undecided("Give that man a medal <3\n\"brave\"")
	c.Comment.Article.Summary = "Police are looking for a witness."
	c.Comment.Parent.Text = "Rest in peace."
	c.Verdict.Reasons = []moderation.Reason{{Source: "rule:gloating", Category: moderation.Threat, Score: 0.4}, {Source: "model:ngram", Category: moderation.Harassment, Score: 0.31}}
	opinion(t, adviser(t, cfg, server, newMemory()), c)
	p := server.Calls()[1].Prompt
	got := p.System + "\n\n=====\n\n" + strings.ReplaceAll(p.User, p.Code, "CODE") + "\n"
	t.Logf("the prompt has about %d tokens", len(got)/4)
	golden := "testdata/prompt.golden"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the prompt changed; see the difference and run again with UPDATE_GOLDEN=1 if it is meant.\n%s", got)
	}
}
