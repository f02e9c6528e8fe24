package region

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/postgres"
)

// LandSnapshot is all that is known of one Land, past and future regions
// included, in an order that follows from the content alone.
type LandSnapshot struct {
	Land        *Region
	Regions     []*Region
	PostalCodes []*LandPlace
}

// LandPlace is a place of a postal code in a Land.
type LandPlace struct {
	Code      string    `db:"code"`
	RegionID  uuid.UUID `db:"region_id"`
	Place     string    `db:"place"`
	Latitude  *float64  `db:"latitude"`
	Longitude *float64  `db:"longitude"`
	// OtherLaender are the keys of the other Länder in which the code lies.
	OtherLaender postgres.JSON[[]string] `db:"other_laender"`
}

// ReadLand reads the Land that has a key or an ISO code on a day, or returns
// ErrNoRows. For services that read it within their own transaction.
func ReadLand(ctx context.Context, q postgres.Queryer, name string, day civil.Date) (*LandSnapshot, error) {
	land, err := postgres.Row[Region](ctx, q, `SELECT `+columns+` FROM region r
WHERE r.level = 'LAND' AND $1 IN (r.key, r.iso_code) AND (r.valid_from IS NULL OR r.valid_from <= $2) AND (r.valid_to IS NULL OR r.valid_to > $2)`, name, day)
	if err != nil {
		return nil, err
	}
	read := &LandSnapshot{Land: &land}
	if read.Regions, err = postgres.Rows[Region](ctx, q, `SELECT `+columns+` FROM region r
WHERE r.key >= $1 AND r.key < $1 || ':' ORDER BY r.key, r.id`, land.Key); err != nil {
		return nil, err
	}
	read.PostalCodes, err = postgres.Rows[LandPlace](ctx, q, landPlacesSQL, land.Key)
	return read, err
}

const landPlacesSQL = `
SELECT p.code, p.region_id, p.place, p.latitude, p.longitude, e.keys AS other_laender
FROM region r JOIN postal_code_place p ON p.region_id = r.id
CROSS JOIN LATERAL (
    SELECT COALESCE(jsonb_agg(DISTINCT left(o.key, 2) ORDER BY left(o.key, 2)), '[]') AS keys
    FROM postal_code_place x JOIN region o ON o.id = x.region_id
    WHERE x.code = p.code AND left(o.key, 2) <> $1) e
WHERE r.key >= $1 AND r.key < $1 || ':'
ORDER BY p.code, r.key, r.id, p.place COLLATE "C"`

// LaenderOf reads the names of the Länder in which regions lie, by the ids of the
// regions. For services that read them within their own transaction.
func LaenderOf(ctx context.Context, q postgres.Queryer, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	type row struct {
		ID   uuid.UUID `db:"id"`
		Land string    `db:"land"`
	}
	rows, err := postgres.Rows[row](ctx, q, `SELECT DISTINCT ON (r.id) r.id, l.name AS land
FROM region r JOIN region l ON l.key = left(r.key, 2) WHERE r.id = ANY($1::uuid[]) ORDER BY r.id, l.valid_to DESC NULLS FIRST`, ids)
	names := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		names[r.ID] = r.Land
	}
	return names, err
}
