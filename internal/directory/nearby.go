package directory

import (
	"context"
	"math"
	"strconv"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/postgres"
)

const (
	maxNearby = 50
	maxWithin = 1000
	// earthRadius is the mean one, in kilometres.
	earthRadius = 6371.0088
)

// NearbySite is a site and how far it is.
type NearbySite struct {
	OfficeSite
	DistanceKm float64 `db:"distance_km"`
}

// Site is the site.
func (n *NearbySite) Site() *OfficeSite { return &n.OfficeSite }

// NearestSites returns up to first sites of offices that work, within some
// kilometres of a place, the nearest first. Nothing of the place is kept.
func (s *Service) NearestSites(ctx context.Context, place GeoPoint, first, within int) ([]*NearbySite, error) {
	var problems fault.Problems
	place.check("", &problems)
	checkBetween(first, maxNearby, "first", &problems)
	checkBetween(within, maxWithin, "withinKm", &problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return nearestSites(ctx, s.db, place, first, float64(within))
}

func checkBetween(n, most int, path string, problems *fault.Problems) {
	if n < 1 || n > most {
		problems.Add(path, fault.Text{EN: "must be between 1 and " + strconv.Itoa(most), DE: "muss zwischen 1 und " + strconv.Itoa(most) + " liegen"})
	}
}

// nearestSites looks at the sites in a box around the circle, which an index
// finds. Near a pole or the date line the box is the whole belt.
func nearestSites(ctx context.Context, q postgres.Queryer, place GeoPoint, first int, within float64) ([]*NearbySite, error) {
	const degree = math.Pi / 180
	height := within / earthRadius / degree
	south, north := place.Latitude-height, place.Latitude+height
	west, east := -180.0, 180.0
	if widest := math.Max(math.Abs(south), math.Abs(north)); widest < 90 {
		width := math.Asin(math.Min(1, math.Sin(within/earthRadius)/math.Cos(place.Latitude*degree))) / degree
		if place.Longitude-width >= -180 && place.Longitude+width <= 180 {
			west, east = place.Longitude-width, place.Longitude+width
		}
	}
	// What rounding takes from the box.
	const margin = 1e-6
	return postgres.Rows[NearbySite](ctx, q, nearestSQL, place.Latitude, place.Longitude, within, first,
		south-margin, north+margin, west-margin, east+margin)
}

// The distance is the haversine, told to the metre.
const nearestSQL = `
SELECT ` + siteColumns + `, round(d.km::numeric, 3)::float8 AS distance_km
FROM office_site s JOIN ombuds_office o ON o.id = s.office_id
CROSS JOIN LATERAL (SELECT 2 * 6371.0088 * asin(least(1, sqrt(
    sin(radians(s.latitude - $1::float8) / 2) ^ 2
    + cos(radians($1::float8)) * cos(radians(s.latitude)) * sin(radians(s.longitude - $2::float8) / 2) ^ 2))) AS km) d
WHERE s.latitude BETWEEN $5::float8 AND $6::float8 AND s.longitude BETWEEN $7::float8 AND $8::float8
    AND o.status IN ('PILOT', 'OPEN') AND d.km <= $3::float8
ORDER BY d.km, s.id LIMIT $4`
