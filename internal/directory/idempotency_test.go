package directory_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/idempotency"
)

// keyed is a whole input under a key, made anew for each call as requests do.
func (s setup) keyed(t tb, key, name string, carrier *directory.Organisation) directory.CreateOmbudsOfficeInput {
	t.Helper()
	in := s.valid(t, name, carrier)
	in.IdempotencyKey = &key
	many(2, 2)(&in)
	return in
}

func TestReplayedCreationGivesTheSameObject(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	office := s.office(t, s.keyed(t, "k", "Ombudsstelle Stendal", carrier))
	s.unchanged(t, "replays", func() {
		for what, edit := range map[string]change{
			"the same": func(*directory.CreateOmbudsOfficeInput) {},
			"with spaces added": func(in *directory.CreateOmbudsOfficeInput) {
				in.Name, in.Sites[0].Place = "  Ombudsstelle Stendal ", "Stendal\n"
			},
		} {
			again := s.keyed(t, "k", "Ombudsstelle Stendal", carrier)
			edit(&again)
			if diff := cmp.Diff(office, s.office(t, again)); diff != "" {
				t.Errorf("%s:\n%s", what, diff)
			}
		}
	})
	if s.rows(t, "ombuds_office") != 1 || s.rows(t, "office_site") != 2 || s.rows(t, "contact_channel") != 2 {
		t.Error("the replay made a second row")
	}
	// A replay tells how the object is now.
	changed := s.update(t, directory.UpdateOmbudsOfficeInput{ID: office.ID(), ExpectedVersion: 1, Name: set("Neuer Name")})
	if diff := cmp.Diff(changed, s.office(t, s.keyed(t, "k", "Ombudsstelle Stendal", carrier))); diff != "" {
		t.Errorf("after a change:\n%s", diff)
	}

	in := directory.CreateOrganisationInput{IdempotencyKey: new("o"), Name: "Verein", Kind: directory.UmbrellaBody}
	var organisations [2]*directory.Organisation
	for i := range organisations {
		payload, err := s.CreateOrganisation(as(t.Context(), "anna"), in)
		if got := toldByOrganisation(payload, err); got != "" {
			t.Fatalf("organisation: told %q", got)
		}
		organisations[i] = payload.Organisation
	}
	if diff := cmp.Diff(organisations[0], organisations[1]); diff != "" || s.rows(t, "organisation") != 2 {
		t.Errorf("organisation:\n%s", diff)
	}
}

func TestKeyIsGoodForOneInputAndOneOperation(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier, other := s.organisation(t, "Träger"), s.organisation(t, "Anderer Träger")
	office := s.office(t, s.keyed(t, "k", "Ombudsstelle Stendal", carrier))
	for what, edit := range map[string]change{
		"another name":    name("Ombudsstelle Halle"),
		"another status":  func(in *directory.CreateOmbudsOfficeInput) { in.Status = directory.Open },
		"another region":  func(in *directory.CreateOmbudsOfficeInput) { in.RegionID = s.region(t, "15").ID() },
		"another carrier": func(in *directory.CreateOmbudsOfficeInput) { in.CarrierID = other.ID() },
		"a site less":     func(in *directory.CreateOmbudsOfficeInput) { in.Sites = in.Sites[:1] },
		"a street more":   func(in *directory.CreateOmbudsOfficeInput) { in.Sites[0].Street = new("Musterweg 1") },
		"channels turned": func(in *directory.CreateOmbudsOfficeInput) {
			in.Channels[0], in.Channels[1] = in.Channels[1], in.Channels[0]
		},
		"a note more":      func(in *directory.CreateOmbudsOfficeInput) { in.Channels[1].Note = new("Dienstag") },
		"another answer":   func(in *directory.CreateOmbudsOfficeInput) { in.Channels[1].FreeOfCharge = "YES" },
		"a region missing": func(in *directory.CreateOmbudsOfficeInput) { in.RegionID.UUID = newID() },
	} {
		in := s.keyed(t, "k", "Ombudsstelle Stendal", carrier)
		edit(&in)
		s.unchanged(t, what, func() {
			if got := toldByOffice(s.CreateOmbudsOffice(as(t.Context(), "anna"), in)); got != "IDEMPOTENCY_KEY_REUSED input.idempotencyKey" {
				t.Errorf("%s: told %q", what, got)
			}
		})
	}
	organisation := directory.CreateOrganisationInput{IdempotencyKey: new("k"), Name: "Verein", Kind: directory.FreeCarrier}
	s.unchanged(t, "another operation", func() {
		if got := toldByOrganisation(s.CreateOrganisation(as(t.Context(), "anna"), organisation)); got != "IDEMPOTENCY_KEY_REUSED input.idempotencyKey" {
			t.Errorf("another operation: told %q", got)
		}
	})
	if diff := cmp.Diff(office, s.office(t, s.keyed(t, "k", "Ombudsstelle Stendal", carrier))); diff != "" {
		t.Errorf("the first input again:\n%s", diff)
	}
}

func TestAnotherActorsSameKeyIsIndependent(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	s.office(t, s.keyed(t, "k", "Ombudsstelle Stendal", carrier))
	taken, err := s.CreateOmbudsOffice(as(t.Context(), "ben"), s.keyed(t, "k", "Ombudsstelle Stendal", carrier))
	if got := toldByOffice(taken, err); got != "CONFLICT input.name" {
		t.Errorf("the same office by another actor: told %q", got)
	}
	other, err := s.CreateOmbudsOffice(as(t.Context(), "ben"), s.keyed(t, "k", "Ombudsstelle Halle", carrier))
	if got := toldByOffice(other, err); got != "" {
		t.Errorf("another office by another actor: told %q", got)
	}
	if n := s.rows(t, "ombuds_office"); n != 2 {
		t.Errorf("%d offices, want 2", n)
	}
}

func TestConcurrentIdenticalCreationsMakeOneOffice(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	const n = 100
	ids, tolds := make([]uuid.UUID, n), make([]string, n)
	var wg sync.WaitGroup
	for i := range n {
		in := s.keyed(t, "k", "Ombudsstelle Stendal", carrier)
		wg.Go(func() {
			payload, err := s.CreateOmbudsOffice(as(t.Context(), "anna"), in)
			if tolds[i] = toldByOffice(payload, err); tolds[i] == "" {
				ids[i] = payload.OmbudsOffice.UUID
			}
		})
	}
	wg.Wait()
	for i := range n {
		if tolds[i] != "" || ids[i] != ids[0] {
			t.Errorf("creation %d: %s, told %q, want %s", i, ids[i], tolds[i], ids[0])
		}
	}
	if s.rows(t, "ombuds_office") != 1 || s.rows(t, "office_site") != 2 || s.rows(t, "contact_channel") != 2 || s.rows(t, "idempotency_key") != 1 {
		t.Errorf("%d offices, %d sites, %d keys", s.rows(t, "ombuds_office"), s.rows(t, "office_site"), s.rows(t, "idempotency_key"))
	}
	s.present(t, ids[0])
}

func TestKeyOlderThanADayIsFreshAgain(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	first := s.office(t, s.keyed(t, "k", "Ombudsstelle Stendal", carrier))
	start := s.clock.now()
	s.clock.set(start.Add(idempotency.Retention))
	if again := s.office(t, s.keyed(t, "k", "Ombudsstelle Stendal", carrier)); again.UUID != first.UUID {
		t.Error("a day later it was another office")
	}
	s.clock.set(start.Add(idempotency.Retention + time.Microsecond))
	if fresh := s.office(t, s.keyed(t, "k", "Ombudsstelle Halle", carrier)); fresh.UUID == first.UUID {
		t.Error("the key was not fresh after a day")
	}
	payload, err := s.CreateOmbudsOffice(as(t.Context(), "anna"), s.keyed(t, "k", "Ombudsstelle Stendal", carrier))
	if got := toldByOffice(payload, err); got != "IDEMPOTENCY_KEY_REUSED input.idempotencyKey" {
		t.Errorf("the old input: told %q", got)
	}
	if n := s.rows(t, "idempotency_key"); n != 1 {
		t.Errorf("%d keys, want 1", n)
	}
	s.clock.set(start.Add(3 * idempotency.Retention))
	if err := idempotency.Sweep(t.Context(), s.db, s.clock.now()); err != nil || s.rows(t, "idempotency_key") != 0 {
		t.Errorf("%d keys after a sweep, %v", s.rows(t, "idempotency_key"), err)
	}
}

// Who fails under a key may correct the input and use the key again.
func TestRefusedCreationLeavesNoKeyBehind(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	s.office(t, s.valid(t, "Ombudsstelle Stendal", carrier))
	for what, edit := range map[string]change{
		"a taken name":      name("Ombudsstelle Stendal"),
		"a missing region":  func(in *directory.CreateOmbudsOfficeInput) { in.RegionID.UUID = newID() },
		"a missing carrier": func(in *directory.CreateOmbudsOfficeInput) { in.CarrierID.UUID = newID() },
		"invalid input":     name(""),
	} {
		in := s.keyed(t, "k", "Ombudsstelle Halle", carrier)
		edit(&in)
		s.unchanged(t, what, func() {
			if got := toldByOffice(s.CreateOmbudsOffice(as(t.Context(), "anna"), in)); got == "" {
				t.Errorf("%s: not refused", what)
			}
		})
	}
	s.office(t, s.keyed(t, "k", "Ombudsstelle Halle", carrier))
}
