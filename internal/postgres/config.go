// Package postgres is the house's only door to the database and the only
// importer of lib/pq: a pool whose every call is bounded in time, prepared
// statements where they are safe, transactions that retry, and errors that
// hold no row values.
package postgres

import (
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"
)

// Pooler says whether a connection pooler that may hand each transaction to
// another server connection stands between this process and Postgres. Named
// prepared statements are used only without one.
type Pooler string

const (
	// PoolerAuto finds out by itself; see [DB.Prepares].
	PoolerAuto Pooler = "auto"
	// PoolerYes sends no timeouts at connection start either, which PgBouncer
	// would refuse: give the role its statement_timeout, lock_timeout and
	// idle_in_transaction_session_timeout with ALTER ROLE.
	PoolerYes Pooler = "yes"
	// PoolerNo prepares even when something seems to stand between, a proxy
	// for instance. With a transaction pooler there, a statement could run
	// under the name of another one.
	PoolerNo Pooler = "no"
)

// Bounds that no configuration changes.
const (
	connectTimeout    = 2 * time.Second
	lockTimeout       = 3 * time.Second
	idleInTransaction = 15 * time.Second
	// grace is what the server gets to answer a cancellation before the
	// connection is given up.
	grace = time.Second
	// networkSlack is added to the statement timeout, so that a living server
	// always answers first.
	networkSlack = 5 * time.Second

	connMaxLifetime = 30 * time.Minute
	connMaxIdle     = 5 * time.Minute

	defaultMaxConns         = 16
	defaultStatementTimeout = 10 * time.Second
	defaultPoolWait         = 2 * time.Second
)

// Config says how to reach the database. Only DSN is required.
type Config struct {
	// DSN is a URL or a list of key=value. Several hosts must be given as
	// key=value. Without sslmode a TCP connection demands verify-full and a
	// Unix socket none. Parameters given here win over the defaults below.
	DSN string
	// MaxConns bounds the connections, idle and busy together; default 16.
	MaxConns int
	// PoolWait bounds the wait for a free connection; default 2 s.
	PoolWait time.Duration
	// StatementTimeout is the server's limit for one statement, default 10 s.
	// A statement without a sooner deadline returns after it plus 5 s even
	// when the network is silent.
	StatementTimeout time.Duration
	// Pooler is PoolerAuto by default.
	Pooler Pooler
	// Log gets what an operator should know, never a parameter; nil discards.
	Log *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.MaxConns <= 0 {
		c.MaxConns = defaultMaxConns
	}
	if c.PoolWait <= 0 {
		c.PoolWait = defaultPoolWait
	}
	if c.StatementTimeout <= 0 {
		c.StatementTimeout = defaultStatementTimeout
	}
	if c.Pooler == "" {
		c.Pooler = PoolerAuto
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// limits are the server-side timeouts sent at connection start; 0 switches one
// off.
type limits struct {
	statement, lock, idleInTransaction time.Duration
}

func (c Config) limits() limits {
	return limits{c.StatementTimeout, lockTimeout, idleInTransaction}
}

// driverConfig turns the DSN into lib/pq's configuration. Errors do not repeat
// the DSN, which may hold a password.
func driverConfig(dsn string, lim limits) (pq.Config, error) {
	cfg, err := pq.NewConfig(dsn)
	if err != nil {
		return pq.Config{}, errors.New("postgres: the DSN or a PG… environment variable is malformed")
	}
	if cfg.SSLMode == "" {
		cfg.SSLMode = pq.SSLModeVerifyFull
	}
	// lib/pq decides about TLS by the first host alone.
	if isSocket(cfg.Host) {
		for _, host := range cfg.Multi {
			if !isSocket(host.Host) {
				return pq.Config{}, errors.New("postgres: a DSN cannot mix Unix sockets and TCP hosts")
			}
		}
	}
	cfg.BinaryParameters = true
	if cfg.ConnectTimeout <= 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	if cfg.ApplicationName == "" {
		cfg.ApplicationName = "ombudsnetz"
	}
	runtime := map[string]string{
		"statement_timeout":                   milliseconds(lim.statement),
		"lock_timeout":                        milliseconds(lim.lock),
		"idle_in_transaction_session_timeout": milliseconds(lim.idleInTransaction),
		// A text is put together for what is asked and has no optional conditions,
		// so one plan fits all its arguments. Postgres would plan a list of few ids
		// anew each time, which takes longer than the query (ADR 10).
		"plan_cache_mode": "force_generic_plan",
		// Postgres takes a recursion for thousands of rows and would compile the
		// plan at every execution, for a fifth of a second; answers are small.
		"jit": "off",
	}
	for name, value := range cfg.Runtime {
		runtime[strings.ToLower(name)] = value
	}
	// Instants are converted at the edge; a session in another zone would
	// change what a cast to date means.
	runtime["timezone"] = "UTC"
	cfg.Runtime = runtime
	return cfg, nil
}

// withoutTimeouts removes the parameters that PgBouncer refuses at connection
// start.
func withoutTimeouts(cfg pq.Config) pq.Config {
	cfg = cfg.Clone()
	for _, name := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "plan_cache_mode", "jit"} {
		delete(cfg.Runtime, name)
	}
	return cfg
}

func isSocket(host string) bool {
	return strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@")
}

func milliseconds(d time.Duration) string {
	return strconv.FormatInt(d.Milliseconds(), 10)
}
