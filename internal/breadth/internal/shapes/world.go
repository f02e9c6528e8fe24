// Package shapes is a schema with every shape that the generator of package
// breadth serves, bound to objects that follow from their ids alone: whoever
// asks, however often and in which order, finds the same world.
package shapes

import (
	"fmt"
	"hash/fnv"
	"strconv"
)

// World says what there is and what goes wrong.
type World struct {
	Seed uint64
	// Faults are how many of a thousand values go wrong.
	Faults int
}

// Roll returns a number below n that follows from the world and parts.
func (w *World) Roll(n int, parts ...string) int {
	h := fnv.New64a()
	var seed [8]byte
	for i := range seed {
		seed[i] = byte(w.Seed >> (8 * i))
	}
	_, _ = h.Write(seed[:])
	for _, part := range parts {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	// The low bits of FNV are worth less than the middle ones.
	x := h.Sum64()
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 32
	return int(x % uint64(n))
}

// Faulty tells whether a value goes wrong in the way of kind.
func (w *World) Faulty(kind string, parts ...string) bool {
	return w.Faults > 0 && w.Roll(1000, append([]string{"fault", kind}, parts...)...) < w.Faults
}

// Absent tells whether a value that may be null is.
func (w *World) Absent(parts ...string) bool {
	return w.Roll(6, append([]string{"absent"}, parts...)...) == 0
}

// Keys are up to limit keys of objects; some lists are nil, some repeat a key.
func (w *World) Keys(limit int, parts ...string) []int {
	n := w.Roll(2*limit+3, append([]string{"length"}, parts...)...)/2 - 1
	if n < 0 {
		return nil
	}
	keys := make([]int, n)
	for i := range keys {
		keys[i] = w.Roll(20, append([]string{"element", strconv.Itoa(i)}, parts...)...)
	}
	return keys
}

// Text is a short text, now and then one that is hard to quote.
func (w *World) Text(parts ...string) string {
	texts := []string{"", "a", "Zoë", "<b> & \"q\"\\ \n\t\r\x01\x7f", "null", "\u2028é\U0001F600", "0", "plain"}
	return texts[w.Roll(len(texts), append([]string{"text"}, parts...)...)]
}

// Panic panics when the value goes wrong.
func (w *World) Panic(parts ...string) {
	if w.Faulty("panic", parts...) {
		panic(fmt.Sprint("panic of ", parts))
	}
}
