package serve

import (
	"container/list"
	"sync"
)

// byteCache keeps the most recently used values within a budget of bytes. A
// value that would take more than a sixteenth of the budget is not kept, so one
// client's giant cannot push out what everybody else uses.
type byteCache[T any] struct {
	mu      sync.Mutex
	budget  int
	used    int
	entries map[string]*list.Element
	order   *list.List // front is the most recently used
}

type cacheEntry[T any] struct {
	key   string
	value T
	size  int
}

func newByteCache[T any](budget int) *byteCache[T] {
	return &byteCache[T]{budget: budget, entries: make(map[string]*list.Element), order: list.New()}
}

func (c *byteCache[T]) get(key string) (value T, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[key]
	if !ok {
		return value, false
	}
	c.order.MoveToFront(element)
	return element.Value.(*cacheEntry[T]).value, true //nolint:forcetypeassert // add puts nothing else in
}

// add keeps value under key. The size is the caller's estimate of what key and
// value occupy together.
func (c *byteCache[T]) add(key string, value T, size int) {
	if size > c.budget/16 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.entries[key]; ok {
		c.drop(element)
	}
	c.entries[key] = c.order.PushFront(&cacheEntry[T]{key: key, value: value, size: size})
	c.used += size
	for c.used > c.budget {
		c.drop(c.order.Back())
	}
}

func (c *byteCache[T]) drop(element *list.Element) {
	entry := c.order.Remove(element).(*cacheEntry[T]) //nolint:forcetypeassert // add puts nothing else in
	delete(c.entries, entry.key)
	c.used -= entry.size
}

// usage reports how many entries are kept and what they occupy.
func (c *byteCache[T]) usage() (entries, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries), c.used
}
