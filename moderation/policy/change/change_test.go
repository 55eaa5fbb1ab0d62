package change

import (
	"bytes"
	"maps"
	"strings"
	"testing"

	"parley/moderation"
	"parley/moderation/engine"
	"parley/moderation/policy"
)

const house = `
rules:
  - id: bananas
    why: No bananas.
    when: {words: [banana]}
    action: remove
  - id: pears
    why: No pears.
    when: {words: [pear]}
    action: remove
overrides:
  - for: {channel: [orchard]}
    change_rules: {pears: off}`

// judged is what a policy's source makes of a text in a channel of a community.
func judged(t *testing.T, source []byte, guild, channel, text string) moderation.Action {
	t.Helper()
	p, found := policy.Parse("config.yaml", source, nil)
	if err := found.Err(); err != nil {
		t.Fatalf("%v\nin:\n%s", err, source)
	}
	if again, _ := policy.Parse("config.yaml", p.Source(), nil); again.Hash() != p.Hash() {
		t.Fatal("the source that the policy keeps is another policy")
	}
	c := moderation.Comment{ID: "1", Guild: guild, Channel: moderation.Channel{ID: "2", Name: channel}, Text: text}
	return engine.New(p, nil).Judge(&c, &moderation.Observation{}).Action
}

func laid(t *testing.T, source []byte, modes map[string]string) []byte {
	t.Helper()
	over, err := Lay(source, "home", modes)
	if err != nil {
		t.Fatal(err)
	}
	return over
}

func TestARuleIsSwitchedInOneCommunityOnly(t *testing.T) {
	source := laid(t, []byte(house), map[string]string{"bananas": "off"})
	for _, tt := range []struct {
		guild, text string
		want        moderation.Action
	}{
		{"home", "a banana", moderation.Allow},
		{"home", "a pear", moderation.Remove},
		{"elsewhere", "a banana", moderation.Remove},
	} {
		if got := judged(t, source, tt.guild, "news", tt.text); got != tt.want {
			t.Errorf("%q in %s: %v, want %v", tt.text, tt.guild, got, tt.want)
		}
	}
}

func TestACommandHoldsInEveryChannelWhateverTheFileSaysOfThem(t *testing.T) {
	if got := judged(t, []byte(house), "home", "orchard", "a pear"); got != moderation.Allow {
		t.Fatalf("before: %v", got)
	}
	source := laid(t, []byte(house), map[string]string{"pears": "on"})
	if got := judged(t, source, "home", "orchard", "a pear"); got != moderation.Remove {
		t.Errorf("switched on, the rule asks for %v", got)
	}
}

func TestSwitchingAgainReplacesAndNeverPilesUp(t *testing.T) {
	once := laid(t, []byte(house), map[string]string{"bananas": "off"})
	twice := laid(t, laid(t, once, map[string]string{"pears": "shadow", "bananas": "on"}), map[string]string{"bananas": "off"})
	if !bytes.Equal(once, twice) {
		t.Errorf("laid over once:\n%s\nthrice:\n%s", once, twice)
	}
	if n := bytes.Count(twice, []byte(strings.TrimSpace(house))); n != 1 {
		t.Errorf("what people wrote is there %d times", n)
	}
}

func TestWhatWasLaidOverComesOffAgain(t *testing.T) {
	archived := "-- config.yaml --\ninclude: [more.yaml]\n-- more.yaml --\nhourly_cap: 3\n"
	for _, source := range []string{house, house + "\n", archived} {
		modes := map[string]string{"bananas": "off"}
		base, lifted, err := Lift(laid(t, []byte(source), modes))
		if err != nil || !Same(base, []byte(source)) || !maps.Equal(lifted, modes) {
			t.Errorf("took %v off, error %v, and left\n%s\nof\n%s", lifted, err, base, source)
		}
		if base, none, err := Lift([]byte(source)); err != nil || !bytes.Equal(base, []byte(source)) || none != nil {
			t.Errorf("took %v off a source that nothing was laid over, error %v", none, err)
		}
		if got := laid(t, laid(t, []byte(source), modes), nil); !Same(got, []byte(source)) {
			t.Errorf("with nothing switched any more the source is\n%s", got)
		}
	}
}

func TestAnUnknownRuleOrModeIsRefusedByThePolicy(t *testing.T) {
	for rule, mode := range map[string]string{"bananes": "off", "bananas": "loud"} {
		source := laid(t, []byte(house), map[string]string{rule: mode})
		if _, found := policy.Parse("config.yaml", source, nil); found.Err() == nil {
			t.Errorf("rule %q was switched to %q", rule, mode)
		}
	}
}
