// Package demo makes a small world to look at: the ombuds offices of a pilot
// project in Sachsen-Anhalt, and some that are made up. No telephone number,
// address or person in it is real: numbers are from the ranges that the Federal
// Network Agency keeps for films, mail addresses end in example.org.
package demo

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
	"ombudsnetz/internal/responsibility"
)

// Load adds to db what of the demo world is missing, and leaves alone what is
// there. Ids are the same in every installation.
func Load(ctx context.Context, db *postgres.DB, regions *region.Service, codec page.Codec, now func() time.Time) error {
	w := world{
		ctx: auth.With(ctx, auth.Viewer{Subject: "demo"}),
		service: func(newID func() uuid.UUID) *directory.Service {
			return directory.NewService(db, regions, codec, now, newID)
		},
		regions: regions,
	}
	w.responsible = func(newID func() uuid.UUID) *responsibility.Service {
		return responsibility.NewService(db, regions, w.service(newID), codec, now, newID)
	}
	for _, o := range organisations() {
		if err := w.organisation(o); err != nil {
			return fmt.Errorf("demo organisation %s: %w", o.Name, err)
		}
	}
	for _, o := range offices() {
		if err := w.office(o); err != nil {
			return fmt.Errorf("demo office %s: %w", o.name, err)
		}
	}
	return w.responsibilities(db)
}

type world struct {
	ctx     context.Context //nolint:containedctx // lives for one call of Load
	service func(newID func() uuid.UUID) *directory.Service
	regions *region.Service

	responsible func(newID func() uuid.UUID) *responsibility.Service
}

// idOf is the id of the demo object with this name, laid out as a UUIDv7 of the
// day on which the pilot project began.
func idOf(name string) uuid.UUID {
	began := time.Date(2020, time.October, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	sum := sha256.Sum256([]byte("demo/" + name))
	id := uuid.UUID(sum[:16])
	for i := range 6 {
		id[i] = byte(began >> (8 * (5 - i)))
	}
	id[6] = 0x70 | id[6]&0x0f
	id[8] = 0x80 | id[8]&0x3f
	return id
}

// idsOf gives the object with this name its id, and ids to what it consists of.
func idsOf(name string) func() uuid.UUID {
	n := 0
	return func() uuid.UUID {
		n++
		if n == 1 {
			return idOf(name)
		}
		return idOf(fmt.Sprintf("%s/%d", name, n))
	}
}

func (w world) organisation(in directory.CreateOrganisationInput) error {
	s := w.service(idsOf(in.Name))
	if there, err := s.OrganisationsByID(w.ctx, []uuid.UUID{idOf(in.Name)}); err != nil || there[0] != nil {
		return err
	}
	payload, err := s.CreateOrganisation(w.ctx, in)
	if err != nil {
		return err
	}
	for _, refused := range payload.UserErrors {
		return refused
	}
	return nil
}

func (w world) office(o office) error {
	s := w.service(idsOf(o.name))
	if there, err := s.OfficesByID(w.ctx, []uuid.UUID{idOf(o.name)}); err != nil || there[0] != nil {
		return err
	}
	in, err := w.regions.ByKey(w.ctx, o.regionKey, nil)
	if err != nil {
		return err
	}
	if in == nil {
		return fmt.Errorf("no region has the key %s", o.regionKey)
	}
	payload, err := s.CreateOmbudsOffice(w.ctx, directory.CreateOmbudsOfficeInput{
		Name: o.name, Status: o.status, RegionID: in.ID(), CarrierID: ident.ID{Kind: ident.Organisation, UUID: idOf(o.carrier)},
		Sites: o.sites, Channels: o.channels,
	})
	if err != nil {
		return err
	}
	for _, refused := range payload.UserErrors {
		return refused
	}
	return nil
}

func organisations() []directory.CreateOrganisationInput {
	return []directory.CreateOrganisationInput{
		{Name: "KinderStärken e.V.", Kind: directory.FreeCarrier},
		{Name: "Ministerium für Arbeit, Soziales und Integration des Landes Sachsen-Anhalt", Kind: directory.Ministry},
		{Name: "Fiktiver Dachverband Ombudschaft", Kind: directory.UmbrellaBody},
		{Name: "Musterhilfe Küste gGmbH (fiktiv)", Kind: directory.FreeCarrier},
		{Name: "Verein Beispielrechte e.V. (fiktiv)", Kind: directory.FreeCarrier},
	}
}

type office struct {
	name, carrier, regionKey string
	status                   directory.OmbudsOfficeStatus
	sites                    []directory.OfficeSiteInput
	channels                 []directory.ContactChannelInput
}

func offices() []office {
	return []office{
		{
			name: "Ombudsstelle Magdeburg", carrier: "KinderStärken e.V.", regionKey: "15003", status: directory.Pilot,
			sites: []directory.OfficeSiteInput{
				site("Beratungsraum Magdeburg", "Musterweg 1", "39104", "Magdeburg", fact.Yes, fact.No),
			},
			channels: []directory.ContactChannelInput{
				phone("+49 30 23125 101", "Dienstag und Donnerstag, 14 bis 17 Uhr"), mail("magdeburg@ombud.example.org"),
				chat("https://ombud.example.org/chat"),
			},
		},
		{
			name: "Ombudsstelle Stendal", carrier: "KinderStärken e.V.", regionKey: "15090", status: directory.Pilot,
			sites: []directory.OfficeSiteInput{
				site("Beratungsraum Stendal", "Beispielgasse 2", "39576", "Hansestadt Stendal", fact.No, fact.Yes),
				site("Sprechstunde Osterburg", "", "39606", "Hansestadt Osterburg (Altmark)", fact.Unknown, fact.Yes),
			},
			channels: []directory.ContactChannelInput{
				phone("+49 30 23125 102", "Montag bis Mittwoch, 10 bis 13 Uhr"), mail("stendal@ombud.example.org"),
			},
		},
		{
			name: "Landesweite Ombudsstelle Sachsen-Anhalt", carrier: "KinderStärken e.V.", regionKey: "15", status: directory.Planned,
			channels: []directory.ContactChannelInput{mail("land@ombud.example.org")},
		},
		{
			name: "Ombudsstelle Musterküste", carrier: "Musterhilfe Küste gGmbH (fiktiv)", regionKey: "01", status: directory.Open,
			sites: []directory.OfficeSiteInput{
				site("Haus am Beispielhafen", "Hafenstraße 3", "24103", "Kiel", fact.Yes, fact.Unknown),
			},
			channels: []directory.ContactChannelInput{
				phone("+49 40 66969 103", ""), mail("kueste@ombud.example.org"), signLanguage("https://ombud.example.org/dgs"),
			},
		},
		{
			name: "Ombudsstelle Beispielrechte Berlin", carrier: "Verein Beispielrechte e.V. (fiktiv)", regionKey: "11", status: directory.Open,
			sites: []directory.OfficeSiteInput{
				site("Ladenbüro", "Fiktive Straße 4", "10115", "Berlin", fact.Yes, fact.No),
			},
			channels: []directory.ContactChannelInput{
				phone("+49 30 23125 104", ""), mail("berlin@ombud.example.org"), chat("https://berlin.ombud.example.org/chat"),
			},
		},
		{
			name: "Ombudsstelle Wartburgregion", carrier: "Verein Beispielrechte e.V. (fiktiv)", regionKey: "16063", status: directory.Closed,
		},
	}
}

func site(name, street, postalCode, place string, stepFree, byAppointmentOnly fact.Fact) directory.OfficeSiteInput {
	in := directory.OfficeSiteInput{
		Name: name, PostalCode: postalCode, Place: place, StepFree: stepFree, ByAppointmentOnly: byAppointmentOnly,
	}
	if street != "" {
		in.Street = &street
	}
	return in
}

func phone(number, times string) directory.ContactChannelInput {
	in := directory.ContactChannelInput{Kind: directory.Phone, Value: number, UsableWithoutSpeaking: fact.No, FreeOfCharge: fact.Unknown}
	if times != "" {
		in.Note = &times
	}
	return in
}

func mail(address string) directory.ContactChannelInput {
	return directory.ContactChannelInput{Kind: directory.Email, Value: address, UsableWithoutSpeaking: fact.Yes, FreeOfCharge: fact.Yes}
}

func chat(link string) directory.ContactChannelInput {
	return directory.ContactChannelInput{Kind: directory.Chat, Value: link, UsableWithoutSpeaking: fact.Yes, FreeOfCharge: fact.Yes}
}

func signLanguage(link string) directory.ContactChannelInput {
	note := "Beratung in Deutscher Gebärdensprache (DGS)"
	return directory.ContactChannelInput{Kind: directory.VideoCall, Value: link, Note: &note, UsableWithoutSpeaking: fact.Yes, FreeOfCharge: fact.Yes}
}
