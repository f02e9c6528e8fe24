package demo

import (
	"time"

	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
)

// lowerSaxonyOffices are the four regional offices and the supra-regional one
// that § 16e Nds. AG SGB VIII funds, under made-up names.
func lowerSaxonyOffices() []office {
	offices := make([]office, 0, 5)
	for _, o := range []struct {
		name, key, phone, postalCode, place string
		opens, closes                       string
		languages                           []string
	}{
		{"Ombudsstelle Region Braunschweig (Demo)", "03101", "+49 40 66969 120", "38100", "Braunschweig", "09:00", "12:00", []string{"de", "tr"}},
		{"Ombudsstelle Region Hannover (Demo)", "03241", "+49 40 66969 121", "30159", "Hannover", "10:00", "16:00", []string{"de", "en", "uk", "gsg"}},
		{"Ombudsstelle Region Lüneburg (Demo)", "03355", "+49 40 66969 122", "21335", "Lüneburg", "13:00", "17:00", []string{"de"}},
		{"Ombudsstelle Region Weser-Ems (Demo)", "03403", "+49 40 66969 123", "26122", "Oldenburg", "08:30", "11:30", []string{"de", "nl"}},
		{"Überregionale Ombudsstelle Niedersachsen (Demo)", "03", "+49 40 66969 124", "30159", "Hannover", "09:00", "15:00", []string{"de", "en"}},
	} {
		room := site("Beratungsraum (fiktiv)", "", o.postalCode, o.place, fact.Yes, fact.Yes)
		room.Languages, room.Formats = o.languages, []directory.CounsellingFormat{directory.InPerson, directory.ByPhone, directory.ByVideo}
		room.AccessibleParking, room.EasyRead, room.SignLanguage = fact.No, fact.Yes, fact.Unknown
		room.OpeningHours = hours(o.opens, o.closes, directory.Monday, directory.Wednesday, directory.Friday)
		offices = append(offices, office{
			name: o.name, carrier: ombudsCarrier, regionKey: o.key, status: directory.Open,
			sites: []directory.OfficeSiteInput{room}, channels: []directory.ContactChannelInput{phone(o.phone, "")},
			profile: &directory.OmbudsOfficeProfileInput{
				LegalSupervisor: fact.Yes, LegalSupervisorQualification: new("Befähigung zum Richteramt"),
				AgeGroups: []directory.AgeGroup{directory.Child, directory.Adolescent, directory.YoungAdult}, Languages: o.languages,
				VerifiedOn: day(2025, time.November, 3), Source: new("Angaben der Ombudsstelle (fiktiv)"),
				DataProtectionRegime: new(directory.RegimeGDPR),
			},
			funders: []string{lowerSaxony}, texts: childTexts(),
		})
	}
	return offices
}

// childTexts tell children what an office is for, in two standards that do not
// stand for each other.
func childTexts() []directory.OfficeTextInput {
	return []directory.OfficeTextInput{
		{Kind: directory.TextDescription, Language: "de", Variant: directory.Plain, Body: new("Du hast Ärger mit dem Jugendamt oder in deiner Wohngruppe? Wir hören dir zu und helfen dir. Das kostet nichts.")},
		{Kind: directory.TextRights, Language: "de", Variant: directory.EasyRead, Body: new("Du darfst mit-reden.\nDu darfst Hilfe bekommen.\nDas Jugend-Amt muss dir zu-hören.")},
	}
}
