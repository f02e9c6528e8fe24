package directory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/postgres"
)

func toldByOrganisationUpdate(payload *directory.UpdateOrganisationPayload, err error) string {
	if payload == nil {
		return told(nil, err)
	}
	return told(payload.UserErrors, err)
}

func formerly(name string, from *civil.Date, to civil.Date) directory.FormerNameInput {
	return directory.FormerNameInput{Name: name, Kind: directory.Ministry, ValidFrom: from, ValidTo: to}
}

func TestAnOrganisationIsCalledWhatItWas(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	other := s.organisation(t, "Anderer")
	payload, err := s.CreateOrganisation(as(t.Context(), "anna"), directory.CreateOrganisationInput{
		Name: "Drittes", Kind: directory.FreeCarrier, FormerNames: []directory.FormerNameInput{
			formerly("Zweites", date(2016, 4, 25), *date(2021, 9, 16)), formerly("Erstes", nil, *date(2010, 1, 1)),
		},
	})
	if got := toldByOrganisation(payload, err); got != "" {
		t.Fatal(got)
	}
	g := payload.Organisation
	for day, want := range map[*civil.Date]directory.OrganisationNaming{
		date(1990, 1, 1):   {Name: "Erstes", Kind: directory.Ministry, ValidTo: date(2010, 1, 1)},
		date(2009, 12, 31): {Name: "Erstes", Kind: directory.Ministry, ValidTo: date(2010, 1, 1)},
		date(2010, 1, 1):   {Name: "Drittes", Kind: directory.FreeCarrier, ValidFrom: date(2010, 1, 1), ValidTo: date(2016, 4, 25)},
		date(2016, 4, 25):  {Name: "Zweites", Kind: directory.Ministry, ValidFrom: date(2016, 4, 25), ValidTo: date(2021, 9, 16)},
		date(2021, 9, 15):  {Name: "Zweites", Kind: directory.Ministry, ValidFrom: date(2016, 4, 25), ValidTo: date(2021, 9, 16)},
		date(2021, 9, 16):  {Name: "Drittes", Kind: directory.FreeCarrier, ValidFrom: date(2021, 9, 16)},
		date(2040, 1, 1):   {Name: "Drittes", Kind: directory.FreeCarrier, ValidFrom: date(2021, 9, 16)},
	} {
		ctx, counter := postgres.WithCounter(t.Context())
		namings, err := s.NamingsOn(ctx, []*directory.Organisation{other, g, g}, *day)
		if err != nil || counter.Statements() != 1 || namings[0].Name != "Anderer" || namings[0].ValidFrom != nil {
			t.Fatalf("%s: %+v, %d statements, %v", day, namings, counter.Statements(), err)
		}
		want.OrganisationID = g.UUID
		if diff := cmp.Diff(want, *namings[2]); diff != "" {
			t.Errorf("%s:\n%s", day, diff)
		}
	}
}

func TestMembershipsOnADay(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	member, one, two := s.organisation(t, "Mitglied"), s.umbrella(t, "Dach 1"), s.umbrella(t, "Dach 2")
	payload, err := s.UpdateOrganisation(as(t.Context(), "anna"), directory.UpdateOrganisationInput{
		ID: member.ID(), ExpectedVersion: 1, Kind: set(directory.PublicCarrier), Memberships: set([]directory.MembershipInput{
			{UmbrellaID: one.ID(), ValidTo: date(2020, 1, 1)}, {UmbrellaID: one.ID(), ValidFrom: date(2022, 1, 1)}, {UmbrellaID: two.ID()},
		}),
	})
	if got := toldByOrganisationUpdate(payload, err); got != "" || payload.Organisation.Version != 2 || payload.Organisation.Kind != directory.PublicCarrier {
		t.Fatalf("%q, %+v", got, payload.Organisation)
	}
	for day, want := range map[*civil.Date]int{nil: 3, date(2019, 12, 31): 2, date(2020, 1, 1): 1, date(2021, 12, 31): 1, date(2022, 1, 1): 2} {
		lists, err := s.MembershipsOf(t.Context(), []uuid.UUID{one.UUID, member.UUID}, day)
		if err != nil || len(lists[0]) != 0 || len(lists[1]) != want {
			t.Errorf("%v: %v, %v", day, lists, err)
		}
	}
	// What is left out stays.
	payload, err = s.UpdateOrganisation(as(t.Context(), "anna"), directory.UpdateOrganisationInput{ID: member.ID(), ExpectedVersion: 2, Name: set("Neu")})
	if got := toldByOrganisationUpdate(payload, err); got != "" || s.rows(t, "organisation_membership") != 3 {
		t.Errorf("%q, %d memberships", got, s.rows(t, "organisation_membership"))
	}
}

func TestOrganisationUpdatesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	g, other := s.organisation(t, "Träger"), s.umbrella(t, "Anderer")
	type names = []directory.FormerNameInput
	type memberships = []directory.MembershipInput
	early, late := *date(2001, 1, 1), *date(2026, 3, 1)
	update := func(in directory.UpdateOrganisationInput) directory.UpdateOrganisationInput {
		if in.ID == (ident.ID{}) {
			in.ID, in.ExpectedVersion = g.ID(), 1
		}
		return in
	}
	ctx := as(t.Context(), "anna")
	for what, c := range map[string]struct {
		in   directory.UpdateOrganisationInput
		told string
	}{
		"a taken name":            {update(directory.UpdateOrganisationInput{Name: set("ANDERER")}), "CONFLICT input.name"},
		"a version that has gone": {directory.UpdateOrganisationInput{ID: g.ID(), ExpectedVersion: 2, Name: set("x")}, "VERSION_CONFLICT input.expectedVersion"},
		"one that is missing":     {directory.UpdateOrganisationInput{ID: id(ident.Organisation), ExpectedVersion: 1}, "NOT_FOUND input.id"},
		"an office":               {directory.UpdateOrganisationInput{ID: id(ident.OmbudsOffice), Name: null[string](), Kind: null[directory.OrganisationKind]()}, bad("input.id", "input.expectedVersion", "input.name", "input.kind")},
		"names that overlap":      {update(directory.UpdateOrganisationInput{FormerNames: set(names{formerly("a", nil, early), formerly("b", nil, late)})}), bad("input.formerNames[1].validFrom")},
		"a name without a day":    {update(directory.UpdateOrganisationInput{FormerNames: set(names{formerly(" ", &early, early)})}), bad("input.formerNames[0].name", "input.formerNames[0].validTo")},
		"a name of tomorrow":      {update(directory.UpdateOrganisationInput{FormerNames: set(names{formerly("a", nil, *date(2026, 3, 2))})}), bad("input.formerNames[0].validTo")},
		"31 names":                {update(directory.UpdateOrganisationInput{FormerNames: set(make(names, 31)), Memberships: set(make(memberships, 31))}), bad("input.formerNames", "input.memberships")},
		"a member of itself":      {update(directory.UpdateOrganisationInput{Memberships: set(memberships{{UmbrellaID: g.ID()}})}), bad("input.memberships[0].umbrellaId")},
		"a member twice":          {update(directory.UpdateOrganisationInput{Memberships: set(memberships{{UmbrellaID: other.ID(), ValidTo: &late}, {UmbrellaID: other.ID(), ValidFrom: &early}})}), bad("input.memberships[1].validFrom")},
		"a member of a carrier":   {directory.UpdateOrganisationInput{ID: other.ID(), ExpectedVersion: 1, Memberships: set(memberships{{UmbrellaID: g.ID()}})}, "CONFLICT input.memberships[0].umbrellaId"},
		"a member of nothing":     {update(directory.UpdateOrganisationInput{Memberships: set(memberships{{UmbrellaID: other.ID()}, {UmbrellaID: id(ident.Organisation)}})}), "NOT_FOUND input.memberships[1].umbrellaId"},
	} {
		s.unchanged(t, what, func() {
			if got := toldByOrganisationUpdate(s.UpdateOrganisation(ctx, c.in)); got != c.told {
				t.Errorf("%s: told %q, want %q", what, got, c.told)
			}
		})
	}
	if got := toldByOrganisationUpdate(s.UpdateOrganisation(t.Context(), update(directory.UpdateOrganisationInput{}))); got != "UNAUTHENTICATED" {
		t.Errorf("a stranger is told %q", got)
	}
	s.unchanged(t, "nothing", func() {
		if got := toldByOrganisationUpdate(s.UpdateOrganisation(ctx, update(directory.UpdateOrganisationInput{Name: set("Träger")}))); got != "" {
			t.Errorf("nothing: told %q", got)
		}
	})
	for what, c := range map[string]struct{ sql, constraint string }{
		"names that overlap":  {`INSERT INTO organisation_former_name SELECT id, 'x', 'OTHER', NULL, d FROM organisation, (VALUES (date '2001-01-01'), ('2002-01-01')) v(d)`, "organisation_former_name_excl"},
		"a name of no day":    {`INSERT INTO organisation_former_name SELECT id, 'x', 'OTHER', '2001-01-01', '2001-01-01' FROM organisation`, "organisation_former_name_valid_check"},
		"a member of itself":  {`INSERT INTO organisation_membership SELECT id, id FROM organisation`, "organisation_membership_self_check"},
		"memberships overlap": {`INSERT INTO organisation_membership SELECT a.id, b.id FROM organisation a, organisation b, generate_series(1, 2) WHERE a.id <> b.id`, "organisation_membership_excl"},
	} {
		_, err := s.db.Exec(t.Context(), c.sql)
		if got := postgres.Constraint(err); got != c.constraint {
			t.Errorf("%s: %v, want constraint %s", what, err, c.constraint)
		}
	}
}
