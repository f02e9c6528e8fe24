package postgres

import (
	"database/sql/driver"
	"testing"
	"time"

	"github.com/lib/pq"
)

func TestDriverConfig(t *testing.T) {
	t.Parallel()
	for dsn, mode := range map[string]pq.SSLMode{
		"postgres://db.example/x":                   pq.SSLModeVerifyFull,
		"postgres://db.example/x?sslmode=require":   pq.SSLModeRequire,
		"host=db.example sslmode=disable":           pq.SSLModeDisable,
		"host=a.example,b.example port=5432,5433":   pq.SSLModeVerifyFull,
		"host=/run/postgresql dbname=x":             pq.SSLModeDisable,
		"host=/run/postgresql sslmode=verify-full":  pq.SSLModeDisable,
		"dbname=x host=@abstract connect_timeout=9": pq.SSLModeDisable,
	} {
		cfg, err := driverConfig(dsn, limits{statement: time.Second})
		if err != nil || cfg.SSLMode != mode || !cfg.BinaryParameters || cfg.ConnectTimeout <= 0 {
			t.Errorf("%s: sslmode %q, connect_timeout %s, %v", dsn, cfg.SSLMode, cfg.ConnectTimeout, err)
		}
		if got := withoutTimeouts(cfg).Runtime; len(got) != 1 || got["timezone"] != "UTC" {
			t.Errorf("%s: for a pooler remain %v", dsn, got)
		}
		if cfg.Runtime["statement_timeout"] != "1000" {
			t.Errorf("%s: the original lost its timeout", dsn)
		}
	}
}

func TestBeginText(t *testing.T) {
	t.Parallel()
	for level, want := range map[int]string{0: "BEGIN", 2: "BEGIN ISOLATION LEVEL READ COMMITTED", 4: "BEGIN ISOLATION LEVEL REPEATABLE READ", 6: "BEGIN ISOLATION LEVEL SERIALIZABLE"} {
		got, err := beginText(driver.TxOptions{Isolation: driver.IsolationLevel(level)}, nil)
		if err != nil || got != want {
			t.Errorf("%d: %q, %v", level, got, err)
		}
	}
	if _, err := beginText(driver.TxOptions{Isolation: 7}, nil); err == nil {
		t.Error("a level Postgres does not have was accepted")
	}
	got, err := beginText(driver.TxOptions{ReadOnly: true}, map[string]string{"b.b": "it's", "a.a": `\`})
	if want := `BEGIN READ ONLY; SET LOCAL a.a =  E'\\'; SET LOCAL b.b = 'it''s'`; err != nil || got != want {
		t.Errorf("%q, want %q, %v", got, want, err)
	}
}
