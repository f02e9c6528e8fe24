package directory

import (
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
)

// Organisation is a carrier, an umbrella body, a ministry …
type Organisation struct {
	UUID      uuid.UUID        `db:"id" history:"-"`
	Name      string           `db:"name"`
	Kind      OrganisationKind `db:"kind"`
	Version   int              `db:"version" history:"-"`
	CreatedAt time.Time        `db:"created_at" history:"-"`
	UpdatedAt time.Time        `db:"updated_at" history:"-"`
}

// IsNode marks Organisation as a GraphQL Node.
func (*Organisation) IsNode() {}

// ID is the global id.
func (o *Organisation) ID() ident.ID { return ident.ID{Kind: ident.Organisation, UUID: o.UUID} }

// Revision is the version and when it was made, for the history.
func (o *Organisation) Revision() (int, time.Time) { return o.Version, o.UpdatedAt }

// OrganisationKind is the GraphQL enum of the same name.
type OrganisationKind string

// The kinds of organisations.
const (
	PublicCarrier     OrganisationKind = "PUBLIC_CARRIER"
	FreeCarrier       OrganisationKind = "FREE_CARRIER"
	UmbrellaBody      OrganisationKind = "UMBRELLA_BODY"
	Ministry          OrganisationKind = "MINISTRY"
	ResearchInstitute OrganisationKind = "RESEARCH_INSTITUTE"
	OtherOrganisation OrganisationKind = "OTHER"
)

// OrganisationFilter is the GraphQL input of the same name.
type OrganisationFilter struct {
	Kind   *OrganisationKind
	Search *string
}

func (f OrganisationFilter) validate() error {
	var problems fault.Problems
	page.CheckSearch(f.Search, "filter.search", &problems)
	return problems.Err()
}

// OrganisationConnection is one page of organisations.
type OrganisationConnection = page.Connection[*Organisation, OrganisationFilter]

// OrganisationEdge is an organisation and its place in a list.
type OrganisationEdge = page.Edge[*Organisation]
