package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/idempotency"
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
}

// NewService returns a service on db. now tells the time, newID makes the ids
// of new objects, codec seals cursors.
func NewService(db *postgres.DB, regions *region.Service, codec page.Codec, now func() time.Time, newID func() uuid.UUID) *Service {
	return &Service{db: db, regions: regions, codec: codec, now: now, newID: newID}
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
	return query, asked, fault.Join(query.Filter.validate(), err)
}

// CreateOrganisation enters an organisation. A name that is taken is an outcome
// in the payload.
func (s *Service) CreateOrganisation(ctx context.Context, in CreateOrganisationInput) (*CreateOrganisationPayload, error) {
	viewer, err := auth.Require(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	now := s.timestamp()
	wish := idempotency.Wish{
		Key: in.IdempotencyKey, Actor: viewer.Subject, Operation: "createOrganisation", Input: in, ID: s.newID(), Now: now,
	}
	created, err := idempotency.Create(ctx, s.db, wish, func(tx *postgres.Tx) (*Organisation, error) {
		g := &Organisation{UUID: wish.ID, Name: in.Name, Kind: in.Kind, Version: 1, CreatedAt: now, UpdatedAt: now}
		return g, insertOrganisation(ctx, tx, g)
	}, func(tx *postgres.Tx, id uuid.UUID) (*Organisation, error) {
		return first(organisationsByID(ctx, tx, []uuid.UUID{id}))
	})
	outcomes, err := fault.Outcomes(violated(err))
	if err != nil {
		return nil, err
	}
	return &CreateOrganisationPayload{Organisation: created, UserErrors: outcomes}, nil
}

// CreateOmbudsOffice enters an office with its sites and channels. A name that
// is taken and a dissolved region are outcomes in the payload; a region or a
// carrier that does not exist is NOT_FOUND.
func (s *Service) CreateOmbudsOffice(ctx context.Context, in CreateOmbudsOfficeInput) (*CreateOmbudsOfficePayload, error) {
	viewer, err := auth.Require(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	now := s.timestamp()
	wish := idempotency.Wish{
		Key: in.IdempotencyKey, Actor: viewer.Subject, Operation: "createOmbudsOffice", Input: in, ID: s.newID(), Now: now,
	}
	created, err := idempotency.Create(ctx, s.db, wish, func(tx *postgres.Tx) (*OmbudsOffice, error) {
		o := &OmbudsOffice{
			UUID: wish.ID, Name: in.Name, Status: in.Status, RegionID: in.RegionID.UUID, CarrierID: in.CarrierID.UUID,
			Version: 1, CreatedAt: now, UpdatedAt: now,
		}
		if err := s.checkRegion(ctx, tx, o.RegionID); err != nil {
			return nil, err
		}
		if err := insertOffice(ctx, tx, o); err != nil {
			return nil, err
		}
		return o, s.replaceLists(ctx, tx, o.UUID, in.Sites, in.Channels)
	}, func(tx *postgres.Tx, id uuid.UUID) (*OmbudsOffice, error) {
		return officeByID(ctx, tx, id, Along{})
	})
	outcomes, err := fault.Outcomes(violated(err))
	if err != nil {
		return nil, err
	}
	return &CreateOmbudsOfficePayload{OmbudsOffice: created, UserErrors: outcomes}, nil
}

// UpdateOmbudsOffice changes an office. A version that has passed, a name that
// is taken and a dissolved region are outcomes in the payload, beside the
// office as it is; an office, region or carrier that does not exist is
// NOT_FOUND.
func (s *Service) UpdateOmbudsOffice(ctx context.Context, in UpdateOmbudsOfficeInput) (*UpdateOmbudsOfficePayload, error) {
	if _, err := auth.Require(ctx); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	payload := &UpdateOmbudsOfficePayload{}
	err := s.db.Tx(ctx, func(tx *postgres.Tx) error {
		present, err := lockOffice(ctx, tx, in.ID.UUID)
		if errors.Is(err, postgres.ErrNoRows) {
			return missing("input.id", "ombuds office", "Ombudsstelle")
		} else if err != nil {
			return err
		}
		payload.OmbudsOffice = present
		if in.ExpectedVersion != present.Version {
			return (&fault.Error{Code: fault.VersionConflict, Text: fault.Text{
				EN: fmt.Sprintf("is not the present version, which is %d", present.Version),
				DE: fmt.Sprintf("ist nicht der jetzige Stand, der %d ist", present.Version),
			}}).At("input.expectedVersion")
		}
		changed, sites, channels := in.apply(*present)
		if changed == *present && sites == nil && channels == nil {
			return nil
		}
		if changed.RegionID != present.RegionID {
			if err := s.checkRegion(ctx, tx, changed.RegionID); err != nil {
				return err
			}
		}
		changed.Version++
		changed.UpdatedAt = s.timestamp()
		if err := updateOffice(ctx, tx, &changed); err != nil {
			return err
		}
		if err := s.replaceLists(ctx, tx, changed.UUID, sites, channels); err != nil {
			return err
		}
		payload.OmbudsOffice = &changed
		return nil
	})
	if payload.UserErrors, err = fault.Outcomes(violated(err)); err != nil {
		return nil, err
	}
	return payload, nil
}

// replaceLists makes sites and channels all that an office has; a nil list stays
// as it is.
func (s *Service) replaceLists(ctx context.Context, tx *postgres.Tx, office uuid.UUID, sites []OfficeSiteInput, channels []ContactChannelInput) error {
	if sites != nil {
		ids, err := s.itemIDs(ctx, tx, siteIDsSQL, office, "input.sites", len(sites), func(i int) *ident.ID { return sites[i].ID })
		if err != nil {
			return err
		}
		rows := make([]*OfficeSite, len(sites))
		for i, in := range sites {
			rows[i] = &OfficeSite{
				UUID: ids[i], OfficeID: office, Position: i, Name: in.Name, Street: in.Street, PostalCode: in.PostalCode,
				Place: in.Place, StepFree: in.StepFree, ByAppointmentOnly: in.ByAppointmentOnly,
			}
		}
		if err := replaceSites(ctx, tx, office, rows); err != nil {
			return err
		}
	}
	if channels != nil {
		ids, err := s.itemIDs(ctx, tx, channelIDsSQL, office, "input.channels", len(channels), func(i int) *ident.ID { return channels[i].ID })
		if err != nil {
			return err
		}
		rows := make([]*ContactChannel, len(channels))
		for i, in := range channels {
			rows[i] = &ContactChannel{
				UUID: ids[i], OfficeID: office, Position: i, Kind: in.Kind, Value: in.Value, Note: in.Note,
				UsableWithoutSpeaking: in.UsableWithoutSpeaking, FreeOfCharge: in.FreeOfCharge,
			}
		}
		return replaceChannels(ctx, tx, office, rows)
	}
	return nil
}

// itemIDs returns the ids that the n items of a list will have: the given ones,
// which must be of items that the office has, and new ones.
func (s *Service) itemIDs(ctx context.Context, tx *postgres.Tx, presentSQL string, office uuid.UUID, field string, n int, given func(int) *ident.ID) ([]uuid.UUID, error) {
	ids := make([]uuid.UUID, n)
	var present []uuid.UUID
	for i := range ids {
		id := given(i)
		if id == nil {
			ids[i] = s.newID()
			continue
		}
		if present == nil {
			present = []uuid.UUID{}
			if err := tx.Select(ctx, &present, presentSQL, office); err != nil {
				return nil, err
			}
		}
		if !slices.Contains(present, id.UUID) {
			return nil, missing(fmt.Sprintf("%s[%d].id", field, i), "item of this office", "Eintrag dieser Ombudsstelle")
		}
		ids[i] = id.UUID
	}
	return ids, nil
}

// checkRegion refuses a region that does not exist today.
func (s *Service) checkRegion(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	exists, err := region.ExistsOn(ctx, tx, id, s.regions.Today())
	if errors.Is(err, postgres.ErrNoRows) {
		return missing("input.regionId", "region", "Region")
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
		return missing("input.carrierId", "organisation", "Organisation").Because(err)
	case "ombuds_office_region_fkey":
		return missing("input.regionId", "region", "Region").Because(err)
	}
	return err
}

func missing(field, en, de string) *fault.Error {
	return fault.New(fault.NotFound, fault.Text{EN: "there is no such " + en, DE: de + " nicht gefunden"}).At(field)
}

// first is the first of rows, nil when there is none.
func first[T any](rows []*T, err error) (*T, error) {
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0], nil
}
