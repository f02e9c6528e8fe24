package directory

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/history"
	"ombudsnetz/internal/idempotency"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/patch"
	"ombudsnetz/internal/postgres"
)

// CreateOmbudsOffice enters an office with its sites and channels. A name that
// is taken and a dissolved region are outcomes in the payload; a region or a
// carrier that does not exist is NOT_FOUND.
func (s *Service) CreateOmbudsOffice(ctx context.Context, in CreateOmbudsOfficeInput) (*CreateOmbudsOfficePayload, error) {
	viewer, err := auth.Require(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.Validate(s.regions.Today()); err != nil {
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
		after, err := s.replaceLists(ctx, tx, o.UUID, in.lists(), lists{})
		if err != nil {
			return nil, err
		}
		return o, history.Write(ctx, tx, nil, o, nil, after)
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
	if err := in.Validate(s.regions.Today()); err != nil {
		return nil, err
	}
	payload := &UpdateOmbudsOfficePayload{}
	err := s.db.Tx(ctx, func(tx *postgres.Tx) error {
		present, err := lockOffice(ctx, tx, in.ID.UUID)
		if errors.Is(err, postgres.ErrNoRows) {
			return fault.Missing("input.id", "ombuds office", "Ombudsstelle")
		} else if err != nil {
			return err
		}
		payload.OmbudsOffice = present
		if err := patch.SameVersion(in.ExpectedVersion, present.Version); err != nil {
			return err
		}
		changed, wanted := in.apply(*present)
		if changed == *present && wanted.none() {
			return nil
		}
		if changed.RegionID != present.RegionID {
			if err := s.checkRegion(ctx, tx, changed.RegionID); err != nil {
				return err
			}
		}
		changed.Version++
		changed.UpdatedAt = s.timestamp()
		if err := s.change(ctx, tx, present, &changed, wanted); err != nil {
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

// change makes changed of present and writes it into the history.
func (s *Service) change(ctx context.Context, tx *postgres.Tx, present, changed *OmbudsOffice, wanted listInputs) error {
	if err := updateOffice(ctx, tx, changed); err != nil {
		return err
	}
	before, err := presentLists(ctx, tx, present.UUID, wanted)
	if err != nil {
		return err
	}
	after, err := s.replaceLists(ctx, tx, present.UUID, wanted, before)
	if err != nil {
		return err
	}
	return history.Write(ctx, tx, present, changed, before, after)
}

// listInputs are the lists of an office that an input replaces as a whole, nil
// for one that stays.
type listInputs struct {
	sites    []OfficeSiteInput
	channels []ContactChannelInput
	profile  *OmbudsOfficeProfileInput
	funders  []ident.ID
	links    []IndependenceLinkInput
	scope    []ScopeEntryInput
	texts    []OfficeTextInput
}

func (l listInputs) none() bool {
	return l.sites == nil && l.channels == nil && l.profile == nil && l.funders == nil && l.links == nil && l.scope == nil && l.texts == nil
}

// lists are the same lists as they are kept.
type lists struct {
	sites    []*OfficeSite
	hours    map[uuid.UUID]*OpeningHours
	channels []*ContactChannel
	profileRows
}

// presentLists reads the lists that are about to be replaced.
func presentLists(ctx context.Context, tx *postgres.Tx, office uuid.UUID, wanted listInputs) (present lists, err error) {
	if wanted.sites != nil {
		if present.sites, err = sitesOf(ctx, tx, []uuid.UUID{office}, siteColumns); err != nil {
			return present, err
		}
		if present.hours, err = hoursBySite(ctx, tx, present.sites); err != nil {
			return present, err
		}
	}
	if wanted.channels != nil {
		if present.channels, err = channelsOf(ctx, tx, []uuid.UUID{office}, channelColumns); err != nil {
			return present, err
		}
	}
	present.profileRows, err = presentProfile(ctx, tx, office, wanted)
	return present, err
}

// replaceLists makes wanted all that an office has, instead of present, and
// returns it as it is kept. What is empty before and after costs nothing.
func (s *Service) replaceLists(ctx context.Context, tx *postgres.Tx, office uuid.UUID, wanted listInputs, present lists) (lists, error) {
	kept := lists{}
	var err error
	if len(wanted.sites)+len(present.sites) > 0 {
		if kept.sites, kept.hours, err = s.sites(office, wanted.sites, present.sites); err != nil {
			return kept, err
		}
		if err := replaceSites(ctx, tx, office, kept.sites); err != nil {
			return kept, err
		}
		if err := replaceHours(ctx, tx, office, kept.hours, present.hours); err != nil {
			return kept, err
		}
	}
	if len(wanted.channels)+len(present.channels) > 0 {
		if kept.channels, err = s.channels(office, wanted.channels, present.channels); err != nil {
			return kept, err
		}
		if err := replaceChannels(ctx, tx, office, kept.channels); err != nil {
			return kept, err
		}
	}
	if err := wanted.checkReferences(ctx, tx); err != nil {
		return kept, err
	}
	kept.profileRows = wanted.profileRows(office)
	return kept, replaceProfile(ctx, tx, office, kept.profileRows, present.profileRows)
}

func (s *Service) sites(office uuid.UUID, inputs []OfficeSiteInput, present []*OfficeSite) ([]*OfficeSite, map[uuid.UUID]*OpeningHours, error) {
	rows, hours := make([]*OfficeSite, len(inputs)), map[uuid.UUID]*OpeningHours{}
	for i, in := range inputs {
		id, err := itemID(s, in.ID, present, func(t *OfficeSite) uuid.UUID { return t.UUID }, fmt.Sprintf("input.sites[%d].id", i))
		if err != nil {
			return nil, nil, err
		}
		rows[i] = &OfficeSite{
			UUID: id, OfficeID: office, Position: i, Name: in.Name, Street: in.Street, PostalCode: in.PostalCode,
			Place: in.Place, StepFree: in.StepFree, ByAppointmentOnly: in.ByAppointmentOnly,
			AccessibleToilet: in.AccessibleToilet, AccessibleParking: in.AccessibleParking, InductionLoop: in.InductionLoop,
			SignLanguage: in.SignLanguage, EasyRead: in.EasyRead, LanguageCodes: postgres.ListOf(in.Languages), FormatCodes: postgres.ListOf(in.Formats),
			TimeZone: defaultZone,
		}
		if in.Point != nil {
			rows[i].Latitude, rows[i].Longitude = &in.Point.Latitude, &in.Point.Longitude
		}
		if in.OpeningHours != nil {
			rows[i].TimeZone, hours[id] = in.OpeningHours.TimeZone, in.OpeningHours
		}
	}
	return rows, hours, nil
}

// hoursBySite are the hours of sites by their ids.
func hoursBySite(ctx context.Context, tx *postgres.Tx, sites []*OfficeSite) (map[uuid.UUID]*OpeningHours, error) {
	bySite := make(map[uuid.UUID]*OpeningHours, len(sites))
	if len(sites) == 0 {
		return bySite, nil
	}
	ids := make([]uuid.UUID, len(sites))
	for i, site := range sites {
		ids[i] = site.UUID
	}
	hours, err := hoursOf(ctx, tx, ids)
	for i := range hours {
		bySite[ids[i]] = hours[i]
	}
	return bySite, err
}

func (s *Service) channels(office uuid.UUID, inputs []ContactChannelInput, present []*ContactChannel) ([]*ContactChannel, error) {
	rows := make([]*ContactChannel, len(inputs))
	for i, in := range inputs {
		id, err := itemID(s, in.ID, present, func(c *ContactChannel) uuid.UUID { return c.UUID }, fmt.Sprintf("input.channels[%d].id", i))
		if err != nil {
			return nil, err
		}
		rows[i] = &ContactChannel{
			UUID: id, OfficeID: office, Position: i, Kind: in.Kind, Value: in.Value, Note: in.Note,
			UsableWithoutSpeaking: in.UsableWithoutSpeaking, FreeOfCharge: in.FreeOfCharge,
			UsableWithoutHearing: in.UsableWithoutHearing, SignLanguage: in.SignLanguage, Anonymous: in.Anonymous,
			LanguageCodes: postgres.ListOf(in.Languages),
		}
	}
	return rows, nil
}

// itemID is the id that an item of a list will have: the given one, which must
// be of an item that the office has, or a new one.
func itemID[T any](s *Service, given *ident.ID, present []T, key func(T) uuid.UUID, path string) (uuid.UUID, error) {
	if given == nil {
		return s.newID(), nil
	}
	for _, item := range present {
		if key(item) == given.UUID {
			return given.UUID, nil
		}
	}
	return uuid.Nil, fault.Missing(path, "item of this office", "Eintrag dieser Ombudsstelle")
}

// AddTo adds the lists to the state of an office.
func (l lists) AddTo(record *history.Record) {
	for _, site := range l.sites {
		record.AddItem("sites."+site.ID().String(), site, openingColumns(l.hours[site.UUID]))
	}
	for _, channel := range l.channels {
		record.AddItem("channels."+channel.ID().String(), channel)
	}
	for _, profile := range l.profile {
		record.AddItem("profile", profile)
	}
	for _, funder := range l.funders {
		record.AddItem("funders."+organisationID(funder.OrganisationID), funder)
	}
	for _, link := range l.links {
		record.AddItem("independenceLinks."+organisationID(link.OrganisationID)+"."+string(link.Kind), link)
	}
	for _, entry := range l.scope {
		record.AddItem("scope."+entry.Code, entry)
	}
	for _, text := range l.texts {
		record.AddItem(textKey(text), text)
	}
}

// openingTimes are the hours of a site as its history keeps them.
type openingTimes struct {
	Weekly     []OpeningPeriod    `db:"opening_hours"`
	Exceptions []OpeningException `db:"opening_exceptions"`
}

func openingColumns(hours *OpeningHours) openingTimes {
	times := openingTimes{Weekly: []OpeningPeriod{}, Exceptions: []OpeningException{}}
	if hours != nil {
		times.Weekly = append(times.Weekly, hours.Weekly...)
		times.Exceptions = append(times.Exceptions, hours.Exceptions...)
	}
	return times
}
