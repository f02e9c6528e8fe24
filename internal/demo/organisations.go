package demo

import (
	"time"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/ident"
)

// organisation is an organisation, and the name its id follows from where that
// is not its present one.
type organisation struct {
	directory.CreateOrganisationInput

	idName string
}

// key is the name that the id follows from.
func (o organisation) key() string {
	if o.idName != "" {
		return o.idName
	}
	return o.Name
}

// Names of organisations that others refer to.
const (
	kinderStaerken   = "KinderStärken e.V."
	nationalNetwork  = "Bundesnetzwerk Ombudschaft in der Kinder- und Jugendhilfe e.V."
	fictiveRoof      = "Fiktiver Dachverband Ombudschaft"
	fictivePublisher = "Musterverband der Jugendhilfe Sachsen-Anhalt (fiktiv)"
	// saxonyAnhalt is what the ministry that funds the pilot was called when it began.
	saxonyAnhalt  = "Ministerium für Arbeit, Soziales und Integration des Landes Sachsen-Anhalt"
	lowerSaxony   = "Niedersächsisches Ministerium für Soziales, Arbeit, Gesundheit und Gleichstellung"
	ombudsCarrier = "Ombudschaft Musterniedersachsen e.V. (fiktiv)"
	berlinCarrier = "Verein Beispielrechte e.V. (fiktiv)"
	coastCarrier  = "Musterhilfe Küste gGmbH (fiktiv)"
)

// organisations are those of the two texts that the demo world is made after,
// and some that are made up; umbrella bodies before their members.
func organisations() []organisation {
	return []organisation{
		plain(fictiveRoof, directory.UmbrellaBody),
		plain(nationalNetwork, directory.UmbrellaBody),
		plain(fictivePublisher, directory.UmbrellaBody),
		{CreateOrganisationInput: directory.CreateOrganisationInput{
			Name: kinderStaerken, Kind: directory.FreeCarrier,
			Memberships: []directory.MembershipInput{
				{UmbrellaID: organisationID(fictivePublisher)},
				{UmbrellaID: organisationID(nationalNetwork), ValidFrom: day(2022, time.January, 1)},
			},
		}},
		{idName: saxonyAnhalt, CreateOrganisationInput: directory.CreateOrganisationInput{
			Name: "Ministerium für Arbeit, Soziales, Gesundheit und Gleichstellung des Landes Sachsen-Anhalt", Kind: directory.Ministry,
			FormerNames: []directory.FormerNameInput{
				{Name: saxonyAnhalt, Kind: directory.Ministry, ValidFrom: day(2016, time.April, 25), ValidTo: *day(2021, time.September, 16)},
			},
		}},
		{CreateOrganisationInput: directory.CreateOrganisationInput{
			Name: lowerSaxony, Kind: directory.Ministry,
			FormerNames: []directory.FormerNameInput{
				{
					Name: "Niedersächsisches Ministerium für Soziales, Gesundheit und Gleichstellung", Kind: directory.Ministry,
					ValidFrom: day(2013, time.February, 19), ValidTo: *day(2022, time.November, 8),
				},
			},
		}},
		plain("GEBIT Münster", directory.ResearchInstitute),
		plain("Integrierte Berichterstattung Niedersachsen (IBN)", directory.OtherOrganisation),
		memberOf(coastCarrier, fictiveRoof),
		{CreateOrganisationInput: directory.CreateOrganisationInput{
			Name: berlinCarrier, Kind: directory.FreeCarrier,
			FormerNames: []directory.FormerNameInput{
				{Name: "Initiative Beispielrechte (fiktiv)", Kind: directory.OtherOrganisation, ValidTo: *day(2019, time.July, 1)},
			},
			Memberships: []directory.MembershipInput{{UmbrellaID: organisationID(fictiveRoof), ValidFrom: day(2019, time.July, 1)}},
		}},
	}
}

// publicCarriers run the youth welfare offices.
func publicCarriers() []organisation {
	carriers := []organisation{memberOf(ombudsCarrier, fictiveRoof)}
	for _, name := range []string{
		"Region Hannover (Demo)", "Landeshauptstadt Hannover (Demo)", "Land Niedersachsen (Demo)", "Landkreis Stendal (Demo)",
		"Land Sachsen-Anhalt (Demo)", "Stadt Braunschweig (Demo)", "Landkreis Havelland (Demo)", "Land Brandenburg (Demo)", "Bezirk Mitte (Demo)",
	} {
		carriers = append(carriers, plain(name, directory.PublicCarrier))
	}
	return carriers
}

func plain(name string, kind directory.OrganisationKind) organisation {
	return organisation{CreateOrganisationInput: directory.CreateOrganisationInput{Name: name, Kind: kind}}
}

func memberOf(name, umbrella string) organisation {
	o := plain(name, directory.FreeCarrier)
	o.Memberships = []directory.MembershipInput{{UmbrellaID: organisationID(umbrella)}}
	return o
}

func organisationID(name string) ident.ID {
	return ident.ID{Kind: ident.Organisation, UUID: idOf(name)}
}

func day(year int, month time.Month, number int) *civil.Date {
	return &civil.Date{Year: year, Month: month, Day: number}
}
