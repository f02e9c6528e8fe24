// Package directory is the public face of the network: the ombuds offices, who
// runs them, where they are and how to reach them.
package directory

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

// OmbudsOffice is an ombuds office (Ombudsstelle, § 9a SGB VIII).
type OmbudsOffice struct {
	UUID      uuid.UUID          `db:"id" history:"-"`
	Name      string             `db:"name"`
	Status    OmbudsOfficeStatus `db:"status"`
	RegionID  uuid.UUID          `db:"region_id" history:"reg"`
	CarrierID uuid.UUID          `db:"carrier_id" history:"org"`
	Version   int                `db:"version" history:"-"`
	CreatedAt time.Time          `db:"created_at" history:"-"`
	UpdatedAt time.Time          `db:"updated_at" history:"-"`

	Relatives Relatives `db:"-"`
}

// Relatives are what was read along with an office; nil what was not.
type Relatives struct {
	Region  *region.Region
	Carrier *Organisation
}

// Along says which relations of an office to read in the same statement.
type Along struct{ Region, Carrier bool }

// IsNode marks OmbudsOffice as a GraphQL Node.
func (*OmbudsOffice) IsNode() {}

// ID is the global id.
func (o *OmbudsOffice) ID() ident.ID { return ident.ID{Kind: ident.OmbudsOffice, UUID: o.UUID} }

// Revision is the version and when it was made, for the history.
func (o *OmbudsOffice) Revision() (int, time.Time) { return o.Version, o.UpdatedAt }

// OmbudsOfficeStatus is the GraphQL enum of the same name.
type OmbudsOfficeStatus string

// The stages in the life of an office.
const (
	Planned OmbudsOfficeStatus = "PLANNED"
	Pilot   OmbudsOfficeStatus = "PILOT"
	Open    OmbudsOfficeStatus = "OPEN"
	Closed  OmbudsOfficeStatus = "CLOSED"
)

// OfficeSite is a place where an office receives people.
type OfficeSite struct {
	UUID              uuid.UUID                        `db:"id" json:"id" history:"-"`
	OfficeID          uuid.UUID                        `db:"office_id" json:"office_id" history:"-"`
	Position          int                              `db:"position" json:"position"`
	Name              string                           `db:"name" json:"name"`
	Street            *string                          `db:"street" json:"street"`
	PostalCode        string                           `db:"postal_code" json:"postal_code"`
	Place             string                           `db:"place" json:"place"`
	StepFree          fact.Fact                        `db:"step_free" json:"step_free"`
	ByAppointmentOnly fact.Fact                        `db:"by_appointment_only" json:"by_appointment_only"`
	AccessibleToilet  fact.Fact                        `db:"accessible_toilet" json:"accessible_toilet"`
	AccessibleParking fact.Fact                        `db:"accessible_parking" json:"accessible_parking"`
	InductionLoop     fact.Fact                        `db:"induction_loop" json:"induction_loop"`
	SignLanguage      fact.Fact                        `db:"sign_language" json:"sign_language"`
	EasyRead          fact.Fact                        `db:"easy_read" json:"easy_read"`
	LanguageCodes     postgres.List[string]            `db:"languages" json:"languages"`
	FormatCodes       postgres.List[CounsellingFormat] `db:"formats" json:"formats"`
	Latitude          *float64                         `db:"latitude" json:"latitude"`
	Longitude         *float64                         `db:"longitude" json:"longitude"`
	TimeZone          string                           `db:"time_zone" json:"time_zone"`
}

// Languages are the codes of the languages spoken at the site.
func (s *OfficeSite) Languages() []string { return s.LanguageCodes }

// Formats are the ways of counselling at the site, or from it.
func (s *OfficeSite) Formats() []CounsellingFormat { return s.FormatCodes }

// Point is where the site lies; nil when that is not recorded.
func (s *OfficeSite) Point() *GeoPoint {
	if s.Latitude == nil || s.Longitude == nil {
		return nil
	}
	return &GeoPoint{Latitude: *s.Latitude, Longitude: *s.Longitude}
}

// IsNode marks OfficeSite as a GraphQL Node.
func (*OfficeSite) IsNode() {}

// ID is the global id.
func (s *OfficeSite) ID() ident.ID { return ident.ID{Kind: ident.OfficeSite, UUID: s.UUID} }

// ContactChannel is a way to reach an office.
type ContactChannel struct {
	UUID                  uuid.UUID             `db:"id" json:"id" history:"-"`
	OfficeID              uuid.UUID             `db:"office_id" json:"office_id" history:"-"`
	Position              int                   `db:"position" json:"position"`
	Kind                  ContactChannelKind    `db:"kind" json:"kind"`
	Value                 string                `db:"value" json:"value"`
	Note                  *string               `db:"note" json:"note"`
	UsableWithoutSpeaking fact.Fact             `db:"usable_without_speaking" json:"usable_without_speaking"`
	FreeOfCharge          fact.Fact             `db:"free_of_charge" json:"free_of_charge"`
	UsableWithoutHearing  fact.Fact             `db:"usable_without_hearing" json:"usable_without_hearing"`
	SignLanguage          fact.Fact             `db:"sign_language" json:"sign_language"`
	Anonymous             fact.Fact             `db:"anonymous" json:"anonymous"`
	LanguageCodes         postgres.List[string] `db:"languages" json:"languages"`
}

// Languages are the codes of the languages that can be used on the channel.
func (c *ContactChannel) Languages() []string { return c.LanguageCodes }

// IsNode marks ContactChannel as a GraphQL Node.
func (*ContactChannel) IsNode() {}

// ID is the global id.
func (c *ContactChannel) ID() ident.ID { return ident.ID{Kind: ident.ContactChannel, UUID: c.UUID} }

// ContactChannelKind is the GraphQL enum of the same name.
type ContactChannelKind string

// The kinds of channels.
const (
	Phone     ContactChannelKind = "PHONE"
	Email     ContactChannelKind = "EMAIL"
	Post      ContactChannelKind = "POST"
	Website   ContactChannelKind = "WEBSITE"
	Chat      ContactChannelKind = "CHAT"
	Messenger ContactChannelKind = "MESSENGER"
	VideoCall ContactChannelKind = "VIDEO_CALL"
)

// CounsellingFormat is the GraphQL enum of the same name.
type CounsellingFormat string

// The formats of counselling.
const (
	InPerson  CounsellingFormat = "IN_PERSON"
	ByPhone   CounsellingFormat = "PHONE"
	ByVideo   CounsellingFormat = "VIDEO"
	ByChat    CounsellingFormat = "CHAT"
	InWriting CounsellingFormat = "WRITTEN"
	Outreach  CounsellingFormat = "OUTREACH"
)

// OmbudsOfficeOrder is the GraphQL enum of the same name.
type OmbudsOfficeOrder string

// The orders of lists of offices.
const (
	OfficesByName   OmbudsOfficeOrder = "NAME"
	OfficesByNewest OmbudsOfficeOrder = "NEWEST"
)

func tooMany(most int) fault.Text {
	return fault.Text{
		EN: "has too many items; at most " + strconv.Itoa(most) + " are allowed",
		DE: "hat zu viele Einträge; erlaubt sind höchstens " + strconv.Itoa(most),
	}
}

// OfficeQuery is what a list of offices was asked by.
type OfficeQuery struct {
	Filter OmbudsOfficeFilter
	// Around and Scope limit the list to offices that work in a region, and in
	// those below or above it; Around nil does not.
	Around *region.Region
	Scope  region.Scope
}

// text is equal for queries that differ by their region alone.
func (q OfficeQuery) text() string {
	return string(q.Scope) + " " + q.Filter.text()
}

// OmbudsOfficeConnection is one page of offices.
type OmbudsOfficeConnection = page.Connection[*OmbudsOffice, OfficeQuery]

// OmbudsOfficeEdge is an office and its place in a list.
type OmbudsOfficeEdge = page.Edge[*OmbudsOffice]
