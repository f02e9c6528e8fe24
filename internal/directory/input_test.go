package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/ident"
)

type change = func(in *directory.CreateOmbudsOfficeInput)

func name(text string) change {
	return func(in *directory.CreateOmbudsOfficeInput) { in.Name = text }
}

func site(edit func(s *directory.OfficeSiteInput)) change {
	return func(in *directory.CreateOmbudsOfficeInput) {
		s := aSite("Beratungsraum")
		edit(&s)
		in.Sites = append(in.Sites, s)
	}
}

func channel(kind directory.ContactChannelKind, value string) change {
	return func(in *directory.CreateOmbudsOfficeInput) { in.Channels = append(in.Channels, aChannel(kind, value)) }
}

func note(text string) change {
	return func(in *directory.CreateOmbudsOfficeInput) {
		c := aChannel(directory.Post, "Musterweg 1")
		c.Note = &text
		in.Channels = append(in.Channels, c)
	}
}

func many(sites, channels int) change {
	return func(in *directory.CreateOmbudsOfficeInput) {
		for i := range sites {
			in.Sites = append(in.Sites, aSite(fmt.Sprint("Raum ", i)))
		}
		for i := range channels {
			in.Channels = append(in.Channels, aChannel(directory.Post, fmt.Sprint("Musterweg ", i)))
		}
	}
}

// long is a text of n characters that are several bytes each.
func long(n int) string { return strings.Repeat("ü", n-1) + "🧡" }

type inputCase struct {
	what    string
	change  change
	refused []string
}

// inputCases are what may be entered and what may not, the same for a new
// office and for a changed one.
func inputCases() []inputCase {
	accepted := func(what string, c change) inputCase { return inputCase{what, c, nil} }
	refused := func(what string, c change, fields ...string) inputCase { return inputCase{what, c, fields} }
	cases := []inputCase{
		accepted("a name of one character", name("ö")),
		accepted("a name of 200 characters", name(long(200))),
		accepted("a name with spaces around 200 characters", name("  x"+long(199)+"\t\n")),
		refused("a name of 201 characters", name(long(201)), "input.name"),
		refused("no name", name(""), "input.name"),
		refused("a name of spaces", name(" \t\u00a0\u2003\n"), "input.name"),
		accepted("a name with joined emoji", name("Familie 👨‍👩‍👧‍👦")),
		accepted("a name in Arabic", name("مكتب أمين المظالم")),
		accepted("a name in Persian with a joiner", name("می\u200cخواهم")),
		accepted("a name with quotes and signs", name(`O'Neill & "Söhne" <b>%_\ -- ; {{x}}`)),

		accepted("20 sites and 20 channels", many(20, 20)),
		refused("21 sites", many(21, 0), "input.sites"),
		refused("21 channels", many(0, 21), "input.channels"),
		refused("21 of both", many(21, 21), "input.sites", "input.channels"),

		accepted("a site's name of 200 characters", site(func(s *directory.OfficeSiteInput) { s.Name = long(200) })),
		refused("a site's name of 201 characters", site(func(s *directory.OfficeSiteInput) { s.Name = long(201) }), "input.sites[0].name"),
		refused("a site without a name", site(func(s *directory.OfficeSiteInput) { s.Name = " " }), "input.sites[0].name"),
		accepted("a street of 200 characters", site(func(s *directory.OfficeSiteInput) { s.Street = new(long(200)) })),
		refused("a street of 201 characters", site(func(s *directory.OfficeSiteInput) { s.Street = new(long(201)) }), "input.sites[0].street"),
		refused("an empty street", site(func(s *directory.OfficeSiteInput) { s.Street = new("") }), "input.sites[0].street"),
		accepted("a place of 100 characters", site(func(s *directory.OfficeSiteInput) { s.Place = long(100) })),
		refused("a place of 101 characters", site(func(s *directory.OfficeSiteInput) { s.Place = long(101) }), "input.sites[0].place"),
		refused("no place", site(func(s *directory.OfficeSiteInput) { s.Place = "" }), "input.sites[0].place"),
		accepted("a postal code of zeros", site(func(s *directory.OfficeSiteInput) { s.PostalCode = "00000" })),

		accepted("a note of 500 characters", note(long(500))),
		refused("a note of 501 characters", note(long(501)), "input.channels[0].note"),
		refused("an empty note", note("  "), "input.channels[0].note"),
		accepted("a value of 500 characters", channel(directory.Messenger, long(500))),
		refused("a value of 501 characters", channel(directory.Messenger, long(501)), "input.channels[0].value"),
		refused("an empty value", channel(directory.Post, ""), "input.channels[0].value"),
	}
	cases = append(cases, languageCases()...)
	cases = append(cases, detailCases()...)
	for _, code := range []string{"", "1234", "123456", "1234a", "12 34", " 39576", "39576\n", "-1234", "１2345", "١٢٣٤٥", "D-395"} {
		cases = append(cases, refused(fmt.Sprintf("the postal code %q", code),
			site(func(s *directory.OfficeSiteInput) { s.PostalCode = code }), "input.sites[0].postalCode"))
	}
	for what, r := range disturbing() {
		text := "vor" + string(r) + "nach"
		cases = append(cases,
			refused("a name with "+what, name(text), "input.name"),
			refused("texts with "+what, func(in *directory.CreateOmbudsOfficeInput) {
				site(func(s *directory.OfficeSiteInput) { s.Name, s.Street, s.Place = text, &text, text })(in)
				note(text)(in)
				channel(directory.Post, text)(in)
			}, "input.sites[0].name", "input.sites[0].street", "input.sites[0].place", "input.channels[0].note", "input.channels[1].value"))
	}
	return append(cases, channelCases()...)
}

func disturbing() map[string]rune {
	return map[string]rune{
		"NUL": 0, "a tab": '\t', "a line feed": '\n', "a carriage return": '\r', "escape": 0x1b, "delete": 0x7f,
		"next line": 0x85, "a C1 control": 0x9b, "a line separator": 0x2028, "a paragraph separator": 0x2029,
		"left-to-right mark": 0x200e, "right-to-left mark": 0x200f, "Arabic letter mark": 0x61c,
		"left-to-right embedding": 0x202a, "right-to-left embedding": 0x202b, "pop directional": 0x202c,
		"left-to-right override": 0x202d, "right-to-left override": 0x202e,
		"left-to-right isolate": 0x2066, "right-to-left isolate": 0x2067, "first strong isolate": 0x2068, "pop isolate": 0x2069,
	}
}

func channelCases() []inputCase {
	var cases []inputCase
	add := func(kinds []directory.ContactChannelKind, refused []string, values ...string) {
		for _, kind := range kinds {
			for _, value := range values {
				cases = append(cases, inputCase{fmt.Sprintf("%s %q", kind, value), channel(kind, value), refused})
			}
		}
	}
	type kinds = []directory.ContactChannelKind
	wrong := []string{"input.channels[0].value"}

	add(kinds{directory.Phone}, nil,
		"12345", "+49 30 23125 101", "030/23125-101", "(030) 23125 101", "+12345", "116 111", " 030 23125 101 ",
		"+49 (0)30 / 23125 - 101 22222", "12345"+strings.Repeat("6", 25))
	add(kinds{directory.Phone}, wrong,
		"1234", "+1234", "12345"+strings.Repeat("6", 26), "++49 30 23125", "49+30 23125", "030 23125 Durchwahl 1", "030.23125.101", "٠٣٠٢٣١٢٥",
		"０３０２３１２５", "tel:+493023125", "+", "( ) / -", "030–23125", "030 23125,1", "030*23125#")

	add(kinds{directory.Email}, nil,
		"stendal@ombud.example.org", "a@example.org", "a.b+c@example.org", "o'neill@example.org", "jürgen@example.org", "a@müller.example.org",
		"A@EXAMPLE.ORG", "1@1.example.org", "a_b@xn--mller-kva.example.org", " a@example.org ")
	add(kinds{directory.Email}, wrong,
		"a", "@", "a@", "@example.org", "a@example.org@example.org", "a b@example.org", "a@exam ple.org", "Anna <a@example.org>", "<a@example.org>",
		"a@example.org, b@example.org", "a@example.org;b@example.org", "a@example.org (Anna)", `"a"@example.org`, `"a b"@example.org`,
		".a@example.org", "a.@example.org", "a..b@example.org", "a@.example.org", "a@example.org.", "a@example..org",
		"mailto:a@example.org", "a@localhost", "a@[127.0.0.1]", "a@example.org?bcc=b%40example.net", "a@example.org?subject=x",
		"a@example.org/x", "a@exa_mple.org", "a@example.org#", "a@example.org<br>")

	add(kinds{directory.Website, directory.Chat, directory.VideoCall}, nil,
		"https://example.org", "https://example.org/", "https://example.org/chat?a=1&b=2#c", "https://ombud.example.org:8443/x", "https://müller.example.org/ä",
		"https://xn--mller-kva.example.org", "HTTPS://EXAMPLE.ORG", "https://192.0.2.1/")
	add(kinds{directory.Website, directory.Chat, directory.VideoCall}, wrong,
		"http://example.org", "example.org", "www.example.org", "//example.org", "https:example.org", "https:/example.org", "https:///example.org",
		"https://", "https://:443", "https://?x=example.org", "https://#example.org", "javascript:alert(1)", "ftp://example.org", "data:text/html,x",
		"javascript://example.org/%0aalert(1)", "https://anna@example.org", "https://anna:geheim@example.org", "https://example.org@example.net",
		"https://exa mple.org", "https://example.org:port", "https://example.org\\@example.net", "https://%65xample.org", "https://<b>.example.org",
		`https://"onclick=x.example.org`, "https://localhost", "https://.", "https://example..org", "mailto:a@example.org", "https://exam'ple.org",
		"https://example.org,example.net")

	add(kinds{directory.Post, directory.Messenger}, nil, "x", "Musterweg 1, 39576 Stendal", "@ombud", "Signal: 030 23125 101")
	return cases
}

func TestNewOfficeAcceptsAndRefuses(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	for i, c := range inputCases() {
		in := s.valid(t, fmt.Sprint("Ombudsstelle ", i), carrier)
		c.change(&in)
		if c.refused == nil {
			payload, err := s.CreateOmbudsOffice(as(t.Context(), "anna"), in)
			if got := toldByOffice(payload, err); got != "" {
				t.Errorf("%s: refused: %s", c.what, got)
				continue
			}
			s.wantStored(t, c.what, payload.OmbudsOffice, in)
			continue
		}
		s.unchanged(t, c.what, func() {
			if got := toldByOffice(s.CreateOmbudsOffice(as(t.Context(), "anna"), in)); got != bad(c.refused...) {
				t.Errorf("%s: told %q, want %q", c.what, got, bad(c.refused...))
			}
		})
	}
}

func TestChangedOfficeAcceptsAndRefuses(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	office := s.office(t, s.valid(t, "Ombudsstelle Stendal", s.organisation(t, "Träger")))
	for _, c := range inputCases() {
		office = s.present(t, office.UUID)
		var changed directory.CreateOmbudsOfficeInput
		c.change(&changed)
		in := directory.UpdateOmbudsOfficeInput{ID: office.ID(), ExpectedVersion: office.Version}
		want := directory.CreateOmbudsOfficeInput{Name: office.Name, Sites: changed.Sites, Channels: changed.Channels}
		if changed.Name != "" || changed.Sites == nil && changed.Channels == nil {
			in.Name, want.Name = set(changed.Name), changed.Name
		}
		if changed.Sites != nil {
			in.Sites = set(changed.Sites)
		} else {
			want.Sites = s.asSites(t, office.UUID)
		}
		if changed.Channels != nil {
			in.Channels = set(changed.Channels)
		} else {
			want.Channels = s.asChannels(t, office.UUID)
		}
		if c.refused == nil {
			payload, err := s.UpdateOmbudsOffice(as(t.Context(), "anna"), in)
			if got := toldByUpdate(payload, err); got != "" {
				t.Errorf("%s: refused: %s", c.what, got)
				continue
			}
			s.wantStored(t, c.what, payload.OmbudsOffice, want)
			continue
		}
		s.unchanged(t, c.what, func() {
			if got := toldByUpdate(s.UpdateOmbudsOffice(as(t.Context(), "anna"), in)); got != bad(c.refused...) {
				t.Errorf("%s: told %q, want %q", c.what, got, bad(c.refused...))
			}
		})
	}
}

func (s setup) asSites(t *testing.T, office uuid.UUID) []directory.OfficeSiteInput {
	t.Helper()
	var sites []directory.OfficeSiteInput
	for _, x := range s.sites(t, office) {
		sites = append(sites, directory.OfficeSiteInput{
			Name: x.Name, Street: x.Street, PostalCode: x.PostalCode, Place: x.Place, StepFree: x.StepFree, ByAppointmentOnly: x.ByAppointmentOnly,
			AccessibleToilet: x.AccessibleToilet, AccessibleParking: x.AccessibleParking, InductionLoop: x.InductionLoop,
			SignLanguage: x.SignLanguage, EasyRead: x.EasyRead, Languages: orNil(x.Languages()), Formats: orNil(x.Formats()), Point: x.Point(),
		})
	}
	return sites
}

func (s setup) asChannels(t *testing.T, office uuid.UUID) []directory.ContactChannelInput {
	t.Helper()
	var channels []directory.ContactChannelInput
	for _, x := range s.channels(t, office) {
		channels = append(channels, directory.ContactChannelInput{
			Kind: x.Kind, Value: x.Value, Note: x.Note, UsableWithoutSpeaking: x.UsableWithoutSpeaking, FreeOfCharge: x.FreeOfCharge,
			UsableWithoutHearing: x.UsableWithoutHearing, SignLanguage: x.SignLanguage, Anonymous: x.Anonymous, Languages: orNil(x.Languages()),
		})
	}
	return channels
}

// orNil is an empty list as it looks in an input that leaves it out.
func orNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// wantStored compares what an office is in the database with what was given,
// spaces around texts aside.
func (s setup) wantStored(t *testing.T, what string, office *directory.OmbudsOffice, in directory.CreateOmbudsOfficeInput) {
	t.Helper()
	present := s.present(t, office.UUID)
	if diff := cmp.Diff(office, present); diff != "" {
		t.Errorf("%s: answered and stored differ:\n%s", what, diff)
	}
	if want := strings.TrimSpace(in.Name); present.Name != want {
		t.Errorf("%s: the name is %q, want %q", what, present.Name, want)
	}
	trim := cmp.Transformer("trim", strings.TrimSpace)
	// TestHoursAreKeptAndReplaced looks at the hours.
	hours := cmpopts.IgnoreFields(directory.OfficeSiteInput{}, "OpeningHours")
	if diff := cmp.Diff(in.Sites, s.asSites(t, office.UUID), trim, hours); diff != "" {
		t.Errorf("%s: sites:\n%s", what, diff)
	}
	if diff := cmp.Diff(in.Channels, s.asChannels(t, office.UUID), trim); diff != "" {
		t.Errorf("%s: channels:\n%s", what, diff)
	}
}

// Every text, each wrong in its way.
func wrongSites() []directory.OfficeSiteInput {
	twice := known(ident.OfficeSite, newID())
	return []directory.OfficeSiteInput{
		aSite("Beratungsraum"),
		{Name: "", Street: new(" "), PostalCode: "x", Place: "\n", StepFree: fact.No, ByAppointmentOnly: fact.No},
		{ID: known(ident.ContactChannel, newID()), Name: "a", PostalCode: "39576", Place: "b"},
		{ID: known(ident.Region, newID()), Name: "a", PostalCode: "39576", Place: "b"},
		{ID: twice, Name: "a", PostalCode: "39576", Place: "b"},
		{ID: twice, Name: "a", PostalCode: "39576", Place: "b"},
	}
}

func wrongChannels() []directory.ContactChannelInput {
	twice := known(ident.ContactChannel, newID())
	return []directory.ContactChannelInput{
		{ID: twice, Kind: directory.Phone, Value: "keine Nummer", Note: new("")},
		{ID: twice, Kind: directory.Email, Value: "keine Adresse"},
		{ID: known(ident.OfficeSite, newID()), Kind: directory.Website, Value: "kein Link"},
		aChannel(directory.Post, "Musterweg 1"),
	}
}

func wrongItems() []string {
	return []string{
		"input.sites[1].name", "input.sites[1].street", "input.sites[1].place", "input.sites[1].postalCode",
		"input.sites[2].id", "input.sites[3].id", "input.sites[5].id",
		"input.channels[0].value", "input.channels[0].note",
		"input.channels[1].id", "input.channels[1].value",
		"input.channels[2].id", "input.channels[2].value",
	}
}

func TestNewOfficeTellsOfEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	in := directory.CreateOmbudsOfficeInput{
		IdempotencyKey: new(strings.Repeat("k", 101)), Name: strings.Repeat("x", 201), Status: directory.Open,
		RegionID: id(ident.Organisation), CarrierID: id(ident.Region), Sites: wrongSites(), Channels: wrongChannels(),
	}
	want := bad(append([]string{"input.idempotencyKey", "input.name", "input.regionId", "input.carrierId"}, wrongItems()...)...)
	s.unchanged(t, "everything wrong", func() {
		if diff := cmp.Diff(want, toldByOffice(s.CreateOmbudsOffice(as(t.Context(), "anna"), in))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestChangedOfficeTellsOfEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	office := s.office(t, s.valid(t, "Ombudsstelle Stendal", s.organisation(t, "Träger")))
	wrong := directory.UpdateOmbudsOfficeInput{
		ID: office.ID(), ExpectedVersion: 7, Name: set(""), Status: null[directory.OmbudsOfficeStatus](),
		RegionID: set(id(ident.OfficeSite)), CarrierID: set(id(ident.OmbudsOffice)), Sites: set(wrongSites()), Channels: set(wrongChannels()),
	}
	nulls := directory.UpdateOmbudsOfficeInput{
		ID: office.ID(), ExpectedVersion: 1, Name: null[string](), Status: null[directory.OmbudsOfficeStatus](),
		RegionID: null[ident.ID](), CarrierID: null[ident.ID](),
		Sites: null[[]directory.OfficeSiteInput](), Channels: null[[]directory.ContactChannelInput](),
	}
	top := []string{"input.name", "input.status", "input.regionId", "input.carrierId"}
	for what, c := range map[string]struct {
		in     directory.UpdateOmbudsOfficeInput
		fields []string
	}{
		"everything wrong": {wrong, append(top[:4:4], wrongItems()...)},
		"everything null":  {nulls, append(top[:4:4], "input.sites", "input.channels")},
	} {
		s.unchanged(t, what, func() {
			if diff := cmp.Diff(bad(c.fields...), toldByUpdate(s.UpdateOmbudsOffice(as(t.Context(), "anna"), c.in))); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		})
	}
}

func TestOrganisationAcceptsAndRefuses(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for what, c := range map[string]struct {
		in   directory.CreateOrganisationInput
		told string
	}{
		"a name of one character":      {directory.CreateOrganisationInput{Name: "ö"}, ""},
		"a name of 200 characters":     {directory.CreateOrganisationInput{Name: long(200)}, ""},
		"a name between spaces":        {directory.CreateOrganisationInput{Name: "  Träger \n"}, ""},
		"a name of 201 characters":     {directory.CreateOrganisationInput{Name: long(201)}, bad("input.name")},
		"no name":                      {directory.CreateOrganisationInput{}, bad("input.name")},
		"a name that turns around":     {directory.CreateOrganisationInput{Name: "a\u202eb"}, bad("input.name")},
		"a name of two lines":          {directory.CreateOrganisationInput{Name: "a\u2028b"}, bad("input.name")},
		"a key of 100 characters":      {directory.CreateOrganisationInput{Name: "a", IdempotencyKey: new(long(100))}, ""},
		"a key of 101 characters":      {directory.CreateOrganisationInput{Name: "b", IdempotencyKey: new(long(101))}, bad("input.idempotencyKey")},
		"an empty key":                 {directory.CreateOrganisationInput{Name: "b", IdempotencyKey: new("")}, bad("input.idempotencyKey")},
		"an empty key and an no name":  {directory.CreateOrganisationInput{IdempotencyKey: new("")}, bad("input.idempotencyKey", "input.name")},
		"a key that cannot be stored":  {directory.CreateOrganisationInput{Name: "b", IdempotencyKey: new("a\x00")}, "BAD_USER_INPUT"},
		"a key with a name that fits":  {directory.CreateOrganisationInput{Name: "c", IdempotencyKey: new(" ")}, ""},
		"a name with quotes and signs": {directory.CreateOrganisationInput{Name: `O'Neill "&" <b>%_\`}, ""},
	} {
		c.in.Kind = directory.ResearchInstitute
		if c.told != "" {
			s.unchanged(t, what, func() {
				if got := toldByOrganisation(s.CreateOrganisation(as(t.Context(), "anna"), c.in)); got != c.told {
					t.Errorf("%s: told %q, want %q", what, got, c.told)
				}
			})
			continue
		}
		payload, err := s.CreateOrganisation(as(t.Context(), "anna"), c.in)
		if got := toldByOrganisation(payload, err); got != "" {
			t.Errorf("%s: refused: %s", what, got)
			continue
		}
		stored, err := s.OrganisationsByID(t.Context(), []uuid.UUID{payload.Organisation.UUID})
		if err != nil || cmp.Diff(payload.Organisation, stored[0]) != "" || stored[0].Name != strings.TrimSpace(c.in.Name) || stored[0].Version != 1 {
			t.Errorf("%s: stored %+v, %v", what, stored[0], err)
		}
	}
}
