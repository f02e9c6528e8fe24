package postgres_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombudsnetz/internal/postgres"
)

func TestTextNumbersItsPlaceholders(t *testing.T) {
	t.Parallel()
	var text postgres.Text
	text.Add(`SELECT 1 WHERE true`).Add(` AND a = ? AND b = ANY(?)`, 1, []string{"x"}).Add(` LIMIT ?`, 5)
	if got, want := text.SQL(), `SELECT 1 WHERE true AND a = $1 AND b = ANY($2) LIMIT $3`; got != want {
		t.Errorf("text is %s, want %s", got, want)
	}
	if diff := cmp.Diff([]any{1, []string{"x"}, 5}, text.Args()); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
}

func TestTextRefusesAnotherNumberOfArguments(t *testing.T) {
	t.Parallel()
	for name, add := range map[string]func(*postgres.Text){
		"too few":  func(text *postgres.Text) { text.Add(`a = ? AND b = ?`, 1) },
		"too many": func(text *postgres.Text) { text.Add(`a = ?`, 1, 2) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s arguments are taken", name)
				}
			}()
			add(&postgres.Text{})
		}()
	}
}
