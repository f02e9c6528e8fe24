package region

import (
	"context"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/text"
)

// Match is the GraphQL type RegionMatch: one of the choices that a search gives.
type Match struct {
	Name       string
	PostalCode *string
	Region     *Region
	District   *Region
	Land       *Region
}

// Bounds of a search. The schema repeats them.
const (
	minSearchText = 2
	maxSearchText = 200
	mostMatches   = 50
)

// Search returns the regions and places that were meant by a text, the likeliest
// first: by name, forgiving spelling and typing errors, by the beginning of a
// key or postal code, or by both. asOf is today when nil.
func (s *Service) Search(ctx context.Context, typed string, asOf *civil.Date, first int) ([]*Match, error) {
	typed = text.Normal(typed)
	var problems fault.Problems
	if n := utf8.RuneCountInString(typed); n < minSearchText || n > maxSearchText {
		problems.Add("text", fault.Text{
			EN: "must have " + strconv.Itoa(minSearchText) + " to " + strconv.Itoa(maxSearchText) + " characters",
			DE: "muss " + strconv.Itoa(minSearchText) + " bis " + strconv.Itoa(maxSearchText) + " Zeichen lang sein",
		})
	}
	if first < 1 || first > mostMatches {
		problems.Add("first", fault.Text{
			EN: "must be between 1 and " + strconv.Itoa(mostMatches),
			DE: "muss zwischen 1 und " + strconv.Itoa(mostMatches) + " liegen",
		})
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	rows, err := search(ctx, s.db, readSearch(typed), s.dayOrToday(asOf), first)
	if err != nil {
		return nil, err
	}
	matches := make([]*Match, len(rows))
	for i, row := range rows {
		matches[i] = &Match{Name: row.Label, PostalCode: row.Code, Region: &row.Region, District: row.district(), Land: &row.Land}
	}
	return matches, nil
}

// wanted is what a search is for: digits are the beginning of a key or a postal
// code, a code and a name are both given in "39576 Stendal".
type wanted struct {
	digits, code, name string
}

func readSearch(typed string) wanted {
	if plain := strings.ReplaceAll(typed, " ", ""); digits(plain, minSearchText, maxSearchText) {
		return wanted{digits: plain}
	}
	var words []string
	var code string
	for word := range strings.FieldsSeq(typed) {
		number := strings.TrimPrefix(strings.TrimRight(word, ","), "D-")
		if code == "" && digits(number, postalCodeLength, postalCodeLength) {
			code = number
			continue
		}
		words = append(words, word)
	}
	name := strings.Join(words, " ")
	if code != "" && !strings.ContainsFunc(name, unicode.IsLetter) {
		return wanted{digits: code}
	}
	return wanted{code: code, name: name}
}

type matchRow struct {
	located
	Label string  `db:"label"`
	Code  *string `db:"code"`
}

// search finds rows (region_id, label, code, key, same, rank, likeness, weight),
// keeps the best and reads them with what they lie in.
//
// Folding makes one of Neuenkirchen and Neunkirchen, so what begins as it was typed
// comes first. Where a city is its own district, or a Land, the regions of one name
// are one place: only the smallest is kept. Their keys differ by zeros alone.
func search(ctx context.Context, q postgres.Queryer, w wanted, day civil.Date, first int) ([]*matchRow, error) {
	var t postgres.Text
	buildSearch(&t, w, day, first)
	return postgres.Rows[matchRow](ctx, q, t.SQL(), t.Args()...)
}

// buildSearch writes the statement of a search.
func buildSearch(t *postgres.Text, w wanted, day civil.Date, first int) {
	t.Add(`WITH asked AS (
    SELECT search_fold(?) COLLATE "C" AS name, lower(? COLLATE "de-x-icu") AS typed,
        search_fold(?) <> '' AND NOT EXISTS (SELECT FROM postal_code_place WHERE code = ?) AS by_name
), found AS (`, w.name, w.name, w.name, w.code)
	switch {
	case w.digits != "":
		findDigits(t, w.digits, day)
	case w.code != "":
		findCode(t, w.code, day)
		t.Add(` UNION ALL `)
		findName(t, w.name, day)
	default:
		findName(t, w.name, day)
	}
	t.Add(`), best AS (
    SELECT region_id, label, code, key, rank, likeness, weight, row_number() OVER (
        PARTITION BY code, label COLLATE "C", coalesce(same, region_id::text) ORDER BY length(key) DESC) AS nth
    FROM found
), f AS (
    SELECT region_id, label, code, row_number() OVER (
        ORDER BY rank > 0, starts_with(lower(label), (SELECT typed FROM asked)) DESC, rank, likeness DESC, weight DESC NULLS LAST, label, code, key, region_id) AS place
    FROM best WHERE nth = 1 ORDER BY place LIMIT ?
)
SELECT f.label, f.code, `+locatedColumns()+` FROM f`, first)
	locate(t, day)
	t.Add(` ORDER BY f.place`)
}

// findDigits finds a postal code before a key, and whole ones before those that
// go on.
func findDigits(t *postgres.Text, typed string, day civil.Date) {
	keys := []string{typed}
	if len(typed) == arsLength {
		keys = keysOfARS(typed)
	}
	end := typed + ":" // ':' follows '9'
	t.Add(`SELECT r.id AS region_id, r.name AS label, NULL::text AS code, r.key, NULL::text AS same,
    CASE WHEN r.key = ANY(?::text[]) THEN 1 ELSE 3 END AS rank, length(r.key) * -1.0 AS likeness, 0::numeric AS weight
FROM region r WHERE (r.key = ANY(?::text[]) OR r.key >= ? AND r.key < ?`, keys, keys, typed, end)
	if len(typed) > len("15090535") {
		t.Add(` OR r.ars >= ? AND r.ars < ?`, typed, end)
	}
	t.Add(`) AND `+existsOn, day, day)
	t.Add(` UNION ALL
SELECT r.id, CASE WHEN count(*) = 1 THEN min(p.place) ELSE r.name END, p.code, r.key, NULL,
    CASE WHEN p.code = ? THEN 0 ELSE 2 END, 0, count(*)
FROM postal_code_place p JOIN region r ON r.id = p.region_id
WHERE p.code >= ? AND p.code < ? AND `, typed, typed, end)
	t.Add(existsOn+` GROUP BY r.id, p.code`, day, day)
}

const foldedPlace = `p.search_name`

// findCode finds the places of one postal code, those first that are called like
// the name asked for.
func findCode(t *postgres.Text, code string, day civil.Date) {
	t.Add(`SELECT r.id AS region_id, p.place AS label, p.code, r.key, NULL::text AS same, 0 AS rank,
    similarity(`+foldedPlace+`, (SELECT name FROM asked))::numeric AS likeness, NULL::numeric AS weight
FROM postal_code_place p JOIN region r ON r.id = p.region_id WHERE p.code = ? AND `, code)
	t.Add(existsOn, day, day)
}

// findName finds regions and places by name: exactly that, beginning with it, with
// a word that begins with it, and at last what shares enough of its trigrams,
// which typing errors and further words leave behind.
func findName(t *postgres.Text, name string, day civil.Date) {
	alike := alike
	if utf8.RuneCountInString(name) < fewestForTypos {
		alike = beginning
	}
	t.Add(`SELECT r.id AS region_id, r.name AS label, NULL::text AS code, r.key, rtrim(r.key, '0') AS same, ` + ranked(`r.search_name`) + `,
    CASE WHEN starts_with(r.search_name, a.name) THEN 0
         ELSE greatest(similarity(r.search_name, a.name), word_similarity(a.name, r.search_text)) END::numeric AS likeness,
    coalesce(r.population, 0)::numeric AS weight
FROM asked a, region r
WHERE a.by_name AND ` + alike(`r.search_name`, `r.search_text`) + ` AND `)
	t.Add(existsOn, day, day)
	// LIMIT makes Postgres look regions up by their index.
	t.Add(` UNION ALL
SELECT r.id, p.place, NULL, r.key, NULL, ` + ranked(`p.folded`) + `,
    CASE WHEN starts_with(p.folded, a.name) THEN 0
         ELSE greatest(similarity(p.folded, a.name), word_similarity(a.name, p.folded)) END::numeric, NULL
FROM asked a, (
    SELECT DISTINCT p.region_id, p.place, ` + foldedPlace + ` AS folded FROM postal_code_place p WHERE ` + alike(foldedPlace, foldedPlace) + `
) p CROSS JOIN LATERAL (
    SELECT r.id, r.key FROM region r WHERE r.id = p.region_id AND p.folded <> r.search_name AND `)
	t.Add(existsOn+` LIMIT 1
) r WHERE a.by_name`, day, day)
}

// alike holds for a name, and a longer text about the same, that may be meant. The
// subqueries are run once, so that the index can be asked for their results.
func alike(name, longer string) string {
	const asked = `(SELECT name FROM asked)`
	return `(` + name + ` LIKE ` + asked + ` || '%' OR ` + name + ` % ` + asked + ` OR ` + asked + ` <% ` + longer + `)`
}

// fewestForTypos is how many characters it takes to have made an error in them:
// two share their trigrams with half of the country.
const fewestForTypos = 3

// beginning is alike for what is too short for typing errors.
func beginning(name, _ string) string {
	return name + ` LIKE (SELECT name FROM asked) || '%'`
}

func ranked(name string) string {
	return `CASE WHEN ` + name + ` = a.name THEN 10 WHEN starts_with(` + name + `, a.name || ' ') THEN 11 WHEN starts_with(` + name + `, a.name) THEN 12
         WHEN strpos(` + name + `, ' ' || a.name) > 0 THEN 13 ELSE 14 END AS rank`
}
