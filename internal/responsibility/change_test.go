package responsibility_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/responsibility"
)

// changes are the changes of a catchment, the newest first, as text.
func (s setup) changes(t tb, c *responsibility.Catchment) []string {
	t.Helper()
	pages, err := s.Changes(as(t.Context()), []uuid.UUID{c.UUID}, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, change := range pages[0].Nodes {
		var fields []string
		for _, f := range change.Fields() {
			fields = append(fields, fmt.Sprintf("%s: %s -> %s", f.Field, f.Before, f.After))
		}
		lines = append(lines, fmt.Sprintf("%d %s: %s", change.Version, change.Actor, strings.Join(fields, ", ")))
	}
	return lines
}

func TestEveryChangeOfACatchmentIsKept(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	stendal, office := s.region(t, "15090"), s.ombudsOffice(t, "Ombudsstelle")
	in := valid(responsibility.OmbudsOffice, stendal, office)
	in.ValidFrom = day(1)
	c := s.catchment(t, in)
	update := responsibility.UpdateCatchmentInput{ID: c.ID(), ExpectedVersion: 1, Priority: set(7), LegalBasis: set("§ 9a SGB VIII")}
	for what, told := range map[string]string{
		"refused":  toldByCreation(s.CreateCatchment(as(t.Context()), in)),
		"repeated": toldByUpdate(s.UpdateCatchment(as(t.Context()), responsibility.UpdateCatchmentInput{ID: c.ID(), ExpectedVersion: 1, Priority: set(50)})),
		"too late": toldByEnd(s.EndCatchment(as(t.Context()), responsibility.EndCatchmentInput{ID: c.ID(), ExpectedVersion: 9, On: *day(9)})),
	} {
		if n := s.rows(t, "record_change WHERE record_kind = 'ctm'"); n != 1 {
			t.Errorf("%s, told %q: %d changes", what, told, n)
		}
	}
	if told := toldByUpdate(s.UpdateCatchment(as(t.Context()), update)); told != "" {
		t.Fatal(told)
	}
	if told := toldByEnd(s.EndCatchment(as(t.Context()), responsibility.EndCatchmentInput{ID: c.ID(), ExpectedVersion: 2, On: *day(9)})); told != "" {
		t.Fatal(told)
	}
	if diff := cmp.Diff([]string{
		`3 anna: validTo: null -> "2020-01-09"`,
		`2 anna: priority: 50 -> 7, legalBasis: null -> "§ 9a SGB VIII"`,
		fmt.Sprintf(`1 anna: kind: null -> "OMBUDS_OFFICE", regionId: null -> "%s", ombudsOfficeId: null -> "%s", scope: null -> "REGIONAL", priority: null -> 50, validFrom: null -> "2020-01-01"`, stendal.ID(), office),
	}, s.changes(t, c)); diff != "" {
		t.Error(diff)
	}
	if _, err := s.Changes(t.Context(), []uuid.UUID{c.UUID}, page.Args{}); told(nil, err) != "UNAUTHENTICATED" {
		t.Errorf("a stranger is told %q", told(nil, err))
	}
}

// Whoever comes too late is told so, and gets the catchment as it is.
func TestOneOfManyUpdatesOfACatchmentWins(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	c := s.catchment(t, valid(responsibility.OmbudsOffice, s.region(t, "15090"), s.ombudsOffice(t, "Ombudsstelle")))
	const rounds, writers = 3, 4
	for round := 1; round <= rounds; round++ {
		answers := make([]string, writers)
		var working sync.WaitGroup
		for i := range answers {
			working.Go(func() {
				if i%2 == 0 {
					payload, err := s.EndCatchment(as(t.Context()), responsibility.EndCatchmentInput{ID: c.ID(), ExpectedVersion: round, On: *day(31 - 4*round - i)})
					answers[i] = toldByEnd(payload, err)
					return
				}
				payload, err := s.UpdateCatchment(as(t.Context()), responsibility.UpdateCatchmentInput{ID: c.ID(), ExpectedVersion: round, Priority: set(10*round + i)})
				answers[i] = toldByUpdate(payload, err)
				if payload != nil && payload.Catchment.Version != round+1 {
					t.Errorf("answers version %d in round %d", payload.Catchment.Version, round)
				}
			})
		}
		working.Wait()
		won := 0
		for _, answer := range answers {
			if answer == "" {
				won++
			} else if answer != "VERSION_CONFLICT input.expectedVersion" {
				t.Errorf("told %q", answer)
			}
		}
		if won != 1 {
			t.Errorf("round %d: %d won", round, won)
		}
	}
	if got := s.changes(t, c); len(got) != rounds+1 {
		t.Errorf("the history is %q", got)
	}
}

func TestKeyOfACatchmentIsGoodForOneInput(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	in := valid(responsibility.OmbudsOffice, s.region(t, "15090"), s.ombudsOffice(t, "Ombudsstelle"))
	in.IdempotencyKey, in.ValidFrom = new("k"), day(1)
	s.catchment(t, in)
	for what, edit := range map[string]func(in *responsibility.CreateCatchmentInput){
		"another priority": func(in *responsibility.CreateCatchmentInput) { in.Priority = 51 },
		"another day":      func(in *responsibility.CreateCatchmentInput) { in.ValidFrom = day(2) },
		"an end":           func(in *responsibility.CreateCatchmentInput) { in.ValidTo = day(2) },
		"another region":   func(in *responsibility.CreateCatchmentInput) { in.RegionID = s.region(t, "15003").ID() },
	} {
		again := in
		edit(&again)
		if got := toldByCreation(s.CreateCatchment(as(t.Context()), again)); got != "IDEMPOTENCY_KEY_REUSED input.idempotencyKey" {
			t.Errorf("%s: told %q", what, got)
		}
	}
	if s.rows(t, "catchment") != 1 {
		t.Error("something was written")
	}
}

func TestBadChangesOfCatchmentsNameEveryProblem(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	region := ident.ID{Kind: ident.Region, UUID: newID()}
	for want, told := range map[string]string{
		"BAD_USER_INPUT input.id, BAD_USER_INPUT input.expectedVersion, BAD_USER_INPUT input.scope, BAD_USER_INPUT input.priority, BAD_USER_INPUT input.validTo, BAD_USER_INPUT input.legalBasis": toldByUpdate(
			s.UpdateCatchment(as(t.Context()), responsibility.UpdateCatchmentInput{
				ID: region, Scope: null[responsibility.CatchmentScope](), Priority: set(101), ValidFrom: set(*day(2)), ValidTo: set(*day(2)), LegalBasis: set(strings.Repeat("ä", 501)),
			})),
		"BAD_USER_INPUT input.id, BAD_USER_INPUT input.expectedVersion": toldByEnd(s.EndCatchment(as(t.Context()), responsibility.EndCatchmentInput{ID: region, On: civil.Date{}})),
		"NOT_FOUND input.id": toldByUpdate(s.UpdateCatchment(as(t.Context()), responsibility.UpdateCatchmentInput{ID: ident.ID{Kind: ident.Catchment, UUID: newID()}, ExpectedVersion: 1})),
	} {
		if told != want {
			t.Errorf("told %q, want %q", told, want)
		}
	}
}

// Beside the rules that hold for each kind: what holds for every row.
func TestDatabaseBoundsCatchments(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	stendal := s.region(t, "15090")
	office, other := s.youthOffice(t, "Jugendamt A", directory.LocalOffice), s.youthOffice(t, "Jugendamt B", directory.LocalOffice)
	in := valid(responsibility.YouthWelfareOffice, stendal, office)
	in.ValidTo = day(10)
	c := s.catchment(t, in)
	ombuds := s.catchment(t, valid(responsibility.OmbudsOffice, stendal, s.ombudsOffice(t, "Ombudsstelle")))
	const copied = `INSERT INTO catchment (id, kind, region_id, region_key, ombuds_office_id, youth_welfare_office_id, youth_welfare_office_kind, scope, priority, valid_from, created_at, updated_at)
SELECT gen_random_uuid(), kind, region_id, region_key, ombuds_office_id, coalesce($2, youth_welfare_office_id), youth_welfare_office_kind, scope, priority, $3::date, now(), now() FROM catchment WHERE id = $1`
	for _, x := range []struct {
		constraint, sql string
		args            []any
	}{
		{"catchment_kind_check", `UPDATE catchment SET kind = 'OTHER' WHERE id = $1`, []any{c.UUID}},
		{"catchment_scope_check", `UPDATE catchment SET scope = 'WORLD' WHERE id = $1`, []any{c.UUID}},
		{"catchment_priority_check", `UPDATE catchment SET priority = 101 WHERE id = $1`, []any{c.UUID}},
		{"catchment_priority_check", `UPDATE catchment SET priority = 0 WHERE id = $1`, []any{c.UUID}},
		{"catchment_period_check", `UPDATE catchment SET valid_from = valid_to WHERE id = $1`, []any{c.UUID}},
		{"catchment_legal_basis_check", `UPDATE catchment SET legal_basis = '' WHERE id = $1`, []any{c.UUID}},
		{"catchment_region_fkey", `UPDATE catchment SET region_key = '15091' WHERE id = $1`, []any{c.UUID}},
		{"catchment_exclusive_excl", copied, []any{c.UUID, other.UUID, *day(9)}},
		{"", copied, []any{c.UUID, other.UUID, *day(10)}},
		{"catchment_exclusive_excl", `UPDATE catchment SET valid_to = NULL WHERE id = $1`, []any{c.UUID}},
		{"catchment_body_excl", copied, []any{ombuds.UUID, nil, *day(1)}},
	} {
		if _, err := s.db.Exec(t.Context(), x.sql, x.args...); postgres.Constraint(err) != x.constraint || x.constraint == "" && err != nil {
			t.Errorf("%.60s: %v, want %q", x.sql, err, x.constraint)
		}
	}
}
