package main

import (
	"os"
	"syscall"
	"testing"
	"time"

	"parley/bot/discord/discordtest"
)

// TestAProcessThatWakesUpLateWritesNoSecondOpinion stops a process that has asked, as a
// machine does that is short of everything, until another has taken its questions over.
func TestAProcessThatWakesUpLateWritesNoSecondOpinion(t *testing.T) {
	if testing.Short() {
		t.Skip("what a sleeping process had in hand is another's after 10 seconds: not with -short")
	}
	t.Parallel()
	const comments = 40
	s := newScene(t, plan{
		comments: comments, limits: "requests_per_minute: 1000", patience: time.Hour,
		latency: time.Second, within: 2 * time.Minute, redis: true,
	})
	s.start()
	s.quiet() // it has come to the community; nothing before that is its to judge
	sleeper := s.process
	var all []discordtest.Message
	for n := 1; n <= comments; n++ {
		all = append(all, s.post(n))
	}
	signal := func(what os.Signal) {
		if err := sleeper.Process.Signal(what); err != nil {
			t.Error(err)
		}
	}
	s.at(s.model.after(comments/2), func() { signal(syscall.SIGSTOP) })
	t.Cleanup(func() { _ = sleeper.Process.Kill() }) // where the test ends early

	s.address = freeAddress(t)
	s.start()
	s.quiet()
	heir := s.process
	signal(syscall.SIGCONT)
	s.process = sleeper
	s.stop() // which has it finish what it had begun
	s.process = heir
	s.stop()

	s.kills = 1 // as good as
	if left := s.left(all); left > 0 {
		t.Errorf("%d comments have no opinion", left)
	}
	if _, arrivals := s.model.log(); len(arrivals) <= comments+1 {
		t.Errorf("%d calls for %d comments: the two have asked nothing twice, so nothing has been tried", len(arrivals), comments)
	}
	s.checkAsked(all)
	s.checkLedger(all)
	s.checkDiscord(all)
}
