package recent

// aging is a map that forgets what has not been touched for a while. It keeps a young and
// an old generation; touching moves an entry to the young one, and turning drops the old.
// Every step takes constant time, so that no comment waits for a great sweep.
type aging[K comparable, V any] struct {
	young, old map[K]V
	turned     int64 // when the generations last changed places, Unix milliseconds
}

// touch returns the entry for key, made by fresh where there is none.
func (a *aging[K, V]) touch(key K, fresh func() V) V {
	if v, ok := a.young[key]; ok {
		return v
	}
	v, ok := a.old[key]
	if ok {
		delete(a.old, key)
	} else {
		v = fresh()
	}
	if a.young == nil {
		a.young = make(map[K]V)
	}
	a.young[key] = v
	return v
}

// look returns the entry for key without touching it.
func (a *aging[K, V]) look(key K) (V, bool) {
	if v, ok := a.young[key]; ok {
		return v, true
	}
	v, ok := a.old[key]
	return v, ok
}

func (a *aging[K, V]) len() int { return len(a.young) + len(a.old) }

// turn drops the old generation when the young one has lasted for period or has grown
// past limit entries.
func (a *aging[K, V]) turn(now, period int64, limit int) {
	switch {
	case a.turned == 0:
		a.turned = now
	case now-a.turned >= period || len(a.young) >= limit:
		a.old, a.young, a.turned = a.young, nil, now
	}
}
