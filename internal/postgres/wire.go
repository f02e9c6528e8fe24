package postgres

import (
	"context"
	"net"
	"sync/atomic"
	"syscall"
	"time"
)

// wire is the network connection under one lib/pq connection. lib/pq does not
// bound a read by the context: when the network goes silent it waits for ever.
// So every operation sets the deadline here first.
type wire struct {
	net.Conn
	// limit bounds what lib/pq may set while it connects.
	limit time.Time
	// sent counts the bytes handed to the network: whether a failed statement
	// may be sent again depends on it.
	sent atomic.Int64
	// failed is set by any error. lib/pq forgets some of them and would reuse
	// a connection that is out of step.
	failed atomic.Bool
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if err != nil {
		w.failed.Store(true)
	}
	return n, err
}

func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.sent.Add(int64(n))
	if err != nil {
		w.failed.Store(true)
	}
	return n, err
}

// SetDeadline is what lib/pq calls while it connects. It removes the deadline
// before its last queries; those must stay bounded too, so that is ignored.
func (w *wire) SetDeadline(t time.Time) error {
	if t.IsZero() {
		return nil
	}
	if t.After(w.limit) {
		t = w.limit
	}
	return w.Conn.SetDeadline(t)
}

// bound sets the deadline of one operation: the context's plus grace, at most
// ceiling from now.
func (w *wire) bound(ctx context.Context, ceiling time.Duration) {
	now := time.Now()
	at := now.Add(ceiling)
	if deadline, ok := ctx.Deadline(); ok {
		if deadline = deadline.Add(grace); deadline.Before(at) {
			at = deadline
		}
		// A rollback after the deadline still gets its chance.
		if soonest := now.Add(grace); at.Before(soonest) {
			at = soonest
		}
	}
	// A closed connection says so at the next read or write.
	_ = w.Conn.SetDeadline(at)
}

// alive reports whether an idle connection can be used: the server has neither
// closed it nor announced so. Without this look the first statement after a
// restart of the server would be lost, and repeating it could do it twice.
func (w *wire) alive() bool {
	if w.failed.Load() {
		return false
	}
	sc, ok := w.Conn.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	alive := false
	err = raw.Control(func(fd uintptr) {
		var first [1]byte
		n, _, err := syscall.Recvfrom(int(fd), first[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		switch {
		case err == syscall.EAGAIN || err == syscall.EINTR:
			alive = true
		case err == nil && n == 1:
			// A notification, a notice or a changed parameter; anything else,
			// a TLS record included, makes the connection not worth keeping.
			alive = first[0] == 'A' || first[0] == 'N' || first[0] == 'S'
		}
	})
	return err == nil && alive
}

// dialer opens wires. The context of a dial for a pooled connection carries a
// *socket that receives it; lib/pq dials without one to cancel a statement.
type dialer struct {
	net net.Dialer
}

type socket struct{ wire *wire }

type socketKey struct{}

func newDialer() dialer {
	return dialer{net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable:   true,
		Idle:     15 * time.Second,
		Interval: 5 * time.Second,
		Count:    3,
	}}}
}

func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	into, pooled := ctx.Value(socketKey{}).(*socket)
	if !pooled {
		// The statement to be cancelled waits for this connection.
		short, cancel := context.WithTimeout(ctx, grace)
		defer cancel()
		ctx = short
	}
	conn, err := d.net.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	limit, ok := ctx.Deadline()
	if !ok {
		limit = time.Now().Add(connectTimeout)
	}
	w := &wire{Conn: conn, limit: limit}
	if pooled {
		into.wire = w
	}
	return w, nil
}

// Dial and DialTimeout complete lib/pq's interface, which prefers DialContext.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialTimeout(network, address, connectTimeout)
}

func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}
