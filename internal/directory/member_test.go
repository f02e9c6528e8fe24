package directory_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

func (s setup) umbrella(t tb, name string) *directory.Organisation {
	t.Helper()
	payload, err := s.CreateOrganisation(as(t.Context(), "anna"), directory.CreateOrganisationInput{Name: name, Kind: directory.UmbrellaBody})
	if err != nil || len(payload.UserErrors) > 0 {
		t.Fatalf("umbrella body %s: %v, %v", name, payload, err)
	}
	return payload.Organisation
}

// join makes an organisation a member of others, and of nothing else.
func (s setup) join(t tb, member *directory.Organisation, version int, in ...directory.MembershipInput) string {
	t.Helper()
	return toldByOrganisationUpdate(s.UpdateOrganisation(as(t.Context(), "anna"), directory.UpdateOrganisationInput{
		ID: member.ID(), ExpectedVersion: version, Memberships: set(in),
	}))
}

func TestMembersArePagedByNameAndDay(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	roof, bare := s.umbrella(t, "Dach"), s.umbrella(t, "Leeres Dach")
	for i := range 7 {
		in := []directory.MembershipInput{{UmbrellaID: roof.ID(), ValidFrom: date(2010+i, 1, 1)}}
		if i == 0 {
			in = []directory.MembershipInput{{UmbrellaID: roof.ID(), ValidTo: date(2001, 1, 1)}, {UmbrellaID: roof.ID(), ValidFrom: date(2020, 1, 1)}}
		}
		if got := s.join(t, s.organisation(t, fmt.Sprint("Mitglied ", i)), 1, in...); got != "" {
			t.Fatal(got)
		}
	}
	ids := []uuid.UUID{bare.UUID, roof.UUID, roof.UUID}
	first := 3
	var names []string
	for args := (page.Args{First: &first}); ; {
		ctx, counter := postgres.WithCounter(t.Context())
		lists, err := s.MembersOf(ctx, ids, nil, args)
		if err != nil || counter.Statements() != 1 || len(lists[0].Nodes) != 0 || len(lists[2].Nodes) != len(lists[1].Nodes) {
			t.Fatalf("%v, %d statements, %v", lists, counter.Statements(), err)
		}
		for _, m := range lists[1].Nodes {
			names = append(names, m.Organisation().Name)
		}
		info := lists[1].PageInfo()
		if !info.HasNextPage {
			break
		}
		args.After = info.EndCursor()
	}
	if diff := cmp.Diff([]string{
		"Mitglied 0", "Mitglied 0", "Mitglied 1", "Mitglied 2", "Mitglied 3", "Mitglied 4", "Mitglied 5", "Mitglied 6",
	}, names); diff != "" {
		t.Error(diff)
	}
	for day, want := range map[*civil.Date]int{nil: 8, date(2000, 12, 31): 1, date(2001, 1, 1): 0, date(2012, 1, 1): 2, date(2026, 1, 1): 7} {
		lists, err := s.MembersOf(t.Context(), ids, day, page.Args{})
		if err != nil || len(lists[1].Nodes) != want {
			t.Fatalf("%v: %v, %v", day, lists, err)
		}
		ctx, counter := postgres.WithCounter(t.Context())
		counts, err := s.CountMembers(ctx, lists)
		if err != nil || counter.Statements() != 1 || cmp.Diff([]int{0, want, want}, counts) != "" {
			t.Errorf("%v: counted %v, %v", day, counts, err)
		}
	}
	tooMany := 101
	if _, err := s.MembersOf(t.Context(), ids, nil, page.Args{First: &tooMany}); told(nil, err) != bad("first") {
		t.Errorf("told %v", err)
	}
}

func TestMembershipsMakeNoCircle(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	a, b, c := s.umbrella(t, "A"), s.umbrella(t, "B"), s.umbrella(t, "C")
	in := func(g *directory.Organisation, from, to *civil.Date) directory.MembershipInput {
		return directory.MembershipInput{UmbrellaID: g.ID(), ValidFrom: from, ValidTo: to}
	}
	if got := s.join(t, a, 1, in(b, nil, date(2020, 1, 1))) + s.join(t, b, 1, in(c, date(2010, 1, 1), nil)); got != "" {
		t.Fatal(got)
	}
	s.unchanged(t, "circles", func() {
		for _, wrong := range []directory.MembershipInput{in(a, nil, nil), in(a, date(2019, 12, 31), nil), in(a, nil, date(2010, 1, 2))} {
			if got := s.join(t, c, 1, wrong); got != "CONFLICT input.memberships[0].umbrellaId" {
				t.Errorf("C in A: told %q", got)
			}
		}
		if got := s.join(t, b, 2, in(c, nil, nil), in(a, date(2025, 1, 1), nil), in(a, nil, date(2000, 1, 1))); got != "CONFLICT input.memberships[1].umbrellaId, CONFLICT input.memberships[2].umbrellaId" {
			t.Errorf("B in A: told %q", got)
		}
	})
	// One after the other they may be members of each other.
	if got := s.join(t, c, 1, in(a, nil, date(2010, 1, 1)), in(a, date(2020, 1, 1), nil)); got != "" {
		t.Errorf("C in A before and after: told %q", got)
	}
}

func TestMembershipsStoredAtOnceMakeNoCircle(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	var ring [4]*directory.Organisation
	for i := range ring {
		ring[i] = s.umbrella(t, fmt.Sprint("Dach ", i))
	}
	var answers [len(ring)]string
	var all sync.WaitGroup
	for i, member := range ring {
		all.Go(func() {
			answers[i] = s.join(t, member, 1, directory.MembershipInput{UmbrellaID: ring[(i+1)%len(ring)].ID()})
		})
	}
	all.Wait()
	refused := 0
	for i, got := range answers {
		if got != "" && got != "CONFLICT input.memberships[0].umbrellaId" {
			t.Errorf("%d: told %q", i, got)
		}
		if got != "" {
			refused++
		}
	}
	if refused != 1 || s.rows(t, "organisation_membership") != len(ring)-1 {
		t.Errorf("told %q, %d memberships", answers, s.rows(t, "organisation_membership"))
	}
}

func TestAnUmbrellaBodyWithMembersStaysOne(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	roof, member := s.umbrella(t, "Dach"), s.organisation(t, "Mitglied")
	if got := s.join(t, member, 1, directory.MembershipInput{UmbrellaID: roof.ID(), ValidTo: date(2001, 1, 1)}); got != "" {
		t.Fatal(got)
	}
	other := directory.UpdateOrganisationInput{ID: roof.ID(), ExpectedVersion: 1, Kind: set(directory.OtherOrganisation)}
	s.unchanged(t, "another kind", func() {
		if got := toldByOrganisationUpdate(s.UpdateOrganisation(as(t.Context(), "anna"), other)); got != "CONFLICT input.kind" {
			t.Errorf("told %q", got)
		}
		for what, sql := range map[string]string{
			"a member of no umbrella body": `INSERT INTO organisation_membership (member_id, umbrella_id) SELECT r.id, m.id FROM organisation r, organisation m WHERE r.name = 'Dach' AND m.name = 'Mitglied'`,
			"a membership that moves":      `UPDATE organisation_membership SET umbrella_id = member_id, member_id = umbrella_id`,
			"another kind":                 `UPDATE organisation SET kind = 'OTHER' WHERE name = 'Dach'`,
			"an umbrella body that goes":   `DELETE FROM organisation WHERE name = 'Dach'`,
		} {
			_, err := s.db.Exec(t.Context(), sql)
			if got := postgres.Constraint(err); got != "organisation_membership_umbrella_fkey" {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
	if got := s.join(t, member, 2) + toldByOrganisationUpdate(s.UpdateOrganisation(as(t.Context(), "anna"), other)); got != "" {
		t.Errorf("without members: told %q", got)
	}
}

func TestEntriesGrowStale(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	for name, verified := range map[string]*civil.Date{"nie": nil, "heute": date(2026, 3, 1), "früher": date(2025, 3, 1)} {
		in := s.valid(t, name, carrier)
		in.Profile = &directory.OmbudsOfficeProfileInput{VerifiedOn: verified, Source: new("Anruf")}
		s.office(t, in)
	}
	bare := s.office(t, s.valid(t, "ohne Profil", carrier))
	stale := func() map[string]fact.Fact {
		all, err := s.Offices(t.Context(), nil, directory.OfficesByName, page.Args{}, directory.Along{})
		if err != nil {
			t.Fatal(err)
		}
		ids := make([]uuid.UUID, len(all.Nodes))
		for i, o := range all.Nodes {
			ids[i] = o.UUID
		}
		profiles, err := s.ProfilesOf(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		facts := map[string]fact.Fact{}
		for i, f := range s.Stale(profiles) {
			facts[all.Nodes[i].Name] = f
		}
		return facts
	}
	want := map[string]fact.Fact{"nie": fact.Unknown, "heute": fact.No, "früher": fact.No, "ohne Profil": fact.Unknown}
	if diff := cmp.Diff(want, stale()); diff != "" {
		t.Error(diff)
	}
	// 23:30 in Berlin is still the 365th day, half an hour later is not.
	s.clock.set(time.Date(2026, time.March, 1, 22, 30, 0, 0, time.UTC))
	if diff := cmp.Diff(want, stale()); diff != "" {
		t.Error(diff)
	}
	s.clock.set(time.Date(2026, time.March, 1, 23, 0, 0, 0, time.UTC))
	want["früher"] = fact.Yes
	if diff := cmp.Diff(want, stale()); diff != "" {
		t.Error(diff)
	}

	for since, want := range map[*civil.Date][]string{
		date(2025, 3, 1): {"nie", "ohne Profil"}, date(2025, 3, 2): {"früher", "nie", "ohne Profil"}, date(2026, 3, 2): {"früher", "heute", "nie", "ohne Profil"},
	} {
		found, err := s.Offices(t.Context(), &directory.OmbudsOfficeFilter{NotVerifiedSince: since}, directory.OfficesByName, page.Args{}, directory.Along{})
		if err != nil {
			t.Fatal(err)
		}
		names := make([]string, len(found.Nodes))
		for i, o := range found.Nodes {
			names[i] = o.Name
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("not verified since %s:\n%s", since, diff)
		}
	}

	tomorrow := directory.OmbudsOfficeProfileInput{VerifiedOn: date(2026, 3, 3), Source: new("Anruf")}
	s.unchanged(t, "verified tomorrow", func() {
		in := s.valid(t, "morgen", carrier)
		in.Profile = &tomorrow
		if got := toldByOffice(s.CreateOmbudsOffice(as(t.Context(), "anna"), in)); got != bad("input.profile.verifiedOn") {
			t.Errorf("told %q", got)
		}
		if got := toldByUpdate(s.UpdateOmbudsOffice(as(t.Context(), "anna"), directory.UpdateOmbudsOfficeInput{
			ID: bare.ID(), ExpectedVersion: 1, Profile: set(tomorrow),
		})); got != bad("input.profile.verifiedOn") {
			t.Errorf("told %q", got)
		}
	})
}
