// Package region holds the tree of Länder, districts and municipalities with
// their official keys, as it is and as it was on any day.
package region

import (
	"strings"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
)

// Region is one piece of Germany with an official key.
type Region struct {
	UUID         uuid.UUID   `db:"id"`
	Key          string      `db:"key"`
	Ars          *string     `db:"ars"`
	Level        Level       `db:"level"`
	Name         string      `db:"name"`
	OfficialName string      `db:"official_name"`
	Designation  string      `db:"designation"`
	Association  *string     `db:"association"`
	ParentID     *uuid.UUID  `db:"parent_id"`
	ValidFrom    *civil.Date `db:"valid_from"`
	ValidTo      *civil.Date `db:"valid_to"`
	SuccessorID  *uuid.UUID  `db:"successor_id"`
	IsoCode      *string     `db:"iso_code"`
	NutsCode     *string     `db:"nuts_code"`
	Population   *int        `db:"population"`
	PopulationOn *civil.Date `db:"population_on"`
	AreaKm2      *float64    `db:"area_km2"`
}

// IsNode marks Region as a GraphQL Node.
func (*Region) IsNode() {}

// ID is the global id.
func (r *Region) ID() ident.ID { return ident.ID{Kind: ident.Region, UUID: r.UUID} }

// Level is the GraphQL enum RegionLevel.
type Level string

// The levels of the tree, from the top.
const (
	Land             Level = "LAND"
	GovernmentRegion Level = "GOVERNMENT_REGION"
	District         Level = "DISTRICT"
	Municipality     Level = "MUNICIPALITY"
	Borough          Level = "BOROUGH"
)

// Scope is the GraphQL enum RegionScope: which regions to look at, seen from one.
type Scope string

// The scopes.
const (
	Self         Scope = "SELF"
	SelfAndBelow Scope = "SELF_AND_BELOW"
	SelfAndAbove Scope = "SELF_AND_ABOVE"
)

// SortOrder is the GraphQL enum RegionOrder.
type SortOrder string

// The orders of lists of regions.
const (
	ByKey  SortOrder = "KEY"
	ByName SortOrder = "NAME"
)

// Filter is the GraphQL input RegionFilter.
type Filter struct {
	Level     *Level
	KeyPrefix *string
	Search    *string
}

// Query is what a list of regions was asked by.
type Query struct {
	Filter Filter
	AsOf   civil.Date
	// Parent limits the list to the regions directly below one; nil does not.
	Parent *uuid.UUID
	// Above limits the list to the regions anywhere below one; nil does not.
	Above *Region
}

// Connection is one page of regions.
type Connection = page.Connection[*Region, Query]

// Edge is a region and its place in a list.
type Edge = page.Edge[*Region]

func (f Filter) validate() error {
	var problems fault.Problems
	if f.KeyPrefix != nil && !digits(*f.KeyPrefix, 1, 10) {
		problems.Add("filter.keyPrefix", fault.Text{
			EN: "must be 1 to 10 digits, the beginning of an official key",
			DE: "muss aus 1 bis 10 Ziffern bestehen, dem Anfang eines amtlichen Schlüssels",
		})
	}
	page.CheckSearch(f.Search, "filter.search", &problems)
	return problems.Err()
}

// Keys returns the AGS keys that a key may stand for, the longest first; none when
// it can't be an official key (R1). An ARS of 12 digits names a municipality; with
// zeros behind it also stands for a region above.
func Keys(key string) []string {
	if digits(key, 2, arsLength) {
		switch len(key) {
		case 2, 3, 5, 8, 10:
			return []string{key}
		case arsLength:
			return keysOfARS(key)
		}
	}
	return nil
}

// CheckKey records at field what keeps a text from being an official key.
func CheckKey(key, field string, problems *fault.Problems) {
	if Keys(key) == nil {
		problems.Add(field, fault.Text{
			EN: "must be a key of 2, 3, 5, 8, 10 or 12 digits, leading zeros included",
			DE: "muss ein Schlüssel mit 2, 3, 5, 8, 10 oder 12 Ziffern sein, samt führender Nullen",
		})
	}
}

const arsLength = 12

// keysOfARS returns the keys that an ARS may stand for, the longest first. The AGS
// of a municipality is its ARS without the four digits of the association, which
// may have changed since the ARS was written down.
func keysOfARS(ars string) []string {
	keys := []string{ars[:5] + ars[9:]}
	for _, length := range []int{5, 3, 2} {
		if strings.Trim(ars[length:], "0") == "" {
			keys = append(keys, ars[:length])
		}
	}
	return keys
}

func digits(text string, shortest, longest int) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return shortest <= len(text) && len(text) <= longest
}
