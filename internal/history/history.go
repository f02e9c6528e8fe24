// Package history keeps who changed what of a public record, and when. It keeps
// the values too, for everybody who may edit: confidential areas must not use
// it, theirs is a history without values.
package history

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/batch"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

// Change is one change of a record, the GraphQL type RecordChange.
type Change struct {
	Record  uuid.UUID                    `db:"record_id"`
	Version int                          `db:"version"`
	At      time.Time                    `db:"at"`
	Actor   string                       `db:"actor"`
	Changed postgres.JSON[[]FieldChange] `db:"fields"`
}

// Fields are what changed.
func (c *Change) Fields() []FieldChange { return c.Changed.V }

// FieldChange is one field with its value before and after a change. The field
// of an item in a list is named list.key.field; an item that was added or
// removed is one change of list.key.
type FieldChange struct {
	Field  string `json:"field"`
	Before Value  `json:"before"`
	After  Value  `json:"after"`
}

// Row is a record of which a history is kept. Its db tags name the fields.
type Row interface {
	ident.Node
	// Revision is the version that the row has, and since when it has it.
	Revision() (version int, since time.Time)
}

// Part is what belongs to a record beside the fields of its row.
type Part interface {
	// AddTo adds the part to the state of the record.
	AddTo(record *Record)
}

// Write writes down what whoever is signed in made of a record, in the
// transaction that does it; was is nil for a new record. A part is nil where
// nothing belongs to the record, or nothing of it was touched.
func Write[T any, R interface {
	*T
	Row
}](ctx context.Context, tx *postgres.Tx, was, is R, before, after Part) error {
	viewer, err := auth.Require(ctx)
	if err != nil {
		return err
	}
	var then, now Record
	if was != nil {
		then.Add(was)
	}
	now.Add(is)
	if before != nil {
		before.AddTo(&then)
	}
	if after != nil {
		after.AddTo(&now)
	}
	changes, err := Diff(then, now)
	if err != nil {
		return err
	}
	id := is.ID()
	version, since := is.Revision()
	_, err = tx.Exec(ctx, `INSERT INTO record_change (record_kind, record_id, version, at, actor, fields) VALUES ($1, $2, $3, $4, $5, $6)`,
		string(id.Kind), id.UUID, version, since, viewer.Subject, postgres.JSON[[]FieldChange]{V: changes})
	return err
}

// Query is what a list of changes was asked by.
type Query struct {
	Kind   ident.Kind
	Record uuid.UUID
}

// Connection is one page of the changes of a record.
type Connection = page.Connection[*Change, Query]

// Edge is a change and its place in a list.
type Edge = page.Edge[*Change]

func newestFirst() page.Order[*Change] {
	return page.Order[*Change]{
		Name:       "recordChange.NEWEST",
		Columns:    []page.Column{{Expression: "c.version", Type: "integer"}},
		Descending: true,
		Values:     func(c *Change) []string { return []string{strconv.Itoa(c.Version)} },
	}
}

// Of returns for each record of a kind a page of its changes, the newest first,
// to whoever signed in.
func Of(ctx context.Context, q postgres.Queryer, codec page.Codec, kind ident.Kind, records []uuid.UUID, args page.Args) ([]*Connection, error) {
	if _, err := auth.Require(ctx); err != nil {
		return nil, err
	}
	asked, err := page.Read(codec, newestFirst(), args)
	if err != nil {
		return nil, err
	}
	const columns = `c.record_id, c.version, c.at, c.actor, c.fields`
	behind, values := asked.Behind()
	var t postgres.Text
	t.Add(`SELECT `+columns+` FROM unnest(?::uuid[]) AS p(id) CROSS JOIN LATERAL (SELECT `+columns+`
FROM record_change c WHERE c.record_kind = ? AND c.record_id = p.id`, distinct(records), string(kind))
	t.Add(` AND `+behind, values...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?) c ORDER BY `+asked.By(), asked.Limit())
	rows, err := postgres.Rows[Change](ctx, q, t.SQL(), t.Args()...)
	if err != nil {
		return nil, err
	}
	found := batch.Many(records, rows, func(c *Change) uuid.UUID { return c.Record })
	pages := make([]*Connection, len(records))
	for i, record := range records {
		pages[i] = page.Connect(asked, found[i], Query{Kind: kind, Record: record})
	}
	return pages, nil
}

// Count returns how many changes each list has on all its pages together, by one
// statement.
func Count(ctx context.Context, q postgres.Queryer, lists []*Connection) ([]int, error) {
	kinds, records := make([]string, len(lists)), make([]uuid.UUID, len(lists))
	for i, l := range lists {
		kinds[i], records[i] = string(l.Query.Kind), l.Query.Record
	}
	return postgres.Values[int](ctx, q, `
SELECT (SELECT count(*) FROM record_change c WHERE c.record_kind = p.kind AND c.record_id = p.id)
FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS p(kind, id, position) ORDER BY p.position`, kinds, records)
}

func distinct(ids []uuid.UUID) []uuid.UUID {
	return batch.Distinct(ids, func(id uuid.UUID) uuid.UUID { return id })
}
