package consequence

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"parley/moderation"
	"parley/moderation/policy"
)

// Lengths in characters that keep a notice within one message and an audit reason within
// what platforms accept.
const (
	excerptLength = 400
	titleLength   = 120
	appealLength  = 400
	whyLength     = 200
	auditLength   = 400
)

// plainWords says of each category what a comment does, so that "it …" reads as a sentence.
var plainWords = [moderation.NumCategories]string{
	moderation.Toxicity:       "is rude enough to drive people out of the conversation",
	moderation.SevereToxicity: "is hateful or aggressive far beyond an argument",
	moderation.Insult:         "insults a person",
	moderation.Harassment:     "harasses or shames a person",
	moderation.IdentityAttack: "attacks people for who they are",
	moderation.Threat:         "threatens people or wishes them harm",
	moderation.Sexual:         "is sexual",
	moderation.Obscene:        "uses vulgar words that are not wanted here",
	moderation.SelfHarm:       "encourages self-harm",
	moderation.Spam:           "is advertising or repeats itself",
	moderation.Scam:           "looks like a fraud",
	moderation.Flood:          "is too much, too fast or too loud",
}

// InPlainWords says what a comment of a category does: "it " and the result make a
// sentence that its author understands.
func InPlainWords(c moderation.Category) string {
	if int(c) < len(plainWords) {
		return plainWords[c]
	}
	return "breaks the rules of this community"
}

// notice tells an author what was taken down, why, what follows and how to appeal.
func notice(s *policy.Settings, c moderation.Case, struck bool) string {
	var b strings.Builder
	b.WriteString("Your comment" + place(c.Comment) + " was removed.")
	if c.Verdict.Action == moderation.Hold && c.State == moderation.CaseOpen {
		b.Reset()
		b.WriteString("Your comment" + place(c.Comment) + " has been taken down until a moderator has looked at it.")
	}
	b.WriteString(excerpt(c.Comment.Text))
	b.WriteString("\n\nWhy: " + why(c.Verdict))
	if struck {
		b.WriteString(consequences(c))
	}
	b.WriteString(appeal(s))
	return b.String()
}

// handNotice tells somebody of a strike that a moderator gave by hand.
func handNotice(s *policy.Settings, c moderation.Case) string {
	text := "A moderator gave you a strike."
	if c.Strike.Reason != "" {
		text += "\n\nWhy: " + cut(c.Strike.Reason, whyLength)
	}
	return text + consequences(c) + appeal(s)
}

// banNotice tells an author that a moderator has banned them.
func banNotice(s *policy.Settings, c moderation.Case) string {
	text := "A moderator has banned you from this community."
	if hasComment(c) {
		text += " It is about your comment" + place(c.Comment) + "." + excerpt(c.Comment.Text) +
			"\n\nWhy: " + why(c.Verdict)
	}
	return text + appeal(s)
}

// dismissNotice tells an author that a moderator has undone everything.
func dismissNotice(c moderation.Case) string {
	if !hasComment(c) {
		return "A moderator has taken back the strike that you were given. Sorry for the trouble."
	}
	text := "A moderator has looked at your comment" + place(c.Comment) + " again and found nothing wrong with it."
	var back []string
	if IsDown(c) {
		back = append(back, "It has been given back")
	}
	if c.Strike != nil {
		back = append(back, "your strike no longer counts")
	}
	if len(back) > 0 {
		joined := strings.Join(back, " and ") + "."
		text += " " + strings.ToUpper(joined[:1]) + joined[1:]
	}
	return text + " Sorry for the trouble."
}

// pardonNotice tells an author that a strike no longer counts.
func pardonNotice(c moderation.Case) string {
	if !hasComment(c) {
		return "A moderator has taken back the strike that you were given."
	}
	return "A moderator has taken back the strike for your comment" + place(c.Comment) + "."
}

// givenBackNotice tells an author that a comment which was held is back.
func givenBackNotice(c moderation.Comment) string {
	return "Your comment" + place(c) + " has been looked at again. Nothing is wrong with it, and it has been given back. Sorry for the wait."
}

// exemptAlert tells moderators that somebody who is never punished was flagged.
func exemptAlert(c moderation.Comment, why moderation.Category) string {
	return fmt.Sprintf("A comment by %s was flagged: it %s. Parley leaves it alone (never punished: %s); please have a look at its card. This is said once a day for each person.",
		who(c.Author), InPlainWords(why), c.Author.Exempt)
}

// capAlert tells moderators that the hourly cap is reached.
func capAlert(limit int) string {
	return fmt.Sprintf("Parley has acted by itself %d times within an hour, which is as often as config.yaml allows. Until there is room again nothing more is taken down; everything that is flagged comes to this channel for you to decide.", limit)
}

// consequences says how a strike counts and what it brought about.
func consequences(c moderation.Case) string {
	text := fmt.Sprintf("\n\nThis counts as %s", points(c.Strike.Points))
	if !c.Strike.Expires.IsZero() {
		text += " until " + c.Strike.Expires.UTC().Format("2 January 2006")
	}
	text += "."
	switch {
	case c.Sanction == nil:
	case c.Sanction.Ask:
		text += " A moderator decides what follows."
	case c.Sanction.Kind == moderation.Warn:
		text += " Please take this as a warning; further strikes have further consequences."
	case c.Sanction.Kind == moderation.Timeout:
		text += " You cannot write here until " + moment(c.Until) + "."
	case c.Sanction.Kind == moderation.Kick:
		text += " You are removed from this community; you may come back with a new invitation."
	case c.Sanction.Kind == moderation.Ban:
		text += " You are banned from this community."
	}
	return text
}

// appeal says how to ask for another look.
func appeal(s *policy.Settings) string {
	how := s.Appeal
	if how == "" {
		how = "write to a moderator of this community; they can look at it again and undo it."
	}
	return "\n\nIf you think this is a mistake: " + cut(how, appealLength)
}

// why explains the weightiest reason of a verdict's category.
func why(v moderation.Verdict) string {
	text := "it " + InPlainWords(v.Category) + "."
	r, found := lead(v)
	rule, isRule := strings.CutPrefix(r.Source, "rule:")
	switch {
	case !found:
		return text
	case isRule && r.Why != "":
		return fmt.Sprintf("%s %s (rule %q)", text, sentence(r.Why), rule)
	case isRule:
		return fmt.Sprintf("%s (rule %q)", text, rule)
	}
	return text + " No single rule says so; a model that has read many comments does."
}

// lead is the reason that people are told first: the weightiest for the category that
// decided, or one that named the action outright.
func lead(v moderation.Verdict) (moderation.Reason, bool) {
	for _, r := range v.Reasons {
		if r.Action >= moderation.Hold || r.Category == v.Category && r.Score > 0 {
			return r, true
		}
	}
	return moderation.Reason{}, false
}

// leadReason is what a strike keeps as its reason: "threat (rule:wishes-of-harm)".
func leadReason(v moderation.Verdict) string {
	if r, found := lead(v); found {
		return fmt.Sprintf("%s (%s)", v.Category, r.Source)
	}
	return v.Category.String()
}

// auditReason is what the platform's audit log shows. It holds nothing of the comment.
func auditReason(c moderation.Case) string {
	what := leadReason(c.Verdict)
	if !hasComment(c) {
		what = "strike by a moderator"
	}
	return cut(fmt.Sprintf("Parley: %s, case %s", what, c.ID), auditLength)
}

// place says where a comment stands: ` in #news under “Title”`.
func place(c moderation.Comment) string {
	var text string
	if c.Channel.Name != "" {
		text += " in #" + oneLine(c.Channel.Name, titleLength)
	}
	if c.Article.Title != "" {
		text += " under “" + oneLine(c.Article.Title, titleLength) + "”"
	}
	return text
}

// excerpt quotes the beginning of a comment, every line marked as a quotation.
func excerpt(text string) string {
	text = strings.TrimSpace(cut(text, excerptLength))
	if text == "" {
		return ""
	}
	return "\n\n> " + strings.ReplaceAll(text, "\n", "\n> ")
}

func who(a moderation.Author) string {
	for _, name := range []string{a.Display, a.Name} {
		if name != "" {
			return oneLine(name, titleLength)
		}
	}
	return a.ID
}

func points(n int) string {
	if n == 1 {
		return "1 strike point"
	}
	return fmt.Sprintf("%d strike points", n)
}

func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

func pastTense(a moderation.Action) string {
	switch a {
	case moderation.Hold:
		return "held"
	case moderation.Remove:
		return "removed"
	}
	return "flagged"
}

func joinNotes(a, b string) string {
	if b == "" {
		return a
	}
	return a + "; " + b
}

// sentence starts a text with a capital letter and ends it with a full stop.
func sentence(text string) string {
	text = oneLine(text, whyLength)
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = strings.ToUpper(string(first)) + text[size:]
	if !strings.ContainsAny(text[len(text)-1:], ".!?…") {
		text += "."
	}
	return text
}

// oneLine is text without line breaks, cut to a length.
func oneLine(text string, length int) string {
	return cut(strings.Join(strings.Fields(text), " "), length)
}

// cut shortens valid UTF-8 made of text to a length in characters, with an ellipsis.
func cut(text string, length int) string {
	text = strings.ToValidUTF8(text, "�")
	if utf8.RuneCountInString(text) <= length {
		return text
	}
	runes := []rune(text[:min(len(text), 4*length)])
	return string(runes[:length-1]) + "…"
}
