package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"net"
)

// settle makes sure that the server answers and decides about preparing.
func (db *DB) settle(ctx context.Context, pooler Pooler) error {
	session, err := db.sql.Conn(ctx)
	if err != nil {
		return db.translate(ctx, err)
	}
	defer func() { _ = session.Close() }()

	var seen sql.Null[int]
	if err := session.QueryRowContext(ctx, "SELECT inet_client_port()").Scan(&seen); err != nil {
		return db.translate(ctx, err)
	}
	switch pooler {
	case PoolerNo:
		return nil
	case PoolerYes:
		db.statements.off.Store(true)
		return nil
	}
	// On both sides a Unix socket has no port.
	ours := 0
	err = session.Raw(func(raw any) error {
		c, ok := raw.(*conn)
		if !ok {
			return fmt.Errorf("postgres: the pool holds a %T", raw)
		}
		if addr, ok := c.wire.LocalAddr().(*net.TCPAddr); ok {
			ours = addr.Port
		}
		return nil
	})
	if err != nil {
		return err
	}
	if ours != seen.V {
		db.statements.off.Store(true)
		db.log.InfoContext(ctx, "something stands between this server and Postgres: statements are not prepared")
	}
	return nil
}
