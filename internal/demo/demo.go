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
	w.groups = func(newID func() uuid.UUID) *region.Groups { return region.NewGroups(db, regions, now, newID) }
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
	if err := w.responsibilities(db); err != nil {
		return err
	}
	for name, keys := range forums() {
		if err := w.group(name, keys); err != nil {
			return fmt.Errorf("demo group %s: %w", name, err)
		}
	}
	return nil
}

type world struct {
	ctx     context.Context //nolint:containedctx // lives for one call of Load
	service func(newID func() uuid.UUID) *directory.Service
	regions *region.Service

	groups      func(newID func() uuid.UUID) *region.Groups
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

func (w world) organisation(o organisation) error {
	s := w.service(idsOf(o.key()))
	if there, err := s.OrganisationsByID(w.ctx, []uuid.UUID{idOf(o.key())}); err != nil || there[0] != nil {
		return err
	}
	payload, err := s.CreateOrganisation(w.ctx, o.CreateOrganisationInput)
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
	var funders []ident.ID
	for _, name := range o.funders {
		funders = append(funders, organisationID(name))
	}
	payload, err := s.CreateOmbudsOffice(w.ctx, directory.CreateOmbudsOfficeInput{
		Name: o.name, Status: o.status, RegionID: in.ID(), CarrierID: organisationID(o.carrier), Sites: o.sites, Channels: o.channels,
		Profile: o.profile, FunderIDs: funders, IndependenceLinks: o.links, Scope: o.scope, Texts: o.texts,
	})
	if err != nil {
		return err
	}
	for _, refused := range payload.UserErrors {
		return refused
	}
	return nil
}
