package directory

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/history"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
)

// OfficeChanges returns for each office a page of its changes, to whoever signed
// in.
func (s *Service) OfficeChanges(ctx context.Context, offices []uuid.UUID, args page.Args) ([]*history.Connection, error) {
	return history.Of(ctx, s.db, s.codec, ident.OmbudsOffice, offices, args)
}

// OrganisationChanges returns for each organisation a page of its changes, to
// whoever signed in.
func (s *Service) OrganisationChanges(ctx context.Context, organisations []uuid.UUID, args page.Args) ([]*history.Connection, error) {
	return history.Of(ctx, s.db, s.codec, ident.Organisation, organisations, args)
}

// YouthWelfareOfficeChanges returns for each youth welfare office a page of its
// changes, to whoever signed in.
func (s *Service) YouthWelfareOfficeChanges(ctx context.Context, offices []uuid.UUID, args page.Args) ([]*history.Connection, error) {
	return history.Of(ctx, s.db, s.codec, ident.YouthWelfareOffice, offices, args)
}

// ProceduralGuidePostChanges returns for each post a page of its changes, to
// whoever signed in.
func (s *Service) ProceduralGuidePostChanges(ctx context.Context, posts []uuid.UUID, args page.Args) ([]*history.Connection, error) {
	return history.Of(ctx, s.db, s.codec, ident.ProceduralGuidePost, posts, args)
}

// CountChanges returns how many changes each list has on all its pages together.
func (s *Service) CountChanges(ctx context.Context, lists []*history.Connection) ([]int, error) {
	return history.Count(ctx, s.db, lists)
}
