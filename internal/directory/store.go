package directory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

const (
	organisationColumns = `g.id, g.name, g.kind, g.version, g.created_at, g.updated_at`
	officeColumns       = `o.id, o.name, o.status, o.region_id, o.carrier_id, o.version, o.created_at, o.updated_at`
	siteColumns         = `s.id, s.office_id, s.position, s.name, s.street, s.postal_code, s.place, s.step_free, s.by_appointment_only,
	s.accessible_toilet, s.accessible_parking, s.induction_loop, s.sign_language, s.easy_read,
	s.languages, s.formats, s.latitude, s.longitude, s.time_zone`
	channelColumns = `c.id, c.office_id, c.position, c.kind, c.value, c.note, c.usable_without_speaking, c.free_of_charge,
	c.usable_without_hearing, c.sign_language, c.anonymous, c.languages`
)

// organisationOrder sorts organisations by name.
func organisationOrder() page.Order[*Organisation] {
	return page.Order[*Organisation]{
		Name:    "organisation.NAME",
		Columns: []page.Column{{Expression: "g.name", Type: "text"}, {Expression: "g.id", Type: "uuid"}},
		Values:  func(g *Organisation) []string { return []string{g.Name, g.UUID.String()} },
	}
}

// officeOrder returns how order sorts. The names of orders are sealed into
// cursors.
func officeOrder(order OmbudsOfficeOrder) page.Order[*OmbudsOffice] {
	id := page.Column{Expression: "o.id", Type: "uuid"}
	if order == OfficesByNewest {
		return page.Order[*OmbudsOffice]{
			Name:       "office.NEWEST",
			Columns:    []page.Column{{Expression: "o.created_at", Type: "timestamptz"}, id},
			Descending: true,
			Values: func(o *OmbudsOffice) []string {
				return []string{o.CreatedAt.Format(time.RFC3339Nano), o.UUID.String()}
			},
		}
	}
	return page.Order[*OmbudsOffice]{
		Name:    "office.NAME",
		Columns: []page.Column{{Expression: "o.name", Type: "text"}, id},
		Values:  func(o *OmbudsOffice) []string { return []string{o.Name, o.UUID.String()} },
	}
}

func organisationsByID(ctx context.Context, q postgres.Queryer, ids []uuid.UUID) ([]*Organisation, error) {
	return postgres.Rows[Organisation](ctx, q, `SELECT `+organisationColumns+` FROM organisation g WHERE g.id = ANY($1::uuid[])`, ids)
}

func whereOrganisation(t *postgres.Text, filter OrganisationFilter) {
	t.Add(`WHERE true`)
	if filter.Kind != nil {
		t.Add(` AND g.kind = ?`, *filter.Kind)
	}
	if filter.Search != nil {
		t.Add(` AND g.name ILIKE ?`, page.Containing(*filter.Search))
	}
}

func listOrganisations(ctx context.Context, q postgres.Queryer, filter OrganisationFilter, asked page.Page[*Organisation]) ([]*Organisation, error) {
	var t postgres.Text
	t.Add(`SELECT ` + organisationColumns + ` FROM organisation g `)
	whereOrganisation(&t, filter)
	behind, args := asked.Behind()
	t.Add(` AND `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?`, asked.Limit())
	return postgres.Rows[Organisation](ctx, q, t.SQL(), t.Args()...)
}

func countOrganisations(ctx context.Context, q postgres.Queryer, filter OrganisationFilter) (int, error) {
	var t postgres.Text
	t.Add(`SELECT count(*) FROM organisation g `)
	whereOrganisation(&t, filter)
	return postgres.Row[int](ctx, q, t.SQL(), t.Args()...)
}

func insertOrganisation(ctx context.Context, tx *postgres.Tx, g *Organisation) error {
	_, err := tx.Exec(ctx, `INSERT INTO organisation (id, name, kind, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		g.UUID, g.Name, g.Kind, g.Version, g.CreatedAt, g.UpdatedAt)
	return err
}

// officeRow is an office and what may be read along with it.
type officeRow struct {
	OmbudsOffice
	Region  region.Region `db:"region"`
	Carrier Organisation  `db:"carrier"`
}

// selectOffices begins a statement for offices.
func (a Along) selectOffices(t *postgres.Text) {
	t.Add(`SELECT ` + officeColumns)
	if a.Region {
		t.Add(`, ` + region.Joined)
	}
	if a.Carrier {
		t.Add(`, g.id AS "carrier.id", g.name AS "carrier.name", g.kind AS "carrier.kind", g.version AS "carrier.version",
	g.created_at AS "carrier.created_at", g.updated_at AS "carrier.updated_at"`)
	}
	t.Add(` FROM ombuds_office o`)
	if a.Region {
		t.Add(` JOIN region r ON r.id = o.region_id`)
	}
	if a.Carrier {
		t.Add(` JOIN organisation g ON g.id = o.carrier_id`)
	}
}

// offices runs a statement that selectOffices began.
func (a Along) offices(ctx context.Context, q postgres.Queryer, t *postgres.Text) ([]*OmbudsOffice, error) {
	if a == (Along{}) {
		return postgres.Rows[OmbudsOffice](ctx, q, t.SQL(), t.Args()...)
	}
	rows, err := postgres.Rows[officeRow](ctx, q, t.SQL(), t.Args()...)
	offices := make([]*OmbudsOffice, len(rows))
	for i, row := range rows {
		offices[i] = &row.OmbudsOffice
		if a.Region {
			row.Relatives.Region = &row.Region
		}
		if a.Carrier {
			row.Relatives.Carrier = &row.Carrier
		}
	}
	return offices, err
}

func officeByID(ctx context.Context, q postgres.Queryer, id uuid.UUID, along Along) (*OmbudsOffice, error) {
	var t postgres.Text
	along.selectOffices(&t)
	t.Add(` WHERE o.id = ?`, id)
	return first(along.offices(ctx, q, &t))
}

func officesByID(ctx context.Context, q postgres.Queryer, ids []uuid.UUID) ([]*OmbudsOffice, error) {
	return postgres.Rows[OmbudsOffice](ctx, q, `SELECT `+officeColumns+` FROM ombuds_office o WHERE o.id = ANY($1::uuid[])`, ids)
}

// lockOffice reads an office that is about to be changed.
func lockOffice(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (*OmbudsOffice, error) {
	office, err := postgres.Row[OmbudsOffice](ctx, tx, `SELECT `+officeColumns+` FROM ombuds_office o WHERE o.id = $1 FOR UPDATE`, id)
	return &office, err
}

func listOffices(ctx context.Context, q postgres.Queryer, query OfficeQuery, asked page.Page[*OmbudsOffice], along Along) ([]*OmbudsOffice, error) {
	var t postgres.Text
	along.selectOffices(&t)
	t.Add(` WHERE true`)
	whereOffice(&t, query.Filter)
	behind, args := asked.Behind()
	t.Add(` AND `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?`, asked.Limit())
	return along.offices(ctx, q, &t)
}

func countOffices(ctx context.Context, q postgres.Queryer, query OfficeQuery) (int, error) {
	var t postgres.Text
	t.Add(`SELECT count(*) FROM ombuds_office o WHERE true`)
	whereOffice(&t, query.Filter)
	return postgres.Row[int](ctx, q, t.SQL(), t.Args()...)
}

// around joins each of some regions p with the offices that work in its scope.
func around(scope region.Scope) string {
	switch scope {
	case region.Self:
		return `r.id = p.id`
	case region.SelfAndAbove:
		return `starts_with(p.key, r.key)`
	case region.SelfAndBelow:
	}
	// ':' follows '9', so this is every key that begins with p's.
	return `r.key >= p.key AND r.key < p.key || ':'`
}

func regionKeys(regions []*region.Region) ([]uuid.UUID, []string) {
	ids, keys := make([]uuid.UUID, len(regions)), make([]string, len(regions))
	for i, r := range regions {
		ids[i], keys[i] = r.UUID, r.Key
	}
	return ids, keys
}

// officeAround is an office in the list of one region.
type officeAround struct {
	Around uuid.UUID `db:"around"`
	OmbudsOffice
}

func listOfficesAround(ctx context.Context, q postgres.Queryer, regions []*region.Region, query OfficeQuery, asked page.Page[*OmbudsOffice]) ([]*officeAround, error) {
	ids, keys := regionKeys(regions)
	behind, args := asked.Behind()
	var t postgres.Text
	t.Add(`SELECT p.id AS around, o.* FROM unnest(?::uuid[], ?::text[]) AS p(id, key) CROSS JOIN LATERAL (SELECT `+officeColumns+`
FROM ombuds_office o JOIN region r ON r.id = o.region_id WHERE `+around(query.Scope), ids, keys)
	whereOffice(&t, query.Filter)
	t.Add(` AND `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?) o ORDER BY `+asked.By(), asked.Limit())
	return postgres.Rows[officeAround](ctx, q, t.SQL(), t.Args()...)
}

func countOfficesAround(ctx context.Context, q postgres.Queryer, regions []*region.Region, query OfficeQuery) (map[uuid.UUID]int, error) {
	ids, keys := regionKeys(regions)
	var t postgres.Text
	t.Add(`SELECT p.id, count(*) AS n FROM unnest(?::uuid[], ?::text[]) AS p(id, key)
JOIN region r ON `+around(query.Scope)+` JOIN ombuds_office o ON o.region_id = r.id WHERE true`, ids, keys)
	whereOffice(&t, query.Filter)
	t.Add(` GROUP BY p.id`)
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

func insertOffice(ctx context.Context, tx *postgres.Tx, o *OmbudsOffice) error {
	_, err := tx.Exec(ctx, `INSERT INTO ombuds_office (id, name, status, region_id, carrier_id, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		o.UUID, o.Name, o.Status, o.RegionID, o.CarrierID, o.Version, o.CreatedAt, o.UpdatedAt)
	return err
}

func updateOffice(ctx context.Context, tx *postgres.Tx, o *OmbudsOffice) error {
	_, err := tx.Exec(ctx, `UPDATE ombuds_office SET name = $2, status = $3, region_id = $4, carrier_id = $5, version = $6, updated_at = $7 WHERE id = $1`,
		o.UUID, o.Name, o.Status, o.RegionID, o.CarrierID, o.Version, o.UpdatedAt)
	return err
}

func sitesByID(ctx context.Context, q postgres.Queryer, ids []uuid.UUID) ([]*OfficeSite, error) {
	return postgres.Rows[OfficeSite](ctx, q, `SELECT `+siteColumns+` FROM office_site s WHERE s.id = ANY($1::uuid[])`, ids)
}

func sitesOf(ctx context.Context, q postgres.Queryer, offices []uuid.UUID, columns string) ([]*OfficeSite, error) {
	return postgres.Rows[OfficeSite](ctx, q, `SELECT `+columns+` FROM office_site s WHERE s.office_id = ANY($1::uuid[]) ORDER BY s.office_id, s.position`, offices)
}

// replaceSites makes sites all the sites of an office.
func replaceSites(ctx context.Context, tx *postgres.Tx, office uuid.UUID, sites []*OfficeSite) error {
	_, err := tx.Exec(ctx, replaceSitesSQL, office, postgres.JSON[[]*OfficeSite]{V: sites})
	return err
}

const replaceSitesSQL = `
WITH wanted AS (
    SELECT id, position, name, street, postal_code, place, step_free, by_appointment_only, accessible_toilet,
        accessible_parking, induction_loop, sign_language, easy_read, languages, formats, latitude, longitude,
        time_zone
    FROM jsonb_to_recordset($2::jsonb) AS x(id uuid, position integer, name text, street text, postal_code text, place text, step_free text,
        by_appointment_only text, accessible_toilet text, accessible_parking text, induction_loop text, sign_language
        text, easy_read text, languages text[], formats text[], latitude double precision, longitude double precision,
        time_zone text)
), gone AS (
    DELETE FROM office_site WHERE office_id = $1 AND id NOT IN (SELECT id FROM wanted)
)
INSERT INTO office_site AS s (office_id, id, position, name, street, postal_code, place, step_free, by_appointment_only, accessible_toilet,
    accessible_parking, induction_loop, sign_language, easy_read, languages, formats, latitude, longitude,
    time_zone)
SELECT $1, id, position, name, street, postal_code, place, step_free, by_appointment_only, accessible_toilet,
    accessible_parking, induction_loop, sign_language, easy_read, languages, formats, latitude, longitude,
    time_zone FROM wanted
ON CONFLICT (id) DO UPDATE
SET position = EXCLUDED.position, name = EXCLUDED.name, street = EXCLUDED.street, postal_code =
    EXCLUDED.postal_code, place = EXCLUDED.place, step_free = EXCLUDED.step_free, by_appointment_only =
    EXCLUDED.by_appointment_only, accessible_toilet = EXCLUDED.accessible_toilet, accessible_parking =
    EXCLUDED.accessible_parking, induction_loop = EXCLUDED.induction_loop, sign_language = EXCLUDED.sign_language,
    easy_read = EXCLUDED.easy_read, languages = EXCLUDED.languages, formats = EXCLUDED.formats, latitude =
    EXCLUDED.latitude, longitude = EXCLUDED.longitude, time_zone = EXCLUDED.time_zone
WHERE s.office_id = $1`

func channelsByID(ctx context.Context, q postgres.Queryer, ids []uuid.UUID) ([]*ContactChannel, error) {
	return postgres.Rows[ContactChannel](ctx, q, `SELECT `+channelColumns+` FROM contact_channel c WHERE c.id = ANY($1::uuid[])`, ids)
}

func channelsOf(ctx context.Context, q postgres.Queryer, offices []uuid.UUID, columns string) ([]*ContactChannel, error) {
	return postgres.Rows[ContactChannel](ctx, q, `SELECT `+columns+` FROM contact_channel c WHERE c.office_id = ANY($1::uuid[]) ORDER BY c.office_id, c.position`, offices)
}

// replaceChannels makes channels all the channels of an office.
func replaceChannels(ctx context.Context, tx *postgres.Tx, office uuid.UUID, channels []*ContactChannel) error {
	_, err := tx.Exec(ctx, replaceChannelsSQL, office, postgres.JSON[[]*ContactChannel]{V: channels})
	return err
}

const replaceChannelsSQL = `
WITH wanted AS (
    SELECT id, position, kind, value, note, usable_without_speaking, free_of_charge, usable_without_hearing,
        sign_language, anonymous, languages
    FROM jsonb_to_recordset($2::jsonb) AS x(id uuid, position integer, kind text, value text, note text, usable_without_speaking text, free_of_charge
        text, usable_without_hearing text, sign_language text, anonymous text, languages text[])
), gone AS (
    DELETE FROM contact_channel WHERE office_id = $1 AND id NOT IN (SELECT id FROM wanted)
)
INSERT INTO contact_channel AS c (office_id, id, position, kind, value, note, usable_without_speaking, free_of_charge, usable_without_hearing,
    sign_language, anonymous, languages)
SELECT $1, id, position, kind, value, note, usable_without_speaking, free_of_charge, usable_without_hearing,
    sign_language, anonymous, languages FROM wanted
ON CONFLICT (id) DO UPDATE
SET position = EXCLUDED.position, kind = EXCLUDED.kind, value = EXCLUDED.value, note = EXCLUDED.note,
    usable_without_speaking = EXCLUDED.usable_without_speaking, free_of_charge = EXCLUDED.free_of_charge,
    usable_without_hearing = EXCLUDED.usable_without_hearing, sign_language = EXCLUDED.sign_language, anonymous =
    EXCLUDED.anonymous, languages = EXCLUDED.languages
WHERE c.office_id = $1`
