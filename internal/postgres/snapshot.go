package postgres

import (
	"context"
	"database/sql"
)

// Snapshot runs fn in a transaction that only reads and sees the data as they are
// at its first statement, whatever others change meanwhile.
func (db *DB) Snapshot(ctx context.Context, fn func(tx *Tx) error) error {
	return db.TxWith(ctx, TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, fn)
}
