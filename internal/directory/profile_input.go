package directory

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/text"
)

const (
	maxFunders = 10
	maxLinks   = 30
	maxScope   = 100
	maxTexts   = 60
	maxBody    = 10_000
)

// OmbudsOfficeProfileInput is the GraphQL input of the same name.
type OmbudsOfficeProfileInput struct {
	LegalSupervisor              fact.Fact
	LegalSupervisorQualification *string
	AgeGroups                    []AgeGroup
	Languages                    []string
	VerifiedOn                   *civil.Date
	Source                       *string
	QualityLabel                 *string
	DataProtectionRegime         *DataProtectionRegime
	DataProtectionContact        *string
}

// IndependenceLinkInput is the GraphQL input of the same name.
type IndependenceLinkInput struct {
	OrganisationID ident.ID
	Kind           IndependenceLinkKind
	Note           *string
}

// ScopeEntryInput is the GraphQL input of the same name.
type ScopeEntryInput struct {
	Code   string
	Rule   ScopeRule
	Reason *string
}

// OfficeTextInput is the GraphQL input of the same name.
type OfficeTextInput struct {
	Kind     OfficeTextKind
	Language string
	Variant  TextVariant
	Body     *string
	URL      *string
}

func (p *OmbudsOfficeProfileInput) check(today civil.Date, problems *fault.Problems) {
	if p == nil {
		return
	}
	const path = "input.profile."
	orUnknown(&p.LegalSupervisor)
	text.OptionalLine(p.LegalSupervisorQualification, maxName, path+"legalSupervisorQualification", problems)
	if p.LegalSupervisorQualification != nil && p.LegalSupervisor != fact.Yes {
		problems.Add(path+"legalSupervisorQualification", fault.Text{
			EN: "needs legalSupervisor: YES",
			DE: "setzt legalSupervisor: YES voraus",
		})
	}
	checkDistinct(p.AgeGroups, path+"ageGroups", problems)
	checkLanguages(p.Languages, path+"languages", problems)
	text.OptionalLine(p.Source, maxText, path+"source", problems)
	if p.VerifiedOn != nil && p.Source == nil {
		problems.Add(path+"source", fault.Text{EN: "must say who verified it", DE: "muss sagen, woher die Bestätigung stammt"})
	}
	if p.VerifiedOn != nil && today.Before(*p.VerifiedOn) {
		problems.Add(path+"verifiedOn", fault.Text{EN: "must not lie in the future", DE: "darf nicht in der Zukunft liegen"})
	}
	text.OptionalLine(p.QualityLabel, maxName, path+"qualityLabel", problems)
	if p.DataProtectionContact != nil && text.Line(p.DataProtectionContact, maxText, path+"dataProtectionContact", problems) {
		if wanted, fits := Email.form(*p.DataProtectionContact); !fits {
			problems.Add(path+"dataProtectionContact", wanted)
		}
	}
}

func checkFunders(ids []ident.ID, problems *fault.Problems) {
	const path = "input.funderIds"
	if len(ids) > maxFunders {
		problems.Add(path, tooMany(maxFunders))
		return
	}
	for i, id := range ids {
		id.Check(at(path, i), problems, ident.Organisation)
	}
	checkDistinct(ids, path, problems)
}

func checkLinks(links []IndependenceLinkInput, problems *fault.Problems) {
	const path = "input.independenceLinks"
	if len(links) > maxLinks {
		problems.Add(path, tooMany(maxLinks))
		return
	}
	for i, link := range links {
		link.OrganisationID.Check(at(path, i)+".organisationId", problems, ident.Organisation)
		text.OptionalLine(link.Note, maxText, at(path, i)+".note", problems)
		if slices.ContainsFunc(links[:i], func(other IndependenceLinkInput) bool {
			return other.OrganisationID == link.OrganisationID && other.Kind == link.Kind
		}) {
			problems.Add(at(path, i), fault.Text{EN: "stands in the list twice", DE: "steht zweimal in der Liste"})
		}
	}
}

func checkScope(entries []ScopeEntryInput, problems *fault.Problems) {
	const path = "input.scope"
	if len(entries) > maxScope {
		problems.Add(path, tooMany(maxScope))
		return
	}
	for i, entry := range entries {
		text.OptionalLine(entry.Reason, maxText, at(path, i)+".reason", problems)
		if entry.Rule == Excluded && entry.Reason == nil {
			problems.Add(at(path, i)+".reason", fault.Text{
				EN: "must say why it is excluded",
				DE: "muss sagen, warum es ausgeschlossen ist",
			})
		}
		if slices.ContainsFunc(entries[:i], func(other ScopeEntryInput) bool { return other.Code == entry.Code }) {
			problems.Add(at(path, i)+".code", fault.Text{EN: "stands in the list twice", DE: "steht zweimal in der Liste"})
		}
	}
}

func checkTexts(texts []OfficeTextInput, problems *fault.Problems) {
	const path = "input.texts"
	if len(texts) > maxTexts {
		problems.Add(path, tooMany(maxTexts))
		return
	}
	for i := range texts {
		t, path := &texts[i], at(path, i)
		checkLanguage(&t.Language, path+".language", problems)
		t.checkContent(path, problems)
		if slices.ContainsFunc(texts[:i], func(other OfficeTextInput) bool {
			return other.Kind == t.Kind && other.Language == t.Language && other.Variant == t.Variant
		}) {
			problems.Add(path, fault.Text{EN: "stands in the list twice", DE: "steht zweimal in der Liste"})
		}
	}
}

// checkContent: a video is a link, everything else is text.
func (t *OfficeTextInput) checkContent(path string, problems *fault.Problems) {
	if t.Variant == DGSVideo {
		if t.Body != nil {
			problems.Add(path+".body", fault.Text{EN: "must be left out of a video", DE: "gehört nicht zu einem Video"})
		}
		if t.URL == nil {
			problems.Add(path+".url", fault.Text{EN: "must be the link to the video", DE: "muss der Link zum Video sein"})
		} else if text.Line(t.URL, maxText, path+".url", problems) {
			if wanted, fits := Website.form(*t.URL); !fits {
				problems.Add(path+".url", wanted)
			}
		}
		return
	}
	if t.URL != nil {
		problems.Add(path+".url", fault.Text{EN: "is for videos alone", DE: "ist nur für Videos"})
	}
	if t.Body == nil {
		problems.Add(path+".body", fault.Text{EN: "must be the text", DE: "muss der Text sein"})
	} else {
		text.Paragraphs(t.Body, maxBody, path+".body", problems)
	}
}

// profileRows are the rows of what an office has beside its items.
type profileRows struct {
	profile []*OmbudsOfficeProfile
	funders []*officeFunder
	links   []*IndependenceLink
	scope   []*ScopeEntry
	texts   []*OfficeText
}

// presentProfile reads what is about to be replaced.
func presentProfile(ctx context.Context, tx *postgres.Tx, office uuid.UUID, wanted listInputs) (present profileRows, err error) {
	ids := []uuid.UUID{office}
	if wanted.profile != nil {
		if present.profile, err = profilesOf(ctx, tx, ids); err != nil {
			return present, err
		}
	}
	if wanted.funders != nil {
		if present.funders, err = fundersOf(ctx, tx, ids); err != nil {
			return present, err
		}
	}
	if wanted.links != nil {
		if present.links, err = linksOf(ctx, tx, ids); err != nil {
			return present, err
		}
	}
	if wanted.scope != nil {
		if present.scope, err = scopeOf(ctx, tx, ids); err != nil {
			return present, err
		}
	}
	if wanted.texts != nil {
		present.texts, err = textsOf(ctx, tx, ids, nil)
	}
	return present, err
}

// profileRows are the rows that the inputs become.
func (l listInputs) profileRows(office uuid.UUID) profileRows {
	var rows profileRows
	if p := l.profile; p != nil {
		rows.profile = []*OmbudsOfficeProfile{{
			OfficeID: office, LegalSupervisor: p.LegalSupervisor, LegalSupervisorQualification: p.LegalSupervisorQualification,
			AgeGroupCodes: postgres.ListOf(p.AgeGroups), LanguageCodes: postgres.ListOf(p.Languages), VerifiedOn: p.VerifiedOn, Source: p.Source,
			QualityLabel: p.QualityLabel, DataProtectionRegime: p.DataProtectionRegime, DataProtectionContact: p.DataProtectionContact,
		}}
	}
	for i, id := range l.funders {
		rows.funders = append(rows.funders, &officeFunder{OfficeID: office, OrganisationID: id.UUID, Position: i})
	}
	for i, in := range l.links {
		rows.links = append(rows.links, &IndependenceLink{OfficeID: office, OrganisationID: in.OrganisationID.UUID, Kind: in.Kind, Note: in.Note, Position: i})
	}
	for _, in := range l.scope {
		rows.scope = append(rows.scope, &ScopeEntry{OfficeID: office, Code: in.Code, Rule: in.Rule, Reason: in.Reason})
	}
	for _, in := range l.texts {
		rows.texts = append(rows.texts, &OfficeText{OfficeID: office, Kind: in.Kind, Language: in.Language, Variant: in.Variant, Body: in.Body, URL: in.URL})
	}
	return rows
}

// checkReferences refuses organisations and codes that do not exist, all of them
// at once.
func (l listInputs) checkReferences(ctx context.Context, tx *postgres.Tx) error {
	var problems fault.Problems
	if len(l.funders)+len(l.links) > 0 {
		ids := make([]uuid.UUID, 0, len(l.funders)+len(l.links))
		paths := make([]string, 0, cap(ids))
		for i, id := range l.funders {
			ids, paths = append(ids, id.UUID), append(paths, at("input.funderIds", i))
		}
		for i, link := range l.links {
			ids, paths = append(ids, link.OrganisationID.UUID), append(paths, at("input.independenceLinks", i)+".organisationId")
		}
		there, err := existingOrganisations(ctx, tx, ids)
		if err != nil {
			return err
		}
		for i, id := range ids {
			if !slices.Contains(there, id) {
				problems = append(problems, fault.Missing(paths[i], "organisation", "Organisation"))
			}
		}
	}
	if len(l.scope) > 0 {
		codes := make([]string, len(l.scope))
		for i, entry := range l.scope {
			codes[i] = entry.Code
		}
		there, err := postgres.Values[string](ctx, tx, `SELECT c.code FROM catalogue_item c WHERE c.code = ANY($1::text[])`, codes)
		if err != nil {
			return err
		}
		for i, code := range codes {
			if !slices.Contains(there, code) {
				problems = append(problems, fault.Missing(at("input.scope", i)+".code", "legal basis or topic", "Rechtsgrundlage oder Thema"))
			}
		}
	}
	return problems.Err()
}

// replaceProfile writes rows instead of present.
func replaceProfile(ctx context.Context, tx *postgres.Tx, office uuid.UUID, rows, present profileRows) error {
	for _, write := range []func() error{
		func() error {
			return replaceRows(ctx, tx, office, deleteProfileSQL, insertProfileSQL, rows.profile, present.profile)
		},
		func() error {
			return replaceRows(ctx, tx, office, deleteFundersSQL, insertFundersSQL, rows.funders, present.funders)
		},
		func() error {
			return replaceRows(ctx, tx, office, deleteLinksSQL, insertLinksSQL, rows.links, present.links)
		},
		func() error {
			return replaceRows(ctx, tx, office, deleteScopeSQL, insertScopeSQL, rows.scope, present.scope)
		},
		func() error {
			return replaceRows(ctx, tx, office, deleteTextsSQL, insertTextsSQL, rows.texts, present.texts)
		},
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

func organisationID(id uuid.UUID) string {
	return ident.ID{Kind: ident.Organisation, UUID: id}.String()
}

func textKey(t *OfficeText) string {
	return fmt.Sprintf("texts.%s.%s.%s", t.Kind, t.Language, t.Variant)
}
