package directory

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/postgres"
)

// Snapshot is all that the public directory says of some offices, in an order
// that follows from the content alone.
type Snapshot struct {
	OmbudsOffices        []*OmbudsOffice
	Sites                []*OfficeSite
	Hours                []*OpeningHours // of each site
	Channels             []*ContactChannel
	Profiles             []*OmbudsOfficeProfile
	Funders              map[uuid.UUID][]uuid.UUID // organisations by office
	Links                []*IndependenceLink
	Scope                []*ScopeEntry
	Texts                []*OfficeText
	Catalogue            []*CatalogueItem
	YouthWelfareOffices  []*YouthWelfareOffice
	ProceduralGuidePosts []*ProceduralGuidePost
	Organisations        []*Organisation
}

// SnapshotQuery says which offices a snapshot has: the ombuds offices that work
// in a Land, those named here, and the posts of the youth welfare offices.
type SnapshotQuery struct {
	LandKey              string
	OmbudsOffices        []uuid.UUID
	YouthWelfareOffices  []uuid.UUID
	ProceduralGuidePosts []uuid.UUID
}

// ReadSnapshot reads everything of the offices, with as many statements for a
// thousand as for none. For services that read within their own transaction.
func ReadSnapshot(ctx context.Context, q postgres.Queryer, query SnapshotQuery) (*Snapshot, error) {
	read := &Snapshot{}
	var err error
	if read.OmbudsOffices, err = postgres.Rows[OmbudsOffice](ctx, q, `SELECT `+officeColumns+` FROM ombuds_office o JOIN region r ON r.id = o.region_id
WHERE o.id = ANY($1::uuid[]) OR r.key >= $2 AND r.key < $2 || ':' ORDER BY o.id`, given(query.OmbudsOffices), query.LandKey); err != nil {
		return nil, err
	}
	if err := read.details(ctx, q); err != nil {
		return nil, err
	}
	if read.ProceduralGuidePosts, err = postgres.Rows[ProceduralGuidePost](ctx, q, `SELECT `+guidePostColumns+` FROM procedural_guide_post p
WHERE p.id = ANY($1::uuid[]) OR p.youth_welfare_office_id = ANY($2::uuid[]) ORDER BY p.id`, given(query.ProceduralGuidePosts), given(query.YouthWelfareOffices)); err != nil {
		return nil, err
	}
	youth := given(query.YouthWelfareOffices)
	for _, post := range read.ProceduralGuidePosts {
		youth = append(youth, post.YouthWelfareOfficeID)
	}
	if read.YouthWelfareOffices, err = postgres.Rows[YouthWelfareOffice](ctx, q, `SELECT `+youthOfficeColumns+` FROM youth_welfare_office y
WHERE y.id = ANY($1::uuid[]) ORDER BY y.id`, youth); err != nil {
		return nil, err
	}
	read.Organisations, err = postgres.Rows[Organisation](ctx, q, `SELECT `+organisationColumns+` FROM organisation g
WHERE g.id = ANY($1::uuid[]) ORDER BY g.id`, read.named())
	return read, err
}

// given is ids without nil, which is no array in SQL.
func given(ids []uuid.UUID) []uuid.UUID { return append([]uuid.UUID{}, ids...) }

// details reads what belongs to the ombuds offices.
func (s *Snapshot) details(ctx context.Context, q postgres.Queryer) error {
	offices := make([]uuid.UUID, len(s.OmbudsOffices))
	for i, o := range s.OmbudsOffices {
		offices[i] = o.UUID
	}
	var funders []*officeFunder
	for _, read := range []func() error{
		func() (err error) { s.Sites, err = sitesOf(ctx, q, offices, siteColumns); return err },
		func() (err error) { s.Hours, err = hoursOf(ctx, q, s.siteIDs()); return err },
		func() (err error) { s.Channels, err = channelsOf(ctx, q, offices, channelColumns); return err },
		func() (err error) { s.Profiles, err = profilesOf(ctx, q, offices); return err },
		func() (err error) { funders, err = fundersOf(ctx, q, offices); return err },
		func() (err error) { s.Links, err = linksOf(ctx, q, offices); return err },
		func() (err error) { s.Scope, err = scopeOf(ctx, q, offices); return err },
		func() (err error) { s.Texts, err = textsOf(ctx, q, offices, nil); return err },
		func() (err error) { s.Catalogue, err = catalogue(ctx, q, nil); return err },
	} {
		if err := read(); err != nil {
			return err
		}
	}
	s.Funders = map[uuid.UUID][]uuid.UUID{}
	for _, f := range funders {
		s.Funders[f.OfficeID] = append(s.Funders[f.OfficeID], f.OrganisationID)
	}
	return nil
}

func (s *Snapshot) siteIDs() []uuid.UUID {
	ids := make([]uuid.UUID, len(s.Sites))
	for i, site := range s.Sites {
		ids[i] = site.UUID
	}
	return ids
}

// named are the organisations that the offices name.
func (s *Snapshot) named() []uuid.UUID {
	ids := []uuid.UUID{}
	for _, o := range s.OmbudsOffices {
		ids = append(append(ids, o.CarrierID), s.Funders[o.UUID]...)
	}
	for _, l := range s.Links {
		ids = append(ids, l.OrganisationID)
	}
	for _, o := range s.YouthWelfareOffices {
		ids = append(ids, o.CarrierID)
	}
	return ids
}
