package discordtest

import (
	"strconv"
	"sync"
	"time"
)

// epochMillis is the first millisecond of 2015, from which Discord's IDs count.
// Source: Discord developer reference, "Snowflakes".
const epochMillis = 1_420_070_400_000

// snowflakes makes IDs. The low 22 bits, which Discord fills with a worker and
// a counter, are one counter here: IDs made in order sort in order.
type snowflakes struct {
	mu      sync.Mutex
	counter uint64
	last    uint64
}

// next returns an ID for the present moment, greater than every ID that next
// returned before.
func (g *snowflakes) next(now time.Time) uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	id := g.at(now)
	if id <= g.last {
		id = g.last + 1
	}
	g.last = id
	return id
}

// injected returns an ID that carries the given time, past or future.
func (g *snowflakes) injected(at time.Time) uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.at(at)
}

func (g *snowflakes) at(t time.Time) uint64 {
	g.counter++
	return uint64(t.UnixMilli()-epochMillis)<<22 | g.counter&(1<<22-1)
}

// TimeOf reads the moment that a Discord ID carries, to the millisecond. It is
// the zero time when id is not a number.
func TimeOf(id string) time.Time {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return timeOf(n)
}

func timeOf(id uint64) time.Time {
	return time.UnixMilli(int64(id>>22) + epochMillis).UTC()
}

func formatID(id uint64) string { return strconv.FormatUint(id, 10) }

// parseID returns 0, which is nobody's ID, for text that is not an ID.
func parseID(id string) uint64 {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// timestampLayout is how Discord writes times in JSON.
const timestampLayout = "2006-01-02T15:04:05.000000-07:00"

func timestamp(t time.Time) string { return t.UTC().Format(timestampLayout) }

// optionalTimestamp is nil, JSON's null, for the zero time.
func optionalTimestamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := timestamp(t)
	return &text
}
