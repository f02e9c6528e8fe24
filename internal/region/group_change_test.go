package region_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

// changes are the changes of a group, the newest first, as text.
func (g groups) changes(t *testing.T, group *region.Group) []string {
	t.Helper()
	pages, err := g.Changes(g.ctx, []uuid.UUID{group.UUID}, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range pages[0].Nodes {
		var fields []string
		for _, f := range c.Fields() {
			fields = append(fields, fmt.Sprintf("%s: %s -> %s", f.Field, f.Before, f.After))
		}
		lines = append(lines, fmt.Sprintf("%d %s: %s", c.Version, c.Actor, strings.Join(fields, ", ")))
	}
	return lines
}

func TestEveryChangeOfAGroupIsKept(t *testing.T) {
	t.Parallel()
	g := newGroups(t)
	ids := g.regions(t, "15", "15081", "15090")
	group := g.create(t, "Netz", "15081", "15090")
	for _, in := range []region.UpdateGroupInput{
		{ExpectedVersion: 1},
		{ExpectedVersion: 1, Name: graphql.OmittableOf(new("Netzwerk")), Description: graphql.OmittableOf(new("wozu"))},
		{ExpectedVersion: 2, RegionIDs: graphql.OmittableOf(new([]ident.ID{ids[2], ids[0]}))},
		{ExpectedVersion: 3, RegionIDs: graphql.OmittableOf(new([]ident.ID{ids[0], ids[2]}))},
		{ExpectedVersion: 2, Name: graphql.OmittableOf(new("zu spät"))},
		{ExpectedVersion: 4, RegionIDs: graphql.OmittableOf(new(g.regions(t, "16056")))},
	} {
		in.ID = group.ID()
		if _, err := g.Update(g.ctx, in); err != nil {
			t.Fatal(err)
		}
	}
	member := func(id ident.ID, change string) string {
		return strings.ReplaceAll("regions."+id.String()+": "+change, "it", fmt.Sprintf(`{"regionId": "%s"}`, id))
	}
	if diff := cmp.Diff([]string{
		"4 tester: ",
		"3 tester: " + member(ids[0], "null -> it") + ", " + member(ids[1], "it -> null"),
		`2 tester: name: "Netz" -> "Netzwerk", description: null -> "wozu"`,
		`1 tester: name: null -> "Netz", ` + member(ids[1], "null -> it") + ", " + member(ids[2], "null -> it"),
	}, g.changes(t, group)); diff != "" {
		t.Error(diff)
	}
	if _, err := g.Changes(t.Context(), []uuid.UUID{group.UUID}, page.Args{}); fault.CodeOf(err) != fault.Unauthenticated {
		t.Errorf("a stranger: %v", err)
	}
}

func TestHistoryOfAGroupHasNoGap(t *testing.T) {
	t.Parallel()
	g := newGroups(t)
	group := g.create(t, "Netz")
	const rounds = 3
	for round := 1; round <= rounds; round++ {
		members := [][]ident.ID{g.regions(t, "15"), g.regions(t, "15081", "15090"), {}}
		var working sync.WaitGroup
		for _, ids := range members {
			working.Go(func() {
				payload, err := g.Update(g.ctx, region.UpdateGroupInput{ID: group.ID(), ExpectedVersion: round, RegionIDs: graphql.OmittableOf(&ids)})
				if err != nil || payload.RegionGroup.Version != round+1 {
					t.Errorf("round %d: %+v, %v", round, payload, err)
				}
			})
		}
		working.Wait()
	}
	if got := g.changes(t, group); len(got) != rounds+1 {
		t.Errorf("the history is %q", got)
	}
}

func TestTheDatabaseBoundsGroups(t *testing.T) {
	t.Parallel()
	g := newGroups(t)
	group := g.create(t, "Netz", "15")
	for _, c := range []struct {
		constraint, sql string
		args            []any
	}{
		{"region_group_name_check", `UPDATE region_group SET name = $1`, []any{""}},
		{"region_group_name_check", `UPDATE region_group SET name = $1`, []any{strings.Repeat("ä", 201)}},
		{"region_group_description_check", `UPDATE region_group SET description = $1`, []any{strings.Repeat("ä", 501)}},
		{"region_group_name_key", `INSERT INTO region_group (id, name, created_at, updated_at) VALUES ($1, 'NETZ', now(), now())`, []any{uuid.New()}},
		{"region_group_member_pkey", `INSERT INTO region_group_member SELECT * FROM region_group_member WHERE group_id = $1`, []any{group.UUID}},
		{"region_group_member_region_fkey", `INSERT INTO region_group_member (group_id, region_id) VALUES ($1, $2)`, []any{group.UUID, uuid.New()}},
	} {
		if _, err := g.db.Exec(t.Context(), c.sql, c.args...); postgres.Constraint(err) != c.constraint {
			t.Errorf("%s: %v, want %s", c.sql, err, c.constraint)
		}
	}
}
