package engine

import (
	"sync"

	"parley/moderation"
	"parley/moderation/rule"
	"parley/moderation/text"
)

// article is what every comment under one article shares.
type article struct {
	of     moderation.Article
	source *text.Source
	topics *rule.Topics
}

// articleCache remembers the articles that are being talked about. The zero value is empty.
type articleCache struct {
	mu    sync.RWMutex
	known map[string]*article // by ID
}

// Bounds on the caches; when one is full, it starts afresh.
const (
	mostArticles = 1024
	mostParents  = 1024
)

// get returns what is known of an article. Articles without an ID are told apart by their words.
func (c *articleCache) get(a *moderation.Article, set *rule.Set) *article {
	if a.Title == "" && a.Summary == "" {
		return nil
	}
	key := a.ID
	if key == "" {
		key = a.Title
	}
	c.mu.RLock()
	known := c.known[key]
	c.mu.RUnlock()
	if known != nil && known.of == *a {
		return known
	}
	made := &article{of: *a, source: text.NewSource(a.Title, a.Summary), topics: set.Survey(*a)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= mostArticles {
		c.known = make(map[string]*article)
	}
	c.known[key] = made
	return made
}

// parentCache remembers the comments that are being answered, by their text, made ready to be
// quoted: a heated thread answers the same few. The zero value is empty.
type parentCache struct {
	mu    sync.RWMutex
	known map[string]*text.Source
}

// longestKept is the longest text, in bytes, that is worth remembering.
const longestKept = 4000

func (c *parentCache) get(words string) *text.Source {
	c.mu.RLock()
	known := c.known[words]
	c.mu.RUnlock()
	if known != nil {
		return known
	}
	made := text.NewSource(words)
	if len(words) > longestKept {
		return made
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= mostParents {
		c.known = make(map[string]*text.Source)
	}
	c.known[words] = made
	return made
}
