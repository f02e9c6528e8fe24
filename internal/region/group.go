package region

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/idempotency"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/patch"
	"ombudsnetz/internal/text"
)

// Group is the GraphQL type RegionGroup: regions that belong together for a forum
// or a network.
type Group struct {
	UUID        uuid.UUID `db:"id" history:"-"`
	Name        string    `db:"name"`
	Description *string   `db:"description"`
	Version     int       `db:"version" history:"-"`
	CreatedAt   time.Time `db:"created_at" history:"-"`
	UpdatedAt   time.Time `db:"updated_at" history:"-"`
}

// IsNode marks Group as a GraphQL Node.
func (*Group) IsNode() {}

// ID is the global id.
func (g *Group) ID() ident.ID { return ident.ID{Kind: ident.RegionGroup, UUID: g.UUID} }

// Revision is the version and when it was made, for the history.
func (g *Group) Revision() (int, time.Time) { return g.Version, g.UpdatedAt }

// GroupFilter is the GraphQL input RegionGroupFilter.
type GroupFilter struct {
	Search *string
}

func (f GroupFilter) validate() error {
	var problems fault.Problems
	page.CheckSearch(f.Search, "filter.search", &problems)
	return problems.Err()
}

// GroupConnection is one page of groups.
type GroupConnection = page.Connection[*Group, GroupFilter]

// GroupEdge is a group and its place in a list.
type GroupEdge = page.Edge[*Group]

// Bounds of what can be entered. The schema's descriptions and the database's
// checks repeat them.
const (
	maxGroupName        = 200
	maxGroupDescription = 500
	maxGroupRegions     = 500
)

// CreateGroupInput is the GraphQL input CreateRegionGroupInput.
type CreateGroupInput struct {
	IdempotencyKey *string
	Name           string
	Description    *string
	RegionIDs      []ident.ID
}

// CreateGroupPayload is the GraphQL type CreateRegionGroupPayload.
type CreateGroupPayload struct {
	RegionGroup *Group
	UserErrors  []*fault.Error
}

// UpdateGroupInput is the GraphQL input UpdateRegionGroupInput.
type UpdateGroupInput struct {
	ID              ident.ID
	ExpectedVersion int
	Name            patch.Field[string]
	Description     patch.Field[string]
	RegionIDs       patch.Field[[]ident.ID]
}

// UpdateGroupPayload is the GraphQL type UpdateRegionGroupPayload.
type UpdateGroupPayload struct {
	RegionGroup *Group
	UserErrors  []*fault.Error
}

// Validate normalises the texts and returns everything that is wrong with the
// input.
func (in *CreateGroupInput) Validate() error {
	var problems fault.Problems
	idempotency.Check(in.IdempotencyKey, &problems)
	text.Line(&in.Name, maxGroupName, "input.name", &problems)
	text.OptionalLine(in.Description, maxGroupDescription, "input.description", &problems)
	checkMembers(in.RegionIDs, &problems)
	return problems.Err()
}

// Validate normalises the texts and returns everything that is wrong with the
// input.
func (in *UpdateGroupInput) Validate() error {
	var problems fault.Problems
	in.ID.Check("input.id", &problems, ident.RegionGroup)
	patch.CheckVersion(in.ExpectedVersion, &problems)
	patch.Check(in.Name, "input.name", &problems, func(name *string) { text.Line(name, maxGroupName, "input.name", &problems) })
	text.OptionalLine(in.Description.Value(), maxGroupDescription, "input.description", &problems)
	patch.Check(in.RegionIDs, "input.regionIds", &problems, func(ids *[]ident.ID) { checkMembers(*ids, &problems) })
	return problems.Err()
}

// apply returns the group as it will be.
func (in *UpdateGroupInput) apply(group Group) Group {
	patch.Set(&group.Name, in.Name)
	patch.Reset(&group.Description, in.Description)
	return group
}

func checkMembers(ids []ident.ID, problems *fault.Problems) {
	if len(ids) > maxGroupRegions {
		problems.Add("input.regionIds", fault.Text{
			EN: fmt.Sprintf("has too many ids; at most %d are allowed", maxGroupRegions),
			DE: fmt.Sprintf("hat zu viele Kennungen; erlaubt sind höchstens %d", maxGroupRegions),
		})
		return
	}
	seen := map[uuid.UUID]bool{}
	for i, id := range ids {
		path := member(i)
		if id.Check(path, problems, ident.Region) && seen[id.UUID] {
			problems.Add(path, fault.Text{EN: "stands in the list twice", DE: "steht zweimal in der Liste"})
		}
		seen[id.UUID] = true
	}
}

func member(i int) string { return fmt.Sprintf("input.regionIds[%d]", i) }
