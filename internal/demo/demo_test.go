package demo_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/demo"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// The ids of the demo world, as its readers and tutorials use them.
const (
	stendal        = "ofc_01ekgqar00f6ar3spqzv4x171m"
	kinderStaerken = "org_01ekgqar00f6qrweykq4rdten9"
	saxonyAnhalt   = "org_01ekgqar00feh9hjsqx6s2nfys"
)

type setup struct {
	db      *postgres.DB
	regions *region.Service
	codec   page.Codec
	at      time.Time
}

func newSetup(t *testing.T) *setup {
	t.Helper()
	db := pgtest.New(t)
	codec, err := page.LoadCodec(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	s := &setup{db: db, codec: codec, at: time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)}
	s.regions = region.NewService(db, codec, s.now, time.UTC)
	return s
}

func (s *setup) now() time.Time { return s.at }

func (s *setup) load(t *testing.T) {
	t.Helper()
	if err := demo.Load(t.Context(), s.db, s.regions, s.codec, s.now); err != nil {
		t.Fatal(err)
	}
}

func (s *setup) directory() *directory.Service {
	return directory.NewService(s.db, s.regions, s.codec, s.now, uuid.New)
}

// world is everything that the demo consists of, one line a row.
func (s *setup) world(t *testing.T) []string {
	t.Helper()
	rows, err := postgres.Values[string](t.Context(), s.db, `
SELECT 'organisation ' || to_jsonb(x)::text FROM organisation x UNION ALL
SELECT 'office '       || to_jsonb(x)::text FROM ombuds_office x UNION ALL
SELECT 'site '         || to_jsonb(x)::text FROM office_site x UNION ALL
SELECT 'channel '      || to_jsonb(x)::text FROM contact_channel x UNION ALL
SELECT 'youth '        || to_jsonb(x)::text FROM youth_welfare_office x UNION ALL
SELECT 'post '         || to_jsonb(x)::text FROM procedural_guide_post x UNION ALL
SELECT 'catchment '    || to_jsonb(x)::text FROM catchment x UNION ALL
SELECT 'former '       || to_jsonb(x)::text FROM organisation_former_name x UNION ALL
SELECT 'member '       || to_jsonb(x)::text FROM organisation_membership x UNION ALL
SELECT 'profile '      || to_jsonb(x)::text FROM ombuds_office_profile x UNION ALL
SELECT 'funder '       || to_jsonb(x)::text FROM office_funder x UNION ALL
SELECT 'link '         || to_jsonb(x)::text FROM independence_link x UNION ALL
SELECT 'scope '        || to_jsonb(x)::text FROM office_scope x UNION ALL
SELECT 'text '         || to_jsonb(x)::text FROM office_text x UNION ALL
SELECT 'opening '      || to_jsonb(x)::text FROM opening_period x UNION ALL
SELECT 'place '        || to_jsonb(x)::text FROM postal_code_place x UNION ALL
SELECT 'region '       || to_jsonb(x)::text FROM region x WHERE x.level IN ('MUNICIPALITY', 'BOROUGH') UNION ALL
SELECT 'group '        || to_jsonb(x)::text FROM region_group x UNION ALL
SELECT 'grouped '      || to_jsonb(x)::text FROM region_group_member x UNION ALL
SELECT 'key '          || to_jsonb(x)::text FROM idempotency_key x ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func (s *setup) exec(t *testing.T, sql string) {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func TestLoadTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.load(t)
	first := s.world(t)
	counts := map[string]int{}
	for _, row := range first {
		kind, _, _ := strings.Cut(row, " ")
		counts[kind]++
	}
	if diff := cmp.Diff(map[string]int{
		"organisation": 20, "office": 11, "site": 10, "channel": 17, "youth": 9, "post": 4, "catchment": 60,
		"former": 3, "member": 5, "profile": 8, "funder": 8, "link": 1, "scope": 6, "text": 18, "opening": 27, "place": 15, "region": 14, "group": 3, "grouped": 3,
	}, counts); diff != "" {
		t.Errorf("the world has other rows:\n%s", diff)
	}
	s.at = s.at.Add(1000 * time.Hour)
	s.load(t)
	if diff := cmp.Diff(first, s.world(t)); diff != "" {
		t.Errorf("the second time changed:\n%s", diff)
	}
}

func TestEveryInstallationHasTheSameWorld(t *testing.T) {
	t.Parallel()
	one, other := newSetup(t), newSetup(t)
	one.load(t)
	other.load(t)
	if diff := cmp.Diff(one.world(t), other.world(t)); diff != "" {
		t.Error(diff)
	}
}

func TestKnownIds(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.load(t)
	office := parse(t, stendal)
	offices, err := s.directory().OfficesByID(t.Context(), []uuid.UUID{office.UUID})
	if err != nil || offices[0] == nil || offices[0].Name != "Ombudsstelle Stendal" || offices[0].ID() != office {
		t.Fatalf("%s is %+v, %v", stendal, offices[0], err)
	}
	organisations, err := s.directory().OrganisationsByID(t.Context(), []uuid.UUID{offices[0].CarrierID})
	if err != nil || organisations[0].Name != "KinderStärken e.V." || organisations[0].ID() != parse(t, kinderStaerken) {
		t.Errorf("the carrier is %s, %+v, %v", organisations[0].ID(), organisations[0], err)
	}
	// A ministry keeps its id when it is renamed.
	funders, err := s.directory().FundersOf(t.Context(), []uuid.UUID{office.UUID})
	if err != nil || len(funders[0]) != 1 || funders[0][0].ID() != parse(t, saxonyAnhalt) {
		t.Errorf("the funders are %+v, %v", funders, err)
	}
	ids, err := postgres.Values[uuid.UUID](t.Context(), s.db, `
SELECT id FROM organisation UNION ALL SELECT id FROM ombuds_office UNION ALL SELECT id FROM office_site UNION ALL SELECT id FROM contact_channel
UNION ALL SELECT id FROM youth_welfare_office UNION ALL SELECT id FROM procedural_guide_post UNION ALL SELECT id FROM catchment`)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uuid.UUID]bool{}
	for _, id := range ids {
		if seen[id] || id.Version() != 7 || id.Variant() != uuid.RFC4122 {
			t.Errorf("%s stands twice or is no UUIDv7", id)
		}
		seen[id] = true
	}
}

func parse(t *testing.T, text string) ident.ID {
	t.Helper()
	id, err := ident.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return id
}

func TestPartlyLoadedWorldIsCompleted(t *testing.T) {
	t.Parallel()
	whole := newSetup(t)
	whole.load(t)
	want := whole.world(t)
	for what, sql := range map[string]string{
		"without offices":                  `DELETE FROM catchment; DELETE FROM ombuds_office`,
		"without one office":               `DELETE FROM catchment; DELETE FROM ombuds_office WHERE name = 'Ombudsstelle Stendal'`,
		"without a carrier and its office": `DELETE FROM catchment; DELETE FROM ombuds_office WHERE name = 'Ombudsstelle Musterküste'; DELETE FROM organisation WHERE name LIKE 'Musterhilfe%'`,
		"without a forum":                  `DELETE FROM region_group WHERE name LIKE '%Stendal'`,
		"without everything": `DELETE FROM region_group; DELETE FROM catchment; DELETE FROM procedural_guide_post; DELETE FROM youth_welfare_office;
DELETE FROM ombuds_office; DELETE FROM organisation_membership; DELETE FROM organisation`,
	} {
		s := newSetup(t)
		s.load(t)
		// As if it had never been loaded, which leaves no history.
		s.exec(t, `ALTER TABLE record_change DISABLE TRIGGER record_change_only_grows; DELETE FROM record_change`)
		s.exec(t, sql)
		s.load(t)
		if diff := cmp.Diff(want, s.world(t)); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
}

func TestWhatWasChangedIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.load(t)
	name := "Ombudsstelle Altmark"
	payload, err := s.directory().UpdateOmbudsOffice(
		auth.With(t.Context(), auth.Viewer{Subject: "anna"}),
		directory.UpdateOmbudsOfficeInput{
			ID: parse(t, stendal), ExpectedVersion: 1, Name: graphql.OmittableOf(&name),
			Sites: graphql.OmittableOf(&[]directory.OfficeSiteInput{}),
		})
	if err != nil || len(payload.UserErrors) > 0 {
		t.Fatalf("%v, %v", payload, err)
	}
	s.exec(t, `UPDATE organisation SET name = 'KinderStärken' WHERE name = 'KinderStärken e.V.'; DELETE FROM contact_channel WHERE kind = 'CHAT'`)
	changed := s.world(t)
	s.load(t)
	if diff := cmp.Diff(changed, s.world(t)); diff != "" {
		t.Error(diff)
	}
}

func TestWorldNeedsItsRegions(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.exec(t, `UPDATE region SET valid_to = '2020-01-01' WHERE key = '15003'`)
	if err := demo.Load(t.Context(), s.db, s.regions, s.codec, s.now); err == nil || !strings.Contains(err.Error(), "Ombudsstelle Magdeburg") {
		t.Errorf("error is %v, want one that names the office", err)
	}
}

func TestLoadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := demo.Load(ctx, s.db, s.regions, s.codec, s.now); err == nil {
		t.Error("a cancelled context went unnoticed")
	}
	if rows := s.world(t); len(rows) != 0 {
		t.Errorf("there is %q", rows)
	}
}

// A number that somebody really has would ring, a mail would arrive.
func TestNothingLeadsToRealPeople(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.load(t)
	texts, err := postgres.Values[string](t.Context(), s.db, `
SELECT value FROM contact_channel UNION ALL SELECT note FROM contact_channel WHERE note IS NOT NULL UNION ALL
SELECT unnest(ARRAY[name, coalesce(street, ''), place]) FROM office_site UNION ALL
SELECT name FROM ombuds_office UNION ALL SELECT name FROM organisation UNION ALL
SELECT concat_ws(' ', source, data_protection_contact) FROM ombuds_office_profile WHERE source IS NOT NULL UNION ALL
SELECT coalesce(body, url) FROM office_text UNION ALL SELECT reason FROM office_scope WHERE reason IS NOT NULL UNION ALL
SELECT unnest(ARRAY[name, phone]) FROM youth_welfare_office UNION ALL SELECT name FROM procedural_guide_post`)
	if err != nil {
		t.Fatal(err)
	}
	// What could be dialled: six digits and more, whatever stands between them.
	number := regexp.MustCompile(`\+?\d(?:[ /().-]*\d){5,}`)
	reserved := regexp.MustCompile(`^\+49 (30 23125|40 66969) \d{3}$`)
	link := regexp.MustCompile(`\w+://\S+`)
	mail := regexp.MustCompile(`@(\S*)`)
	found := map[string]int{}
	for _, text := range texts {
		for _, n := range number.FindAllString(text, -1) {
			found["number"]++
			if !reserved.MatchString(n) {
				t.Errorf("%q may be somebody's number", n)
			}
		}
		for _, m := range mail.FindAllStringSubmatch(text, -1) {
			found["mail"]++
			if !example(m[1]) {
				t.Errorf("%q may be somebody's address", text)
			}
		}
		for _, l := range link.FindAllString(text, -1) {
			found["link"]++
			if u, err := url.Parse(l); err != nil || !example(u.Hostname()) {
				t.Errorf("%q may be somebody's page", l)
			}
		}
	}
	if found["number"] != 18 || found["mail"] != 6 || found["link"] != 4 {
		t.Errorf("found %s", fmt.Sprint(found))
	}
}

func example(domain string) bool {
	return domain == "example.org" || strings.HasSuffix(domain, ".example.org")
}
