package demo

import (
	"time"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
)

type office struct {
	name, carrier, regionKey string
	status                   directory.OmbudsOfficeStatus
	sites                    []directory.OfficeSiteInput
	channels                 []directory.ContactChannelInput
	profile                  *directory.OmbudsOfficeProfileInput
	funders                  []string
	links                    []directory.IndependenceLinkInput
	scope                    []directory.ScopeEntryInput
	texts                    []directory.OfficeTextInput
}

func offices() []office {
	return []office{
		{
			name: "Ombudsstelle Magdeburg", carrier: kinderStaerken, regionKey: "15003", status: directory.Pilot,
			sites: []directory.OfficeSiteInput{
				detailed(site("Beratungsraum Magdeburg", "Musterweg 1", "39104", "Magdeburg", fact.Yes, fact.No), func(s *directory.OfficeSiteInput) {
					s.AccessibleToilet, s.EasyRead, s.SignLanguage = fact.Yes, fact.Yes, fact.No
					s.Languages, s.Formats = []string{"de", "en", "ar"}, []directory.CounsellingFormat{directory.InPerson, directory.ByPhone, directory.Outreach}
					s.Point = &directory.GeoPoint{Latitude: 52.1317, Longitude: 11.6392}
					s.OpeningHours = hours("14:00", "17:00", directory.Tuesday, directory.Thursday)
					s.OpeningHours.Exceptions = []directory.OpeningException{
						{Date: civil.Date{Year: 2026, Month: time.December, Day: 24}, Reason: new("Heiligabend")},
						{Date: civil.Date{Year: 2026, Month: time.January, Day: 20}, Reason: new("Fachtag"), Hours: span("09:00", "10:00")},
					}
				}),
			},
			channels: []directory.ContactChannelInput{
				phone("+49 30 23125 101", "Dienstag und Donnerstag, 14 bis 17 Uhr"), mail("magdeburg@ombud.example.org"),
				chat("https://ombud.example.org/chat"),
			},
			profile: &directory.OmbudsOfficeProfileInput{
				LegalSupervisor: fact.Yes, LegalSupervisorQualification: new("Befähigung zum Richteramt"),
				AgeGroups: []directory.AgeGroup{directory.Child, directory.Adolescent, directory.YoungAdult},
				Languages: []string{"de", "en", "ar"}, VerifiedOn: &civil.Date{Year: 2026, Month: time.January, Day: 8},
				Source: new("Angaben der Ombudsstelle (fiktiv)"), DataProtectionRegime: new(directory.RegimeGDPR),
				DataProtectionContact: new("datenschutz@ombud.example.org"),
			},
			funders: []string{saxonyAnhalt},
			links: []directory.IndependenceLinkInput{
				{OrganisationID: organisationID(nationalNetwork), Kind: directory.LinkMembership, Note: new("Der Träger ist Mitglied.")},
			},
			texts: []directory.OfficeTextInput{
				{Kind: directory.TextDescription, Language: "de", Variant: directory.Standard, Body: new("Wir beraten junge Menschen und ihre Familien bei Konflikten mit dem Jugendamt oder einem Träger.\n\nWir sind unabhängig.")},
				{Kind: directory.TextDescription, Language: "de", Variant: directory.EasyRead, Body: new("Sie haben Streit mit dem Jugend-Amt?\nWir helfen Ihnen.")},
				{Kind: directory.TextDescription, Language: "en", Variant: directory.Standard, Body: new("We counsel young people and their families in conflicts with a youth office or a carrier.")},
				{Kind: directory.TextProcedure, Language: "de", Variant: directory.DGSVideo, URL: new("https://ombud.example.org/dgs/ablauf")},
			},
		},
		{
			name: "Ombudsstelle Stendal", carrier: kinderStaerken, regionKey: "15090", status: directory.Pilot,
			sites: []directory.OfficeSiteInput{
				detailed(site("Beratungsraum Stendal", "Beispielgasse 2", "39576", "Hansestadt Stendal", fact.No, fact.Yes), func(s *directory.OfficeSiteInput) {
					s.Languages = []string{"de"}
					s.Point = &directory.GeoPoint{Latitude: 52.6058, Longitude: 11.8594}
					s.OpeningHours = hours("10:00", "13:00", directory.Monday, directory.Tuesday, directory.Wednesday)
				}),
				site("Sprechstunde Osterburg", "", "39606", "Hansestadt Osterburg (Altmark)", fact.Unknown, fact.Yes),
			},
			channels: []directory.ContactChannelInput{
				phone("+49 30 23125 102", "Montag bis Mittwoch, 10 bis 13 Uhr"), mail("stendal@ombud.example.org"),
			},
			profile: &directory.OmbudsOfficeProfileInput{
				LegalSupervisor: fact.Unknown, AgeGroups: []directory.AgeGroup{directory.Child, directory.Adolescent, directory.YoungAdult},
				Languages: []string{"de"}, VerifiedOn: day(2024, time.November, 30), Source: new("Angaben der Ombudsstelle (fiktiv)"),
				DataProtectionRegime: new(directory.RegimeGDPR),
			},
			funders: []string{saxonyAnhalt},
			scope: []directory.ScopeEntryInput{
				{Code: "SGB8_27", Rule: directory.Included}, {Code: "SGB8_28_35", Rule: directory.Included}, {Code: "SGB8_41", Rule: directory.Included},
				{Code: "COURT_PROCEEDINGS", Rule: directory.Excluded, Reason: new("Laufende Verfahren entscheidet das Gericht.")},
			},
			texts: append(childTexts(), directory.OfficeTextInput{
				Kind: directory.TextAccess, Language: "de", Variant: directory.Standard, Body: new("Bitte vorher anrufen oder schreiben. Wir kommen auch zu dir."),
			}),
		},
		{
			name: "Landesweite Ombudsstelle Sachsen-Anhalt", carrier: kinderStaerken, regionKey: "15", status: directory.Planned, funders: []string{saxonyAnhalt},
			texts: []directory.OfficeTextInput{
				{Kind: directory.TextDescription, Language: "de", Variant: directory.Standard, Body: new("Das Projekt erarbeitet ein Konzept für die landesweite Etablierung von Ombudsstellen. Diese Stelle ist darin vorgesehen.")},
			},
			channels: []directory.ContactChannelInput{mail("land@ombud.example.org")},
		},
		{
			name: "Ombudsstelle Musterküste", carrier: coastCarrier, regionKey: "01", status: directory.Open,
			sites: []directory.OfficeSiteInput{
				detailed(site("Haus am Beispielhafen", "Fiktive Hafenstraße 3", "24103", "Kiel", fact.Yes, fact.Unknown), func(s *directory.OfficeSiteInput) {
					s.AccessibleToilet, s.AccessibleParking, s.SignLanguage = fact.No, fact.Yes, fact.Yes
					s.Languages, s.Formats = []string{"de", "da", "gsg"}, []directory.CounsellingFormat{directory.InPerson, directory.ByVideo}
					s.OpeningHours = hours("09:00", "13:00", directory.Tuesday, directory.Friday)
				}),
			},
			channels: []directory.ContactChannelInput{
				phone("+49 40 66969 103", ""), mail("kueste@ombud.example.org"), signLanguage("https://ombud.example.org/dgs"),
			},
		},
		{
			name: "Ombudsstelle Beispielrechte Berlin", carrier: berlinCarrier, regionKey: "11", status: directory.Open,
			sites: []directory.OfficeSiteInput{
				detailed(site("Ladenbüro", "Fiktive Straße 4", "10115", "Berlin", fact.Yes, fact.No), func(s *directory.OfficeSiteInput) {
					s.InductionLoop, s.SignLanguage = fact.Yes, fact.Yes
					s.Languages, s.Formats = []string{"de", "tr", "uk", "gsg"}, []directory.CounsellingFormat{directory.InPerson, directory.ByChat}
					s.Point = &directory.GeoPoint{Latitude: 52.5323, Longitude: 13.3846}
					s.OpeningHours = hours("10:00", "18:00", directory.Monday, directory.Tuesday, directory.Wednesday, directory.Thursday, directory.Friday)
				}),
			},
			channels: []directory.ContactChannelInput{
				phone("+49 30 23125 104", ""), mail("berlin@ombud.example.org"), chat("https://berlin.ombud.example.org/chat"),
			},
			profile: &directory.OmbudsOfficeProfileInput{
				LegalSupervisor: fact.No, AgeGroups: []directory.AgeGroup{directory.Adolescent, directory.YoungAdult},
				Languages: []string{"de", "tr", "uk", "gsg"}, QualityLabel: new("Fiktive Qualitätskriterien"),
			},
			scope: []directory.ScopeEntryInput{
				{Code: "SGB8_22_26", Rule: directory.Excluded, Reason: new("Für Kindertagesbetreuung ist eine andere Stelle da (fiktiv).")},
				{Code: "COURT_PROCEEDINGS", Rule: directory.Excluded, Reason: new("Laufende Verfahren entscheidet das Gericht.")},
			},
		},
		{
			name: "Ombudsstelle Wartburgregion", carrier: berlinCarrier, regionKey: "16063", status: directory.Closed,
		},
	}
}

func site(name, street, postalCode, place string, stepFree, byAppointmentOnly fact.Fact) directory.OfficeSiteInput {
	in := directory.OfficeSiteInput{
		Name: name, PostalCode: postalCode, Place: place, StepFree: stepFree, ByAppointmentOnly: byAppointmentOnly,
	}
	if street != "" {
		in.Street = &street
	}
	return in
}

// detailed is a site of which more is known.
func detailed(in directory.OfficeSiteInput, edit func(*directory.OfficeSiteInput)) directory.OfficeSiteInput {
	edit(&in)
	return in
}

// hours are the same on each of some days.
func hours(opens, closes string, days ...directory.Weekday) *directory.OpeningHours {
	h := &directory.OpeningHours{TimeZone: "Europe/Berlin"}
	for _, day := range days {
		s := span(opens, closes)[0]
		h.Weekly = append(h.Weekly, directory.OpeningPeriod{Weekday: day, Opens: s.Opens, Closes: s.Closes})
	}
	return h
}

func span(opens, closes string) []directory.OpeningSpan {
	var s directory.OpeningSpan
	for to, text := range map[*civil.Time]string{&s.Opens: opens, &s.Closes: closes} {
		if err := to.UnmarshalText([]byte(text)); err != nil {
			panic(err) // a mistake in this file
		}
	}
	return []directory.OpeningSpan{s}
}

func phone(number, times string) directory.ContactChannelInput {
	in := directory.ContactChannelInput{Kind: directory.Phone, Value: number, UsableWithoutSpeaking: fact.No, FreeOfCharge: fact.Unknown}
	if times != "" {
		in.Note = &times
	}
	return in
}

func mail(address string) directory.ContactChannelInput {
	return directory.ContactChannelInput{Kind: directory.Email, Value: address, UsableWithoutSpeaking: fact.Yes, FreeOfCharge: fact.Yes}
}

func chat(link string) directory.ContactChannelInput {
	return directory.ContactChannelInput{Kind: directory.Chat, Value: link, UsableWithoutSpeaking: fact.Yes, UsableWithoutHearing: fact.Yes, FreeOfCharge: fact.Yes, Anonymous: fact.Yes}
}

func signLanguage(link string) directory.ContactChannelInput {
	note := "Beratung in Deutscher Gebärdensprache (DGS)"
	return directory.ContactChannelInput{Kind: directory.VideoCall, Value: link, Note: &note, UsableWithoutSpeaking: fact.Yes, UsableWithoutHearing: fact.Yes, SignLanguage: fact.Yes, FreeOfCharge: fact.Yes}
}
