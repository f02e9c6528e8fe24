package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/demo"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/export"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
	"ombudsnetz/internal/responsibility"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func codec() page.Codec { return page.NewCodec([]byte("the key of the tests, 32 bytes …")) }

func noon() time.Time { return time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC) }

// setup is one server on a database.
type setup struct {
	*export.Service
	db          *postgres.DB
	regions     *region.Service
	directory   *directory.Service
	responsible *responsibility.Service
	at          atomic.Pointer[time.Time]
}

func newSetup(t *testing.T, db *postgres.DB) *setup {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s := &setup{db: db}
	s.set(noon())
	s.regions = region.NewService(db, codec(), s.now, zone)
	s.directory = directory.NewService(db, s.regions, codec(), s.now, newID)
	s.responsible = responsibility.NewService(db, s.regions, s.directory, codec(), s.now, newID)
	s.Service = export.NewService(db, s.regions)
	return s
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func (s *setup) now() time.Time   { return *s.at.Load() }
func (s *setup) set(at time.Time) { s.at.Store(&at) }

func (s *setup) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// demoWorld is a database with the demo world.
func demoWorld(t *testing.T) *postgres.DB {
	t.Helper()
	return pgtest.Template(t, "demo", func(ctx context.Context, db *postgres.DB) error {
		return demo.Load(ctx, db, region.NewService(db, codec(), noon, time.UTC), codec(), noon)
	}).New(t)
}

type writer func(context.Context, string) (*export.Document, error)

func write(t *testing.T, export writer, land string) *export.Document {
	t.Helper()
	document, err := export(t.Context(), land)
	if err != nil {
		t.Fatalf("%s: %v", land, err)
	}
	return document
}

// read decodes JSON as a reader would who knows every field.
func read[T any](t *testing.T, body []byte) T {
	t.Helper()
	var value T
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}
