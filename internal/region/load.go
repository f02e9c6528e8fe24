package region

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/batch"
	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/page"
)

// ByIDs returns the regions with these ids in the same order, nil where there
// is none.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) ([]*Region, error) {
	rows, err := byIDs(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	return batch.One(ids, rows, func(r *Region) uuid.UUID { return r.UUID }), nil
}

// Ancestors returns for each id the regions above, the nearest first.
func (s *Service) Ancestors(ctx context.Context, ids []uuid.UUID) ([][]*Region, error) {
	rows, err := ancestors(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	found := batch.Many(ids, rows, func(r *ancestor) uuid.UUID { return r.Start })
	chains := make([][]*Region, len(found))
	for i, above := range found {
		chains[i] = make([]*Region, len(above))
		for j, a := range above {
			chains[i][j] = &a.Region
		}
	}
	return chains, nil
}

// Children returns for each parent a page of the regions directly below that
// exist on asOf (today when nil), by key.
func (s *Service) Children(ctx context.Context, parents []uuid.UUID, asOf *civil.Date, args page.Args) ([]*Connection, error) {
	asked, err := page.Read(s.codec, listOrder(ByKey), args)
	if err != nil {
		return nil, err
	}
	day := s.dayOrToday(asOf)
	rows, err := children(ctx, s.db, batch.Distinct(parents, func(id uuid.UUID) uuid.UUID { return id }), day, asked)
	if err != nil {
		return nil, err
	}
	below := batch.Many(parents, rows, func(r *Region) uuid.UUID { return *r.ParentID })
	pages := make([]*Connection, len(parents))
	for i, parent := range parents {
		pages[i] = page.Connect(asked, below[i], Query{AsOf: day, Parent: &parent})
	}
	return pages, nil
}

// Count returns how many regions each list has on all its pages together.
// Lists of children of one day are counted by one statement.
func (s *Service) Count(ctx context.Context, lists []*Connection) ([]int, error) {
	counts := make([]int, len(lists))
	byDay := map[civil.Date][]int{}
	for i, l := range lists {
		if l.Query.Parent != nil {
			byDay[l.Query.AsOf] = append(byDay[l.Query.AsOf], i)
			continue
		}
		n, err := count(ctx, s.db, l.Query)
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	for day, positions := range byDay {
		parents := make([]uuid.UUID, len(positions))
		for i, p := range positions {
			parents[i] = *lists[p].Query.Parent
		}
		children, err := countChildren(ctx, s.db, parents, day)
		if err != nil {
			return nil, err
		}
		for i, p := range positions {
			counts[p] = children[parents[i]]
		}
	}
	return counts, nil
}
