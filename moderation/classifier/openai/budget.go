package openai

import (
	"context"
	"fmt"
	"time"

	"parley/moderation/ledger"
)

// purse is where all processes keep count of what they use; a ledger.Memory is one.
type purse interface {
	Spend(ctx context.Context, guild string, at time.Time, budgets []ledger.Budget) (ok bool, again time.Time, err error)
	Spent(ctx context.Context, guild string, at time.Time, budgets []ledger.Budget) ([]int64, error)
}

// account stands where a community's ID otherwise stands: limits belong to the API key, and
// all communities share it.
const account = "openai"

// budgets are what one call of a stage takes. A call larger than a whole limit takes all of
// it, or it could never be made.
func (l Limits) budgets(stage string, tokens int64) []ledger.Budget {
	all := []ledger.Budget{
		{Key: stage + "/requests/minute", Amount: 1, Limit: l.RequestsPerMinute, Window: time.Minute},
		{Key: stage + "/requests/day", Amount: 1, Limit: l.RequestsPerDay, Window: 24 * time.Hour},
		{Key: stage + "/tokens/minute", Amount: tokens, Limit: l.TokensPerMinute, Window: time.Minute},
		{Key: stage + "/tokens/day", Amount: tokens, Limit: l.TokensPerDay, Window: 24 * time.Hour},
	}
	limited := all[:0]
	for _, b := range all {
		if b.Limit > 0 {
			b.Amount = min(b.Amount, b.Limit)
			limited = append(limited, b)
		}
	}
	return limited
}

// Spending is what one community's second opinions have used on one day (UTC).
type Spending struct {
	Questions int64 // that were not answered from the cache
	Tokens    int64
	Dollars   float64 // estimate, from the configured prices
}

// add sums two entries.
func (s Spending) add(more Spending) Spending {
	return Spending{s.Questions + more.Questions, s.Tokens + more.Tokens, s.Dollars + more.Dollars}
}

// unlimited is the largest whole number that every store counts exactly.
const unlimited = 1 << 53

// spending is the community's ledger entry of the day: counted, never limited.
func spending(s Spending) []ledger.Budget {
	day := func(key string, amount int64) ledger.Budget {
		return ledger.Budget{Key: "opinions/" + key, Amount: amount, Limit: unlimited, Window: 24 * time.Hour}
	}
	return []ledger.Budget{
		day("questions/day", s.Questions),
		day("tokens/day", s.Tokens),
		day("micro_usd/day", int64(s.Dollars*1e6+0.5)),
	}
}

// spent reads a community's entry of the day.
func spent(ctx context.Context, p purse, guild string, at time.Time) (Spending, error) {
	used, err := p.Spent(ctx, guild, at, spending(Spending{}))
	if err != nil {
		return Spending{}, fmt.Errorf("openai: read what community %s has spent: %w", guild, err)
	}
	return Spending{Questions: used[0], Tokens: used[1], Dollars: float64(used[2]) / 1e6}, nil
}

// cost estimates what a call cost in US dollars.
func (p Prices) cost(input, output int64) float64 {
	return (float64(input)*p.Input + float64(output)*p.Output) / 1e6
}

// estimateTokens guesses how many tokens a text has, rather too many than too few: budgets
// are reserved before the provider counts. Byte-pair vocabularies average four letters of
// English a token; letters beyond ASCII often cost a token each.
func estimateTokens(text string) int64 {
	plain, other := 0, 0
	for _, r := range text {
		if r < 0x80 {
			plain++
		} else {
			other++
		}
	}
	return int64((plain+2)/3 + other)
}
