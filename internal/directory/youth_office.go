package directory

import (
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
)

// YouthWelfareOffice is a Jugendamt, a Landesjugendamt, or an authority that
// supervises facilities alone.
type YouthWelfareOffice struct {
	UUID      uuid.UUID              `db:"id" history:"-"`
	Name      string                 `db:"name"`
	Kind      YouthWelfareOfficeKind `db:"kind"`
	CarrierID uuid.UUID              `db:"carrier_id" history:"org"`
	Phone     *string                `db:"phone"`
	Email     *string                `db:"email"`
	Website   *string                `db:"website"`
	Version   int                    `db:"version" history:"-"`
	CreatedAt time.Time              `db:"created_at" history:"-"`
	UpdatedAt time.Time              `db:"updated_at" history:"-"`
}

// IsNode marks YouthWelfareOffice as a GraphQL Node.
func (*YouthWelfareOffice) IsNode() {}

// ID is the global id.
func (o *YouthWelfareOffice) ID() ident.ID {
	return ident.ID{Kind: ident.YouthWelfareOffice, UUID: o.UUID}
}

// Revision is the version and when it was made, for the history.
func (o *YouthWelfareOffice) Revision() (int, time.Time) { return o.Version, o.UpdatedAt }

// YouthWelfareOfficeKind is the GraphQL enum of the same name.
type YouthWelfareOfficeKind string

// The kinds of youth welfare offices.
const (
	LocalOffice       YouthWelfareOfficeKind = "LOCAL"
	StateOffice       YouthWelfareOfficeKind = "STATE"
	SupervisoryOffice YouthWelfareOfficeKind = "SUPERVISORY"
)

// YouthWelfareOfficeFilter is the GraphQL input of the same name.
type YouthWelfareOfficeFilter struct {
	Kind   *YouthWelfareOfficeKind
	Search *string
}

func (f YouthWelfareOfficeFilter) validate() error {
	var problems fault.Problems
	page.CheckSearch(f.Search, "filter.search", &problems)
	return problems.Err()
}

// YouthWelfareOfficeConnection is one page of youth welfare offices.
type YouthWelfareOfficeConnection = page.Connection[*YouthWelfareOffice, YouthWelfareOfficeFilter]

// YouthWelfareOfficeEdge is a youth welfare office and its place in a list.
type YouthWelfareOfficeEdge = page.Edge[*YouthWelfareOffice]

// ProceduralGuidePost is the post of a Verfahrenslotse (§ 10b SGB VIII). It says
// nothing of the person in it.
type ProceduralGuidePost struct {
	UUID                 uuid.UUID          `db:"id" history:"-"`
	Name                 string             `db:"name"`
	YouthWelfareOfficeID uuid.UUID          `db:"youth_welfare_office_id" history:"ywo"`
	BenefitCarrierType   BenefitCarrierType `db:"benefit_carrier_type"`
	Phone                *string            `db:"phone"`
	Email                *string            `db:"email"`
	Website              *string            `db:"website"`
	Version              int                `db:"version" history:"-"`
	CreatedAt            time.Time          `db:"created_at" history:"-"`
	UpdatedAt            time.Time          `db:"updated_at" history:"-"`
}

// IsNode marks ProceduralGuidePost as a GraphQL Node.
func (*ProceduralGuidePost) IsNode() {}

// ID is the global id.
func (p *ProceduralGuidePost) ID() ident.ID {
	return ident.ID{Kind: ident.ProceduralGuidePost, UUID: p.UUID}
}

// Revision is the version and when it was made, for the history.
func (p *ProceduralGuidePost) Revision() (int, time.Time) { return p.Version, p.UpdatedAt }

// BenefitCarrierType is the GraphQL enum of the same name.
type BenefitCarrierType string

// The benefits through which a post guides.
const (
	ForYouthWelfare          BenefitCarrierType = "YOUTH_WELFARE"
	ForIntegrationAssistance BenefitCarrierType = "INTEGRATION_ASSISTANCE"
	ForBoth                  BenefitCarrierType = "BOTH"
)

// ProceduralGuidePostFilter is the GraphQL input of the same name.
type ProceduralGuidePostFilter struct {
	YouthWelfareOfficeID *ident.ID
	BenefitCarrierType   *BenefitCarrierType
	Search               *string
}

func (f ProceduralGuidePostFilter) validate() error {
	var problems fault.Problems
	if f.YouthWelfareOfficeID != nil {
		f.YouthWelfareOfficeID.Check("filter.youthWelfareOfficeId", &problems, ident.YouthWelfareOffice)
	}
	page.CheckSearch(f.Search, "filter.search", &problems)
	return problems.Err()
}

// ProceduralGuidePostConnection is one page of posts.
type ProceduralGuidePostConnection = page.Connection[*ProceduralGuidePost, ProceduralGuidePostFilter]

// ProceduralGuidePostEdge is a post and its place in a list.
type ProceduralGuidePostEdge = page.Edge[*ProceduralGuidePost]
