package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/postgres"
)

// fill adds municipalities, organisations and offices to the regions of the
// migrations, the same ones in every run.
func fill(ctx context.Context, db *postgres.DB) error {
	for _, statement := range []string{municipalitiesSQL, organisationsSQL, officesSQL, sitesSQL, channelsSQL,
		postalCodesSQL, youthOfficesSQL, guidePostsSQL, catchmentsSQL, `VACUUM ANALYZE`} {
		if _, err := db.Exec(ctx, statement); err != nil {
			return err
		}
	}
	var districts, municipalities, offices int
	err := db.Get(ctx, &districts, `SELECT count(*) FROM region WHERE level = 'DISTRICT' AND valid_to IS NULL`)
	if err != nil {
		return err
	}
	if err := db.Get(ctx, &municipalities, `SELECT count(*) FROM region WHERE level = 'MUNICIPALITY'`); err != nil {
		return err
	}
	if err := db.Get(ctx, &offices, `SELECT count(*) FROM ombuds_office`); err != nil {
		return err
	}
	if districts != 400 || municipalities != 11000 || offices != 400 {
		return fmt.Errorf("%d districts, %d municipalities and %d offices, expected 400, 11,000 and 400", districts, municipalities, offices)
	}
	return nil
}

// sample says what there is to ask for.
func sample(ctx context.Context, db *postgres.DB) (samples, error) {
	var s samples
	offices, err := postgres.Values[uuid.UUID](ctx, db, `SELECT id FROM ombuds_office ORDER BY id`)
	if err != nil {
		return s, err
	}
	for _, id := range offices {
		s.offices = append(s.offices, ident.ID{Kind: ident.OmbudsOffice, UUID: id})
	}
	s.keys, err = postgres.Values[string](ctx, db, `SELECT key FROM region WHERE level = 'MUNICIPALITY' ORDER BY md5(key) LIMIT 500`)
	if err != nil {
		return s, err
	}
	s.codes, err = postgres.Values[string](ctx, db, `
SELECT code FROM postal_code_place GROUP BY code HAVING count(*) = 1 ORDER BY md5(code) LIMIT 500`)
	return s, err
}

const (
	currentDistricts = `(SELECT d.id, d.key, d.name, (row_number() OVER (ORDER BY d.key) - 1)::int AS place
    FROM region d WHERE d.level = 'DISTRICT' AND d.valid_to IS NULL)`

	municipalitiesSQL = `
INSERT INTO region (id, key, level, name, official_name, designation, parent_id, parent_key, population, population_on, area_km2)
SELECT md5('municipality/' || n)::uuid, d.key || lpad((n / 400 + 1)::text, 3, '0'), 'MUNICIPALITY',
       d.name || ' ' || n / 400 + 1, d.name || ' ' || n / 400 + 1 || ', Gemeinde', 'Gemeinde', d.id, d.key,
       500 + n * 7 % 20000, '2018-12-31', 5 + n * 3 % 90
FROM generate_series(0, 10999) n JOIN ` + currentDistricts + ` d ON d.place = n % 400`

	organisationsSQL = `
INSERT INTO organisation (id, name, kind, created_at, updated_at)
SELECT md5('organisation/' || n)::uuid, 'Trägerverein für Kinder- und Jugendhilfe ' || n || ' e. V.', 'FREE_CARRIER',
       timestamptz '2021-01-01' + n * interval '1 day', timestamptz '2021-01-01' + n * interval '1 day'
FROM generate_series(0, 29) n`

	// Of three districts one has an office in its first municipality, one has
	// another in its second, and one has none.
	officesSQL = `
INSERT INTO ombuds_office (id, name, status, region_id, carrier_id, created_at, updated_at)
SELECT md5('office/' || n)::uuid, 'Ombudsstelle ' || name || ' ' || n,
       (ARRAY['PLANNED', 'PILOT', 'OPEN', 'OPEN', 'OPEN', 'CLOSED'])[1 + n % 6], id, md5('organisation/' || n % 30)::uuid,
       timestamptz '2021-06-01' + n * interval '3 days', timestamptz '2021-06-01' + n * interval '3 days'
FROM (
    SELECT m.id, d.name, (row_number() OVER (ORDER BY m.key) - 1)::int AS n
    FROM ` + currentDistricts + ` d JOIN region m ON m.parent_id = d.id
    WHERE m.level = 'MUNICIPALITY' AND right(m.key, 3)::int <= (d.place + 1) % 3
) place`

	// Two, three or four.
	sitesSQL = `
INSERT INTO office_site (id, office_id, position, name, street, postal_code, place, step_free, by_appointment_only)
SELECT md5('site/' || n || '/' || p)::uuid, md5('office/' || n)::uuid, p, CASE p WHEN 0 THEN 'Hauptstelle' ELSE 'Außenstelle ' || p END,
       CASE WHEN (n + p) % 5 > 0 THEN 'Musterstraße ' || n + p END, lpad((10000 + n * 207)::text, 5, '0'), 'Musterstadt ' || n,
       (ARRAY['YES', 'NO', 'UNKNOWN'])[1 + (n + p) % 3], (ARRAY['YES', 'NO', 'UNKNOWN'])[1 + n % 3]
FROM generate_series(0, 399) n CROSS JOIN generate_series(0, 3) p WHERE p <= 1 + n % 3`

	// Three, four or five.
	channelsSQL = `
INSERT INTO contact_channel (id, office_id, position, kind, value, note, usable_without_speaking, free_of_charge)
SELECT md5('channel/' || n || '/' || p)::uuid, md5('office/' || n)::uuid, p, (ARRAY['PHONE', 'EMAIL', 'WEBSITE', 'CHAT', 'POST'])[1 + p],
       (ARRAY['+49 30 23125 ' || 100 + n, 'stelle' || n || '@ombud.example.org', 'https://ombud' || n || '.example.org/',
              'https://chat.example.org/' || n, 'Musterstraße ' || n || ', 10115 Musterstadt'])[1 + p],
       CASE p WHEN 0 THEN 'montags bis freitags von 9 bis 15 Uhr' END,
       CASE p WHEN 0 THEN 'NO' ELSE 'YES' END, (ARRAY['NO', 'YES', 'YES', 'UNKNOWN', 'NO'])[1 + p]
FROM generate_series(0, 399) n CROSS JOIN generate_series(0, 4) p WHERE p <= 2 + n % 3`

	// 8,200 codes for 11,000 municipalities: every fourth code lies in several.
	postalCodesSQL = `
INSERT INTO postal_code_place (code, region_id, place, latitude, longitude)
SELECT lpad((10000 + n % 8200 * 10)::text, 5, '0'), m.id, m.name, 47.5 + n % 700 / 100.0, 6.0 + n % 800 / 100.0
FROM (SELECT id, name, (row_number() OVER (ORDER BY md5(key)) - 1)::int AS n FROM region WHERE level = 'MUNICIPALITY') m`

	// One for each district, one for each of 40 municipalities that have their own,
	// and one for each Land.
	youthOfficesSQL = `
INSERT INTO youth_welfare_office (id, name, kind, carrier_id, phone, created_at, updated_at)
SELECT md5('youth office/' || r.key)::uuid, 'Jugendamt ' || r.name || ' ' || r.key, CASE r.level WHEN 'LAND' THEN 'STATE' ELSE 'LOCAL' END,
       md5('organisation/' || length(r.key))::uuid, '+49 30 23125 ' || 100 + length(r.key), timestamptz '2021-01-01', timestamptz '2021-01-01'
FROM region r
WHERE r.valid_to IS NULL AND (r.level IN ('LAND', 'DISTRICT') OR r.level = 'MUNICIPALITY' AND r.key LIKE '%3_001')`

	guidePostsSQL = `
INSERT INTO procedural_guide_post (id, name, youth_welfare_office_id, benefit_carrier_type, created_at, updated_at)
SELECT md5('guide/' || md5('youth office/' || d.key)::uuid)::uuid, 'Verfahrenslotsin ' || d.name || ' ' || d.key,
       md5('youth office/' || d.key)::uuid, 'BOTH', timestamptz '2024-01-01', timestamptz '2024-01-01'
FROM ` + currentDistricts + ` d`

	// Four kinds for each district. 13 districts have no youth welfare office, and
	// each Land has an ombuds office for everybody.
	catchmentsSQL = `
INSERT INTO catchment (id, kind, region_id, region_key, ombuds_office_id, youth_welfare_office_id, youth_welfare_office_kind,
    procedural_guide_post_id, scope, priority, valid_from, created_at, updated_at)
SELECT md5('catchment/' || kind || '/' || r.id)::uuid, kind, r.id, r.key,
       CASE kind WHEN 'OMBUDS_OFFICE' THEN md5('office/' || coalesce(d.place, r.key::int))::uuid END,
       CASE kind WHEN 'YOUTH_WELFARE_OFFICE' THEN md5('youth office/' || r.key)::uuid
                 WHEN 'FACILITY_SUPERVISION' THEN md5('youth office/' || left(r.key, 2))::uuid END,
       CASE kind WHEN 'YOUTH_WELFARE_OFFICE' THEN 'LOCAL' WHEN 'FACILITY_SUPERVISION' THEN 'STATE' END,
       CASE kind WHEN 'PROCEDURAL_GUIDE' THEN md5('guide/' || md5('youth office/' || r.key)::uuid)::uuid END,
       CASE r.level WHEN 'LAND' THEN 'SUPRA_REGIONAL' ELSE 'REGIONAL' END, CASE r.level WHEN 'LAND' THEN 50 ELSE 10 END,
       date '2021-07-01', timestamptz '2021-07-01', timestamptz '2021-07-01'
FROM (VALUES ('YOUTH_WELFARE_OFFICE'), ('PROCEDURAL_GUIDE'), ('OMBUDS_OFFICE'), ('FACILITY_SUPERVISION')) AS k(kind)
CROSS JOIN region r LEFT JOIN ` + currentDistricts + ` d ON d.id = r.id
WHERE CASE WHEN d.id IS NOT NULL THEN kind <> 'YOUTH_WELFARE_OFFICE' OR d.place % 31 > 0
           WHEN r.level = 'LAND' THEN kind = 'OMBUDS_OFFICE'
           ELSE kind = 'YOUTH_WELFARE_OFFICE' AND r.level = 'MUNICIPALITY' AND r.key LIKE '%3_001' END`
)
