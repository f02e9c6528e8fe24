package postgres

import (
	"math/bits"
	"slices"
	"strings"
	"sync"
)

// Columns are what objects of one kind are read from. A read leaves out those
// that belong to fields which nobody asked for: a wide row costs more to send
// and to read than to find.
type Columns struct {
	names   []string
	keys    uint64
	byField map[string]uint64

	mu sync.Mutex
	// known are the choices that were made so far.
	known []choice
}

type choice struct {
	columns uint64
	text    string
}

// mostChoices bounds the different texts of a statement. Who asks for yet other
// columns gets the smallest choice that holds them.
const mostChoices = 8

// NewColumns takes a list of columns, "s.id, s.postal_code", at most 64. A column
// is read when the field of its name is asked for (postalCode), and always when its
// name is among keys. Fields in others need no columns but the keys; a field that is
// neither in others nor the name of a column makes all be read.
func NewColumns(list, keys string, others ...string) *Columns {
	c := &Columns{byField: map[string]uint64{"id": 0, "__typename": 0}}
	for i, name := range strings.Split(list, ",") {
		name = strings.TrimSpace(name)
		c.names = append(c.names, name)
		_, column, _ := strings.Cut(name, ".")
		c.byField[fieldOf(column)] |= 1 << i
		if slices.Contains(strings.Fields(keys), column) {
			c.keys |= 1 << i
		}
	}
	for _, field := range others {
		c.byField[field] |= 0
	}
	return c
}

// fieldOf is the field of the API that shows a column.
func fieldOf(column string) string {
	words := strings.Split(column, "_")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

// All is the whole list.
func (c *Columns) All() string { return strings.Join(c.names, ", ") }

// For is the list for the fields that are asked for; nil asks for all.
func (c *Columns) For(fields []string) string {
	wanted := c.keys
	for _, field := range fields {
		columns, known := c.byField[field]
		if !known {
			return c.choose(c.all())
		}
		wanted |= columns
	}
	if fields == nil {
		wanted = c.all()
	}
	return c.choose(wanted)
}

func (c *Columns) all() uint64 { return 1<<len(c.names) - 1 }

func (c *Columns) choose(wanted uint64) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	best := choice{columns: c.all()}
	for _, known := range c.known {
		if known.columns == wanted {
			return known.text
		}
		if known.columns&wanted == wanted && bits.OnesCount64(known.columns) <= bits.OnesCount64(best.columns) {
			best = known
		}
	}
	// The last one is kept for all columns.
	if len(c.known) < mostChoices-1 || wanted == c.all() {
		return c.remember(wanted)
	}
	if best.text == "" {
		return c.remember(best.columns)
	}
	return best.text
}

func (c *Columns) remember(columns uint64) string {
	var chosen []string
	for i, name := range c.names {
		if columns&(1<<i) != 0 {
			chosen = append(chosen, name)
		}
	}
	text := strings.Join(chosen, ", ")
	c.known = append(c.known, choice{columns: columns, text: text})
	return text
}
