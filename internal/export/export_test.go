package export_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"ombudsnetz/internal/export"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/postgres"
)

// exports are both kinds of documents.
func (s *setup) exports() map[string]writer {
	return map[string]writer{"directory": s.Directory, "hsds": s.HSDS}
}

func TestServersWriteTheSameBytes(t *testing.T) {
	t.Parallel()
	db := demoWorld(t)
	one, other := newSetup(t, db), newSetup(t, db)
	elsewhere := newSetup(t, demoWorld(t)) // another database with the same content
	// Rows that were written anew stand elsewhere in their tables.
	elsewhere.exec(t, `UPDATE region SET name = name; UPDATE ombuds_office SET version = version WHERE name LIKE '%Magdeburg'; UPDATE catchment SET priority = priority;
UPDATE organisation SET version = version; UPDATE office_text SET kind = kind; UPDATE postal_code_place SET place = place`)
	for name, write1 := range one.exports() {
		for _, land := range []string{"03", "15"} {
			first := write(t, write1, land)
			for i, same := range []*export.Document{write(t, write1, land), write(t, other.exports()[name], land), write(t, elsewhere.exports()[name], land)} {
				if !bytes.Equal(first.Body, same.Body) || first.Version != same.Version {
					t.Errorf("%s of %s differs at the server %d", name, land, i)
				}
			}
		}
		if key, iso := write(t, write1, "15"), write(t, write1, "DE-ST"); !bytes.Equal(key.Body, iso.Body) {
			t.Errorf("%s of 15 and of DE-ST differ", name)
		}
	}
}

func TestVersionFollowsTheContent(t *testing.T) {
	t.Parallel()
	s := newSetup(t, demoWorld(t))
	s.exec(t, `UPDATE office_site SET street = 'Musterweg 5' WHERE postal_code = '39606'`)
	before, other := write(t, s.Directory, "15"), write(t, s.Directory, "11")
	versions := map[string]string{before.Version: "at first"}
	for _, change := range []string{
		`UPDATE ombuds_office SET name = 'Ombudsstelle Altmark' WHERE name = 'Ombudsstelle Stendal'`,
		`UPDATE office_site SET step_free = 'YES' WHERE postal_code = '39606'`,
		`UPDATE contact_channel SET note = 'Montags' WHERE value = '+49 30 23125 102'`,
		`INSERT INTO opening_exception SELECT id, '2026-05-01', NULL FROM office_site WHERE postal_code = '39606'`,
		`UPDATE opening_period SET closes = '13:30' WHERE weekday = 'MONDAY' AND site_id IN (SELECT id FROM office_site WHERE postal_code = '39576')`,
		`UPDATE ombuds_office_profile SET verified_on = '2026-01-09' WHERE source IS NOT NULL`,
		`UPDATE office_text SET body = 'Anders' WHERE variant = 'EASY_READ'`,
		`INSERT INTO office_scope SELECT id, 'SGB8_13', 'INCLUDED', NULL FROM ombuds_office WHERE name = 'Ombudsstelle Magdeburg'`,
		`UPDATE catchment SET valid_to = '2026-08-01' WHERE region_key = '15090' AND kind = 'OMBUDS_OFFICE'`,
		`UPDATE youth_welfare_office SET phone = NULL WHERE name = 'Jugendamt Stendal (Demo)'`,
		`INSERT INTO procedural_guide_post (id, name, youth_welfare_office_id, benefit_carrier_type, created_at, updated_at)
SELECT gen_random_uuid(), 'Lotse', id, 'BOTH', now(), now() FROM youth_welfare_office WHERE name = 'Jugendamt Stendal (Demo)'`,
		`UPDATE organisation SET name = 'KinderStärken' WHERE name = 'KinderStärken e.V.'`,
		`UPDATE region SET name = 'Altmark' WHERE key = '15090'`,
		`INSERT INTO postal_code_place SELECT '39579', id, 'Rochau' FROM region WHERE key = '15090'`,
		`INSERT INTO postal_code_place SELECT '39579', id, 'Anderswo' FROM region WHERE key = '03101'`,
		`UPDATE catalogue_item SET name_de = 'Anders' WHERE code = 'SGB8_13'`,
	} {
		s.exec(t, change)
		now := write(t, s.Directory, "15")
		if same, known := versions[now.Version]; known {
			t.Errorf("after %s the version is that of %s", change, same)
		}
		versions[now.Version] = change
		if !strings.Contains(string(now.Body), `"version":"`+now.Version+`"`) {
			t.Errorf("the package does not hold its version %s", now.Version)
		}
	}
	if now := write(t, s.Directory, "11"); now.Version == other.Version {
		t.Error("the catalogue changed, but not the version of Berlin")
	}
}

func TestOtherDays(t *testing.T) {
	t.Parallel()
	s := newSetup(t, demoWorld(t))
	first := write(t, s.Directory, "15")
	s.set(noon().AddDate(0, 0, 1))
	next := write(t, s.Directory, "15")
	if bytes.Equal(first.Body, next.Body) || first.Version != next.Version {
		t.Error("another day alone is another version, or is not told")
	}
	// On 20 January there was an exception, which is over.
	s.set(noon().AddDate(0, 0, 6))
	if later := write(t, s.Directory, "15"); first.Version == later.Version || strings.Contains(string(later.Body), "2026-01-20") {
		t.Error("what is over is in the package")
	}
	s.exec(t, `UPDATE catchment SET valid_to = '2026-03-01' WHERE region_key = '15003'`)
	if body := string(write(t, s.Directory, "15").Body); !strings.Contains(body, `"validTo":"2026-03-01"`) {
		t.Error("the end of an assignment is not in the package")
	}
	s.set(time.Date(2026, time.February, 28, 23, 30, 0, 0, time.UTC)) // in Germany it is March
	if body := string(write(t, s.Directory, "15").Body); strings.Contains(body, `"validTo":"2026-03-01"`) || !strings.Contains(body, `"asOf":"2026-03-01"`) {
		t.Error("an assignment that is over is in the package")
	}
}

func TestStatementsAreFixed(t *testing.T) {
	t.Parallel()
	s := newSetup(t, demoWorld(t))
	const budget = 20
	measure := func(when, land string) {
		for name, export := range s.exports() {
			ctx, counter := postgres.WithCounter(t.Context())
			if _, err := export(ctx, land); err != nil {
				t.Fatal(err)
			}
			if n := counter.Statements(); n != budget {
				t.Errorf("%s of %s %s costs %d statements, want %d", name, land, when, n, budget)
			}
		}
	}
	measure("at first", "15")
	measure("without an office", "04")
	s.exec(t, everything)
	s.exec(t, `
INSERT INTO ombuds_office (id, name, status, region_id, carrier_id, created_at, updated_at)
SELECT gen_random_uuid(), 'Ombudsstelle ' || n, 'OPEN', o.region_id, o.carrier_id, now(), now() FROM ombuds_office o CROSS JOIN generate_series(1, 200) n WHERE o.name = 'Ombudsstelle Stendal';
INSERT INTO office_site (id, office_id, position, name, postal_code, place, step_free, by_appointment_only)
SELECT gen_random_uuid(), id, 0, 'Ort', '39576', 'Stendal', 'YES', 'NO' FROM ombuds_office WHERE name ~ '[0-9]$'`)
	measure("with 200 offices more", "15")
	ctx, counter := postgres.WithCounter(t.Context())
	if _, err := s.Directory(ctx, "1"); err == nil || counter.Statements() != 0 {
		t.Errorf("what can't be a Land costs %d statements", counter.Statements())
	}
}

func TestOnlyLaenderAreExported(t *testing.T) {
	t.Parallel()
	s := newSetup(t, demoWorld(t))
	s.exec(t, `UPDATE region SET valid_from = '2026-02-01' WHERE key = '16'`)
	for _, land := range []string{"", "1", "17", "99", "150", "15003", "15090485", "DE", "DE-XX", "DE-st", "de-ST", "DE-STX", "Sachsen-Anhalt", "15 ", "%", "1\x00", "'", "16"} {
		for name, export := range s.exports() {
			if _, err := export(t.Context(), land); fault.CodeOf(err) != fault.NotFound {
				t.Errorf("%s of %q: %v", name, land, err)
			}
		}
	}
}
