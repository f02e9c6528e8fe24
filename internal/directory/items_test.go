package directory_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/ident"
)

func TestListsAreReplaced(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	foreign := s.office(t, func() directory.CreateOmbudsOfficeInput {
		in := s.valid(t, "Fremde Ombudsstelle", carrier)
		in.Sites = []directory.OfficeSiteInput{aSite("Fremder Raum")}
		in.Channels = []directory.ContactChannelInput{aChannel(directory.Post, "Fremder Weg 1")}
		return in
	}())
	in := s.valid(t, "Ombudsstelle Stendal", carrier)
	in.Sites = []directory.OfficeSiteInput{aSite("a"), aSite("b"), aSite("c")}
	in.Channels = []directory.ContactChannelInput{aChannel(directory.Post, "a"), aChannel(directory.Post, "b"), aChannel(directory.Post, "c")}
	office := s.office(t, in)
	foreignSite, foreignChannel := s.sites(t, foreign.UUID)[0], s.channels(t, foreign.UUID)[0]
	sites, channels := s.sites(t, office.UUID), s.channels(t, office.UUID)

	site := func(key uuid.UUID) directory.OfficeSiteInput {
		x := aSite("x")
		x.ID = known(ident.OfficeSite, key)
		return x
	}
	channel := func(key uuid.UUID) directory.ContactChannelInput {
		x := aChannel(directory.Post, "x")
		x.ID = known(ident.ContactChannel, key)
		return x
	}
	type siteList = []directory.OfficeSiteInput
	type channelList = []directory.ContactChannelInput
	for what, c := range map[string]struct {
		in   directory.UpdateOmbudsOfficeInput
		told string
	}{
		"another office's site":     {directory.UpdateOmbudsOfficeInput{Sites: set(siteList{site(sites[0].UUID), site(foreignSite.UUID)})}, "NOT_FOUND input.sites[1].id"},
		"another office's channel":  {directory.UpdateOmbudsOfficeInput{Channels: set(channelList{aChannel(directory.Post, "y"), channel(foreignChannel.UUID)})}, "NOT_FOUND input.channels[1].id"},
		"a site that is nowhere":    {directory.UpdateOmbudsOfficeInput{Sites: set(siteList{site(newID())})}, "NOT_FOUND input.sites[0].id"},
		"a channel that is nowhere": {directory.UpdateOmbudsOfficeInput{Channels: set(channelList{channel(newID())})}, "NOT_FOUND input.channels[0].id"},
		"a site twice":              {directory.UpdateOmbudsOfficeInput{Sites: set(siteList{site(sites[0].UUID), site(sites[1].UUID), site(sites[0].UUID)})}, bad("input.sites[2].id")},
		"a channel twice":           {directory.UpdateOmbudsOfficeInput{Channels: set(channelList{channel(channels[0].UUID), channel(channels[0].UUID)})}, bad("input.channels[1].id")},
		"a channel's id for a site": {directory.UpdateOmbudsOfficeInput{Sites: set(siteList{func() directory.OfficeSiteInput {
			x := aSite("x")
			x.ID = known(ident.ContactChannel, channels[0].UUID)
			return x
		}()})}, bad("input.sites[0].id")},
		"a good list before a bad one":  {directory.UpdateOmbudsOfficeInput{Sites: set(siteList{}), Channels: set(channelList{channel(foreignChannel.UUID)})}, "NOT_FOUND input.channels[0].id"},
		"a site's UUID under a channel": {directory.UpdateOmbudsOfficeInput{Channels: set(channelList{channel(sites[0].UUID)})}, "NOT_FOUND input.channels[0].id"},
	} {
		c.in.ID, c.in.ExpectedVersion = office.ID(), 1
		s.unchanged(t, what, func() {
			if got := toldByUpdate(s.UpdateOmbudsOffice(as(t.Context(), "anna"), c.in)); got != c.told {
				t.Errorf("%s: told %q, want %q", what, got, c.told)
			}
		})
	}
	newOne := s.valid(t, "Neue Ombudsstelle", carrier)
	newOne.Sites, newOne.Channels = siteList{aSite("a"), site(foreignSite.UUID)}, channelList{channel(newID())}
	s.unchanged(t, "ids in a new office", func() {
		if got := toldByOffice(s.CreateOmbudsOffice(as(t.Context(), "anna"), newOne)); got != "NOT_FOUND input.sites[1].id" {
			t.Errorf("ids in a new office: told %q", got)
		}
	})
}

// item is a site or a channel in the model: what it is called and its id.
type item struct {
	name string
	id   uuid.UUID
}

// Random lists of kept and new items replace one another; the office has what
// the model has, and the neighbour keeps its own.
func TestListsAreWhatWasWrittenLast(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	neighbourIn := s.valid(t, "Nachbarin", carrier)
	many(3, 3)(&neighbourIn)
	neighbour := s.office(t, neighbourIn)
	before := [2]any{s.sites(t, neighbour.UUID), s.channels(t, neighbour.UUID)}
	rapid.Check(t, func(t *rapid.T) {
		office := s.office(t, s.valid(t, newID().String(), carrier))
		for range rapid.IntRange(1, 5).Draw(t, "updates") {
			s.replaceLists(t, office)
		}
		if diff := cmp.Diff(before, [2]any{s.sites(t, neighbour.UUID), s.channels(t, neighbour.UUID)}); diff != "" {
			t.Fatalf("the neighbour's lists:\n%s", diff)
		}
	})
}

// replaceLists replaces lists of office by random ones.
func (s setup) replaceLists(t *rapid.T, office *directory.OmbudsOffice) {
	present := s.present(t, office.UUID)
	var siteItems, channelItems []item
	for _, x := range s.sites(t, office.UUID) {
		siteItems = append(siteItems, item{x.Name, x.UUID})
	}
	for _, x := range s.channels(t, office.UUID) {
		channelItems = append(channelItems, item{x.Value, x.UUID})
	}
	in := directory.UpdateOmbudsOfficeInput{ID: office.ID(), ExpectedVersion: present.Version}
	if rapid.Bool().Draw(t, "sites given") {
		siteItems = drawItems(t, siteItems, "sites")
		list := []directory.OfficeSiteInput{}
		for _, x := range siteItems {
			site := aSite(x.name)
			if x.id != uuid.Nil {
				site.ID = known(ident.OfficeSite, x.id)
			}
			list = append(list, site)
		}
		in.Sites = set(list)
	}
	if rapid.Bool().Draw(t, "channels given") {
		channelItems = drawItems(t, channelItems, "channels")
		list := []directory.ContactChannelInput{}
		for _, x := range channelItems {
			channel := aChannel(directory.Messenger, x.name)
			if x.id != uuid.Nil {
				channel.ID = known(ident.ContactChannel, x.id)
			}
			list = append(list, channel)
		}
		in.Channels = set(list)
	}
	s.update(t, in)
	gotSites, gotChannels := s.sites(t, office.UUID), s.channels(t, office.UUID)
	if len(gotSites) != len(siteItems) || len(gotChannels) != len(channelItems) {
		t.Fatalf("%d sites and %d channels, want %d and %d", len(gotSites), len(gotChannels), len(siteItems), len(channelItems))
	}
	for i, x := range gotSites {
		if want := siteItems[i]; x.Position != i || x.Name != want.name || want.id != uuid.Nil && x.UUID != want.id || x.OfficeID != office.UUID {
			t.Fatalf("site %d is %+v, want %v", i, x, want)
		}
	}
	for i, x := range gotChannels {
		if want := channelItems[i]; x.Position != i || x.Value != want.name || want.id != uuid.Nil && x.UUID != want.id || x.OfficeID != office.UUID {
			t.Fatalf("channel %d is %+v, want %v", i, x, want)
		}
	}
}

// drawItems keeps some of present in any order, some of them renamed, and mixes
// new ones in.
func drawItems(t *rapid.T, present []item, what string) []item {
	items := []item{}
	for i, x := range rapid.Permutation(present).Draw(t, what) {
		if rapid.Bool().Draw(t, fmt.Sprint(what, " keeps ", i)) {
			if rapid.Bool().Draw(t, fmt.Sprint(what, " renames ", i)) {
				x.name = fmt.Sprint("umbenannt ", i)
			}
			items = append(items, x)
		}
	}
	for i := range rapid.IntRange(0, 20-len(items)).Draw(t, what+" new") {
		at := rapid.IntRange(0, len(items)).Draw(t, fmt.Sprint(what, " new at ", i))
		items = slices.Insert(items, at, item{name: fmt.Sprint("neu ", i)})
	}
	return items
}
