package export

import (
	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/region"
	"ombudsnetz/internal/responsibility"
)

func newContent(s *snapshot) *content {
	return &content{
		Attribution:          attribution,
		Land:                 newLand(s.regions.Land),
		Regions:              each(s.regions.Regions, newPlace),
		PostalCodes:          newPostalCodes(s.regions.PostalCodes),
		Catchments:           each(s.catchments, newCatchment),
		OmbudsOffices:        newOmbudsOffices(s),
		YouthWelfareOffices:  each(s.offices.YouthWelfareOffices, newYouthWelfareOffice),
		ProceduralGuidePosts: each(s.offices.ProceduralGuidePosts, newProceduralGuidePost),
		Organisations:        each(s.offices.Organisations, newOrganisation),
		Catalogue:            each(s.offices.Catalogue, newCatalogueItem),
		Fallbacks:            fallbacks(),
	}
}

// each is convert for all of list, and an empty list for none.
func each[T, R any](list []T, convert func(T) R) []R {
	converted := make([]R, len(list))
	for i, item := range list {
		converted[i] = convert(item)
	}
	return converted
}

// listed is list without nil, which JSON writes as null.
func listed[T any](list []T) []T { return append([]T{}, list...) }

func text(kind ident.Kind, id uuid.UUID) string { return ident.ID{Kind: kind, UUID: id}.String() }

func optional(kind ident.Kind, id *uuid.UUID) *string {
	if id == nil {
		return nil
	}
	return new(text(kind, *id))
}

// over tells whether a period had ended by a day.
func over(validTo *civil.Date, day civil.Date) bool { return validTo != nil && !day.Before(*validTo) }

func newLand(r *region.Region) land {
	return land{ID: r.ID().String(), Key: r.Key, IsoCode: r.IsoCode, Name: r.Name}
}

func newPlace(r *region.Region) place {
	return place{
		ID: r.ID().String(), Key: r.Key, Level: r.Level, Name: r.Name, OfficialName: r.OfficialName, Designation: r.Designation,
		ParentID: optional(ident.Region, r.ParentID), ValidFrom: r.ValidFrom, ValidTo: r.ValidTo,
		SuccessorID: optional(ident.Region, r.SuccessorID),
	}
}

// newPostalCodes puts the places of each code together; they come by code.
func newPostalCodes(places []*region.LandPlace) []postalCode {
	codes := []postalCode{}
	for _, p := range places {
		if n := len(codes); n == 0 || codes[n-1].Code != p.Code {
			codes = append(codes, postalCode{Code: p.Code, OtherLaender: listed(p.OtherLaender.V)})
		}
		last := &codes[len(codes)-1]
		last.Places = append(last.Places, postalCodePlace{
			Name: p.Place, RegionID: text(ident.Region, p.RegionID), Latitude: p.Latitude, Longitude: p.Longitude,
		})
	}
	return codes
}

func newCatchment(c *responsibility.Catchment) catchment {
	var body string
	switch {
	case c.OmbudsOfficeID != nil:
		body = text(ident.OmbudsOffice, *c.OmbudsOfficeID)
	case c.YouthWelfareOfficeID != nil:
		body = text(ident.YouthWelfareOffice, *c.YouthWelfareOfficeID)
	default:
		body = text(ident.ProceduralGuidePost, *c.ProceduralGuidePostID)
	}
	return catchment{
		ID: c.ID().String(), Kind: c.Kind, RegionID: text(ident.Region, c.RegionID), BodyID: body, Scope: c.Scope, Priority: c.Priority,
		ValidFrom: c.ValidFrom, ValidTo: c.ValidTo, LegalBasis: c.LegalBasis,
	}
}

func newOmbudsOffices(s *snapshot) []ombudsOffice {
	of := gather(s.offices)
	return each(s.offices.OmbudsOffices, func(o *directory.OmbudsOffice) ombudsOffice {
		return ombudsOffice{
			ID: o.ID().String(), Name: o.Name, Status: o.Status, RegionID: text(ident.Region, o.RegionID),
			CarrierID: text(ident.Organisation, o.CarrierID),
			Profile:   newProfile(of.profiles[o.UUID]),
			FunderIDs: each(s.offices.Funders[o.UUID], func(id uuid.UUID) string { return text(ident.Organisation, id) }),
			IndependenceLinks: each(of.links[o.UUID], func(l *directory.IndependenceLink) independenceLink {
				return independenceLink{OrganisationID: text(ident.Organisation, l.OrganisationID), Kind: l.Kind, Note: l.Note}
			}),
			Sites: each(of.sites[o.UUID], func(t *directory.OfficeSite) site {
				return newSite(t, newOpeningHours(of.hours[t.UUID], s.day))
			}),
			Channels: each(of.channels[o.UUID], newChannel),
			Scope: each(of.scope[o.UUID], func(e *directory.ScopeEntry) scopeEntry {
				return scopeEntry{Code: e.Code, Rule: e.Rule, Reason: e.Reason}
			}),
			Texts: each(of.texts[o.UUID], func(t *directory.OfficeText) officeText {
				return officeText{Kind: t.Kind, Language: t.Language, Variant: t.Variant, Body: t.Body, URL: t.URL}
			}),
		}
	})
}

// details is what belongs to each office, and the hours of each site.
type details struct {
	profiles map[uuid.UUID]*directory.OmbudsOfficeProfile
	links    map[uuid.UUID][]*directory.IndependenceLink
	sites    map[uuid.UUID][]*directory.OfficeSite
	hours    map[uuid.UUID]*directory.OpeningHours
	channels map[uuid.UUID][]*directory.ContactChannel
	scope    map[uuid.UUID][]*directory.ScopeEntry
	texts    map[uuid.UUID][]*directory.OfficeText
}

func gather(s *directory.Snapshot) *details {
	of := &details{
		profiles: map[uuid.UUID]*directory.OmbudsOfficeProfile{},
		hours:    map[uuid.UUID]*directory.OpeningHours{},
		links:    by(s.Links, func(l *directory.IndependenceLink) uuid.UUID { return l.OfficeID }),
		sites:    by(s.Sites, func(t *directory.OfficeSite) uuid.UUID { return t.OfficeID }),
		channels: by(s.Channels, func(c *directory.ContactChannel) uuid.UUID { return c.OfficeID }),
		scope:    by(s.Scope, func(e *directory.ScopeEntry) uuid.UUID { return e.OfficeID }),
		texts:    by(s.Texts, func(t *directory.OfficeText) uuid.UUID { return t.OfficeID }),
	}
	for _, p := range s.Profiles {
		of.profiles[p.OfficeID] = p
	}
	for i, t := range s.Sites {
		of.hours[t.UUID] = s.Hours[i]
	}
	return of
}

func by[T any](list []T, office func(T) uuid.UUID) map[uuid.UUID][]T {
	groups := map[uuid.UUID][]T{}
	for _, item := range list {
		groups[office(item)] = append(groups[office(item)], item)
	}
	return groups
}

func newProfile(p *directory.OmbudsOfficeProfile) *profile {
	if p == nil {
		return nil
	}
	return &profile{
		LegalSupervisor: p.LegalSupervisor, LegalSupervisorQualification: p.LegalSupervisorQualification, AgeGroups: listed(p.AgeGroups()),
		Languages: listed(p.Languages()), VerifiedOn: p.VerifiedOn, Source: p.Source, QualityLabel: p.QualityLabel,
		DataProtectionRegime: p.DataProtectionRegime, DataProtectionContact: p.DataProtectionContact,
	}
}

func newSite(t *directory.OfficeSite, hours openingHours) site {
	return site{
		ID: t.ID().String(), Name: t.Name, Street: t.Street, PostalCode: t.PostalCode, Place: t.Place, Latitude: t.Latitude, Longitude: t.Longitude,
		StepFree: t.StepFree, ByAppointmentOnly: t.ByAppointmentOnly, AccessibleToilet: t.AccessibleToilet, AccessibleParking: t.AccessibleParking,
		InductionLoop: t.InductionLoop, SignLanguage: t.SignLanguage, EasyRead: t.EasyRead,
		Languages: listed(t.Languages()), Formats: listed(t.Formats()), OpeningHours: hours,
	}
}

// newOpeningHours are the hours of today and later.
func newOpeningHours(h *directory.OpeningHours, day civil.Date) openingHours {
	hours := openingHours{TimeZone: h.TimeZone, Weekly: []openingPeriod{}, Exceptions: []directory.OpeningException{}}
	for _, p := range h.Weekly {
		if !over(p.ValidTo, day) {
			hours.Weekly = append(hours.Weekly, openingPeriod(p))
		}
	}
	for _, e := range h.Exceptions {
		if !e.Date.Before(day) {
			e.Hours = listed(e.Hours)
			hours.Exceptions = append(hours.Exceptions, e)
		}
	}
	return hours
}

func newChannel(c *directory.ContactChannel) channel {
	return channel{
		ID: c.ID().String(), Kind: c.Kind, Value: c.Value, Note: c.Note, UsableWithoutSpeaking: c.UsableWithoutSpeaking,
		UsableWithoutHearing: c.UsableWithoutHearing, SignLanguage: c.SignLanguage, FreeOfCharge: c.FreeOfCharge, Anonymous: c.Anonymous,
		Languages: listed(c.Languages()),
	}
}

func newYouthWelfareOffice(o *directory.YouthWelfareOffice) youthWelfareOffice {
	return youthWelfareOffice{
		ID: o.ID().String(), Name: o.Name, Kind: o.Kind, CarrierID: text(ident.Organisation, o.CarrierID),
		Phone: o.Phone, Email: o.Email, Website: o.Website,
	}
}

func newProceduralGuidePost(p *directory.ProceduralGuidePost) proceduralGuidePost {
	return proceduralGuidePost{
		ID: p.ID().String(), Name: p.Name, YouthWelfareOfficeID: text(ident.YouthWelfareOffice, p.YouthWelfareOfficeID),
		BenefitCarrierType: p.BenefitCarrierType, Phone: p.Phone, Email: p.Email, Website: p.Website,
	}
}

func newOrganisation(g *directory.Organisation) organisation {
	return organisation{ID: g.ID().String(), Name: g.Name, Kind: g.Kind}
}

func newCatalogueItem(c *directory.CatalogueItem) catalogueItem {
	return catalogueItem{
		Code: c.Code, Kind: c.Kind, Citation: c.Citation, Name: words{DE: c.NameDE, EN: c.NameEN}, ValidFrom: c.ValidFrom, ValidTo: c.ValidTo,
	}
}

// fallbacks say where to turn when nobody is responsible.
func fallbacks() []fallback {
	var all []fallback
	for _, f := range []struct {
		of   responsibility.CatchmentKind
		kind responsibility.FallbackKind
	}{
		{responsibility.OmbudsOffice, responsibility.NationalNetwork},
		{responsibility.YouthWelfareOffice, responsibility.StateYouthWelfareOffice},
		{responsibility.ProceduralGuide, responsibility.YouthOfficeItself},
		{responsibility.FacilitySupervision, responsibility.SupremeStateAuthority},
	} {
		said := (&responsibility.Fallback{Kind: f.kind}).Text()
		all = append(all, fallback{For: f.of, Kind: f.kind, Text: words{DE: said.DE, EN: said.EN}})
	}
	return all
}
