package export

import "github.com/google/uuid"

// The objects of the Human Services Data Specification 3, with those of their
// fields that are written (https://docs.openreferral.org). Ids are the UUIDs of
// our own objects, or follow from them.
type (
	// hsdsPage is the frame in which the HSDS API shows lists. The attribution is
	// ours; frames are no part of the data model.
	hsdsPage struct {
		TotalItems  int           `json:"total_items"`
		TotalPages  int           `json:"total_pages"`
		PageNumber  int           `json:"page_number"`
		Size        int           `json:"size"`
		FirstPage   bool          `json:"first_page"`
		LastPage    bool          `json:"last_page"`
		Empty       bool          `json:"empty"`
		Attribution string        `json:"attribution"`
		Contents    []hsdsService `json:"contents"`
	}
	hsdsService struct {
		ID                     uuid.UUID               `json:"id"`
		OrganizationID         uuid.UUID               `json:"organization_id"`
		Name                   string                  `json:"name"`
		Description            string                  `json:"description,omitempty"`
		URL                    string                  `json:"url,omitempty"`
		Email                  string                  `json:"email,omitempty"`
		Status                 string                  `json:"status"`
		ApplicationProcess     string                  `json:"application_process,omitempty"`
		FeesDescription        string                  `json:"fees_description,omitempty"`
		Accreditations         string                  `json:"accreditations,omitempty"`
		EligibilityDescription string                  `json:"eligibility_description,omitempty"`
		MinimumAge             *int                    `json:"minimum_age,omitempty"`
		MaximumAge             *int                    `json:"maximum_age,omitempty"`
		AssuredDate            string                  `json:"assured_date,omitempty"`
		Organization           *hsdsOrganization       `json:"organization"`
		Phones                 []hsdsPhone             `json:"phones"`
		ServiceAreas           []hsdsServiceArea       `json:"service_areas"`
		ServiceAtLocations     []hsdsServiceAtLocation `json:"service_at_locations"`
		Languages              []hsdsLanguage          `json:"languages"`
		Funding                []hsdsFunding           `json:"funding"`
		Contacts               []hsdsContact           `json:"contacts"`
		Attributes             []hsdsAttribute         `json:"attributes"`
	}
	hsdsOrganization struct {
		ID          uuid.UUID `json:"id"`
		Name        string    `json:"name"`
		Description string    `json:"description"`
	}
	hsdsServiceAtLocation struct {
		ID          uuid.UUID       `json:"id"`
		ServiceID   uuid.UUID       `json:"service_id"`
		LocationID  uuid.UUID       `json:"location_id"`
		Description string          `json:"description,omitempty"`
		Schedules   []hsdsSchedule  `json:"schedules"`
		Location    hsdsLocation    `json:"location"`
		Attributes  []hsdsAttribute `json:"attributes"`
	}
	hsdsLocation struct {
		ID            uuid.UUID           `json:"id"`
		LocationType  string              `json:"location_type"`
		URL           string              `json:"url,omitempty"`
		Name          string              `json:"name"`
		Description   string              `json:"description,omitempty"`
		Latitude      *float64            `json:"latitude,omitempty"`
		Longitude     *float64            `json:"longitude,omitempty"`
		Languages     []hsdsLanguage      `json:"languages"`
		Addresses     []hsdsAddress       `json:"addresses"`
		Accessibility []hsdsAccessibility `json:"accessibility"`
		Attributes    []hsdsAttribute     `json:"attributes"`
	}
	hsdsAddress struct {
		ID            uuid.UUID `json:"id"`
		LocationID    uuid.UUID `json:"location_id"`
		Address1      string    `json:"address_1"`
		City          string    `json:"city"`
		StateProvince string    `json:"state_province"`
		PostalCode    string    `json:"postal_code"`
		Country       string    `json:"country"`
		AddressType   string    `json:"address_type"`
	}
	hsdsAccessibility struct {
		ID          uuid.UUID       `json:"id"`
		LocationID  uuid.UUID       `json:"location_id"`
		Description string          `json:"description"`
		Attributes  []hsdsAttribute `json:"attributes"`
	}
	hsdsSchedule struct {
		ID                  uuid.UUID `json:"id"`
		ServiceAtLocationID uuid.UUID `json:"service_at_location_id"`
		ValidFrom           string    `json:"valid_from,omitempty"`
		ValidTo             string    `json:"valid_to,omitempty"`
		DTStart             string    `json:"dtstart,omitempty"`
		Until               string    `json:"until,omitempty"`
		Freq                string    `json:"freq,omitempty"`
		ByDay               string    `json:"byday,omitempty"`
		OpensAt             string    `json:"opens_at,omitempty"`
		ClosesAt            string    `json:"closes_at,omitempty"`
		Description         string    `json:"description,omitempty"`
		Notes               string    `json:"notes"`
	}
	hsdsPhone struct {
		ID          uuid.UUID       `json:"id"`
		ServiceID   uuid.UUID       `json:"service_id"`
		Number      string          `json:"number"`
		Type        string          `json:"type"`
		Description string          `json:"description,omitempty"`
		Languages   []hsdsLanguage  `json:"languages"`
		Attributes  []hsdsAttribute `json:"attributes"`
	}
	hsdsContact struct {
		ID         uuid.UUID       `json:"id"`
		ServiceID  uuid.UUID       `json:"service_id"`
		Name       string          `json:"name"`
		Title      string          `json:"title,omitempty"`
		Email      string          `json:"email,omitempty"`
		Attributes []hsdsAttribute `json:"attributes"`
	}
	hsdsServiceArea struct {
		ID          uuid.UUID       `json:"id"`
		ServiceID   uuid.UUID       `json:"service_id"`
		Name        string          `json:"name"`
		Description string          `json:"description,omitempty"`
		URI         string          `json:"uri"`
		Attributes  []hsdsAttribute `json:"attributes"`
	}
	hsdsLanguage struct {
		ID         uuid.UUID  `json:"id"`
		ServiceID  *uuid.UUID `json:"service_id,omitempty"`
		LocationID *uuid.UUID `json:"location_id,omitempty"`
		PhoneID    *uuid.UUID `json:"phone_id,omitempty"`
		Code       string     `json:"code"`
	}
	hsdsFunding struct {
		ID        uuid.UUID `json:"id"`
		ServiceID uuid.UUID `json:"service_id"`
		Source    string    `json:"source"`
	}
	hsdsAttribute struct {
		ID             uuid.UUID        `json:"id"`
		LinkID         uuid.UUID        `json:"link_id"`
		TaxonomyTermID uuid.UUID        `json:"taxonomy_term_id"`
		LinkType       string           `json:"link_type"`
		LinkEntity     string           `json:"link_entity"`
		Value          string           `json:"value,omitempty"`
		TaxonomyTerm   hsdsTaxonomyTerm `json:"taxonomy_term"`
	}
	hsdsTaxonomyTerm struct {
		ID          uuid.UUID `json:"id"`
		Code        string    `json:"code"`
		Name        string    `json:"name"`
		Description string    `json:"description"`
		Taxonomy    string    `json:"taxonomy"`
		Language    string    `json:"language,omitempty"`
	}
)

// derived is the id of what has none of its own, and always the same.
func derived(from uuid.UUID, what string) uuid.UUID { return uuid.NewSHA1(from, []byte(what)) }

// entity is an object that attributes are said of, by its name in HSDS.
type entity struct {
	kind string
	id   uuid.UUID
}

// taxonomy is the name of the list that our terms are from.
const taxonomy = "urn:ombudsnetz"

// says is an attribute: a term of ours, with a value. What a term says of an
// entity several times differs by key.
func (e entity) says(linkType, key string, term hsdsTaxonomyTerm, value string) hsdsAttribute {
	term.Taxonomy = taxonomy + ":" + linkType
	term.ID = derived(uuid.NameSpaceURL, term.Taxonomy+":"+term.Code)
	return hsdsAttribute{
		ID: derived(e.id, "attribute:"+linkType+":"+term.Code+":"+key), LinkID: e.id, TaxonomyTermID: term.ID, LinkType: linkType,
		LinkEntity: e.kind, Value: value, TaxonomyTerm: term,
	}
}

// code is a term of one of our enums, which the schema of the API describes.
func code[T ~string](value T) hsdsTaxonomyTerm {
	return hsdsTaxonomyTerm{Code: string(value), Name: string(value), Description: string(value)}
}
