// Package responsibility knows who is responsible where: the assignments of
// ombuds offices, youth welfare offices, procedural guides and supervisory
// authorities to regions, and the one question that they answer.
package responsibility

import (
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/region"
)

// Catchment assigns a region, and what lies below it, to a body that is
// responsible there for a while.
type Catchment struct {
	UUID                  uuid.UUID      `db:"id" history:"-"`
	Kind                  CatchmentKind  `db:"kind"`
	RegionID              uuid.UUID      `db:"region_id" history:"reg"`
	RegionKey             string         `db:"region_key" history:"-"`
	OmbudsOfficeID        *uuid.UUID     `db:"ombuds_office_id" history:"ofc"`
	YouthWelfareOfficeID  *uuid.UUID     `db:"youth_welfare_office_id" history:"ywo"`
	ProceduralGuidePostID *uuid.UUID     `db:"procedural_guide_post_id" history:"pgp"`
	Scope                 CatchmentScope `db:"scope"`
	Priority              int            `db:"priority"`
	ValidFrom             *civil.Date    `db:"valid_from"`
	ValidTo               *civil.Date    `db:"valid_to"`
	LegalBasis            *string        `db:"legal_basis"`
	Version               int            `db:"version" history:"-"`
	CreatedAt             time.Time      `db:"created_at" history:"-"`
	UpdatedAt             time.Time      `db:"updated_at" history:"-"`

	Relatives Relatives `db:"-"`
}

// Relatives are what was read along with a catchment; nil what was not.
type Relatives struct {
	Region              *region.Region
	OmbudsOffice        *directory.OmbudsOffice
	YouthWelfareOffice  *directory.YouthWelfareOffice
	ProceduralGuidePost *directory.ProceduralGuidePost
}

// IsNode marks Catchment as a GraphQL Node.
func (*Catchment) IsNode() {}

// ID is the global id.
func (c *Catchment) ID() ident.ID { return ident.ID{Kind: ident.Catchment, UUID: c.UUID} }

// Revision is the version and when it was made, for the history.
func (c *Catchment) Revision() (int, time.Time) { return c.Version, c.UpdatedAt }

// CatchmentKind is the GraphQL enum of the same name.
type CatchmentKind string

// The kinds of responsibility.
const (
	OmbudsOffice        CatchmentKind = "OMBUDS_OFFICE"
	YouthWelfareOffice  CatchmentKind = "YOUTH_WELFARE_OFFICE"
	ProceduralGuide     CatchmentKind = "PROCEDURAL_GUIDE"
	FacilitySupervision CatchmentKind = "FACILITY_SUPERVISION"
)

// body is the kind of id that the body of an assignment has.
func (k CatchmentKind) body() ident.Kind {
	switch k {
	case OmbudsOffice:
		return ident.OmbudsOffice
	case ProceduralGuide:
		return ident.ProceduralGuidePost
	default:
		return ident.YouthWelfareOffice
	}
}

// CatchmentScope is the GraphQL enum of the same name.
type CatchmentScope string

// The scopes, from the narrowest.
const (
	Local         CatchmentScope = "LOCAL"
	Regional      CatchmentScope = "REGIONAL"
	SupraRegional CatchmentScope = "SUPRA_REGIONAL"
)

func (s CatchmentScope) rank() int {
	switch s {
	case Local:
		return 0
	case Regional:
		return 1
	default:
		return 2
	}
}

// CatchmentFilter is the GraphQL input of the same name.
type CatchmentFilter struct {
	Kind     *CatchmentKind
	RegionID *ident.ID
	BodyID   *ident.ID
	On       *civil.Date
}

func (f CatchmentFilter) validate() error {
	var problems fault.Problems
	if f.RegionID != nil {
		f.RegionID.Check("filter.regionId", &problems, ident.Region)
	}
	if f.BodyID != nil {
		f.BodyID.Check("filter.bodyId", &problems, ident.OmbudsOffice, ident.YouthWelfareOffice, ident.ProceduralGuidePost)
	}
	return problems.Err()
}

// CatchmentConnection is one page of catchments.
type CatchmentConnection = page.Connection[*Catchment, CatchmentFilter]

// CatchmentEdge is a catchment and its place in a list.
type CatchmentEdge = page.Edge[*Catchment]

// Survey is what a list of gaps or overlaps was asked by.
type Survey struct {
	Kind CatchmentKind
	AsOf civil.Date
}

// CoverageGap is a district for which nobody is responsible.
type CoverageGap struct {
	Region *region.Region
	Kind   CatchmentKind
}

// CoverageGapConnection is one page of gaps.
type CoverageGapConnection = page.Connection[*CoverageGap, Survey]

// CoverageGapEdge is a gap and its place in a list.
type CoverageGapEdge = page.Edge[*CoverageGap]

// CatchmentOverlap is a region in which several bodies answer at once.
type CatchmentOverlap struct {
	Region     *region.Region
	Catchments []*Catchment
}

// CatchmentOverlapConnection is one page of overlaps.
type CatchmentOverlapConnection = page.Connection[*CatchmentOverlap, Survey]

// CatchmentOverlapEdge is an overlap and its place in a list.
type CatchmentOverlapEdge = page.Edge[*CatchmentOverlap]
