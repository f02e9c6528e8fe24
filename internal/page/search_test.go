package page_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

func TestCheckSearch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		search string
		fits   bool
	}{
		"empty":                             {"", false},
		"spaces":                            {"     ", false},
		"one character":                     {"ä", false},
		"one character between spaces":      {"  ä  ", false},
		"two characters":                    {"äö", true},
		"two emoji":                         {"🧡🧡", true},
		"a hundred characters":              {strings.Repeat("ß", 100), true},
		"a hundred, surrounded by spaces":   {" " + strings.Repeat("ß", 100) + "\t", true},
		"a hundred and one characters":      {strings.Repeat("ß", 101), false},
		"nothing but LIKE's own characters": {"%_", true},
	} {
		var problems fault.Problems
		page.CheckSearch(&c.search, "filter.search", &problems)
		if c.fits && problems.Err() != nil {
			t.Errorf("%s: %v", name, problems)
		}
		if !c.fits {
			wantRefused(t, name, problems.Err(), "filter.search")
		}
	}
	var problems fault.Problems
	page.CheckSearch(nil, "filter.search", &problems)
	if problems.Err() != nil {
		t.Errorf("no search at all: %v", problems)
	}
}

// Postgres itself is asked whether the pattern means what it should.
func TestContainingIsLiteral(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	texts := rapid.StringOfN(rapid.SampledFrom([]rune(`%_\ab'"*?[`)), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		text, search := texts.Draw(t, "text"), texts.Draw(t, "search")
		if rapid.Bool().Draw(t, "part of it") {
			search = text[len(text)/2:]
		}
		got, err := postgres.Row[bool](t.Context(), db, `SELECT $1::text ILIKE $2::text`, text, page.Containing(search))
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Contains(text, search); got != want {
			t.Fatalf("%q contains %q: %t, want %t", text, search, got, want)
		}
	})
}

func TestContainingIgnoresSpacesAround(t *testing.T) {
	t.Parallel()
	if got := page.Containing("  a b\t"); got != "%a b%" {
		t.Errorf("pattern is %q", got)
	}
}
