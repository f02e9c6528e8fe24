package export_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/responsibility"
)

var kindsOfResponsibility = []string{"OMBUDS_OFFICE", "YOUTH_WELFARE_OFFICE", "PROCEDURAL_GUIDE", "FACILITY_SUPERVISION"}

// told is an answer in one line: its status, and assignments and bodies in order,
// then those that help instead.
func told(status string, bodies, instead []string) string {
	return status + " " + strings.Join(bodies, " ") + " or " + strings.Join(instead, " ")
}

// unknown is the answer to every question about a place that is none.
const unknown = "UNKNOWN"

// online asks the server.
func online(t *testing.T, s *setup, place responsibility.PlaceInput, day civil.Date) map[string]string {
	t.Helper()
	found, err := s.responsible.Find(t.Context(), place, nil, &day)
	answers := map[string]string{}
	if fault.CodeOf(err) == fault.NotFound {
		for _, kind := range kindsOfResponsibility {
			answers[kind] = unknown
		}
		return answers
	}
	if err != nil {
		t.Fatalf("%+v: %v", place, err)
	}
	for _, a := range []*responsibility.Answer{found.OmbudsOffices, found.YouthWelfareOffice, found.ProceduralGuide, found.FacilitySupervision} {
		var instead []string
		if a.Fallback != nil {
			instead = idsOf(a.Fallback.Bodies)
		}
		answers[string(a.Kind)] = told(string(a.Status), idsOf(a.Bodies), instead)
	}
	return answers
}

func idsOf(bodies []*responsibility.Body) []string {
	ids := make([]string, len(bodies))
	for i, b := range bodies {
		ids[i] = b.Catchment.ID().String() + "/"
		switch {
		case b.OmbudsOffice != nil:
			ids[i] += b.OmbudsOffice.ID().String()
		case b.YouthWelfareOffice != nil:
			ids[i] += b.YouthWelfareOffice.ID().String()
		default:
			ids[i] += b.ProceduralGuidePost.ID().String()
		}
	}
	return ids
}

// fromPackage asks the package.
func fromPackage(o *offline, starts []*offlineNode, code bool, day string) map[string]string {
	answers := map[string]string{}
	candidates := o.candidates(starts, code, day)
	for _, kind := range kindsOfResponsibility {
		if len(candidates) == 0 {
			answers[kind] = unknown
			continue
		}
		status, bodies, instead := o.answer(kind, candidates, day)
		answers[kind] = told(status, offlineIDs(bodies), offlineIDs(instead))
	}
	return answers
}

func offlineIDs(bodies []body) []string {
	ids := make([]string, len(bodies))
	for i, b := range bodies {
		ids[i] = b.assignment.ID + "/" + b.id
	}
	return ids
}

const elsewhere = "in other Länder too"

// compare asks server and package about every region and postal code of a Land,
// and counts of what, and which answers the server gave.
func compare(t *testing.T, s *setup, land string, days ...civil.Date) (compared, answered map[string]int) {
	t.Helper()
	o := read[offline](t, write(t, s.Directory, land).Body)
	compared, answered = map[string]int{}, map[string]int{}
	same := func(name string, place responsibility.PlaceInput, starts []*offlineNode, day civil.Date) {
		want := online(t, s, place, day)
		if diff := cmp.Diff(want, fromPackage(&o, starts, place.PostalCode != nil, day.String())); diff != "" {
			t.Errorf("%s on %s (-server +package):\n%s", name, day, diff)
		}
		for _, answer := range want {
			answered[strings.Fields(answer)[0]]++
		}
	}
	for _, day := range days {
		for _, r := range o.Regions {
			compared[r.Level]++
			start, away := o.byKey(r.Key, day.String())
			switch {
			case away:
				answered[elsewhere]++
			case start == nil:
				same(r.Key, responsibility.PlaceInput{Key: &r.Key}, nil, day)
			default:
				same(r.Key, responsibility.PlaceInput{Key: &r.Key}, []*offlineNode{start}, day)
			}
		}
		for _, c := range o.PostalCodes {
			compared["postal code"]++
			starts, away := o.byCode(c, day.String())
			if away {
				answered[elsewhere]++
				continue
			}
			same(c.Code, responsibility.PlaceInput{PostalCode: &c.Code}, starts, day)
		}
	}
	return compared, answered
}

// counted is what there is to compare in a Land.
func counted(t *testing.T, s *setup, land string) map[string]int {
	t.Helper()
	type count struct {
		What string `db:"what"`
		N    int    `db:"n"`
	}
	rows, err := postgres.Rows[count](t.Context(), s.db, `
SELECT r.level AS what, count(*) AS n FROM region r WHERE left(r.key, 2) = $1 GROUP BY r.level
UNION ALL
SELECT 'postal code', count(DISTINCT p.code) FROM postal_code_place p JOIN region r ON r.id = p.region_id WHERE left(r.key, 2) = $1
HAVING count(*) > 0`, land)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, row := range rows {
		counts[row.What] = row.N
	}
	return counts
}

func today() civil.Date { return civil.Of(noon()) }

func TestPackageAnswersLikeTheServer(t *testing.T) {
	t.Parallel()
	s := newSetup(t, demoWorld(t))
	laender, err := postgres.Values[string](t.Context(), s.db, `SELECT key FROM region WHERE level = 'LAND' ORDER BY key`)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, land := range laender {
		compared, answered := compare(t, s, land, today())
		if diff := cmp.Diff(counted(t, s, land), compared); diff != "" {
			t.Errorf("%s was not compared as a whole (-there +compared):\n%s", land, diff)
		}
		add(seen, compared, answered)
	}
	require(t, seen, "FOUND", "NOBODY", "PLACE_UNCLEAR", elsewhere, "LAND", "DISTRICT", "MUNICIPALITY", "BOROUGH", "postal code")
}

// TestPackageAnswersLikeTheServerAnywhere is the same over worlds drawn at random:
// regions of all levels, dissolved ones, every kind and scope, periods that end
// and begin, posts with assignments of their own here and in other Länder.
func TestPackageAnswersLikeTheServerAnywhere(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for seed := range uint64(3) {
		s := newSetup(t, demoWorld(t))
		scatter(t, s, rand.New(rand.NewPCG(seed, 0)))
		compared, answered := compare(t, s, "15", today(), today().AddDays(1), today().AddDays(40))
		add(seen, compared, answered)
	}
	require(t, seen, "FOUND", "NOBODY", "PLACE_UNCLEAR", unknown, elsewhere, "BOROUGH", "GOVERNMENT_REGION")
}

// TestPlacesThatAreNone asks about places that begin later, have ended, or went to
// another Land.
func TestPlacesThatAreNone(t *testing.T) {
	t.Parallel()
	s := newSetup(t, demoWorld(t))
	s.exec(t, placesThatAreNone)
	o := read[offline](t, write(t, s.Directory, "15").Body)
	const before, since = "2026-01-15", "2026-02-01"
	type answer struct {
		keys      string
		elsewhere bool
	}
	for _, ask := range []struct {
		place, day string
		want       answer
	}{
		{"15003901", before, answer{}},
		{"15003901", since, answer{keys: "15003901"}},
		{"15003902", since, answer{}},
		{"15003903", before, answer{}},
		{"15003903", since, answer{keys: "15003901"}},
		{"15003904", since, answer{elsewhere: true}},
		{"69991", before, answer{}},
		{"69991", since, answer{keys: "15003901"}},
		{"69992", before, answer{keys: "15003"}},
		{"69992", since, answer{keys: "15003 15003901"}},
		{"69993", since, answer{keys: "15003", elsewhere: true}},
	} {
		var got answer
		var starts []*offlineNode
		if i := slices.IndexFunc(o.PostalCodes, func(c offlineCode) bool { return c.Code == ask.place }); i >= 0 {
			starts, got.elsewhere = o.byCode(o.PostalCodes[i], ask.day)
		} else if start, away := o.byKey(ask.place, ask.day); start != nil || away {
			starts, got.elsewhere = slices.DeleteFunc([]*offlineNode{start}, func(r *offlineNode) bool { return r == nil }), away
		}
		var keys []string
		for _, r := range starts {
			keys = append(keys, r.Key)
		}
		slices.Sort(keys)
		if got.keys = strings.Join(keys, " "); got != ask.want {
			t.Errorf("%s on %s is %+v, want %+v", ask.place, ask.day, got, ask.want)
		}
	}
	for _, day := range []civil.Date{today(), today().AddDays(40)} {
		compare(t, s, "15", day)
	}
}

const placesThatAreNone = `
INSERT INTO region (id, key, level, name, official_name, designation, parent_id, parent_key, valid_from, valid_to)
SELECT gen_random_uuid(), m.key, 'MUNICIPALITY', 'Musterdorf ' || m.key, 'Musterdorf', 'Gemeinde', d.id, d.key, m.valid_from::date, m.valid_to::date
FROM (VALUES ('15003901', '2026-02-01', NULL), ('15003902', NULL, '2025-01-01'), ('15003903', NULL, '2025-01-01'), ('15003904', NULL, '2025-01-01')) AS m(key, valid_from, valid_to)
JOIN region d ON d.key = '15003';
UPDATE region r SET successor_id = s.id FROM region s WHERE (r.key, s.key) IN (('15003903', '15003901'), ('15003904', '03101'));
INSERT INTO postal_code_place (code, region_id, place)
SELECT p.code, r.id, r.name FROM (VALUES ('69991', '15003901'), ('69991', '15003902'), ('69991', '15003903'), ('69992', '15003'), ('69992', '15003901'),
    ('69992', '15003902'), ('69993', '15003'), ('69993', '15003904')) AS p(code, key) JOIN region r ON r.key = p.key`

func add(sum map[string]int, counts ...map[string]int) {
	for _, count := range counts {
		for what, n := range count {
			sum[what] += n
		}
	}
}

// require demands that each of some things was seen.
func require(t *testing.T, seen map[string]int, all ...string) {
	t.Helper()
	for _, what := range all {
		if seen[what] == 0 {
			t.Errorf("no %s among %v", what, seen)
		}
	}
}

// scatter adds to the Land 15 what is drawn from random. What Postgres refuses is
// left out.
func scatter(t *testing.T, s *setup, random *rand.Rand) {
	t.Helper()
	s.exec(t, `
INSERT INTO region (id, key, level, name, official_name, designation, parent_id, parent_key)
SELECT gen_random_uuid(), '150', 'GOVERNMENT_REGION', 'Musterbezirk', 'Musterbezirk', 'Bezirk', id, key FROM region WHERE key = '15';
UPDATE region SET parent_id = (SELECT id FROM region WHERE key = '150'), parent_key = '150' WHERE key LIKE '1508_';
INSERT INTO region (id, key, level, name, official_name, designation, parent_id, parent_key)
SELECT gen_random_uuid(), d.key || '00' || n, 'MUNICIPALITY', 'Musterdorf ' || d.key || n, 'Musterdorf', 'Gemeinde', d.id, d.key
FROM region d CROSS JOIN generate_series(1, 2) n WHERE d.level = 'DISTRICT' AND d.key LIKE '15%';
INSERT INTO region (id, key, level, name, official_name, designation, parent_id, parent_key)
SELECT gen_random_uuid(), m.key || '01', 'BOROUGH', 'Musterviertel', 'Musterviertel', 'Stadtbezirk', m.id, m.key
FROM region m WHERE m.level = 'MUNICIPALITY' AND m.key LIKE '15%1';
UPDATE region SET valid_to = '2025-01-01', successor_id = (SELECT id FROM region WHERE key = '15001001') WHERE key = '15002002';
UPDATE region SET valid_from = '2026-02-01' WHERE key = '15002001';
UPDATE region SET valid_to = '2026-01-16', successor_id = (SELECT id FROM region WHERE key = '03101') WHERE key = '15003001';
UPDATE region SET valid_to = '2026-02-01' WHERE key = '15003002';
INSERT INTO postal_code_place (code, region_id, place)
SELECT (6000 + row_number() OVER (ORDER BY r.key) / 2)::text || '0', r.id, r.name
FROM region r WHERE r.key LIKE '15%' AND r.level IN ('DISTRICT', 'MUNICIPALITY') ORDER BY random();
INSERT INTO youth_welfare_office (id, name, kind, carrier_id, created_at, updated_at)
SELECT gen_random_uuid(), 'Jugendamt ' || n, CASE n % 3 WHEN 0 THEN 'STATE' WHEN 1 THEN 'LOCAL' ELSE 'SUPERVISORY' END, (SELECT id FROM organisation ORDER BY id LIMIT 1), now(), now()
FROM generate_series(1, 12) n;
INSERT INTO procedural_guide_post (id, name, youth_welfare_office_id, benefit_carrier_type, created_at, updated_at)
SELECT gen_random_uuid(), 'Lotse ' || n || ' von ' || y.name, y.id, 'BOTH', now(), now()
FROM youth_welfare_office y CROSS JOIN generate_series(1, 2) n WHERE y.name LIKE 'Jugendamt _'`)
	ids := func(sql string) []string {
		found, err := postgres.Values[string](t.Context(), s.db, sql)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d, %v", sql, len(found), err)
		}
		return found
	}
	regions := ids(`SELECT id FROM region WHERE key LIKE '15%' OR key = '03241' ORDER BY key`)
	bodies := map[string][]string{
		"OMBUDS_OFFICE":        ids(`SELECT id FROM ombuds_office ORDER BY name`),
		"YOUTH_WELFARE_OFFICE": ids(`SELECT id FROM youth_welfare_office WHERE kind = 'LOCAL' ORDER BY name`),
		"PROCEDURAL_GUIDE":     ids(`SELECT id FROM procedural_guide_post ORDER BY name`),
		"FACILITY_SUPERVISION": ids(`SELECT id FROM youth_welfare_office ORDER BY name`),
	}
	columns := map[string]string{
		"OMBUDS_OFFICE": "ombuds_office_id", "YOUTH_WELFARE_OFFICE": "youth_welfare_office_id",
		"PROCEDURAL_GUIDE": "procedural_guide_post_id", "FACILITY_SUPERVISION": "youth_welfare_office_id",
	}
	periods := [][2]*string{
		{nil, nil}, {nil, nil}, {nil, new("2026-01-16")}, {new("2026-01-16"), nil}, {nil, new("2026-01-15")}, {new("2026-01-15"), new("2026-02-01")},
	}
	for range 60 {
		kind := kindsOfResponsibility[random.IntN(4)]
		scopes := []string{"LOCAL", "REGIONAL"}
		if kind == "OMBUDS_OFFICE" {
			scopes = append(scopes, "SUPRA_REGIONAL")
		}
		period := periods[random.IntN(len(periods))]
		s.exec(t, fmt.Sprintf(`
INSERT INTO catchment (id, kind, region_id, region_key, %[1]s, youth_welfare_office_kind, scope, priority, valid_from, valid_to, created_at, updated_at)
SELECT gen_random_uuid(), $1, r.id, r.key, $2::uuid, (SELECT y.kind FROM youth_welfare_office y WHERE y.id = $2::uuid), $3, $4, $5::date, $6::date, now(), now()
FROM region r WHERE r.id = $7::uuid ON CONFLICT DO NOTHING`, columns[kind]),
			kind, bodies[kind][random.IntN(len(bodies[kind]))], scopes[random.IntN(len(scopes))], 1+random.IntN(3), period[0], period[1],
			regions[random.IntN(len(regions))])
	}
}

// TestExamplesOfTheDocumentation reads the table of docs/exports.md.
func TestExamplesOfTheDocumentation(t *testing.T) {
	t.Parallel()
	documentation, err := os.ReadFile("../../docs/exports.md")
	if err != nil {
		t.Fatal(err)
	}
	const examples = 6
	rows := regexp.MustCompile(`(?m)^\| ([A-Z_]+) \| (\d+) \| ([A-Z_]+) \| (.*?) ?\|$`).FindAllStringSubmatch(string(documentation), -1)
	if len(rows) != examples {
		t.Fatalf("the documentation has %d examples, want %d", len(rows), examples)
	}
	s := newSetup(t, demoWorld(t))
	o := read[offline](t, write(t, s.Directory, "DE-NI").Body)
	for _, row := range rows {
		kind, key, wantStatus, want := row[1], row[2], row[3], row[4]
		start, _ := o.byKey(key, o.AsOf)
		if start == nil {
			t.Errorf("there is no region %s", key)
			continue
		}
		status, bodies, instead := o.answer(kind, o.candidates([]*offlineNode{start}, false, o.AsOf), o.AsOf)
		var names []string
		for _, b := range append(bodies, instead...) {
			names = append(names, o.name(b.id))
		}
		if got := strings.Join(names, ", "); status != wantStatus || got != want {
			t.Errorf("%s for %s is %s: %s; the documentation says %s: %s", kind, key, status, got, wantStatus, want)
		}
	}
	if o.AsOf != today().String() || o.Format != 1 || o.Land.Key != "03" || o.Attribution == "" {
		t.Errorf("the head is %d, %s, %+v, %q", o.Format, o.AsOf, o.Land, o.Attribution)
	}
}
