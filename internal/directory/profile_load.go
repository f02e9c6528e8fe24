package directory

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/batch"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/postgres"
)

// ProfilesOf returns the profile of each office; where none was entered nothing
// is known.
func (s *Service) ProfilesOf(ctx context.Context, offices []uuid.UUID) ([]*OmbudsOfficeProfile, error) {
	rows, err := profilesOf(ctx, s.db, offices)
	if err != nil {
		return nil, err
	}
	profiles := batch.One(offices, rows, func(p *OmbudsOfficeProfile) uuid.UUID { return p.OfficeID })
	for i, office := range offices {
		if profiles[i] == nil {
			profiles[i] = &OmbudsOfficeProfile{
				OfficeID: office, LegalSupervisor: fact.Unknown, AgeGroupCodes: postgres.List[AgeGroup]{}, LanguageCodes: postgres.List[string]{},
			}
		}
	}
	return profiles, nil
}

// Stale tells of each profile whether it was verified too long ago.
func (s *Service) Stale(profiles []*OmbudsOfficeProfile) []fact.Fact {
	today := s.regions.Today()
	facts := make([]fact.Fact, len(profiles))
	for i, p := range profiles {
		facts[i] = p.staleOn(today)
	}
	return facts
}

// FundersOf returns the organisations that fund each office.
func (s *Service) FundersOf(ctx context.Context, offices []uuid.UUID) ([][]*Organisation, error) {
	rows, err := fundingOrganisations(ctx, s.db, offices)
	if err != nil {
		return nil, err
	}
	lists := make([][]*Organisation, len(offices))
	for i, funders := range batch.Many(offices, rows, func(f *funder) uuid.UUID { return f.OfficeID }) {
		lists[i] = make([]*Organisation, len(funders))
		for j, f := range funders {
			lists[i][j] = &f.Organisation
		}
	}
	return lists, nil
}

// IndependenceLinksOf returns what ties each office to organisations.
func (s *Service) IndependenceLinksOf(ctx context.Context, offices []uuid.UUID) ([][]*IndependenceLink, error) {
	rows, err := linksOf(ctx, s.db, offices)
	if err != nil {
		return nil, err
	}
	return batch.Many(offices, rows, func(l *IndependenceLink) uuid.UUID { return l.OfficeID }), nil
}

// ScopeOf returns what each office says of legal bases and topics.
func (s *Service) ScopeOf(ctx context.Context, offices []uuid.UUID) ([][]*ScopeEntry, error) {
	rows, err := scopeOf(ctx, s.db, offices)
	if err != nil {
		return nil, err
	}
	return batch.Many(offices, rows, func(e *ScopeEntry) uuid.UUID { return e.OfficeID }), nil
}

// TextsOf returns all texts of each office.
func (s *Service) TextsOf(ctx context.Context, offices []uuid.UUID) ([][]*OfficeText, error) {
	rows, err := textsOf(ctx, s.db, offices, nil)
	if err != nil {
		return nil, err
	}
	return batch.Many(offices, rows, func(t *OfficeText) uuid.UUID { return t.OfficeID }), nil
}

// TextOf returns the text of each office that serves best who asks for a
// language and a variant, nil where there is none of that kind.
func (s *Service) TextOf(ctx context.Context, offices []uuid.UUID, kind OfficeTextKind, language string, variant TextVariant) ([]*OfficeTextChoice, error) {
	var problems fault.Problems
	checkLanguage(&language, "language", &problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	rows, err := textsOf(ctx, s.db, offices, &kind)
	if err != nil {
		return nil, err
	}
	choices := make([]*OfficeTextChoice, len(offices))
	for i, texts := range batch.Many(offices, rows, func(t *OfficeText) uuid.UUID { return t.OfficeID }) {
		choices[i] = choose(texts, language, variant)
	}
	return choices, nil
}

// Catalogue returns the legal bases and topics, those of one kind unless it is
// nil.
func (s *Service) Catalogue(ctx context.Context, kind *CatalogueKind) ([]*CatalogueItem, error) {
	return catalogue(ctx, s.db, kind)
}
