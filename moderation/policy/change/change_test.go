package change

import (
	"bytes"
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
`

// judged is what a policy's source makes of a text.
func judged(t *testing.T, source []byte, text string) moderation.Action {
	t.Helper()
	p, found := policy.Parse("config.yaml", source, nil)
	if err := found.Err(); err != nil {
		t.Fatalf("%v\nin:\n%s", err, source)
	}
	if again, _ := policy.Parse("config.yaml", p.Source(), nil); again.Hash() != p.Hash() {
		t.Fatal("the source that the policy keeps is another policy")
	}
	return engine.New(p, nil).Judge(&moderation.Comment{ID: "1", Text: text}, &moderation.Observation{}).Action
}

func switched(t *testing.T, source []byte, rule, mode string) []byte {
	t.Helper()
	changed, err := Mode(source, rule, mode)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func TestARuleIsSwitchedAndTheOthersStay(t *testing.T) {
	source := []byte(house)
	if got := judged(t, source, "a banana"); got != moderation.Remove {
		t.Fatalf("before: %v", got)
	}
	off := switched(t, source, "bananas", "off")
	if got := judged(t, off, "a banana"); got != moderation.Allow {
		t.Errorf("a rule that is off still asks for %v", got)
	}
	if got := judged(t, off, "a pear"); got != moderation.Remove {
		t.Errorf("the other rule asks for %v", got)
	}
	shadow := switched(t, switched(t, off, "pears", "shadow"), "bananas", "on")
	if got := judged(t, shadow, "a banana"); got != moderation.Remove {
		t.Errorf("switched on again it asks for %v", got)
	}
	if got := judged(t, shadow, "a pear"); got != moderation.Allow {
		t.Errorf("in shadow it asks for %v", got)
	}
}

func TestWhatPeopleWroteStaysAsItIs(t *testing.T) {
	source := []byte(house)
	for range 3 {
		source = switched(t, source, "bananas", "off")
	}
	if n := bytes.Count(source, []byte("No bananas.")); n != 1 || !bytes.Contains(source, []byte(strings.TrimSpace(house))) {
		t.Errorf("the file as written is there %d times:\n%s", n, source)
	}
}

func TestAnUnknownRuleOrModeIsRefusedByThePolicy(t *testing.T) {
	for _, tt := range [][2]string{{"bananes", "off"}, {"bananas", "loud"}} {
		if _, found := policy.Parse("config.yaml", switched(t, []byte(house), tt[0], tt[1]), nil); found.Err() == nil {
			t.Errorf("rule %q was switched to %q", tt[0], tt[1])
		}
	}
}
