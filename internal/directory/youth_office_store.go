package directory

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

const (
	youthOfficeColumns = `y.id, y.name, y.kind, y.carrier_id, y.phone, y.email, y.website, y.version, y.created_at, y.updated_at`
	guidePostColumns   = `p.id, p.name, p.youth_welfare_office_id, p.benefit_carrier_type, p.phone, p.email, p.website, p.version, p.created_at, p.updated_at`
)

// youthOfficeOrder sorts youth welfare offices by name.
func youthOfficeOrder() page.Order[*YouthWelfareOffice] {
	return page.Order[*YouthWelfareOffice]{
		Name:    "youthWelfareOffice.NAME",
		Columns: []page.Column{{Expression: "y.name", Type: "text"}, {Expression: "y.id", Type: "uuid"}},
		Values:  func(o *YouthWelfareOffice) []string { return []string{o.Name, o.UUID.String()} },
	}
}

// guidePostOrder sorts posts by name.
func guidePostOrder() page.Order[*ProceduralGuidePost] {
	return page.Order[*ProceduralGuidePost]{
		Name:    "proceduralGuidePost.NAME",
		Columns: []page.Column{{Expression: "p.name", Type: "text"}, {Expression: "p.id", Type: "uuid"}},
		Values:  func(p *ProceduralGuidePost) []string { return []string{p.Name, p.UUID.String()} },
	}
}

func whereYouthOffice(t *postgres.Text, filter YouthWelfareOfficeFilter) {
	t.Add(`WHERE true`)
	if filter.Kind != nil {
		t.Add(` AND y.kind = ?`, *filter.Kind)
	}
	if filter.Search != nil {
		t.Add(` AND y.name ILIKE ?`, page.Containing(*filter.Search))
	}
}

func listYouthOffices(ctx context.Context, q postgres.Queryer, filter YouthWelfareOfficeFilter, asked page.Page[*YouthWelfareOffice]) ([]*YouthWelfareOffice, error) {
	var t postgres.Text
	t.Add(`SELECT ` + youthOfficeColumns + ` FROM youth_welfare_office y `)
	whereYouthOffice(&t, filter)
	behind, args := asked.Behind()
	t.Add(` AND `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?`, asked.Limit())
	return postgres.Rows[YouthWelfareOffice](ctx, q, t.SQL(), t.Args()...)
}

func countYouthOffices(ctx context.Context, q postgres.Queryer, filter YouthWelfareOfficeFilter) (int, error) {
	var t postgres.Text
	t.Add(`SELECT count(*) FROM youth_welfare_office y `)
	whereYouthOffice(&t, filter)
	return postgres.Row[int](ctx, q, t.SQL(), t.Args()...)
}

func youthOfficesByID(ctx context.Context, q postgres.Queryer, ids []uuid.UUID) ([]*YouthWelfareOffice, error) {
	return postgres.Rows[YouthWelfareOffice](ctx, q, `SELECT `+youthOfficeColumns+` FROM youth_welfare_office y WHERE y.id = ANY($1::uuid[])`, ids)
}

func lockYouthOffice(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (*YouthWelfareOffice, error) {
	office, err := postgres.Row[YouthWelfareOffice](ctx, tx, `SELECT `+youthOfficeColumns+` FROM youth_welfare_office y WHERE y.id = $1 FOR UPDATE`, id)
	return &office, err
}

func insertYouthOffice(ctx context.Context, tx *postgres.Tx, o *YouthWelfareOffice) error {
	_, err := tx.Exec(ctx, `INSERT INTO youth_welfare_office (id, name, kind, carrier_id, phone, email, website, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		o.UUID, o.Name, o.Kind, o.CarrierID, o.Phone, o.Email, o.Website, o.Version, o.CreatedAt, o.UpdatedAt)
	return err
}

func updateYouthOffice(ctx context.Context, tx *postgres.Tx, o *YouthWelfareOffice) error {
	_, err := tx.Exec(ctx, `UPDATE youth_welfare_office SET name = $2, carrier_id = $3, phone = $4, email = $5, website = $6, version = $7, updated_at = $8 WHERE id = $1`,
		o.UUID, o.Name, o.CarrierID, o.Phone, o.Email, o.Website, o.Version, o.UpdatedAt)
	return err
}

func whereGuidePost(t *postgres.Text, filter ProceduralGuidePostFilter) {
	t.Add(`WHERE true`)
	if filter.YouthWelfareOfficeID != nil {
		t.Add(` AND p.youth_welfare_office_id = ?`, filter.YouthWelfareOfficeID.UUID)
	}
	if filter.BenefitCarrierType != nil {
		t.Add(` AND p.benefit_carrier_type = ?`, *filter.BenefitCarrierType)
	}
	if filter.Search != nil {
		t.Add(` AND p.name ILIKE ?`, page.Containing(*filter.Search))
	}
}

func listGuidePosts(ctx context.Context, q postgres.Queryer, filter ProceduralGuidePostFilter, asked page.Page[*ProceduralGuidePost]) ([]*ProceduralGuidePost, error) {
	var t postgres.Text
	t.Add(`SELECT ` + guidePostColumns + ` FROM procedural_guide_post p `)
	whereGuidePost(&t, filter)
	behind, args := asked.Behind()
	t.Add(` AND `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?`, asked.Limit())
	return postgres.Rows[ProceduralGuidePost](ctx, q, t.SQL(), t.Args()...)
}

func countGuidePosts(ctx context.Context, q postgres.Queryer, filter ProceduralGuidePostFilter) (int, error) {
	var t postgres.Text
	t.Add(`SELECT count(*) FROM procedural_guide_post p `)
	whereGuidePost(&t, filter)
	return postgres.Row[int](ctx, q, t.SQL(), t.Args()...)
}

func guidePostsByID(ctx context.Context, q postgres.Queryer, ids []uuid.UUID) ([]*ProceduralGuidePost, error) {
	return postgres.Rows[ProceduralGuidePost](ctx, q, `SELECT `+guidePostColumns+` FROM procedural_guide_post p WHERE p.id = ANY($1::uuid[])`, ids)
}

func lockGuidePost(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (*ProceduralGuidePost, error) {
	post, err := postgres.Row[ProceduralGuidePost](ctx, tx, `SELECT `+guidePostColumns+` FROM procedural_guide_post p WHERE p.id = $1 FOR UPDATE`, id)
	return &post, err
}

func insertGuidePost(ctx context.Context, tx *postgres.Tx, p *ProceduralGuidePost) error {
	_, err := tx.Exec(ctx, `INSERT INTO procedural_guide_post (id, name, youth_welfare_office_id, benefit_carrier_type, phone, email, website, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		p.UUID, p.Name, p.YouthWelfareOfficeID, p.BenefitCarrierType, p.Phone, p.Email, p.Website, p.Version, p.CreatedAt, p.UpdatedAt)
	return err
}

func updateGuidePost(ctx context.Context, tx *postgres.Tx, p *ProceduralGuidePost) error {
	_, err := tx.Exec(ctx, `UPDATE procedural_guide_post SET name = $2, benefit_carrier_type = $3, phone = $4, email = $5, website = $6, version = $7, updated_at = $8 WHERE id = $1`,
		p.UUID, p.Name, p.BenefitCarrierType, p.Phone, p.Email, p.Website, p.Version, p.UpdatedAt)
	return err
}
