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

// mostArticles bounds the cache; when it is full, it starts afresh.
const mostArticles = 1024

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
