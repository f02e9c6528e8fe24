package graph

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
	"github.com/vikstrous/dataloadgen"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/region"
)

// loaders gathers what the fields of one request ask for one by one, and asks
// the areas for it at once.
type loaders struct {
	region            *dataloadgen.Loader[uuid.UUID, *region.Region]
	ancestors         *dataloadgen.Loader[uuid.UUID, []*region.Region]
	children          *dataloadgen.Loader[listKey[uuid.UUID], *region.Connection]
	regionCount       *dataloadgen.Loader[*region.Connection, int]
	organisation      *dataloadgen.Loader[uuid.UUID, *directory.Organisation]
	sites             *dataloadgen.Loader[uuid.UUID, []*directory.OfficeSite]
	channels          *dataloadgen.Loader[uuid.UUID, []*directory.ContactChannel]
	officesAround     *dataloadgen.Loader[listKey[*region.Region], *directory.OmbudsOfficeConnection]
	officeCount       *dataloadgen.Loader[*directory.OmbudsOfficeConnection, int]
	organisationCount *dataloadgen.Loader[*directory.OrganisationConnection, int]
}

// listKey asks for one parent's list. Lists with equal args, written as JSON,
// are loaded together.
type listKey[P comparable] struct {
	parent P
	args   string
}

type childrenArgs struct {
	AsOf *civil.Date
	Page page.Args
}

type officesArgs struct {
	Scope  region.Scope
	Filter *directory.OmbudsOfficeFilter
	Order  directory.OmbudsOfficeOrder
	Page   page.Args
}

func (r *Resolver) newLoaders() *loaders {
	wait := dataloadgen.WithWait(r.loaderWait)
	return &loaders{
		region:            newLoader(wait, r.regions.ByIDs),
		ancestors:         newLoader(wait, r.regions.Ancestors),
		regionCount:       newLoader(wait, r.regions.Count),
		organisation:      newLoader(wait, r.directory.OrganisationsByID),
		sites:             newLoader(wait, r.directory.SitesOf),
		channels:          newLoader(wait, r.directory.ChannelsOf),
		officeCount:       newLoader(wait, r.directory.CountOffices),
		organisationCount: newLoader(wait, r.directory.CountOrganisations),
		children: newListLoader(wait, func(ctx context.Context, parents []uuid.UUID, a childrenArgs) ([]*region.Connection, error) {
			return r.regions.Children(ctx, parents, a.AsOf, a.Page)
		}),
		officesAround: newListLoader(wait, func(ctx context.Context, parents []*region.Region, a officesArgs) ([]*directory.OmbudsOfficeConnection, error) {
			return r.directory.OfficesAround(ctx, parents, a.Scope, a.Filter, a.Order, a.Page)
		}),
	}
}

const loaderCapacity = 500

// newLoader makes a loader from a batch function of an area.
func newLoader[K comparable, V any](wait dataloadgen.Option, load func(context.Context, []K) ([]V, error)) *dataloadgen.Loader[K, V] {
	fetch := func(ctx context.Context, keys []K) ([]V, []error) {
		values, err := load(ctx, keys)
		if err != nil {
			return nil, []error{err}
		}
		return values, nil
	}
	return dataloadgen.NewLoader(fetch, wait, dataloadgen.WithBatchCapacity(loaderCapacity))
}

// newListLoader makes a loader from a batch function that has arguments beside
// the parents.
func newListLoader[P comparable, A, V any](wait dataloadgen.Option, load func(context.Context, []P, A) ([]V, error)) *dataloadgen.Loader[listKey[P], V] {
	return newLoader(wait, func(ctx context.Context, keys []listKey[P]) ([]V, error) {
		places := map[string][]int{}
		for i, key := range keys {
			places[key.args] = append(places[key.args], i)
		}
		values := make([]V, len(keys))
		for text, at := range places {
			var args A
			if err := json.Unmarshal([]byte(text), &args); err != nil {
				return nil, err
			}
			parents := make([]P, len(at))
			for i, place := range at {
				parents[i] = keys[place].parent
			}
			lists, err := load(ctx, parents, args)
			if err != nil {
				return nil, err
			}
			for i, place := range at {
				values[place] = lists[i]
			}
		}
		return values, nil
	})
}

// list loads one parent's list through a list loader.
func list[P comparable, A, V any](ctx context.Context, loader *dataloadgen.Loader[listKey[P], V], parent P, args A) (V, error) {
	text, err := json.Marshal(args)
	if err != nil {
		var none V
		return none, err
	}
	return loader.Load(ctx, listKey[P]{parent: parent, args: string(text)})
}

type loadersKey struct{}

// withLoaders gives each request loaders of its own, so that no viewer ever
// sees what was loaded for another.
func (r *Resolver) withLoaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		next.ServeHTTP(w, req.WithContext(context.WithValue(req.Context(), loadersKey{}, r.newLoaders())))
	})
}

func load(ctx context.Context) *loaders {
	return ctx.Value(loadersKey{}).(*loaders) //nolint:forcetypeassert // withLoaders wraps every request
}

// optional loads what key names, nil without a key.
func optional[K comparable, V any](ctx context.Context, loader *dataloadgen.Loader[K, *V], key *K) (*V, error) {
	if key == nil {
		return nil, nil //nolint:nilnil // no key, no object
	}
	return loader.Load(ctx, *key)
}
