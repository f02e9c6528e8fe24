package main

// Who is responsible where: the queries of the directory's public face.

const (
	responsible = `{
    ombudsOffices { bodies { ombudsOffice { id name } catchment { scope region { key name } } } }
    youthWelfareOffice { bodies { youthWelfareOffice { id name phone } catchment { scope region { key name } } } }
    proceduralGuide { bodies { proceduralGuidePost { id name } catchment { scope region { key name } } } }
    facilitySupervision { bodies { youthWelfareOffice { id name phone } catchment { scope region { key name } } } }
  }
}`

	byKeyGraphQL  = `query Responsible($key: String!) { responsibility(place: {key: $key}) ` + responsible
	byCodeGraphQL = `query Responsible($code: String!) { responsibility(place: {postalCode: $code}) ` + responsible

	byKeySQL = `
WITH RECURSIVE above AS (
    (SELECT r.id, r.parent_id, r.key, r.name, 0 AS step FROM region r WHERE r.key = $1 AND ` + existsToday + ` LIMIT 1)` + responsibleSQL

	byCodeSQL = `
WITH RECURSIVE above AS (
    (SELECT r.id, r.parent_id, r.key, r.name, 0 AS step FROM postal_code_place p JOIN region r ON r.id = p.region_id WHERE p.code = $1 AND ` + existsToday + ` LIMIT 1)` + responsibleSQL

	active = `(c.valid_from IS NULL OR c.valid_from <= current_date) AND (c.valid_to IS NULL OR c.valid_to > current_date)`

	// Up from the place to the Land; then for each kind those of the nearest region
	// that has any, and for ombuds offices all that are there for everybody.
	responsibleSQL = `
    UNION ALL
    SELECT r.id, r.parent_id, r.key, r.name, a.step + 1
    FROM above a CROSS JOIN LATERAL (SELECT r.id, r.parent_id, r.key, r.name FROM region r WHERE r.id = a.parent_id LIMIT 1) r
), hit AS MATERIALIZED (
    SELECT c.kind, c.scope, c.priority, c.ombuds_office_id, c.youth_welfare_office_id, c.procedural_guide_post_id,
        (SELECT row_to_json(k) FROM (SELECT c.scope, (SELECT row_to_json(p) FROM (SELECT a.key, a.name) p) AS region) k) AS catchment,
        a.step, min(a.step) FILTER (WHERE c.scope <> 'SUPRA_REGIONAL') OVER (PARTITION BY c.kind) AS nearest
    FROM above a CROSS JOIN LATERAL (
        SELECT c.kind, c.scope, c.priority, c.ombuds_office_id, c.youth_welfare_office_id, c.procedural_guide_post_id FROM catchment c WHERE c.region_id = a.id AND ` + active + ` LIMIT 1000) c
)
SELECT json_build_object('responsibility', json_build_object(
    'ombudsOffices', json_build_object('bodies', coalesce((SELECT json_agg(b) FROM (
        SELECT (SELECT row_to_json(x) FROM (SELECT o.id, o.name) x) AS "ombudsOffice", h.catchment
        FROM hit h JOIN ombuds_office o ON o.id = h.ombuds_office_id
        WHERE h.scope = 'SUPRA_REGIONAL' OR h.step = h.nearest ORDER BY h.priority) b), '[]')),
    'youthWelfareOffice', json_build_object('bodies', coalesce((SELECT json_agg(b) FROM (
        SELECT (SELECT row_to_json(x) FROM (SELECT y.id, y.name, y.phone) x) AS "youthWelfareOffice", h.catchment
        FROM hit h JOIN youth_welfare_office y ON y.id = h.youth_welfare_office_id
        WHERE h.kind = 'YOUTH_WELFARE_OFFICE' AND h.step = h.nearest) b), '[]')),
    'proceduralGuide', json_build_object('bodies', coalesce((SELECT json_agg(b) FROM (
        SELECT (SELECT row_to_json(x) FROM (SELECT p.id, p.name) x) AS "proceduralGuidePost", h.catchment
        FROM hit h JOIN procedural_guide_post p ON p.id = h.procedural_guide_post_id
        WHERE h.step = h.nearest) b), '[]')),
    'facilitySupervision', json_build_object('bodies', coalesce((SELECT json_agg(b) FROM (
        SELECT (SELECT row_to_json(x) FROM (SELECT y.id, y.name, y.phone) x) AS "youthWelfareOffice", h.catchment
        FROM hit h JOIN youth_welfare_office y ON y.id = h.youth_welfare_office_id
        WHERE h.kind = 'FACILITY_SUPERVISION' AND h.step = h.nearest) b), '[]'))))`

	typedGraphQL = `query Typed($text: String!) { searchRegions(text: $text, first: 1) { name region { id key name } land { name } } }`

	// The best of those that begin like it or share enough of its trigrams.
	typedSQL = `
WITH asked AS MATERIALIZED (SELECT search_fold($1) COLLATE "C" AS name)
SELECT json_build_object('searchRegions', coalesce((SELECT json_agg(m) FROM (
    SELECT r.name, (SELECT row_to_json(x) FROM (SELECT r.id, r.key, r.name) x) AS region,
        (SELECT row_to_json(x) FROM (SELECT l.name) x) AS land
    FROM region r JOIN region l ON l.level = 'LAND' AND l.key = left(r.key, 2)
    WHERE r.valid_to IS NULL AND (r.search_name LIKE (SELECT name FROM asked) || '%' OR r.search_name % (SELECT name FROM asked))
    ORDER BY starts_with(lower(r.name), lower($1)) DESC, r.search_name = (SELECT name FROM asked) DESC,
        starts_with(r.search_name, (SELECT name FROM asked) || ' ') DESC, starts_with(r.search_name, (SELECT name FROM asked)) DESC,
        CASE WHEN starts_with(r.search_name, (SELECT name FROM asked)) THEN 0 ELSE similarity(r.search_name, (SELECT name FROM asked)) END DESC,
        r.population DESC NULLS LAST, r.name, r.key LIMIT 1
) m), '[]'))`

	filteredGraphQL = `query Open($first: Int!) {
  ombudsOffices(filter: {status: [OPEN], usableWithoutSpeaking: true, stepFree: true}, first: $first) {
    nodes { id name status updatedAt carrier { id name } channels { kind value usableWithoutSpeaking } }
    pageInfo { hasNextPage }
  }
}`

	reachable = `EXISTS (SELECT FROM contact_channel c WHERE c.office_id = o.id AND c.usable_without_speaking = 'YES')
            AND EXISTS (SELECT FROM office_site s WHERE s.office_id = o.id AND s.step_free = 'YES')`

	filteredSQL = `
SELECT json_build_object('ombudsOffices', json_build_object(
    'nodes', coalesce((SELECT json_agg(office) FROM (
        SELECT o.id, o.name, o.status, o.updated_at AS "updatedAt",
            (SELECT row_to_json(x) FROM (SELECT g.id, g.name) x) AS carrier,
            coalesce((SELECT json_agg(c) FROM (
                SELECT c.kind, c.value, c.usable_without_speaking AS "usableWithoutSpeaking"
                FROM contact_channel c WHERE c.office_id = o.id ORDER BY c.position
            ) c), '[]') AS channels
        FROM ombuds_office o JOIN organisation g ON g.id = o.carrier_id WHERE o.status = 'OPEN' AND ` + reachable + ` ORDER BY o.name, o.id LIMIT $1
    ) office), '[]'),
    'pageInfo', json_build_object('hasNextPage', EXISTS (
        SELECT FROM ombuds_office o WHERE o.status = 'OPEN' AND ` + reachable + ` ORDER BY o.name, o.id OFFSET $1))))`

	gapsGraphQL = `query Gaps($first: Int!) {
  coverageGaps(kind: YOUTH_WELFARE_OFFICE, first: $first) { nodes { kind region { id key name } } }
}`

	gapsSQL = `
SELECT json_build_object('coverageGaps', json_build_object('nodes', coalesce((SELECT json_agg(gap) FROM (
    SELECT 'YOUTH_WELFARE_OFFICE' AS kind, (SELECT row_to_json(x) FROM (SELECT d.id, d.key, d.name) x) AS region
    FROM region d
    WHERE d.level = 'DISTRICT' AND (d.valid_from IS NULL OR d.valid_from <= current_date) AND (d.valid_to IS NULL OR d.valid_to > current_date)
      AND NOT EXISTS (
        SELECT FROM region p LEFT JOIN region l ON l.id = p.parent_id
        JOIN catchment c ON c.region_id IN (d.id, p.id, l.id)
        WHERE p.id = d.parent_id AND c.kind = 'YOUTH_WELFARE_OFFICE' AND ` + active + `)
    ORDER BY d.key, d.id LIMIT $1
) gap), '[]')))`
)
