// Package pgtest gives every test a database of its own on a real Postgres.
// One server runs per test process, started by the first test that asks; a
// test's database is a copy of a template that is migrated once.
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
//	func TestSomething(t *testing.T) {
//		t.Parallel()
//		db := pgtest.New(t)
package pgtest

import (
	"context"
	"testing"
	"time"

	"ombudsnetz/internal/postgres"
	"ombudsnetz/migrations"
)

// BinDirEnv names the environment variable with the directory of the Postgres
// programs, for machines that keep them in an unusual place.
const BinDirEnv = "OMBUDSNETZ_POSTGRES_BIN"

// patience is generous: machines that run tests are busy.
const patience = 2 * time.Minute

const (
	noTemplate       = "template0"
	migratedTemplate = "migrated"
)

// Main runs the tests of a package and stops the server afterwards. Call it
// from TestMain.
func Main(m *testing.M) {
	process.enter()
	defer process.leave()
	m.Run()
}

// New returns a fresh database with the schema of the house. It is dropped
// when the test ends.
func New(t testing.TB) *postgres.DB {
	t.Helper()
	return migrated(t).New(t)
}

// DSN returns the address of a fresh database with the schema of the house.
func DSN(t testing.TB) string {
	t.Helper()
	return migrated(t).DSN(t)
}

// NewEmpty returns a fresh database without any table.
func NewEmpty(t testing.TB) *postgres.DB {
	t.Helper()
	return Cloner{noTemplate}.New(t)
}

// EmptyDSN returns the address of a fresh database without any table.
func EmptyDSN(t testing.TB) string {
	t.Helper()
	return Cloner{noTemplate}.DSN(t)
}

// Template returns a source of databases that prepare has filled, on top of
// the schema of the house. It runs prepare once per process and name.
func Template(t testing.TB, name string, prepare func(ctx context.Context, db *postgres.DB) error) Cloner {
	t.Helper()
	base := migrated(t).template
	c := Cloner{"prepared_" + name}
	process.template(t, c.template, base, func(ctx context.Context, dsn string) error {
		db, err := postgres.Open(ctx, config(dsn))
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		return prepare(ctx, db)
	})
	return c
}

// Cloner makes copies of one template.
type Cloner struct{ template string }

// New returns a fresh copy that is dropped when the test ends.
func (c Cloner) New(t testing.TB) *postgres.DB {
	t.Helper()
	dsn := c.DSN(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	db, err := postgres.Open(ctx, config(dsn))
	if err != nil {
		t.Fatalf("pgtest: cannot open the test's database: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// DSN returns the address of a fresh copy that is dropped when the test ends.
func (c Cloner) DSN(t testing.TB) string {
	t.Helper()
	return process.clone(t, c.template)
}

func migrated(t testing.TB) Cloner {
	t.Helper()
	process.template(t, migratedTemplate, noTemplate, func(ctx context.Context, dsn string) error {
		return postgres.Migrate(ctx, dsn, migrations.FS, nil)
	})
	return Cloner{migratedTemplate}
}

func config(dsn string) postgres.Config {
	return postgres.Config{DSN: dsn, PoolWait: patience, StatementTimeout: patience}
}
