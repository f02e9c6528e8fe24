package directory

import (
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/idempotency"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/patch"
	"ombudsnetz/internal/text"
)

// Bounds of what can be entered, in characters and items. The schema's
// descriptions and the database's checks repeat them.
const (
	maxName     = 200
	maxPlace    = 100
	maxText     = 500
	maxSites    = 20
	maxChannels = 20
)

// CreateOmbudsOfficeInput is the GraphQL input of the same name.
type CreateOmbudsOfficeInput struct {
	IdempotencyKey    *string
	Name              string
	Status            OmbudsOfficeStatus
	RegionID          ident.ID
	CarrierID         ident.ID
	Sites             []OfficeSiteInput
	Channels          []ContactChannelInput
	Profile           *OmbudsOfficeProfileInput
	FunderIDs         []ident.ID
	IndependenceLinks []IndependenceLinkInput
	Scope             []ScopeEntryInput
	Texts             []OfficeTextInput
}

// CreateOmbudsOfficePayload is the GraphQL type of the same name.
type CreateOmbudsOfficePayload struct {
	OmbudsOffice *OmbudsOffice
	UserErrors   []*fault.Error
}

// UpdateOmbudsOfficeInput is the GraphQL input of the same name.
type UpdateOmbudsOfficeInput struct {
	ID                ident.ID
	ExpectedVersion   int
	Name              patch.Field[string]
	Status            patch.Field[OmbudsOfficeStatus]
	RegionID          patch.Field[ident.ID]
	CarrierID         patch.Field[ident.ID]
	Sites             patch.Field[[]OfficeSiteInput]
	Channels          patch.Field[[]ContactChannelInput]
	Profile           patch.Field[OmbudsOfficeProfileInput]
	FunderIDs         patch.Field[[]ident.ID]
	IndependenceLinks patch.Field[[]IndependenceLinkInput]
	Scope             patch.Field[[]ScopeEntryInput]
	Texts             patch.Field[[]OfficeTextInput]
}

// UpdateOmbudsOfficePayload is the GraphQL type of the same name.
type UpdateOmbudsOfficePayload struct {
	OmbudsOffice *OmbudsOffice
	UserErrors   []*fault.Error
}

// OfficeSiteInput is the GraphQL input of the same name.
type OfficeSiteInput struct {
	ID                *ident.ID
	Name              string
	Street            *string
	PostalCode        string
	Place             string
	StepFree          fact.Fact
	ByAppointmentOnly fact.Fact
	AccessibleToilet  fact.Fact
	AccessibleParking fact.Fact
	InductionLoop     fact.Fact
	SignLanguage      fact.Fact
	EasyRead          fact.Fact
	Languages         []string
	Formats           []CounsellingFormat
	Point             *GeoPoint
	OpeningHours      *OpeningHours
}

// ContactChannelInput is the GraphQL input of the same name.
type ContactChannelInput struct {
	ID                    *ident.ID
	Kind                  ContactChannelKind
	Value                 string
	Note                  *string
	UsableWithoutSpeaking fact.Fact
	FreeOfCharge          fact.Fact
	UsableWithoutHearing  fact.Fact
	SignLanguage          fact.Fact
	Anonymous             fact.Fact
	Languages             []string
}

// Validate normalises the texts and returns everything that is wrong with the
// input on a day.
func (in *CreateOmbudsOfficeInput) Validate(today civil.Date) error {
	var problems fault.Problems
	idempotency.Check(in.IdempotencyKey, &problems)
	text.Line(&in.Name, maxName, "input.name", &problems)
	in.RegionID.Check("input.regionId", &problems, ident.Region)
	in.CarrierID.Check("input.carrierId", &problems, ident.Organisation)
	checkSites(in.Sites, &problems)
	checkChannels(in.Channels, &problems)
	in.Profile.check(today, &problems)
	checkFunders(in.FunderIDs, &problems)
	checkLinks(in.IndependenceLinks, &problems)
	checkScope(in.Scope, &problems)
	checkTexts(in.Texts, &problems)
	return problems.Err()
}

// Validate normalises the texts and returns everything that is wrong with the
// input on a day.
func (in *UpdateOmbudsOfficeInput) Validate(today civil.Date) error {
	var problems fault.Problems
	in.ID.Check("input.id", &problems, ident.OmbudsOffice)
	patch.CheckVersion(in.ExpectedVersion, &problems)
	patch.Check(in.Name, "input.name", &problems, func(name *string) { text.Line(name, maxName, "input.name", &problems) })
	patch.Check(in.Status, "input.status", &problems, func(*OmbudsOfficeStatus) {})
	patch.Check(in.RegionID, "input.regionId", &problems, func(id *ident.ID) { id.Check("input.regionId", &problems, ident.Region) })
	patch.Check(in.CarrierID, "input.carrierId", &problems, func(id *ident.ID) { id.Check("input.carrierId", &problems, ident.Organisation) })
	patch.Check(in.Sites, "input.sites", &problems, func(sites *[]OfficeSiteInput) { checkSites(*sites, &problems) })
	patch.Check(in.Channels, "input.channels", &problems, func(channels *[]ContactChannelInput) { checkChannels(*channels, &problems) })
	patch.Check(in.Profile, "input.profile", &problems, func(p *OmbudsOfficeProfileInput) { p.check(today, &problems) })
	patch.Check(in.FunderIDs, "input.funderIds", &problems, func(ids *[]ident.ID) { checkFunders(*ids, &problems) })
	patch.Check(in.IndependenceLinks, "input.independenceLinks", &problems, func(links *[]IndependenceLinkInput) { checkLinks(*links, &problems) })
	patch.Check(in.Scope, "input.scope", &problems, func(entries *[]ScopeEntryInput) { checkScope(*entries, &problems) })
	patch.Check(in.Texts, "input.texts", &problems, func(texts *[]OfficeTextInput) { checkTexts(*texts, &problems) })
	return problems.Err()
}

// lists are all lists: a new office has what is given, and nothing of the others.
func (in *CreateOmbudsOfficeInput) lists() listInputs {
	return listInputs{
		sites: in.Sites, channels: in.Channels, profile: in.Profile, funders: in.FunderIDs,
		links: in.IndependenceLinks, scope: in.Scope, texts: in.Texts,
	}
}

// apply returns the office as it will be, and the lists to replace.
func (in *UpdateOmbudsOfficeInput) apply(office OmbudsOffice) (OmbudsOffice, listInputs) {
	patch.Set(&office.Name, in.Name)
	patch.Set(&office.Status, in.Status)
	if id := in.RegionID.Value(); id != nil {
		office.RegionID = id.UUID
	}
	if id := in.CarrierID.Value(); id != nil {
		office.CarrierID = id.UUID
	}
	var wanted listInputs
	patch.Set(&wanted.sites, in.Sites)
	patch.Set(&wanted.channels, in.Channels)
	wanted.profile = in.Profile.Value()
	patch.Set(&wanted.funders, in.FunderIDs)
	patch.Set(&wanted.links, in.IndependenceLinks)
	patch.Set(&wanted.scope, in.Scope)
	patch.Set(&wanted.texts, in.Texts)
	return office, wanted
}

func checkSites(sites []OfficeSiteInput, problems *fault.Problems) {
	if len(sites) > maxSites {
		problems.Add("input.sites", tooMany(maxSites))
		return
	}
	seen := map[uuid.UUID]bool{}
	for i := range sites {
		site, path := &sites[i], fmt.Sprintf("input.sites[%d].", i)
		checkOwnID(site.ID, ident.OfficeSite, seen, path+"id", problems)
		text.Line(&site.Name, maxName, path+"name", problems)
		text.OptionalLine(site.Street, maxName, path+"street", problems)
		text.Line(&site.Place, maxPlace, path+"place", problems)
		if len(site.PostalCode) != 5 || strings.Trim(site.PostalCode, "0123456789") != "" {
			problems.Add(path+"postalCode", fault.Text{EN: "must be 5 digits", DE: "muss aus 5 Ziffern bestehen"})
		}
		orUnknown(&site.StepFree, &site.ByAppointmentOnly, &site.AccessibleToilet, &site.AccessibleParking,
			&site.InductionLoop, &site.SignLanguage, &site.EasyRead)
		checkLanguages(site.Languages, path+"languages", problems)
		checkDistinct(site.Formats, path+"formats", problems)
		site.Point.check(path+"point.", problems)
		site.OpeningHours.check(path+"openingHours.", problems)
	}
}

func checkChannels(channels []ContactChannelInput, problems *fault.Problems) {
	if len(channels) > maxChannels {
		problems.Add("input.channels", tooMany(maxChannels))
		return
	}
	seen := map[uuid.UUID]bool{}
	for i := range channels {
		channel, path := &channels[i], fmt.Sprintf("input.channels[%d].", i)
		checkOwnID(channel.ID, ident.ContactChannel, seen, path+"id", problems)
		if text.Line(&channel.Value, maxText, path+"value", problems) {
			if wanted, fits := channel.Kind.form(channel.Value); !fits {
				problems.Add(path+"value", wanted)
			}
		}
		text.OptionalLine(channel.Note, maxText, path+"note", problems)
		orUnknown(&channel.UsableWithoutSpeaking, &channel.FreeOfCharge, &channel.UsableWithoutHearing,
			&channel.SignLanguage, &channel.Anonymous)
		checkLanguages(channel.Languages, path+"languages", problems)
	}
}

// form tells whether value has the form of its kind of channel, and which form
// that is.
func (k ContactChannelKind) form(value string) (fault.Text, bool) {
	switch k {
	case Phone:
		return fault.Text{
			EN: "must be a telephone number: at least 5 digits, with spaces, slashes, hyphens or brackets between, 30 characters at most, with or without a + in front",
			DE: "muss eine Telefonnummer sein: mindestens 5 Ziffern, dazwischen Leerzeichen, Schräg- und Bindestriche oder Klammern, höchstens 30 Zeichen, mit oder ohne + am Anfang",
		}, isPhone(value)
	case Email:
		address, err := mail.ParseAddress(value)
		return fault.Text{EN: "must be an e-mail address", DE: "muss eine E-Mail-Adresse sein"},
			err == nil && address.Address == value && isDomain(value[strings.LastIndexByte(value, '@')+1:])
	case Website, Chat, VideoCall:
		link, err := url.Parse(value)
		return fault.Text{EN: "must be a link that begins with https://", DE: "muss ein Link sein, der mit https:// beginnt"},
			err == nil && link.Scheme == "https" && isDomain(link.Hostname()) && link.User == nil
	case Post, Messenger:
	}
	return fault.Text{}, true
}

// isDomain is stricter than the parsers of addresses and links, which let through
// "?" and "<" in a domain and do not miss it.
func isDomain(name string) bool {
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if label == "" || strings.ContainsFunc(label, func(r rune) bool {
			return r != '-' && !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit)
		}) {
			return false
		}
	}
	return len(labels) > 1
}

func isPhone(value string) bool {
	number := strings.TrimPrefix(value, "+")
	digits := strings.NewReplacer(" ", "", "/", "", "-", "", "(", "", ")", "").Replace(number)
	return len(value) <= 30 && len(digits) >= 5 && strings.Trim(digits, "0123456789") == ""
}

// checkOwnID checks the id of an item in a list of items to keep.
func checkOwnID(id *ident.ID, kind ident.Kind, seen map[uuid.UUID]bool, path string, problems *fault.Problems) {
	if id == nil {
		return
	}
	if !id.Check(path, problems, kind) {
		return
	}
	if seen[id.UUID] {
		problems.Add(path, fault.Text{EN: "stands in the list twice", DE: "steht zweimal in der Liste"})
	}
	seen[id.UUID] = true
}
