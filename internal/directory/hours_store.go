package directory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/batch"
	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/postgres"
)

// OpeningHoursOf returns the hours of each site.
func (s *Service) OpeningHoursOf(ctx context.Context, sites []uuid.UUID) ([]*OpeningHours, error) {
	return hoursOf(ctx, s.db, sites)
}

// OpenAt tells for each site's hours whether it is open at an instant.
func (*Service) OpenAt(hours []*OpeningHours, at time.Time) []fact.Fact {
	facts := make([]fact.Fact, len(hours))
	for i, h := range hours {
		facts[i] = h.openAt(at)
	}
	return facts
}

// OpenNow tells for each site's hours whether it is open.
func (s *Service) OpenNow(hours []*OpeningHours) []fact.Fact { return s.OpenAt(hours, s.now()) }

// OpensNext returns for each site's hours when it opens next after an instant,
// now when nil; nil where that is not known.
func (s *Service) OpensNext(hours []*OpeningHours, after *civil.Instant) []*civil.Instant {
	from := s.now()
	if after != nil {
		from = after.Time
	}
	instants := make([]*civil.Instant, len(hours))
	for i, h := range hours {
		if next := h.opensNext(from); next != nil {
			instants[i] = &civil.Instant{Time: *next}
		}
	}
	return instants
}

type hoursRow struct {
	SiteID     uuid.UUID                         `db:"site_id"`
	TimeZone   string                            `db:"time_zone"`
	Weekly     postgres.JSON[[]OpeningPeriod]    `db:"weekly"`
	Exceptions postgres.JSON[[]OpeningException] `db:"exceptions"`
}

// hoursOf returns the hours of each site; none for a site that has gone.
func hoursOf(ctx context.Context, q postgres.Queryer, sites []uuid.UUID) ([]*OpeningHours, error) {
	rows, err := postgres.Rows[hoursRow](ctx, q, hoursSQL, sites)
	if err != nil {
		return nil, err
	}
	hours := make([]*OpeningHours, len(sites))
	zones := map[string]*time.Location{}
	for i, row := range batch.One(sites, rows, func(r *hoursRow) uuid.UUID { return r.SiteID }) {
		if row == nil {
			row = &hoursRow{TimeZone: defaultZone}
		}
		if zones[row.TimeZone] == nil {
			if zones[row.TimeZone], err = loadZone(row.TimeZone); err != nil {
				return nil, err
			}
		}
		hours[i] = &OpeningHours{TimeZone: row.TimeZone, Weekly: row.Weekly.V, Exceptions: row.Exceptions.V, zone: zones[row.TimeZone]}
	}
	return hours, nil
}

// The first five characters of a time are hours and minutes.
const hoursSQL = `
SELECT s.id AS site_id, s.time_zone,
    COALESCE((SELECT jsonb_agg(jsonb_build_object('weekday', w.weekday, 'opens', left(w.opens::text, 5), 'closes', left(w.closes::text, 5),
            'valid_from', w.valid_from, 'valid_to', w.valid_to)
        ORDER BY array_position(ARRAY['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'], w.weekday),
            w.opens, w.valid_from NULLS FIRST)
        FROM opening_period w WHERE w.site_id = s.id), '[]') AS weekly,
    COALESCE((SELECT jsonb_agg(jsonb_build_object('date', e.day, 'reason', e.reason, 'hours', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('opens', left(h.opens::text, 5), 'closes', left(h.closes::text, 5)) ORDER BY h.opens)
            FROM opening_exception_hours h WHERE h.site_id = e.site_id AND h.day = e.day), '[]')) ORDER BY e.day)
        FROM opening_exception e WHERE e.site_id = s.id), '[]') AS exceptions
FROM office_site s WHERE s.id = ANY($1::uuid[])`

// siteHours are the hours of one site as they are written.
type siteHours struct {
	SiteID     uuid.UUID          `json:"site_id"`
	Weekly     []OpeningPeriod    `json:"weekly"`
	Exceptions []OpeningException `json:"exceptions"`
}

// replaceHours makes hours all that the sites of an office have, instead of
// present. What is empty before and after costs nothing.
func replaceHours(ctx context.Context, tx *postgres.Tx, office uuid.UUID, hours, present map[uuid.UUID]*OpeningHours) error {
	if recorded(present) != nil {
		if _, err := tx.Exec(ctx, deleteHoursSQL, office); err != nil {
			return err
		}
	}
	rows := recorded(hours)
	if rows == nil {
		return nil
	}
	_, err := tx.Exec(ctx, insertHoursSQL, postgres.JSON[[]siteHours]{V: rows})
	return err
}

// recorded are the hours of the sites that have any.
func recorded(hours map[uuid.UUID]*OpeningHours) []siteHours {
	var rows []siteHours
	for id, h := range hours {
		if h != nil && len(h.Weekly)+len(h.Exceptions) > 0 {
			rows = append(rows, siteHours{SiteID: id, Weekly: h.Weekly, Exceptions: h.Exceptions})
		}
	}
	return rows
}

const deleteHoursSQL = `
WITH gone AS (
    DELETE FROM opening_period w USING office_site s WHERE s.id = w.site_id AND s.office_id = $1
)
DELETE FROM opening_exception e USING office_site s WHERE s.id = e.site_id AND s.office_id = $1`

const insertHoursSQL = `
WITH wanted AS (
    SELECT site_id, weekly, exceptions FROM jsonb_to_recordset($1::jsonb) AS x(site_id uuid, weekly jsonb, exceptions jsonb)
), weekly AS (
    INSERT INTO opening_period (site_id, weekday, opens, closes, valid_from, valid_to)
    SELECT x.site_id, w.weekday, w.opens, w.closes, w.valid_from, w.valid_to
    FROM wanted x CROSS JOIN LATERAL jsonb_to_recordset(NULLIF(x.weekly, 'null')) AS w(weekday text, opens time, closes time, valid_from date, valid_to date)
), exceptions AS (
    SELECT x.site_id, e.date AS day, e.reason, e.hours
    FROM wanted x CROSS JOIN LATERAL jsonb_to_recordset(NULLIF(x.exceptions, 'null')) AS e(date date, reason text, hours jsonb)
), days AS (
    INSERT INTO opening_exception (site_id, day, reason) SELECT site_id, day, reason FROM exceptions
)
INSERT INTO opening_exception_hours (site_id, day, opens, closes)
SELECT e.site_id, e.day, h.opens, h.closes
FROM exceptions e CROSS JOIN LATERAL jsonb_to_recordset(NULLIF(e.hours, 'null')) AS h(opens time, closes time)`
