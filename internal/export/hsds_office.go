package export

import (
	"strings"

	"github.com/google/uuid"

	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
)

func (w *hsdsWriter) ombudsOffice(o *directory.OmbudsOffice) hsdsService {
	status := map[directory.OmbudsOfficeStatus]string{directory.Planned: "inactive", directory.Closed: "defunct"}[o.Status]
	if status == "" {
		status = "active"
	}
	s := w.service(o.UUID, o.Name, status, o.CarrierID)
	self := entity{"service", o.UUID}
	s.Attributes = append(s.Attributes, self.says("status", "", code(o.Status), ""))
	for _, t := range w.of.sites[o.UUID] {
		s.ServiceAtLocations = append(s.ServiceAtLocations, w.site(o, t))
	}
	for _, c := range w.of.channels[o.UUID] {
		s.channel(c)
	}
	s.profile(self, w.of.profiles[o.UUID])
	for _, id := range w.offices.Funders[o.UUID] {
		s.Funding = append(s.Funding, hsdsFunding{ID: derived(o.UUID, "funding:"+id.String()), ServiceID: o.UUID, Source: w.organisations[id].Name})
	}
	for _, l := range w.of.links[o.UUID] {
		value := w.organisations[l.OrganisationID].Name
		if l.Note != nil {
			value += ": " + *l.Note
		}
		s.Attributes = append(s.Attributes, self.says("independence", l.OrganisationID.String(), code(l.Kind), value))
	}
	for _, e := range w.of.scope[o.UUID] {
		s.Attributes = append(s.Attributes, self.says("service_"+strings.ToLower(string(e.Item.Kind)), "", term(&e.Item), scopeValue(e)))
	}
	for _, t := range w.of.texts[o.UUID] {
		s.text(self, t)
	}
	return s
}

func term(c *directory.CatalogueItem) hsdsTaxonomyTerm {
	t := hsdsTaxonomyTerm{Code: c.Code, Name: c.NameDE, Description: c.NameDE, Language: "de"}
	if c.Citation != nil {
		t.Description = *c.Citation + ": " + c.NameDE
	}
	return t
}

func scopeValue(e *directory.ScopeEntry) string {
	if e.Reason == nil {
		return string(e.Rule)
	}
	return string(e.Rule) + ": " + *e.Reason
}

// site is a place where the office receives people. HSDS demands a first line of
// its address; without a street that is the name of the site.
func (w *hsdsWriter) site(o *directory.OmbudsOffice, t *directory.OfficeSite) hsdsServiceAtLocation {
	at := derived(o.UUID, "at:"+t.UUID.String())
	line := t.Name
	if t.Street != nil {
		line = *t.Street
	}
	location := hsdsLocation{
		ID: t.UUID, LocationType: "physical", Name: t.Name, Latitude: t.Latitude, Longitude: t.Longitude,
		Languages: inLanguages(t.UUID, t.Languages(), func(l *hsdsLanguage) { l.LocationID = &t.UUID }),
		Addresses: []hsdsAddress{{
			ID: derived(t.UUID, "address"), LocationID: t.UUID, Address1: line, City: t.Place, StateProvince: w.laender[o.RegionID],
			PostalCode: t.PostalCode, Country: "DE", AddressType: "physical",
		}},
		Accessibility: accessibility(t),
		Attributes:    entity{"location", t.UUID}.known([]namedFact{{"BY_APPOINTMENT_ONLY", t.ByAppointmentOnly}}),
	}
	return hsdsServiceAtLocation{
		ID: at, ServiceID: o.UUID, LocationID: t.UUID, Location: location, Schedules: schedules(at, newOpeningHours(w.of.hours[t.UUID], w.day)),
		Attributes: each(t.Formats(), func(f directory.CounsellingFormat) hsdsAttribute {
			return entity{"service_at_location", at}.says("counselling_format", "", code(f), "")
		}),
	}
}

// accessibility says of each fact that is known whether it holds. What is not
// known is left out: it is neither.
func accessibility(t *directory.OfficeSite) []hsdsAccessibility {
	all := []hsdsAccessibility{}
	for _, f := range []struct {
		namedFact
		words string
	}{
		{namedFact{"STEP_FREE", t.StepFree}, "Stufenloser Zugang"},
		{namedFact{"ACCESSIBLE_TOILET", t.AccessibleToilet}, "Barrierefreie Toilette"},
		{namedFact{"ACCESSIBLE_PARKING", t.AccessibleParking}, "Barrierefreier Parkplatz"},
		{namedFact{"INDUCTION_LOOP", t.InductionLoop}, "Induktive Höranlage"},
		{namedFact{"SIGN_LANGUAGE", t.SignLanguage}, "Gebärdensprache"},
		{namedFact{"EASY_READ", t.EasyRead}, "Leichte Sprache"},
	} {
		if f.fact == fact.Unknown {
			continue
		}
		id := derived(t.UUID, "accessibility:"+f.name)
		answer := map[fact.Fact]string{fact.Yes: "ja", fact.No: "nein"}[f.fact]
		all = append(all, hsdsAccessibility{
			ID: id, LocationID: t.UUID, Description: f.words + ": " + answer,
			Attributes: entity{"accessibility", id}.known([]namedFact{f.namedFact}),
		})
	}
	return all
}

func (s *hsdsService) channel(c *directory.ContactChannel) {
	said := func(kind string, id uuid.UUID) []hsdsAttribute {
		of := entity{kind, id}
		facts := of.known([]namedFact{
			{"USABLE_WITHOUT_SPEAKING", c.UsableWithoutSpeaking}, {"USABLE_WITHOUT_HEARING", c.UsableWithoutHearing},
			{"SIGN_LANGUAGE", c.SignLanguage}, {"FREE_OF_CHARGE", c.FreeOfCharge}, {"ANONYMOUS", c.Anonymous},
		})
		return append([]hsdsAttribute{of.says("contact_channel_kind", c.UUID.String(), code(c.Kind), "")}, facts...)
	}
	switch c.Kind {
	case directory.Phone:
		s.Phones = append(s.Phones, hsdsPhone{
			ID: c.UUID, ServiceID: s.ID, Number: c.Value, Type: "voice", Description: deref(c.Note),
			Languages:  inLanguages(c.UUID, c.Languages(), func(l *hsdsLanguage) { l.PhoneID = &c.UUID }),
			Attributes: said("phone", c.UUID),
		})
	case directory.Email:
		s.mail(c.UUID, c.Value, deref(c.Note), said("contact", c.UUID))
	case directory.Website:
		s.website(c.UUID, c.Value, c.Note)
	case directory.Post:
		s.elsewhere(c.UUID, "postal", c.Value, c.Note, c.Languages(), said("location", c.UUID))
	default:
		s.elsewhere(c.UUID, "virtual", c.Value, c.Note, c.Languages(), said("location", c.UUID))
	}
}

func (s *hsdsService) profile(self entity, p *directory.OmbudsOfficeProfile) {
	if p == nil {
		return
	}
	if p.VerifiedOn != nil {
		s.AssuredDate = p.VerifiedOn.String()
	}
	s.Accreditations = deref(p.QualityLabel)
	s.Languages = inLanguages(self.id, p.Languages(), func(l *hsdsLanguage) { l.ServiceID = &self.id })
	s.ages(self, p.AgeGroups())
	for _, a := range []struct {
		linkType, code string
		value          *string
	}{
		{"legal_supervisor", string(p.LegalSupervisor), p.LegalSupervisorQualification},
		{"source", "SOURCE", p.Source},
	} {
		if a.linkType == "legal_supervisor" && p.LegalSupervisor != fact.Unknown || a.value != nil {
			s.Attributes = append(s.Attributes, self.says(a.linkType, "", code(a.code), deref(a.value)))
		}
	}
	if p.DataProtectionRegime != nil {
		s.Attributes = append(s.Attributes, self.says("data_protection_regime", "", code(*p.DataProtectionRegime), ""))
	}
	if p.DataProtectionContact != nil {
		contact := hsdsContact{ID: derived(self.id, "data_protection"), ServiceID: self.id, Name: *p.DataProtectionContact, Title: "Datenschutz", Attributes: []hsdsAttribute{}}
		if isEmail(contact.Name) {
			contact.Email = contact.Name
		}
		s.Contacts = append(s.Contacts, contact)
	}
}

// ages are the first and last year of life of the age groups (§ 7 SGB VIII).
func (s *hsdsService) ages(self entity, groups []directory.AgeGroup) {
	for _, g := range groups {
		span := map[directory.AgeGroup][2]int{directory.Child: {0, 13}, directory.Adolescent: {14, 17}, directory.YoungAdult: {18, 26}}[g]
		if s.MinimumAge == nil || span[0] < *s.MinimumAge {
			s.MinimumAge = &span[0]
		}
		if s.MaximumAge == nil || span[1] > *s.MaximumAge {
			s.MaximumAge = &span[1]
		}
		s.Attributes = append(s.Attributes, self.says("age_group", "", code(g), ""))
	}
}

// text puts the German standard texts where HSDS has a field for them, and all
// others among the attributes.
func (s *hsdsService) text(self entity, t *directory.OfficeText) {
	value := deref(t.Body)
	if t.URL != nil {
		value = *t.URL
	}
	if t.Language == "de" && t.Variant == directory.Standard {
		switch t.Kind {
		case directory.TextDescription:
			s.Description = value
			return
		case directory.TextAccess:
			s.ApplicationProcess = value
			return
		default:
		}
	}
	s.Attributes = append(s.Attributes, self.says("text", "", code(string(t.Kind)+":"+t.Language+":"+string(t.Variant)), value))
}
