package postgres_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ombudsnetz/internal/postgres"
)

const wide = "s.id, s.office_id, s.name, s.postal_code, s.step_free, s.latitude, s.longitude, s.a, s.b, s.c, s.d"

func newWide() *postgres.Columns {
	return postgres.NewColumns(wide, "id office_id", "office")
}

func TestColumnsOfFields(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fields []string
		want   string
	}{
		"everything":                {nil, wide},
		"nothing":                   {[]string{}, "s.id, s.office_id"},
		"a key":                     {[]string{"id", "__typename"}, "s.id, s.office_id"},
		"two words":                 {[]string{"stepFree", "postalCode"}, "s.id, s.office_id, s.postal_code, s.step_free"},
		"a relation by a key":       {[]string{"office", "name"}, "s.id, s.office_id, s.name"},
		"a field of unknown needs":  {[]string{"point", "name"}, wide},
		"a field that is no column": {[]string{"postal_code"}, wide},
	} {
		if got := newWide().For(test.fields); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
	if got := newWide().All(); got != wide {
		t.Errorf("all are %s", got)
	}
}

// However many selections there are, the texts are few, and each holds what was
// asked for.
func TestColumnsAreFewTexts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		columns := newWide()
		texts := map[string]bool{}
		for range 60 {
			fields := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"name", "latitude", "longitude", "a", "b", "c", "d", "point"}), rapid.ID).Draw(t, "fields")
			text := columns.For(fields)
			texts[text] = true
			for _, field := range fields {
				if field != "point" && !strings.Contains(text+",", "s."+field+",") {
					t.Fatalf("%v are read from %s", fields, text)
				}
			}
		}
		if len(texts) > 8 {
			t.Fatalf("%d texts", len(texts))
		}
	})
}
