package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"reflect"
)

// settle makes sure that the server answers and decides about preparing.
func (db *DB) settle(ctx context.Context, pooler Pooler) error {
	session, err := db.sql.Conn(ctx)
	if err != nil {
		return db.translate(ctx, err)
	}
	defer func() { _ = session.Close() }()

	var server struct {
		pid  int64
		port sql.Null[int]
	}
	err = session.QueryRowContext(ctx, "SELECT pg_backend_pid(), inet_client_port()").Scan(&server.pid, &server.port)
	if err != nil {
		return db.translate(ctx, err)
	}
	switch pooler {
	case PoolerNo:
		return nil
	case PoolerYes:
		db.statements.off.Store(true)
		return nil
	default:
	}
	return session.Raw(func(raw any) error {
		c, ok := raw.(*conn)
		if !ok {
			return fmt.Errorf("postgres: the pool holds a %T", raw)
		}
		if c.backend() != server.pid || c.port() != server.port.V {
			db.statements.off.Store(true)
			db.log.InfoContext(ctx, "something stands between this server and Postgres: statements are not prepared")
		}
		return nil
	})
}

// backend is the process that the server named at connection start: a pooler
// names a random one. lib/pq keeps it to itself, so it is read by reflection; 0
// when that fails, which no process has.
func (c *conn) backend() int64 {
	v := reflect.Indirect(reflect.ValueOf(c.pqConn))
	if v.Kind() != reflect.Struct {
		return 0
	}
	if pid := v.FieldByName("pid"); pid.IsValid() && pid.CanInt() {
		return pid.Int()
	}
	return 0
}

// port is our end of a TCP connection; a Unix socket has none, like on the
// server's side.
func (c *conn) port() int {
	if addr, ok := c.wire.LocalAddr().(*net.TCPAddr); ok {
		return addr.Port
	}
	return 0
}
