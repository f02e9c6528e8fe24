package region

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

const columns = `r.id, r.key, r.ars, r.level, r.name, r.official_name, r.designation, r.association, r.parent_id, r.valid_from, r.valid_to,
	r.successor_id, r.iso_code, r.nuts_code, r.population, r.population_on, r.area_km2`

// Columns are the columns of the table r that Joined reads.
const Columns = columns

// Joined are the columns of a region that is read along with what belongs to it,
// from the table r into a field with the tag region.
const Joined = `r.id AS "region.id", r.key AS "region.key", r.ars AS "region.ars", r.level AS "region.level", r.name AS "region.name",
	r.official_name AS "region.official_name", r.designation AS "region.designation", r.association AS "region.association", r.parent_id AS "region.parent_id",
	r.valid_from AS "region.valid_from", r.valid_to AS "region.valid_to", r.successor_id AS "region.successor_id",
	r.iso_code AS "region.iso_code", r.nuts_code AS "region.nuts_code", r.population AS "region.population",
	r.population_on AS "region.population_on", r.area_km2 AS "region.area_km2"`

// existsOn holds for the regions of one day, given twice.
const existsOn = `(r.valid_from IS NULL OR r.valid_from <= ?) AND (r.valid_to IS NULL OR r.valid_to > ?)`

// listOrder returns how order sorts. The names of orders are sealed into
// cursors.
func listOrder(order SortOrder) page.Order[*Region] {
	id := page.Column{Expression: "r.id", Type: "uuid"}
	if order == ByName {
		return page.Order[*Region]{
			Name:    "region.NAME",
			Columns: []page.Column{{Expression: "r.name", Type: "text"}, id},
			Values:  func(r *Region) []string { return []string{r.Name, r.UUID.String()} },
		}
	}
	return page.Order[*Region]{
		Name:    "region.KEY",
		Columns: []page.Column{{Expression: "r.key", Type: "text"}, id},
		Values:  func(r *Region) []string { return []string{r.Key, r.UUID.String()} },
	}
}

// byKey follows successors from the newest region of the longest of these keys
// that had begun by day.
func byKey(ctx context.Context, q postgres.Queryer, keys []string, day civil.Date) (*Region, error) {
	region, err := postgres.Row[Region](ctx, q, byKeySQL, keys, day)
	return &region, err
}

const byKeySQL = `
WITH RECURSIVE line AS (
    (SELECT ` + columns + `, 1 AS step FROM region r
     WHERE r.key = ANY($1::text[]) AND (r.valid_from IS NULL OR r.valid_from <= $2)
     ORDER BY length(r.key) DESC, r.valid_from DESC NULLS LAST LIMIT 1)
    UNION ALL
    SELECT ` + columns + `, line.step + 1 FROM line JOIN region r ON r.id = line.successor_id
    WHERE line.valid_to <= $2 AND line.step < 20
)
SELECT ` + columns + ` FROM line r
WHERE (r.valid_from IS NULL OR r.valid_from <= $2) AND (r.valid_to IS NULL OR r.valid_to > $2)`

func byIDs(ctx context.Context, q postgres.Queryer, ids []uuid.UUID) ([]*Region, error) {
	return postgres.Rows[Region](ctx, q, `SELECT `+columns+` FROM region r WHERE r.id = ANY($1::uuid[])`, ids)
}

// ExistsOn tells whether a region exists on a day. For services that check a
// region within their own transaction.
func ExistsOn(ctx context.Context, q postgres.Queryer, id uuid.UUID, day civil.Date) (bool, error) {
	var t postgres.Text
	t.Add(`SELECT `+existsOn, day, day).Add(` FROM region r WHERE r.id = ?`, id)
	return postgres.Row[bool](ctx, q, t.SQL(), t.Args()...)
}

type ancestor struct {
	Start uuid.UUID `db:"start"`
	Region
}

func ancestors(ctx context.Context, q postgres.Queryer, ids []uuid.UUID, columns string) ([]*ancestor, error) {
	return postgres.Rows[ancestor](ctx, q, aboveSQL+`SELECT above.start, `+columns+`
FROM above CROSS JOIN LATERAL (SELECT `+columns+` FROM region r WHERE r.id = above.next LIMIT 1) r
ORDER BY above.start, above.step`, ids)
}

// The lateral joins with LIMIT make Postgres look regions up by their index: it
// takes the recursion for thousands of rows and would read the whole table.
const aboveSQL = `
WITH RECURSIVE above AS (
    SELECT r.id AS start, r.parent_id AS next, 1 AS step FROM region r WHERE r.id = ANY($1::uuid[])
    UNION ALL
    SELECT above.start, r.parent_id, above.step + 1
    FROM above CROSS JOIN LATERAL (SELECT r.parent_id FROM region r WHERE r.id = above.next LIMIT 1) r
)
`

// where appends the conditions of query.
func where(t *postgres.Text, query Query) {
	t.Add(`WHERE `+existsOn, query.AsOf, query.AsOf)
	if query.Filter.Level != nil {
		t.Add(` AND r.level = ?`, *query.Filter.Level)
	}
	if query.Filter.KeyPrefix != nil {
		// ':' follows '9', so this is every key that begins with the prefix.
		t.Add(` AND r.key >= ? AND r.key < ?`, *query.Filter.KeyPrefix, *query.Filter.KeyPrefix+":")
	}
	if query.Filter.Search != nil {
		pattern := page.Containing(*query.Filter.Search)
		t.Add(` AND (r.name ILIKE ? OR r.official_name COLLATE "de-x-icu" ILIKE ?)`, pattern, pattern)
	}
}

func list(ctx context.Context, q postgres.Queryer, query Query, asked page.Page[*Region], columns string) ([]*Region, error) {
	var t postgres.Text
	t.Add(`SELECT ` + columns + ` FROM region r `)
	where(&t, query)
	behind, args := asked.Behind()
	t.Add(` AND `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?`, asked.Limit())
	return postgres.Rows[Region](ctx, q, t.SQL(), t.Args()...)
}

func count(ctx context.Context, q postgres.Queryer, query Query) (int, error) {
	var t postgres.Text
	t.Add(`SELECT count(*) FROM region r `)
	where(&t, query)
	return postgres.Row[int](ctx, q, t.SQL(), t.Args()...)
}

func children(ctx context.Context, q postgres.Queryer, parents []uuid.UUID, day civil.Date, asked page.Page[*Region], columns string) ([]*Region, error) {
	behind, args := asked.Behind()
	var t postgres.Text
	t.Add(`SELECT `+columns+` FROM unnest(?::uuid[]) AS p(id) CROSS JOIN LATERAL (SELECT `+columns+`
FROM region r WHERE r.parent_id = p.id AND `, parents)
	t.Add(existsOn, day, day)
	t.Add(` AND `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?) r ORDER BY `+asked.By(), asked.Limit())
	return postgres.Rows[Region](ctx, q, t.SQL(), t.Args()...)
}

func countChildren(ctx context.Context, q postgres.Queryer, parents []uuid.UUID, day civil.Date) (map[uuid.UUID]int, error) {
	var t postgres.Text
	t.Add(`SELECT r.parent_id, count(*) AS n FROM region r WHERE r.parent_id = ANY(?::uuid[]) AND `, parents)
	t.Add(existsOn+` GROUP BY r.parent_id`, day, day)
	var rows []struct {
		ParentID uuid.UUID `db:"parent_id"`
		N        int       `db:"n"`
	}
	if err := q.Select(ctx, &rows, t.SQL(), t.Args()...); err != nil {
		return nil, err
	}
	counts := make(map[uuid.UUID]int, len(rows))
	for _, row := range rows {
		counts[row.ParentID] = row.N
	}
	return counts, nil
}
