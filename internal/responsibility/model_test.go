package responsibility_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/region"
	"ombudsnetz/internal/responsibility"
)

// model is a small Germany with its assignments, and answers as the rules say,
// slowly.
type model struct {
	regions    []*place
	codes      map[string][]*place
	catchments []*responsibility.Catchment
	posts      map[uuid.UUID]uuid.UUID // its youth welfare office
	states     uuid.UUID               // the one youth welfare office of a Land
}

type place struct {
	id        uuid.UUID
	key, name string
	level     region.Level
	parent    *place
	from, to  *civil.Date
	successor *place
}

func within(from, to *civil.Date, day civil.Date) bool {
	return (from == nil || !day.Before(*from)) && (to == nil || day.Before(*to))
}

func (p *place) on(day civil.Date) bool { return within(p.from, p.to, day) }

func (p *place) coarse() bool {
	return p.level == region.Land || p.level == region.GovernmentRegion
}

func (p *place) chain() []*place {
	var chain []*place
	for ; p != nil; p = p.parent {
		chain = append(chain, p)
	}
	return chain
}

// standing follows successors to the one that exists on day, nil when none does.
func (p *place) standing(day civil.Date) *place {
	for range 20 {
		if p == nil || p.on(day) {
			return p
		}
		if p.to == nil || day.Before(*p.to) {
			return nil
		}
		p = p.successor
	}
	return nil
}

func (m *model) named(in responsibility.PlaceInput, day civil.Date) []*place {
	switch {
	case in.PostalCode != nil:
		return m.codes[*in.PostalCode]
	case in.RegionID != nil:
		return m.where(func(p *place) bool { return p.id == in.RegionID.UUID })
	case in.Name != nil:
		return m.where(func(p *place) bool { return p.name == *in.Name && p.on(day) })
	}
	begun := m.where(func(p *place) bool { return p.key == *in.Key && (p.from == nil || !day.Before(*p.from)) })
	if len(begun) == 0 {
		return nil
	}
	return []*place{slices.MaxFunc(begun, func(a, b *place) int {
		switch {
		case a.from == nil:
			return -1
		case b.from == nil:
			return 1
		default:
			return strings.Compare(a.from.String(), b.from.String())
		}
	})}
}

func (m *model) where(holds func(*place) bool) []*place {
	var found []*place
	for _, p := range m.regions {
		if holds(p) {
			found = append(found, p)
		}
	}
	return found
}

// starts are the regions that a place may mean.
func (m *model) starts(in responsibility.PlaceInput, day civil.Date) []*place {
	var found []*place
	for _, n := range m.named(in, day) {
		p := n.standing(day)
		if p == nil {
			continue
		}
		below := func(q *place) bool { return q.on(day) && strings.HasPrefix(q.key, p.key) && q.key != p.key }
		found = append(found, p)
		switch {
		case p.coarse():
			found = append(found, m.where(func(q *place) bool { return below(q) && q.level == region.District })...)
		case in.PostalCode != nil:
			found = append(found, m.where(func(q *place) bool {
				return below(q) && slices.ContainsFunc(m.catchments, func(c *responsibility.Catchment) bool {
					return c.RegionID == q.id && within(c.ValidFrom, c.ValidTo, day)
				})
			})...)
		}
	}
	if slices.ContainsFunc(found, func(p *place) bool { return !p.coarse() }) {
		found = slices.DeleteFunc(found, (*place).coarse)
	}
	slices.SortFunc(found, func(a, b *place) int { return strings.Compare(a.key, b.key) })
	return slices.Compact(found)
}

// hit is an assignment that answers, and by which body.
type hit struct {
	catchment *responsibility.Catchment
	body      uuid.UUID
}

func (m *model) at(p *place, kind responsibility.CatchmentKind, day civil.Date) []hit {
	var found []hit
	for _, c := range m.catchments {
		if c.RegionID == p.id && c.Kind == kind && within(c.ValidFrom, c.ValidTo, day) {
			found = append(found, hit{c, bodyOf(c)})
		}
	}
	return found
}

func bodyOf(c *responsibility.Catchment) uuid.UUID {
	return *cmp.Or(c.OmbudsOfficeID, c.YouthWelfareOfficeID, c.ProceduralGuidePostID)
}

// responsible says who answers for a region.
func (m *model) responsible(p *place, kind responsibility.CatchmentKind, day civil.Date) []hit {
	hits := m.assigned(p, kind, day)
	if kind != responsibility.ProceduralGuide {
		return hits
	}
	office := m.assigned(p, responsibility.YouthWelfareOffice, day)
	if len(office) == 0 {
		return hits
	}
	depth := func(h hit) int {
		return slices.IndexFunc(p.chain(), func(q *place) bool { return q.id == h.catchment.RegionID })
	}
	if len(hits) > 0 && depth(hits[0]) <= depth(office[0]) {
		return hits
	}
	var following []hit
	for post, of := range m.posts {
		own := slices.ContainsFunc(m.catchments, func(c *responsibility.Catchment) bool {
			return c.Kind == kind && bodyOf(c) == post && within(c.ValidFrom, c.ValidTo, day)
		})
		if of == office[0].body && !own {
			following = append(following, hit{office[0].catchment, post})
		}
	}
	if len(following) == 0 {
		return hits
	}
	return following
}

// assigned are the assignments that answer for a region without following others.
func (m *model) assigned(p *place, kind responsibility.CatchmentKind, day civil.Date) []hit {
	var near, wide []hit
	for _, q := range p.chain() {
		var here []hit
		for _, h := range m.at(q, kind, day) {
			if h.catchment.Scope == responsibility.SupraRegional {
				wide = append(wide, h)
			} else {
				here = append(here, h)
			}
		}
		if len(near) == 0 {
			near = here
		}
	}
	return append(near, wide...)
}

// text is an answer in short, the same for equal answers.
func text(status responsibility.Status, hits, instead []string, lookedAt, choices []string) string {
	slices.Sort(hits)
	slices.Sort(instead)
	return fmt.Sprintf("%s %v looked at %v choices %v instead %v", status, hits, lookedAt, choices, instead)
}

func words(hits []hit) []string {
	found := []string{}
	for _, h := range hits {
		found = append(found, fmt.Sprintf("%02d %s %s", h.catchment.Priority, h.catchment.UUID, h.body))
	}
	slices.Sort(found)
	return found
}

// names are the bodies alone: who answers, whatever assignment says so.
func names(words []string) []string {
	found := []string{}
	for _, word := range words {
		found = append(found, word[strings.LastIndex(word, " ")+1:])
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// answer is what the rules say of a place that may be one of starts.
func (m *model) answer(starts []*place, kind responsibility.CatchmentKind, day civil.Date) string {
	choices := []string{}
	for _, p := range starts {
		choices = append(choices, p.key)
	}
	unclear := text(responsibility.PlaceUnclear, nil, nil, []string{}, choices)
	hits := words(m.responsible(starts[0], kind, day))
	instead := m.instead(starts[0], kind, day)
	for _, p := range starts[1:] {
		if !slices.Equal(names(hits), names(words(m.responsible(p, kind, day)))) {
			return unclear
		}
		if len(hits) == 0 && !slices.Equal(names(m.instead(p, kind, day)), names(instead)) {
			return unclear
		}
	}
	lookedAt := []string{}
	for _, p := range starts[0].chain() {
		if slices.ContainsFunc(starts, func(other *place) bool { return !slices.Contains(other.chain(), p) }) {
			continue
		}
		lookedAt = append(lookedAt, p.key)
		matched := slices.ContainsFunc(m.responsible(starts[0], kind, day), func(h hit) bool { return h.catchment.RegionID == p.id })
		if matched && kind != responsibility.OmbudsOffice {
			break
		}
	}
	switch {
	case len(hits) > 0:
		return text(responsibility.Found, hits, nil, lookedAt, []string{})
	case len(lookedAt) == 0:
		return unclear
	default:
		return text(responsibility.Nobody, nil, instead, lookedAt, []string{})
	}
}

// instead is who is asked when nobody answers.
func (m *model) instead(p *place, kind responsibility.CatchmentKind, day civil.Date) []string {
	switch kind {
	case responsibility.YouthWelfareOffice:
		return words(slices.DeleteFunc(m.responsible(p, responsibility.FacilitySupervision, day), func(h hit) bool { return h.body != m.states }))
	case responsibility.ProceduralGuide:
		return words(m.responsible(p, responsibility.YouthWelfareOffice, day))
	default:
		return words(nil)
	}
}

// textOf is a real answer in short.
func textOf(t tb, a *responsibility.Answer) string {
	t.Helper()
	bodies := func(list []*responsibility.Body) []string {
		var found []string
		for _, b := range list {
			var id uuid.UUID
			switch {
			case b.OmbudsOffice != nil:
				id = b.OmbudsOffice.UUID
			case b.YouthWelfareOffice != nil:
				id = b.YouthWelfareOffice.UUID
			default:
				id = b.ProceduralGuidePost.UUID
			}
			found = append(found, fmt.Sprintf("%02d %s %s", b.Catchment.Priority, b.Catchment.UUID, id))
		}
		return found
	}
	hits := bodies(a.Bodies)
	if !slices.IsSortedFunc(hits, func(a, b string) int { return strings.Compare(a[:2], b[:2]) }) {
		t.Errorf("%s are not by priority: %v", a.Kind, hits)
	}
	lookedAt, choices := []string{}, []string{}
	for _, step := range a.LookedAt {
		lookedAt = append(lookedAt, step.Region.Key)
	}
	for _, choice := range a.Choices {
		choices = append(choices, choice.Region.Key)
	}
	if a.Fallback == nil {
		return text(a.Status, hits, nil, lookedAt, choices)
	}
	return text(a.Status, hits, bodies(a.Fallback.Bodies), lookedAt, choices)
}

// draw makes a small Germany in the database and in the model.
func (s setup) draw(t *rapid.T, bodies map[responsibility.CatchmentKind][]ident.ID, posts map[uuid.UUID]uuid.UUID) *model {
	s.exec(t, `DELETE FROM catchment; DELETE FROM postal_code_place; UPDATE region SET successor_id = NULL;
DELETE FROM region WHERE level = 'BOROUGH'; DELETE FROM region WHERE level = 'MUNICIPALITY'; DELETE FROM region WHERE level = 'DISTRICT';
DELETE FROM region WHERE level = 'GOVERNMENT_REGION'; DELETE FROM region WHERE key <> '16'`)
	m := &model{codes: map[string][]*place{}, posts: posts}
	for i := range rapid.IntRange(1, 2).Draw(t, "Länder") {
		m.grow(t, nil, fmt.Sprintf("0%d", i+1), region.Land)
	}
	for _, p := range m.regions {
		if p.to != nil && rapid.Bool().Draw(t, "successor") {
			p.successor = rapid.SampledFrom(m.regions).Draw(t, "which")
		}
	}
	s.store(t, m)
	for _, code := range []string{"10000", "20000"} {
		for _, p := range rapid.SliceOfNDistinct(rapid.SampledFrom(m.regions), 0, min(3, len(m.regions)), func(p *place) uuid.UUID { return p.id }).Draw(t, "places") {
			m.codes[code] = append(m.codes[code], p)
			s.exec(t, `INSERT INTO postal_code_place (code, region_id, place) VALUES ($1, $2, $3)`, code, p.id, p.name)
		}
	}
	for range rapid.IntRange(0, 12).Draw(t, "catchments") {
		s.assign(t, m, bodies)
	}
	return m
}

func drawPeriod(t *rapid.T) (from, to *civil.Date) {
	if rapid.Bool().Draw(t, "begins") {
		from = day(rapid.IntRange(1, 4).Draw(t, "from"))
	}
	if rapid.Bool().Draw(t, "ends") {
		to = day(rapid.IntRange(5, 8).Draw(t, "to"))
	}
	return from, to
}

// grow adds a region with everything below it.
func (m *model) grow(t *rapid.T, parent *place, key string, level region.Level) {
	p := &place{
		id: newID(), key: key, level: level, parent: parent,
		name: rapid.SampledFrom([]string{"Neuenkirchen", "Musterstadt", "Beispielhausen"}).Draw(t, "name"),
	}
	if level != region.Land {
		p.from, p.to = drawPeriod(t)
	}
	m.regions = append(m.regions, p)
	if p.to != nil && rapid.IntRange(0, 4).Draw(t, "again") == 0 {
		again := *p
		again.id, again.from, again.to = newID(), p.to, nil
		m.regions = append(m.regions, &again)
	}
	below, digits := map[region.Level][]region.Level{
		region.Land:             {region.GovernmentRegion, region.District},
		region.GovernmentRegion: {region.District},
		region.District:         {region.Municipality},
		region.Municipality:     {region.Borough},
	}[level], map[region.Level]int{region.GovernmentRegion: 3, region.District: 5, region.Municipality: 8, region.Borough: 10}
	if len(below) == 0 {
		return
	}
	most := 2
	if level == region.Municipality {
		most = 1
	}
	for i := range rapid.IntRange(0, most).Draw(t, "children") {
		next := rapid.SampledFrom(below).Draw(t, "level")
		m.grow(t, p, fmt.Sprintf("%s%0*d", key, digits[next]-len(key), i+1), next)
	}
}

func (s setup) store(t tb, m *model) {
	t.Helper()
	for _, p := range m.regions {
		var parent *uuid.UUID
		var parentKey *string
		if p.parent != nil {
			parent, parentKey = &p.parent.id, &p.parent.key
		}
		s.exec(t, `INSERT INTO region (id, key, level, name, official_name, designation, parent_id, parent_key, valid_from, valid_to)
VALUES ($1, $2, $3, $4, $4, 'Gebiet', $5, $6, $7, $8)`, p.id, p.key, string(p.level), p.name, parent, parentKey, p.from, p.to)
	}
	for _, p := range m.regions {
		if p.successor != nil {
			s.exec(t, `UPDATE region SET successor_id = $2 WHERE id = $1`, p.id, p.successor.id)
		}
	}
}

// assign tries to enter an assignment, and keeps it in the model if the rules
// allow it.
func (s setup) assign(t *rapid.T, m *model, bodies map[responsibility.CatchmentKind][]ident.ID) {
	kind := rapid.SampledFrom(kinds()).Draw(t, "kind")
	at := rapid.SampledFrom(m.regions).Draw(t, "region")
	in := responsibility.CreateCatchmentInput{
		Kind: kind, RegionID: ident.ID{Kind: ident.Region, UUID: at.id}, BodyID: rapid.SampledFrom(bodies[kind]).Draw(t, "body"),
		Scope:    rapid.SampledFrom([]responsibility.CatchmentScope{responsibility.Local, responsibility.Regional}).Draw(t, "scope"),
		Priority: rapid.IntRange(1, 3).Draw(t, "priority"),
	}
	if kind == responsibility.OmbudsOffice && rapid.Bool().Draw(t, "supra-regional") {
		in.Scope = responsibility.SupraRegional
	}
	in.ValidFrom, in.ValidTo = drawPeriod(t)
	exclusive := kind == responsibility.YouthWelfareOffice || kind == responsibility.FacilitySupervision
	want := ""
	switch {
	case !overlap(in.ValidFrom, in.ValidTo, at.from, at.to):
		want = "CONFLICT input.regionId"
	case slices.ContainsFunc(m.catchments, func(c *responsibility.Catchment) bool {
		return c.RegionID == at.id && c.Kind == kind && (exclusive || bodyOf(c) == in.BodyID.UUID) && overlap(in.ValidFrom, in.ValidTo, c.ValidFrom, c.ValidTo)
	}):
		want = "CONFLICT input.validFrom"
	}
	payload, err := s.CreateCatchment(as(t.Context()), in)
	if got := toldByCreation(payload, err); got != want {
		t.Fatalf("assigning %s: told %q, want %q", at.key, got, want)
	}
	if want == "" {
		m.catchments = append(m.catchments, payload.Catchment)
	}
}

func overlap(from, to, otherFrom, otherTo *civil.Date) bool {
	before := func(end, begin *civil.Date) bool { return end != nil && begin != nil && !begin.Before(*end) }
	return !before(to, otherFrom) && !before(otherTo, from)
}

func kinds() []responsibility.CatchmentKind {
	return []responsibility.CatchmentKind{
		responsibility.OmbudsOffice, responsibility.YouthWelfareOffice, responsibility.ProceduralGuide, responsibility.FacilitySupervision,
	}
}

func drawPlace(t *rapid.T, m *model) responsibility.PlaceInput {
	p := rapid.SampledFrom(m.regions).Draw(t, "place")
	switch rapid.IntRange(0, 3).Draw(t, "way") {
	case 0:
		return responsibility.PlaceInput{Key: &p.key}
	case 1:
		return responsibility.PlaceInput{RegionID: &ident.ID{Kind: ident.Region, UUID: p.id}}
	case 2:
		return responsibility.PlaceInput{PostalCode: new(rapid.SampledFrom([]string{"10000", "20000", "30000"}).Draw(t, "code"))}
	default:
		return responsibility.PlaceInput{Name: &p.name}
	}
}

// Any answer is the one that the rules give, however the tree, its history and
// the assignments look.
func TestAnswersAreThoseOfTheModel(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	local := []ident.ID{s.youthOffice(t, "Jugendamt A", directory.LocalOffice), s.youthOffice(t, "Jugendamt B", directory.LocalOffice)}
	state := s.youthOffice(t, "Landesjugendamt", directory.StateOffice)
	posts := map[uuid.UUID]uuid.UUID{}
	bodies := map[responsibility.CatchmentKind][]ident.ID{
		responsibility.OmbudsOffice:        {s.ombudsOffice(t, "Ombudsstelle A"), s.ombudsOffice(t, "Ombudsstelle B")},
		responsibility.YouthWelfareOffice:  local,
		responsibility.FacilitySupervision: {local[0], state},
	}
	for i, office := range []ident.ID{local[0], local[0], local[1]} {
		post := s.post(t, fmt.Sprintf("Stelle %d", i), office)
		posts[post.UUID] = office.UUID
		bodies[responsibility.ProceduralGuide] = append(bodies[responsibility.ProceduralGuide], post)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := s.draw(t, bodies, posts)
		m.states = state.UUID
		for range 5 {
			on := *day(rapid.IntRange(1, 9).Draw(t, "day"))
			s.checkAnswer(t, m, drawPlace(t, m), on)
			kind := rapid.SampledFrom(kinds()).Draw(t, "survey")
			s.checkSurveys(t, m, kind, on)
		}
	})
}

func (s setup) checkAnswer(t *rapid.T, m *model, in responsibility.PlaceInput, on civil.Date) {
	starts := m.starts(in, on)
	got, err := s.Find(t.Context(), in, nil, &on)
	if len(starts) == 0 {
		if fault.CodeOf(err) != fault.NotFound {
			t.Fatalf("a place that is nowhere answers %v, %v", got, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []*responsibility.Answer{got.OmbudsOffices, got.YouthWelfareOffice, got.ProceduralGuide, got.FacilitySupervision} {
		if diff := gocmp.Diff(m.answer(starts, a.Kind, on), textOf(t, a)); diff != "" {
			t.Fatalf("%s on %s (-model +answer):\n%s", a.Kind, on, diff)
		}
		if e := a.Explanation(); e.EN == "" || e.DE == "" {
			t.Fatalf("%s is not explained", a.Kind)
		}
	}
}

func (s setup) checkSurveys(t *rapid.T, m *model, kind responsibility.CatchmentKind, on civil.Date) {
	var gaps, overlaps []string
	for _, p := range m.regions {
		if p.level == region.District && p.on(on) && len(m.responsible(p, kind, on)) == 0 {
			gaps = append(gaps, p.key)
		}
		if assigned := m.assigned(p, kind, on); len(m.at(p, kind, on)) > 0 && len(assigned) > 1 {
			overlaps = append(overlaps, fmt.Sprint(p.key, words(assigned)))
		}
	}
	slices.Sort(gaps)
	slices.Sort(overlaps)
	first := 2
	var after *page.Cursor
	var gotGaps, gotOverlaps []string
	for {
		found, err := s.CoverageGaps(t.Context(), kind, &on, page.Args{First: &first, After: after})
		if err != nil {
			t.Fatal(err)
		}
		for _, gap := range found.Nodes {
			gotGaps = append(gotGaps, gap.Region.Key)
		}
		if after = found.PageInfo().EndCursor(); !found.PageInfo().HasNextPage {
			break
		}
	}
	after = nil
	for {
		found, err := s.CatchmentOverlaps(t.Context(), kind, &on, page.Args{First: &first, After: after})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range found.Nodes {
			var hits []hit
			for _, c := range o.Catchments {
				hits = append(hits, hit{c, bodyOf(c)})
			}
			gotOverlaps = append(gotOverlaps, fmt.Sprint(o.Region.Key, words(hits)))
		}
		if after = found.PageInfo().EndCursor(); !found.PageInfo().HasNextPage {
			break
		}
	}
	slices.Sort(gotOverlaps)
	if diff := gocmp.Diff([][]string{gaps, overlaps}, [][]string{gotGaps, gotOverlaps}); diff != "" {
		t.Fatalf("gaps and overlaps of %s on %s (-model +service):\n%s", kind, on, diff)
	}
}
