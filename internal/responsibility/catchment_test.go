package responsibility_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
	"ombudsnetz/internal/responsibility"
)

func TestBadCatchmentsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	stendal := s.region(t, "15090")
	office, other := s.youthOffice(t, "Jugendamt A", directory.LocalOffice), s.youthOffice(t, "Jugendamt B", directory.LocalOffice)
	state, ombuds := s.youthOffice(t, "Landesjugendamt", directory.StateOffice), s.ombudsOffice(t, "Ombudsstelle")
	post := s.post(t, "Stelle", office)
	there := valid(responsibility.YouthWelfareOffice, stendal, office)
	there.ValidFrom, there.ValidTo = day(5), day(10)
	s.catchment(t, there)
	eisenach := s.region(t, "16063")
	s.exec(t, `UPDATE region SET valid_to = '2021-07-01' WHERE key = '16056'`)
	dissolved, err := s.regions.ByKey(t.Context(), "16056", day(1))
	if err != nil || dissolved == nil || dissolved.UUID == eisenach.UUID {
		t.Fatalf("Eisenach: %v, %v", dissolved, err)
	}
	for what, c := range map[string]struct {
		edit func(in *responsibility.CreateCatchmentInput)
		told string
	}{
		"overlaps at its beginning":         {func(in *responsibility.CreateCatchmentInput) { in.ValidFrom, in.ValidTo = day(9), nil }, "CONFLICT input.validFrom"},
		"overlaps at its end":               {func(in *responsibility.CreateCatchmentInput) { in.ValidTo = day(6) }, "CONFLICT input.validFrom"},
		"overlaps for ever":                 {func(*responsibility.CreateCatchmentInput) {}, "CONFLICT input.validFrom"},
		"begins when the other ends":        {func(in *responsibility.CreateCatchmentInput) { in.ValidFrom = day(10) }, ""},
		"ends when the other begins":        {func(in *responsibility.CreateCatchmentInput) { in.ValidTo = day(5) }, ""},
		"ends before it begins":             {func(in *responsibility.CreateCatchmentInput) { in.ValidFrom, in.ValidTo = day(3), day(2) }, "BAD_USER_INPUT input.validTo"},
		"ends as it begins":                 {func(in *responsibility.CreateCatchmentInput) { in.ValidFrom, in.ValidTo = day(3), day(3) }, "BAD_USER_INPUT input.validTo"},
		"ombuds office for a youth office":  {func(in *responsibility.CreateCatchmentInput) { in.BodyID = ombuds }, "BAD_USER_INPUT input.bodyId"},
		"post for a youth office":           {func(in *responsibility.CreateCatchmentInput) { in.BodyID = post }, "BAD_USER_INPUT input.bodyId"},
		"state office for a local one":      {func(in *responsibility.CreateCatchmentInput) { in.BodyID, in.ValidFrom = state, day(20) }, "BAD_USER_INPUT input.bodyId"},
		"youth office for an ombuds office": {func(in *responsibility.CreateCatchmentInput) { in.Kind = responsibility.OmbudsOffice }, "BAD_USER_INPUT input.bodyId"},
		"youth office for a guide":          {func(in *responsibility.CreateCatchmentInput) { in.Kind = responsibility.ProceduralGuide }, "BAD_USER_INPUT input.bodyId"},
		"local office supervises":           {func(in *responsibility.CreateCatchmentInput) { in.Kind = responsibility.FacilitySupervision }, ""},
		"supra-regional youth office":       {func(in *responsibility.CreateCatchmentInput) { in.Scope = responsibility.SupraRegional }, "BAD_USER_INPUT input.scope"},
		"unknown region":                    {func(in *responsibility.CreateCatchmentInput) { in.RegionID.UUID = newID() }, "NOT_FOUND input.regionId"},
		"unknown office":                    {func(in *responsibility.CreateCatchmentInput) { in.BodyID.UUID = newID() }, "NOT_FOUND input.bodyId"},
		"unknown post": {func(in *responsibility.CreateCatchmentInput) {
			in.Kind, in.BodyID = responsibility.ProceduralGuide, ident.ID{Kind: ident.ProceduralGuidePost, UUID: newID()}
		}, "NOT_FOUND input.bodyId"},
		"unknown ombuds office": {func(in *responsibility.CreateCatchmentInput) {
			in.Kind, in.BodyID = responsibility.OmbudsOffice, ident.ID{Kind: ident.OmbudsOffice, UUID: newID()}
		}, "NOT_FOUND input.bodyId"},
		"no region": {func(in *responsibility.CreateCatchmentInput) { in.RegionID = office }, "BAD_USER_INPUT input.regionId"},
		"after its region": {func(in *responsibility.CreateCatchmentInput) {
			in.RegionID = dissolved.ID()
			date := *day(1)
			date.Year = 2022
			in.ValidFrom = &date
		}, "CONFLICT input.regionId"},
		"while its region was": {func(in *responsibility.CreateCatchmentInput) { in.RegionID, in.ValidFrom = dissolved.ID(), day(1) }, ""},
		"no priority":          {func(in *responsibility.CreateCatchmentInput) { in.Priority = 0 }, "BAD_USER_INPUT input.priority"},
		"everything": {func(in *responsibility.CreateCatchmentInput) {
			in.Priority, in.Scope, in.BodyID, in.RegionID, in.LegalBasis, in.IdempotencyKey = 101, responsibility.SupraRegional, ombuds, ombuds, new(" "), new("")
			in.ValidFrom, in.ValidTo = day(3), day(2)
		}, strings.Join([]string{
			"BAD_USER_INPUT input.idempotencyKey", "BAD_USER_INPUT input.regionId", "BAD_USER_INPUT input.bodyId", "BAD_USER_INPUT input.scope",
			"BAD_USER_INPUT input.priority", "BAD_USER_INPUT input.validTo", "BAD_USER_INPUT input.legalBasis",
		}, ", ")},
	} {
		in := valid(responsibility.YouthWelfareOffice, stendal, other)
		c.edit(&in)
		before := s.rows(t, "catchment")
		payload, err := s.CreateCatchment(as(t.Context()), in)
		if got := toldByCreation(payload, err); got != c.told {
			t.Errorf("%s: told %q, want %q", what, got, c.told)
		}
		if c.told != "" && s.rows(t, "catchment") != before {
			t.Errorf("%s: something was written", what)
		}
		if c.told == "" && payload != nil && payload.Catchment != nil {
			s.exec(t, `DELETE FROM catchment WHERE id = $1`, payload.Catchment.UUID)
		}
	}
}

func TestStrangersChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	c := s.catchment(t, valid(responsibility.OmbudsOffice, s.region(t, "15090"), s.ombudsOffice(t, "Ombudsstelle")))
	for verb, told := range map[string]string{
		"create": toldByCreation(s.CreateCatchment(t.Context(), responsibility.CreateCatchmentInput{})),
		"update": toldByUpdate(s.UpdateCatchment(t.Context(), responsibility.UpdateCatchmentInput{ID: c.ID(), ExpectedVersion: 1, Priority: set(1)})),
		"end":    toldByEnd(s.EndCatchment(t.Context(), responsibility.EndCatchmentInput{ID: c.ID(), ExpectedVersion: 1, On: *day(9)})),
	} {
		if told != "UNAUTHENTICATED" {
			t.Errorf("%s: told %q", verb, told)
		}
	}
}

func TestUpdatesAndEnds(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	stendal := s.region(t, "15090")
	first := valid(responsibility.YouthWelfareOffice, stendal, s.youthOffice(t, "Jugendamt A", directory.LocalOffice))
	first.ValidTo, first.LegalBasis = day(10), new("Kreistagsbeschluss")
	c := s.catchment(t, first)
	next := valid(responsibility.YouthWelfareOffice, stendal, s.youthOffice(t, "Jugendamt B", directory.LocalOffice))
	next.ValidFrom = day(10)
	s.catchment(t, next)
	update := func(in responsibility.UpdateCatchmentInput) string {
		in.ID = c.ID()
		payload, err := s.UpdateCatchment(as(t.Context()), in)
		if payload != nil && payload.Catchment.UUID != c.UUID {
			t.Errorf("got %v", payload.Catchment)
		}
		return toldByUpdate(payload, err)
	}
	for _, step := range []struct {
		what, got, want string
	}{
		{"into the next", update(responsibility.UpdateCatchmentInput{ExpectedVersion: 1, ValidTo: null[civil.Date]()}), "CONFLICT input.validTo"},
		{"before it begins", update(responsibility.UpdateCatchmentInput{ExpectedVersion: 1, ValidFrom: set(*day(10))}), "BAD_USER_INPUT input.validFrom"},
		{"too wide", update(responsibility.UpdateCatchmentInput{ExpectedVersion: 1, Scope: set(responsibility.SupraRegional)}), "BAD_USER_INPUT input.scope"},
		{"null", update(responsibility.UpdateCatchmentInput{ExpectedVersion: 1, Priority: null[int](), Scope: null[responsibility.CatchmentScope]()}), "BAD_USER_INPUT input.scope, BAD_USER_INPUT input.priority"},
		{"nothing", update(responsibility.UpdateCatchmentInput{ExpectedVersion: 1, ValidTo: set(*day(10)), LegalBasis: set("Kreistagsbeschluss")}), ""},
		{"much", update(responsibility.UpdateCatchmentInput{ExpectedVersion: 1, Priority: set(7), LegalBasis: null[string](), ValidFrom: set(*day(2))}), ""},
		{"late", update(responsibility.UpdateCatchmentInput{ExpectedVersion: 1, Priority: set(8)}), "VERSION_CONFLICT input.expectedVersion"},
	} {
		if step.got != step.want {
			t.Errorf("%s: told %q, want %q", step.what, step.got, step.want)
		}
	}
	end := func(version, on int) string {
		return toldByEnd(s.EndCatchment(as(t.Context()), responsibility.EndCatchmentInput{ID: c.ID(), ExpectedVersion: version, On: *day(on)}))
	}
	for _, step := range []struct {
		what, got, want string
	}{
		{"after its end", end(2, 11), "CONFLICT input.on"},
		{"before it begins", end(2, 2), "BAD_USER_INPUT input.on"},
		{"now", end(2, 4), ""},
		{"again", end(3, 4), ""},
		{"of old", end(2, 3), "VERSION_CONFLICT input.expectedVersion"},
	} {
		if step.got != step.want {
			t.Errorf("end %s: told %q, want %q", step.what, step.got, step.want)
		}
	}
	got, err := s.ByIDs(t.Context(), []uuid.UUID{c.UUID})
	if err != nil || got[0].Version != 3 || got[0].Priority != 7 || got[0].LegalBasis != nil || *got[0].ValidTo != *day(4) || *got[0].ValidFrom != *day(2) {
		t.Errorf("it became %+v, %v", got[0], err)
	}
	missing := ident.ID{Kind: ident.Catchment, UUID: newID()}
	if told := toldByEnd(s.EndCatchment(as(t.Context()), responsibility.EndCatchmentInput{ID: missing, ExpectedVersion: 1, On: *day(1)})); told != "NOT_FOUND input.id" {
		t.Errorf("a missing one: told %q", told)
	}
}

// Of those who want the same region at the same time one gets it.
func TestConcurrentAssignmentsAgree(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	stendal := s.region(t, "15090")
	var wg sync.WaitGroup
	answers := make([]string, 8)
	for i := range answers {
		in := valid(responsibility.YouthWelfareOffice, stendal, s.youthOffice(t, fmt.Sprintf("Jugendamt %d", i), directory.LocalOffice))
		in.ValidFrom = day(1 + i%3)
		wg.Go(func() { answers[i] = toldByCreation(s.CreateCatchment(as(t.Context()), in)) })
	}
	wg.Wait()
	slices.Sort(answers)
	want := append([]string{""}, slices.Repeat([]string{"CONFLICT input.validFrom"}, 7)...)
	if diff := cmp.Diff(want, answers); diff != "" {
		t.Error(diff)
	}
	if n := s.rows(t, "catchment"); n != 1 {
		t.Errorf("%d were written", n)
	}
}

func TestRepeatedWishIsGrantedOnce(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	in := valid(responsibility.OmbudsOffice, s.region(t, "15090"), s.ombudsOffice(t, "Ombudsstelle"))
	in.IdempotencyKey = new("k")
	one, again := s.catchment(t, in), s.catchment(t, in)
	if diff := cmp.Diff(one, again); diff != "" {
		t.Error(diff)
	}
}

// What Go refuses the database refuses too.
func TestDatabaseHoldsTheRules(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	state, ombuds := s.youthOffice(t, "Landesjugendamt", directory.StateOffice), s.ombudsOffice(t, "Ombudsstelle")
	insert := func(kind, body, bodyColumn, officeKind, scope, from, to string) error {
		_, err := s.db.Exec(t.Context(), fmt.Sprintf(`INSERT INTO catchment (id, kind, region_id, region_key, %s, youth_welfare_office_kind, scope, priority, valid_from, valid_to, created_at, updated_at)
SELECT gen_random_uuid(), $1, r.id, r.key, $2, nullif($3, ''), $4, 50, nullif($5, '')::date, nullif($6, '')::date, now(), now() FROM region r WHERE r.key = '15090'`, bodyColumn),
			kind, body, officeKind, scope, from, to)
		return err
	}
	for name, err := range map[string]error{
		"catchment_office_fits_kind":          insert("YOUTH_WELFARE_OFFICE", state.UUID.String(), "youth_welfare_office_id", "STATE", "LOCAL", "", ""),
		"catchment_youth_welfare_office_fkey": insert("YOUTH_WELFARE_OFFICE", state.UUID.String(), "youth_welfare_office_id", "LOCAL", "LOCAL", "", ""),
		"catchment_scope_fits_kind":           insert("FACILITY_SUPERVISION", state.UUID.String(), "youth_welfare_office_id", "STATE", "SUPRA_REGIONAL", "", ""),
		"catchment_body_fits_kind":            insert("PROCEDURAL_GUIDE", ombuds.UUID.String(), "ombuds_office_id", "", "LOCAL", "", ""),
		"catchment_period_check":              insert("OMBUDS_OFFICE", ombuds.UUID.String(), "ombuds_office_id", "", "LOCAL", "2020-01-02", "2020-01-01"),
	} {
		if got := postgres.Constraint(err); got != name {
			t.Errorf("violated %q, want %q: %v", got, name, err)
		}
	}
}

func TestListsByKindRegionAndBody(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	stendal, magdeburg := s.region(t, "15090"), s.region(t, "15003")
	office, ombuds := s.youthOffice(t, "Jugendamt", directory.LocalOffice), s.ombudsOffice(t, "Ombudsstelle")
	for _, in := range []responsibility.CreateCatchmentInput{
		valid(responsibility.YouthWelfareOffice, stendal, office), valid(responsibility.OmbudsOffice, stendal, ombuds), valid(responsibility.OmbudsOffice, magdeburg, ombuds),
	} {
		in.ValidTo = day(5)
		s.catchment(t, in)
	}
	kind, in := responsibility.OmbudsOffice, stendal.ID()
	for what, c := range map[string]struct {
		filter *responsibility.CatchmentFilter
		want   string
	}{
		"all":       {nil, "15003 OMBUDS_OFFICE, 15090 YOUTH_WELFARE_OFFICE, 15090 OMBUDS_OFFICE"},
		"by kind":   {&responsibility.CatchmentFilter{Kind: &kind}, "15003 OMBUDS_OFFICE, 15090 OMBUDS_OFFICE"},
		"by region": {&responsibility.CatchmentFilter{RegionID: &in}, "15090 YOUTH_WELFARE_OFFICE, 15090 OMBUDS_OFFICE"},
		"by body":   {&responsibility.CatchmentFilter{BodyID: &office}, "15090 YOUTH_WELFARE_OFFICE"},
		"by day":    {&responsibility.CatchmentFilter{On: day(5)}, ""},
	} {
		found, err := s.Catchments(t.Context(), c.filter, page.Args{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range found.Nodes {
			got = append(got, fmt.Sprint(n.RegionKey, " ", n.Kind))
		}
		counts, err := s.Count(t.Context(), []*responsibility.CatchmentConnection{found})
		if strings.Join(got, ", ") != c.want || err != nil || counts[0] != len(got) {
			t.Errorf("%s: %q of %v, %v, want %q", what, got, counts, err, c.want)
		}
	}
	if _, err := s.Catchments(t.Context(), &responsibility.CatchmentFilter{RegionID: &office, BodyID: &in}, page.Args{}); told(nil, err) != "BAD_USER_INPUT filter.regionId, BAD_USER_INPUT filter.bodyId" {
		t.Errorf("ids of other types: told %q", told(nil, err))
	}
}

// Every field of a body that is read along is filled: what a lookup answers with
// is what its own list answers with.
func TestBodiesAreReadWhole(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	stendal := s.region(t, "15090")
	office, ombuds := s.youthOffice(t, "Jugendamt", directory.LocalOffice), s.ombudsOffice(t, "Ombudsstelle")
	post := s.post(t, "Stelle", office)
	s.exec(t, `UPDATE youth_welfare_office SET phone = '12345', email = 'a@example.org', website = 'https://example.org';
UPDATE procedural_guide_post SET phone = '12345', email = 'a@example.org', website = 'https://example.org'`)
	own := s.catchment(t, valid(responsibility.OmbudsOffice, stendal, ombuds))
	s.catchment(t, valid(responsibility.YouthWelfareOffice, stendal, office))
	counted, counter := postgres.WithCounter(t.Context())
	key := "15090"
	got, err := s.Find(counted, responsibility.PlaceInput{Key: &key}, nil, nil)
	if err != nil || counter.Statements() != 1 {
		t.Fatalf("%v, by %d statements", err, counter.Statements())
	}
	offices, _ := s.directory.OfficesByID(t.Context(), []uuid.UUID{ombuds.UUID})
	youth, _ := s.directory.YouthWelfareOfficesByID(t.Context(), []uuid.UUID{office.UUID})
	posts, _ := s.directory.ProceduralGuidePostsByID(t.Context(), []uuid.UUID{post.UUID})
	catchments, _ := s.ByIDs(t.Context(), []uuid.UUID{own.UUID})
	regions, _ := s.regions.ByIDs(t.Context(), []uuid.UUID{stendal.UUID})
	catchments[0].Relatives = got.OmbudsOffices.Bodies[0].Catchment.Relatives
	for what, pair := range map[string][2]any{
		"ombuds office": {offices[0], got.OmbudsOffices.Bodies[0].OmbudsOffice},
		"youth office":  {youth[0], got.YouthWelfareOffice.Bodies[0].YouthWelfareOffice},
		"post":          {posts[0], got.ProceduralGuide.Bodies[0].ProceduralGuidePost},
		"catchment":     {catchments[0], got.OmbudsOffices.Bodies[0].Catchment},
		"region":        {regions[0], got.OmbudsOffices.LookedAt[0].Region},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" || reflect.ValueOf(pair[0]).IsNil() {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
}

func TestPlacesThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	office := s.youthOffice(t, "Jugendamt", directory.LocalOffice)
	for want, c := range map[string]struct {
		place     responsibility.PlaceInput
		situation *responsibility.SituationInput
	}{
		"BAD_USER_INPUT place":            {responsibility.PlaceInput{}, nil},
		"BAD_USER_INPUT place.key":        {responsibility.PlaceInput{Key: new("1509")}, nil},
		"BAD_USER_INPUT place.postalCode": {responsibility.PlaceInput{PostalCode: new("1471５")}, nil},
		"BAD_USER_INPUT place.regionId":   {responsibility.PlaceInput{RegionID: &office}, nil},
		"BAD_USER_INPUT place.name":       {responsibility.PlaceInput{Name: new(strings.Repeat("x", 201))}, nil},
		"NOT_FOUND place.key":             {responsibility.PlaceInput{Key: new("15999")}, nil},
		"NOT_FOUND place.postalCode":      {responsibility.PlaceInput{PostalCode: new("00000")}, nil},
		"NOT_FOUND situation.facility.key": {
			responsibility.PlaceInput{Key: new("15090")},
			&responsibility.SituationInput{Kind: responsibility.LivingWithParents, Facility: &responsibility.PlaceInput{Key: new("15999")}},
		},
		"BAD_USER_INPUT situation.actualStay": {
			responsibility.PlaceInput{Key: new("15090")},
			&responsibility.SituationInput{Kind: responsibility.TakenIntoCare, ActualStay: &responsibility.PlaceInput{}},
		},
	} {
		if _, err := s.Find(context.WithoutCancel(t.Context()), c.place, c.situation, nil); told(nil, err) != want {
			t.Errorf("told %q, want %q", told(nil, err), want)
		}
	}
}

// The four regional offices of § 16e Nds. AG SGB VIII have the districts whose
// keys begin with 031 to 034: 45 together, each once.
func TestLowerSaxonyIsCoveredOnce(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	offices := map[string]ident.ID{}
	level, first, prefix := region.District, 100, "03"
	districts, err := s.regions.List(t.Context(), &region.Filter{Level: &level, KeyPrefix: &prefix}, nil, region.ByKey, page.Args{First: &first})
	if err != nil || len(districts.Nodes) != 45 {
		t.Fatalf("%d districts, %v", len(districts.Nodes), err)
	}
	for _, district := range districts.Nodes {
		if offices[district.Key[:3]] == (ident.ID{}) {
			offices[district.Key[:3]] = s.ombudsOffice(t, "Ombudsstelle "+district.Key[:3])
		}
		s.catchment(t, valid(responsibility.OmbudsOffice, district, offices[district.Key[:3]]))
	}
	if len(offices) != 4 {
		t.Errorf("%d offices", len(offices))
	}
	for _, district := range districts.Nodes {
		got, err := s.Find(t.Context(), responsibility.PlaceInput{Key: &district.Key}, nil, nil)
		if err != nil || len(got.OmbudsOffices.Bodies) != 1 || got.OmbudsOffices.Bodies[0].OmbudsOffice.ID() != offices[district.Key[:3]] {
			t.Errorf("%s: %+v, %v", district.Name, got, err)
		}
	}
}
