package region

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/batch"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/history"
	"ombudsnetz/internal/idempotency"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/patch"
	"ombudsnetz/internal/postgres"
)

// Groups keeps groups of regions.
type Groups struct {
	db      *postgres.DB
	regions *Service
	now     func() time.Time
	newID   func() uuid.UUID
}

// NewGroups returns a service on db. now tells the time, newID makes the ids of
// new groups.
func NewGroups(db *postgres.DB, regions *Service, now func() time.Time, newID func() uuid.UUID) *Groups {
	return &Groups{db: db, regions: regions, now: now, newID: newID}
}

// ByID returns the group with this id, nil when there is none.
func (s *Groups) ByID(ctx context.Context, id ident.ID) (*Group, error) {
	key, err := id.Of(ident.RegionGroup, "id")
	if err != nil {
		return nil, err
	}
	found, err := s.ByIDs(ctx, []uuid.UUID{key})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// ByIDs returns the groups with these ids in the same order, nil where there is
// none.
func (s *Groups) ByIDs(ctx context.Context, ids []uuid.UUID) ([]*Group, error) {
	rows, err := groupsByID(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	return batch.One(ids, rows, func(g *Group) uuid.UUID { return g.UUID }), nil
}

// List returns one page of groups by name.
func (s *Groups) List(ctx context.Context, filter *GroupFilter, args page.Args) (*GroupConnection, error) {
	var query GroupFilter
	if filter != nil {
		query = *filter
	}
	asked, err := page.Read(s.regions.codec, groupOrder(), args)
	if err := fault.Join(query.validate(), err); err != nil {
		return nil, err
	}
	rows, err := listGroups(ctx, s.db, query, asked)
	if err != nil {
		return nil, err
	}
	return page.Connect(asked, rows, query), nil
}

// Count returns how many groups each list has on all its pages together.
func (s *Groups) Count(ctx context.Context, lists []*GroupConnection) ([]int, error) {
	counts := make([]int, len(lists))
	for i, l := range lists {
		n, err := countGroups(ctx, s.db, l.Query)
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	return counts, nil
}

// RegionsOf returns the regions of each group, by key.
func (s *Groups) RegionsOf(ctx context.Context, groups []uuid.UUID) ([][]*Region, error) {
	rows, err := membersOf(ctx, s.db, groups)
	if err != nil {
		return nil, err
	}
	found := batch.Many(groups, rows, func(m *descendant) uuid.UUID { return m.Start })
	regions := make([][]*Region, len(found))
	for i, members := range found {
		regions[i] = make([]*Region, len(members))
		for j, m := range members {
			regions[i][j] = &m.Region
		}
	}
	return regions, nil
}

// GroupsWith returns the groups that each region belongs to itself, by name.
func (s *Groups) GroupsWith(ctx context.Context, regions []uuid.UUID) ([][]*Group, error) {
	rows, err := groupsWith(ctx, s.db, regions)
	if err != nil {
		return nil, err
	}
	found := batch.Many(regions, rows, func(g *groupWith) uuid.UUID { return g.With })
	groups := make([][]*Group, len(found))
	for i, with := range found {
		groups[i] = make([]*Group, len(with))
		for j, g := range with {
			groups[i][j] = &g.Group
		}
	}
	return groups, nil
}

// Create enters a group. A name that is taken and a dissolved region are outcomes
// in the payload; a region that does not exist is NOT_FOUND.
func (s *Groups) Create(ctx context.Context, in CreateGroupInput) (*CreateGroupPayload, error) {
	viewer, err := auth.Require(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	now := s.timestamp()
	wish := idempotency.Wish{
		Key: in.IdempotencyKey, Actor: viewer.Subject, Operation: "createRegionGroup", Input: in, ID: s.newID(), Now: now,
	}
	created, err := idempotency.Create(ctx, s.db, wish, func(tx *postgres.Tx) (*Group, error) {
		g := &Group{UUID: wish.ID, Name: in.Name, Description: in.Description, Version: 1, CreatedAt: now, UpdatedAt: now}
		if err := insertGroup(ctx, tx, g); err != nil {
			return nil, err
		}
		_, after, err := s.replaceMembers(ctx, tx, g.UUID, in.RegionIDs)
		if err != nil {
			return nil, err
		}
		return g, history.Write(ctx, tx, nil, g, nil, after)
	}, func(tx *postgres.Tx, id uuid.UUID) (*Group, error) {
		found, err := groupsByID(ctx, tx, []uuid.UUID{id})
		if err != nil || len(found) == 0 {
			return nil, err
		}
		return found[0], nil
	})
	outcomes, err := fault.Outcomes(groupViolated(err))
	if err != nil {
		return nil, err
	}
	return &CreateGroupPayload{RegionGroup: created, UserErrors: outcomes}, nil
}

// Update changes a group. A version that has passed, a name that is taken and a
// dissolved region are outcomes in the payload, beside the group as it is; a group
// or a region that does not exist is NOT_FOUND.
func (s *Groups) Update(ctx context.Context, in UpdateGroupInput) (*UpdateGroupPayload, error) {
	if _, err := auth.Require(ctx); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	payload := &UpdateGroupPayload{}
	err := s.db.Tx(ctx, func(tx *postgres.Tx) error {
		present, err := lockGroup(ctx, tx, in.ID.UUID)
		if errors.Is(err, postgres.ErrNoRows) {
			return fault.Missing("input.id", "group of regions", "Gruppe von Regionen")
		} else if err != nil {
			return err
		}
		payload.RegionGroup = present
		if err := patch.SameVersion(in.ExpectedVersion, present.Version); err != nil {
			return err
		}
		changed := in.apply(*present)
		members := in.RegionIDs.Value()
		if changed == *present && members == nil {
			return nil
		}
		changed.Version++
		changed.UpdatedAt = s.timestamp()
		if err := updateGroup(ctx, tx, &changed); err != nil {
			return err
		}
		var before, after memberIDs
		if members != nil {
			if before, after, err = s.replaceMembers(ctx, tx, changed.UUID, *members); err != nil {
				return err
			}
		}
		payload.RegionGroup = &changed
		return history.Write(ctx, tx, present, &changed, before, after)
	})
	if payload.UserErrors, err = fault.Outcomes(groupViolated(err)); err != nil {
		return nil, err
	}
	return payload, nil
}

// replaceMembers makes these all the regions of a group, and returns those it had
// and those it has. A region that was dissolved may stay, but not come in.
func (s *Groups) replaceMembers(ctx context.Context, tx *postgres.Tx, group uuid.UUID, ids []ident.ID) (before, after memberIDs, err error) {
	wanted := make([]uuid.UUID, len(ids))
	for i, id := range ids {
		wanted[i] = id.UUID
	}
	states, err := memberStates(ctx, tx, group, wanted, s.regions.Today())
	if err != nil {
		return nil, nil, err
	}
	if err := checkStates(batch.One(wanted, states, func(m *memberState) uuid.UUID { return m.ID })); err != nil {
		return nil, nil, err
	}
	for _, state := range states {
		if state.Member {
			before = append(before, state.ID)
		}
	}
	return before, wanted, setMembers(ctx, tx, group, wanted)
}

// checkStates refuses regions that do not exist, and if all do, those that were
// dissolved before they came in.
func checkStates(wanted []*memberState) error {
	var missing, dissolved fault.Problems
	for i, state := range wanted {
		switch {
		case state == nil:
			missing = append(missing, fault.Missing(member(i), "region", "Region"))
		case !state.Exists && !state.Member:
			dissolved = append(dissolved, fault.New(fault.Conflict, fault.Text{
				EN: "does not exist today; where a region was dissolved, take the one that took over from it (successor)",
				DE: "besteht heute nicht; bei einer aufgelösten Region bitte die nehmen, die an ihre Stelle trat (successor)",
			}).At(member(i)))
		}
	}
	if err := missing.Err(); err != nil {
		return err
	}
	return dissolved.Err()
}

// memberIDs are the regions of a group.
type memberIDs []uuid.UUID

// AddTo adds the regions to the state of a group.
func (m memberIDs) AddTo(record *history.Record) {
	for _, id := range m {
		record.AddItem("regions."+ident.ID{Kind: ident.Region, UUID: id}.String(), struct {
			RegionID uuid.UUID `db:"region_id" history:"reg"`
		}{id})
	}
}

// Changes returns for each group a page of its changes, to whoever signed in.
func (s *Groups) Changes(ctx context.Context, groups []uuid.UUID, args page.Args) ([]*history.Connection, error) {
	return history.Of(ctx, s.db, s.regions.codec, ident.RegionGroup, groups, args)
}

// timestamp is the time now as Postgres keeps it.
func (s *Groups) timestamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

func groupViolated(err error) error {
	if postgres.Constraint(err) == "region_group_name_key" {
		return fault.New(fault.Conflict, fault.Text{EN: "is taken", DE: "ist schon vergeben"}).At("input.name").Because(err)
	}
	return err
}
