package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
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
	guides         = "§ 10b SGB VIII"
)

// responsibilities adds who is responsible where.
func (w world) responsibilities(db *postgres.DB) error {
	if _, err := db.Exec(w.ctx, placesSQL); err != nil {
		return fmt.Errorf("demo places: %w", err)
	}
	for _, o := range publicCarriers() {
		if err := w.organisation(o); err != nil {
			return fmt.Errorf("demo organisation %s: %w", o.Name, err)
		}
	}
	for _, o := range lowerSaxonyOffices() {
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
		{"Jugendamt Stendal (Demo)", "Landkreis Stendal (Demo)", "+49 30 23125 112", "Verfahrenslotse beim Jugendamt Stendal (Demo)", directory.LocalOffice},
		{"Landesjugendamt Niedersachsen (Demo)", "Land Niedersachsen (Demo)", "+49 40 66969 113", "", directory.StateOffice},
		{"Landesjugendamt Sachsen-Anhalt (Demo)", "Land Sachsen-Anhalt (Demo)", "+49 30 23125 114", "", directory.StateOffice},
		{"Jugendamt Braunschweig (Demo)", "Stadt Braunschweig (Demo)", "+49 40 66969 115", "Verfahrenslotsin der Stadt Braunschweig (Demo)", directory.LocalOffice},
		{"Jugendamt Havelland (Demo)", "Landkreis Havelland (Demo)", "+49 30 23125 116", "", directory.LocalOffice},
		{"Jugendamt Berlin-Mitte (Demo)", "Bezirk Mitte (Demo)", "+49 30 23125 117", "", directory.LocalOffice},
		{"Landesjugendamt Brandenburg (Demo)", "Land Brandenburg (Demo)", "+49 30 23125 118", "", directory.StateOffice},
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
	from  *civil.Date
}

func (c catchment) at(key string) string { return string(c.kind) + "/" + c.body + "/" + key }

// assignments are the assignments by the keys of their regions, or by the
// beginning of the keys of districts, which ends in a star.
func assignments() map[string][]catchment {
	ombuds := func(name string, scope responsibility.CatchmentScope, law string) catchment {
		return catchment{responsibility.OmbudsOffice, name, scope, law, nil}
	}
	youth := func(name, law string) catchment {
		return catchment{responsibility.YouthWelfareOffice, name, responsibility.Regional, law, nil}
	}
	supervision := func(name string) catchment {
		return catchment{responsibility.FacilitySupervision, name, responsibility.Regional, "§ 85 Abs. 2 Nr. 6 SGB VIII", nil}
	}
	guide := func(name string) catchment {
		return catchment{responsibility.ProceduralGuide, name, responsibility.Regional, guides, day(2024, time.January, 1)}
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
		"03241":      {youth("Jugendamt der Region Hannover (Demo)", lowerSaxony1)},
		"03241001":   {youth("Jugendamt der Landeshauptstadt Hannover (Demo)", lowerSaxony1)},
		"15":         {supervision("Landesjugendamt Sachsen-Anhalt (Demo)")},
		"15003":      {ombuds("Ombudsstelle Magdeburg", responsibility.Regional, "")},
		"15090":      {ombuds("Ombudsstelle Stendal", responsibility.Regional, ""), youth("Jugendamt Stendal (Demo)", ownPowers), guide("Verfahrenslotse beim Jugendamt Stendal (Demo)")},
		"03101":      {youth("Jugendamt Braunschweig (Demo)", lowerSaxony1)},
		"12":         {supervision("Landesjugendamt Brandenburg (Demo)")},
		"12063":      {youth("Jugendamt Havelland (Demo)", ownPowers)},
		"1100000001": {youth("Jugendamt Berlin-Mitte (Demo)", ownPowers)},
		"01":         {ombuds("Ombudsstelle Musterküste", responsibility.Regional, "")},
		"11":         {ombuds("Ombudsstelle Beispielrechte Berlin", responsibility.Regional, "")},
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
	switch c.kind {
	case responsibility.OmbudsOffice:
		kind = ident.OmbudsOffice
	case responsibility.ProceduralGuide:
		kind = ident.ProceduralGuidePost
	case responsibility.YouthWelfareOffice, responsibility.FacilitySupervision:
	}
	in := responsibility.CreateCatchmentInput{
		Kind: c.kind, RegionID: r.ID(), BodyID: ident.ID{Kind: kind, UUID: idOf(c.body)}, Scope: c.scope, Priority: 50, ValidFrom: c.from,
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
