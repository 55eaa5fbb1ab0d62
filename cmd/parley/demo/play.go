package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/bot/discord/discordtest"
	"parley/cmd/parley/daemon"
	"parley/cmd/parley/latency"
	"parley/moderation"
)

// Options say how the demo is shown.
type Options struct {
	Bot  daemon.Options  // the bot to show; the stage fills in where Discord is and what it hears
	Show func(Happening) // told of everything as it happens
	Pace time.Duration   // pause between comments, so that a person can read along
}

// Happening is one thing that happened: a scene began, a comment was judged, somebody did
// something.
type Happening struct {
	At      latency.Duration    `json:"at_ms"` // since the article was posted
	Scene   string              `json:"scene,omitempty"`
	Who     string              `json:"who,omitempty"`
	Text    string              `json:"text,omitempty"`
	Edited  bool                `json:"edited,omitempty"`
	Outcome Outcome             `json:"outcome,omitempty"`
	Expect  Outcome             `json:"expect,omitempty"`
	Verdict *moderation.Verdict `json:"verdict,omitempty"`
	Took    latency.Duration    `json:"took_ms,omitzero"` // from the comment's arrival to the verdict
	Opinion *moderation.Opinion `json:"opinion,omitempty"`
	First   moderation.Action   `json:"first,omitempty"`    // what the verdict was before the opinion
	Waited  latency.Duration    `json:"waited_ms,omitzero"` // from that verdict to what came of the opinion
	Gone    latency.Duration    `json:"gone_ms,omitzero"`   // from posting to its disappearance
	Note    string              `json:"note,omitempty"`     // what somebody did
}

// play is one performance.
type play struct {
	*stage
	Options
	script  Script
	started time.Time
	latest  map[string]discordtest.Message // by who said it
	texts   map[string]discordtest.Message // by what was said
	named   map[string]discordtest.Message // by Line.ID
	clock   time.Time                      // of the next comment, where the script has its own time
	spoke   time.Time                      // when somebody last said something
	summary Summary
}

// Perform plays a script and returns what came of it.
func Perform(ctx context.Context, script Script, o Options) (Summary, error) {
	s, err := build(ctx, script.Members, script.wantsOpinions(), o.Bot)
	if err != nil {
		return Summary{}, err
	}
	p := &play{
		stage: s, Options: o, script: script,
		latest: map[string]discordtest.Message{}, texts: map[string]discordtest.Message{}, named: map[string]discordtest.Message{},
	}
	err = p.run(ctx)
	p.summary.finish(s)
	if stopped := s.close(); err == nil {
		err = stopped
	}
	return p.summary, err
}

func (p *play) run(ctx context.Context) error {
	p.started = time.Now()
	lines := 0
	for _, scene := range p.script.Scenes {
		lines += len(scene.Lines)
	}
	if p.script.Spacing > 0 {
		p.clock = p.started.Add(-time.Duration(lines+1) * p.script.Spacing)
	}
	if p.script.Article.Title != "" {
		if err := p.share(p.script.Article); err != nil {
			return err
		}
	}
	for _, scene := range p.script.Scenes {
		p.show(Happening{Scene: scene.Title})
		if err := p.act(ctx, scene); err != nil {
			return fmt.Errorf("scene %q: %w", scene.Title, err)
		}
	}
	return nil
}

func (p *play) share(a Article) error {
	draft := discordtest.Draft{At: p.clock, Embeds: []discordtest.Embed{{Type: "article", Title: a.Title, Description: a.Summary, URL: a.URL}}}
	if _, err := p.moderator.Send(p.news, draft); err != nil {
		return fmt.Errorf("share the article: %w", err)
	}
	p.show(Happening{Who: moderatorName, Note: "shares: " + a.Title})
	return nil
}

func (p *play) act(ctx context.Context, scene Scene) error {
	if scene.Article != nil {
		if err := p.share(*scene.Article); err != nil {
			return err
		}
	}
	for _, line := range scene.Lines {
		if line.AfterEnabling {
			if err := p.enableRule(ctx); err != nil {
				return err
			}
		}
		if err := p.say(ctx, line, scene.SecondOpinion); err != nil {
			return err
		}
	}
	if scene.Flood != nil {
		if err := p.flood(ctx, *scene.Flood); err != nil {
			return err
		}
	}
	for _, edit := range scene.Edits {
		if err := p.edit(ctx, edit); err != nil {
			return err
		}
	}
	if scene.Moderator != nil {
		return p.giveBack(ctx, *scene.Moderator)
	}
	return nil
}

// say posts one line and shows what becomes of it.
func (p *play) say(ctx context.Context, line Line, opinion bool) error {
	m, err := p.post(line)
	if errors.Is(err, discordtest.ErrMissingPermissions) && p.cast[line.Who].TimeoutUntil().After(time.Now()) {
		p.show(Happening{Who: line.Who, Note: "is timed out and cannot write"})
		return nil
	}
	if err != nil {
		return err
	}
	if line.ID != "" {
		p.named[line.ID] = m
	}
	got, err := p.heard.of(ctx, m.ID, false)
	if err != nil {
		return err
	}
	if opinion {
		if got, err = p.heard.advised(ctx, m.ID); err != nil {
			return err
		}
	}
	return p.tell(ctx, line.Who, line.Says, line.Expect, m, got)
}

func (p *play) post(line Line) (discordtest.Message, error) {
	who, ok := p.cast[line.Who]
	if !ok {
		return discordtest.Message{}, fmt.Errorf("the script knows no member %q", line.Who)
	}
	// Real threads have comments longer than Discord lets members write; Raw lets them through.
	draft := discordtest.Draft{At: p.clock, Content: "…", Raw: map[string]any{"content": line.Says}}
	draft.ReplyTo = p.latest[line.RepliesTo]
	if line.Answers != "" {
		draft.ReplyTo = p.texts[line.Answers]
	}
	p.spoke = time.Now()
	m, err := who.Send(p.news, draft)
	if err != nil {
		return m, fmt.Errorf("%s cannot say %.30q: %w", line.Who, line.Says, err)
	}
	if p.script.Spacing > 0 {
		p.clock = p.clock.Add(p.script.Spacing)
	}
	p.latest[line.Who], p.texts[line.Says] = m, m
	return m, nil
}

// tell waits until a verdict has had its effect and shows both.
func (p *play) tell(ctx context.Context, who, text string, expect Outcome, m discordtest.Message, got said) error {
	h := Happening{Who: who, Text: text, Expect: expect, Verdict: &got.Verdict, Took: got.Took, Opinion: got.Opinion, First: got.First, Waited: got.Waited, Edited: got.Revision > 0, Outcome: Stays}
	switch {
	case got.Verdict.Action >= moderation.Hold || p.isDown(m.ID):
		if err := p.await(ctx, "the comment to be taken down", func() bool { return p.isDown(m.ID) }); err != nil {
			return err
		}
		h.Outcome, h.Gone = Down, latency.Duration(time.Since(p.spoke))
	case got.Verdict.Action == moderation.Review:
		h.Outcome = Flagged
	}
	p.show(h)
	return p.pause(ctx)
}

func (p *play) flood(ctx context.Context, f Flood) error {
	for range f.Times {
		m, err := p.post(Line{Who: f.Who, Says: f.Says})
		if err != nil {
			p.show(Happening{Who: f.Who, Note: "is timed out and cannot write any more"})
			return nil
		}
		got, err := p.heard.of(ctx, m.ID, false)
		if err != nil {
			return err
		}
		if err := p.tell(ctx, f.Who, f.Says, "", m, got); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) edit(ctx context.Context, e Edit) error {
	m, ok := p.named[e.Of]
	if !ok {
		return fmt.Errorf("the script edits %q, which nobody said", e.Of)
	}
	p.spoke = time.Now()
	edited, err := p.cast[m.Author.Name].Edit(m, e.Says)
	if err != nil {
		return fmt.Errorf("edit %q: %w", e.Of, err)
	}
	got, err := p.heard.of(ctx, m.ID, true)
	if err != nil {
		return err
	}
	return p.tell(ctx, m.Author.Name, e.Says, e.Expect, edited, got)
}

// giveBack has a comment taken down by mistake, and a moderator press "dismiss" on its card.
func (p *play) giveBack(ctx context.Context, g GiveBack) error {
	m, err := p.post(Line{Who: g.By, Says: g.Says})
	if err != nil {
		return err
	}
	got, err := p.heard.of(ctx, m.ID, false)
	if err != nil {
		return err
	}
	if err := p.tell(ctx, g.By, g.Says, "", m, got); err != nil {
		return err
	}
	if got.Verdict.Action == moderation.Allow {
		p.show(Happening{Who: moderatorName, Note: "has nothing to give back: the bot understood"})
		return nil
	}
	return p.dismiss(ctx, m, g.Note)
}

func (p *play) show(h Happening) {
	h.At = latency.Duration(time.Since(p.started))
	p.summary.add(h)
	if p.Show != nil {
		p.Show(h)
	}
}

func (p *play) pause(ctx context.Context) error {
	if p.Pace <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(p.Pace):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
