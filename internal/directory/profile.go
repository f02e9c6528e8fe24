package directory

import (
	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/postgres"
)

// OmbudsOfficeProfile is what is said of an office as a whole.
type OmbudsOfficeProfile struct {
	OfficeID                     uuid.UUID               `db:"office_id" json:"office_id" history:"-"`
	LegalSupervisor              fact.Fact               `db:"legal_supervisor" json:"legal_supervisor"`
	LegalSupervisorQualification *string                 `db:"legal_supervisor_qualification" json:"legal_supervisor_qualification"`
	AgeGroupCodes                postgres.List[AgeGroup] `db:"age_groups" json:"age_groups"`
	LanguageCodes                postgres.List[string]   `db:"languages" json:"languages"`
	VerifiedOn                   *civil.Date             `db:"verified_on" json:"verified_on"`
	Source                       *string                 `db:"source" json:"source"`
	QualityLabel                 *string                 `db:"quality_label" json:"quality_label"`
	DataProtectionRegime         *DataProtectionRegime   `db:"data_protection_regime" json:"data_protection_regime"`
	DataProtectionContact        *string                 `db:"data_protection_contact" json:"data_protection_contact"`
}

// freshFor is for how many days an entry that was verified counts as right.
const freshFor = 365

// staleOn tells whether the entry was verified too long before a day; unknown
// when it never was.
func (p *OmbudsOfficeProfile) staleOn(day civil.Date) fact.Fact {
	switch {
	case p.VerifiedOn == nil:
		return fact.Unknown
	case p.VerifiedOn.AddDays(freshFor).Before(day):
		return fact.Yes
	}
	return fact.No
}

// AgeGroups are whom the office counsels.
func (p *OmbudsOfficeProfile) AgeGroups() []AgeGroup { return p.AgeGroupCodes }

// Languages are the codes of the languages in which the office counsels.
func (p *OmbudsOfficeProfile) Languages() []string { return p.LanguageCodes }

// AgeGroup is the GraphQL enum of the same name.
type AgeGroup string

// The age groups of § 7 SGB VIII.
const (
	Child      AgeGroup = "CHILD"
	Adolescent AgeGroup = "ADOLESCENT"
	YoungAdult AgeGroup = "YOUNG_ADULT"
)

// DataProtectionRegime is the GraphQL enum of the same name.
type DataProtectionRegime string

// The bodies of law that may govern an office's data.
const (
	RegimeGDPR       DataProtectionRegime = "GDPR"
	RegimeSocialCode DataProtectionRegime = "SOCIAL_CODE"
	RegimeKDG        DataProtectionRegime = "KDG"
	RegimeDSGEKD     DataProtectionRegime = "DSG_EKD"
)

// IndependenceLink ties an office to an organisation (R7).
type IndependenceLink struct {
	OfficeID       uuid.UUID            `db:"office_id" json:"office_id" history:"-"`
	OrganisationID uuid.UUID            `db:"organisation_id" json:"organisation_id" history:"org"`
	Kind           IndependenceLinkKind `db:"kind" json:"kind"`
	Note           *string              `db:"note" json:"note"`
	Position       int                  `db:"position" json:"position"`
}

// IndependenceLinkKind is the GraphQL enum of the same name.
type IndependenceLinkKind string

// The kinds of links.
const (
	LinkMembership       IndependenceLinkKind = "MEMBERSHIP"
	LinkFunding          IndependenceLinkKind = "FUNDING"
	LinkSharedPremises   IndependenceLinkKind = "SHARED_PREMISES"
	LinkSharedStaff      IndependenceLinkKind = "SHARED_STAFF"
	LinkServiceProvision IndependenceLinkKind = "SERVICE_PROVISION"
	LinkLineManagement   IndependenceLinkKind = "LINE_MANAGEMENT"
	LinkOther            IndependenceLinkKind = "OTHER"
)

// CatalogueItem is a legal basis or a topic.
type CatalogueItem struct {
	Code      string        `db:"code"`
	Kind      CatalogueKind `db:"kind"`
	Citation  *string       `db:"citation"`
	NameDE    string        `db:"name_de"`
	NameEN    string        `db:"name_en"`
	ValidFrom *civil.Date   `db:"valid_from"`
	ValidTo   *civil.Date   `db:"valid_to"`
}

// CatalogueKind is the GraphQL enum of the same name.
type CatalogueKind string

// The kinds of items.
const (
	LegalBasis CatalogueKind = "LEGAL_BASIS"
	Topic      CatalogueKind = "TOPIC"
)

// ScopeEntry says whether a legal basis or topic is within what an office does.
type ScopeEntry struct {
	OfficeID uuid.UUID     `db:"office_id" json:"office_id" history:"-"`
	Code     string        `db:"code" json:"code"`
	Rule     ScopeRule     `db:"rule" json:"rule"`
	Reason   *string       `db:"reason" json:"reason"`
	Item     CatalogueItem `db:"item" json:"-" history:"-"`
}

// ScopeRule is the GraphQL enum of the same name.
type ScopeRule string

// The rules.
const (
	Included ScopeRule = "INCLUDED"
	Excluded ScopeRule = "EXCLUDED"
)

// officeFunder is an organisation that funds an office.
type officeFunder struct {
	OfficeID       uuid.UUID `db:"office_id" json:"office_id" history:"-"`
	OrganisationID uuid.UUID `db:"organisation_id" json:"organisation_id" history:"org"`
	Position       int       `db:"position" json:"position"`
}
