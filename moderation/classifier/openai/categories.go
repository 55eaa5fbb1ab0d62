package openai

import (
	"math"

	"parley/moderation"
)

// translation maps one label of the moderation model to a category. Weight says how much
// of the native score carries over: some labels describe what a text is about rather than what
// it does, and news is often about violence.
type translation struct {
	category moderation.Category
	weight   float64
}

// translations is the whole mapping from OpenAI's labels, as its API description lists them.
// A label that is not here is kept under its own name and shown, but weighs nothing.
//
//	native                   ours              weight
//	hate                     identity_attack   1
//	hate/threatening         threat            1
//	harassment               harassment        1
//	harassment/threatening   threat            1
//	illicit                  scam              0.5   advice on wrongdoing of any kind
//	illicit/violent          threat            0.5   advice on violence, not the wish for it
//	self-harm                self_harm         0.5   also mentions and depictions
//	self-harm/intent         self_harm         1
//	self-harm/instructions   self_harm         1
//	sexual                   sexual            1
//	sexual/minors            sexual            1
//	violence                 threat            0.5   also depictions: news is full of them
//	violence/graphic         obscene           0.5   also depictions
func translate(native string) (translation, bool) {
	switch native {
	case "hate":
		return translation{moderation.IdentityAttack, 1}, true
	case "hate/threatening", "harassment/threatening":
		return translation{moderation.Threat, 1}, true
	case "harassment":
		return translation{moderation.Harassment, 1}, true
	case "illicit":
		return translation{moderation.Scam, 0.5}, true
	case "illicit/violent", "violence":
		return translation{moderation.Threat, 0.5}, true
	case "self-harm":
		return translation{moderation.SelfHarm, 0.5}, true
	case "self-harm/intent", "self-harm/instructions":
		return translation{moderation.SelfHarm, 1}, true
	case "sexual", "sexual/minors":
		return translation{moderation.Sexual, 1}, true
	case "violence/graphic":
		return translation{moderation.Obscene, 0.5}, true
	}
	return translation{}, false
}

// translateScores turns native scores into ours: of labels that share a category the
// highest counts, and the category's offset is added to its log-odds.
func translateScores(native map[string]float64, offsets *[moderation.NumCategories]float64) (moderation.Scores, moderation.Set) {
	var scores moderation.Scores
	var known moderation.Set
	for label, score := range native {
		t, ok := translate(label)
		if !ok {
			continue
		}
		known |= moderation.SetOf(t.category)
		scores[t.category] = max(scores[t.category], score*t.weight)
	}
	for c := range scores {
		scores[c] = shift(scores[c], offsets[c])
	}
	return scores, known
}

// shift adds an offset to a probability's log-odds.
func shift(p, offset float64) float64 {
	if p <= 0 || p >= 1 || offset == 0 {
		return p
	}
	return 1 / (1 + (1-p)/p*math.Exp(-offset))
}
