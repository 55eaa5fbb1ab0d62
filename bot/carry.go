package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/ledger"
)

const (
	retryFirst     = time.Second      // before a failed effect is tried again, doubling
	retryMost      = 10 * time.Minute // up to this
	attemptsAtMost = 40               // about four hours; then moderators are told
)

// carryEffect carries out one effect and says what became of it.
func (b *Bot) carryEffect(ctx context.Context, d ledger.Delivery) outcome {
	e := d.Effect
	if e.Kind == moderation.Alert {
		return b.judgeCarried(ctx, d, moderation.Receipt{}, b.showOnce(ctx, e, moderation.Case{}))
	}
	c, err := b.Store.Case(ctx, e.Guild, e.Case)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		b.Log.Warn("an effect's case is no longer kept; the effect is dropped", "effect", e.ID, "guild", e.Guild)
		return outcome{}
	case err != nil:
		b.store.failed("case", err)
		return outcome{again: time.Now().Add(backoff(d.Attempts, retryFirst, retryMost))}
	}
	if why := overtaken(e, c, time.Now()); why != "" {
		b.metrics.carried.WithLabelValues(string(e.Kind), "overtaken").Inc()
		return outcome{event: effectEvent(e, why)}
	}
	e.Fresh = d.Attempts == 1
	receipt, err := b.Enforcer.Carry(ctx, e, c)
	return b.judgeCarried(ctx, d, receipt, err)
}

// overtaken says why an effect must not be carried out any more, "" when it is due.
func overtaken(e moderation.Effect, c moderation.Case, now time.Time) string {
	switch {
	case e.Kind == moderation.TimeOut && !e.Until.After(now):
		return "already over"
	case consequence.Undone(c, e):
		return "the case has been dismissed"
	}
	return ""
}

// judgeCarried turns what the platform answered into an outcome.
func (b *Bot) judgeCarried(ctx context.Context, d ledger.Delivery, receipt moderation.Receipt, err error) outcome {
	e := d.Effect
	count := func(outcome string) { b.metrics.carried.WithLabelValues(string(e.Kind), outcome).Inc() }
	retry, soon := errors.AsType[*RetryError](err)
	switch {
	case err == nil:
		count("done")
		b.metrics.effect.Observe(time.Since(e.Created).Seconds())
		b.Log.Info("effect carried out", "effect", e.ID, "guild", e.Guild, "note", receipt.Note)
		o := outcome{event: effectEvent(e, receipt.Note)}
		if e.Kind == moderation.ShowCard {
			o.card = receipt.Message
		}
		return o
	case errors.Is(err, ErrGone):
		count("gone")
		return outcome{event: effectEvent(e, "no longer there")}
	case errors.Is(err, ErrForbidden):
		count("forbidden")
		b.Log.Error("the platform does not let the bot do this", "effect", e.ID, "guild", e.Guild, "error", err)
		b.alerts.say(e.Guild, "alert/forbidden/"+string(e.Kind)+"/"+e.Target.Channel, forbiddenAlert(e, err))
		return outcome{event: failedEvent(e, "not permitted")}
	case ctx.Err() != nil && b.work.Err() != nil: // cut short by shutting down
		return outcome{again: time.Now()}
	case soon:
		count("retried")
		return outcome{again: time.Now().Add(retry.After)}
	case d.Attempts >= attemptsAtMost:
		count("failed")
		b.Log.Error("an effect failed for good", "effect", e.ID, "guild", e.Guild, "attempts", d.Attempts, "error", err)
		b.alerts.say(e.Guild, "alert/failed/"+e.ID, fmt.Sprintf(
			"Parley could not %s for case %s, although it tried %d times. Please do it by hand; the log says more.", inWords(e.Kind), e.Case, d.Attempts))
		return outcome{event: failedEvent(e, "given up")}
	}
	count("retried")
	wait := backoff(d.Attempts, retryFirst, retryMost)
	b.Log.Warn("an effect failed and is tried again", "effect", e.ID, "guild", e.Guild, "attempts", d.Attempts, "again_in", wait, "error", err)
	return outcome{again: time.Now().Add(wait)}
}

// effectEvent is the line that an effect leaves in its case's history. Cards leave none:
// they only show it.
func effectEvent(e moderation.Effect, note string) moderation.CaseEvent {
	if e.Kind == moderation.ShowCard || e.Kind == moderation.Alert {
		return moderation.CaseEvent{}
	}
	text := string(e.Kind)
	if note != "" {
		text += ": " + note
	}
	return moderation.CaseEvent{At: time.Now(), Kind: "effect", Note: text}
}

func failedEvent(e moderation.Effect, why string) moderation.CaseEvent {
	return moderation.CaseEvent{At: time.Now(), Kind: "failed", Note: string(e.Kind) + ": " + why}
}

func forbiddenAlert(e moderation.Effect, err error) string {
	where := ""
	if e.Target.Channel != "" {
		where = " in <#" + e.Target.Channel + ">"
	}
	return fmt.Sprintf("Parley is not allowed to %s%s (%v). Please check its permissions and the place of its role; everything else goes on. This is said once a day.",
		inWords(e.Kind), where, err)
}

// inWords says what an effect does, so that "not allowed to …" reads as a sentence.
func inWords(k moderation.EffectKind) string {
	switch k {
	case moderation.TakeDown:
		return "delete a comment"
	case moderation.GiveBack:
		return "post a comment that is given back"
	case moderation.Notify:
		return "write to an author"
	case moderation.TimeOut:
		return "time somebody out"
	case moderation.LiftTimeOut:
		return "end a timeout"
	case moderation.KickOut:
		return "remove somebody from the community"
	case moderation.BanUser:
		return "ban somebody"
	case moderation.UnbanUser:
		return "lift a ban"
	case moderation.ShowCard:
		return "post a card for moderators"
	}
	return "carry out " + string(k)
}
