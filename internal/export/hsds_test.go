package export_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ombudsnetz/internal/export"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

// validator returns a function that tells what of an export is not HSDS.
func validator(t *testing.T) func(body []byte) error {
	t.Helper()
	compile := func(file string) *jsonschema.Schema {
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		schema, err := compiler.Compile(file)
		if err != nil {
			t.Fatal(err)
		}
		return schema
	}
	page := compile("testdata/hsds/page.schema.json")
	var official *jsonschema.Schema
	if file := os.Getenv("HSDS_SERVICE_SCHEMA"); file != "" {
		official = compile(file)
	}
	return func(body []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			return err
		}
		if err := page.Validate(value); err != nil || official == nil {
			return err
		}
		for _, service := range value.(map[string]any)["contents"].([]any) {
			if err := official.Validate(service); err != nil {
				return err
			}
		}
		return nil
	}
}

// object is any object of HSDS.
type object = map[string]any

func services(t *testing.T, document *export.Document) map[string]object {
	t.Helper()
	named := map[string]object{}
	for _, service := range read[object](t, document.Body)["contents"].([]any) {
		named[service.(object)["name"].(string)] = service.(object)
	}
	return named
}

func TestHSDSOfTheDemoWorld(t *testing.T) {
	t.Parallel()
	s := newSetup(t, demoWorld(t))
	valid := validator(t)
	for _, land := range []string{"01", "03", "11", "15", "16"} {
		document := write(t, s.HSDS, land)
		if err := valid(document.Body); err != nil {
			t.Errorf("%s: %v", land, err)
		}
		if len(services(t, document)) == 0 {
			t.Errorf("%s has no services", land)
		}
		checkIDs(t, land, read[object](t, document.Body)["contents"])
	}
}

// checkIDs holds ids to what HSDS says of them: unique among objects of a kind,
// and one object for one id elsewhere.
func checkIDs(t *testing.T, land string, contents any) {
	t.Helper()
	seen := map[string]string{}
	var walk func(kind string, value any)
	walk = func(kind string, value any) {
		switch value := value.(type) {
		case []any:
			for _, item := range value {
				walk(kind, item)
			}
		case object:
			text, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			key := kind + " " + value["id"].(string)
			if seen[key] != "" && (seen[key] != string(text) || kind != "organization" && kind != "taxonomy_term") {
				t.Errorf("%s: the id of %s is that of another too", land, key)
			}
			seen[key] = string(text)
			for name, below := range value {
				walk(name, below)
			}
		}
	}
	walk("service", contents)
}

// In this world every optional field of every object is set.
const everything = `
UPDATE office_site SET street = 'Musterweg 9', accessible_toilet = 'NO', accessible_parking = 'YES', induction_loop = 'NO', sign_language = 'YES', easy_read = 'NO',
    step_free = 'YES', by_appointment_only = 'YES', languages = '{de,ar,gsg,de-CH}', formats = '{IN_PERSON,PHONE,VIDEO,CHAT,WRITTEN,OUTREACH}', latitude = 52.5, longitude = 11.5;
DELETE FROM contact_channel WHERE kind <> 'PHONE';
UPDATE contact_channel SET note = 'Notiz', free_of_charge = 'YES', anonymous = 'YES', usable_without_hearing = 'NO', sign_language = 'NO', languages = '{de,ar}';
INSERT INTO contact_channel (id, office_id, position, kind, value, note, usable_without_speaking, free_of_charge, usable_without_hearing, sign_language, anonymous, languages)
SELECT gen_random_uuid(), o.id, 5 + k.n, k.kind, k.value, 'Notiz', 'YES', 'NO', 'YES', 'YES', 'NO', '{de}'
FROM ombuds_office o CROSS JOIN (VALUES (0, 'EMAIL', 'eins@ombud.example.org'), (1, 'EMAIL', 'zwei@ombud.example.org'), (2, 'EMAIL', 'drei@bücher.example.org'),
    (3, 'POST', 'Musterweg 9, 39576 Musterstadt'), (4, 'WEBSITE', 'https://ombud.example.org/a?b=c#d'), (5, 'WEBSITE', 'https://ombud.example.org/zwei'),
    (6, 'WEBSITE', 'https://bücher.example.org/ä'), (7, 'CHAT', 'https://ombud.example.org/chat'), (8, 'MESSENGER', '@ombud'), (9, 'VIDEO_CALL', 'https://ombud.example.org/video')) AS k(n, kind, value);
DELETE FROM ombuds_office_profile;
INSERT INTO ombuds_office_profile SELECT id, 'YES', 'Befähigung zum Richteramt', '{ADOLESCENT,YOUNG_ADULT}', '{de,tr}', '2026-01-08', 'Quelle', 'Label', 'KDG', 'datenschutz@ombud.example.org' FROM ombuds_office;
INSERT INTO office_funder SELECT o.id, g.id, 7 FROM ombuds_office o CROSS JOIN organisation g ON CONFLICT DO NOTHING;
INSERT INTO independence_link SELECT o.id, g.id, k, 'Notiz', 7 FROM ombuds_office o CROSS JOIN organisation g
    CROSS JOIN unnest(ARRAY['MEMBERSHIP', 'FUNDING', 'OTHER']) k ON CONFLICT DO NOTHING;
INSERT INTO office_scope SELECT o.id, c.code, CASE WHEN c.position % 2 = 0 THEN 'INCLUDED' ELSE 'EXCLUDED' END, 'Grund' FROM ombuds_office o CROSS JOIN catalogue_item c ON CONFLICT DO NOTHING;
INSERT INTO office_text SELECT o.id, k, l, v, CASE WHEN v <> 'DGS_VIDEO' THEN 'Text <b>"&' || k END, CASE WHEN v = 'DGS_VIDEO' THEN 'https://ombud.example.org/dgs' END FROM ombuds_office o
    CROSS JOIN unnest(ARRAY['DESCRIPTION', 'PROCEDURE', 'ACCESS', 'RIGHTS']) k CROSS JOIN unnest(ARRAY['de', 'ar']) l CROSS JOIN unnest(ARRAY['STANDARD', 'PLAIN', 'EASY_READ', 'DGS_VIDEO']) v ON CONFLICT DO NOTHING;
DELETE FROM opening_period;
INSERT INTO opening_period SELECT s.id, d, h.opens, h.closes, h.valid_from, h.valid_to FROM office_site s CROSS JOIN unnest(ARRAY['MONDAY', 'WEDNESDAY', 'SUNDAY']) d
    CROSS JOIN (VALUES (time '00:00', time '08:00', NULL::date, NULL::date), ('09:00', '12:30', '2026-02-01', '2026-03-01'), ('20:00', '24:00', NULL, '2026-01-01')) AS h(opens, closes, valid_from, valid_to);
INSERT INTO opening_exception SELECT s.id, d::date, 'Fachtag' FROM office_site s CROSS JOIN unnest(ARRAY['2026-01-14', '2026-01-15', '2026-05-01']) d ON CONFLICT DO NOTHING;
INSERT INTO opening_exception_hours SELECT s.id, '2026-05-01', '09:00', '10:00' FROM office_site s;
UPDATE youth_welfare_office SET phone = '+49 30 23125 120', email = 'jugendamt@example.org', website = 'https://jugendamt.example.org';
UPDATE procedural_guide_post SET phone = '+49 30 23125 121', email = 'lotse@example.org', website = 'https://lotse.example.org';
INSERT INTO catchment (id, kind, region_id, region_key, procedural_guide_post_id, scope, priority, valid_from, valid_to, legal_basis, created_at, updated_at)
    SELECT gen_random_uuid(), 'PROCEDURAL_GUIDE', r.id, r.key, p.id, 'LOCAL', 7, '2026-01-01', '2027-01-01', '§ 10b SGB VIII', now(), now() FROM region r CROSS JOIN procedural_guide_post p WHERE r.key IN ('15003', '03101')`

// In this one none is.
const nothing = `
DELETE FROM opening_period; DELETE FROM opening_exception; DELETE FROM contact_channel; DELETE FROM ombuds_office_profile; DELETE FROM office_funder;
DELETE FROM independence_link; DELETE FROM office_scope; DELETE FROM office_text;
UPDATE office_site SET street = NULL, latitude = NULL, longitude = NULL, languages = '{}', formats = '{}', step_free = 'UNKNOWN', by_appointment_only = 'UNKNOWN',
    accessible_toilet = 'UNKNOWN', accessible_parking = 'UNKNOWN', induction_loop = 'UNKNOWN', sign_language = 'UNKNOWN', easy_read = 'UNKNOWN';
UPDATE youth_welfare_office SET phone = NULL; DELETE FROM catchment WHERE kind <> 'YOUTH_WELFARE_OFFICE'; UPDATE catchment SET legal_basis = NULL`

func TestHSDSWithEveryFieldAndWithNone(t *testing.T) {
	t.Parallel()
	valid := validator(t)
	for name, sql := range map[string]string{"every field": everything, "no field": nothing} {
		s := newSetup(t, demoWorld(t))
		s.exec(t, sql)
		for _, land := range []string{"01", "03", "11", "15"} {
			document := write(t, s.HSDS, land)
			if err := valid(document.Body); err != nil {
				t.Errorf("%s, %s: %v", name, land, err)
			}
			checkIDs(t, land, read[object](t, document.Body)["contents"])
			read[offline](t, write(t, s.Directory, land).Body)
		}
	}
	empty := write(t, newSetup(t, pgtest.New(t)).HSDS, "15")
	if err := valid(empty.Body); err != nil || !strings.Contains(string(empty.Body), `"empty":true`) {
		t.Errorf("without offices: %v\n%s", err, empty.Body)
	}
}

// The schema would not notice if everything were left out.
func TestHSDSHoldsWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := newSetup(t, demoWorld(t))
	s.exec(t, everything)
	found := services(t, write(t, s.HSDS, "15"))
	office := found["Ombudsstelle Magdeburg"]
	list := func(of object, name string) (all []object) {
		for _, item := range of[name].([]any) {
			all = append(all, item.(object))
		}
		return all
	}
	for field, want := range map[string]any{
		"status": "active", "assured_date": "2026-01-08", "minimum_age": 14., "maximum_age": 26., "accreditations": "Label", "email": "eins@ombud.example.org",
		"url": "https://ombud.example.org/a?b=c#d", "application_process": `Text <b>"&ACCESS`,
	} {
		if office[field] != want {
			t.Errorf("%s is %v, want %v", field, office[field], want)
		}
	}
	if areas := list(office, "service_areas"); len(areas) != 1 || areas[0]["uri"] != "urn:ags:15003" || areas[0]["name"] != "Magdeburg, Landeshauptstadt" {
		t.Errorf("service areas are %v", areas)
	}
	at := list(office, "service_at_locations")
	var kinds []string
	for _, a := range at {
		kinds = append(kinds, a["location"].(object)["location_type"].(string))
	}
	if want := []string{"physical", "postal", "virtual", "virtual", "virtual", "virtual", "virtual"}; !slices.Equal(kinds, want) {
		t.Errorf("locations are %v, want %v", kinds, want)
	}
	var hours []string
	for _, s := range list(at[0], "schedules") {
		var parts []string
		for _, field := range []string{"freq", "byday", "opens_at", "closes_at", "valid_from", "valid_to", "dtstart", "until", "description", "notes"} {
			if value, there := s[field].(string); there {
				parts = append(parts, value)
			}
		}
		hours = append(hours, strings.Join(parts, " "))
	}
	if want := []string{
		"WEEKLY MO,WE,SU 00:00 08:00 Europe/Berlin",
		"WEEKLY MO,WE,SU 09:00 12:30 2026-02-01 2026-02-28 Europe/Berlin",
		"2026-01-15 2026-01-15 2026-01-15 2026-01-15 geschlossen: Fachtag Europe/Berlin",
		"09:00 10:00 2026-05-01 2026-05-01 2026-05-01 2026-05-01 Fachtag Europe/Berlin",
		"2026-12-24 2026-12-24 2026-12-24 2026-12-24 geschlossen: Heiligabend Europe/Berlin",
	}; !slices.ContainsFunc(hours, func(h string) bool { return strings.HasPrefix(h, "09:00 10:00 2026-01-20") }) ||
		!slices.Equal(slices.DeleteFunc(hours, func(h string) bool { return strings.Contains(h, "2026-01-20") }), want) {
		t.Errorf("schedules are\n%s", strings.Join(hours, "\n"))
	}
	if address := list(at[0]["location"].(object), "addresses")[0]; address["address_1"] != "Musterweg 9" || address["state_province"] != "Sachsen-Anhalt" || address["postal_code"] != "39104" {
		t.Errorf("the address is %v", address)
	}
	if n := len(list(at[0]["location"].(object), "accessibility")); n != 6 {
		t.Errorf("%d facts of accessibility", n)
	}
	organisations, err := postgres.Row[int](t.Context(), s.db, `SELECT count(*) FROM organisation`)
	if n := len(list(office, "funding")); err != nil || n != organisations {
		t.Errorf("%d funders, want all %d organisations, %v", n, organisations, err)
	}
	if post := found["Verfahrenslotsin der Stadt Hannover (Demo)"]; post["description"] != "Verfahrenslotse (§ 10b SGB VIII): Jugendamt der Landeshauptstadt Hannover (Demo)" {
		t.Errorf("the post assigned from another Land is %v", post)
	}
	if youth := found["Jugendamt Stendal (Demo)"]; list(youth, "phones")[0]["number"] != "+49 30 23125 120" || youth["email"] != "jugendamt@example.org" {
		t.Errorf("the youth welfare office is %v", youth)
	}
}

func TestValidatorNoticesMistakes(t *testing.T) {
	t.Parallel()
	s := newSetup(t, demoWorld(t))
	valid := validator(t)
	body := string(write(t, s.HSDS, "15").Body)
	for _, mistake := range [][2]string{
		{`"status":"active"`, `"status":"open"`},
		{`"organization_id":"`, `"organization_id":"x`},
		{`"location_type":"physical"`, `"location_type":"house"`},
		{`"postal_code":`, `"postcode":`},
		{`"assured_date":"2026-01-08"`, `"assured_date":"8.1.2026"`},
		{`"byday":"`, `"byday":"Dienstag`},
		{`"email":"`, `"email":"@`},
		{`"url":"https://`, `"url":"`},
		{`"description":"Träger der freien Jugendhilfe"`, `"alternate_name":""`},
		{`"link_entity":"service"`, `"link_entity":"office"`},
	} {
		broken := strings.Replace(body, mistake[0], mistake[1], 1)
		if broken == body {
			t.Errorf("the export does not hold %s", mistake[0])
		}
		if valid([]byte(broken)) == nil {
			t.Errorf("%s went unnoticed", mistake[1])
		}
	}
	if valid([]byte(body)) != nil {
		t.Error("the export itself is not valid")
	}
}
