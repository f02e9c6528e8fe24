package export_test

import (
	"cmp"
	"slices"
	"strings"
)

// The reader of a package as docs/exports.md tells to write it. It knows nothing
// but the JSON: no type, no rule and no table of the server.

type offline struct {
	Format               int            `json:"format"`
	Version              string         `json:"version"`
	AsOf                 string         `json:"asOf"`
	Attribution          string         `json:"attribution"`
	Land                 offlineRegion  `json:"land"`
	Regions              []*offlineNode `json:"regions"`
	PostalCodes          []offlineCode  `json:"postalCodes"`
	Catchments           []*assignment  `json:"catchments"`
	OmbudsOffices        []offlineBody  `json:"ombudsOffices"`
	YouthWelfareOffices  []offlineBody  `json:"youthWelfareOffices"`
	ProceduralGuidePosts []offlineBody  `json:"proceduralGuidePosts"`
	Organisations        []any          `json:"organisations"`
	Catalogue            []any          `json:"catalogue"`
	Fallbacks            []any          `json:"fallbacks"`
}

type offlineRegion struct {
	ID      string  `json:"id"`
	Key     string  `json:"key"`
	IsoCode *string `json:"isoCode"`
	Name    string  `json:"name"`
}

type offlineNode struct {
	ID, Key, Level, Name, OfficialName, Designation string
	ParentID, SuccessorID                           *string
	ValidFrom, ValidTo                              *string
}

type offlineCode struct {
	Code   string
	Places []struct {
		Name                string
		RegionID            string
		Latitude, Longitude *float64
	}
	OtherLaender []string
}

type assignment struct {
	ID, Kind, RegionID, BodyID, Scope string
	Priority                          int
	ValidFrom, ValidTo, LegalBasis    *string
}

type offlineBody map[string]any

// body is who answers, by which assignment.
type body struct {
	assignment *assignment
	id         string
	step       int
}

func during(from, to *string, day string) bool {
	return (from == nil || *from <= day) && (to == nil || day < *to)
}

func (o *offline) node(id string) *offlineNode {
	for _, r := range o.Regions {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// standing follows successors to the region that exists on a day. There is none
// when it has not begun, or ended without one, or when that is in another Land.
func (o *offline) standing(r *offlineNode, day string) (at *offlineNode, elsewhere bool) {
	for r != nil && r.ValidTo != nil && *r.ValidTo <= day {
		if r.SuccessorID == nil {
			return nil, false
		}
		if r = o.node(*r.SuccessorID); r == nil {
			return nil, true
		}
	}
	if r == nil || !during(r.ValidFrom, r.ValidTo, day) {
		return nil, false
	}
	return r, false
}

func (o *offline) byKey(key, day string) (start *offlineNode, elsewhere bool) {
	var best *offlineNode
	for _, r := range o.Regions {
		begun := r.ValidFrom == nil || *r.ValidFrom <= day
		if r.Key == key && begun && (best == nil || r.ValidFrom != nil && (best.ValidFrom == nil || *best.ValidFrom < *r.ValidFrom)) {
			best = r
		}
	}
	return o.standing(best, day)
}

func (o *offline) byCode(code offlineCode, day string) (starts []*offlineNode, elsewhere bool) {
	elsewhere = len(code.OtherLaender) > 0
	for _, p := range code.Places {
		r, away := o.standing(o.node(p.RegionID), day)
		elsewhere = elsewhere || away
		if r != nil && !slices.Contains(starts, r) {
			starts = append(starts, r)
		}
	}
	return starts, elsewhere
}

func (o *offline) assigned(kind, regionID, day string) []*assignment {
	var found []*assignment
	for _, c := range o.Catchments {
		if c.Kind == kind && c.RegionID == regionID && during(c.ValidFrom, c.ValidTo, day) {
			found = append(found, c)
		}
	}
	return found
}

// following are the posts of a youth welfare office that have no assignment of
// their own.
func (o *offline) following(office, day string) []string {
	var posts []string
	for _, p := range o.ProceduralGuidePosts {
		own := slices.ContainsFunc(o.Catchments, func(c *assignment) bool {
			return c.Kind == "PROCEDURAL_GUIDE" && c.BodyID == p["id"] && during(c.ValidFrom, c.ValidTo, day)
		})
		if p["youthWelfareOfficeId"] == office && !own {
			posts = append(posts, p["id"].(string))
		}
	}
	return posts
}

func (o *offline) name(id string) string {
	for _, p := range slices.Concat(o.OmbudsOffices, o.YouthWelfareOffices, o.ProceduralGuidePosts) {
		if p["id"] == id {
			return p["name"].(string)
		}
	}
	return "no body has the id " + id
}

// responsible is the heart: nearest ancestor, with override.
func (o *offline) responsible(kind string, start *offlineNode, day string) []body {
	var found []body
	nearest, officeSeen, step := false, false, 0
	for node := start; node != nil; step++ {
		var here []body
		for _, c := range o.assigned(kind, node.ID, day) {
			if c.Scope == "SUPRA_REGIONAL" {
				found = append(found, body{c, c.BodyID, step})
			} else {
				here = append(here, body{c, c.BodyID, step})
			}
		}
		for _, c := range o.assigned("YOUTH_WELFARE_OFFICE", node.ID, day) {
			if kind == "PROCEDURAL_GUIDE" && !officeSeen && len(here) == 0 {
				for _, post := range o.following(c.BodyID, day) {
					here = append(here, body{c, post, step})
				}
			}
			officeSeen = true
		}
		if !nearest && len(here) > 0 {
			found, nearest = append(found, here...), true
		}
		if node.ParentID == nil {
			break
		}
		node = o.node(*node.ParentID)
	}
	scopes := []string{"LOCAL", "REGIONAL", "SUPRA_REGIONAL"}
	slices.SortFunc(found, func(a, b body) int {
		return cmp.Or(
			a.assignment.Priority-b.assignment.Priority,
			slices.Index(scopes, a.assignment.Scope)-slices.Index(scopes, b.assignment.Scope),
			a.step-b.step,
			strings.Compare(o.name(a.id), o.name(b.id)),
			strings.Compare(a.assignment.ID, b.assignment.ID),
		)
	})
	return found
}

// candidates are the regions that may be meant: of a Land or government region
// each district; of a postal code also what below its places has assignments.
func (o *offline) candidates(starts []*offlineNode, code bool, day string) []*offlineNode {
	var fine []*offlineNode
	for _, start := range starts {
		coarse := start.Level == "LAND" || start.Level == "GOVERNMENT_REGION"
		if !coarse {
			fine = append(fine, start)
		}
		for _, r := range o.Regions {
			below := r.Key != start.Key && strings.HasPrefix(r.Key, start.Key) && during(r.ValidFrom, r.ValidTo, day)
			own := slices.ContainsFunc(o.Catchments, func(c *assignment) bool {
				return c.RegionID == r.ID && during(c.ValidFrom, c.ValidTo, day)
			})
			if below && (coarse && r.Level == "DISTRICT" || !coarse && code && own) {
				fine = append(fine, r)
			}
		}
	}
	if len(fine) == 0 {
		return starts
	}
	return fine
}

// agreed is the answer of the first candidate, if the same bodies answer for all.
func agreed(candidates []*offlineNode, answering func(*offlineNode) []body) ([]body, bool) {
	ids := func(bodies []body) []string {
		var found []string
		for _, b := range bodies {
			found = append(found, b.id)
		}
		slices.Sort(found)
		return slices.Compact(found)
	}
	first := answering(candidates[0])
	for _, other := range candidates[1:] {
		if !slices.Equal(ids(first), ids(answering(other))) {
			return nil, false
		}
	}
	return first, true
}

// instead is who helps when nobody is responsible.
func (o *offline) instead(kind string, candidate *offlineNode, day string) []body {
	switch kind {
	case "YOUTH_WELFARE_OFFICE":
		return slices.DeleteFunc(o.responsible("FACILITY_SUPERVISION", candidate, day), func(b body) bool {
			return !slices.ContainsFunc(o.YouthWelfareOffices, func(y offlineBody) bool { return y["id"] == b.id && y["kind"] == "STATE" })
		})
	case "PROCEDURAL_GUIDE":
		return o.responsible("YOUTH_WELFARE_OFFICE", candidate, day)
	default:
		return nil
	}
}

// answer is the status, who answers, and who helps instead.
func (o *offline) answer(kind string, candidates []*offlineNode, day string) (status string, bodies, instead []body) {
	bodies, same := agreed(candidates, func(c *offlineNode) []body { return o.responsible(kind, c, day) })
	if same && len(bodies) > 0 {
		return "FOUND", bodies, nil
	}
	if same {
		instead, same = agreed(candidates, func(c *offlineNode) []body { return o.instead(kind, c, day) })
	}
	if !same {
		return "PLACE_UNCLEAR", nil, nil
	}
	return "NOBODY", nil, instead
}
