package demo

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed script.yaml
var builtin []byte

// Script is what a community says, scene by scene.
type Script struct {
	Article Article  `yaml:"article"`
	Members []string `yaml:"members"`
	Scenes  []Scene  `yaml:"scenes"`

	// Spacing is the time that comments say lies between them, when a play takes less time
	// than what it plays; 0: they carry the time at which they are posted.
	Spacing time.Duration `yaml:"-"`
}

// Article is the news report that everybody comments on.
type Article struct {
	Title   string `yaml:"title" json:"title"`
	Summary string `yaml:"summary" json:"summary"`
	URL     string `yaml:"url" json:"-"`
}

// Scene is a part of the story. Its parts happen in the order of the fields.
type Scene struct {
	Title         string    `yaml:"title"`
	Article       *Article  `yaml:"article"`        // another article, shared first
	SecondOpinion bool      `yaml:"second_opinion"` // lines wait for the remote model's word
	ShadowRule    bool      `yaml:"shadow_rule"`    // the silent rule is switched on before lines marked so
	Lines         []Line    `yaml:"lines"`
	Flood         *Flood    `yaml:"flood"`
	Edits         []Edit    `yaml:"edits"`
	Moderator     *GiveBack `yaml:"moderator"`
}

// Line is one comment.
type Line struct {
	Who           string  `yaml:"who"`
	Says          string  `yaml:"says"`
	RepliesTo     string  `yaml:"replies_to"` // whose latest comment it answers
	Answers       string  `yaml:"answers"`    // the text of the comment that it answers
	Expect        Outcome `yaml:"expect"`
	ID            string  `yaml:"id"` // names it for a later edit
	AfterEnabling bool    `yaml:"after_enabling"`
}

// Flood is one comment said many times in a row.
type Flood struct {
	Who   string `yaml:"who"`
	Says  string `yaml:"says"`
	Times int    `yaml:"times"`
}

// Edit changes an earlier comment.
type Edit struct {
	Of     string  `yaml:"of"`
	Says   string  `yaml:"says"`
	Expect Outcome `yaml:"expect"`
}

// GiveBack is a comment that was taken down wrongly and that a moderator gives back.
type GiveBack struct {
	By   string `yaml:"says_by"`
	Says string `yaml:"says"`
	Note string `yaml:"note"`
}

// Outcome is what becomes of a comment.
type Outcome string

// The outcomes.
const (
	Stays   Outcome = "stays"
	Flagged Outcome = "flagged"
	Down    Outcome = "down"
)

// wantsOpinions reports whether a scene waits for a second opinion.
func (s Script) wantsOpinions() bool {
	return slices.ContainsFunc(s.Scenes, func(scene Scene) bool { return scene.SecondOpinion })
}

// Builtin is the script that the demo plays by default.
func Builtin() (Script, error) { return parse(builtin) }

func parse(source []byte) (Script, error) {
	var s Script
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	decoder.KnownFields(true)
	if err := decoder.Decode(&s); err != nil {
		return Script{}, fmt.Errorf("demo script: %w", err)
	}
	return s, nil
}

// shadowRule is the id of the rule that the last scene switches on.
const shadowRule = "crisis-actors"
