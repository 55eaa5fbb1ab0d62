package bot

import (
	"context"
	"errors"
	"time"

	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/ledger"
)

// Adviser gives second opinions on comments that the cheap stages leave undecided. One that
// is a prometheus.Collector has its metrics served with the bot's.
type Adviser interface {
	// On reports whether it can be asked about comments of a community at all. It is quick.
	On(guild string) bool
	// Opinion says what it thinks of a case's comment. It may take long. *moderation.LaterError
	// says when to ask again; any other error is tried again with back-off. An answer that
	// could not be had is an Opinion with Unknown set, not an error.
	Opinion(ctx context.Context, c moderation.Case) (moderation.Opinion, error)
}

// carryOpinion asks for one opinion and writes what follows from it. An opinion is asked
// for once per revision of a comment: a question that has been overtaken by an edit, by a
// moderator, or by an answer that a process wrote before it died, is dropped.
func (b *Bot) carryOpinion(ctx context.Context, d ledger.Delivery) outcome {
	c, err := b.Store.Case(ctx, d.Effect.Guild, d.Effect.Case)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return outcome{}
	case err != nil:
		b.store.failed("case", err)
		return outcome{again: time.Now().Add(backoff(d.Attempts, retryFirst, retryMost))}
	case !awaits(c, d.Effect):
		b.metrics.opinions.WithLabelValues("overtaken").Inc()
		return outcome{}
	}
	opinion, err := b.Adviser.Opinion(ctx, c)
	if err != nil {
		// Where the budget is used up, asking about the rest would only find that out again.
		return outcome{again: b.askAgain(d, err), all: errors.Is(err, moderation.ErrOverBudget)}
	}
	book := b.In(c.Guild)
	verdict := moderation.Weigh(c.Verdict, opinion, book.Margins)
	said := opinionEvent(opinion)
	// The opinion, the verdict and what follows from it are written at one stroke, so that a
	// process that dies leaves all of it or nothing.
	written, err := b.write(ctx, book, consequence.Finding{
		Comment: &c.Comment, Verdict: verdict, Opinion: true, At: said.At, Said: said,
	})
	if err != nil {
		b.store.failed("opinion", err)
		return outcome{again: time.Now().Add(backoff(d.Attempts, retryFirst, retryMost))}
	}
	if !written && b.outrun(ctx, d) {
		b.metrics.opinions.WithLabelValues("overtaken").Inc()
		return outcome{}
	}
	b.metrics.opinions.WithLabelValues(answerKind(opinion)).Inc()
	b.Log.Info("second opinion", "case", c.ID, "guild", c.Guild, "source", opinion.Source,
		"says", opinion.Action.String(), "confidence", opinion.Confidence, "unknown", opinion.Unknown,
		"action", verdict.Action.String(), "cached", opinion.Cached)
	if b.OnOpinion != nil {
		b.OnOpinion(c, opinion, verdict)
	}
	if written {
		return outcome{}
	}
	return outcome{event: said} // a moderator was quicker; the history has it all the same
}

// outrun reports whether another process, which had taken over the question, has written its
// answer by now: a comment has one opinion.
func (b *Bot) outrun(ctx context.Context, d ledger.Delivery) bool {
	c, err := b.Store.Case(ctx, d.Effect.Guild, d.Effect.Case)
	if err != nil {
		b.store.failed("case", err)
		return true // rather one line too few in the history than the same one twice
	}
	return consequence.Answered(c)
}

// advised reports whether second opinions are to be had in a community.
func (b *Bot) advised(guild string) bool { return b.Adviser != nil && b.Adviser.On(guild) }

// awaits reports whether a case still waits for the answer to this question.
func awaits(c moderation.Case, question moderation.Effect) bool {
	open := c.State == moderation.CasePending || c.State == moderation.CaseOpen || c.State == moderation.CaseActed
	return open && !consequence.Answered(c) && consequence.Question(c).ID == question.ID
}

// askAgain is when to ask an adviser again that has no answer yet.
func (b *Bot) askAgain(d ledger.Delivery, err error) time.Time {
	b.metrics.opinions.WithLabelValues("postponed").Inc()
	if later, ok := errors.AsType[*moderation.LaterError](err); ok {
		return later.At
	}
	wait := backoff(d.Attempts, retryFirst, retryMost)
	b.Log.Warn("no second opinion; it is asked for again", "case", d.Effect.Case, "guild", d.Effect.Guild, "again_in", wait, "error", err)
	return time.Now().Add(wait)
}

// opinionEvent is the line that an opinion leaves in its case's history.
func opinionEvent(o moderation.Opinion) moderation.CaseEvent {
	note := o.Source + ": " + o.Action.String()
	switch {
	case o.Unknown != "":
		note = o.Source + " gave no answer: " + o.Unknown
	case o.Reason != "":
		note += ": " + o.Reason
	}
	return moderation.CaseEvent{At: time.Now(), Kind: "opinion", Note: note}
}

func answerKind(o moderation.Opinion) string {
	if o.Unknown != "" {
		return "unknown"
	}
	return o.Action.String()
}
