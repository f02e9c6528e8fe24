package region

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/batch"
	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

// descent is what lists of regions below a region have in common.
type descent struct {
	day   civil.Date
	level Level // empty for all
}

func (q Query) descent() descent {
	d := descent{day: q.AsOf}
	if q.Filter.Level != nil {
		d.level = *q.Filter.Level
	}
	return d
}

// Descendants returns for each region a page of all regions below, of one level
// unless it is nil, that exist on asOf (today when nil), by key.
func (s *Service) Descendants(ctx context.Context, above []*Region, level *Level, asOf *civil.Date, args page.Args) ([]*Connection, error) {
	asked, err := page.Read(s.codec, listOrder(ByKey), args)
	if err != nil {
		return nil, err
	}
	query := Query{AsOf: s.dayOrToday(asOf), Filter: Filter{Level: level}}
	rows, err := descendants(ctx, s.db, distinct(above), query.descent(), asked)
	if err != nil {
		return nil, err
	}
	ids, _ := idsAndKeys(above)
	found := batch.Many(ids, rows, func(d *descendant) uuid.UUID { return d.Start })
	pages := make([]*Connection, len(above))
	for i, start := range above {
		regions := make([]*Region, len(found[i]))
		for j, d := range found[i] {
			regions[j] = &d.Region
		}
		query.Above = start
		pages[i] = page.Connect(asked, regions, query)
	}
	return pages, nil
}

// Predecessors returns for each id the regions that it took over from, by key.
func (s *Service) Predecessors(ctx context.Context, ids []uuid.UUID) ([][]*Region, error) {
	rows, err := predecessors(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	return batch.Many(ids, rows, func(r *Region) uuid.UUID { return *r.SuccessorID }), nil
}

func predecessors(ctx context.Context, q postgres.Queryer, ids []uuid.UUID) ([]*Region, error) {
	return postgres.Rows[Region](ctx, q, `SELECT `+columns+` FROM region r
WHERE r.successor_id = ANY($1::uuid[]) ORDER BY r.successor_id, r.key, r.id`, ids)
}

// descendant is a region below another.
type descendant struct {
	Start uuid.UUID `db:"start"`
	Region
}

// below holds for the regions below p. ':' follows '9', so this is every key that
// is longer and begins with p's.
const below = `r.key > p.key AND r.key < p.key || ':' AND `

func whereDescent(t *postgres.Text, d descent) {
	t.Add(existsOn, d.day, d.day)
	if d.level != "" {
		t.Add(` AND r.level = ?`, d.level)
	}
}

func idsAndKeys(regions []*Region) ([]uuid.UUID, []string) {
	ids, keys := make([]uuid.UUID, len(regions)), make([]string, len(regions))
	for i, r := range regions {
		ids[i], keys[i] = r.UUID, r.Key
	}
	return ids, keys
}

func descendants(ctx context.Context, q postgres.Queryer, above []*Region, d descent, asked page.Page[*Region]) ([]*descendant, error) {
	ids, keys := idsAndKeys(above)
	behind, args := asked.Behind()
	var t postgres.Text
	t.Add(`SELECT p.id AS start, `+columns+` FROM unnest(?::uuid[], ?::text[]) AS p(id, key) CROSS JOIN LATERAL (SELECT `+columns+`
FROM region r WHERE `+below, ids, keys)
	whereDescent(&t, d)
	t.Add(` AND `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?) r ORDER BY p.id, `+asked.By(), asked.Limit())
	return postgres.Rows[descendant](ctx, q, t.SQL(), t.Args()...)
}

func countDescendants(ctx context.Context, q postgres.Queryer, above []*Region, d descent) (map[uuid.UUID]int, error) {
	ids, keys := idsAndKeys(above)
	var t postgres.Text
	t.Add(`SELECT p.id, count(*) AS n FROM unnest(?::uuid[], ?::text[]) AS p(id, key) JOIN region r ON `+below, ids, keys)
	whereDescent(&t, d)
	t.Add(` GROUP BY p.id`)
	return counted(ctx, q, &t)
}

// counted runs a statement that gives numbers n by id.
func counted(ctx context.Context, q postgres.Queryer, t *postgres.Text) (map[uuid.UUID]int, error) {
	var rows []struct {
		ID uuid.UUID `db:"id"`
		N  int       `db:"n"`
	}
	if err := q.Select(ctx, &rows, t.SQL(), t.Args()...); err != nil {
		return nil, err
	}
	counts := make(map[uuid.UUID]int, len(rows))
	for _, row := range rows {
		counts[row.ID] = row.N
	}
	return counts, nil
}
