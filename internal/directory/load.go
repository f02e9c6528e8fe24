package directory

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/batch"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/region"
)

// OrganisationsByID returns the organisations with these ids in the same order,
// nil where there is none.
func (s *Service) OrganisationsByID(ctx context.Context, ids []uuid.UUID) ([]*Organisation, error) {
	rows, err := organisationsByID(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	return batch.One(ids, rows, func(g *Organisation) uuid.UUID { return g.UUID }), nil
}

// OfficesByID returns the offices with these ids in the same order, nil where
// there is none.
func (s *Service) OfficesByID(ctx context.Context, ids []uuid.UUID) ([]*OmbudsOffice, error) {
	rows, err := officesByID(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	return batch.One(ids, rows, func(o *OmbudsOffice) uuid.UUID { return o.UUID }), nil
}

// RegionsOf returns the region of each office.
func (s *Service) RegionsOf(ctx context.Context, offices []*OmbudsOffice) ([]*region.Region, error) {
	return relatives(ctx, offices, func(o *OmbudsOffice) (*region.Region, uuid.UUID) { return o.Relatives.Region, o.RegionID }, s.regions.ByIDs)
}

// CarriersOf returns the carrier of each office.
func (s *Service) CarriersOf(ctx context.Context, offices []*OmbudsOffice) ([]*Organisation, error) {
	return relatives(ctx, offices, func(o *OmbudsOffice) (*Organisation, uuid.UUID) { return o.Relatives.Carrier, o.CarrierID }, s.OrganisationsByID)
}

// relatives returns what was read along with each office, or loads it for all.
func relatives[R any](ctx context.Context, offices []*OmbudsOffice, of func(*OmbudsOffice) (*R, uuid.UUID), load func(context.Context, []uuid.UUID) ([]*R, error)) ([]*R, error) {
	found, ids := make([]*R, len(offices)), make([]uuid.UUID, len(offices))
	all := true
	for i, office := range offices {
		found[i], ids[i] = of(office)
		all = all && found[i] != nil
	}
	if all {
		return found, nil
	}
	return load(ctx, ids)
}

// SitesByID returns the sites with these ids in the same order, nil where there
// is none.
func (s *Service) SitesByID(ctx context.Context, ids []uuid.UUID) ([]*OfficeSite, error) {
	rows, err := sitesByID(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	return batch.One(ids, rows, func(t *OfficeSite) uuid.UUID { return t.UUID }), nil
}

// ChannelsByID returns the channels with these ids in the same order, nil where
// there is none.
func (s *Service) ChannelsByID(ctx context.Context, ids []uuid.UUID) ([]*ContactChannel, error) {
	rows, err := channelsByID(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	return batch.One(ids, rows, func(c *ContactChannel) uuid.UUID { return c.UUID }), nil
}

// SitesOf returns the sites of each office, with what fields need; nil is all.
func (s *Service) SitesOf(ctx context.Context, offices []uuid.UUID, fields []string) ([][]*OfficeSite, error) {
	rows, err := sitesOf(ctx, s.db, offices, s.siteColumns.For(fields))
	if err != nil {
		return nil, err
	}
	return batch.Many(offices, rows, func(t *OfficeSite) uuid.UUID { return t.OfficeID }), nil
}

// ChannelsOf returns the channels of each office, with what fields need; nil is
// all.
func (s *Service) ChannelsOf(ctx context.Context, offices []uuid.UUID, fields []string) ([][]*ContactChannel, error) {
	rows, err := channelsOf(ctx, s.db, offices, s.channelColumns.For(fields))
	if err != nil {
		return nil, err
	}
	return batch.Many(offices, rows, func(c *ContactChannel) uuid.UUID { return c.OfficeID }), nil
}

// OfficesAround returns for each region a page of the offices that work in its
// scope.
func (s *Service) OfficesAround(ctx context.Context, regions []*region.Region, scope region.Scope, filter *OmbudsOfficeFilter, order OmbudsOfficeOrder, args page.Args) ([]*OmbudsOfficeConnection, error) {
	query, asked, err := s.readOffices(filter, order, args)
	if err != nil {
		return nil, err
	}
	query.Scope = scope
	rows, err := listOfficesAround(ctx, s.db, distinct(regions), query, asked)
	if err != nil {
		return nil, err
	}
	ids, _ := regionKeys(regions)
	found := batch.Many(ids, rows, func(o *officeAround) uuid.UUID { return o.Around })
	pages := make([]*OmbudsOfficeConnection, len(regions))
	for i, r := range regions {
		offices := make([]*OmbudsOffice, len(found[i]))
		for j, o := range found[i] {
			offices[j] = &o.OmbudsOffice
		}
		query.Around = r
		pages[i] = page.Connect(asked, offices, query)
	}
	return pages, nil
}

func distinct(regions []*region.Region) []*region.Region {
	return batch.Distinct(regions, func(r *region.Region) uuid.UUID { return r.UUID })
}

// CountOffices returns how many offices each list has on all its pages
// together. Lists that differ by their region alone are counted by one
// statement.
func (s *Service) CountOffices(ctx context.Context, lists []*OmbudsOfficeConnection) ([]int, error) {
	counts := make([]int, len(lists))
	alike := map[string][]int{}
	for i, l := range lists {
		if l.Query.Around != nil {
			alike[l.Query.text()] = append(alike[l.Query.text()], i)
			continue
		}
		n, err := countOffices(ctx, s.db, l.Query)
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	for _, positions := range alike {
		regions := make([]*region.Region, len(positions))
		for i, p := range positions {
			regions[i] = lists[p].Query.Around
		}
		byRegion, err := countOfficesAround(ctx, s.db, distinct(regions), lists[positions[0]].Query)
		if err != nil {
			return nil, err
		}
		for i, p := range positions {
			counts[p] = byRegion[regions[i].UUID]
		}
	}
	return counts, nil
}

// CountOrganisations returns how many organisations each list has on all its
// pages together.
func (s *Service) CountOrganisations(ctx context.Context, lists []*OrganisationConnection) ([]int, error) {
	counts := make([]int, len(lists))
	for i, l := range lists {
		n, err := countOrganisations(ctx, s.db, l.Query)
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	return counts, nil
}
