package ledger

import (
	"fmt"
	"time"
)

// Start returns when the budget's window around the given time begins.
func (b Budget) Start(at time.Time) time.Time {
	window := max(b.Window.Milliseconds(), 1)
	ms := at.UnixMilli()
	return time.UnixMilli(ms - ms%window).UTC()
}

// CheckBudgets refuses to spend what could never be spent: an amount above its budget's
// limit, a negative amount, a window shorter than a millisecond, or one budget named twice.
func CheckBudgets(budgets []Budget) error {
	for i, b := range budgets {
		switch {
		case b.Window < time.Millisecond:
			return fmt.Errorf("budget %s: a window of %s is too short", b.Key, b.Window)
		case b.Amount < 0:
			return fmt.Errorf("budget %s: the amount %d is negative", b.Key, b.Amount)
		case b.Amount > b.Limit:
			return fmt.Errorf("budget %s: %d asked for, and all of it is %d; ask for less at once or raise the limit", b.Key, b.Amount, b.Limit)
		}
		for _, other := range budgets[:i] {
			if other.Key == b.Key && other.Window == b.Window {
				return fmt.Errorf("budget %s with a window of %s is named twice", b.Key, b.Window)
			}
		}
	}
	return nil
}
