package graph

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombudsnetz/internal/postgres"
)

// canaries are places that nothing else mentions.
func canaries() []string {
	return []string{`{postalCode: "90417"}`, `{key: "09564904"}`, `{name: "Kanarienhausen"}`, `{key: "0904175"}`, `{regionId: "reg_kanarienhausen"}`}
}

// rows counts the rows of every table.
func rows(t *testing.T, db *postgres.DB) map[string]int {
	t.Helper()
	tables, err := postgres.Values[string](t.Context(), db, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`)
	if err != nil || len(tables) < 10 {
		t.Fatalf("tables %v, %v", tables, err)
	}
	counts := map[string]int{}
	for _, table := range tables {
		if counts[table], err = postgres.Row[int](t.Context(), db, `SELECT count(*) FROM `+table); err != nil {
			t.Fatal(err)
		}
	}
	return counts
}

// A lookup leaves no trace (R57): no row, no line of the log, whether it is
// answered, refused or fails.
func TestLookupsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	db := demoWorlds(t).New(t)
	logged := &log{}
	address := newTestServer(t, db, logged)
	if _, err := db.Exec(t.Context(), `INSERT INTO postal_code_place (code, region_id, place)
SELECT '90417', id, 'Kanarienhausen' FROM region WHERE key = '03241'`); err != nil {
		t.Fatal(err)
	}
	before := rows(t, db)
	ask := func() {
		for _, place := range canaries() {
			query := `{ responsibility(place: ` + place + `) { youthWelfareOffice { status explanation } } }`
			for method, address := range map[string]string{http.MethodGet: get(address, query), http.MethodPost: address + "/graphql"} {
				body := ""
				if method == http.MethodPost {
					body = `{"query": "` + strings.ReplaceAll(query, `"`, `\"`) + `"}`
				}
				request(t, method, address, body, map[string]string{"Content-Type": "application/json"})
			}
		}
	}
	ask()
	if diff := cmp.Diff(before, rows(t, db)); diff != "" {
		t.Errorf("lookups left rows:\n%s", diff)
	}
	// What fails is logged, without what was asked.
	if _, err := db.Exec(t.Context(), `ALTER TABLE catchment RENAME TO elsewhere`); err != nil {
		t.Fatal(err)
	}
	ask()
	text := logged.String()
	if !strings.Contains(text, "request failed") {
		t.Errorf("the failure was not logged: %s", text)
	}
	for _, canary := range []string{"90417", "09564904", "anarienhausen", "0904175"} {
		if strings.Contains(text, canary) || strings.Contains(text, url.QueryEscape(canary)) {
			t.Errorf("%s stands in the log:\n%s", canary, text)
		}
	}
}

func TestLookupsCanBeCached(t *testing.T) {
	t.Parallel()
	address := newTestServer(t, demoWorlds(t).New(t), &log{})
	query := get(address, `{ responsibility(place: {key: "03241001"}) { asOf ombudsOffices { bodies { ombudsOffice { name } } } } }`)
	first, _ := request(t, http.MethodGet, query, "", nil)
	// "Today" is in the answer, so that it must not be kept for long.
	if got := first.Header.Get("Cache-Control"); !strings.HasPrefix(got, "public, max-age=60,") {
		t.Errorf("Cache-Control is %q", got)
	}
	again, _ := request(t, http.MethodGet, query, "", map[string]string{"If-None-Match": first.Header.Get("ETag")})
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("repeat answers %d", again.StatusCode)
	}
}
