package directory

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

// Service keeps the directory.
type Service struct {
	db      *postgres.DB
	regions *region.Service
	codec   page.Codec
	now     func() time.Time
	newID   func() uuid.UUID

	siteColumns, channelColumns *postgres.Columns
}

// NewService returns a service on db. now tells the time, newID makes the ids
// of new objects, codec seals cursors.
func NewService(db *postgres.DB, regions *region.Service, codec page.Codec, now func() time.Time, newID func() uuid.UUID) *Service {
	return &Service{
		db: db, regions: regions, codec: codec, now: now, newID: newID,
		siteColumns:    postgres.NewColumns(siteColumns, "id office_id position", "office", "openingHours"),
		channelColumns: postgres.NewColumns(channelColumns, "id office_id position"),
	}
}

// Organisations returns one page of organisations by name.
func (s *Service) Organisations(ctx context.Context, filter *OrganisationFilter, args page.Args) (*OrganisationConnection, error) {
	var query OrganisationFilter
	if filter != nil {
		query = *filter
	}
	asked, err := page.Read(s.codec, organisationOrder(), args)
	if err := fault.Join(query.validate(), err); err != nil {
		return nil, err
	}
	rows, err := listOrganisations(ctx, s.db, query, asked)
	if err != nil {
		return nil, err
	}
	return page.Connect(asked, rows, query), nil
}

// Office returns the office with this id, and what is to be read along; nil when
// there is none.
func (s *Service) Office(ctx context.Context, id ident.ID, along Along) (*OmbudsOffice, error) {
	key, err := id.Of(ident.OmbudsOffice, "id")
	if err != nil {
		return nil, err
	}
	return officeByID(ctx, s.db, key, along)
}

// Offices returns one page of offices, and what is to be read along.
func (s *Service) Offices(ctx context.Context, filter *OmbudsOfficeFilter, order OmbudsOfficeOrder, args page.Args, along Along) (*OmbudsOfficeConnection, error) {
	query, asked, err := s.readOffices(filter, order, args)
	if err != nil {
		return nil, err
	}
	rows, err := listOffices(ctx, s.db, query, asked, along)
	if err != nil {
		return nil, err
	}
	return page.Connect(asked, rows, query), nil
}

func (s *Service) readOffices(filter *OmbudsOfficeFilter, order OmbudsOfficeOrder, args page.Args) (OfficeQuery, page.Page[*OmbudsOffice], error) {
	var query OfficeQuery
	if filter != nil {
		query.Filter = *filter
	}
	asked, err := page.Read(s.codec, officeOrder(order), args)
	err = fault.Join(query.Filter.validate(s.now()), err)
	return query, asked, err
}

// checkRegion refuses a region that does not exist today.
func (s *Service) checkRegion(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	exists, err := region.ExistsOn(ctx, tx, id, s.regions.Today())
	if errors.Is(err, postgres.ErrNoRows) {
		return fault.Missing("input.regionId", "region", "Region")
	} else if err != nil {
		return err
	}
	if !exists {
		return fault.New(fault.Conflict, fault.Text{
			EN: "does not exist today; where a region was dissolved, take the one that took over from it (successor)",
			DE: "besteht heute nicht; bei einer aufgelösten Region bitte die nehmen, die an ihre Stelle trat (successor)",
		}).At("input.regionId")
	}
	return nil
}

// timestamp is the time now as Postgres keeps it.
func (s *Service) timestamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// violated turns a violated constraint into the fault that it means.
func violated(err error) error {
	switch postgres.Constraint(err) {
	case "organisation_name_key", "ombuds_office_name_per_carrier_key":
		return fault.New(fault.Conflict, fault.Text{EN: "is taken", DE: "ist schon vergeben"}).At("input.name").Because(err)
	case "ombuds_office_carrier_fkey":
		return fault.Missing("input.carrierId", "organisation", "Organisation").Because(err)
	case "ombuds_office_region_fkey":
		return fault.Missing("input.regionId", "region", "Region").Because(err)
	case "organisation_membership_umbrella_fkey":
		// New memberships are checked before they are stored, so it is the kind that changed.
		return stillUmbrella().Because(err)
	}
	return err
}

// first is the first of rows, nil when there is none.
func first[T any](rows []*T, err error) (*T, error) {
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0], nil
}
