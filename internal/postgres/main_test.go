package postgres_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func open(t *testing.T, cfg postgres.Config) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func exec(t *testing.T, db *postgres.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func get[T any](t *testing.T, q postgres.Queryer, query string, args ...any) T {
	t.Helper()
	var v T
	if err := q.Get(t.Context(), &v, query, args...); err != nil {
		t.Fatal(err)
	}
	return v
}

func wantCode(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if _, ok := errors.AsType[*fault.Error](err); !ok || fault.CodeOf(err) != code {
		t.Fatalf("error %v (%T), want %s", err, err, code)
	}
}

// eventually waits for a condition that another process brings about.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// network is a TCP line to a database that only has a Unix socket, with
// disturbances on demand.
type network struct {
	t     *testing.T
	proxy *toxiproxy.Proxy
	dsn   string
	// cutOnce makes the next answer of the server end its connection; later
	// ones are unharmed, so that whoever repeats a statement succeeds.
	cutOnce *atomic.Bool
}

func newNetwork(t *testing.T, dsn string) *network {
	t.Helper()
	socket := ""
	for field := range strings.FieldsSeq(dsn) {
		if dir, ok := strings.CutPrefix(field, "host="); ok {
			socket = dir
		}
		if port, ok := strings.CutPrefix(field, "port="); ok {
			socket += "/.s.PGSQL." + port
		}
	}
	cutOnce := new(atomic.Bool)
	upstream := forward(t, socket, cutOnce)
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(api, t.Name(), "127.0.0.1:0", upstream)
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	_, port, err := net.SplitHostPort(proxy.Listen)
	if err != nil {
		t.Fatal(err)
	}
	return &network{t, proxy, dsn + " host=127.0.0.1 port=" + port + " sslmode=disable", cutOnce}
}

// forward listens on TCP and passes each connection on to a Unix socket.
func forward(t *testing.T, socket string, cutOnce *atomic.Bool) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	t.Cleanup(func() {
		_ = listener.Close()
		running.Wait()
	})
	running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", socket)
			if err != nil {
				_ = client.Close()
				continue
			}
			closeBoth := func() {
				_ = client.Close()
				_ = server.Close()
			}
			running.Go(func() {
				defer closeBoth()
				_, _ = io.Copy(server, client)
			})
			running.Go(func() {
				defer closeBoth()
				chunk := make([]byte, 4096)
				for {
					n, err := server.Read(chunk)
					if err != nil || cutOnce.Swap(false) {
						return
					}
					if _, err := client.Write(chunk[:n]); err != nil {
						return
					}
				}
			})
		}
	})
	return listener.Addr().String()
}

// disturb adds a toxic, given as toxiproxy's JSON; the result removes it.
func (n *network) disturb(toxic string) (heal func()) {
	n.t.Helper()
	added, err := n.proxy.Toxics.AddToxicJson(strings.NewReader(toxic))
	if err != nil {
		n.t.Fatal(err)
	}
	return func() {
		n.t.Helper()
		if err := n.proxy.Toxics.RemoveToxic(context.Background(), added.Name); err != nil {
			n.t.Fatal(err)
		}
	}
}
