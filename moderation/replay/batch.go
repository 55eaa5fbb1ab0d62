package replay

import (
	"context"
	"sync"
	"sync/atomic"
)

// batchSize is how many comments are in hand at a time: enough for all processors to have
// something to do, little enough to stay in their caches.
const batchSize = 256

// batch is comments judged together.
type batch struct {
	items []item
	bytes []byte // what the items' lines are made of
}

func (b *batch) add(raw []byte, at place, err error) {
	from := len(b.bytes)
	b.bytes = append(b.bytes, raw...)
	b.items = append(b.items, item{raw: b.bytes[from:len(b.bytes):len(b.bytes)], at: at, err: err})
}

// people groups the batch's comments by author, each in order, so that nobody's record
// depends on how the work is spread.
func (b *batch) people() [][]int {
	index := make(map[authorKey]int, len(b.items))
	var groups [][]int
	for i := range b.items {
		it := &b.items[i]
		if !it.judged() {
			continue
		}
		key := authorKey{it.comment.Guild, it.comment.Author.ID}
		g, known := index[key]
		if !known || key.author == "" {
			g = len(groups)
			index[key] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

// batches go round between the reader and the judges.
type batches struct{ full, empty chan *batch }

// read fills batches in order of time until the input ends or ctx does; then full is closed
// and the outcome sent.
func read(ctx context.Context, in *Input, ahead int) (batches, <-chan error) {
	ahead = max(2, min(ahead, 4))
	bs := batches{full: make(chan *batch), empty: make(chan *batch, ahead)}
	for range ahead {
		bs.empty <- new(batch)
	}
	outcome := make(chan error, 1)
	go func() {
		err := fill(ctx, in, bs)
		close(bs.full)
		outcome <- err
	}()
	return bs, outcome
}

func fill(ctx context.Context, in *Input, bs batches) error {
	var b *batch
	send := func() error {
		select {
		case bs.full <- b:
			b = nil
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := in.inOrder(ctx, func(raw []byte, at place, err error) error {
		if b == nil {
			b = <-bs.empty
			clear(b.items)
			b.items, b.bytes = b.items[:0], b.bytes[:0]
		}
		b.add(raw, at, err)
		if len(b.items) < batchSize {
			return nil
		}
		return send()
	})
	if err == nil && b != nil {
		err = send()
	}
	return err
}

// spread calls do for every number below n, several at a time.
func spread(workers, n int, do func(i int)) {
	if workers = min(workers, n); workers <= 1 {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}
