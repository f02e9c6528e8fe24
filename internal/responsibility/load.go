package responsibility

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/batch"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/history"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/region"
)

// ByIDs returns the catchments with these ids in the same order, nil where there
// is none.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) ([]*Catchment, error) {
	rows, err := byIDs(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	return batch.One(ids, rows, func(c *Catchment) uuid.UUID { return c.UUID }), nil
}

// RegionsOf returns the region of each catchment.
func (s *Service) RegionsOf(ctx context.Context, catchments []*Catchment) ([]*region.Region, error) {
	return relatives(ctx, catchments, func(c *Catchment) (*region.Region, *uuid.UUID) { return c.Relatives.Region, &c.RegionID }, s.regions.ByIDs)
}

// OmbudsOfficesOf returns the ombuds office of each catchment that has one.
func (s *Service) OmbudsOfficesOf(ctx context.Context, catchments []*Catchment) ([]*directory.OmbudsOffice, error) {
	return relatives(ctx, catchments, func(c *Catchment) (*directory.OmbudsOffice, *uuid.UUID) {
		return c.Relatives.OmbudsOffice, c.OmbudsOfficeID
	}, s.directory.OfficesByID)
}

// YouthWelfareOfficesOf returns the youth welfare office of each catchment that
// has one.
func (s *Service) YouthWelfareOfficesOf(ctx context.Context, catchments []*Catchment) ([]*directory.YouthWelfareOffice, error) {
	return relatives(ctx, catchments, func(c *Catchment) (*directory.YouthWelfareOffice, *uuid.UUID) {
		return c.Relatives.YouthWelfareOffice, c.YouthWelfareOfficeID
	}, s.directory.YouthWelfareOfficesByID)
}

// ProceduralGuidePostsOf returns the post of each catchment that has one.
func (s *Service) ProceduralGuidePostsOf(ctx context.Context, catchments []*Catchment) ([]*directory.ProceduralGuidePost, error) {
	return relatives(ctx, catchments, func(c *Catchment) (*directory.ProceduralGuidePost, *uuid.UUID) {
		return c.Relatives.ProceduralGuidePost, c.ProceduralGuidePostID
	}, s.directory.ProceduralGuidePostsByID)
}

// relatives returns what was read along with each catchment, and loads what was
// not for all of them at once.
func relatives[R any](ctx context.Context, catchments []*Catchment, of func(*Catchment) (*R, *uuid.UUID), load func(context.Context, []uuid.UUID) ([]*R, error)) ([]*R, error) {
	found := make([]*R, len(catchments))
	var ids []uuid.UUID
	var places []int
	for i, c := range catchments {
		there, id := of(c)
		found[i] = there
		if there == nil && id != nil {
			ids, places = append(ids, *id), append(places, i)
		}
	}
	if len(ids) == 0 {
		return found, nil
	}
	loaded, err := load(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, place := range places {
		found[place] = loaded[i]
	}
	return found, nil
}

// Changes returns for each catchment a page of its changes, to whoever signed in.
func (s *Service) Changes(ctx context.Context, catchments []uuid.UUID, args page.Args) ([]*history.Connection, error) {
	return history.Of(ctx, s.db, s.codec, ident.Catchment, catchments, args)
}

// Count returns how many catchments each list has on all its pages together.
func (s *Service) Count(ctx context.Context, lists []*CatchmentConnection) ([]int, error) {
	return counts(lists, func(l *CatchmentConnection) (int, error) { return count(ctx, s.db, l.Query) })
}

// CountGaps returns how many gaps each list has on all its pages together.
func (s *Service) CountGaps(ctx context.Context, lists []*CoverageGapConnection) ([]int, error) {
	return counts(lists, func(l *CoverageGapConnection) (int, error) { return countGaps(ctx, s.db, l.Query) })
}

// CountOverlaps returns how many overlaps each list has on all its pages
// together.
func (s *Service) CountOverlaps(ctx context.Context, lists []*CatchmentOverlapConnection) ([]int, error) {
	return counts(lists, func(l *CatchmentOverlapConnection) (int, error) { return countOverlaps(ctx, s.db, l.Query) })
}

// counts asks for each list by itself: lists are root fields, and there are as
// many as a client has written.
func counts[L any](lists []L, count func(L) (int, error)) ([]int, error) {
	found := make([]int, len(lists))
	for i, l := range lists {
		n, err := count(l)
		if err != nil {
			return nil, err
		}
		found[i] = n
	}
	return found, nil
}
