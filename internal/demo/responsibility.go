package demo

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
	"ombudsnetz/internal/responsibility"
)

// The laws behind the assignments.
const (
	lowerSaxony16e = "§ 16e Abs. 1 Nds. AG SGB VIII"
	lowerSaxony1   = "§ 1 Nds. AG SGB VIII"
	ownPowers      = "§ 69 SGB VIII"
)

// responsibilities adds who is responsible where.
func (w world) responsibilities(db *postgres.DB) error {
	if _, err := db.Exec(w.ctx, placesSQL); err != nil {
		return fmt.Errorf("demo places: %w", err)
	}
	for _, o := range responsibleOrganisations() {
		if err := w.organisation(o); err != nil {
			return fmt.Errorf("demo organisation %s: %w", o.Name, err)
		}
	}
	for _, o := range responsibleOffices() {
		if err := w.office(o); err != nil {
			return fmt.Errorf("demo office %s: %w", o.name, err)
		}
	}
	for _, o := range youthOffices() {
		if err := w.youthOffice(o); err != nil {
			return fmt.Errorf("demo youth welfare office %s: %w", o.name, err)
		}
	}
	return w.catchments()
}

// placesSQL adds the municipalities and postal codes that show what lookups do.
// Ids follow from keys, like those of districts.
const placesSQL = `
INSERT INTO region (id, key, level, name, official_name, designation, parent_id, parent_key, population, population_on)
SELECT ('01680000000' || '0' || '7' || left(md5('region/' || m.key), 3) || '8' || right(md5('region/' || m.key), 15))::uuid,
       m.key, 'MUNICIPALITY', m.name, m.official_name, m.designation, d.id, d.key, NULL, NULL
FROM (VALUES
    ('03241001', '03241', 'Hannover', 'Hannover, Landeshauptstadt', 'Landeshauptstadt'),
    ('15090485', '15090', 'Schollene', 'Schollene', 'Gemeinde')
) AS m(key, district, name, official_name, designation)
JOIN region d ON d.key = m.district AND d.valid_to IS NULL
WHERE NOT EXISTS (SELECT FROM region r WHERE r.key = m.key AND r.valid_to IS NULL);

INSERT INTO postal_code_place (code, region_id, place)
SELECT p.code, r.id, p.place
FROM (VALUES
    ('14715', '12063', 'Rathenow'), ('14715', '15090485', 'Schollene'), ('30159', '03241001', 'Hannover'),
    ('30880', '03241', 'Laatzen'), ('39576', '15090', 'Hansestadt Stendal'), ('99817', '16063', 'Eisenach')
) AS p(code, key, place)
JOIN region r ON r.key = p.key AND r.valid_to IS NULL
WHERE NOT EXISTS (SELECT FROM postal_code_place x WHERE x.code = p.code)`

func responsibleOrganisations() []directory.CreateOrganisationInput {
	return []directory.CreateOrganisationInput{
		{Name: "Ombudschaft Musterniedersachsen e.V. (fiktiv)", Kind: directory.FreeCarrier},
		{Name: "Region Hannover (Demo)", Kind: directory.PublicCarrier},
		{Name: "Landeshauptstadt Hannover (Demo)", Kind: directory.PublicCarrier},
		{Name: "Land Niedersachsen (Demo)", Kind: directory.PublicCarrier},
		{Name: "Landkreis Stendal (Demo)", Kind: directory.PublicCarrier},
		{Name: "Land Sachsen-Anhalt (Demo)", Kind: directory.PublicCarrier},
	}
}

func responsibleOffices() []office {
	offices := make([]office, 0, 5)
	for _, o := range []struct{ name, key string }{
		{"Ombudsstelle Region Braunschweig (Demo)", "03101"},
		{"Ombudsstelle Region Hannover (Demo)", "03241"},
		{"Ombudsstelle Region Lüneburg (Demo)", "03355"},
		{"Ombudsstelle Region Weser-Ems (Demo)", "03403"},
		{"Überregionale Ombudsstelle Niedersachsen (Demo)", "03"},
	} {
		offices = append(offices, office{
			name: o.name, carrier: "Ombudschaft Musterniedersachsen e.V. (fiktiv)", regionKey: o.key, status: directory.Open,
		})
	}
	return offices
}

// youthOffice is a youth welfare office and the name of its post of a procedural
// guide, if it has one.
type youthOffice struct {
	name, carrier, phone, post string
	kind                       directory.YouthWelfareOfficeKind
}

func youthOffices() []youthOffice {
	return []youthOffice{
		{"Jugendamt der Region Hannover (Demo)", "Region Hannover (Demo)", "+49 40 66969 110", "Verfahrenslotsin der Region Hannover (Demo)", directory.LocalOffice},
		{"Jugendamt der Landeshauptstadt Hannover (Demo)", "Landeshauptstadt Hannover (Demo)", "+49 40 66969 111", "Verfahrenslotsin der Stadt Hannover (Demo)", directory.LocalOffice},
		{"Jugendamt Stendal (Demo)", "Landkreis Stendal (Demo)", "+49 30 23125 112", "", directory.LocalOffice},
		{"Landesjugendamt Niedersachsen (Demo)", "Land Niedersachsen (Demo)", "+49 40 66969 113", "", directory.StateOffice},
		{"Landesjugendamt Sachsen-Anhalt (Demo)", "Land Sachsen-Anhalt (Demo)", "+49 30 23125 114", "", directory.StateOffice},
	}
}

func (w world) youthOffice(o youthOffice) error {
	there, err := w.service(nil).YouthWelfareOfficesByID(w.ctx, []uuid.UUID{idOf(o.name)})
	if err != nil {
		return err
	}
	if there[0] == nil {
		payload, err := w.service(idsOf(o.name)).CreateYouthWelfareOffice(w.ctx, directory.CreateYouthWelfareOfficeInput{
			Name: o.name, Kind: o.kind, CarrierID: ident.ID{Kind: ident.Organisation, UUID: idOf(o.carrier)}, Phone: &o.phone,
		})
		if err != nil {
			return err
		}
		for _, refused := range payload.UserErrors {
			return refused
		}
	}
	if o.post == "" {
		return nil
	}
	posts, err := w.service(nil).ProceduralGuidePostsByID(w.ctx, []uuid.UUID{idOf(o.post)})
	if err != nil || posts[0] != nil {
		return err
	}
	payload, err := w.service(idsOf(o.post)).CreateProceduralGuidePost(w.ctx, directory.CreateProceduralGuidePostInput{
		Name: o.post, YouthWelfareOfficeID: ident.ID{Kind: ident.YouthWelfareOffice, UUID: idOf(o.name)}, BenefitCarrierType: directory.ForBoth,
	})
	if err != nil {
		return err
	}
	for _, refused := range payload.UserErrors {
		return refused
	}
	return nil
}

// catchment is an assignment. Its id follows from kind, body and region.
type catchment struct {
	kind  responsibility.CatchmentKind
	body  string
	scope responsibility.CatchmentScope
	law   string
}

func (c catchment) at(key string) string { return string(c.kind) + "/" + c.body + "/" + key }

// assignments are the assignments by the keys of their regions, or by the
// beginning of the keys of districts, which ends in a star.
func assignments() map[string][]catchment {
	ombuds := func(name string, scope responsibility.CatchmentScope, law string) catchment {
		return catchment{responsibility.OmbudsOffice, name, scope, law}
	}
	youth := func(name, law string) catchment {
		return catchment{responsibility.YouthWelfareOffice, name, responsibility.Regional, law}
	}
	supervision := func(name string) catchment {
		return catchment{responsibility.FacilitySupervision, name, responsibility.Regional, "§ 85 Abs. 2 Nr. 6 SGB VIII"}
	}
	return map[string][]catchment{
		"031*": {ombuds("Ombudsstelle Region Braunschweig (Demo)", responsibility.Regional, lowerSaxony16e)},
		"032*": {ombuds("Ombudsstelle Region Hannover (Demo)", responsibility.Regional, lowerSaxony16e)},
		"033*": {ombuds("Ombudsstelle Region Lüneburg (Demo)", responsibility.Regional, lowerSaxony16e)},
		"034*": {ombuds("Ombudsstelle Region Weser-Ems (Demo)", responsibility.Regional, lowerSaxony16e)},
		"03": {
			ombuds("Überregionale Ombudsstelle Niedersachsen (Demo)", responsibility.SupraRegional, lowerSaxony16e),
			supervision("Landesjugendamt Niedersachsen (Demo)"),
		},
		"03241":    {youth("Jugendamt der Region Hannover (Demo)", lowerSaxony1)},
		"03241001": {youth("Jugendamt der Landeshauptstadt Hannover (Demo)", lowerSaxony1)},
		"15":       {supervision("Landesjugendamt Sachsen-Anhalt (Demo)")},
		"15003":    {ombuds("Ombudsstelle Magdeburg", responsibility.Regional, "")},
		"15090":    {ombuds("Ombudsstelle Stendal", responsibility.Regional, ""), youth("Jugendamt Stendal (Demo)", ownPowers)},
		"01":       {ombuds("Ombudsstelle Musterküste", responsibility.Regional, "")},
		"11":       {ombuds("Ombudsstelle Beispielrechte Berlin", responsibility.Regional, "")},
	}
}

// catchments adds what of the assignments is missing.
func (w world) catchments() error {
	type wanted struct {
		catchment
		region *region.Region
	}
	var all []wanted
	var ids []uuid.UUID
	for key, list := range assignments() {
		regions, err := w.regionsOf(key)
		if err != nil {
			return err
		}
		for _, r := range regions {
			for _, c := range list {
				all, ids = append(all, wanted{c, r}), append(ids, idOf(c.at(r.Key)))
			}
		}
	}
	there, err := w.responsible(nil).ByIDs(w.ctx, ids)
	if err != nil {
		return err
	}
	for i, c := range all {
		if there[i] != nil {
			continue
		}
		if err := w.assign(c.catchment, c.region); err != nil {
			return fmt.Errorf("demo catchment of %s in %s: %w", c.body, c.region.Key, err)
		}
	}
	return nil
}

func (w world) assign(c catchment, r *region.Region) error {
	kind := ident.YouthWelfareOffice
	if c.kind == responsibility.OmbudsOffice {
		kind = ident.OmbudsOffice
	}
	in := responsibility.CreateCatchmentInput{
		Kind: c.kind, RegionID: r.ID(), BodyID: ident.ID{Kind: kind, UUID: idOf(c.body)}, Scope: c.scope, Priority: 50,
	}
	if c.law != "" {
		in.LegalBasis = &c.law
	}
	payload, err := w.responsible(idsOf(c.at(r.Key))).CreateCatchment(w.ctx, in)
	if err != nil {
		return err
	}
	for _, refused := range payload.UserErrors {
		return refused
	}
	return nil
}

// regionsOf are the region with a key, or the districts whose keys begin with one
// that ends in a star.
func (w world) regionsOf(key string) ([]*region.Region, error) {
	prefix, several := strings.CutSuffix(key, "*")
	if !several {
		r, err := w.regions.ByKey(w.ctx, key, nil)
		if err == nil && r == nil {
			err = fmt.Errorf("no region has the key %s", key)
		}
		return []*region.Region{r}, err
	}
	level, first := region.District, 100
	found, err := w.regions.List(w.ctx, &region.Filter{Level: &level, KeyPrefix: &prefix}, nil, region.ByKey, page.Args{First: &first})
	if err != nil {
		return nil, err
	}
	return found.Nodes, nil
}
