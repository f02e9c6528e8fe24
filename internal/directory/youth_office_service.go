package directory

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/batch"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/history"
	"ombudsnetz/internal/idempotency"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/patch"
	"ombudsnetz/internal/postgres"
)

// YouthWelfareOffices returns one page of youth welfare offices by name.
func (s *Service) YouthWelfareOffices(ctx context.Context, filter *YouthWelfareOfficeFilter, args page.Args) (*YouthWelfareOfficeConnection, error) {
	var query YouthWelfareOfficeFilter
	if filter != nil {
		query = *filter
	}
	asked, err := page.Read(s.codec, youthOfficeOrder(), args)
	if err := fault.Join(query.validate(), err); err != nil {
		return nil, err
	}
	rows, err := listYouthOffices(ctx, s.db, query, asked)
	if err != nil {
		return nil, err
	}
	return page.Connect(asked, rows, query), nil
}

// ProceduralGuidePosts returns one page of posts by name.
func (s *Service) ProceduralGuidePosts(ctx context.Context, filter *ProceduralGuidePostFilter, args page.Args) (*ProceduralGuidePostConnection, error) {
	var query ProceduralGuidePostFilter
	if filter != nil {
		query = *filter
	}
	asked, err := page.Read(s.codec, guidePostOrder(), args)
	if err := fault.Join(query.validate(), err); err != nil {
		return nil, err
	}
	rows, err := listGuidePosts(ctx, s.db, query, asked)
	if err != nil {
		return nil, err
	}
	return page.Connect(asked, rows, query), nil
}

// CreateYouthWelfareOffice enters a youth welfare office. A name that is taken is
// an outcome in the payload; a carrier that does not exist is NOT_FOUND.
func (s *Service) CreateYouthWelfareOffice(ctx context.Context, in CreateYouthWelfareOfficeInput) (*CreateYouthWelfareOfficePayload, error) {
	viewer, err := auth.Require(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	now := s.timestamp()
	wish := idempotency.Wish{
		Key: in.IdempotencyKey, Actor: viewer.Subject, Operation: "createYouthWelfareOffice", Input: in, ID: s.newID(), Now: now,
	}
	created, err := idempotency.Create(ctx, s.db, wish, func(tx *postgres.Tx) (*YouthWelfareOffice, error) {
		o := &YouthWelfareOffice{
			UUID: wish.ID, Name: in.Name, Kind: in.Kind, CarrierID: in.CarrierID.UUID,
			Phone: in.Phone, Email: in.Email, Website: in.Website, Version: 1, CreatedAt: now, UpdatedAt: now,
		}
		if err := insertYouthOffice(ctx, tx, o); err != nil {
			return nil, err
		}
		return o, history.Write(ctx, tx, nil, o, nil, nil)
	}, func(tx *postgres.Tx, id uuid.UUID) (*YouthWelfareOffice, error) {
		return first(youthOfficesByID(ctx, tx, []uuid.UUID{id}))
	})
	outcomes, err := fault.Outcomes(youthViolated(err))
	if err != nil {
		return nil, err
	}
	return &CreateYouthWelfareOfficePayload{YouthWelfareOffice: created, UserErrors: outcomes}, nil
}

// UpdateYouthWelfareOffice changes a youth welfare office. A version that has
// passed and a name that is taken are outcomes in the payload, beside the office
// as it is; an office or carrier that does not exist is NOT_FOUND.
func (s *Service) UpdateYouthWelfareOffice(ctx context.Context, in UpdateYouthWelfareOfficeInput) (*UpdateYouthWelfareOfficePayload, error) {
	if _, err := auth.Require(ctx); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	payload := &UpdateYouthWelfareOfficePayload{}
	err := s.db.Tx(ctx, func(tx *postgres.Tx) error {
		present, err := lockYouthOffice(ctx, tx, in.ID.UUID)
		if errors.Is(err, postgres.ErrNoRows) {
			return fault.Missing("input.id", "youth welfare office", "Jugendamt")
		} else if err != nil {
			return err
		}
		payload.YouthWelfareOffice = present
		if err := patch.SameVersion(in.ExpectedVersion, present.Version); err != nil {
			return err
		}
		changed := in.apply(*present)
		if changed == *present {
			return nil
		}
		changed.Version++
		changed.UpdatedAt = s.timestamp()
		if err := updateYouthOffice(ctx, tx, &changed); err != nil {
			return err
		}
		payload.YouthWelfareOffice = &changed
		return history.Write(ctx, tx, present, &changed, nil, nil)
	})
	if payload.UserErrors, err = fault.Outcomes(youthViolated(err)); err != nil {
		return nil, err
	}
	return payload, nil
}

// CreateProceduralGuidePost enters a post. A name that is taken is an outcome in
// the payload; a youth welfare office that does not exist is NOT_FOUND.
func (s *Service) CreateProceduralGuidePost(ctx context.Context, in CreateProceduralGuidePostInput) (*CreateProceduralGuidePostPayload, error) {
	viewer, err := auth.Require(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	now := s.timestamp()
	wish := idempotency.Wish{
		Key: in.IdempotencyKey, Actor: viewer.Subject, Operation: "createProceduralGuidePost", Input: in, ID: s.newID(), Now: now,
	}
	created, err := idempotency.Create(ctx, s.db, wish, func(tx *postgres.Tx) (*ProceduralGuidePost, error) {
		p := &ProceduralGuidePost{
			UUID: wish.ID, Name: in.Name, YouthWelfareOfficeID: in.YouthWelfareOfficeID.UUID, BenefitCarrierType: in.BenefitCarrierType,
			Phone: in.Phone, Email: in.Email, Website: in.Website, Version: 1, CreatedAt: now, UpdatedAt: now,
		}
		if err := insertGuidePost(ctx, tx, p); err != nil {
			return nil, err
		}
		return p, history.Write(ctx, tx, nil, p, nil, nil)
	}, func(tx *postgres.Tx, id uuid.UUID) (*ProceduralGuidePost, error) {
		return first(guidePostsByID(ctx, tx, []uuid.UUID{id}))
	})
	outcomes, err := fault.Outcomes(youthViolated(err))
	if err != nil {
		return nil, err
	}
	return &CreateProceduralGuidePostPayload{ProceduralGuidePost: created, UserErrors: outcomes}, nil
}

// UpdateProceduralGuidePost changes a post. A version that has passed and a name
// that is taken are outcomes in the payload, beside the post as it is; a post
// that does not exist is NOT_FOUND.
func (s *Service) UpdateProceduralGuidePost(ctx context.Context, in UpdateProceduralGuidePostInput) (*UpdateProceduralGuidePostPayload, error) {
	if _, err := auth.Require(ctx); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	payload := &UpdateProceduralGuidePostPayload{}
	err := s.db.Tx(ctx, func(tx *postgres.Tx) error {
		present, err := lockGuidePost(ctx, tx, in.ID.UUID)
		if errors.Is(err, postgres.ErrNoRows) {
			return fault.Missing("input.id", "post of a procedural guide", "Stelle einer Verfahrenslotsin")
		} else if err != nil {
			return err
		}
		payload.ProceduralGuidePost = present
		if err := patch.SameVersion(in.ExpectedVersion, present.Version); err != nil {
			return err
		}
		changed := in.apply(*present)
		if changed == *present {
			return nil
		}
		changed.Version++
		changed.UpdatedAt = s.timestamp()
		if err := updateGuidePost(ctx, tx, &changed); err != nil {
			return err
		}
		payload.ProceduralGuidePost = &changed
		return history.Write(ctx, tx, present, &changed, nil, nil)
	})
	if payload.UserErrors, err = fault.Outcomes(youthViolated(err)); err != nil {
		return nil, err
	}
	return payload, nil
}

// YouthWelfareOfficesByID returns the youth welfare offices with these ids in the
// same order, nil where there is none.
func (s *Service) YouthWelfareOfficesByID(ctx context.Context, ids []uuid.UUID) ([]*YouthWelfareOffice, error) {
	rows, err := youthOfficesByID(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	return batch.One(ids, rows, func(o *YouthWelfareOffice) uuid.UUID { return o.UUID }), nil
}

// ProceduralGuidePostsByID returns the posts with these ids in the same order,
// nil where there is none.
func (s *Service) ProceduralGuidePostsByID(ctx context.Context, ids []uuid.UUID) ([]*ProceduralGuidePost, error) {
	rows, err := guidePostsByID(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	return batch.One(ids, rows, func(p *ProceduralGuidePost) uuid.UUID { return p.UUID }), nil
}

// CountYouthWelfareOffices returns how many offices each list has on all its
// pages together.
func (s *Service) CountYouthWelfareOffices(ctx context.Context, lists []*YouthWelfareOfficeConnection) ([]int, error) {
	counts := make([]int, len(lists))
	for i, l := range lists {
		n, err := countYouthOffices(ctx, s.db, l.Query)
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	return counts, nil
}

// CountProceduralGuidePosts returns how many posts each list has on all its pages
// together.
func (s *Service) CountProceduralGuidePosts(ctx context.Context, lists []*ProceduralGuidePostConnection) ([]int, error) {
	counts := make([]int, len(lists))
	for i, l := range lists {
		n, err := countGuidePosts(ctx, s.db, l.Query)
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	return counts, nil
}

// youthViolated turns a violated constraint of youth welfare offices and their
// posts into the fault that it means.
func youthViolated(err error) error {
	switch postgres.Constraint(err) {
	case "youth_welfare_office_name_per_carrier_key", "procedural_guide_post_name_per_office_key":
		return fault.New(fault.Conflict, fault.Text{EN: "is taken", DE: "ist schon vergeben"}).At("input.name").Because(err)
	case "youth_welfare_office_carrier_fkey":
		return fault.Missing("input.carrierId", "organisation", "Organisation").Because(err)
	case "procedural_guide_post_office_fkey":
		return fault.Missing("input.youthWelfareOfficeId", "youth welfare office", "Jugendamt").Because(err)
	}
	return err
}
