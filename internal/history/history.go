// Package history keeps who changed what of a public record, and when. It keeps
// the values too, for everybody who may edit: confidential areas must not use
// it, theirs is a history without values.
package history

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

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

// Entry is a change to write down.
type Entry struct {
	Kind    ident.Kind
	Record  uuid.UUID
	Version int
	At      time.Time
	Actor   string
	Before  Record
	After   Record
}

// Write writes a change down, in the transaction that makes it.
func Write(ctx context.Context, tx *postgres.Tx, e Entry) error {
	changes, err := Diff(e.Before, e.After)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO record_change (record_kind, record_id, version, at, actor, fields) VALUES ($1, $2, $3, $4, $5, $6)`,
		string(e.Kind), e.Record, e.Version, e.At, e.Actor, postgres.JSON[[]FieldChange]{V: changes})
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

// Of returns for each record of a kind a page of its changes, the newest first.
// The caller has checked that the viewer may see them.
func Of(ctx context.Context, q postgres.Queryer, codec page.Codec, kind ident.Kind, records []uuid.UUID, args page.Args) ([]*Connection, error) {
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
