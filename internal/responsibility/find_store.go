package responsibility

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

// found is one line of the answer to a lookup: a region at or above a place, with
// one of its assignments, if it has any, and the body of that.
type found struct {
	Place  int       `db:"place"` // from 1
	Start  uuid.UUID `db:"start"` // the region that the place is, or may be
	Names  *string   `db:"names"` // what a postal code calls it
	Coarse bool      `db:"coarse"`
	Step   int       `db:"step"` // from 0 at the start

	Region    region.Region    `db:"region"`
	Catchment perhapsCatchment `db:"catchment"`
	Office    perhapsOffice    `db:"office"`
	Youth     perhapsYouth     `db:"youth"`
	Post      perhapsPost      `db:"post"`
}

// These have the columns of the objects that they are named after. All of them
// are null where a join found nothing.
type (
	perhapsCatchment struct {
		ID                    *uuid.UUID      `db:"id"`
		Kind                  *CatchmentKind  `db:"kind"`
		OmbudsOfficeID        *uuid.UUID      `db:"ombuds_office_id"`
		YouthWelfareOfficeID  *uuid.UUID      `db:"youth_welfare_office_id"`
		ProceduralGuidePostID *uuid.UUID      `db:"procedural_guide_post_id"`
		Scope                 *CatchmentScope `db:"scope"`
		Priority              *int            `db:"priority"`
		ValidFrom             *civil.Date     `db:"valid_from"`
		ValidTo               *civil.Date     `db:"valid_to"`
		LegalBasis            *string         `db:"legal_basis"`
		Version               *int            `db:"version"`
		CreatedAt             *time.Time      `db:"created_at"`
		UpdatedAt             *time.Time      `db:"updated_at"`
	}
	perhapsOffice struct {
		ID        *uuid.UUID                    `db:"id"`
		Name      *string                       `db:"name"`
		Status    *directory.OmbudsOfficeStatus `db:"status"`
		RegionID  *uuid.UUID                    `db:"region_id"`
		CarrierID *uuid.UUID                    `db:"carrier_id"`
		Version   *int                          `db:"version"`
		CreatedAt *time.Time                    `db:"created_at"`
		UpdatedAt *time.Time                    `db:"updated_at"`
	}
	perhapsYouth struct {
		ID        *uuid.UUID                        `db:"id"`
		Name      *string                           `db:"name"`
		Kind      *directory.YouthWelfareOfficeKind `db:"kind"`
		CarrierID *uuid.UUID                        `db:"carrier_id"`
		Phone     *string                           `db:"phone"`
		Email     *string                           `db:"email"`
		Website   *string                           `db:"website"`
		Version   *int                              `db:"version"`
		CreatedAt *time.Time                        `db:"created_at"`
		UpdatedAt *time.Time                        `db:"updated_at"`
	}
	perhapsPost struct {
		ID                   *uuid.UUID                    `db:"id"`
		Name                 *string                       `db:"name"`
		YouthWelfareOfficeID *uuid.UUID                    `db:"youth_welfare_office_id"`
		BenefitCarrierType   *directory.BenefitCarrierType `db:"benefit_carrier_type"`
		Phone                *string                       `db:"phone"`
		Email                *string                       `db:"email"`
		Website              *string                       `db:"website"`
		Version              *int                          `db:"version"`
		CreatedAt            *time.Time                    `db:"created_at"`
		UpdatedAt            *time.Time                    `db:"updated_at"`
	}
)

// catchment is the assignment of a line that has one.
func (f *found) catchment() *Catchment {
	c := &f.Catchment
	return &Catchment{
		UUID: *c.ID, Kind: *c.Kind, RegionID: f.Region.UUID, RegionKey: f.Region.Key, OmbudsOfficeID: c.OmbudsOfficeID,
		YouthWelfareOfficeID: c.YouthWelfareOfficeID, ProceduralGuidePostID: c.ProceduralGuidePostID, Scope: *c.Scope,
		Priority: *c.Priority, ValidFrom: c.ValidFrom, ValidTo: c.ValidTo, LegalBasis: c.LegalBasis, Version: *c.Version,
		CreatedAt: *c.CreatedAt, UpdatedAt: *c.UpdatedAt,
		Relatives: Relatives{Region: &f.Region, OmbudsOffice: f.Office.object(), YouthWelfareOffice: f.Youth.object()},
	}
}

func (o *perhapsOffice) object() *directory.OmbudsOffice {
	if o.ID == nil {
		return nil
	}
	return &directory.OmbudsOffice{
		UUID: *o.ID, Name: *o.Name, Status: *o.Status, RegionID: *o.RegionID, CarrierID: *o.CarrierID, Version: *o.Version,
		CreatedAt: *o.CreatedAt, UpdatedAt: *o.UpdatedAt,
	}
}

func (o *perhapsYouth) object() *directory.YouthWelfareOffice {
	if o.ID == nil {
		return nil
	}
	return &directory.YouthWelfareOffice{
		UUID: *o.ID, Name: *o.Name, Kind: *o.Kind, CarrierID: *o.CarrierID, Phone: o.Phone, Email: o.Email, Website: o.Website,
		Version: *o.Version, CreatedAt: *o.CreatedAt, UpdatedAt: *o.UpdatedAt,
	}
}

func (p *perhapsPost) object() *directory.ProceduralGuidePost {
	if p.ID == nil {
		return nil
	}
	return &directory.ProceduralGuidePost{
		UUID: *p.ID, Name: *p.Name, YouthWelfareOfficeID: *p.YouthWelfareOfficeID, BenefitCarrierType: *p.BenefitCarrierType,
		Phone: p.Phone, Email: p.Email, Website: p.Website, Version: *p.Version, CreatedAt: *p.CreatedAt, UpdatedAt: *p.UpdatedAt,
	}
}

// way is how a place is said.
type way int

const (
	byKey way = 1 << iota
	byID
	byCode
	byName
	allWays way = 1<<iota - 1
)

func (p *PlaceInput) way() way {
	switch {
	case p.Key != nil:
		return byKey
	case p.RegionID != nil:
		return byID
	case p.PostalCode != nil:
		return byCode
	default:
		return byName
	}
}

// finders are the texts of lookups, each for the ways in which places are said.
// Parts that find nothing would cost a third of the time of a lookup.
type finders [allWays + 1]string

func newFinders() *finders {
	var texts finders
	for ways := byKey; ways <= allWays; ways++ {
		texts[ways] = findSQL(ways)
	}
	return &texts
}

// find looks all places up at once. What a place does not say is empty.
func (f *finders) find(ctx context.Context, q postgres.Queryer, places []*PlaceInput, day civil.Date) ([]*found, error) {
	var ways way
	says := make([]string, len(places))
	kinds := make([]int, len(places))
	for i, p := range places {
		is := p.way()
		ways |= is
		kinds[i] = int(is)
		switch is {
		case byKey:
			says[i] = strings.Join(region.Keys(*p.Key), " ")
		case byID:
			says[i] = p.RegionID.UUID.String()
		case byCode:
			says[i] = *p.PostalCode
		default:
			says[i] = *p.Name
		}
	}
	return postgres.Rows[found](ctx, q, f[ways], kinds, says, day)
}

// findSQL reads the places ("asked"), the regions that they name ("named"), where
// these were dissolved those that took over ("line", "standing"), the regions
// that each place may mean ("start"), and everything above with its assignments
// of the day.
//
// What a place names may be too coarse to answer: of a Land or government region
// it may be each district; a postal code that is known by its district alone may
// lie in each region below that has an assignment of its own.
//
// The lateral joins with LIMIT make Postgres look rows up by their index: it takes
// the recursion for thousands of rows and would read whole tables. Where the GiST
// index of an exclusion constraint fits too, which takes ten times as long as the
// B-tree, equality is written as what only a B-tree can do: between two rows, or
// = ANY.
func findSQL(ways way) string {
	var named []string
	for _, part := range []struct {
		way way
		sql string
	}{{byKey, namedByKey}, {byID, namedByID}, {byCode, namedByCode}, {byName, namedByName}} {
		if ways&part.way != 0 {
			named = append(named, part.sql)
		}
	}
	exceptions := ""
	if ways&byCode != 0 {
		exceptions = exceptionsSQL
	}
	return askedSQL + strings.Join(named, `
    UNION ALL`) + standingSQL + exceptions + aboveSQL
}

const askedSQL = `
WITH RECURSIVE asked AS MATERIALIZED (
    SELECT a.place, a.way, a.says FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS a(way, says, place)
), named AS (`

// Numbers are those of the constants of way. Texts become ids only in places that
// are ids.
const (
	namedByKey = `
    SELECT a.place, r.id, NULL::text AS names
    FROM asked a CROSS JOIN LATERAL (
        SELECT r.id FROM region r WHERE r.key = ANY(string_to_array(a.says, ' ')) AND (r.valid_from IS NULL OR r.valid_from <= $3)
        ORDER BY length(r.key) DESC, r.valid_from DESC NULLS LAST LIMIT 1) r
    WHERE a.way = 1`
	namedByID = `
    SELECT a.place, CASE WHEN a.way = 2 THEN a.says::uuid END AS id, NULL::text AS names FROM asked a WHERE a.way = 2`
	namedByCode = `
    SELECT a.place, p.region_id AS id, p.names
    FROM asked a CROSS JOIN LATERAL (
        SELECT p.region_id, string_agg(p.place, ', ' ORDER BY p.place) AS names
        FROM postal_code_place p WHERE p.code = a.says GROUP BY p.region_id LIMIT 100) p
    WHERE a.way = 4`
	namedByName = `
    SELECT a.place, r.id, NULL::text AS names
    FROM asked a CROSS JOIN LATERAL (
        SELECT r.id FROM region r WHERE r.name = a.says AND (r.valid_from IS NULL OR r.valid_from <= $3) AND (r.valid_to IS NULL OR r.valid_to > $3)
        ORDER BY r.key LIMIT 100) r
    WHERE a.way = 8`
)

const standingSQL = `
), line AS (
    SELECT n.place, n.names, r.id, r.key, r.level, r.valid_from, r.valid_to, r.successor_id, 1 AS step
    FROM named n CROSS JOIN LATERAL (
        SELECT r.id, r.key, r.level, r.valid_from, r.valid_to, r.successor_id FROM region r WHERE r.id = n.id LIMIT 1) r
    UNION ALL
    SELECT l.place, l.names, r.id, r.key, r.level, r.valid_from, r.valid_to, r.successor_id, l.step + 1
    FROM line l CROSS JOIN LATERAL (
        SELECT r.id, r.key, r.level, r.valid_from, r.valid_to, r.successor_id FROM region r WHERE r.id = l.successor_id LIMIT 1) r
    WHERE l.valid_to <= $3 AND l.step < 20
), standing AS MATERIALIZED (
    SELECT l.place, l.names, l.id, l.key, l.level IN ('LAND', 'GOVERNMENT_REGION') AS coarse FROM line l
    WHERE (l.valid_from IS NULL OR l.valid_from <= $3) AND (l.valid_to IS NULL OR l.valid_to > $3)
), start AS (
    SELECT s.place, s.names, s.id, s.coarse FROM standing s
    UNION ALL
    SELECT s.place, NULL, d.id, false
    FROM standing s CROSS JOIN LATERAL (
        SELECT d.id FROM region d
        WHERE d.level = 'DISTRICT' AND d.key > s.key AND d.key < s.key || ':'
          AND (d.valid_from IS NULL OR d.valid_from <= $3) AND (d.valid_to IS NULL OR d.valid_to > $3) LIMIT 200) d
    WHERE s.coarse`

const exceptionsSQL = `
    UNION ALL
    SELECT s.place, NULL, b.id, false
    FROM standing s JOIN asked a ON a.place = s.place CROSS JOIN LATERAL (
        SELECT c.region_id AS id FROM catchment c JOIN region r ON r.id = c.region_id
        WHERE c.region_key > s.key AND c.region_key < s.key || ':'
          AND (c.valid_from IS NULL OR c.valid_from <= $3) AND (c.valid_to IS NULL OR c.valid_to > $3)
          AND (r.valid_from IS NULL OR r.valid_from <= $3) AND (r.valid_to IS NULL OR r.valid_to > $3)
        GROUP BY c.region_id LIMIT 200) b
    WHERE a.way = 4 AND NOT s.coarse`

const postColumns = `p.id, p.name, p.youth_welfare_office_id, p.benefit_carrier_type, p.phone, p.email, p.website, p.version, p.created_at, p.updated_at`

const aboveSQL = `
), above AS (
    SELECT s.place, s.id AS start, s.names, s.coarse, s.id, 0 AS step FROM start s
    UNION ALL
    SELECT a.place, a.start, a.names, a.coarse, r.parent_id, a.step + 1
    FROM above a CROSS JOIN LATERAL (
        SELECT r.parent_id FROM region r WHERE r.id = a.id AND r.parent_id IS NOT NULL LIMIT 1) r
)
SELECT a.place, a.start, a.names, a.coarse, a.step, ` + region.Joined + `,
    c.id AS "catchment.id", c.kind AS "catchment.kind", c.ombuds_office_id AS "catchment.ombuds_office_id",
    c.youth_welfare_office_id AS "catchment.youth_welfare_office_id", c.procedural_guide_post_id AS "catchment.procedural_guide_post_id",
    c.scope AS "catchment.scope", c.priority AS "catchment.priority", c.valid_from AS "catchment.valid_from",
    c.valid_to AS "catchment.valid_to", c.legal_basis AS "catchment.legal_basis", c.version AS "catchment.version",
    c.created_at AS "catchment.created_at", c.updated_at AS "catchment.updated_at",
    o.id AS "office.id", o.name AS "office.name", o.status AS "office.status", o.region_id AS "office.region_id",
    o.carrier_id AS "office.carrier_id", o.version AS "office.version", o.created_at AS "office.created_at", o.updated_at AS "office.updated_at",
    y.id AS "youth.id", y.name AS "youth.name", y.kind AS "youth.kind", y.carrier_id AS "youth.carrier_id", y.phone AS "youth.phone",
    y.email AS "youth.email", y.website AS "youth.website", y.version AS "youth.version", y.created_at AS "youth.created_at", y.updated_at AS "youth.updated_at",
    p.id AS "post.id", p.name AS "post.name", p.youth_welfare_office_id AS "post.youth_welfare_office_id",
    p.benefit_carrier_type AS "post.benefit_carrier_type", p.phone AS "post.phone", p.email AS "post.email", p.website AS "post.website",
    p.version AS "post.version", p.created_at AS "post.created_at", p.updated_at AS "post.updated_at"
FROM above a
CROSS JOIN LATERAL (SELECT ` + region.Columns + ` FROM region r WHERE r.id = a.id LIMIT 1) r
LEFT JOIN LATERAL (
    SELECT ` + columns + ` FROM catchment c
    WHERE c.region_id = a.id AND (c.valid_from IS NULL OR c.valid_from <= $3) AND (c.valid_to IS NULL OR c.valid_to > $3) LIMIT 1000) c ON true
LEFT JOIN LATERAL (
    SELECT o.id, o.name, o.status, o.region_id, o.carrier_id, o.version, o.created_at, o.updated_at FROM ombuds_office o WHERE o.id = c.ombuds_office_id LIMIT 1) o ON true
LEFT JOIN LATERAL (
    SELECT y.id, y.name, y.kind, y.carrier_id, y.phone, y.email, y.website, y.version, y.created_at, y.updated_at FROM youth_welfare_office y
    WHERE y.id = c.youth_welfare_office_id LIMIT 1) y ON true
LEFT JOIN LATERAL (
    SELECT ` + postColumns + ` FROM procedural_guide_post p WHERE p.id = c.procedural_guide_post_id
    UNION ALL
    SELECT ` + postColumns + ` FROM procedural_guide_post p
    WHERE c.kind = 'YOUTH_WELFARE_OFFICE' AND p.youth_welfare_office_id = c.youth_welfare_office_id
      AND NOT EXISTS (
        SELECT FROM catchment own WHERE own.body_id = ANY(ARRAY[p.id]) AND own.kind = 'PROCEDURAL_GUIDE'
          AND (own.valid_from IS NULL OR own.valid_from <= $3) AND (own.valid_to IS NULL OR own.valid_to > $3))
    LIMIT 100) p ON true
ORDER BY a.place, a.start, a.step`
