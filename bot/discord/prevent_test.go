package discord

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"parley/bot/discord/discordtest"
	"parley/moderation"
	"parley/moderation/policy"
	"parley/moderation/rule"
)

func TestAPreventedCommentIsNeverSeenButJudged(t *testing.T) {
	t.Parallel()
	w := newTown(t, discordtest.WithBotPermissions(discordtest.Permission(Permissions|PreventPermissions)))
	lounge := w.guild.NewTextChannel("lounge")
	rules := []rule.Rule{{ID: "made-up", Why: "be kind", When: rule.Words{Lists: []*rule.List{{Terms: []rule.Term{{Text: "grobble*"}}}}}}}
	w.platform.prevent = func(string) []rule.Rule { return rules }
	w.connect()
	w.await("the rule to be mirrored", func() bool { return len(w.guild.AutoModRules()) == 1 })
	w.platform.settleIn(w.ctx, w.guild.ID) // returns when the bot, too, knows that it is

	if _, err := w.ann.Post(w.articles, "you grobbler"); !errors.Is(err, discordtest.ErrBlockedByAutoMod) {
		t.Fatalf("posting a listed word: %v", err)
	}
	w.intake.await(w, "the stopped comment", func() bool { return len(w.intake.comments) == 1 })
	c := w.intake.comments[0]
	if c.Text != "you grobbler" || c.Author.Name != "ann" || c.Author.ID != w.ann.ID || c.Channel.ID != w.articles.ID || c.ID == "" {
		t.Errorf("came as %+v", c)
	}
	w.must(w.ann.Post(lounge, "grobble")) // where Parley does not moderate
	w.must(w.mod.Post(w.articles, "grobble is a made-up word"))

	w.platform.settleIn(w.ctx, w.guild.ID)
	if n := len(w.RequestsTo("POST /guilds/{guild_id}/auto-moderation/rules")); n != 1 || len(w.RequestsTo("PATCH /guilds/{guild_id}/auto-moderation/rules/{rule_id}")) != 0 {
		t.Errorf("what was as wanted was made %d times", n)
	}
	rules[0].When = rule.Words{Lists: []*rule.List{{Terms: []rule.Term{{Text: "blorp"}}}}}
	w.platform.settleIn(w.ctx, w.guild.ID)
	if got := w.guild.AutoModRules(); len(got) != 1 || !slices.Equal(got[0].Keywords, []string{"blorp"}) {
		t.Errorf("after the policy changed AutoMod has %+v", got)
	}
	rules = nil
	w.platform.settleIn(w.ctx, w.guild.ID)
	if got := w.guild.AutoModRules(); len(got) != 0 {
		t.Errorf("after the rule went AutoMod has %+v", got)
	}
}

func TestWhatIsMirroredFollowsThePolicyByItself(t *testing.T) {
	t.Parallel()
	w := newTown(t, discordtest.WithBotPermissions(discordtest.Permission(Permissions|PreventPermissions)))
	w.platform.timing.policy = 20 * time.Millisecond
	var inForce atomic.Pointer[policy.Settings]
	inForce.Store(w.settings)
	w.platform.settings = func(string, moderation.Channel) *policy.Settings { return inForce.Load() }
	w.platform.prevent = func(string) []rule.Rule {
		if inForce.Load() == w.settings {
			return []rule.Rule{{ID: "made-up", Why: "be kind", When: rule.Words{Lists: []*rule.List{{Terms: []rule.Term{{Text: "grobble"}}}}}}}
		}
		return nil
	}
	w.connect()
	w.await("the rule to be mirrored", func() bool { return len(w.guild.AutoModRules()) == 1 })
	other := *w.settings
	inForce.Store(&other)
	w.await("the rule to be gone", func() bool { return len(w.guild.AutoModRules()) == 0 })
}

func TestWithoutThePermissionNothingIsAskedOfAutoMod(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.platform.prevent = func(string) []rule.Rule { return nil }
	w.connect()
	w.platform.settleIn(w.ctx, w.guild.ID)
	if n := len(w.RequestsTo("GET /guilds/{guild_id}/auto-moderation/rules")); n != 0 || w.InvalidRequests() != 0 {
		t.Errorf("asked %d times, refused %d times", n, w.InvalidRequests())
	}
}
