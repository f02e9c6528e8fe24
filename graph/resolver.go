// Package graph is the GraphQL boundary: it translates requests into calls of
// the areas and their results into answers. It knows no SQL and no rule.
package graph

import (
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/export"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
	"ombudsnetz/internal/responsibility"
)

// Resolver holds the services that answer.
type Resolver struct {
	regions   *region.Service
	groups    *region.Groups
	directory *directory.Service

	responsibility *responsibility.Service
	exports        *export.Service
}

// Parts are what services are made of.
type Parts struct {
	DB    *postgres.DB
	Codec page.Codec
	Now   func() time.Time
	NewID func() uuid.UUID
	// Zone is where "today" is.
	Zone *time.Location
}

// NewResolver makes the services.
func NewResolver(p Parts) *Resolver {
	regions := region.NewService(p.DB, p.Codec, p.Now, p.Zone)
	offices := directory.NewService(p.DB, regions, p.Codec, p.Now, p.NewID)
	return &Resolver{
		regions:   regions,
		groups:    region.NewGroups(p.DB, regions, p.Now, p.NewID),
		directory: offices,

		responsibility: responsibility.NewService(p.DB, regions, offices, p.Codec, p.Now, p.NewID),
		exports:        export.NewService(p.DB, regions),
	}
}
