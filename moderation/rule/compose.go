package rule

// All holds when every condition does; with none it always holds.
type All []Condition

// Any holds when at least one condition does.
type Any []Condition

// None holds when no condition does.
type None []Condition

type boundAll []bound
type boundAny []bound
type boundNone []bound

func bindEach(b *binder, conditions []Condition) []bound {
	out := make([]bound, len(conditions))
	for i, c := range conditions {
		out[i] = c.bind(b)
	}
	return out
}

func (c All) bind(b *binder) bound {
	if len(c) == 1 {
		return c[0].bind(b)
	}
	return boundAll(bindEach(b, c))
}
func (c Any) bind(b *binder) bound  { return boundAny(bindEach(b, c)) }
func (c None) bind(b *binder) bound { return boundNone(bindEach(b, c)) }

func (c boundAll) ask(s *Subject) Answer {
	result := Yes
	for _, part := range c {
		switch part.ask(s) {
		case No:
			return No
		case Unknown:
			result = Unknown
		}
	}
	return result
}

func (c boundAll) trigger() trigger { return both(triggers(c)...) }

func (c boundAny) ask(s *Subject) Answer {
	result := No
	for _, part := range c {
		mark := len(s.evidence)
		switch part.ask(s) {
		case Yes:
			result = Yes // the others may add evidence
		case Unknown:
			s.evidence = s.evidence[:mark]
			if result == No {
				result = Unknown
			}
		case No:
			s.evidence = s.evidence[:mark]
		}
	}
	return result
}

func (c boundAny) trigger() trigger { return either(triggers(c)...) }

func (c boundNone) ask(s *Subject) Answer {
	mark := len(s.evidence)
	result := Yes
	for _, part := range c {
		switch part.ask(s) {
		case Yes:
			result = No
		case Unknown:
			if result == Yes {
				result = Unknown
			}
		}
		s.evidence = s.evidence[:mark] // an absence has no evidence
		if result == No {
			break
		}
	}
	return result
}

func (c boundNone) trigger() trigger { return anyComment }

func triggers(parts []bound) []trigger {
	out := make([]trigger, len(parts))
	for i, p := range parts {
		out[i] = p.trigger()
	}
	return out
}
