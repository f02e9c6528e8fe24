package responsibility_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/patch"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
	"ombudsnetz/internal/responsibility"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func now() time.Time { return time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC) }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// tb is a test, or one round of a property.
type tb interface {
	rapid.TB
	Context() context.Context
}

type setup struct {
	*responsibility.Service
	directory *directory.Service
	regions   *region.Service
	db        *postgres.DB
}

func newSetup(t *testing.T) setup {
	t.Helper()
	db := pgtest.New(t)
	codec, err := page.LoadCodec(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	regions := region.NewService(db, codec, now, time.UTC)
	offices := directory.NewService(db, regions, codec, now, newID)
	return setup{responsibility.NewService(db, regions, offices, codec, now, newID), offices, regions, db}
}

// as is a context in which somebody signed in asks.
func as(ctx context.Context) context.Context {
	return auth.With(ctx, auth.Viewer{Subject: "anna"})
}

func (s setup) exec(t tb, sql string, args ...any) {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
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

func (s setup) organisation(t tb) *directory.Organisation {
	t.Helper()
	payload, err := s.directory.CreateOrganisation(as(t.Context()), directory.CreateOrganisationInput{Name: "Träger " + newID().String(), Kind: directory.PublicCarrier})
	if err != nil || len(payload.UserErrors) > 0 {
		t.Fatalf("organisation: %v, %v", payload, err)
	}
	return payload.Organisation
}

// ombudsOffice makes an ombuds office with a region that does not matter here.
func (s setup) ombudsOffice(t tb, name string) ident.ID {
	t.Helper()
	payload, err := s.directory.CreateOmbudsOffice(as(t.Context()), directory.CreateOmbudsOfficeInput{
		Name: name, Status: directory.Open, RegionID: s.region(t, "16").ID(), CarrierID: s.organisation(t).ID(),
	})
	if err != nil || len(payload.UserErrors) > 0 {
		t.Fatalf("ombuds office %s: %v, %v", name, payload, err)
	}
	return payload.OmbudsOffice.ID()
}

func (s setup) youthOffice(t tb, name string, kind directory.YouthWelfareOfficeKind) ident.ID {
	t.Helper()
	payload, err := s.directory.CreateYouthWelfareOffice(as(t.Context()), directory.CreateYouthWelfareOfficeInput{
		Name: name, Kind: kind, CarrierID: s.organisation(t).ID(),
	})
	if err != nil || len(payload.UserErrors) > 0 {
		t.Fatalf("youth welfare office %s: %v, %v", name, payload, err)
	}
	return payload.YouthWelfareOffice.ID()
}

func (s setup) post(t tb, name string, office ident.ID) ident.ID {
	t.Helper()
	payload, err := s.directory.CreateProceduralGuidePost(as(t.Context()), directory.CreateProceduralGuidePostInput{
		Name: name, YouthWelfareOfficeID: office, BenefitCarrierType: directory.ForBoth,
	})
	if err != nil || len(payload.UserErrors) > 0 {
		t.Fatalf("post %s: %v, %v", name, payload, err)
	}
	return payload.ProceduralGuidePost.ID()
}

// valid is the input for a catchment of always.
func valid(kind responsibility.CatchmentKind, in *region.Region, body ident.ID) responsibility.CreateCatchmentInput {
	return responsibility.CreateCatchmentInput{Kind: kind, RegionID: in.ID(), BodyID: body, Scope: responsibility.Regional, Priority: 50}
}

func (s setup) catchment(t tb, in responsibility.CreateCatchmentInput) *responsibility.Catchment {
	t.Helper()
	payload, err := s.CreateCatchment(as(t.Context()), in)
	if err != nil || len(payload.UserErrors) > 0 {
		t.Fatalf("catchment: %v, %v", payload, err)
	}
	return payload.Catchment
}

// told returns what a client is told, "CODE field" for each fault, or the text of
// an error that is none.
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

func toldByCreation(payload *responsibility.CreateCatchmentPayload, err error) string {
	if payload == nil {
		return told(nil, err)
	}
	return told(payload.UserErrors, err)
}

func toldByUpdate(payload *responsibility.UpdateCatchmentPayload, err error) string {
	if payload == nil {
		return told(nil, err)
	}
	return told(payload.UserErrors, err)
}

func toldByEnd(payload *responsibility.EndCatchmentPayload, err error) string {
	if payload == nil {
		return told(nil, err)
	}
	return told(payload.UserErrors, err)
}

// day is a day of January 2020.
func day(n int) *civil.Date { return &civil.Date{Year: 2020, Month: time.January, Day: n} }

func set[T any](value T) patch.Field[T] { return graphql.OmittableOf(&value) }

func null[T any]() patch.Field[T] { return graphql.OmittableOf[*T](nil) }

func (s setup) rows(t tb, table string) int {
	t.Helper()
	n, err := postgres.Row[int](t.Context(), s.db, fmt.Sprintf(`SELECT count(*) FROM %s`, table))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
