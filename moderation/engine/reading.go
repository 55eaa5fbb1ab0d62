package engine

import (
	"strings"

	"parley/moderation"
	"parley/moderation/classifier"
	"parley/moderation/policy"
	"parley/moderation/rule"
	"parley/moderation/text"
)

// Reading is one comment on its way to a verdict, with everything worked out only once. It
// belongs to one goroutine and must not be used after Release.
type Reading struct {
	engine   *Engine
	comment  *moderation.Comment
	settings *policy.Settings
	article  *article
	subject  rule.Subject
	opinion  opinion
	outcomes []rule.Outcome
	parts    []contribution
	meters   []moderation.Meter
}

func (r *Reading) open(c *moderation.Comment) {
	p := r.engine.policy
	r.comment = c
	r.settings = p.Settings(c.Guild, c.Channel, c.Article)
	r.article = r.engine.articles.get(&c.Article, p.Rules)
	r.opinion.asked = false
	r.subject.Reset(p.Rules, c, rule.Context{}, r.settings.Off)
	if r.article != nil {
		r.subject.Topics = r.article.topics
	}
	if sources := r.sources(); sources[0] != nil || sources[1] != nil {
		r.subject.Quotes = r.subject.Views().Quoted(sources[:]...)
	}
	if r.engine.model != nil {
		r.subject.Models = r
	}
}

// sources are what the comment may quote: its article and the comment it replies to.
func (r *Reading) sources() (s [2]*text.Source) {
	if r.article != nil {
		s[0] = r.article.source
	}
	if r.comment.Parent.Text != "" {
		s[1] = r.engine.parents.get(r.comment.Parent.Text)
	}
	return s
}

// Release gives the reading back. The verdicts it made stay valid.
func (r *Reading) Release() {
	r.comment, r.settings, r.article = nil, nil, nil
	r.subject.Comment, r.subject.History, r.subject.Models = nil, nil, nil
	r.engine.readings.Put(r)
}

// Sighting is what the ledger must be told of the comment. It is valid until Release. The model
// has been asked then, so that what is left to do after the ledger's answer is little.
func (r *Reading) Sighting() moderation.Sighting {
	r.classified()
	hot := false
	if r.engine.policy.Rules.NeedsHeat() {
		r.subject.History = nil
		r.ask()
		hot = r.summary().Action > moderation.Allow
	}
	s := r.subject.Sighting(hot, r.meters[:0])
	r.meters = s.Meters
	return s
}

// Judge says what the policy makes of the comment. obs is what the ledger answered to
// Sighting; nil where nobody asked, and then conditions on history are unknown.
func (r *Reading) Judge(obs *moderation.Observation) moderation.Verdict {
	r.subject.History = obs
	r.ask()
	return r.verdict()
}

// ask collects what rules and model say.
func (r *Reading) ask() {
	r.subject.Scores = nil
	r.outcomes = r.engine.policy.Rules.Evaluate(&r.subject, r.outcomes[:0], func(soFar []rule.Outcome) {
		sum := r.add(soFar, false)
		r.subject.Scores = &sum.scores
	})
}

// opinion is what the embedded model says of a comment.
type opinion struct {
	asked  bool
	result classifier.Result
	rest   classifier.Result
	extra  classifier.Result
}

// Settings is what the policy says for the comment's place.
func (r *Reading) Settings() *policy.Settings { return r.settings }

// Probability is what the embedded model says of a category; it makes a Reading what rules
// ask about models.
func (r *Reading) Probability(name string, c moderation.Category) (float64, bool) {
	if name != "" && name != ModelName {
		return 0, false
	}
	result := r.classified()
	if result == nil || result.Unknown != "" || !result.Known.Has(c) {
		return 0, false
	}
	return result.Scores[c], true
}

// classified is what the model says of the comment, worked out once; nil without a model.
func (r *Reading) classified() *classifier.Result {
	if r.engine.model == nil {
		return nil
	}
	o := &r.opinion
	if !o.asked {
		o.asked = true
		r.classify(r.comment.Text, &o.result)
		r.discountQuotes(o)
		r.addPassages(o)
	}
	return &o.result
}

// classify asks the model about words. Where there are none, as under a picture, it has
// nothing to judge, whatever the article is about.
func (r *Reading) classify(words string, out *classifier.Result) {
	out.Scores, out.Known, out.Unknown, out.Evidence = moderation.Scores{}, 0, "", out.Evidence[:0]
	if strings.TrimSpace(words) == "" {
		return
	}
	in := classifier.Input{
		Text: words, Title: r.comment.Article.Title, Summary: r.comment.Article.Summary, Parent: r.comment.Parent.Text,
	}
	r.engine.model.Classify(&in, out)
}

// suspicious is the probability from which on it is worth looking whether a comment is only
// as bad as what it quotes.
const suspicious = 0.2

// discountQuotes judges a suspicious comment again without the words that it quotes, which
// are not its author's, and keeps the milder judgement.
func (r *Reading) discountQuotes(o *opinion) {
	quotes := r.subject.Quotes.Spans
	if worst, _ := o.result.Scores.Max(); len(quotes) == 0 || worst < suspicious || o.result.Unknown != "" {
		return
	}
	own := r.ownWords(quotes)
	if strings.TrimSpace(own) == "" {
		o.result.Scores = moderation.Scores{}
		o.result.Evidence = o.result.Evidence[:0]
		return
	}
	r.classify(own, &o.rest)
	for c := range o.result.Scores {
		if o.rest.Unknown == "" && o.rest.Known.Has(moderation.Category(c)) {
			o.result.Scores[c] = min(o.result.Scores[c], o.rest.Scores[c])
		}
	}
	kept := o.result.Evidence[:0]
	for _, e := range o.result.Evidence {
		if !r.subject.Quotes.Covers(e.Span) {
			kept = append(kept, e)
		}
	}
	o.result.Evidence = kept
}

// ownWords is the comment without its quotations.
func (r *Reading) ownWords(quotes []moderation.Span) string {
	var b strings.Builder
	next := 0
	for _, q := range quotes {
		b.WriteString(r.comment.Text[next:q.From])
		b.WriteByte(' ')
		next = q.To
	}
	b.WriteString(r.comment.Text[next:])
	return strings.Trim(b.String(), " \"'“”‘’«»>\n\t.,:;-–—")
}

// spoken are the passages that the model reads like the comment itself.
func spoken(kind moderation.PassageKind) bool {
	switch kind {
	case moderation.PassageForward, moderation.PassagePoll, moderation.PassageFile:
		return true
	}
	return false
}

// mostPassages bounds how many passages the model reads.
const mostPassages = 4

// addPassages lets the model read what came with the comment and keeps the harsher judgement.
func (r *Reading) addPassages(o *opinion) {
	n := 0
	for i := range r.comment.Passages {
		p := &r.comment.Passages[i]
		if !spoken(p.Kind) || p.Text == "" || n == mostPassages {
			continue
		}
		n++
		r.classify(p.Text, &o.extra)
		if o.extra.Unknown != "" {
			continue
		}
		o.result.Known |= o.extra.Known
		for c, score := range o.extra.Scores {
			o.result.Scores[c] = max(o.result.Scores[c], score)
		}
	}
}
