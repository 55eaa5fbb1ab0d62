package main

import (
	"errors"
	"flag"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/bot/discord/discordtest"
	"parley/moderation"
	"parley/moderation/ledger"
)

// undecided is how many comments the provider is asked about. In full, with 500 requests a
// minute, it takes 20 minutes for each store:
//
//	go test ./cmd/parley -run KillNine -undecided 10000 -timeout 60m -v
var undecided = flag.Int("undecided", 600, "undecided comments in the test of kill -9, 600 at least; from 1000 on under a budget of 500 requests a minute")

// atOnce is how many questions the program has under way at a time.
const atOnce = 64

func TestKillNineLosesNoUndecidedCommentAndAnswersNoneTwice(t *testing.T) {
	for name, redis := range map[string]bool{"embedded store": false, "Redis": true} {
		t.Run(name, func(t *testing.T) {
			if redis && testing.Short() {
				t.Skip("what a killed process had in hand in Redis is free after 10 seconds: not with -short")
			}
			t.Parallel()
			// A budget for the day is not refilled, so some comments go without. Every kill may
			// cost what was reserved for calls that were never made.
			const budget = 500
			p := plan{
				comments: *undecided, limits: fmt.Sprintf("requests_per_day: %d", budget), window: 24 * time.Hour, calls: budget - 5*atOnce,
				patience: 2 * time.Minute, within: 3 * time.Minute, redis: redis,
			}
			if *undecided >= 1000 {
				p.limits, p.window, p.calls = fmt.Sprintf("requests_per_minute: %d", budget), time.Minute, *undecided
				p.patience, p.latency = 24*time.Hour, 300*time.Millisecond
				p.within = time.Duration(*undecided/budget)*2*time.Minute + 5*time.Minute
			}
			s := newScene(t, p)
			comments := s.runAndKill(p.comments, p.calls)
			s.checkBudget(budget, p.window)
			s.checkAsked(comments)
			s.checkLedger(comments)
			s.checkDiscord(comments)
		})
	}
}

// post posts the undecided comment of a number.
func (s *scene) post(n int) discordtest.Message {
	m, err := s.members[n%len(s.members)].Post(s.news, unsureText(n))
	if err != nil {
		s.Errorf("post comment %d: %v", n, err)
	}
	return m
}

// runAndKill posts undecided comments and lets the program work until all are decided. On the
// way, as so many calls are made, it kills the program and the store, the first time when it
// has hardly come to the community. It returns the comments, the first of which has the
// number 1.
func (s *scene) runAndKill(n, calls int) []discordtest.Message {
	s.Helper()
	s.start()
	s.quiet() // it has come to the community; nothing before that is its to judge
	posted := make(chan []discordtest.Message, 1)
	go func() {
		var all []discordtest.Message
		for i := 1; i <= n; i++ {
			all = append(all, s.post(i))
		}
		posted <- all
	}()
	s.at(s.model.after(calls/20), s.killProgram) // perhaps amid the posting
	s.at(s.model.after(calls*2/10), s.killStore)
	s.at(s.model.after(calls*4/10), s.killProgram)
	s.at(s.shown(calls*3/10), s.killProgram) // perhaps between a card and the note that it was posted
	s.at(s.model.after(calls*7/10), s.killBoth)
	s.at(s.model.after(calls*85/100), s.killProgram)
	all := <-posted
	for before, rounds := n+1, 0; rounds < 3; s.start() {
		s.quiet()
		s.stop()
		left := s.left(all)
		switch {
		case left == 0:
			return all
		case left == before: // what was missed while the program was dead may not be read yet
			rounds++
		}
		before = left
	}
	s.Fatal("nothing waits in the queues any more, and there are comments without an opinion")
	return nil
}

// at waits for a moment and then strikes.
func (s *scene) at(moment <-chan struct{}, strike func()) {
	s.Helper()
	select {
	case <-moment:
		strike()
	case <-s.ctx.Done():
		s.Fatalf("the provider has been asked %d times and no more", len(s.model.Calls()))
	}
}

// shown is closed once so many cards have been posted.
func (s *scene) shown(cards int) <-chan struct{} {
	reached := make(chan struct{})
	go func() {
		if s.discord.Await(s.ctx, "cards", func() bool { return len(s.review.Messages()) >= cards }) == nil {
			close(reached)
		}
	}()
	return reached
}

func (s *scene) killProgram() {
	s.kills++
	s.kill()
	s.start()
}

// killStore kills Redis under the running program; the embedded store dies with its program.
func (s *scene) killStore() {
	if s.redis == nil {
		s.killProgram()
		return
	}
	s.kills++
	s.redis.Kill()
	s.redis.Start()
}

func (s *scene) killBoth() {
	s.kills++
	s.kill()
	if s.redis != nil {
		s.redis.Kill()
		s.redis.Start()
	}
	s.start()
}

// left counts the comments that have no case yet or whose case still waits for an opinion.
func (s *scene) left(comments []discordtest.Message) int {
	s.Helper()
	store := s.ledger()
	defer store.Close()
	left := 0
	for _, m := range comments {
		c, err := store.Case(s.ctx, s.guild.ID, m.ID)
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			s.Fatal(err)
		}
		if err != nil || c.State == moderation.CasePending {
			left++
		}
	}
	return left
}

// checkBudget demands that no window saw more calls than the budget has. A call that was
// reserved at the end of one may arrive at the beginning of the next.
func (s *scene) checkBudget(budget int, window time.Duration) {
	s.Helper()
	const late = time.Second
	inside, until := map[time.Time]int{}, map[time.Time]int{}
	_, arrivals := s.model.log()
	for i, at := range arrivals {
		w := at.Truncate(window)
		if at.Sub(w) >= late {
			inside[w]++
		}
		until[w] = i + 1
	}
	for w, calls := range inside {
		if calls > budget {
			s.Errorf("%d calls in the window from %s, the budget is %d", calls, w, budget)
		}
	}
	first := arrivals[0].Truncate(window)
	for w, calls := range until {
		if allowed := budget * (1 + int(w.Sub(first)/window)); calls > allowed {
			s.Errorf("%d calls by the end of the window from %s, the budget is %d", calls, w, allowed)
		}
	}
	s.Logf("%d calls in %d windows of %s with a budget of %d", len(arrivals), len(until), window, budget)
}

// checkAsked demands that only what was under way when something was killed is asked again.
func (s *scene) checkAsked(comments []discordtest.Message) {
	s.Helper()
	asked, _ := s.model.log()
	again, tooOften, never := 0, 0, 0
	for i := range comments {
		calls, needed := asked[i+1], 1
		if fateOf(i+1) == declined {
			needed = 2 // an answer that makes no sense is asked for once more
		}
		again += max(0, calls-needed)
		if calls > needed*(1+s.kills) { // every kill may have all that a comment needs asked once more
			tooOften++
		}
		if calls == 0 {
			never++
		}
	}
	if again > atOnce*s.kills || tooOften > 0 {
		s.Errorf("%d calls were made again, want %d at most after %d kills; %d comments were asked about more than once for each kill",
			again, atOnce*s.kills, s.kills, tooOften)
	}
	s.Logf("%d comments, %d kills: %d calls made again, %d comments never asked about", len(comments), s.kills, again, never)
}

// outcome is what a case's own history says that became of a comment.
func outcome(c moderation.Case) (f fate, opinions, verdicts int) {
	unknown := false
	for _, e := range c.Events {
		if e.Kind == "opinion" {
			opinions++
			unknown = unknown || strings.Contains(e.Note, "gave no answer")
		}
		if strings.Contains(e.Note, "after a second opinion") {
			verdicts++
		}
	}
	switch {
	case unknown:
		f = declined
	case c.State == moderation.CaseActed:
		f = removed
	case c.State == moderation.CaseCleared:
		f = cleared
	case c.State == moderation.CaseOpen:
		f = doubted
	}
	return f, opinions, verdicts
}

// checkLedger demands that every comment has one opinion and one verdict, the right one, and
// its author a strike for each comment that was removed.
func (s *scene) checkLedger(comments []discordtest.Message) {
	s.Helper()
	store := s.ledger()
	defer store.Close()
	strikes, fates := map[string]int{}, map[fate]int{}
	for i, m := range comments {
		c, err := store.Case(s.ctx, s.guild.ID, m.ID)
		if err != nil {
			s.Errorf("comment %d: %v", i+1, err)
			continue
		}
		got, opinions, verdicts := outcome(c)
		fates[got]++
		if opinions != 1 || verdicts != 1 || (got != fateOf(i+1) && got != declined) || (c.Strike != nil) != (got == removed) {
			s.Errorf("comment %d is %s with %d opinions, %d verdicts and strike %v: %v", i+1, c.State, opinions, verdicts, c.Strike, c.Events)
		}
		if got == removed {
			strikes[m.Author.ID]++
		}
	}
	for _, member := range s.members {
		r, err := store.Record(s.ctx, s.guild.ID, member.ID)
		if err != nil || len(r.Strikes) != strikes[member.ID] {
			s.Errorf("%s has %d strikes for %d comments removed, error %v", member.Name, len(r.Strikes), strikes[member.ID], err)
		}
	}
	for _, q := range []ledger.Queue{ledger.Effects, ledger.Opinions} {
		if n, err := store.Waiting(s.ctx, s.guild.ID, q); err != nil || n != 0 {
			s.Errorf("%d wait in %s, error %v", n, q, err)
		}
	}
	s.Logf("removed %d, cleared %d, to moderators %d, failed by policy %d", fates[removed], fates[cleared], fates[doubted], fates[declined])
	if fates[declined] == 0 || fates[removed] == 0 || fates[cleared] == 0 || fates[doubted] == 0 {
		s.Error("not every outcome has been seen")
	}
}

// checkDiscord demands that people see each consequence once: comments gone, their authors
// told, cards for moderators.
func (s *scene) checkDiscord(comments []discordtest.Message) {
	s.Helper()
	store := s.ledger()
	defer store.Close()
	cards := map[string]int{} // by case
	for _, m := range s.review.Messages() {
		if len(m.Embeds) == 1 && m.Embeds[0].Footer != nil {
			cards[strings.Fields(m.Embeds[0].Footer.Text + " - -")[1]]++
		}
	}
	told := map[string]int{}
	for i, m := range comments {
		c, err := store.Case(s.ctx, s.guild.ID, m.ID)
		if err != nil {
			continue // has been complained of
		}
		got, _, _ := outcome(c)
		now, _ := s.news.Message(m.ID)
		if now.Deleted != (got == removed) {
			s.Errorf("comment %d: outcome %d, deleted %v", i+1, got, now.Deleted)
		}
		want := 1
		if got == cleared {
			want = 0
		}
		if cards[m.ID] != want {
			s.Errorf("comment %d: outcome %d, shown on %d cards", i+1, got, cards[m.ID])
		}
		if got == removed {
			told[m.Author.ID]++
		}
	}
	for _, member := range s.members {
		if n := len(member.DMs()); n != told[member.ID] {
			s.Errorf("%s has been told %d times of %d comments removed", member.Name, n, told[member.ID])
		}
	}
	twice := 0
	for _, r := range s.discord.RequestsTo("DELETE /channels/{channel_id}/messages/{message_id}") {
		if r.Status == http.StatusNotFound {
			twice++
		}
	}
	s.Logf("%d deletions were tried again", twice)
	for _, v := range s.discord.Violations() {
		s.Errorf("not Discord's API: %s", v)
	}
}
