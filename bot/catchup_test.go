package bot

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
)

// missed writes comments in the town that the bot is not told of.
func (p *town) missed(comments ...moderation.Comment) {
	for _, c := range comments {
		p.write(c)
	}
}

func TestWhatWasMissedIsReadFromTheWatermarkAndJudged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		for i := 1; i <= 250; i++ { // more than two pages
			p.missed(says(i, fmt.Sprint("author", i), "hold this"))
		}
		if err := store.Advance(t.Context(), "g", map[string]string{"news": "10"}); err != nil {
			t.Fatal(err)
		}
		b := start(t, p, store, nil)
		p.in.Gap(t.Context(), "g", p.seen("news"))
		pass(time.Minute)
		if len(p.deleted) != 240 {
			t.Errorf("%d comments were acted on, want the 240 behind the watermark", len(p.deleted))
		}
		if p.deleted["10"] != 0 {
			t.Error("a comment before the watermark was judged again")
		}
		marks, err := store.Watermarks(t.Context(), "g")
		if err != nil || marks["news"] != "250" {
			t.Errorf("watermarks %v, error %v; want 250", marks, err)
		}
		if got := valueOf(t, b.Bot, "parley_comments_caught_up_total"); got != 240 {
			t.Errorf("counted %v", got)
		}
	})
}

func TestACommunityThatParleyIsNewToStartsNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		p.missed(says(1, "ann", "remove"))
		start(t, p, store, nil)
		p.in.Gap(t.Context(), "g", p.seen("news"))
		p.post(t, says(2, "ann", "good morning"))
		pass(time.Minute)
		if len(p.deleted) != 0 {
			t.Error("a comment from before Parley came was judged")
		}
		marks, err := store.Watermarks(t.Context(), "g")
		if err != nil || marks["news"] != "2" {
			t.Errorf("watermarks %v, error %v; want news at 2", marks, err)
		}
	})
}

func TestAThreadThatWasOpenedDuringTheGapIsReadToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		if err := store.Advance(t.Context(), "g", map[string]string{"news": "5"}); err != nil {
			t.Fatal(err)
		}
		c := says(8, "ann", "remove")
		c.Channel.ID = "thread"
		p.missed(c)
		start(t, p, store, nil)
		p.in.Gap(t.Context(), "g", p.seen("news", "thread"))
		pass(time.Minute)
		if p.deleted["8"] != 1 {
			t.Error("the new thread's comment was not judged")
		}
	})
}

func TestWhatArrivesBothWaysIsActedOnOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		if err := store.Advance(t.Context(), "g", map[string]string{"news": "0"}); err != nil {
			t.Fatal(err)
		}
		c := says(1, "ann", "remove")
		p.missed(c)
		start(t, p, store, nil)
		p.in.Gap(t.Context(), "g", p.seen("news"))
		if err := p.in.Comment(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		if p.deleted["1"] != 1 || pointsOf(t, store, "ann") != 1 {
			t.Errorf("taken down %d times with %d points, want once with 1", p.deleted["1"], pointsOf(t, store, "ann"))
		}
	})
}

// closedChannel is a town whose channel cannot be read at first.
type closedChannel struct {
	*town
	errs []error
}

func (p *closedChannel) Since(ctx context.Context, guild, channel, after string, n int) ([]moderation.Comment, error) {
	if len(p.errs) > 0 {
		err := p.errs[0]
		p.errs = p.errs[1:]
		return nil, err
	}
	return p.town.Since(ctx, guild, channel, after, n)
}

func TestAGapIsReadAgainUntilThePlatformAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		errs []error
		want int
	}{
		"trouble that passes":      {[]error{errLine, &RetryError{After: time.Minute, Err: errLine}, errLine}, 1},
		"a channel that is closed": {[]error{fmt.Errorf("read: %w", ErrForbidden)}, 0},
		"a channel that is gone":   {[]error{fmt.Errorf("read: %w", ErrGone)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, store := newTown(), openStore(t)
				if err := store.Advance(t.Context(), "g", map[string]string{"news": "0"}); err != nil {
					t.Fatal(err)
				}
				p.missed(says(1, "ann", "remove"))
				source := &closedChannel{p, tt.errs}
				start(t, p, store, func(c *Config) { c.Source, c.Log = source, nil })
				p.in.Gap(t.Context(), "g", p.seen("news"))
				p.post(t, says(2, "bob", "good morning"))
				pass(10 * time.Minute)
				if len(p.deleted) != tt.want {
					t.Errorf("%d comments were acted on, want %d", len(p.deleted), tt.want)
				}
				marks, err := store.Watermarks(t.Context(), "g")
				if err != nil || marks["news"] != "2" {
					t.Errorf("watermarks %v, error %v; the channel goes on at 2", marks, err)
				}
			})
		})
	}
}

func TestABotWaitsForAStoreThatIsNotThereYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTown()
		store := &late{Store: openStore(t), from: time.Now().Add(time.Minute)}
		start(t, p, store.Store, func(c *Config) { c.Store, c.Log = store, nil })
		if time.Now().Before(store.from) {
			t.Error("the source was started before the store was there")
		}
	})
}

func TestABotThatIsToldToStopBeforeItsStoreIsThereStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTown()
		store := &late{Store: openStore(t), from: time.Now().Add(time.Hour)}
		b, err := New(Config{Source: p, Enforcer: p, Store: store, Rulebook: houseRules(nil)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := b.Run(ctx); err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
}
