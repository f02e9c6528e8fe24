package responsibility

import (
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/region"
	"ombudsnetz/internal/text"
)

const maxName = 200

// PlaceInput is the GraphQL input of the same name: one way to say which place is
// meant.
type PlaceInput struct {
	Key        *string
	RegionID   *ident.ID
	PostalCode *string
	Name       *string
}

// check normalises the name and records at path what is wrong with the place.
func (p *PlaceInput) check(path string, problems *fault.Problems) {
	ways := 0
	if p.Key != nil {
		ways++
		region.CheckKey(*p.Key, path+".key", problems)
	}
	if p.RegionID != nil {
		ways++
		p.RegionID.Check(path+".regionId", problems, ident.Region)
	}
	if p.PostalCode != nil {
		ways++
		if !isPostalCode(*p.PostalCode) {
			problems.Add(path+".postalCode", fault.Text{EN: "must be 5 digits", DE: "muss aus 5 Ziffern bestehen"})
		}
	}
	if p.Name != nil {
		ways++
		text.Line(p.Name, maxName, path+".name", problems)
	}
	if ways != 1 {
		problems.Add(path, fault.Text{
			EN: "must be given in exactly one way",
			DE: "muss auf genau eine Art angegeben werden",
		})
	}
}

func isPostalCode(code string) bool {
	for _, r := range code {
		if r < '0' || r > '9' {
			return false
		}
	}
	return len(code) == 5
}

// unknown is the fault of a place that there is none of.
func (p *PlaceInput) unknown(path string) error {
	nowhere := fault.Text{
		EN: "names no region that existed on that day, nor one with a known successor",
		DE: "bezeichnet keine Region, die es an diesem Tag gab oder deren Nachfolge bekannt ist",
	}
	switch {
	case p.Key != nil:
		return fault.New(fault.NotFound, nowhere).At(path + ".key")
	case p.RegionID != nil:
		return fault.New(fault.NotFound, nowhere).At(path + ".regionId")
	case p.PostalCode != nil:
		return fault.New(fault.NotFound, fault.Text{
			EN: "is not known as a postal code",
			DE: "ist als Postleitzahl nicht bekannt",
		}).At(path + ".postalCode")
	default:
		return fault.New(fault.NotFound, fault.Text{
			EN: "is the name of no region on that day",
			DE: "ist an diesem Tag der Name keiner Region",
		}).At(path + ".name")
	}
}

// PlaceRole is the GraphQL enum of the same name: what a place is for the
// question.
type PlaceRole string

// The roles of places.
const (
	AskedPlace             PlaceRole = "PLACE"
	Parents                PlaceRole = "PARENTS"
	ResidenceBeforeBenefit PlaceRole = "RESIDENCE_BEFORE_BENEFIT"
	FosterCarers           PlaceRole = "FOSTER_CARERS"
	ActualStay             PlaceRole = "ACTUAL_STAY"
	Facility               PlaceRole = "FACILITY"
)

// SituationKind is the GraphQL enum of the same name.
type SituationKind string

// The situations that the rules of local responsibility tell apart.
const (
	LivingWithParents  SituationKind = "LIVING_WITH_PARENTS"
	LivingElsewhere    SituationKind = "LIVING_ELSEWHERE"
	YoungAdult         SituationKind = "YOUNG_ADULT"
	LongTermFosterCare SituationKind = "LONG_TERM_FOSTER_CARE"
	TakenIntoCare      SituationKind = "TAKEN_INTO_CARE"
)

// SituationInput is the GraphQL input of the same name.
type SituationInput struct {
	Kind                   SituationKind
	Parents                *PlaceInput
	ResidenceBeforeBenefit *PlaceInput
	FosterCarers           *PlaceInput
	ActualStay             *PlaceInput
	Facility               *PlaceInput
}

func (in *SituationInput) check(problems *fault.Problems) {
	if in == nil {
		return
	}
	for _, place := range []struct {
		place *PlaceInput
		path  string
	}{
		{in.Parents, "situation.parents"},
		{in.ResidenceBeforeBenefit, "situation.residenceBeforeBenefit"},
		{in.FosterCarers, "situation.fosterCarers"},
		{in.ActualStay, "situation.actualStay"},
		{in.Facility, "situation.facility"},
	} {
		if place.place != nil {
			place.place.check(place.path, problems)
		}
	}
}

// rule says which place counts for a kind of responsibility, and why.
type rule struct {
	role   PlaceRole
	source string
	place  *PlaceInput
	path   string
}

// rules are the rules for all kinds in a situation; without one the place asked
// about counts for everything.
func rules(place *PlaceInput, in *SituationInput) map[CatchmentKind]rule {
	asked := func(source string) rule { return rule{AskedPlace, source, place, "place"} }
	office, facility := asked("§ 86 SGB VIII"), asked("§ 87a Abs. 2 SGB VIII")
	if in != nil {
		office = in.office(place)
		facility = rule{Facility, facility.source, in.Facility, "situation.facility"}
	}
	guide := office
	guide.source = "§ 10b SGB VIII, " + office.source
	return map[CatchmentKind]rule{
		OmbudsOffice: asked("§ 9a SGB VIII"), YouthWelfareOffice: office, ProceduralGuide: guide, FacilitySupervision: facility,
	}
}

// office is the rule for the youth welfare office (§§ 86 to 87 SGB VIII).
func (in *SituationInput) office(place *PlaceInput) rule {
	switch in.Kind {
	case LivingElsewhere:
		return rule{Parents, "§ 86 Abs. 1 bis 5 SGB VIII", in.Parents, "situation.parents"}
	case YoungAdult:
		return rule{ResidenceBeforeBenefit, "§ 86a Abs. 1 und 2 SGB VIII", in.ResidenceBeforeBenefit, "situation.residenceBeforeBenefit"}
	case LongTermFosterCare:
		return rule{FosterCarers, "§ 86 Abs. 6 SGB VIII", in.FosterCarers, "situation.fosterCarers"}
	case TakenIntoCare:
		return rule{ActualStay, "§ 87 SGB VIII", in.ActualStay, "situation.actualStay"}
	default:
		return rule{AskedPlace, "§ 86 Abs. 1 SGB VIII", place, "place"}
	}
}
