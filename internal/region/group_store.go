package region

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

const groupColumns = `g.id, g.name, g.description, g.version, g.created_at, g.updated_at`

func groupOrder() page.Order[*Group] {
	return page.Order[*Group]{
		Name:    "regionGroup.NAME",
		Columns: []page.Column{{Expression: "g.name", Type: "text"}, {Expression: "g.id", Type: "uuid"}},
		Values:  func(g *Group) []string { return []string{g.Name, g.UUID.String()} },
	}
}

func groupsByID(ctx context.Context, q postgres.Queryer, ids []uuid.UUID) ([]*Group, error) {
	return postgres.Rows[Group](ctx, q, `SELECT `+groupColumns+` FROM region_group g WHERE g.id = ANY($1::uuid[])`, ids)
}

func lockGroup(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (*Group, error) {
	group, err := postgres.Row[Group](ctx, tx, `SELECT `+groupColumns+` FROM region_group g WHERE g.id = $1 FOR UPDATE`, id)
	return &group, err
}

func whereGroup(t *postgres.Text, filter GroupFilter) {
	t.Add(`WHERE true`)
	if filter.Search != nil {
		t.Add(` AND g.name ILIKE ?`, page.Containing(*filter.Search))
	}
}

func listGroups(ctx context.Context, q postgres.Queryer, filter GroupFilter, asked page.Page[*Group]) ([]*Group, error) {
	var t postgres.Text
	t.Add(`SELECT ` + groupColumns + ` FROM region_group g `)
	whereGroup(&t, filter)
	behind, args := asked.Behind()
	t.Add(` AND `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?`, asked.Limit())
	return postgres.Rows[Group](ctx, q, t.SQL(), t.Args()...)
}

func countGroups(ctx context.Context, q postgres.Queryer, filter GroupFilter) (int, error) {
	var t postgres.Text
	t.Add(`SELECT count(*) FROM region_group g `)
	whereGroup(&t, filter)
	return postgres.Row[int](ctx, q, t.SQL(), t.Args()...)
}

func membersOf(ctx context.Context, q postgres.Queryer, groups []uuid.UUID) ([]*descendant, error) {
	return postgres.Rows[descendant](ctx, q, `SELECT m.group_id AS start, `+columns+`
FROM region_group_member m JOIN region r ON r.id = m.region_id
WHERE m.group_id = ANY($1::uuid[]) ORDER BY m.group_id, r.key, r.id`, groups)
}

// groupWith is a group in the list of one region.
type groupWith struct {
	With uuid.UUID `db:"with_region"`
	Group
}

func groupsWith(ctx context.Context, q postgres.Queryer, regions []uuid.UUID) ([]*groupWith, error) {
	return postgres.Rows[groupWith](ctx, q, `SELECT m.region_id AS with_region, `+groupColumns+`
FROM region_group_member m JOIN region_group g ON g.id = m.group_id
WHERE m.region_id = ANY($1::uuid[]) ORDER BY m.region_id, g.name, g.id`, regions)
}

func insertGroup(ctx context.Context, tx *postgres.Tx, g *Group) error {
	_, err := tx.Exec(ctx, `INSERT INTO region_group (id, name, description, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		g.UUID, g.Name, g.Description, g.Version, g.CreatedAt, g.UpdatedAt)
	return err
}

func updateGroup(ctx context.Context, tx *postgres.Tx, g *Group) error {
	_, err := tx.Exec(ctx, `UPDATE region_group SET name = $2, description = $3, version = $4, updated_at = $5 WHERE id = $1`,
		g.UUID, g.Name, g.Description, g.Version, g.UpdatedAt)
	return err
}

// memberState is a region that belongs to a group or is to.
type memberState struct {
	ID     uuid.UUID `db:"id"`
	Exists bool      `db:"exists"`
	Member bool      `db:"member"`
}

func memberStates(ctx context.Context, q postgres.Queryer, group uuid.UUID, ids []uuid.UUID, day civil.Date) ([]*memberState, error) {
	var t postgres.Text
	t.Add(`SELECT r.id, (`+existsOn+`) AS exists, `, day, day)
	t.Add(`EXISTS (SELECT FROM region_group_member m WHERE m.group_id = ? AND m.region_id = r.id) AS member
FROM region r WHERE r.id IN (SELECT unnest(?::uuid[]) UNION SELECT m.region_id FROM region_group_member m WHERE m.group_id = ?)
ORDER BY r.key, r.id`, group, ids, group)
	return postgres.Rows[memberState](ctx, q, t.SQL(), t.Args()...)
}

func setMembers(ctx context.Context, tx *postgres.Tx, group uuid.UUID, ids []uuid.UUID) error {
	_, err := tx.Exec(ctx, `
WITH gone AS (
    DELETE FROM region_group_member WHERE group_id = $1 AND NOT region_id = ANY($2::uuid[])
)
INSERT INTO region_group_member (group_id, region_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING`, group, ids)
	return err
}
