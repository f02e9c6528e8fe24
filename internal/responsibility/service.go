package responsibility

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/history"
	"ombudsnetz/internal/idempotency"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/patch"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

// Service knows who is responsible where.
type Service struct {
	db        *postgres.DB
	regions   *region.Service
	directory *directory.Service
	codec     page.Codec
	now       func() time.Time
	newID     func() uuid.UUID
	finders   *finders
}

// NewService returns a service on db. now tells the time, newID makes the ids of
// new objects, codec seals cursors.
func NewService(db *postgres.DB, regions *region.Service, offices *directory.Service, codec page.Codec, now func() time.Time, newID func() uuid.UUID) *Service {
	return &Service{db: db, regions: regions, directory: offices, codec: codec, now: now, newID: newID, finders: newFinders()}
}

// Catchments returns one page of catchments by the key of their region.
func (s *Service) Catchments(ctx context.Context, filter *CatchmentFilter, args page.Args) (*CatchmentConnection, error) {
	var query CatchmentFilter
	if filter != nil {
		query = *filter
	}
	asked, err := page.Read(s.codec, regionOrder(), args)
	if err := fault.Join(query.validate(), err); err != nil {
		return nil, err
	}
	rows, err := list(ctx, s.db, query, asked)
	if err != nil {
		return nil, err
	}
	return page.Connect(asked, rows, query), nil
}

// CoverageGaps returns one page of the districts that existed on asOf (today when
// nil) and for which nobody of a kind was responsible.
func (s *Service) CoverageGaps(ctx context.Context, kind CatchmentKind, asOf *civil.Date, args page.Args) (*CoverageGapConnection, error) {
	asked, err := page.Read(s.codec, gapOrder(), args)
	if err != nil {
		return nil, err
	}
	of := Survey{Kind: kind, AsOf: s.dayOr(asOf)}
	rows, err := gaps(ctx, s.db, of, asked)
	if err != nil {
		return nil, err
	}
	found := make([]*CoverageGap, len(rows))
	for i, row := range rows {
		found[i] = &CoverageGap{Region: &row.Region, Kind: kind}
	}
	return page.Connect(asked, found, of), nil
}

// CatchmentOverlaps returns one page of the regions with an assignment of a kind
// of their own at which several bodies answered on asOf (today when nil).
func (s *Service) CatchmentOverlaps(ctx context.Context, kind CatchmentKind, asOf *civil.Date, args page.Args) (*CatchmentOverlapConnection, error) {
	asked, err := page.Read(s.codec, overlapOrder(), args)
	if err != nil {
		return nil, err
	}
	of := Survey{Kind: kind, AsOf: s.dayOr(asOf)}
	rows, err := overlaps(ctx, s.db, of, asked)
	if err != nil {
		return nil, err
	}
	var found []*CatchmentOverlap
	for _, row := range rows {
		if n := len(found); n == 0 || found[n-1].Region.UUID != row.Region.UUID {
			found = append(found, &CatchmentOverlap{Region: &row.Region})
		}
		last := found[len(found)-1]
		last.Catchments = append(last.Catchments, &row.Catchment)
	}
	return page.Connect(asked, found, of), nil
}

// CreateCatchment assigns a region to a body. A period in which another body is
// responsible alone, and one in which the region does not exist, are outcomes in
// the payload; a region or body that does not exist is NOT_FOUND.
func (s *Service) CreateCatchment(ctx context.Context, in CreateCatchmentInput) (*CreateCatchmentPayload, error) {
	viewer, err := auth.Require(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	now := s.timestamp()
	wish := idempotency.Wish{
		Key: in.IdempotencyKey, Actor: viewer.Subject, Operation: "createCatchment", Input: in, ID: s.newID(), Now: now,
	}
	created, err := idempotency.Create(ctx, s.db, wish, func(tx *postgres.Tx) (*Catchment, error) {
		c := &Catchment{
			UUID: wish.ID, Kind: in.Kind, RegionID: in.RegionID.UUID, Scope: in.Scope, Priority: in.Priority,
			ValidFrom: in.ValidFrom, ValidTo: in.ValidTo, LegalBasis: in.LegalBasis, Version: 1, CreatedAt: now, UpdatedAt: now,
		}
		c.setBody(in.BodyID)
		office, err := s.stand(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		if err := insert(ctx, tx, c, office); err != nil {
			return nil, err
		}
		return c, history.Write(ctx, tx, nil, c, nil, nil)
	}, func(tx *postgres.Tx, id uuid.UUID) (*Catchment, error) {
		rows, err := byIDs(ctx, tx, []uuid.UUID{id})
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		return rows[0], nil
	})
	outcomes, err := fault.Outcomes(violated(err, "input.validFrom"))
	if err != nil {
		return nil, err
	}
	return &CreateCatchmentPayload{Catchment: created, UserErrors: outcomes}, nil
}

// stand sets the key of the region of a new catchment and returns the kind of its
// youth welfare office, if it has one.
func (s *Service) stand(ctx context.Context, tx *postgres.Tx, c *Catchment) (*directory.YouthWelfareOfficeKind, error) {
	on, err := groundOf(ctx, tx, c)
	switch {
	case errors.Is(err, postgres.ErrNoRows):
		return nil, fault.Missing("input.regionId", "region", "Region")
	case err != nil:
		return nil, err
	case c.YouthWelfareOfficeID != nil && on.OfficeKind == nil:
		return nil, missingBody()
	case c.Kind == YouthWelfareOffice && *on.OfficeKind != directory.LocalOffice:
		return nil, fault.Invalid("input.bodyId", notLocal())
	case !on.Exists:
		return nil, fault.New(fault.Conflict, fault.Text{
			EN: "does not exist in that period; where a region was dissolved, take the one that took over from it (successor)",
			DE: "besteht in diesem Zeitraum nicht; bei einer aufgelösten Region bitte die nehmen, die an ihre Stelle trat (successor)",
		}).At("input.regionId")
	}
	c.RegionKey = on.RegionKey
	return on.OfficeKind, nil
}

// UpdateCatchment changes a catchment. A version that has passed and a period in
// which another body is responsible alone are outcomes in the payload, beside the
// catchment as it is; one that does not exist is NOT_FOUND.
func (s *Service) UpdateCatchment(ctx context.Context, in UpdateCatchmentInput) (*UpdateCatchmentPayload, error) {
	if _, err := auth.Require(ctx); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	c, err := s.change(ctx, in.ID.UUID, in.ExpectedVersion, in.period(), func(present Catchment) (Catchment, error) {
		return in.apply(present), nil
	})
	outcomes, err := fault.Outcomes(violated(err, in.period()))
	if err != nil {
		return nil, err
	}
	return &UpdateCatchmentPayload{Catchment: c, UserErrors: outcomes}, nil
}

// EndCatchment makes a day the first on which an assignment no longer holds. A
// version that has passed and an end that was reached before are outcomes in the
// payload, beside the catchment as it is; one that does not exist is NOT_FOUND.
func (s *Service) EndCatchment(ctx context.Context, in EndCatchmentInput) (*EndCatchmentPayload, error) {
	if _, err := auth.Require(ctx); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	c, err := s.change(ctx, in.ID.UUID, in.ExpectedVersion, "input.on", func(present Catchment) (Catchment, error) {
		if present.ValidTo != nil && present.ValidTo.Before(in.On) {
			return present, fault.New(fault.Conflict, fault.Text{
				EN: "is after the day on which the assignment ends already",
				DE: "liegt nach dem Tag, an dem die Zuordnung ohnehin endet",
			}).At("input.on")
		}
		if present.ValidTo == nil || *present.ValidTo != in.On {
			present.ValidTo = &in.On
		}
		return present, nil
	})
	outcomes, err := fault.Outcomes(violated(err, "input.on"))
	if err != nil {
		return nil, err
	}
	return &EndCatchmentPayload{Catchment: c, UserErrors: outcomes}, nil
}

// change replaces a catchment by what edit makes of it. It returns the catchment
// as it is, also beside a conflict.
func (s *Service) change(ctx context.Context, id uuid.UUID, version int, period string, edit func(Catchment) (Catchment, error)) (*Catchment, error) {
	var now *Catchment
	err := s.db.Tx(ctx, func(tx *postgres.Tx) error {
		present, err := lock(ctx, tx, id)
		if errors.Is(err, postgres.ErrNoRows) {
			return fault.Missing("input.id", "catchment", "Zuordnung")
		} else if err != nil {
			return err
		}
		now = present
		if err := patch.SameVersion(version, present.Version); err != nil {
			return err
		}
		changed, err := edit(*present)
		if err != nil || changed == *present {
			return err
		}
		if err := changed.check(period); err != nil {
			return err
		}
		changed.Version++
		changed.UpdatedAt = s.timestamp()
		if err := update(ctx, tx, &changed); err != nil {
			return err
		}
		now = &changed
		return history.Write(ctx, tx, present, &changed, nil, nil)
	})
	return now, err
}

// timestamp is the time now as Postgres keeps it.
func (s *Service) timestamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

func (s *Service) dayOr(day *civil.Date) civil.Date {
	if day != nil {
		return *day
	}
	return s.regions.Today()
}

// violated turns a violated constraint into the fault that it means. A period
// that is taken is blamed on field.
func violated(err error, field string) error {
	switch postgres.Constraint(err) {
	case "catchment_exclusive_excl":
		return fault.New(fault.Conflict, fault.Text{
			EN: "takes in days on which another assignment of this kind holds for this region; end that one first",
			DE: "umfasst Tage, an denen für diese Region schon eine andere Zuordnung dieser Art gilt; bitte erst jene beenden",
		}).At(field).Because(err)
	case "catchment_body_excl":
		return fault.New(fault.Conflict, fault.Text{
			EN: "takes in days on which this body is assigned to this region already",
			DE: "umfasst Tage, an denen diese Stelle der Region schon zugeordnet ist",
		}).At(field).Because(err)
	case "catchment_ombuds_office_fkey", "catchment_procedural_guide_post_fkey", "catchment_youth_welfare_office_fkey":
		return missingBody().Because(err)
	}
	return err
}

func notLocal() fault.Text {
	return fault.Text{
		EN: "must be a youth welfare office of the kind LOCAL",
		DE: "muss ein örtliches Jugendamt sein (Art LOCAL)",
	}
}

func missingBody() *fault.Error { return fault.Missing("input.bodyId", "body", "Stelle") }
