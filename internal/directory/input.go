package directory

import (
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/idempotency"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/patch"
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

// CreateOrganisationInput is the GraphQL input of the same name.
type CreateOrganisationInput struct {
	IdempotencyKey *string
	Name           string
	Kind           OrganisationKind
}

// CreateOrganisationPayload is the GraphQL type of the same name.
type CreateOrganisationPayload struct {
	Organisation *Organisation
	UserErrors   []*fault.Error
}

// CreateOmbudsOfficeInput is the GraphQL input of the same name.
type CreateOmbudsOfficeInput struct {
	IdempotencyKey *string
	Name           string
	Status         OmbudsOfficeStatus
	RegionID       ident.ID
	CarrierID      ident.ID
	Sites          []OfficeSiteInput
	Channels       []ContactChannelInput
}

// CreateOmbudsOfficePayload is the GraphQL type of the same name.
type CreateOmbudsOfficePayload struct {
	OmbudsOffice *OmbudsOffice
	UserErrors   []*fault.Error
}

// UpdateOmbudsOfficeInput is the GraphQL input of the same name.
type UpdateOmbudsOfficeInput struct {
	ID              ident.ID
	ExpectedVersion int
	Name            patch.Field[string]
	Status          patch.Field[OmbudsOfficeStatus]
	RegionID        patch.Field[ident.ID]
	CarrierID       patch.Field[ident.ID]
	Sites           patch.Field[[]OfficeSiteInput]
	Channels        patch.Field[[]ContactChannelInput]
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
}

// ContactChannelInput is the GraphQL input of the same name.
type ContactChannelInput struct {
	ID                    *ident.ID
	Kind                  ContactChannelKind
	Value                 string
	Note                  *string
	UsableWithoutSpeaking fact.Fact
	FreeOfCharge          fact.Fact
}

// Validate trims the texts and returns everything that is wrong with the input.
func (in *CreateOrganisationInput) Validate() error {
	var problems fault.Problems
	idempotency.Check(in.IdempotencyKey, &problems)
	checkText(&in.Name, maxName, "input.name", &problems)
	return problems.Err()
}

// Validate trims the texts and returns everything that is wrong with the input.
func (in *CreateOmbudsOfficeInput) Validate() error {
	var problems fault.Problems
	idempotency.Check(in.IdempotencyKey, &problems)
	checkText(&in.Name, maxName, "input.name", &problems)
	checkKind(in.RegionID, ident.Region, "input.regionId", &problems)
	checkKind(in.CarrierID, ident.Organisation, "input.carrierId", &problems)
	checkSites(in.Sites, &problems)
	checkChannels(in.Channels, &problems)
	return problems.Err()
}

// apply writes the change into office and returns the lists to replace, nil for
// one that stays. It returns everything that is wrong with the input.
func (in *UpdateOmbudsOfficeInput) apply(office *OmbudsOffice) ([]OfficeSiteInput, []ContactChannelInput, error) {
	var problems fault.Problems
	patch.Set(&office.Name, in.Name, "input.name", &problems)
	checkText(&office.Name, maxName, "input.name", &problems)
	patch.Set(&office.Status, in.Status, "input.status", &problems)

	regionID := ident.ID{Kind: ident.Region, UUID: office.RegionID}
	patch.Set(&regionID, in.RegionID, "input.regionId", &problems)
	office.RegionID = checkKind(regionID, ident.Region, "input.regionId", &problems)
	carrierID := ident.ID{Kind: ident.Organisation, UUID: office.CarrierID}
	patch.Set(&carrierID, in.CarrierID, "input.carrierId", &problems)
	office.CarrierID = checkKind(carrierID, ident.Organisation, "input.carrierId", &problems)

	var sites []OfficeSiteInput
	patch.Set(&sites, in.Sites, "input.sites", &problems)
	checkSites(sites, &problems)
	var channels []ContactChannelInput
	patch.Set(&channels, in.Channels, "input.channels", &problems)
	checkChannels(channels, &problems)
	return sites, channels, problems.Err()
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
		checkText(&site.Name, maxName, path+"name", problems)
		checkOptionalText(site.Street, maxName, path+"street", problems)
		checkText(&site.Place, maxPlace, path+"place", problems)
		if len(site.PostalCode) != 5 || strings.Trim(site.PostalCode, "0123456789") != "" {
			problems.Add(path+"postalCode", fault.Text{EN: "must be 5 digits", DE: "muss aus 5 Ziffern bestehen"})
		}
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
		checkText(&channel.Value, maxText, path+"value", problems)
		checkOptionalText(channel.Note, maxText, path+"note", problems)
		if text, fits := channel.Kind.form(channel.Value); !fits {
			problems.Add(path+"value", text)
		}
	}
}

// form tells whether value has the form of its kind of channel, and which form
// that is.
func (k ContactChannelKind) form(value string) (fault.Text, bool) {
	switch k {
	case Phone:
		return fault.Text{
			EN: "must be a telephone number: 5 to 30 digits, spaces, slashes, hyphens and brackets, with or without a + in front",
			DE: "muss eine Telefonnummer sein: 5 bis 30 Ziffern, Leerzeichen, Schräg- und Bindestriche und Klammern, mit oder ohne + am Anfang",
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

// checkKind returns the UUID of an id that must be of a kind.
func checkKind(id ident.ID, kind ident.Kind, path string, problems *fault.Problems) uuid.UUID {
	key, err := id.Of(kind, path)
	*problems = append(*problems, fault.All(err)...)
	return key
}

// checkOwnID checks the id of an item in a list of items to keep.
func checkOwnID(id *ident.ID, kind ident.Kind, seen map[uuid.UUID]bool, path string, problems *fault.Problems) {
	if id == nil {
		return
	}
	key := checkKind(*id, kind, path, problems)
	if id.Kind == kind && seen[key] {
		problems.Add(path, fault.Text{EN: "stands in the list twice", DE: "steht zweimal in der Liste"})
	}
	seen[key] = true
}

// checkText trims a text of one line that must not be empty.
func checkText(text *string, longest int, path string, problems *fault.Problems) {
	*text = strings.TrimSpace(*text)
	switch n := utf8.RuneCountInString(*text); {
	case n < 1 || n > longest:
		problems.Add(path, fault.Text{
			EN: fmt.Sprintf("must have 1 to %d characters", longest),
			DE: fmt.Sprintf("muss 1 bis %d Zeichen lang sein", longest),
		})
	case strings.ContainsFunc(*text, disturbs):
		problems.Add(path, fault.Text{
			EN: "must not hold line breaks or other control characters",
			DE: "darf keine Zeilenumbrüche oder anderen Steuerzeichen enthalten",
		})
	}
}

// disturbs finds what must not stand in one line: control characters, Unicode's
// own line breaks, and the ones that turn the direction of writing.
func disturbs(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

func checkOptionalText(text *string, longest int, path string, problems *fault.Problems) {
	if text != nil {
		checkText(text, longest, path, problems)
	}
}
