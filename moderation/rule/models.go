package rule

import "parley/moderation"

// Probability holds when a classifier gives a category more than a probability. Where no
// classifier spoke about the category the answer is unknown.
type Probability struct {
	Classifier string // "" for the first that knows the category
	Category   moderation.Category
	Above      float64
	Below      float64 // 0: no bound
}

func (c Probability) bind(*binder) bound { return &boundProbability{c} }

type boundProbability struct{ Probability }

func (c *boundProbability) trigger() trigger { return anyComment }

func (c *boundProbability) ask(s *Subject) Answer {
	if s.Models == nil {
		return Unknown
	}
	p, known := s.Models.Probability(c.Classifier, c.Category)
	if !known {
		return Unknown
	}
	return answer(p > c.Above && (c.Below == 0 || p < c.Below))
}

// Score holds when all rules and classifiers together give a category more than a score.
// Rules with this condition are asked after all others.
type Score struct {
	Category moderation.Category
	Above    float64
}

func (c Score) bind(b *binder) bound {
	b.late = true
	return &boundScore{c}
}

type boundScore struct{ Score }

func (c *boundScore) trigger() trigger { return anyComment }

func (c *boundScore) ask(s *Subject) Answer {
	if s.Scores == nil {
		return Unknown
	}
	return answer(s.Scores[c.Category] > c.Above)
}

// Matched holds when one of other rules holds, with their evidence.
type Matched struct{ Rules []string }

func (c Matched) bind(b *binder) bound {
	m := &boundMatched{set: b.set}
	for _, id := range c.Rules {
		if i, ok := b.refer(id); ok {
			m.rules = append(m.rules, i)
		}
	}
	return m
}

type boundMatched struct {
	set   *Set
	rules []int
}

// trigger is that of the rules referred to. It is asked for only once all are bound, and
// rules do not refer to themselves.
func (c *boundMatched) trigger() trigger {
	ts := make([]trigger, len(c.rules))
	for i, r := range c.rules {
		ts[i] = c.set.rules[r].when.trigger()
	}
	return either(ts...)
}

func (c *boundMatched) ask(s *Subject) Answer {
	result := No
	for _, i := range c.rules {
		if s.off.has(i) {
			continue
		}
		switch o := s.set.decide(s, i); o.Answer {
		case Yes:
			s.evidence = append(s.evidence, o.Evidence...)
			result = Yes
		case Unknown:
			if result == No {
				result = Unknown
			}
		}
	}
	return result
}
