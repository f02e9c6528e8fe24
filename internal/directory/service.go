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
	if err := query.validate(); err != nil {
		return nil, err
	}
	asked, err := page.Read(s.codec, organisationOrder(), args)
	if err != nil {
		return nil, err
	}
	rows, err := listOrganisations(ctx, s.db, query, asked)
	if err != nil {
		return nil, err
	}
	return page.Connect(asked, rows, query), nil
}

// Office returns the office with this id; nil when there is none.
func (s *Service) Office(ctx context.Context, id ident.ID) (*OmbudsOffice, error) {
	key, err := id.Of(ident.OmbudsOffice, "id")
	if err != nil {
		return nil, err
	}
	offices, err := s.OfficesByID(ctx, []uuid.UUID{key})
	if err != nil {
		return nil, err
	}
	return offices[0], nil
}

// Offices returns one page of offices.
func (s *Service) Offices(ctx context.Context, filter *OmbudsOfficeFilter, order OmbudsOfficeOrder, args page.Args) (*OmbudsOfficeConnection, error) {
	query, asked, err := s.readOffices(filter, order, args)
	if err != nil {
		return nil, err
	}
	rows, err := listOffices(ctx, s.db, query, asked)
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
	if err := query.Filter.validate(); err != nil {
		return query, page.Page[*OmbudsOffice]{}, err
	}
	asked, err := page.Read(s.codec, officeOrder(order), args)
	return query, asked, err
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
	created := &Organisation{UUID: s.newID(), Name: in.Name, Kind: in.Kind, Version: 1, CreatedAt: now, UpdatedAt: now}
	payload := &CreateOrganisationPayload{}
	err = s.db.Tx(ctx, func(tx *postgres.Tx) error {
		id, err := idempotency.Claim(ctx, tx, idempotency.Wish{
			Key: in.IdempotencyKey, Actor: viewer.Subject, Operation: "createOrganisation", Input: in, ID: created.UUID, Now: now,
		})
		if err != nil {
			return err
		}
		payload.Organisation = created
		if id == created.UUID {
			return insertOrganisation(ctx, tx, created)
		}
		earlier, err := organisationsByID(ctx, tx, []uuid.UUID{id})
		payload.Organisation = first(earlier)
		return err
	})
	if payload.UserErrors, err = fault.Outcomes(violated(err)); len(payload.UserErrors) > 0 {
		payload.Organisation = nil
	}
	return payload, err
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
	created := &OmbudsOffice{
		UUID: s.newID(), Name: in.Name, Status: in.Status, RegionID: in.RegionID.UUID, CarrierID: in.CarrierID.UUID,
		Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	payload := &CreateOmbudsOfficePayload{}
	err = s.db.Tx(ctx, func(tx *postgres.Tx) error {
		id, err := idempotency.Claim(ctx, tx, idempotency.Wish{
			Key: in.IdempotencyKey, Actor: viewer.Subject, Operation: "createOmbudsOffice", Input: in, ID: created.UUID, Now: now,
		})
		if err != nil {
			return err
		}
		payload.OmbudsOffice = created
		if id != created.UUID {
			earlier, err := officesByID(ctx, tx, []uuid.UUID{id})
			payload.OmbudsOffice = first(earlier)
			return err
		}
		if err := s.checkRegion(ctx, tx, created.RegionID); err != nil {
			return err
		}
		if err := insertOffice(ctx, tx, created); err != nil {
			return err
		}
		return s.replaceLists(ctx, tx, created.UUID, in.Sites, in.Channels)
	})
	if payload.UserErrors, err = fault.Outcomes(violated(err)); len(payload.UserErrors) > 0 {
		payload.OmbudsOffice = nil
	}
	return payload, err
}

// UpdateOmbudsOffice changes an office. A version that has passed, a name that
// is taken and a dissolved region are outcomes in the payload, beside the
// office as it is; an office, region or carrier that does not exist is
// NOT_FOUND.
func (s *Service) UpdateOmbudsOffice(ctx context.Context, in UpdateOmbudsOfficeInput) (*UpdateOmbudsOfficePayload, error) {
	if _, err := auth.Require(ctx); err != nil {
		return nil, err
	}
	id, err := in.ID.Of(ident.OmbudsOffice, "input.id")
	if err != nil {
		return nil, err
	}
	payload := &UpdateOmbudsOfficePayload{}
	err = s.db.Tx(ctx, func(tx *postgres.Tx) error {
		present, err := lockOffice(ctx, tx, id)
		if errors.Is(err, postgres.ErrNoRows) {
			return missing("input.id", "ombuds office", "Ombudsstelle")
		} else if err != nil {
			return err
		}
		payload.OmbudsOffice = present
		changed := *present
		sites, channels, err := in.apply(&changed)
		if err != nil {
			return err
		}
		if in.ExpectedVersion != present.Version {
			return (&fault.Error{Code: fault.VersionConflict, Text: fault.Text{
				EN: fmt.Sprintf("was changed by someone else; it is at version %d now", present.Version),
				DE: fmt.Sprintf("wurde inzwischen geändert und hat jetzt den Stand %d", present.Version),
			}}).At("input.expectedVersion")
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
		if err := s.replaceLists(ctx, tx, id, sites, channels); err != nil {
			return err
		}
		payload.OmbudsOffice = &changed
		return nil
	})
	payload.UserErrors, err = fault.Outcomes(violated(err))
	return payload, err
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

// checkRegion refuses a region that no longer exists.
func (s *Service) checkRegion(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	validTo, err := region.ValidTo(ctx, tx, id)
	if errors.Is(err, postgres.ErrNoRows) {
		return missing("input.regionId", "region", "Region")
	} else if err != nil {
		return err
	}
	if validTo != nil && !s.regions.Today().Before(*validTo) {
		return fault.New(fault.Conflict, fault.Text{
			EN: "was dissolved; take the region that took over from it (successor)",
			DE: "wurde aufgelöst; bitte die Region nehmen, die an ihre Stelle trat (successor)",
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

func first[T any](rows []*T) *T {
	if len(rows) == 0 {
		return nil
	}
	return rows[0]
}
