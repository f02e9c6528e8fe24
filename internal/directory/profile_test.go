package directory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/postgres"
)

// inFull is an office of which everything is said.
func (s setup) inFull(t tb, name string, carrier, funder *directory.Organisation) directory.CreateOmbudsOfficeInput {
	t.Helper()
	in := s.valid(t, name, carrier)
	in.Profile = &directory.OmbudsOfficeProfileInput{
		LegalSupervisor: fact.Yes, LegalSupervisorQualification: new("Befähigung zum Richteramt"), AgeGroups: []directory.AgeGroup{directory.Child},
		Languages: []string{"de"}, VerifiedOn: date(2026, 2, 1), Source: new("Anruf"), DataProtectionRegime: new(directory.RegimeKDG),
	}
	in.FunderIDs = []ident.ID{funder.ID(), carrier.ID()}
	in.IndependenceLinks = []directory.IndependenceLinkInput{{OrganisationID: funder.ID(), Kind: directory.LinkFunding}, {OrganisationID: funder.ID(), Kind: directory.LinkOther}}
	in.Scope = []directory.ScopeEntryInput{{Code: "SGB8_27", Rule: directory.Included}, {Code: "CONTACT", Rule: directory.Excluded, Reason: new("x")}}
	in.Texts = []directory.OfficeTextInput{{Kind: directory.TextAccess, Language: "de", Variant: directory.Standard, Body: new("  Eins\r\n\r\n\r\n\n zwei \n")}}
	return in
}

func TestWhatIsSaidOfAnOfficeIsKept(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier, funder := s.organisation(t, "Träger"), s.organisation(t, "Geldgeber")
	office := s.office(t, s.inFull(t, "Ombudsstelle Stendal", carrier, funder))
	bare := s.office(t, s.valid(t, "Ombudsstelle Halle", carrier))
	ctx, ids := t.Context(), []uuid.UUID{bare.UUID, office.UUID}
	profiles, err := s.ProfilesOf(ctx, ids)
	if err != nil || profiles[0].LegalSupervisor != fact.Unknown || profiles[0].Languages() == nil || profiles[0].OfficeID != bare.UUID ||
		profiles[1].LegalSupervisor != fact.Yes || *profiles[1].VerifiedOn != *date(2026, 2, 1) || *profiles[1].DataProtectionRegime != directory.RegimeKDG {
		t.Errorf("profiles are %+v, %v", profiles, err)
	}
	funders, err := s.FundersOf(ctx, ids)
	if err != nil || len(funders[0]) != 0 || len(funders[1]) != 2 || funders[1][0].UUID != funder.UUID || funders[1][1].UUID != carrier.UUID {
		t.Errorf("funders are %+v, %v", funders, err)
	}
	texts, err := s.TextsOf(ctx, ids)
	if err != nil || len(texts[0]) != 0 || *texts[1][0].Body != "Eins\n\nzwei" {
		t.Errorf("texts are %+v, %v", texts, err)
	}

	// What is left out stays, what is empty goes.
	s.update(t, directory.UpdateOmbudsOfficeInput{
		ID: office.ID(), ExpectedVersion: 1, FunderIDs: set([]ident.ID{}), Scope: set([]directory.ScopeEntryInput{{Code: "SGB8_41", Rule: directory.Included}}),
	})
	links, err := s.IndependenceLinksOf(ctx, ids)
	if err != nil || len(links[0]) != 0 || len(links[1]) != 2 || links[1][0].Kind != directory.LinkFunding {
		t.Errorf("links are %+v, %v", links, err)
	}
	scope, err := s.ScopeOf(ctx, ids)
	if err != nil || len(scope[1]) != 1 || scope[1][0].Item.Code != "SGB8_41" || scope[1][0].Item.NameDE == "" {
		t.Errorf("the scope is %+v, %v", scope, err)
	}
	if s.rows(t, "office_funder") != 0 || s.rows(t, "ombuds_office_profile") != 1 || s.rows(t, "office_text") != 1 {
		t.Error("the wrong things went")
	}
}

func TestMissingReferencesChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	in := s.valid(t, "Ombudsstelle Stendal", carrier)
	in.Sites = []directory.OfficeSiteInput{aSite("Raum")}
	in.FunderIDs = []ident.ID{carrier.ID(), id(ident.Organisation)}
	in.IndependenceLinks = []directory.IndependenceLinkInput{{OrganisationID: id(ident.Organisation), Kind: directory.LinkOther}}
	in.Scope = []directory.ScopeEntryInput{{Code: strings.Repeat("x", 10_000), Rule: directory.Included}}
	s.unchanged(t, "missing references", func() {
		want := "NOT_FOUND input.funderIds[1], NOT_FOUND input.independenceLinks[0].organisationId, NOT_FOUND input.scope[0].code"
		if diff := cmp.Diff(want, toldByOffice(s.CreateOmbudsOffice(as(t.Context(), "anna"), in))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheDatabaseHoldsTheRulesOfProfiles(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.office(t, s.inFull(t, "Ombudsstelle Stendal", s.organisation(t, "Träger"), s.organisation(t, "Geldgeber")))
	for what, c := range map[string]struct{ sql, constraint string }{
		"a qualification of nobody":  {`UPDATE ombuds_office_profile SET legal_supervisor = 'NO'`, "ombuds_office_profile_qualification_check"},
		"an unknown age group":       {`UPDATE ombuds_office_profile SET age_groups = '{OLD}'`, "ombuds_office_profile_age_groups_check"},
		"verified by nobody":         {`UPDATE ombuds_office_profile SET source = NULL`, "ombuds_office_profile_verified_check"},
		"an unknown regime":          {`UPDATE ombuds_office_profile SET data_protection_regime = 'NONE'`, "ombuds_office_profile_data_protection_regime_check"},
		"a funder that goes":         {`DELETE FROM organisation WHERE name = 'Geldgeber'`, "office_funder_organisation_fkey"},
		"a link twice":               {`UPDATE independence_link SET kind = 'OTHER'`, "independence_link_pkey"},
		"an exclusion without a why": {`UPDATE office_scope SET rule = 'EXCLUDED', reason = NULL`, "office_scope_excluded_with_reason"},
		"a code that is none":        {`UPDATE office_scope SET code = 'X' WHERE code = 'CONTACT'`, "office_scope_code_fkey"},
		"a text that is a link":      {`UPDATE office_text SET url = 'https://example.org'`, "office_text_form_check"},
		"a video that is a text":     {`UPDATE office_text SET variant = 'DGS_VIDEO'`, "office_text_form_check"},
		"a topic that is cited":      {`UPDATE catalogue_item SET citation = 'x' WHERE kind = 'TOPIC'`, "catalogue_item_citation_check"},
	} {
		_, err := s.db.Exec(t.Context(), c.sql)
		if got := postgres.Constraint(err); got != c.constraint {
			t.Errorf("%s: %v, want constraint %s", what, err, c.constraint)
		}
	}
}
