package page

// Connection is one page of a list of T, in the shape Relay gave such pages.
// Cursors are made only when they are asked for, and so is the total count,
// for which Query keeps what the list was asked by.
type Connection[T, Q any] struct {
	Nodes []T
	Query Q
	page  Page[T]
	more  bool
}

// Edge is a row and its place in the list.
type Edge[T any] struct {
	Node T
	page *Page[T]
}

// Info tells where a page begins and ends, the GraphQL type PageInfo.
type Info struct {
	HasNextPage     bool
	HasPreviousPage bool
	start, end      func() Cursor
}

// Connect makes the page from up to page.Limit() rows.
func Connect[T, Q any](page Page[T], rows []T, query Q) *Connection[T, Q] {
	c := &Connection[T, Q]{Nodes: rows, Query: query, page: page}
	if len(rows) > page.size {
		c.Nodes, c.more = rows[:page.size], true
	}
	if c.Nodes == nil {
		c.Nodes = []T{}
	}
	return c
}

// Edges returns the rows with their places.
func (c *Connection[T, Q]) Edges() []Edge[T] {
	edges := make([]Edge[T], len(c.Nodes))
	for i, node := range c.Nodes {
		edges[i] = Edge[T]{Node: node, page: &c.page}
	}
	return edges
}

// PageInfo tells where the page begins and ends.
func (c *Connection[T, Q]) PageInfo() Info {
	info := Info{HasNextPage: c.more, HasPreviousPage: c.page.after != nil}
	if n := len(c.Nodes); n > 0 {
		info.start = func() Cursor { return c.page.cursor(c.Nodes[0]) }
		info.end = func() Cursor { return c.page.cursor(c.Nodes[n-1]) }
	}
	return info
}

// Cursor marks the edge's place.
func (e Edge[T]) Cursor() Cursor { return e.page.cursor(e.Node) }

// StartCursor marks the first row, nil on an empty page.
func (i Info) StartCursor() *Cursor { return call(i.start) }

// EndCursor marks the last row, nil on an empty page.
func (i Info) EndCursor() *Cursor { return call(i.end) }

func call(cursor func() Cursor) *Cursor {
	if cursor == nil {
		return nil
	}
	c := cursor()
	return &c
}

func (p *Page[T]) cursor(row T) Cursor {
	return p.codec.encode(p.order.Name, p.order.Values(row))
}
