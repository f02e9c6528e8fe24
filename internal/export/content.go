package export

import (
	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/region"
	"ombudsnetz/internal/responsibility"
)

// format is raised when readers of the package must be changed. New fields alone
// do not raise it.
const format = 1

// attribution is what the licence of the regions asks for (migration 0003).
const attribution = "Quelle: Statistisches Bundesamt (Destatis), Gemeindeverzeichnis-Informationssystem GV-ISys, Gebietsstand 31.12.2018 oder neuer; bearbeitet (CC-BY-4.0)"

// content is the package of a Land, but for its head.
type content struct {
	Attribution          string                `json:"attribution"`
	Land                 land                  `json:"land"`
	Regions              []place               `json:"regions"`
	PostalCodes          []postalCode          `json:"postalCodes"`
	Catchments           []catchment           `json:"catchments"`
	OmbudsOffices        []ombudsOffice        `json:"ombudsOffices"`
	YouthWelfareOffices  []youthWelfareOffice  `json:"youthWelfareOffices"`
	ProceduralGuidePosts []proceduralGuidePost `json:"proceduralGuidePosts"`
	Organisations        []organisation        `json:"organisations"`
	Catalogue            []catalogueItem       `json:"catalogue"`
	Fallbacks            []fallback            `json:"fallbacks"`
}

type (
	land struct {
		ID      string  `json:"id"`
		Key     string  `json:"key"`
		IsoCode *string `json:"isoCode"`
		Name    string  `json:"name"`
	}
	place struct {
		ID           string       `json:"id"`
		Key          string       `json:"key"`
		Level        region.Level `json:"level"`
		Name         string       `json:"name"`
		OfficialName string       `json:"officialName"`
		Designation  string       `json:"designation"`
		ParentID     *string      `json:"parentId"`
		ValidFrom    *civil.Date  `json:"validFrom"`
		ValidTo      *civil.Date  `json:"validTo"`
		SuccessorID  *string      `json:"successorId"`
	}
	postalCode struct {
		Code         string            `json:"code"`
		Places       []postalCodePlace `json:"places"`
		OtherLaender []string          `json:"otherLaender"`
	}
	postalCodePlace struct {
		Name      string   `json:"name"`
		RegionID  string   `json:"regionId"`
		Latitude  *float64 `json:"latitude"`
		Longitude *float64 `json:"longitude"`
	}
	catchment struct {
		ID         string                        `json:"id"`
		Kind       responsibility.CatchmentKind  `json:"kind"`
		RegionID   string                        `json:"regionId"`
		BodyID     string                        `json:"bodyId"`
		Scope      responsibility.CatchmentScope `json:"scope"`
		Priority   int                           `json:"priority"`
		ValidFrom  *civil.Date                   `json:"validFrom"`
		ValidTo    *civil.Date                   `json:"validTo"`
		LegalBasis *string                       `json:"legalBasis"`
	}
	ombudsOffice struct {
		ID                string                       `json:"id"`
		Name              string                       `json:"name"`
		Status            directory.OmbudsOfficeStatus `json:"status"`
		RegionID          string                       `json:"regionId"`
		CarrierID         string                       `json:"carrierId"`
		Profile           *profile                     `json:"profile"`
		FunderIDs         []string                     `json:"funderIds"`
		IndependenceLinks []independenceLink           `json:"independenceLinks"`
		Sites             []site                       `json:"sites"`
		Channels          []channel                    `json:"channels"`
		Scope             []scopeEntry                 `json:"scope"`
		Texts             []officeText                 `json:"texts"`
	}
	profile struct {
		LegalSupervisor              fact.Fact                       `json:"legalSupervisor"`
		LegalSupervisorQualification *string                         `json:"legalSupervisorQualification"`
		AgeGroups                    []directory.AgeGroup            `json:"ageGroups"`
		Languages                    []string                        `json:"languages"`
		VerifiedOn                   *civil.Date                     `json:"verifiedOn"`
		Source                       *string                         `json:"source"`
		QualityLabel                 *string                         `json:"qualityLabel"`
		DataProtectionRegime         *directory.DataProtectionRegime `json:"dataProtectionRegime"`
		DataProtectionContact        *string                         `json:"dataProtectionContact"`
	}
	independenceLink struct {
		OrganisationID string                         `json:"organisationId"`
		Kind           directory.IndependenceLinkKind `json:"kind"`
		Note           *string                        `json:"note"`
	}
	site struct {
		ID                string                        `json:"id"`
		Name              string                        `json:"name"`
		Street            *string                       `json:"street"`
		PostalCode        string                        `json:"postalCode"`
		Place             string                        `json:"place"`
		Latitude          *float64                      `json:"latitude"`
		Longitude         *float64                      `json:"longitude"`
		StepFree          fact.Fact                     `json:"stepFree"`
		ByAppointmentOnly fact.Fact                     `json:"byAppointmentOnly"`
		AccessibleToilet  fact.Fact                     `json:"accessibleToilet"`
		AccessibleParking fact.Fact                     `json:"accessibleParking"`
		InductionLoop     fact.Fact                     `json:"inductionLoop"`
		SignLanguage      fact.Fact                     `json:"signLanguage"`
		EasyRead          fact.Fact                     `json:"easyRead"`
		Languages         []string                      `json:"languages"`
		Formats           []directory.CounsellingFormat `json:"formats"`
		OpeningHours      openingHours                  `json:"openingHours"`
	}
	openingHours struct {
		TimeZone   string                       `json:"timeZone"`
		Weekly     []openingPeriod              `json:"weekly"`
		Exceptions []directory.OpeningException `json:"exceptions"`
	}
	openingPeriod struct {
		Weekday   directory.Weekday `json:"weekday"`
		Opens     civil.Time        `json:"opens"`
		Closes    civil.Time        `json:"closes"`
		ValidFrom *civil.Date       `json:"validFrom"`
		ValidTo   *civil.Date       `json:"validTo"`
	}
	channel struct {
		ID                    string                       `json:"id"`
		Kind                  directory.ContactChannelKind `json:"kind"`
		Value                 string                       `json:"value"`
		Note                  *string                      `json:"note"`
		UsableWithoutSpeaking fact.Fact                    `json:"usableWithoutSpeaking"`
		UsableWithoutHearing  fact.Fact                    `json:"usableWithoutHearing"`
		SignLanguage          fact.Fact                    `json:"signLanguage"`
		FreeOfCharge          fact.Fact                    `json:"freeOfCharge"`
		Anonymous             fact.Fact                    `json:"anonymous"`
		Languages             []string                     `json:"languages"`
	}
	scopeEntry struct {
		Code   string              `json:"code"`
		Rule   directory.ScopeRule `json:"rule"`
		Reason *string             `json:"reason"`
	}
	officeText struct {
		Kind     directory.OfficeTextKind `json:"kind"`
		Language string                   `json:"language"`
		Variant  directory.TextVariant    `json:"variant"`
		Body     *string                  `json:"body"`
		URL      *string                  `json:"url"`
	}
	youthWelfareOffice struct {
		ID        string                           `json:"id"`
		Name      string                           `json:"name"`
		Kind      directory.YouthWelfareOfficeKind `json:"kind"`
		CarrierID string                           `json:"carrierId"`
		Phone     *string                          `json:"phone"`
		Email     *string                          `json:"email"`
		Website   *string                          `json:"website"`
	}
	proceduralGuidePost struct {
		ID                   string                       `json:"id"`
		Name                 string                       `json:"name"`
		YouthWelfareOfficeID string                       `json:"youthWelfareOfficeId"`
		BenefitCarrierType   directory.BenefitCarrierType `json:"benefitCarrierType"`
		Phone                *string                      `json:"phone"`
		Email                *string                      `json:"email"`
		Website              *string                      `json:"website"`
	}
	organisation struct {
		ID   string                     `json:"id"`
		Name string                     `json:"name"`
		Kind directory.OrganisationKind `json:"kind"`
	}
	catalogueItem struct {
		Code      string                  `json:"code"`
		Kind      directory.CatalogueKind `json:"kind"`
		Citation  *string                 `json:"citation"`
		Name      words                   `json:"name"`
		ValidFrom *civil.Date             `json:"validFrom"`
		ValidTo   *civil.Date             `json:"validTo"`
	}
	fallback struct {
		For  responsibility.CatchmentKind `json:"for"`
		Kind responsibility.FallbackKind  `json:"kind"`
		Text words                        `json:"text"`
	}
	words struct {
		DE string `json:"de"`
		EN string `json:"en"`
	}
)
