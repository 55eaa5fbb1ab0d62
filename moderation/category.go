package moderation

import (
	"encoding/json"
	"fmt"
)

// Category is one kind of abuse. The same vocabulary serves rules, models,
// thresholds, metrics and everything that people read; each classifier maps its
// own labels onto it.
type Category uint8

// The categories, in the order in which they are shown.
const (
	Toxicity       Category = iota // rude or disrespectful enough to drive people out
	SevereToxicity                 // hateful or aggressive beyond argument
	Insult                         // demeans a person
	Harassment                     // pursues, shames or gangs up on a person
	IdentityAttack                 // demeans people for who they are
	Threat                         // announces or wishes violence or harm
	Sexual                         // sexual content or advances
	Obscene                        // vulgar words
	SelfHarm                       // encourages or announces self-harm
	Spam                           // advertising, copy-paste
	Scam                           // fraud, phishing, impersonation
	Flood                          // too much, too fast, too loud
	NumCategories  = iota          // how many categories there are
)

var categoryNames = [NumCategories]string{
	"toxicity", "severe_toxicity", "insult", "harassment", "identity_attack", "threat",
	"sexual", "obscene", "self_harm", "spam", "scam", "flood",
}

// Categories lists every category in display order.
func Categories() []Category {
	all := make([]Category, NumCategories)
	for i := range all {
		all[i] = Category(i)
	}
	return all
}

// String is the category's name in configuration and output, such as "identity_attack".
func (c Category) String() string {
	if int(c) < len(categoryNames) {
		return categoryNames[c]
	}
	return fmt.Sprintf("category(%d)", uint8(c))
}

// ParseCategory finds a category by its name; ok is false where there is none.
func ParseCategory(name string) (c Category, ok bool) {
	for i, n := range categoryNames {
		if n == name {
			return Category(i), true
		}
	}
	return 0, false
}

// MarshalText writes the category's name.
func (c Category) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a category's name and refuses an unknown one.
func (c *Category) UnmarshalText(b []byte) error {
	parsed, ok := ParseCategory(string(b))
	if !ok {
		return fmt.Errorf("unknown category %q", b)
	}
	*c = parsed
	return nil
}

// Scores holds one number in [0,1] per category; zero means that nothing spoke for it.
// The array is a value: copying it copies the scores.
type Scores [NumCategories]float64

// Max returns the highest score and its category; (0, Toxicity) for empty scores.
func (s Scores) Max() (float64, Category) {
	best, at := s[0], Category(0)
	for i, v := range s {
		if v > best {
			best, at = v, Category(i)
		}
	}
	return best, at
}

// MarshalJSON writes an object of the categories whose score is not zero.
func (s Scores) MarshalJSON() ([]byte, error) {
	byName := make(map[string]float64, len(s))
	for i, v := range s {
		if v != 0 {
			byName[categoryNames[i]] = v
		}
	}
	return json.Marshal(byName)
}

// UnmarshalJSON reads what MarshalJSON writes and refuses unknown categories.
func (s *Scores) UnmarshalJSON(b []byte) error {
	var byName map[Category]float64
	if err := json.Unmarshal(b, &byName); err != nil {
		return fmt.Errorf("scores: %w", err)
	}
	*s = Scores{}
	for c, v := range byName {
		s[c] = v
	}
	return nil
}
