package directory_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/postgres"
)

func TestStrangersChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	office := s.office(t, s.valid(t, "Ombudsstelle Stendal", carrier))
	keyed := s.valid(t, "Ombudsstelle Halle", carrier)
	keyed.IdempotencyKey = new("k")
	for who, ctx := range map[string]context.Context{"nobody": t.Context(), "an anonymous viewer": as(t.Context(), "")} {
		s.unchanged(t, who, func() {
			counted, counter := postgres.WithCounter(ctx)
			for verb, told := range map[string]string{
				"create an organisation": toldByOrganisation(s.CreateOrganisation(counted, directory.CreateOrganisationInput{Name: "x", Kind: directory.Ministry})),
				"create an office":       toldByOffice(s.CreateOmbudsOffice(counted, keyed)),
				"update an office": toldByUpdate(s.UpdateOmbudsOffice(counted, directory.UpdateOmbudsOfficeInput{
					ID: office.ID(), ExpectedVersion: 1, Name: set("x"),
				})),
				// Who may not write learns nothing of what is there.
				"update a missing office": toldByUpdate(s.UpdateOmbudsOffice(counted, directory.UpdateOmbudsOfficeInput{ID: id(ident.OmbudsOffice)})),
				"create an invalid one":   toldByOffice(s.CreateOmbudsOffice(counted, directory.CreateOmbudsOfficeInput{})),
			} {
				if told != "UNAUTHENTICATED" {
					t.Errorf("%s, %s: told %q", who, verb, told)
				}
			}
			if n := counter.Statements(); n != 0 {
				t.Errorf("%s: %d statements were sent", who, n)
			}
		})
	}
}

func TestTakenNamesAreOutcomes(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	one, other := s.organisation(t, "Träger"), s.organisation(t, "Anderer Träger")
	s.office(t, s.valid(t, "Ombudsstelle Stendal", one))
	second := s.office(t, s.valid(t, "Ombudsstelle Magdeburg", one))
	elsewhere := s.office(t, s.valid(t, "Ombudsstelle Stendal", other))
	ctx := as(t.Context(), "anna")

	s.unchanged(t, "refusals", func() {
		organisation, err := s.CreateOrganisation(ctx, directory.CreateOrganisationInput{Name: " Träger ", Kind: directory.Ministry, IdempotencyKey: new("o")})
		if got := toldByOrganisation(organisation, err); got != "CONFLICT input.name" || organisation.Organisation != nil {
			t.Errorf("a second organisation: told %q, got %v", got, organisation.Organisation)
		}
		again := s.valid(t, "Ombudsstelle Stendal", one)
		again.IdempotencyKey, again.Sites = new("k"), []directory.OfficeSiteInput{aSite("Raum")}
		office, err := s.CreateOmbudsOffice(ctx, again)
		if got := toldByOffice(office, err); got != "CONFLICT input.name" || office.OmbudsOffice != nil {
			t.Errorf("a second office: told %q, got %v", got, office.OmbudsOffice)
		}
		for what, in := range map[string]directory.UpdateOmbudsOfficeInput{
			"another's name":    {ID: second.ID(), ExpectedVersion: 1, Name: set("Ombudsstelle Stendal"), Sites: set([]directory.OfficeSiteInput{aSite("Raum")})},
			"another's carrier": {ID: elsewhere.ID(), ExpectedVersion: 1, CarrierID: set(one.ID())},
		} {
			payload, err := s.UpdateOmbudsOffice(ctx, in)
			if got := toldByUpdate(payload, err); got != "CONFLICT input.name" {
				t.Errorf("%s: told %q", what, got)
			} else if diff := cmp.Diff(s.present(t, in.ID.UUID), payload.OmbudsOffice); diff != "" {
				t.Errorf("%s: not the office as it is:\n%s", what, diff)
			}
		}
	})
	// After a refusal the same key is free for a name that is not taken.
	free := s.valid(t, "Ombudsstelle Halle", one)
	free.IdempotencyKey = new("k")
	s.office(t, free)
}

func TestMissingThingsAreNotFound(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	present := s.valid(t, "Ombudsstelle Stendal", carrier)
	present.Sites = []directory.OfficeSiteInput{aSite("Raum")}
	office := s.office(t, present)
	creation := func(edit change) func(ctx context.Context) string {
		in := s.valid(t, "Ombudsstelle Halle", carrier)
		in.IdempotencyKey = new("k")
		edit(&in)
		return func(ctx context.Context) string { return toldByOffice(s.CreateOmbudsOffice(ctx, in)) }
	}
	update := func(in directory.UpdateOmbudsOfficeInput) func(ctx context.Context) string {
		if in.ID == (ident.ID{}) {
			in.ID, in.ExpectedVersion = office.ID(), 1
		}
		return func(ctx context.Context) string { return toldByUpdate(s.UpdateOmbudsOffice(ctx, in)) }
	}
	for what, c := range map[string]struct {
		do   func(ctx context.Context) string
		told string
	}{
		"new, without its region":        {creation(func(in *directory.CreateOmbudsOfficeInput) { in.RegionID = id(ident.Region) }), "NOT_FOUND input.regionId"},
		"new, without its carrier":       {creation(func(in *directory.CreateOmbudsOfficeInput) { in.CarrierID = id(ident.Organisation) }), "NOT_FOUND input.carrierId"},
		"new, with an office as carrier": {creation(func(in *directory.CreateOmbudsOfficeInput) { in.CarrierID = office.ID() }), bad("input.carrierId")},
		"changed, without its region":    {update(directory.UpdateOmbudsOfficeInput{RegionID: set(id(ident.Region))}), "NOT_FOUND input.regionId"},
		"changed, without its carrier":   {update(directory.UpdateOmbudsOfficeInput{CarrierID: set(id(ident.Organisation))}), "NOT_FOUND input.carrierId"},
		"a missing office":               {update(directory.UpdateOmbudsOfficeInput{ID: id(ident.OmbudsOffice), ExpectedVersion: 1}), "NOT_FOUND input.id"},
		"a missing office, all wrong":    {update(directory.UpdateOmbudsOfficeInput{ID: id(ident.OmbudsOffice), ExpectedVersion: 1, Name: set("")}), bad("input.name")},
		"a version before the first":     {update(directory.UpdateOmbudsOfficeInput{ID: office.ID()}), bad("input.expectedVersion")},
		"an id of another kind":          {update(directory.UpdateOmbudsOfficeInput{ID: carrier.ID(), ExpectedVersion: 1}), bad("input.id")},
	} {
		s.unchanged(t, what, func() {
			if got := c.do(as(t.Context(), "anna")); got != c.told {
				t.Errorf("%s: told %q, want %q", what, got, c.told)
			}
		})
	}
}

func TestReadersGetWhatIsThere(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	in := s.valid(t, "Ombudsstelle Stendal", carrier)
	in.Sites = []directory.OfficeSiteInput{aSite("Erster Raum"), aSite("Zweiter Raum")}
	in.Channels = []directory.ContactChannelInput{aChannel(directory.Post, "Musterweg 1")}
	full, bare := s.office(t, in), s.office(t, s.valid(t, "Ombudsstelle Halle", carrier))
	ctx, unknown := t.Context(), newID()

	if got, err := s.Office(ctx, full.ID(), directory.Along{}); err != nil || cmp.Diff(full, got) != "" {
		t.Errorf("the office: %v, %v", got, err)
	}
	if got, err := s.Office(ctx, id(ident.OmbudsOffice), directory.Along{}); err != nil || got != nil {
		t.Errorf("a missing office: %v, %v", got, err)
	}
	if _, err := s.Office(ctx, carrier.ID(), directory.Along{}); told(nil, err) != bad("id") {
		t.Errorf("an organisation for an office: %v", err)
	}
	site, channel := s.sites(t, full.UUID)[1], s.channels(t, full.UUID)[0]
	for what, ask := range map[string]func(ctx context.Context, ids []uuid.UUID) ([]bool, error){
		"offices":       asked(s.OfficesByID, full.UUID, func(o *directory.OmbudsOffice) ident.ID { return o.ID() }),
		"organisations": asked(s.OrganisationsByID, carrier.UUID, func(o *directory.Organisation) ident.ID { return o.ID() }),
		"sites":         asked(s.SitesByID, site.UUID, func(x *directory.OfficeSite) ident.ID { return x.ID() }),
		"channels":      asked(s.ChannelsByID, channel.UUID, func(x *directory.ContactChannel) ident.ID { return x.ID() }),
	} {
		counted, counter := postgres.WithCounter(ctx)
		found, err := ask(counted, []uuid.UUID{full.UUID, unknown, carrier.UUID, site.UUID, channel.UUID, full.UUID, site.UUID, channel.UUID, carrier.UUID})
		if err != nil || counter.Statements() != 1 {
			t.Errorf("%s: %v, %d statements", what, err, counter.Statements())
		}
		n := 0
		for _, f := range found {
			if f {
				n++
			}
		}
		if len(found) != 9 || n != 2 {
			t.Errorf("%s: %d of %d are there, want 2 of 9", what, n, len(found))
		}
		if none, err := ask(ctx, nil); err != nil || len(none) != 0 {
			t.Errorf("%s: none asked, got %v, %v", what, none, err)
		}
	}

	counted, counter := postgres.WithCounter(ctx)
	offices := []uuid.UUID{bare.UUID, full.UUID, unknown, full.UUID}
	sites, err := s.SitesOf(counted, offices, nil)
	if err != nil {
		t.Fatal(err)
	}
	channels, err := s.ChannelsOf(counted, offices, nil)
	if err != nil {
		t.Fatal(err)
	}
	if counter.Statements() != 2 {
		t.Errorf("%d statements for sites and channels, want 2", counter.Statements())
	}
	for i, n := range []int{0, 2, 0, 2} {
		if sites[i] == nil || len(sites[i]) != n || channels[i] == nil || len(channels[i]) != n/2 {
			t.Errorf("office %d has sites %v and channels %v", i, sites[i], channels[i])
		}
	}
}

// asked tells for each id whether the answer at its place is the object with
// that id; there is none but that with the id only.
func asked[T any](byID func(ctx context.Context, ids []uuid.UUID) ([]*T, error), only uuid.UUID, idOf func(*T) ident.ID) func(ctx context.Context, ids []uuid.UUID) ([]bool, error) {
	return func(ctx context.Context, ids []uuid.UUID) ([]bool, error) {
		rows, err := byID(ctx, ids)
		found := make([]bool, len(rows))
		for i, row := range rows {
			found[i] = row != nil && ids[i] == only && idOf(row).UUID == only
			if (row != nil) != found[i] {
				return found, fmt.Errorf("the answer to id %d is another's", i)
			}
		}
		return found, err
	}
}

// Eisenach's district ended when 1 July 2021 began in Germany.
func TestDissolvedRegionIsRefusedFromItsLastDayOn(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	eisenach, err := postgres.Row[uuid.UUID](t.Context(), s.db, `SELECT id FROM region WHERE key = '16056'`)
	if err != nil {
		t.Fatal(err)
	}
	before, after := time.Date(2021, time.June, 30, 21, 59, 59, 0, time.UTC), time.Date(2021, time.June, 30, 22, 0, 0, 0, time.UTC)
	in := s.valid(t, "Ombudsstelle Eisenach", carrier)
	in.RegionID = ident.ID{Kind: ident.Region, UUID: eisenach}
	s.clock.set(before)
	early := s.office(t, in)
	s.clock.set(after)
	late := in
	late.Name, late.IdempotencyKey = "Ombudsstelle Eisenach II", new("k")
	elsewhere := s.office(t, s.valid(t, "Ombudsstelle Stendal", carrier))
	s.unchanged(t, "a dissolved region", func() {
		payload, err := s.CreateOmbudsOffice(as(t.Context(), "anna"), late)
		if got := toldByOffice(payload, err); got != "CONFLICT input.regionId" || payload.OmbudsOffice != nil {
			t.Errorf("a new office: told %q, got %v", got, payload.OmbudsOffice)
		}
		moved, err := s.UpdateOmbudsOffice(as(t.Context(), "anna"), directory.UpdateOmbudsOfficeInput{
			ID: elsewhere.ID(), ExpectedVersion: 1, RegionID: set(in.RegionID),
		})
		if got := toldByUpdate(moved, err); got != "CONFLICT input.regionId" || cmp.Diff(elsewhere, moved.OmbudsOffice) != "" {
			t.Errorf("an office that moves there: told %q, got %v", got, moved.OmbudsOffice)
		}
	})
	// What was there stays, and goes on to be looked after.
	renamed := s.update(t, directory.UpdateOmbudsOfficeInput{
		ID: early.ID(), ExpectedVersion: 1, Name: set("Ehemalige Ombudsstelle Eisenach"), RegionID: set(in.RegionID),
	})
	if renamed.RegionID != eisenach || renamed.Version != 2 {
		t.Errorf("the old office is %+v", renamed)
	}
	successor := s.region(t, "16056")
	if moved := s.update(t, directory.UpdateOmbudsOfficeInput{ID: early.ID(), ExpectedVersion: 2, RegionID: set(successor.ID())}); moved.RegionID != successor.UUID {
		t.Errorf("the old office moved to %s", moved.RegionID)
	}
}

func TestUpdateChangesWhatIsGivenAlone(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier, other := s.organisation(t, "Träger"), s.organisation(t, "Anderer Träger")
	in := s.valid(t, "Ombudsstelle Stendal", carrier)
	in.Sites = []directory.OfficeSiteInput{aSite("Raum")}
	in.Channels = []directory.ContactChannelInput{aChannel(directory.Post, "Musterweg 1")}
	office := s.office(t, in)
	sites, channels := s.sites(t, office.UUID), s.channels(t, office.UUID)
	created := s.clock.now()
	want := *office
	for i, step := range []struct {
		in   directory.UpdateOmbudsOfficeInput
		edit func(o *directory.OmbudsOffice)
	}{
		{directory.UpdateOmbudsOfficeInput{Name: set(" Neuer Name ")}, func(o *directory.OmbudsOffice) { o.Name = "Neuer Name" }},
		{directory.UpdateOmbudsOfficeInput{Status: set(directory.Closed)}, func(o *directory.OmbudsOffice) { o.Status = directory.Closed }},
		{directory.UpdateOmbudsOfficeInput{CarrierID: set(other.ID())}, func(o *directory.OmbudsOffice) { o.CarrierID = other.UUID }},
		{directory.UpdateOmbudsOfficeInput{RegionID: set(s.region(t, "15").ID())}, func(o *directory.OmbudsOffice) { o.RegionID = s.region(t, "15").UUID }},
	} {
		now := created.Add(time.Duration(i+1)*time.Hour + 123456789*time.Nanosecond)
		s.clock.set(now)
		step.in.ID, step.in.ExpectedVersion = office.ID(), want.Version
		step.edit(&want)
		want.Version++
		want.UpdatedAt = now.Truncate(time.Microsecond)
		got := s.update(t, step.in)
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("step %d answered:\n%s", i, diff)
		}
		if diff := cmp.Diff(&want, s.present(t, office.UUID)); diff != "" {
			t.Errorf("step %d stored:\n%s", i, diff)
		}
		if cmp.Diff(sites, s.sites(t, office.UUID)) != "" || cmp.Diff(channels, s.channels(t, office.UUID)) != "" {
			t.Errorf("step %d changed sites or channels", i)
		}
	}
	same := s.update(t, directory.UpdateOmbudsOfficeInput{ID: office.ID(), ExpectedVersion: want.Version, Name: set(want.Name), Status: set(want.Status)})
	if diff := cmp.Diff(&want, same); diff != "" {
		t.Errorf("an update that changes nothing answered:\n%s", diff)
	}
	s.update(t, directory.UpdateOmbudsOfficeInput{ID: office.ID(), ExpectedVersion: want.Version, Sites: set([]directory.OfficeSiteInput{})})
	if len(s.sites(t, office.UUID)) != 0 || cmp.Diff(channels, s.channels(t, office.UUID)) != "" {
		t.Error("an empty list of sites must remove them, and the sites alone")
	}
}

func TestPassedVersionReturnsThePresentOffice(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	office := s.office(t, s.valid(t, "Ombudsstelle Stendal", s.organisation(t, "Träger")))
	s.update(t, directory.UpdateOmbudsOfficeInput{ID: office.ID(), ExpectedVersion: 1, Name: set("Zweiter Stand")})
	for _, version := range []int{1, 3, 1 << 40} {
		s.unchanged(t, "a wrong version", func() {
			payload, err := s.UpdateOmbudsOffice(as(t.Context(), "ben"), directory.UpdateOmbudsOfficeInput{
				ID: office.ID(), ExpectedVersion: version, Name: set("Dritter Stand"), Sites: set([]directory.OfficeSiteInput{aSite("Raum")}),
			})
			if got := toldByUpdate(payload, err); got != "VERSION_CONFLICT input.expectedVersion" {
				t.Errorf("version %d: told %q", version, got)
			} else if payload.OmbudsOffice.Name != "Zweiter Stand" || payload.OmbudsOffice.Version != 2 {
				t.Errorf("version %d: answered %+v", version, payload.OmbudsOffice)
			}
		})
	}
}

func TestOneOfManyConcurrentUpdatesWins(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	office := s.office(t, s.valid(t, "Ombudsstelle Stendal", s.organisation(t, "Träger")))
	const n = 100
	payloads, errs := make([]*directory.UpdateOmbudsOfficePayload, n), make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			payloads[i], errs[i] = s.UpdateOmbudsOffice(as(t.Context(), fmt.Sprint("viewer ", i)), directory.UpdateOmbudsOfficeInput{
				ID: office.ID(), ExpectedVersion: 1, Name: set(fmt.Sprint("Stand von ", i)),
				Channels: set([]directory.ContactChannelInput{aChannel(directory.Post, fmt.Sprint("Weg von ", i))}),
			})
		})
	}
	wg.Wait()
	winners := []int{}
	for i := range n {
		switch got := toldByUpdate(payloads[i], errs[i]); got {
		case "":
			winners = append(winners, i)
		case "VERSION_CONFLICT input.expectedVersion":
			if payloads[i].OmbudsOffice.Version != 2 {
				t.Errorf("update %d was told of version %d", i, payloads[i].OmbudsOffice.Version)
			}
		default:
			t.Errorf("update %d was told %q", i, got)
		}
	}
	if len(winners) != 1 {
		t.Fatalf("%d updates won, want 1", len(winners))
	}
	present := s.present(t, office.UUID)
	channels := s.channels(t, office.UUID)
	if present.Version != 2 || present.Name != fmt.Sprint("Stand von ", winners[0]) ||
		len(channels) != 1 || channels[0].Value != fmt.Sprint("Weg von ", winners[0]) {
		t.Errorf("the office is %+v, winner was %d", present, winners[0])
	}
}

// Each adds a channel of its own to those it has read, and tries again when
// somebody was faster.
func TestConcurrentReadersAndWritersLoseNothing(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	office := s.office(t, s.valid(t, "Ombudsstelle Stendal", s.organisation(t, "Träger")))
	const n = 20
	add := func(i int) error {
		for {
			offices, err := s.OfficesByID(t.Context(), []uuid.UUID{office.UUID})
			if err != nil {
				return err
			}
			lists, err := s.ChannelsOf(t.Context(), []uuid.UUID{office.UUID}, nil)
			if err != nil {
				return err
			}
			var wanted []directory.ContactChannelInput
			for _, c := range lists[0] {
				keep := aChannel(c.Kind, c.Value)
				keep.ID = known(ident.ContactChannel, c.UUID)
				wanted = append(wanted, keep)
			}
			payload, err := s.UpdateOmbudsOffice(as(t.Context(), "anna"), directory.UpdateOmbudsOfficeInput{
				ID: office.ID(), ExpectedVersion: offices[0].Version,
				Channels: set(append(wanted, aChannel(directory.Post, fmt.Sprint("Weg von ", i)))),
			})
			switch got := toldByUpdate(payload, err); got {
			case "":
				return nil
			case "VERSION_CONFLICT input.expectedVersion":
			default:
				return fmt.Errorf("%d: told %q", i, got)
			}
		}
	}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if err := add(i); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	values := map[string]bool{}
	for _, c := range s.channels(t, office.UUID) {
		values[c.Value] = true
	}
	if len(values) != n || s.present(t, office.UUID).Version != n+1 {
		t.Errorf("%d channels at version %d, want %d at %d", len(values), s.present(t, office.UUID).Version, n, n+1)
	}
}

func TestOneOfManyConcurrentCreationsGetsTheName(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	const n = 30
	tolds := make([]string, 2*n)
	var wg sync.WaitGroup
	for i := range n {
		in := s.valid(t, "Ombudsstelle Stendal", carrier)
		wg.Go(func() { tolds[i] = toldByOffice(s.CreateOmbudsOffice(as(t.Context(), "anna"), in)) })
		wg.Go(func() {
			tolds[n+i] = toldByOrganisation(s.CreateOrganisation(as(t.Context(), "anna"), directory.CreateOrganisationInput{Name: "Verein", Kind: directory.OtherOrganisation}))
		})
	}
	wg.Wait()
	for what, told := range map[string][]string{"office": tolds[:n], "organisation": tolds[n:]} {
		slices.Sort(told)
		if told[0] != "" || told[1] != "CONFLICT input.name" || told[n-1] != "CONFLICT input.name" {
			t.Errorf("%s: told %q", what, told)
		}
	}
	if s.rows(t, "ombuds_office") != 1 || s.rows(t, "organisation") != 2 {
		t.Errorf("%d offices, %d organisations", s.rows(t, "ombuds_office"), s.rows(t, "organisation"))
	}
}

func TestTheDatabaseHoldsTheRulesToo(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	in := s.valid(t, "Ombudsstelle Stendal", s.organisation(t, "Träger"))
	many(2, 2)(&in)
	s.office(t, in)
	for what, c := range map[string]struct{ sql, constraint string }{
		"an organisation without a name":  {`UPDATE organisation SET name = ''`, "organisation_name_check"},
		"an unknown kind of organisation": {`UPDATE organisation SET kind = 'CLUB'`, "organisation_kind_check"},
		"an organisation that goes":       {`DELETE FROM organisation`, "ombuds_office_carrier_fkey"},
		"a region that goes":              {`DELETE FROM region WHERE key = '15090'`, "ombuds_office_region_fkey"},
		"an office's name too long":       {`UPDATE ombuds_office SET name = repeat('ü', 201)`, "ombuds_office_name_check"},
		"an unknown status":               {`UPDATE ombuds_office SET status = 'GONE'`, "ombuds_office_status_check"},
		"a malformed postal code":         {`UPDATE office_site SET postal_code = '1234a'`, "office_site_postal_code_check"},
		"an unknown fact about steps":     {`UPDATE office_site SET step_free = 'MAYBE'`, "office_site_step_free_check"},
		"two sites at one position":       {`UPDATE office_site SET position = 0`, "office_site_position_key"},
		"a 21st site":                     {`UPDATE office_site SET position = 20 WHERE position = 1`, "office_site_position_check"},
		"an empty street":                 {`UPDATE office_site SET street = ''`, "office_site_street_check"},
		"an unknown kind of channel":      {`UPDATE contact_channel SET kind = 'FAX'`, "contact_channel_kind_check"},
		"two channels at one position":    {`UPDATE contact_channel SET position = 1`, "contact_channel_position_key"},
		"a channel without a value":       {`UPDATE contact_channel SET value = ''`, "contact_channel_value_check"},
		"an unknown fact about costs":     {`UPDATE contact_channel SET free_of_charge = 'no'`, "contact_channel_free_of_charge_check"},
	} {
		_, err := s.db.Exec(t.Context(), c.sql)
		if got := postgres.Constraint(err); got != c.constraint {
			t.Errorf("%s: %v, want constraint %s", what, err, c.constraint)
		}
	}
}

// Faults carry no input, not even the name that is taken.
func TestFaultsDoNotRepeatTheInput(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	ctx := auth.With(t.Context(), auth.Viewer{Subject: "anna"})
	canary := directory.CreateOrganisationInput{Name: "Kanarienvogel", Kind: directory.Ministry}
	if _, err := s.CreateOrganisation(ctx, canary); err != nil {
		t.Fatal(err)
	}
	payload, err := s.CreateOrganisation(ctx, canary)
	if err != nil || len(payload.UserErrors) != 1 {
		t.Fatalf("%v, %v", payload, err)
	}
	for e := error(payload.UserErrors[0]); e != nil; {
		if strings.Contains(e.Error(), "Kanarienvogel") {
			t.Errorf("the name is in %q", e.Error())
		}
		f, ok := e.(*fault.Error)
		if !ok {
			break
		}
		e = f.Unwrap()
	}
	in := s.valid(t, "Kanarienvogel", s.organisation(t, "Träger"))
	in.Sites = []directory.OfficeSiteInput{{Name: "Kanarienvogel\n2", PostalCode: "Kanarienvogel", Place: "Kanarienvogel", StepFree: fact.No, ByAppointmentOnly: fact.No}}
	if _, err := s.CreateOmbudsOffice(ctx, in); err == nil || strings.Contains(err.Error(), "Kanarienvogel") {
		t.Errorf("error is %v", err)
	}
}
