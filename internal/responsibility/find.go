package responsibility

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/region"
)

// Responsibility says who is responsible for a place, by kind.
type Responsibility struct {
	AsOf                civil.Date
	OmbudsOffices       *Answer
	YouthWelfareOffice  *Answer
	ProceduralGuide     *Answer
	FacilitySupervision *Answer
}

// Answer says who is responsible for one kind of question, and why.
type Answer struct {
	Kind         CatchmentKind
	Status       Status
	CountedPlace PlaceRole
	LegalSource  string
	Bodies       []*Body
	LookedAt     []*Step
	Choices      []*Choice
	Fallback     *Fallback
}

// Status is the GraphQL enum ResponsibilityStatus.
type Status string

// The statuses of an answer.
const (
	Found        Status = "FOUND"
	Nobody       Status = "NOBODY"
	PlaceUnclear Status = "PLACE_UNCLEAR"
	PlaceMissing Status = "PLACE_MISSING"
)

// Body is one that is responsible, by an assignment. One of the three is set.
type Body struct {
	Catchment           *Catchment
	OmbudsOffice        *directory.OmbudsOffice
	YouthWelfareOffice  *directory.YouthWelfareOffice
	ProceduralGuidePost *directory.ProceduralGuidePost

	step int
}

func (b *Body) id() uuid.UUID {
	switch {
	case b.OmbudsOffice != nil:
		return b.OmbudsOffice.UUID
	case b.YouthWelfareOffice != nil:
		return b.YouthWelfareOffice.UUID
	default:
		return b.ProceduralGuidePost.UUID
	}
}

// Name is the name of the body.
func (b *Body) Name() string {
	switch {
	case b.OmbudsOffice != nil:
		return b.OmbudsOffice.Name
	case b.YouthWelfareOffice != nil:
		return b.YouthWelfareOffice.Name
	default:
		return b.ProceduralGuidePost.Name
	}
}

// Step is one region that was looked at.
type Step struct {
	Region  *region.Region
	Matched bool
}

// Choice is one of the regions that a place may mean.
type Choice struct {
	Region     *region.Region
	District   *region.Region
	Land       *region.Region
	PlaceNames *string
}

// Fallback is where to turn when nobody is responsible.
type Fallback struct {
	Kind   FallbackKind
	Bodies []*Body
}

// FallbackKind is the GraphQL enum ResponsibilityFallbackKind.
type FallbackKind string

// The kinds of fallbacks.
const (
	NationalNetwork         FallbackKind = "NATIONAL_NETWORK"
	StateYouthWelfareOffice FallbackKind = "STATE_YOUTH_WELFARE_OFFICE"
	YouthOfficeItself       FallbackKind = "YOUTH_WELFARE_OFFICE"
	SupremeStateAuthority   FallbackKind = "SUPREME_STATE_AUTHORITY"
)

// Find says who is responsible for a place on asOf (today when nil). Without a
// situation the place counts for every kind. It leaves no trace: nothing is
// written, and no fault holds what was asked for (R57).
func (s *Service) Find(ctx context.Context, place PlaceInput, situation *SituationInput, asOf *civil.Date) (*Responsibility, error) {
	var problems fault.Problems
	place.check("place", &problems)
	situation.check(&problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	byKind := rules(&place, situation)
	var asked []*PlaceInput
	for _, kind := range kinds() {
		if p := byKind[kind].place; p != nil && !slices.Contains(asked, p) {
			asked = append(asked, p)
		}
	}
	day := s.dayOr(asOf)
	rows, err := s.finders.find(ctx, s.db, asked, day)
	if err != nil {
		return nil, err
	}
	places := gather(rows, len(asked))
	for i, p := range asked {
		if len(places[i]) == 0 {
			problems = append(problems, fault.All(p.unknown(pathOf(byKind, p)))...)
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	answer := func(kind CatchmentKind) *Answer {
		r := byKind[kind]
		if r.place == nil {
			return r.unanswered(kind, PlaceMissing)
		}
		return r.answer(kind, places[slices.Index(asked, r.place)])
	}
	return &Responsibility{
		AsOf:                day,
		OmbudsOffices:       answer(OmbudsOffice),
		YouthWelfareOffice:  answer(YouthWelfareOffice),
		ProceduralGuide:     answer(ProceduralGuide),
		FacilitySupervision: answer(FacilitySupervision),
	}, nil
}

func kinds() []CatchmentKind {
	return []CatchmentKind{OmbudsOffice, YouthWelfareOffice, ProceduralGuide, FacilitySupervision}
}

func pathOf(byKind map[CatchmentKind]rule, place *PlaceInput) string {
	for _, kind := range kinds() {
		if byKind[kind].place == place {
			return byKind[kind].path
		}
	}
	return ""
}

// candidate is a region that a place may mean, with what lies above it.
type candidate struct {
	names *string
	nodes []*node
}

// node is a region at or above a place, with the assignments that it has itself.
type node struct {
	region      *region.Region
	assignments []*assignment
}

// assignment is a catchment with its body, and the posts that follow it when it
// is that of a youth welfare office.
type assignment struct {
	body  *Body
	posts []*directory.ProceduralGuidePost
}

// gather puts the lines of a lookup together by place. A region that is too
// coarse is no candidate where there are finer ones.
func gather(rows []*found, places int) [][]*candidate {
	gathered := make([][]*candidate, places)
	finer := make([]bool, places)
	for _, row := range rows {
		finer[row.Place-1] = finer[row.Place-1] || !row.Coarse
	}
	var present *candidate
	var start uuid.UUID
	for _, row := range rows {
		place := row.Place - 1
		if row.Coarse && finer[place] {
			continue
		}
		if row.Step == 0 && (present == nil || len(gathered[place]) == 0 || start != row.Start) {
			present, start = &candidate{names: row.Names}, row.Start
			gathered[place] = append(gathered[place], present)
		}
		present.take(row)
	}
	for _, candidates := range gathered {
		slices.SortFunc(candidates, func(a, b *candidate) int {
			return strings.Compare(a.nodes[0].region.Key, b.nodes[0].region.Key)
		})
	}
	return gathered
}

// take adds a line. Lines come from the place upwards; a region that is named
// twice comes twice at each step.
func (c *candidate) take(row *found) {
	if row.Names != nil {
		c.names = row.Names
	}
	for len(c.nodes) <= row.Step {
		c.nodes = append(c.nodes, &node{region: &row.Region})
	}
	if row.Catchment.ID == nil {
		return
	}
	at := c.nodes[row.Step]
	i := slices.IndexFunc(at.assignments, func(a *assignment) bool { return a.body.Catchment.UUID == *row.Catchment.ID })
	if i < 0 {
		catchment, post := row.catchment(), row.Post.object()
		body := &Body{Catchment: catchment, step: row.Step}
		switch catchment.Kind {
		case OmbudsOffice:
			body.OmbudsOffice = catchment.Relatives.OmbudsOffice
		case ProceduralGuide:
			body.ProceduralGuidePost, catchment.Relatives.ProceduralGuidePost = post, post
		default:
			body.YouthWelfareOffice = catchment.Relatives.YouthWelfareOffice
		}
		at.assignments, i = append(at.assignments, &assignment{body: body}), len(at.assignments)
	}
	if a := at.assignments[i]; *row.Catchment.Kind == YouthWelfareOffice && row.Post.ID != nil {
		known := func(p *directory.ProceduralGuidePost) bool { return p.UUID == *row.Post.ID }
		if !slices.ContainsFunc(a.posts, known) {
			a.posts = append(a.posts, row.Post.object())
		}
	}
}

// responsible returns who answers for a kind, in order.
func (c *candidate) responsible(kind CatchmentKind) []*Body {
	bodies := []*Body{}
	nearest, officeSeen := false, false
	for _, n := range c.nodes {
		var here, following []*Body
		for _, a := range n.assignments {
			switch {
			case a.body.Catchment.Kind == kind:
				if a.body.Catchment.Scope == SupraRegional {
					bodies = append(bodies, a.body)
				} else {
					here = append(here, a.body)
				}
			case kind == ProceduralGuide && a.body.Catchment.Kind == YouthWelfareOffice && !officeSeen:
				officeSeen = true
				for _, post := range a.posts {
					following = append(following, &Body{Catchment: a.body.Catchment, ProceduralGuidePost: post, step: a.body.step})
				}
			}
		}
		if len(here) == 0 {
			here = following
		}
		if !nearest && len(here) > 0 {
			bodies, nearest = append(bodies, here...), true
		}
	}
	slices.SortFunc(bodies, func(a, b *Body) int {
		return cmp.Or(
			cmp.Compare(a.Catchment.Priority, b.Catchment.Priority),
			cmp.Compare(a.Catchment.Scope.rank(), b.Catchment.Scope.rank()),
			cmp.Compare(a.step, b.step),
			strings.Compare(a.Name(), b.Name()),
			slices.Compare(a.Catchment.UUID[:], b.Catchment.UUID[:]),
		)
	})
	return bodies
}

// agreed returns who answers, by the assignments of the first candidate, if the
// same answer for all.
func agreed(candidates []*candidate, answering func(*candidate) []*Body) ([]*Body, bool) {
	bodies := answering(candidates[0])
	for _, other := range candidates[1:] {
		if !sameBodies(bodies, answering(other)) {
			return nil, false
		}
	}
	return bodies, true
}

// sameBodies compares without order and repetition: these follow from
// assignments.
func sameBodies(a, b []*Body) bool {
	return within(a, b) && within(b, a)
}

func within(some, all []*Body) bool {
	return !slices.ContainsFunc(some, func(one *Body) bool {
		return !slices.ContainsFunc(all, func(other *Body) bool { return other.id() == one.id() })
	})
}

// answer answers for a kind. The place is asked for again only where the answer
// depends on what it means.
func (r rule) answer(kind CatchmentKind, candidates []*candidate) *Answer {
	a := r.unanswered(kind, Found)
	bodies, same := agreed(candidates, func(c *candidate) []*Body { return c.responsible(kind) })
	if !same {
		return a.ask(candidates)
	}
	a.Bodies, a.LookedAt = bodies, lookedAt(kind, candidates, bodies)
	if len(bodies) > 0 {
		return a
	}
	a.Status = Nobody
	a.Fallback, same = fallback(kind, candidates)
	if !same || len(a.LookedAt) == 0 {
		return a.ask(candidates)
	}
	return a
}

// ask makes the answer a question which of the candidates is meant.
func (a *Answer) ask(candidates []*candidate) *Answer {
	a.Status, a.LookedAt, a.Fallback = PlaceUnclear, []*Step{}, nil
	for _, c := range candidates {
		a.Choices = append(a.Choices, c.choice())
	}
	return a
}

// unanswered is an answer without anything in it.
func (r rule) unanswered(kind CatchmentKind, status Status) *Answer {
	return &Answer{
		Kind: kind, Status: status, CountedPlace: r.role, LegalSource: r.source,
		Bodies: []*Body{}, LookedAt: []*Step{}, Choices: []*Choice{},
	}
}

// lookedAt are the regions that were looked at for all candidates, from the place
// upwards: to the first that matched, or all for ombuds offices, because
// supra-regional ones may stand anywhere above.
func lookedAt(kind CatchmentKind, candidates []*candidate, bodies []*Body) []*Step {
	steps := []*Step{}
	for _, n := range candidates[0].nodes {
		shared := !slices.ContainsFunc(candidates[1:], func(other *candidate) bool {
			return !slices.ContainsFunc(other.nodes, func(o *node) bool { return o.region.UUID == n.region.UUID })
		})
		if !shared {
			continue
		}
		matched := slices.ContainsFunc(bodies, func(b *Body) bool { return b.Catchment.RegionID == n.region.UUID })
		steps = append(steps, &Step{Region: n.region, Matched: matched})
		if matched && kind != OmbudsOffice {
			break
		}
	}
	return steps
}

// fallback is where to turn when nobody is responsible for a kind, if that is the
// same for all candidates.
func fallback(kind CatchmentKind, candidates []*candidate) (*Fallback, bool) {
	instead := func(kind FallbackKind, answering func(*candidate) []*Body) (*Fallback, bool) {
		bodies, same := agreed(candidates, answering)
		return &Fallback{Kind: kind, Bodies: bodies}, same
	}
	switch kind {
	case OmbudsOffice:
		return &Fallback{Kind: NationalNetwork, Bodies: []*Body{}}, true
	case YouthWelfareOffice:
		return instead(StateYouthWelfareOffice, func(c *candidate) []*Body {
			return slices.DeleteFunc(c.responsible(FacilitySupervision), func(b *Body) bool {
				return b.YouthWelfareOffice.Kind != directory.StateOffice
			})
		})
	case ProceduralGuide:
		return instead(YouthOfficeItself, func(c *candidate) []*Body { return c.responsible(YouthWelfareOffice) })
	default:
		return &Fallback{Kind: SupremeStateAuthority, Bodies: []*Body{}}, true
	}
}

func (c *candidate) choice() *Choice {
	top := c.nodes[len(c.nodes)-1].region
	choice := &Choice{Region: c.nodes[0].region, Land: top, PlaceNames: c.names}
	for _, n := range c.nodes {
		if n.region.Level == region.District {
			choice.District = n.region
		}
	}
	return choice
}
