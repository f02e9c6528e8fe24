package export

import (
	"cmp"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/region"
	"ombudsnetz/internal/responsibility"
)

// newHSDS makes a service of each ombuds office, youth welfare office and
// procedural guide post.
func newHSDS(s *snapshot) *hsdsPage {
	w := newHSDSWriter(s)
	services := []hsdsService{}
	for _, o := range s.offices.OmbudsOffices {
		services = append(services, w.ombudsOffice(o))
	}
	for _, o := range s.offices.YouthWelfareOffices {
		services = append(services, w.youthWelfareOffice(o))
	}
	for _, p := range s.offices.ProceduralGuidePosts {
		services = append(services, w.guidePost(p))
	}
	return &hsdsPage{
		TotalItems: len(services), TotalPages: 1, PageNumber: 1, Size: len(services), FirstPage: true, LastPage: true,
		Empty: len(services) == 0, Attribution: attribution, Contents: services,
	}
}

type hsdsWriter struct {
	*snapshot
	of            *details
	places        map[uuid.UUID]*region.Region
	areas         map[uuid.UUID][]*responsibility.Catchment // by body
	organisations map[uuid.UUID]*directory.Organisation
	youth         map[uuid.UUID]*directory.YouthWelfareOffice
}

func newHSDSWriter(s *snapshot) *hsdsWriter {
	w := &hsdsWriter{
		snapshot: s, of: gather(s.offices), places: map[uuid.UUID]*region.Region{},
		organisations: map[uuid.UUID]*directory.Organisation{}, youth: map[uuid.UUID]*directory.YouthWelfareOffice{},
		areas: by(s.catchments, func(c *responsibility.Catchment) uuid.UUID {
			return *cmp.Or(c.OmbudsOfficeID, c.YouthWelfareOfficeID, c.ProceduralGuidePostID)
		}),
	}
	for _, r := range s.regions.Regions {
		w.places[r.UUID] = r
	}
	for _, g := range s.offices.Organisations {
		w.organisations[g.UUID] = g
	}
	for _, o := range s.offices.YouthWelfareOffices {
		w.youth[o.UUID] = o
	}
	return w
}

// service is what all services have.
func (w *hsdsWriter) service(id uuid.UUID, name, status string, carrier uuid.UUID) hsdsService {
	g := w.organisations[carrier]
	return hsdsService{
		ID: id, OrganizationID: carrier, Name: name, Status: status,
		Organization: &hsdsOrganization{ID: carrier, Name: g.Name, Description: describe(g.Kind)},
		Phones:       []hsdsPhone{}, ServiceAtLocations: []hsdsServiceAtLocation{}, Languages: []hsdsLanguage{}, Funding: []hsdsFunding{},
		Contacts: []hsdsContact{}, Attributes: []hsdsAttribute{}, ServiceAreas: w.serviceAreas(id),
	}
}

func describe(kind directory.OrganisationKind) string {
	switch kind {
	case directory.PublicCarrier:
		return "Träger der öffentlichen Jugendhilfe"
	case directory.FreeCarrier:
		return "Träger der freien Jugendhilfe"
	case directory.UmbrellaBody:
		return "Dachverband"
	case directory.Ministry:
		return "Ministerium"
	case directory.ResearchInstitute:
		return "Forschungseinrichtung"
	default:
		return "Organisation"
	}
}

func (w *hsdsWriter) serviceAreas(service uuid.UUID) []hsdsServiceArea {
	areas := []hsdsServiceArea{}
	for _, c := range w.areas[service] {
		place := w.places[c.RegionID]
		if place == nil {
			continue // in another Land
		}
		of := entity{"service_area", c.UUID}
		attributes := []hsdsAttribute{of.says("kind", "", code(c.Kind), ""), of.says("scope", "", code(c.Scope), "")}
		for _, end := range []struct {
			name string
			day  *civil.Date
		}{{"VALID_FROM", c.ValidFrom}, {"VALID_TO", c.ValidTo}} {
			if end.day != nil {
				attributes = append(attributes, of.says("period", "", code(end.name), end.day.String()))
			}
		}
		areas = append(areas, hsdsServiceArea{
			ID: c.UUID, ServiceID: service, Name: place.OfficialName, Description: deref(c.LegalBasis), URI: "urn:ags:" + place.Key,
			Attributes: attributes,
		})
	}
	return areas
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func (w *hsdsWriter) youthWelfareOffice(o *directory.YouthWelfareOffice) hsdsService {
	s := w.service(o.UUID, o.Name, "active", o.CarrierID)
	s.Attributes = append(s.Attributes, entity{"service", o.UUID}.says("youth_welfare_office_kind", "", code(o.Kind), ""))
	s.reach(o.Phone, o.Email, o.Website)
	return s
}

func (w *hsdsWriter) guidePost(p *directory.ProceduralGuidePost) hsdsService {
	office := w.youth[p.YouthWelfareOfficeID]
	s := w.service(p.UUID, p.Name, "active", office.CarrierID)
	s.Description = "Verfahrenslotse (§ 10b SGB VIII): " + office.Name
	s.Attributes = append(s.Attributes, entity{"service", p.UUID}.says("benefit_carrier_type", "", code(p.BenefitCarrierType), ""))
	s.reach(p.Phone, p.Email, p.Website)
	return s
}

func (s *hsdsService) reach(phone, email, website *string) {
	if phone != nil {
		s.Phones = append(s.Phones, hsdsPhone{
			ID: derived(s.ID, "phone"), ServiceID: s.ID, Number: *phone, Type: "voice", Languages: []hsdsLanguage{}, Attributes: []hsdsAttribute{},
		})
	}
	if email != nil {
		s.mail(derived(s.ID, "email"), *email, "", []hsdsAttribute{})
	}
	if website != nil {
		s.website(derived(s.ID, "website"), *website, nil)
	}
}

// mail makes an address that of the service, where HSDS has no place for what is
// said of it, or that of a contact when the service has one already or HSDS could
// not take this one.
func (s *hsdsService) mail(id uuid.UUID, address, note string, attributes []hsdsAttribute) {
	if s.Email == "" && isEmail(address) {
		s.Email = address
		return
	}
	contact := hsdsContact{ID: id, ServiceID: s.ID, Name: address, Title: note, Attributes: attributes}
	if isEmail(address) {
		contact.Email = address
	}
	s.Contacts = append(s.Contacts, contact)
}

// isEmail and isURI are as strict as the formats "email" and "uri", which know
// ASCII alone.
func isEmail(address string) bool {
	parsed, err := mail.ParseAddress(address)
	return err == nil && parsed.Address == address && isASCII(address)
}

func isURI(link string) bool {
	parsed, err := url.Parse(link)
	return err == nil && parsed.IsAbs() && parsed.Host != "" && isASCII(link) && !strings.ContainsAny(link, "\"<>\\^`{|} ")
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > '~' })
}

// website makes a link that of the service, or a virtual location.
func (s *hsdsService) website(id uuid.UUID, link string, note *string) {
	if s.URL == "" && isURI(link) {
		s.URL = link
		return
	}
	s.elsewhere(id, "virtual", link, note, nil, []hsdsAttribute{})
}

// elsewhere adds a location that is no site.
func (s *hsdsService) elsewhere(id uuid.UUID, kind, value string, note *string, languages []string, attributes []hsdsAttribute) {
	location := hsdsLocation{
		ID: id, LocationType: kind, Name: value, Description: deref(note), Languages: inLanguages(id, languages, func(l *hsdsLanguage) { l.LocationID = &id }),
		Addresses: []hsdsAddress{}, Accessibility: []hsdsAccessibility{}, Attributes: attributes,
	}
	if isURI(value) {
		location.URL = value
	}
	s.ServiceAtLocations = append(s.ServiceAtLocations, hsdsServiceAtLocation{
		ID: derived(s.ID, "at:"+id.String()), ServiceID: s.ID, LocationID: id, Schedules: []hsdsSchedule{}, Location: location, Attributes: []hsdsAttribute{},
	})
}

func inLanguages(of uuid.UUID, codes []string, link func(*hsdsLanguage)) []hsdsLanguage {
	return each(codes, func(code string) hsdsLanguage {
		l := hsdsLanguage{ID: derived(of, "language:"+code), Code: code}
		link(&l)
		return l
	})
}

// known adds an attribute for each fact that is known.
func (e entity) known(facts []namedFact) []hsdsAttribute {
	attributes := []hsdsAttribute{}
	for _, f := range facts {
		if f.fact != fact.Unknown {
			attributes = append(attributes, e.says("fact", "", code(f.name), string(f.fact)))
		}
	}
	return attributes
}

type namedFact struct {
	name string
	fact fact.Fact
}

// weekday is a day as RFC 5545 writes it: MO, TU …
func weekday(day directory.Weekday) string { return string(day)[:2] }

// schedules are the hours of a site: one rule for all days of the week with the
// same hours, and one entry for each day that is an exception.
func schedules(at uuid.UUID, h openingHours) []hsdsSchedule {
	all := []hsdsSchedule{}
	add := func(s hsdsSchedule) {
		s.ServiceAtLocationID, s.Notes = at, h.TimeZone
		s.ID = derived(at, strings.Join([]string{"schedule", s.ByDay, s.DTStart, s.ValidFrom, s.ValidTo, s.OpensAt, s.ClosesAt}, ":"))
		all = append(all, s)
	}
	for i, p := range h.Weekly {
		same := func(o openingPeriod) bool {
			return o.Opens == p.Opens && o.Closes == p.Closes && equal(o.ValidFrom, p.ValidFrom) && equal(o.ValidTo, p.ValidTo)
		}
		if slices.ContainsFunc(h.Weekly[:i], same) {
			continue
		}
		var days []string
		for _, o := range h.Weekly[i:] {
			if same(o) {
				days = append(days, weekday(o.Weekday))
			}
		}
		s := hsdsSchedule{Freq: "WEEKLY", ByDay: strings.Join(days, ","), OpensAt: p.Opens.String(), ClosesAt: p.Closes.String()}
		if p.ValidFrom != nil {
			s.ValidFrom = p.ValidFrom.String()
		}
		if p.ValidTo != nil {
			s.ValidTo = p.ValidTo.AddDays(-1).String()
		}
		add(s)
	}
	for _, e := range h.Exceptions {
		day := e.Date.String()
		on := hsdsSchedule{ValidFrom: day, ValidTo: day, DTStart: day, Until: day, Description: deref(e.Reason)}
		for _, hours := range e.Hours {
			open := on
			open.OpensAt, open.ClosesAt = hours.Opens.String(), hours.Closes.String()
			add(open)
		}
		if len(e.Hours) == 0 {
			on.Description = strings.TrimSuffix("geschlossen: "+on.Description, ": ")
			add(on)
		}
	}
	return all
}

func equal(a, b *civil.Date) bool { return a == b || a != nil && b != nil && *a == *b }
