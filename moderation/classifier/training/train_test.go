package training

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"parley/moderation"
	"parley/moderation/classifier"
	"parley/moderation/classifier/reader"
)

// smallCurriculum trains in a second what no one would want to use.
func smallCurriculum() curriculum {
	c := fullCurriculum()
	for i := range c.lessons {
		c.lessons[i].epochs = min(c.lessons[i].epochs, 2)
		c.lessons[i].diet.generated = min(c.lessons[i].diet.generated, 150)
	}
	c.teachers.size, c.teachers.parts, c.teachers.epochs, c.teachers.diet.generated = 2, 2, 1, 150
	c.phrases.epochs, c.phrases.diet.generated, c.wordRows, c.heldRows = 1, 150, 150, 30
	return c
}

// dataFolder writes a data folder with a few rows in every set.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "train"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, s := range sources() {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		for i := range 24 {
			text, label, category, score := "a calm remark about the council and its budget", 0, "neither", 0.0
			if i%2 == 1 {
				text, label, category, score = "what a stupid rotten thing you are", 1, "hate", 0.9
			}
			fmt.Fprintf(z, `{"id":"%d","text":"%s number %d","label":%d,"category":"%s","score":%g}`+"\n", i, text, i, label, category, score)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "train", s.file), packed.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func trainSmall(ctx context.Context, o Options) ([]byte, error) {
	r := run{options: o, curriculum: smallCurriculum()}
	if err := r.load(ctx); err != nil {
		return nil, err
	}
	m, err := r.fit(ctx)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	_, err = m.WriteTo(&file)
	return file.Bytes(), err
}

func TestTheSameSeedTrainsTheSameModel(t *testing.T) {
	dir := dataFolder(t)
	first, err := trainSmall(t.Context(), Options{DataDir: dir, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	second, err := trainSmall(t.Context(), Options{DataDir: dir, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("two runs with one seed gave different models")
	}
	other, err := trainSmall(t.Context(), Options{DataDir: dir, Seed: 6})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(first, other) {
		t.Error("another seed gave the same model")
	}
}

func TestAnInterruptedRunEndsInTheSameModel(t *testing.T) {
	dir := dataFolder(t)
	whole, err := trainSmall(t.Context(), Options{DataDir: dir, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ interruptedIn, notAgain string }{{"teachers", ""}, {"generalist", "specialist"}} {
		checkpoint := filepath.Join(t.TempDir(), "checkpoint")
		ctx, cancel := context.WithCancel(t.Context())
		interrupted := Options{DataDir: dir, Seed: 5, Checkpoint: checkpoint, Progress: func(p Progress) {
			if p.Stage == c.interruptedIn && p.Done > 0.5 {
				cancel()
			}
		}}
		if _, err := trainSmall(ctx, interrupted); !errors.Is(err, context.Canceled) {
			t.Fatalf("run interrupted in %s: %v", c.interruptedIn, err)
		}
		if _, err := os.Stat(checkpoint); err != nil {
			t.Fatalf("no checkpoint after an interruption: %v", err)
		}
		begun := map[string]float64{} // where each stage went on
		rest, err := trainSmall(t.Context(), Options{DataDir: dir, Seed: 5, Checkpoint: checkpoint, Progress: func(p Progress) {
			if _, known := begun[p.Stage]; !known {
				begun[p.Stage] = p.Done
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		if at, again := begun[c.notAgain]; again || begun["teachers"] < 0.5 {
			t.Errorf("interrupted in %s, the run went on with %q at %.2f and the teachers at %.2f", c.interruptedIn, c.notAgain, at, begun["teachers"])
		}
		if !bytes.Equal(whole, rest) {
			t.Errorf("the run interrupted in %s ended in another model", c.interruptedIn)
		}
		if _, err := os.Stat(checkpoint); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the checkpoint of a complete run is still there: %v", err)
		}
	}
}

func TestACheckpointOfAnotherRunIsRefused(t *testing.T) {
	dir := dataFolder(t)
	checkpoint := filepath.Join(t.TempDir(), "checkpoint")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := trainSmall(ctx, Options{DataDir: dir, Seed: 5, Checkpoint: checkpoint, Progress: func(p Progress) {
		if p.Stage == "generalist" {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := trainSmall(t.Context(), Options{DataDir: dir, Seed: 6, Checkpoint: checkpoint}); err == nil {
		t.Error("a run with another seed went on from the checkpoint")
	}
}

func TestTrainingWithoutDataSaysWhatIsMissing(t *testing.T) {
	if _, _, err := Train(t.Context(), Options{}); !errors.Is(err, ErrNoData) {
		t.Errorf("no folder: %v", err)
	}
	if _, _, err := Train(t.Context(), Options{DataDir: t.TempDir()}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestAdaptingTeachesACommunitysWordAndForgetsLittle(t *testing.T) {
	base, err := reader.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var with []Row
	for i := range 60 {
		var row Row
		row.Group = fmt.Sprint("case/", i)
		if row.Text = fmt.Sprintf("you are such a glorblefink, number %d", i); i%2 == 0 {
			row.say(toxicity, 1, 1)
		} else {
			row.Text = fmt.Sprintf("you are such a good neighbour, number %d", i)
			row.sayClean(1)
		}
		with = append(with, row)
	}
	adapted, report, err := Train(t.Context(), Options{Base: base, With: with, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	score := func(m *reader.Model, text string) float64 {
		var out classifier.Result
		m.Classify(&classifier.Input{Text: text}, &out)
		return out.Scores[moderation.Toxicity]
	}
	const insulted = "honestly, you are such a glorblefink"
	if before, after := score(base, insulted), score(adapted, insulted); after < 0.5 || after < before {
		t.Errorf("the community's insult scored %.2f before and %.2f after", before, after)
	}
	for i, before := range report.Before {
		if after := report.Held[i]; after.Source == "generated" && after.AUC < before.AUC-0.02 {
			t.Errorf("%s: AUC fell from %.3f to %.3f", after.Source, before.AUC, after.AUC)
		}
	}
}
