package region

import (
	"context"
	"errors"
	"time"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

// Service answers questions about regions.
type Service struct {
	db    *postgres.DB
	codec page.Codec
	now   func() time.Time
	zone  *time.Location

	columns *postgres.Columns
}

// NewService returns a service on db. now tells the time and zone where
// "today" is; codec seals cursors.
func NewService(db *postgres.DB, codec page.Codec, now func() time.Time, zone *time.Location) *Service {
	return &Service{
		db: db, codec: codec, now: now, zone: zone,
		columns: postgres.NewColumns(columns, "id key level name parent_id successor_id",
			"parent", "successor", "predecessors", "ancestors", "children", "descendants", "postalCodes", "groups", "ombudsOffices"),
	}
}

// Today is the day it is now in the zone of the service.
func (s *Service) Today() civil.Date { return civil.Of(s.now().In(s.zone)) }

func (s *Service) dayOrToday(day *civil.Date) civil.Date {
	if day != nil {
		return *day
	}
	return s.Today()
}

// ByKey returns the region that had key on asOf (today when nil), or the one
// that took over from it before that day. Nil when there is none.
func (s *Service) ByKey(ctx context.Context, key string, asOf *civil.Date) (*Region, error) {
	var problems fault.Problems
	CheckKey(key, "key", &problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	region, err := byKey(ctx, s.db, Keys(key), s.dayOrToday(asOf))
	if errors.Is(err, postgres.ErrNoRows) {
		return nil, nil //nolint:nilnil // a key that nobody has is an answer, not an error
	}
	return region, err
}

// List returns one page of the regions that exist on asOf (today when nil).
func (s *Service) List(ctx context.Context, filter *Filter, asOf *civil.Date, order SortOrder, args page.Args) (*Connection, error) {
	query := Query{AsOf: s.dayOrToday(asOf)}
	if filter != nil {
		query.Filter = *filter
	}
	asked, err := page.Read(s.codec, listOrder(order), args)
	if err := fault.Join(query.Filter.validate(), err); err != nil {
		return nil, err
	}
	rows, err := list(ctx, s.db, query, asked, s.columns.For(args.Fields))
	if err != nil {
		return nil, err
	}
	return page.Connect(asked, rows, query), nil
}
