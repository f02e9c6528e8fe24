package directory_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/history"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
)

func (s setup) changes(t tb, office *directory.OmbudsOffice) []*history.Change {
	t.Helper()
	pages, err := s.OfficeChanges(as(t.Context(), "anna"), []uuid.UUID{office.UUID}, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	return pages[0].Nodes
}

func texts(c *history.Change) []string {
	found := []string{}
	for _, f := range c.Fields() {
		found = append(found, fmt.Sprintf("%s: %s -> %s", f.Field, f.Before, f.After))
	}
	return found
}

func TestEveryWriteLeavesAChange(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	in := s.valid(t, "Ombudsstelle Stendal", carrier)
	in.Sites = []directory.OfficeSiteInput{aSite("Raum")}
	office := s.office(t, in)
	site := s.sites(t, office.UUID)[0]
	kept := aSite("Anderer Raum")
	kept.ID = known(ident.OfficeSite, site.UUID)
	s.update(t, directory.UpdateOmbudsOfficeInput{
		ID: office.ID(), ExpectedVersion: 1, Status: set(directory.Open), Sites: set([]directory.OfficeSiteInput{kept}),
	})
	s.update(t, directory.UpdateOmbudsOfficeInput{ID: office.ID(), ExpectedVersion: 2, Status: set(directory.Open)})

	changes := s.changes(t, office)
	if len(changes) != 2 {
		t.Fatalf("%d changes, want 2: what changes nothing leaves none", len(changes))
	}
	if diff := cmp.Diff([]string{
		`status: "PILOT" -> "OPEN"`,
		fmt.Sprintf(`sites.%s.name: "Raum" -> "Anderer Raum"`, site.ID()),
	}, texts(changes[0])); diff != "" {
		t.Error(diff)
	}
	entered := changes[1]
	if entered.Version != 1 || entered.Actor != "anna" || !entered.At.Equal(office.CreatedAt) || len(entered.Fields()) != 5 {
		t.Errorf("the entry is %+v", entered)
	}
	organisations, err := s.OrganisationChanges(as(t.Context(), "bert"), []uuid.UUID{carrier.UUID}, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`name: null -> "Träger"`, `kind: null -> "FREE_CARRIER"`}, texts(organisations[0].Nodes[0])); diff != "" {
		t.Error(diff)
	}
}

func TestStrangersSeeNoChanges(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	for _, ask := range []func() error{
		func() error { _, err := s.OfficeChanges(t.Context(), []uuid.UUID{newID()}, page.Args{}); return err },
		func() error {
			_, err := s.OrganisationChanges(t.Context(), []uuid.UUID{carrier.UUID}, page.Args{})
			return err
		},
	} {
		if got := told(nil, ask()); got != "UNAUTHENTICATED" {
			t.Errorf("told %q", got)
		}
	}
}

// A refusal, whatever it was for, leaves nothing.
func TestRefusedWritesLeaveNoChange(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	s.office(t, s.valid(t, "Ombudsstelle Stendal", carrier))
	other := s.office(t, s.valid(t, "Ombudsstelle Halle", carrier))
	before := s.rows(t, "record_change")
	ctx := as(t.Context(), "anna")
	for _, got := range []string{
		toldByOffice(s.CreateOmbudsOffice(ctx, s.valid(t, "Ombudsstelle Stendal", carrier))),
		toldByOrganisation(s.CreateOrganisation(ctx, directory.CreateOrganisationInput{Name: "Träger", Kind: directory.Ministry})),
		toldByUpdate(s.UpdateOmbudsOffice(ctx, directory.UpdateOmbudsOfficeInput{ID: other.ID(), ExpectedVersion: 1, Name: set("Ombudsstelle Stendal")})),
		toldByUpdate(s.UpdateOmbudsOffice(ctx, directory.UpdateOmbudsOfficeInput{ID: other.ID(), ExpectedVersion: 7, Name: set("x")})),
	} {
		if got == "" {
			t.Error("not refused")
		}
	}
	if after := s.rows(t, "record_change"); after != before {
		t.Errorf("%d changes, want %d", after, before)
	}
}
