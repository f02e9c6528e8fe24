package directory

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/postgres"
)

// replaceRows makes rows all that an office has of a kind, instead of present.
// What is empty before and after costs nothing.
func replaceRows[R any](ctx context.Context, tx *postgres.Tx, office uuid.UUID, deleteSQL, insertSQL string, rows, present []*R) error {
	if len(present) > 0 {
		if _, err := tx.Exec(ctx, deleteSQL, office); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, insertSQL, postgres.JSON[[]*R]{V: rows})
	return err
}

func profilesOf(ctx context.Context, q postgres.Queryer, offices []uuid.UUID) ([]*OmbudsOfficeProfile, error) {
	return postgres.Rows[OmbudsOfficeProfile](ctx, q, `
SELECT p.office_id, p.legal_supervisor, p.legal_supervisor_qualification, p.age_groups, p.languages,
    p.verified_on, p.source, p.quality_label, p.data_protection_regime, p.data_protection_contact
FROM ombuds_office_profile p WHERE p.office_id = ANY($1::uuid[])`, offices)
}

const (
	deleteProfileSQL = `DELETE FROM ombuds_office_profile WHERE office_id = $1`
	insertProfileSQL = `
INSERT INTO ombuds_office_profile (office_id, legal_supervisor, legal_supervisor_qualification, age_groups, languages,
    verified_on, source, quality_label, data_protection_regime, data_protection_contact)
SELECT office_id, legal_supervisor, legal_supervisor_qualification, age_groups, languages,
    verified_on, source, quality_label, data_protection_regime, data_protection_contact
FROM jsonb_to_recordset($1::jsonb) AS x(office_id uuid, legal_supervisor text, legal_supervisor_qualification text, age_groups text[],
    languages text[], verified_on date, source text, quality_label text, data_protection_regime text, data_protection_contact text)`
)

func fundersOf(ctx context.Context, q postgres.Queryer, offices []uuid.UUID) ([]*officeFunder, error) {
	return postgres.Rows[officeFunder](ctx, q, `
SELECT f.office_id, f.organisation_id, f.position FROM office_funder f WHERE f.office_id = ANY($1::uuid[]) ORDER BY f.office_id, f.position`, offices)
}

const (
	deleteFundersSQL = `DELETE FROM office_funder WHERE office_id = $1`
	insertFundersSQL = `
INSERT INTO office_funder (office_id, organisation_id, position)
SELECT office_id, organisation_id, position FROM jsonb_to_recordset($1::jsonb) AS x(office_id uuid, organisation_id uuid, position integer)`
)

// funder is an organisation that funds an office.
type funder struct {
	OfficeID uuid.UUID `db:"office_id"`
	Organisation
}

func fundingOrganisations(ctx context.Context, q postgres.Queryer, offices []uuid.UUID) ([]*funder, error) {
	return postgres.Rows[funder](ctx, q, `SELECT f.office_id, `+organisationColumns+`
FROM office_funder f JOIN organisation g ON g.id = f.organisation_id
WHERE f.office_id = ANY($1::uuid[]) ORDER BY f.office_id, f.position`, offices)
}

func linksOf(ctx context.Context, q postgres.Queryer, offices []uuid.UUID) ([]*IndependenceLink, error) {
	return postgres.Rows[IndependenceLink](ctx, q, `
SELECT l.office_id, l.organisation_id, l.kind, l.note, l.position
FROM independence_link l WHERE l.office_id = ANY($1::uuid[]) ORDER BY l.office_id, l.position`, offices)
}

const (
	deleteLinksSQL = `DELETE FROM independence_link WHERE office_id = $1`
	insertLinksSQL = `
INSERT INTO independence_link (office_id, organisation_id, kind, note, position)
SELECT office_id, organisation_id, kind, note, position
FROM jsonb_to_recordset($1::jsonb) AS x(office_id uuid, organisation_id uuid, kind text, note text, position integer)`
)

const catalogueColumns = `c.code, c.kind, c.citation, c.name_de, c.name_en, c.valid_from, c.valid_to`

func catalogue(ctx context.Context, q postgres.Queryer, kind *CatalogueKind) ([]*CatalogueItem, error) {
	var t postgres.Text
	t.Add(`SELECT ` + catalogueColumns + ` FROM catalogue_item c`)
	if kind != nil {
		t.Add(` WHERE c.kind = ?`, *kind)
	}
	t.Add(` ORDER BY c.position`)
	return postgres.Rows[CatalogueItem](ctx, q, t.SQL(), t.Args()...)
}

func scopeOf(ctx context.Context, q postgres.Queryer, offices []uuid.UUID) ([]*ScopeEntry, error) {
	return postgres.Rows[ScopeEntry](ctx, q, `
SELECT e.office_id, e.code, e.rule, e.reason, c.code AS "item.code", c.kind AS "item.kind", c.citation AS "item.citation",
    c.name_de AS "item.name_de", c.name_en AS "item.name_en", c.valid_from AS "item.valid_from", c.valid_to AS "item.valid_to"
FROM office_scope e JOIN catalogue_item c ON c.code = e.code
WHERE e.office_id = ANY($1::uuid[]) ORDER BY e.office_id, c.position`, offices)
}

const (
	deleteScopeSQL = `DELETE FROM office_scope WHERE office_id = $1`
	insertScopeSQL = `
INSERT INTO office_scope (office_id, code, rule, reason)
SELECT office_id, code, rule, reason FROM jsonb_to_recordset($1::jsonb) AS x(office_id uuid, code text, rule text, reason text)`
)

// textsOf returns the texts of offices, those of one kind unless it is nil.
func textsOf(ctx context.Context, q postgres.Queryer, offices []uuid.UUID, kind *OfficeTextKind) ([]*OfficeText, error) {
	var t postgres.Text
	t.Add(`SELECT x.office_id, x.kind, x.language, x.variant, x.body, x.url FROM office_text x WHERE x.office_id = ANY(?::uuid[])`, offices)
	if kind != nil {
		t.Add(` AND x.kind = ?`, *kind)
	}
	t.Add(` ORDER BY x.office_id, x.kind, x.language, x.variant`)
	return postgres.Rows[OfficeText](ctx, q, t.SQL(), t.Args()...)
}

const (
	deleteTextsSQL = `DELETE FROM office_text WHERE office_id = $1`
	insertTextsSQL = `
INSERT INTO office_text (office_id, kind, language, variant, body, url)
SELECT office_id, kind, language, variant, body, url
FROM jsonb_to_recordset($1::jsonb) AS x(office_id uuid, kind text, language text, variant text, body text, url text)`
)
