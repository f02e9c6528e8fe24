package region_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/region"
)

type groups struct {
	setup
	*region.Groups
	ctx context.Context
}

func newGroups(t *testing.T) groups {
	t.Helper()
	s := newSetup(t)
	return groups{setup: s, Groups: region.NewGroups(s.db, s.Service, s.clock.now, uuid.New), ctx: auth.With(t.Context(), auth.Viewer{Subject: "tester"})}
}

func (g groups) regions(t *testing.T, keys ...string) []ident.ID {
	t.Helper()
	ids := make([]ident.ID, len(keys))
	for i, key := range keys {
		ids[i] = ident.ID{Kind: ident.Region, UUID: g.id(t, key)}
	}
	return ids
}

func (g groups) create(t *testing.T, name string, keys ...string) *region.Group {
	t.Helper()
	payload, err := g.Create(g.ctx, region.CreateGroupInput{Name: name, RegionIDs: g.regions(t, keys...)})
	if err != nil || len(payload.UserErrors) > 0 {
		t.Fatal(err, payload)
	}
	return payload.RegionGroup
}

func (g groups) members(t *testing.T, group *region.Group) string {
	t.Helper()
	members, err := g.RegionsOf(t.Context(), []uuid.UUID{group.UUID})
	if err != nil {
		t.Fatal(err)
	}
	return keysOf(members[0])
}

// outcome is what a mutation answered, in short.
func outcome(errs []*fault.Error, err error) string {
	var texts []string
	for _, e := range append(fault.All(err), errs...) {
		texts = append(texts, string(e.Code)+" "+e.Field)
	}
	if err != nil && len(texts) == 0 {
		return err.Error()
	}
	return strings.Join(texts, ", ")
}

func TestCreateGroup(t *testing.T) {
	t.Parallel()
	g := newGroups(t)
	created := g.create(t, " Regionalforum  Nord ", "15090", "15081", "15")
	if created.Name != "Regionalforum Nord" || created.Version != 1 || g.members(t, created) != "15 15081 15090" {
		t.Errorf("created %+v with %s", created, g.members(t, created))
	}
	region15 := g.regions(t, "15")
	for name, c := range map[string]struct {
		in   region.CreateGroupInput
		want string
	}{
		"a name that is taken":   {region.CreateGroupInput{Name: "REGIONALFORUM nord"}, "CONFLICT input.name"},
		"a dissolved region":     {region.CreateGroupInput{Name: "A", RegionIDs: g.regions(t, "15090", "16056")}, "CONFLICT input.regionIds[1]"},
		"an unknown region":      {region.CreateGroupInput{Name: "B", RegionIDs: []ident.ID{region15[0], {Kind: ident.Region, UUID: uuid.New()}}}, "NOT_FOUND input.regionIds[1]"},
		"the id of an office":    {region.CreateGroupInput{Name: "C", RegionIDs: []ident.ID{{Kind: ident.OmbudsOffice, UUID: uuid.New()}}}, "BAD_USER_INPUT input.regionIds[0]"},
		"a region twice":         {region.CreateGroupInput{Name: "D", RegionIDs: g.regions(t, "15", "15")}, "BAD_USER_INPUT input.regionIds[1]"},
		"501 regions":            {region.CreateGroupInput{Name: "E", RegionIDs: make([]ident.ID, 501)}, "BAD_USER_INPUT input.regionIds"},
		"everything wrong":       {region.CreateGroupInput{IdempotencyKey: new(""), Name: " ", Description: new(strings.Repeat("ä", 501))}, "BAD_USER_INPUT input.idempotencyKey, BAD_USER_INPUT input.name, BAD_USER_INPUT input.description"},
		"a group without region": {region.CreateGroupInput{Name: "F"}, ""},
	} {
		payload, err := g.Create(g.ctx, c.in)
		var errs []*fault.Error
		if payload != nil {
			errs = payload.UserErrors
		}
		if got := outcome(errs, err); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if _, err := g.Create(t.Context(), region.CreateGroupInput{Name: "G"}); fault.CodeOf(err) != fault.Unauthenticated {
		t.Errorf("anonymous: %v", err)
	}
	list, err := g.List(t.Context(), nil, page.Args{})
	if err != nil || len(list.Nodes) != 2 {
		t.Errorf("there are %v, %v", list, err)
	}
}

func TestCreateGroupTwiceWithOneKey(t *testing.T) {
	t.Parallel()
	g := newGroups(t)
	in := region.CreateGroupInput{IdempotencyKey: new("once"), Name: "Netz", RegionIDs: g.regions(t, "15")}
	var working sync.WaitGroup
	ids := make([]uuid.UUID, 4)
	for i := range ids {
		working.Go(func() {
			payload, err := g.Create(g.ctx, in)
			if err != nil || payload.RegionGroup == nil {
				t.Error(err, payload)
				return
			}
			ids[i] = payload.RegionGroup.UUID
		})
	}
	working.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("ids %v", ids)
		}
	}
	in.Name = "Anderes Netz"
	if _, err := g.Create(g.ctx, in); fault.CodeOf(err) != fault.IdempotencyKeyReused {
		t.Errorf("another input: %v", err)
	}
}

func TestUpdateGroup(t *testing.T) {
	t.Parallel()
	g := newGroups(t)
	g.create(t, "Besetzt")
	group := g.create(t, "Netz", "16063", "15")
	g.exec(t, `INSERT INTO region_group_member SELECT $1, id FROM region WHERE key = '16056'`, group.UUID)
	id := group.ID()
	for _, step := range []struct {
		name    string
		in      region.UpdateGroupInput
		want    string
		version int
		members string
	}{
		{"nothing", region.UpdateGroupInput{ID: id, ExpectedVersion: 1}, "", 1, "15 16056 16063"},
		{"a name that is taken", region.UpdateGroupInput{ID: id, ExpectedVersion: 1, Name: graphql.OmittableOf(new("besetzt"))}, "CONFLICT input.name", 1, "15 16056 16063"},
		{"a name and a text", region.UpdateGroupInput{ID: id, ExpectedVersion: 1, Name: graphql.OmittableOf(new("Netzwerk")), Description: graphql.OmittableOf(new("wozu"))}, "", 2, "15 16056 16063"},
		{"an old version", region.UpdateGroupInput{ID: id, ExpectedVersion: 1, Name: graphql.OmittableOf(new("Zu spät"))}, "VERSION_CONFLICT input.expectedVersion", 2, "15 16056 16063"},
		{"a dissolved region stays", region.UpdateGroupInput{ID: id, ExpectedVersion: 2, RegionIDs: graphql.OmittableOf(new(g.regions(t, "16056", "14")))}, "", 3, "14 16056"},
		{"and goes", region.UpdateGroupInput{ID: id, ExpectedVersion: 3, RegionIDs: graphql.OmittableOf(new(g.regions(t, "14")))}, "", 4, "14"},
		{"but does not come back", region.UpdateGroupInput{ID: id, ExpectedVersion: 4, Name: graphql.OmittableOf(new("Halb")), RegionIDs: graphql.OmittableOf(new(g.regions(t, "13", "16056")))}, "CONFLICT input.regionIds[1]", 4, "14"},
		{"no text, no region", region.UpdateGroupInput{ID: id, ExpectedVersion: 4, Description: graphql.OmittableOf[*string](nil), RegionIDs: graphql.OmittableOf(new([]ident.ID{}))}, "", 5, ""},
		{"everything wrong", region.UpdateGroupInput{ID: ident.ID{Kind: ident.Region}, Name: graphql.OmittableOf[*string](nil), RegionIDs: graphql.OmittableOf[*[]ident.ID](nil)}, "BAD_USER_INPUT input.id, BAD_USER_INPUT input.expectedVersion, BAD_USER_INPUT input.name, BAD_USER_INPUT input.regionIds", 5, ""},
		{"an unknown group", region.UpdateGroupInput{ID: ident.ID{Kind: ident.RegionGroup, UUID: uuid.New()}, ExpectedVersion: 1}, "NOT_FOUND input.id", 5, ""},
	} {
		payload, err := g.Update(g.ctx, step.in)
		var errs []*fault.Error
		if payload != nil {
			errs = payload.UserErrors
		}
		if got := outcome(errs, err); got != step.want {
			t.Errorf("%s: %s, want %s", step.name, got, step.want)
		}
		now, err := g.ByID(t.Context(), id)
		if err != nil || now.Version != step.version || g.members(t, now) != step.members {
			t.Errorf("%s: now %+v with %s, %v", step.name, now, g.members(t, now), err)
		}
		if payload != nil && payload.RegionGroup.Version != now.Version {
			t.Errorf("%s: answered version %d", step.name, payload.RegionGroup.Version)
		}
	}
	now, err := g.ByID(t.Context(), id)
	if err != nil || now.Name != "Netzwerk" || now.Description != nil {
		t.Errorf("at last %+v, %v", now, err)
	}
	if _, err := g.Update(t.Context(), region.UpdateGroupInput{ID: id, ExpectedVersion: 5}); fault.CodeOf(err) != fault.Unauthenticated {
		t.Errorf("anonymous: %v", err)
	}
}

func TestOneOfTwoUpdatesOfAGroupWins(t *testing.T) {
	t.Parallel()
	g := newGroups(t)
	group := g.create(t, "Netz")
	var working sync.WaitGroup
	won := make([]bool, 4)
	for i := range won {
		working.Go(func() {
			payload, err := g.Update(g.ctx, region.UpdateGroupInput{ID: group.ID(), ExpectedVersion: 1, Name: graphql.OmittableOf(new(strings.Repeat("x", i+1)))})
			if err != nil {
				t.Error(err)
				return
			}
			won[i] = len(payload.UserErrors) == 0
		})
	}
	working.Wait()
	n := 0
	for _, w := range won {
		if w {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d updates of one version won", n)
	}
}

func TestGroupsOfRegions(t *testing.T) {
	t.Parallel()
	g := newGroups(t)
	g.create(t, "Zweites Netz", "15090", "15")
	g.create(t, "Änderungsnetz", "15090")
	g.create(t, "100% Netz")
	statements(t, "groups of three regions", 1, func(ctx context.Context) {
		got, err := g.GroupsWith(ctx, []uuid.UUID{g.id(t, "15090"), g.id(t, "14"), g.id(t, "15")})
		if err != nil || len(got[0]) != 2 || got[0][0].Name != "Änderungsnetz" || got[1] == nil || len(got[1]) != 0 || len(got[2]) != 1 {
			t.Errorf("got %v, %v", got, err)
		}
	})
	for search, want := range map[string]int{"netz": 3, "0% N": 1, "ÄNDERUNG": 1, "nichts": 0} {
		list, err := g.List(t.Context(), &region.GroupFilter{Search: &search}, page.Args{First: new(1)})
		if err != nil {
			t.Fatal(err)
		}
		n, err := g.Count(t.Context(), []*region.GroupConnection{list})
		if err != nil || n[0] != want || list.PageInfo().HasNextPage != (want > 1) {
			t.Errorf("%q finds %d, %v", search, n, err)
		}
	}
	_, err := g.List(t.Context(), &region.GroupFilter{Search: new("x")}, page.Args{First: new(0)})
	wantRefused(t, "a short text, no row", err, "filter.search", "first")
}
