package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
	"parley/moderation/ledger/embedded"
	"parley/moderation/policy"
)

// noon is when the tests' comments are posted: lately, because timeouts that are long over
// are not given any more.
var noon = time.Now().Truncate(time.Second).Add(-time.Minute)

// town is a platform in memory: what people post there, and what the bot does to it.
type town struct {
	mu      sync.Mutex
	posted  []moderation.Comment
	deleted map[string]int // comment → how often
	muted   map[string]time.Time
	lifted  []string
	banned  map[string]bool
	kicked  map[string]bool
	given   []string            // cases whose text was given back
	told    map[string][]string // user → notices
	cards   map[string]int      // case → how often its card was shown
	alerts  []moderation.Effect
	carried []string // IDs of effects in the order in which they were carried out

	refuse  func(e moderation.Effect) error // what the platform answers instead of doing it
	refused int
	in      Intake
	running chan struct{} // closed once the bot listens
	changed chan struct{} // gets a value after every change
}

func newTown() *town {
	return &town{
		deleted: map[string]int{}, muted: map[string]time.Time{}, banned: map[string]bool{}, kicked: map[string]bool{},
		told: map[string][]string{}, cards: map[string]int{},
		running: make(chan struct{}), changed: make(chan struct{}, 1),
	}
}

func (p *town) Run(ctx context.Context, in Intake) error {
	p.in = in
	close(p.running)
	<-ctx.Done()
	return ctx.Err()
}

func (p *town) Since(_ context.Context, guild, channel, after string, n int) ([]moderation.Comment, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []moderation.Comment
	for _, c := range p.posted {
		if c.Guild == guild && c.Channel.ID == channel && ledger.Later(c.ID, after) && len(found) < n {
			found = append(found, c)
		}
	}
	return found, nil
}

// seen is how the town's channels look to whoever comes there now.
func (p *town) seen(channels ...string) []Announced {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []Announced
	for _, id := range channels {
		channel := Announced{ID: id, Newest: "0", Thread: id == "thread"}
		for _, c := range p.posted {
			if c.Channel.ID == id && ledger.Later(c.ID, channel.Newest) {
				channel.Newest = c.ID
			}
		}
		all = append(all, channel)
	}
	return all
}

func (p *town) Carry(_ context.Context, e moderation.Effect, c moderation.Case) (moderation.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.note()
	if p.refuse != nil {
		if err := p.refuse(e); err != nil {
			p.refused++
			return moderation.Receipt{}, err
		}
	}
	p.carried = append(p.carried, e.ID)
	switch e.Kind {
	case moderation.TakeDown:
		p.deleted[e.Target.Message]++
	case moderation.GiveBack:
		p.given = append(p.given, e.Case)
	case moderation.Notify:
		p.told[e.User] = append(p.told[e.User], e.Text)
	case moderation.TimeOut:
		p.muted[e.User] = e.Until
	case moderation.LiftTimeOut:
		delete(p.muted, e.User)
		p.lifted = append(p.lifted, e.User)
	case moderation.KickOut:
		p.kicked[e.User] = true
	case moderation.BanUser:
		p.banned[e.User] = true
	case moderation.UnbanUser:
		delete(p.banned, e.User)
	case moderation.ShowCard:
		p.cards[e.Case]++
		return moderation.Receipt{Message: moderation.MessageRef{Channel: "mods", Message: "card-" + e.Case}}, nil
	case moderation.Alert:
		p.alerts = append(p.alerts, e)
	}
	return moderation.Receipt{}, nil
}

func (p *town) note() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// see waits until the town looks a certain way.
func (p *town) see(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		p.mu.Lock()
		ok := so()
		p.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-p.changed:
		case <-tick.C:
		case <-deadline:
			p.mu.Lock()
			defer p.mu.Unlock()
			t.Fatalf("never saw: %s\ncarried: %v\nalerts: %v", what, p.carried, p.alerts)
		}
	}
}

// post writes a comment in the town and tells the bot.
func (p *town) post(t *testing.T, c moderation.Comment) {
	t.Helper()
	p.mu.Lock()
	p.posted = append(p.posted, c)
	p.mu.Unlock()
	if err := p.in.Comment(t.Context(), c); err != nil {
		t.Fatalf("comment %s was not taken in: %v", c.ID, err)
	}
}

// says makes a comment. IDs rise with time, as snowflakes do.
func says(id int, author, text string) moderation.Comment {
	return moderation.Comment{
		ID: strconv.Itoa(id), Guild: "g", Time: noon.Add(time.Duration(id) * time.Millisecond), Text: text,
		Channel: moderation.Channel{ID: "news", Name: "news"},
		Author:  moderation.Author{ID: author, Name: author},
	}
}

// houseRules is a policy in one line: the first word of a comment says what to do with it.
func houseRules(change func(*policy.Settings)) *Rulebook {
	s := &policy.Settings{
		NotifyAuthors: true,
		Expiry:        24 * time.Hour,
		Ladder: moderation.Ladder{
			{Points: 1, Sanction: moderation.Sanction{Kind: moderation.Warn}},
			{Points: 2, Sanction: moderation.Sanction{Kind: moderation.Timeout, For: time.Hour}},
			{Points: 5, Sanction: moderation.Sanction{Kind: moderation.Ban}},
		},
	}
	s.Points[moderation.Insult] = 1
	if change != nil {
		change(s)
	}
	return &Rulebook{
		Hash: "house-rules", Source: []byte("rules: none\n"),
		Settings: func(string, moderation.Channel, moderation.Article) *policy.Settings { return s },
		Read:     func(c *moderation.Comment) Reading { return firstWord{c} },
	}
}

// firstWord is a reading for tests.
type firstWord struct{ c *moderation.Comment }

func (r firstWord) Sighting() moderation.Sighting {
	return moderation.Sighting{
		Guild: r.c.Guild, Channel: r.c.Channel.ID, Comment: r.c.ID, Author: r.c.Author.ID, Time: r.c.Time,
		Meters: []moderation.Meter{{Key: "author/" + r.c.Author.ID, Member: r.c.ID, Window: time.Minute}},
	}
}

func (r firstWord) Judge(*moderation.Observation) moderation.Verdict {
	word, _, _ := strings.Cut(r.c.Text, " ")
	v := moderation.Verdict{Category: moderation.Insult, Abuse: 0.9}
	switch word {
	case "review":
		v.Action = moderation.Review
	case "hold":
		v.Action = moderation.Hold
	case "remove":
		v.Action, v.Points = moderation.Remove, 1
	case "unsure":
		v.Undecided, v.Ask, v.Abuse = true, []string{"openai"}, 0.5
	case "shadow":
		v.Shadow = []moderation.Reason{{Source: "rule:new-rule", Quote: word}}
		v.ShadowAct = moderation.Remove
	default:
		v.Category, v.Abuse = moderation.Toxicity, 0
	}
	if v.Action > moderation.Allow {
		v.Reasons = []moderation.Reason{{Source: "rule:first-word", Category: moderation.Insult, Score: 0.9, Why: "starts with a bad word"}}
	}
	return v
}

func (firstWord) Release() {}

// openStore opens an embedded store in a folder of its own.
func openStore(t testing.TB) ledger.Store {
	t.Helper()
	s, err := embedded.Open(context.Background(), t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// running is a bot at work in a town.
type running struct {
	*Bot
	stop func() error // tells it to stop and returns what Run returned
}

// start runs a bot until the test ends.
func start(t *testing.T, p *town, store ledger.Store, change func(*Config)) running {
	t.Helper()
	c := Config{Source: p, Enforcer: p, Store: store, Rulebook: houseRules(nil), Workers: 4, Log: testLog(t)}
	if change != nil {
		change(&c)
	}
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	stop := sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("the bot ended with: %v", err)
		}
	})
	select {
	case <-p.running:
	case err := <-ended:
		ended <- err
		t.Fatalf("the bot did not start: %v", err)
	}
	return running{b, stop}
}

// testLog shows the bot's log with a failed test.
func testLog(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// caseOf reads a case, which must exist.
func caseOf(t *testing.T, s ledger.Store, id string) moderation.Case {
	t.Helper()
	c, err := s.Case(context.Background(), "g", id)
	if err != nil {
		t.Fatalf("case %s: %v", id, err)
	}
	return c
}

func recordOf(t *testing.T, s ledger.Store, author string) moderation.Record {
	t.Helper()
	r, err := s.Record(context.Background(), "g", author)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func pointsOf(t *testing.T, s ledger.Store, author string) int {
	t.Helper()
	return moderation.ActivePoints(recordOf(t, s, author).Strikes, noon.Add(time.Hour))
}

var errLine = errors.New("the line went dead")

func event(c moderation.Case) string {
	var all []string
	for _, e := range c.Events {
		all = append(all, fmt.Sprintf("%s(%s)", e.Kind, e.Note))
	}
	return strings.Join(all, ", ")
}

// pass lets fake time pass in a synctest bubble, and waits until everybody has done what
// they do by then.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
