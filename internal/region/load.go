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

// Ancestors returns for each id the regions above, the nearest first, with what
// fields need; nil is all.
func (s *Service) Ancestors(ctx context.Context, ids []uuid.UUID, fields []string) ([][]*Region, error) {
	rows, err := ancestors(ctx, s.db, ids, s.columns.For(fields))
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
	rows, err := children(ctx, s.db, batch.Distinct(parents, func(id uuid.UUID) uuid.UUID { return id }), day, asked, s.columns.For(args.Fields))
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

// Count returns how many regions each list has on all its pages together. Lists
// that differ by the region they start from alone are counted by one statement.
func (s *Service) Count(ctx context.Context, lists []*Connection) ([]int, error) {
	counts := make([]int, len(lists))
	children, descendants := map[civil.Date][]int{}, map[descent][]int{}
	for i, l := range lists {
		switch {
		case l.Query.Parent != nil:
			children[l.Query.AsOf] = append(children[l.Query.AsOf], i)
		case l.Query.Above != nil:
			alike := l.Query.descent()
			descendants[alike] = append(descendants[alike], i)
		default:
			n, err := count(ctx, s.db, l.Query)
			if err != nil {
				return nil, err
			}
			counts[i] = n
		}
	}
	for day, places := range children {
		parents := pick(places, func(i int) uuid.UUID { return *lists[i].Query.Parent })
		found, err := countChildren(ctx, s.db, parents, day)
		if err != nil {
			return nil, err
		}
		for i, place := range places {
			counts[place] = found[parents[i]]
		}
	}
	for alike, places := range descendants {
		above := pick(places, func(i int) *Region { return lists[i].Query.Above })
		found, err := countDescendants(ctx, s.db, distinct(above), alike)
		if err != nil {
			return nil, err
		}
		for i, place := range places {
			counts[place] = found[above[i].UUID]
		}
	}
	return counts, nil
}

func pick[T any](places []int, of func(int) T) []T {
	picked := make([]T, len(places))
	for i, place := range places {
		picked[i] = of(place)
	}
	return picked
}

func distinct(regions []*Region) []*Region {
	return batch.Distinct(regions, func(r *Region) uuid.UUID { return r.UUID })
}
