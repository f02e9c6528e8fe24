package responsibility

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

const columns = `c.id, c.kind, c.region_id, c.region_key, c.ombuds_office_id, c.youth_welfare_office_id, c.procedural_guide_post_id,
	c.scope, c.priority, c.valid_from, c.valid_to, c.legal_basis, c.version, c.created_at, c.updated_at`

// activeOn holds for the assignments of one day, given twice.
const activeOn = `(c.valid_from IS NULL OR c.valid_from <= ?) AND (c.valid_to IS NULL OR c.valid_to > ?)`

// regionOrder sorts catchments by the key of their region.
func regionOrder() page.Order[*Catchment] {
	return page.Order[*Catchment]{
		Name:    "catchment.REGION",
		Columns: []page.Column{{Expression: "c.region_key", Type: "text"}, {Expression: "c.id", Type: "uuid"}},
		Values:  func(c *Catchment) []string { return []string{c.RegionKey, c.UUID.String()} },
	}
}

func where(t *postgres.Text, filter CatchmentFilter) {
	t.Add(`WHERE true`)
	if filter.Kind != nil {
		t.Add(` AND c.kind = ?`, *filter.Kind)
	}
	if filter.RegionID != nil {
		t.Add(` AND c.region_id = ?`, filter.RegionID.UUID)
	}
	if filter.BodyID != nil {
		t.Add(` AND c.body_id = ?`, filter.BodyID.UUID)
	}
	if filter.On != nil {
		t.Add(` AND `+activeOn, *filter.On, *filter.On)
	}
}

func list(ctx context.Context, q postgres.Queryer, filter CatchmentFilter, asked page.Page[*Catchment]) ([]*Catchment, error) {
	var t postgres.Text
	t.Add(`SELECT ` + columns + ` FROM catchment c `)
	where(&t, filter)
	behind, args := asked.Behind()
	t.Add(` AND `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?`, asked.Limit())
	return postgres.Rows[Catchment](ctx, q, t.SQL(), t.Args()...)
}

func count(ctx context.Context, q postgres.Queryer, filter CatchmentFilter) (int, error) {
	var t postgres.Text
	t.Add(`SELECT count(*) FROM catchment c `)
	where(&t, filter)
	return postgres.Row[int](ctx, q, t.SQL(), t.Args()...)
}

func byIDs(ctx context.Context, q postgres.Queryer, ids []uuid.UUID) ([]*Catchment, error) {
	return postgres.Rows[Catchment](ctx, q, `SELECT `+columns+` FROM catchment c WHERE c.id = ANY($1::uuid[])`, ids)
}

func lock(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (*Catchment, error) {
	c, err := postgres.Row[Catchment](ctx, tx, `SELECT `+columns+` FROM catchment c WHERE c.id = $1 FOR UPDATE`, id)
	return &c, err
}

// ground is what a catchment stands on.
type ground struct {
	RegionKey string `db:"key"`
	// Exists tells whether the region exists on a day of the period.
	Exists     bool                              `db:"exists"`
	OfficeKind *directory.YouthWelfareOfficeKind `db:"office_kind"`
}

// groundOf reads what c stands on. The region is held, so that it is not
// dissolved meanwhile.
func groundOf(ctx context.Context, tx *postgres.Tx, c *Catchment) (ground, error) {
	return postgres.Row[ground](ctx, tx, `
SELECT r.key, daterange(r.valid_from, r.valid_to) && daterange($2, $3) AS exists,
       (SELECT y.kind FROM youth_welfare_office y WHERE y.id = $4) AS office_kind
FROM region r WHERE r.id = $1 FOR SHARE OF r`, c.RegionID, c.ValidFrom, c.ValidTo, c.YouthWelfareOfficeID)
}

func insert(ctx context.Context, tx *postgres.Tx, c *Catchment, office *directory.YouthWelfareOfficeKind) error {
	_, err := tx.Exec(ctx, `INSERT INTO catchment (id, kind, region_id, region_key, ombuds_office_id, youth_welfare_office_id,
    youth_welfare_office_kind, procedural_guide_post_id, scope, priority, valid_from, valid_to, legal_basis, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		c.UUID, c.Kind, c.RegionID, c.RegionKey, c.OmbudsOfficeID, c.YouthWelfareOfficeID, office, c.ProceduralGuidePostID,
		c.Scope, c.Priority, c.ValidFrom, c.ValidTo, c.LegalBasis, c.Version, c.CreatedAt, c.UpdatedAt)
	return err
}

func update(ctx context.Context, tx *postgres.Tx, c *Catchment) error {
	_, err := tx.Exec(ctx, `UPDATE catchment SET scope = $2, priority = $3, valid_from = $4, valid_to = $5, legal_basis = $6, version = $7, updated_at = $8
WHERE id = $1`, c.UUID, c.Scope, c.Priority, c.ValidFrom, c.ValidTo, c.LegalBasis, c.Version, c.UpdatedAt)
	return err
}

// setBody makes the body with this id, of the kind that fits, that of c.
func (c *Catchment) setBody(id ident.ID) {
	switch id.Kind {
	case ident.OmbudsOffice:
		c.OmbudsOfficeID = &id.UUID
	case ident.ProceduralGuidePost:
		c.ProceduralGuidePostID = &id.UUID
	default:
		c.YouthWelfareOfficeID = &id.UUID
	}
}

// surveyOrder sorts what a survey found by the key of its region.
func surveyOrder[T any](name string, of func(T) *region.Region) page.Order[T] {
	return page.Order[T]{
		Name:    name,
		Columns: []page.Column{{Expression: "r.key", Type: "text"}, {Expression: "r.id", Type: "uuid"}},
		Values:  func(found T) []string { return []string{of(found).Key, of(found).UUID.String()} },
	}
}

func gapOrder() page.Order[*CoverageGap] {
	return surveyOrder("coverageGap.REGION", func(g *CoverageGap) *region.Region { return g.Region })
}

func overlapOrder() page.Order[*CatchmentOverlap] {
	return surveyOrder("catchmentOverlap.REGION", func(o *CatchmentOverlap) *region.Region { return o.Region })
}

// uncovered appends the conditions of districts that existed on a day and for
// which nobody was responsible. The tree above all districts is walked at once.
func uncovered(t *postgres.Text, of Survey) {
	t.Add(`
WITH RECURSIVE above AS (
    SELECT r.id AS start, r.id, r.parent_id, 0 AS step FROM region r
    WHERE r.level = 'DISTRICT' AND (r.valid_from IS NULL OR r.valid_from <= ?) AND (r.valid_to IS NULL OR r.valid_to > ?)
    UNION ALL
    SELECT a.start, r.id, r.parent_id, a.step + 1
    FROM above a CROSS JOIN LATERAL (SELECT r.id, r.parent_id FROM region r WHERE r.id = a.parent_id LIMIT 1) r
), active AS MATERIALIZED (
    SELECT c.region_id, c.kind, c.body_id FROM catchment c
    WHERE (c.kind = ? OR ? = 'PROCEDURAL_GUIDE' AND c.kind = 'YOUTH_WELFARE_OFFICE') AND `, of.AsOf, of.AsOf, of.Kind, string(of.Kind))
	t.Add(activeOn, of.AsOf, of.AsOf)
	t.Add(`
), covered AS (
    SELECT a.start FROM above a JOIN active c ON c.region_id = a.id WHERE c.kind = ?
    UNION
    SELECT n.start FROM (
        SELECT DISTINCT ON (a.start) a.start, c.body_id
        FROM above a JOIN active c ON c.region_id = a.id WHERE c.kind = 'YOUTH_WELFARE_OFFICE'
        ORDER BY a.start, a.step) n
    JOIN procedural_guide_post p ON p.youth_welfare_office_id = n.body_id
    WHERE ? = 'PROCEDURAL_GUIDE' AND NOT EXISTS (SELECT FROM active own WHERE own.kind = 'PROCEDURAL_GUIDE' AND own.body_id = p.id)
)
`, of.Kind, string(of.Kind))
}

const gapsFrom = ` FROM region r
WHERE r.level = 'DISTRICT' AND r.id IN (SELECT start FROM above EXCEPT SELECT start FROM covered)`

func gaps(ctx context.Context, q postgres.Queryer, of Survey, asked page.Page[*CoverageGap]) ([]*gapRow, error) {
	var t postgres.Text
	uncovered(&t, of)
	behind, args := asked.Behind()
	t.Add(`SELECT ` + region.Joined + gapsFrom)
	t.Add(` AND `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?`, asked.Limit())
	return postgres.Rows[gapRow](ctx, q, t.SQL(), t.Args()...)
}

type gapRow struct {
	Region region.Region `db:"region"`
}

func countGaps(ctx context.Context, q postgres.Queryer, of Survey) (int, error) {
	var t postgres.Text
	uncovered(&t, of)
	t.Add(`SELECT count(*)` + gapsFrom)
	return postgres.Row[int](ctx, q, t.SQL(), t.Args()...)
}

// overlapping appends the regions with an assignment of their own on a day at
// which several bodies answer: those of the nearest region that has any, and the
// supra-regional ones of all regions above.
func overlapping(t *postgres.Text, of Survey) {
	t.Add(`
WITH RECURSIVE active AS MATERIALIZED (
    SELECT c.id, c.region_id, c.scope FROM catchment c WHERE c.kind = ? AND `, of.Kind)
	t.Add(activeOn, of.AsOf, of.AsOf)
	t.Add(`
), above AS (
    SELECT n.region_id AS start, n.region_id AS id, 0 AS step FROM (SELECT DISTINCT region_id FROM active) n
    UNION ALL
    SELECT a.start, r.parent_id, a.step + 1
    FROM above a CROSS JOIN LATERAL (SELECT r.parent_id FROM region r WHERE r.id = a.id AND r.parent_id IS NOT NULL LIMIT 1) r
), hit AS (
    SELECT a.start, c.id, c.scope, a.step, min(a.step) FILTER (WHERE c.scope <> 'SUPRA_REGIONAL') OVER (PARTITION BY a.start) AS nearest
    FROM above a JOIN active c ON c.region_id = a.id
), answer AS (
    SELECT h.start, h.id FROM hit h WHERE h.scope = 'SUPRA_REGIONAL' OR h.step = h.nearest
), several AS (
    SELECT start FROM answer GROUP BY start HAVING count(*) > 1
)
`)
}

type overlapRow struct {
	Region    region.Region `db:"region"`
	Catchment Catchment     `db:"catchment"`
}

func overlaps(ctx context.Context, q postgres.Queryer, of Survey, asked page.Page[*CatchmentOverlap]) ([]*overlapRow, error) {
	var t postgres.Text
	overlapping(&t, of)
	behind, args := asked.Behind()
	t.Add(`SELECT `+region.Joined+`, `+joined+` FROM (
    SELECT `+region.Columns+` FROM several s JOIN region r ON r.id = s.start WHERE `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?) r JOIN answer a ON a.start = r.id JOIN catchment c ON c.id = a.id
ORDER BY `+asked.By()+`, c.priority, array_position(ARRAY['LOCAL', 'REGIONAL', 'SUPRA_REGIONAL'], c.scope), c.id`, asked.Limit())
	return postgres.Rows[overlapRow](ctx, q, t.SQL(), t.Args()...)
}

func countOverlaps(ctx context.Context, q postgres.Queryer, of Survey) (int, error) {
	var t postgres.Text
	overlapping(&t, of)
	t.Add(`SELECT count(*) FROM several`)
	return postgres.Row[int](ctx, q, t.SQL(), t.Args()...)
}

// joined are the columns of a catchment that is read along with something else.
const joined = `c.id AS "catchment.id", c.kind AS "catchment.kind", c.region_id AS "catchment.region_id", c.region_key AS "catchment.region_key",
	c.ombuds_office_id AS "catchment.ombuds_office_id", c.youth_welfare_office_id AS "catchment.youth_welfare_office_id",
	c.procedural_guide_post_id AS "catchment.procedural_guide_post_id", c.scope AS "catchment.scope", c.priority AS "catchment.priority",
	c.valid_from AS "catchment.valid_from", c.valid_to AS "catchment.valid_to", c.legal_basis AS "catchment.legal_basis",
	c.version AS "catchment.version", c.created_at AS "catchment.created_at", c.updated_at AS "catchment.updated_at"`
