package region

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/batch"
	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

// PostalCode is the GraphQL type of the same name.
type PostalCode struct {
	Code string `db:"code"`
	// places, where they were read along.
	places []*PostalCodePlace
}

// PostalCodePlace is the GraphQL type of the same name.
type PostalCodePlace struct {
	Name      string
	Region    *Region
	District  *Region
	Land      *Region
	Latitude  *float64
	Longitude *float64
}

// PostalCodeQuery is what a list of postal codes was asked by.
type PostalCodeQuery struct {
	AsOf  civil.Date
	Above *Region
}

// PostalCodeConnection is one page of postal codes.
type PostalCodeConnection = page.Connection[*PostalCode, PostalCodeQuery]

// PostalCodeEdge is a postal code and its place in a list.
type PostalCodeEdge = page.Edge[*PostalCode]

const postalCodeLength = 5

// ByPostalCode returns where post of this code goes to today, nil when nobody
// has it.
func (s *Service) ByPostalCode(ctx context.Context, code string) (*PostalCode, error) {
	if !digits(code, postalCodeLength, postalCodeLength) {
		return nil, fault.Invalid("code", fault.Text{
			EN: "must be a postal code of 5 digits, leading zeros included",
			DE: "muss eine Postleitzahl mit 5 Ziffern sein, samt führender Nullen",
		})
	}
	places, err := postalCodePlaces(ctx, s.db, []string{code}, s.Today())
	if err != nil || len(places) == 0 {
		return nil, err
	}
	found := &PostalCode{Code: code}
	for _, p := range places {
		found.places = append(found.places, p.place())
	}
	return found, nil
}

// PlacesOf returns the places of each postal code, by name.
func (s *Service) PlacesOf(ctx context.Context, codes []*PostalCode) ([][]*PostalCodePlace, error) {
	places := make([][]*PostalCodePlace, len(codes))
	var missing []string
	for i, c := range codes {
		if places[i] = c.places; c.places == nil {
			missing = append(missing, c.Code)
		}
	}
	if len(missing) == 0 {
		return places, nil
	}
	rows, err := postalCodePlaces(ctx, s.db, missing, s.Today())
	if err != nil {
		return nil, err
	}
	byCode := map[string][]*PostalCodePlace{}
	for _, row := range rows {
		byCode[row.Code] = append(byCode[row.Code], row.place())
	}
	for i, c := range codes {
		if places[i] == nil {
			places[i] = append([]*PostalCodePlace{}, byCode[c.Code]...)
		}
	}
	return places, nil
}

// PostalCodesIn returns for each region a page of the postal codes with a place
// in it or below, by code.
func (s *Service) PostalCodesIn(ctx context.Context, above []*Region, args page.Args) ([]*PostalCodeConnection, error) {
	asked, err := page.Read(s.codec, postalCodeOrder(), args)
	if err != nil {
		return nil, err
	}
	query := PostalCodeQuery{AsOf: s.Today()}
	rows, err := postalCodesIn(ctx, s.db, distinct(above), query.AsOf, asked)
	if err != nil {
		return nil, err
	}
	ids, _ := idsAndKeys(above)
	found := batch.Many(ids, rows, func(c *postalCodeIn) uuid.UUID { return c.Start })
	pages := make([]*PostalCodeConnection, len(above))
	for i, start := range above {
		codes := make([]*PostalCode, len(found[i]))
		for j, c := range found[i] {
			codes[j] = &c.PostalCode
		}
		query.Above = start
		pages[i] = page.Connect(asked, codes, query)
	}
	return pages, nil
}

// CountPostalCodes returns how many postal codes each list has on all its pages
// together.
func (s *Service) CountPostalCodes(ctx context.Context, lists []*PostalCodeConnection) ([]int, error) {
	above := make([]*Region, len(lists))
	for i, l := range lists {
		above[i] = l.Query.Above
	}
	found, err := countPostalCodesIn(ctx, s.db, distinct(above), s.Today())
	if err != nil {
		return nil, err
	}
	counts := make([]int, len(lists))
	for i, r := range above {
		counts[i] = found[r.UUID]
	}
	return counts, nil
}

func postalCodeOrder() page.Order[*PostalCode] {
	return page.Order[*PostalCode]{
		Name:    "postalCode.CODE",
		Columns: []page.Column{{Expression: "c.code", Type: "text"}},
		Values:  func(c *PostalCode) []string { return []string{c.Code} },
	}
}

// placeRow is a place as it is read.
type placeRow struct {
	located
	Code      string   `db:"code"`
	Place     string   `db:"place"`
	Latitude  *float64 `db:"latitude"`
	Longitude *float64 `db:"longitude"`
}

func (p *placeRow) place() *PostalCodePlace {
	return &PostalCodePlace{
		Name: p.Place, Region: &p.Region, District: p.district(), Land: &p.Land, Latitude: p.Latitude, Longitude: p.Longitude,
	}
}

func postalCodePlaces(ctx context.Context, q postgres.Queryer, codes []string, day civil.Date) ([]*placeRow, error) {
	var t postgres.Text
	t.Add(`SELECT f.code, f.place, f.latitude, f.longitude, ` + locatedColumns() + ` FROM postal_code_place f`)
	locate(&t, day)
	t.Add(` WHERE f.code = ANY(?::text[]) AND `, codes)
	t.Add(existsOn+` ORDER BY f.code, r.key, f.place`, day, day)
	return postgres.Rows[placeRow](ctx, q, t.SQL(), t.Args()...)
}

// postalCodeIn is a postal code in the list of one region.
type postalCodeIn struct {
	Start uuid.UUID `db:"start"`
	PostalCode
}

// within holds for the region p and those below it.
const within = `r.key >= p.key AND r.key < p.key || ':' AND ` + existsOn

func postalCodesIn(ctx context.Context, q postgres.Queryer, above []*Region, day civil.Date, asked page.Page[*PostalCode]) ([]*postalCodeIn, error) {
	ids, keys := idsAndKeys(above)
	behind, args := asked.Behind()
	var t postgres.Text
	t.Add(`SELECT p.id AS start, c.code FROM unnest(?::uuid[], ?::text[]) AS p(id, key) CROSS JOIN LATERAL (
SELECT DISTINCT c.code FROM region r JOIN postal_code_place c ON c.region_id = r.id WHERE `, ids, keys)
	t.Add(within, day, day)
	t.Add(` AND `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?) c ORDER BY p.id, `+asked.By(), asked.Limit())
	return postgres.Rows[postalCodeIn](ctx, q, t.SQL(), t.Args()...)
}

func countPostalCodesIn(ctx context.Context, q postgres.Queryer, above []*Region, day civil.Date) (map[uuid.UUID]int, error) {
	ids, keys := idsAndKeys(above)
	var t postgres.Text
	t.Add(`SELECT p.id, count(DISTINCT c.code) AS n FROM unnest(?::uuid[], ?::text[]) AS p(id, key)
JOIN region r ON `, ids, keys)
	t.Add(within, day, day)
	t.Add(` JOIN postal_code_place c ON c.region_id = r.id GROUP BY p.id`)
	return counted(ctx, q, &t)
}
