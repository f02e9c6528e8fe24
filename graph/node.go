package graph

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
)

const maxNodes = 100

// loadNodes loads objects of one kind, aligned with ids, nil where there is none.
type loadNodes func(ctx context.Context, ids []uuid.UUID) ([]ident.Node, error)

// nodeLoaders is the one table of what node and nodes can load.
func (r *Resolver) nodeLoaders() map[ident.Kind]loadNodes {
	return map[ident.Kind]loadNodes{
		ident.Region:         nodesBy(r.regions.ByIDs),
		ident.RegionGroup:    nodesBy(r.groups.ByIDs),
		ident.Organisation:   nodesBy(r.directory.OrganisationsByID),
		ident.OmbudsOffice:   nodesBy(r.directory.OfficesByID),
		ident.OfficeSite:     nodesBy(r.directory.SitesByID),
		ident.ContactChannel: nodesBy(r.directory.ChannelsByID),

		ident.YouthWelfareOffice:  nodesBy(r.directory.YouthWelfareOfficesByID),
		ident.ProceduralGuidePost: nodesBy(r.directory.ProceduralGuidePostsByID),
		ident.Catchment:           nodesBy(r.responsibility.ByIDs),
	}
}

// nodesBy makes a loader of nodes from a loader of one type of them.
func nodesBy[T any, P interface {
	*T
	ident.Node
}](load func(context.Context, []uuid.UUID) ([]P, error),
) loadNodes {
	return func(ctx context.Context, ids []uuid.UUID) ([]ident.Node, error) {
		objects, err := load(ctx, ids)
		if err != nil {
			return nil, err
		}
		nodes := make([]ident.Node, len(objects))
		for i, object := range objects {
			if object != nil {
				nodes[i] = object
			}
		}
		return nodes, nil
	}
}

// nodes loads objects of any kinds with one statement for each kind.
func (r *Resolver) nodes(ctx context.Context, ids []ident.ID) ([]ident.Node, error) {
	if len(ids) > maxNodes {
		return nil, fault.Invalid("ids", fault.Text{
			EN: "has too many ids; at most " + strconv.Itoa(maxNodes) + " are allowed",
			DE: "hat zu viele Kennungen; erlaubt sind höchstens " + strconv.Itoa(maxNodes),
		})
	}
	places := map[ident.Kind][]int{}
	for i, id := range ids {
		places[id.Kind] = append(places[id.Kind], i)
	}
	nodes := make([]ident.Node, len(ids))
	loaders := r.nodeLoaders()
	for _, kind := range ident.Kinds() {
		if len(places[kind]) == 0 {
			continue
		}
		keys := make([]uuid.UUID, len(places[kind]))
		for i, place := range places[kind] {
			keys[i] = ids[place].UUID
		}
		found, err := loaders[kind](ctx, keys)
		if err != nil {
			return nil, err
		}
		for i, place := range places[kind] {
			nodes[place] = found[i]
		}
	}
	return nodes, nil
}
