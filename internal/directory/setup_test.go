package directory_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/patch"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// clock is the time as a test sets it; noon on 1 March 2026 at first.
type clock struct{ at atomic.Pointer[time.Time] }

func newClock() *clock {
	c := new(clock)
	c.set(time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC))
	return c
}

func (c *clock) set(t time.Time) { c.at.Store(&t) }

func (c *clock) now() time.Time { return *c.at.Load() }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

type setup struct {
	*directory.Service
	regions *region.Service
	db      *postgres.DB
	codec   page.Codec
	clock   *clock
}

func newSetup(t *testing.T) setup {
	t.Helper()
	db := pgtest.New(t)
	codec, err := page.LoadCodec(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := newClock()
	regions := region.NewService(db, codec, c.now, berlin)
	return setup{
		Service: directory.NewService(db, regions, codec, c.now, newID), regions: regions, db: db, codec: codec, clock: c,
	}
}

// tb is a test, or one round of a property.
type tb interface {
	rapid.TB
	Context() context.Context
}

// as is a context in which subject asks.
func as(ctx context.Context, subject string) context.Context {
	return auth.With(ctx, auth.Viewer{Subject: subject})
}

// region returns the region that has key today.
func (s setup) region(t tb, key string) *region.Region {
	t.Helper()
	r, err := s.regions.ByKey(t.Context(), key, nil)
	if err != nil || r == nil {
		t.Fatalf("region %s: %v, %v", key, r, err)
	}
	return r
}

func (s setup) organisation(t tb, name string) *directory.Organisation {
	t.Helper()
	payload, err := s.CreateOrganisation(as(t.Context(), "anna"), directory.CreateOrganisationInput{Name: name, Kind: directory.FreeCarrier})
	if err != nil || len(payload.UserErrors) > 0 {
		t.Fatalf("organisation %s: %v, %v", name, payload, err)
	}
	return payload.Organisation
}

// valid is the input for an office in Stendal.
func (s setup) valid(t tb, name string, carrier *directory.Organisation) directory.CreateOmbudsOfficeInput {
	t.Helper()
	return directory.CreateOmbudsOfficeInput{
		Name: name, Status: directory.Pilot, RegionID: s.region(t, "15090").ID(), CarrierID: carrier.ID(),
	}
}

func (s setup) office(t tb, in directory.CreateOmbudsOfficeInput) *directory.OmbudsOffice {
	t.Helper()
	payload, err := s.CreateOmbudsOffice(as(t.Context(), "anna"), in)
	if err != nil || len(payload.UserErrors) > 0 {
		t.Fatalf("office %s: %+v, %v", in.Name, payload, err)
	}
	return payload.OmbudsOffice
}

func (s setup) update(t tb, in directory.UpdateOmbudsOfficeInput) *directory.OmbudsOffice {
	t.Helper()
	payload, err := s.UpdateOmbudsOffice(as(t.Context(), "anna"), in)
	if err != nil || len(payload.UserErrors) > 0 {
		t.Fatalf("update of %s: %+v, %v", in.ID, payload, err)
	}
	return payload.OmbudsOffice
}

// present reads an office as it is.
func (s setup) present(t tb, id uuid.UUID) *directory.OmbudsOffice {
	t.Helper()
	offices, err := s.OfficesByID(t.Context(), []uuid.UUID{id})
	if err != nil || offices[0] == nil {
		t.Fatalf("office %s: %v, %v", id, offices, err)
	}
	return offices[0]
}

func (s setup) sites(t tb, office uuid.UUID) []*directory.OfficeSite {
	t.Helper()
	sites, err := s.SitesOf(t.Context(), []uuid.UUID{office}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return sites[0]
}

func (s setup) channels(t tb, office uuid.UUID) []*directory.ContactChannel {
	t.Helper()
	channels, err := s.ChannelsOf(t.Context(), []uuid.UUID{office}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return channels[0]
}

// tables is everything that the service can write, as text.
func (s setup) tables(t tb) string {
	t.Helper()
	text, err := postgres.Row[string](t.Context(), s.db, `
SELECT concat_ws(E'\n',
    (SELECT string_agg(x::text, E'\n' ORDER BY x.id) FROM organisation x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x.id) FROM ombuds_office x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x.id) FROM office_site x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x.id) FROM contact_channel x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x::text) FROM organisation_former_name x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x::text) FROM organisation_membership x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x::text) FROM opening_period x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x::text) FROM opening_exception x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x::text) FROM opening_exception_hours x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x::text) FROM ombuds_office_profile x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x::text) FROM office_funder x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x::text) FROM independence_link x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x::text) FROM office_scope x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x::text) FROM office_text x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x.record_id, x.version) FROM record_change x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x.actor, x.key) FROM idempotency_key x))`)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// unchanged fails the test when do changes a table.
func (s setup) unchanged(t tb, what string, do func()) {
	t.Helper()
	before := s.tables(t)
	do()
	if diff := cmp.Diff(before, s.tables(t)); diff != "" {
		t.Errorf("%s: the tables changed:\n%s", what, diff)
	}
}

func (s setup) rows(t tb, table string) int {
	t.Helper()
	n, err := postgres.Row[int](t.Context(), s.db, `SELECT count(*) FROM `+table)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// told returns what a client is told, "CODE field" for each fault, or the text
// of an error that is none.
func told(errs []*fault.Error, err error) string {
	if all := fault.All(err); len(all) > 0 {
		errs = append(errs, all...)
	} else if err != nil {
		return err.Error()
	}
	texts := make([]string, len(errs))
	for i, e := range errs {
		texts[i] = strings.TrimSpace(string(e.Code) + " " + e.Field)
		if e.Text.EN == "" || e.Text.DE == "" {
			texts[i] += " without a text"
		}
	}
	return strings.Join(texts, ", ")
}

func toldByOffice(payload *directory.CreateOmbudsOfficePayload, err error) string {
	if payload == nil {
		return told(nil, err)
	}
	return told(payload.UserErrors, err)
}

func toldByUpdate(payload *directory.UpdateOmbudsOfficePayload, err error) string {
	if payload == nil {
		return told(nil, err)
	}
	return told(payload.UserErrors, err)
}

func toldByOrganisation(payload *directory.CreateOrganisationPayload, err error) string {
	if payload == nil {
		return told(nil, err)
	}
	return told(payload.UserErrors, err)
}

func bad(fields ...string) string {
	texts := make([]string, len(fields))
	for i, field := range fields {
		texts[i] = "BAD_USER_INPUT " + field
	}
	return strings.Join(texts, ", ")
}

// set is a patch that gives value.
func set[T any](value T) patch.Field[T] { return graphql.OmittableOf(&value) }

// null is a patch that clears.
func null[T any]() patch.Field[T] { return graphql.OmittableOf[*T](nil) }

func aSite(name string) directory.OfficeSiteInput {
	return directory.OfficeSiteInput{Name: name, PostalCode: "39576", Place: "Stendal", StepFree: fact.Yes, ByAppointmentOnly: fact.Unknown}
}

func aChannel(kind directory.ContactChannelKind, value string) directory.ContactChannelInput {
	return directory.ContactChannelInput{Kind: kind, Value: value, UsableWithoutSpeaking: fact.Unknown, FreeOfCharge: fact.No}
}

func id(kind ident.Kind) ident.ID { return ident.ID{Kind: kind, UUID: newID()} }

func known(kind ident.Kind, key uuid.UUID) *ident.ID { return &ident.ID{Kind: kind, UUID: key} }
