package directory_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/history"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

// youth is a youth welfare office with a post.
type youth struct {
	setup
	carrier *directory.Organisation
	office  *directory.YouthWelfareOffice
	post    *directory.ProceduralGuidePost
}

func newYouth(t *testing.T) youth {
	t.Helper()
	s := newSetup(t)
	y := youth{setup: s, carrier: s.organisation(t, "Landkreis")}
	office, err := s.CreateYouthWelfareOffice(as(t.Context(), "anna"), y.aYouthOffice("Jugendamt"))
	if err != nil || len(office.UserErrors) > 0 {
		t.Fatalf("office: %+v, %v", office, err)
	}
	y.office = office.YouthWelfareOffice
	post, err := s.CreateProceduralGuidePost(as(t.Context(), "anna"), y.aPost("Verfahrenslotsin"))
	if err != nil || len(post.UserErrors) > 0 {
		t.Fatalf("post: %+v, %v", post, err)
	}
	y.post = post.ProceduralGuidePost
	return y
}

func (y youth) aYouthOffice(name string) directory.CreateYouthWelfareOfficeInput {
	return directory.CreateYouthWelfareOfficeInput{Name: name, Kind: directory.LocalOffice, CarrierID: y.carrier.ID()}
}

func (y youth) aPost(name string) directory.CreateProceduralGuidePostInput {
	return directory.CreateProceduralGuidePostInput{Name: name, YouthWelfareOfficeID: y.office.ID(), BenefitCarrierType: directory.ForBoth}
}

func (y youth) tables(t *testing.T) string {
	t.Helper()
	text, err := postgres.Row[string](t.Context(), y.db, `
SELECT concat_ws(E'\n',
    (SELECT string_agg(x::text, E'\n' ORDER BY x.id) FROM youth_welfare_office x),
    (SELECT string_agg(x::text, E'\n' ORDER BY x.id) FROM procedural_guide_post x))`)
	if err != nil {
		t.Fatal(err)
	}
	return y.setup.tables(t) + text
}

// telling tells what each of the four mutations answers, and fails the test when a
// refusal changed something.
type telling struct {
	youth
	t *testing.T
}

func (y telling) tell(run func() ([]*fault.Error, error)) string {
	y.t.Helper()
	before := y.tables(y.t)
	answer := told(run())
	if diff := cmp.Diff(before, y.tables(y.t)); answer != "" && diff != "" {
		y.t.Errorf("told %q, and the tables changed:\n%s", answer, diff)
	}
	return answer
}

func (y telling) createOffice(in directory.CreateYouthWelfareOfficeInput) string {
	return y.tell(func() ([]*fault.Error, error) {
		payload, err := y.CreateYouthWelfareOffice(as(y.t.Context(), "anna"), in)
		if payload == nil {
			return nil, err
		}
		if (payload.YouthWelfareOffice == nil) != (len(payload.UserErrors) > 0) {
			y.t.Errorf("answers %+v", payload)
		}
		return payload.UserErrors, err
	})
}

func (y telling) createPost(in directory.CreateProceduralGuidePostInput) string {
	return y.tell(func() ([]*fault.Error, error) {
		payload, err := y.CreateProceduralGuidePost(as(y.t.Context(), "anna"), in)
		if payload == nil {
			return nil, err
		}
		if (payload.ProceduralGuidePost == nil) != (len(payload.UserErrors) > 0) {
			y.t.Errorf("answers %+v", payload)
		}
		return payload.UserErrors, err
	})
}

// updateOffice also holds the office in the answer to the one that is kept.
func (y telling) updateOffice(in directory.UpdateYouthWelfareOfficeInput) string {
	return y.tell(func() ([]*fault.Error, error) {
		payload, err := y.UpdateYouthWelfareOffice(as(y.t.Context(), "bert"), in)
		if payload == nil {
			return nil, err
		}
		kept, lost := y.YouthWelfareOfficesByID(y.t.Context(), []uuid.UUID{in.ID.UUID})
		if lost != nil || cmp.Diff(kept[0], payload.YouthWelfareOffice) != "" {
			y.t.Errorf("answers %+v, there is %+v, %v", payload.YouthWelfareOffice, kept, lost)
		}
		return payload.UserErrors, err
	})
}

func (y telling) updatePost(in directory.UpdateProceduralGuidePostInput) string {
	return y.tell(func() ([]*fault.Error, error) {
		payload, err := y.UpdateProceduralGuidePost(as(y.t.Context(), "bert"), in)
		if payload == nil {
			return nil, err
		}
		kept, lost := y.ProceduralGuidePostsByID(y.t.Context(), []uuid.UUID{in.ID.UUID})
		if lost != nil || cmp.Diff(kept[0], payload.ProceduralGuidePost) != "" {
			y.t.Errorf("answers %+v, there is %+v, %v", payload.ProceduralGuidePost, kept, lost)
		}
		return payload.UserErrors, err
	})
}

func TestNewYouthOfficesAndPosts(t *testing.T) {
	t.Parallel()
	y := telling{newYouth(t), t}
	long, wrong := strings.Repeat("ä", 201), new("x")
	for what, c := range map[string]struct {
		edit func(*directory.CreateYouthWelfareOfficeInput)
		want string
	}{
		"reached in every way": {func(in *directory.CreateYouthWelfareOfficeInput) {
			in.Phone, in.Email, in.Website = new("+49 (0) 30/23125-1"), new("post@example.org"), new("https://example.org/a")
		}, ""},
		"the name of another":    {func(in *directory.CreateYouthWelfareOfficeInput) { in.Name = " JUGENDAMT " }, "CONFLICT input.name"},
		"an unknown carrier":     {func(in *directory.CreateYouthWelfareOfficeInput) { in.CarrierID = id(ident.Organisation) }, "NOT_FOUND input.carrierId"},
		"an office as a carrier": {func(in *directory.CreateYouthWelfareOfficeInput) { in.CarrierID = y.office.ID() }, bad("input.carrierId")},
		"a page without TLS":     {func(in *directory.CreateYouthWelfareOfficeInput) { in.Website = new("http://example.org") }, bad("input.website")},
		"everything": {func(in *directory.CreateYouthWelfareOfficeInput) {
			*in = directory.CreateYouthWelfareOfficeInput{IdempotencyKey: new(""), Name: long, CarrierID: y.post.ID(), Phone: new("1234"), Email: wrong, Website: wrong}
		}, bad("input.idempotencyKey", "input.name", "input.carrierId", "input.phone", "input.email", "input.website")},
	} {
		in := y.aYouthOffice("Jugendamt " + what)
		c.edit(&in)
		if got := y.createOffice(in); got != c.want {
			t.Errorf("office, %s: told %q, want %q", what, got, c.want)
		}
	}
	for what, c := range map[string]struct {
		edit func(*directory.CreateProceduralGuidePostInput)
		want string
	}{
		"reached in every way": {func(in *directory.CreateProceduralGuidePostInput) {
			in.Phone, in.Email, in.Website = new("12345"), new("post@example.org"), new("https://example.org")
		}, ""},
		"the name of another": {func(in *directory.CreateProceduralGuidePostInput) { in.Name = "verfahrensLOTSIN" }, "CONFLICT input.name"},
		"an unknown office": {func(in *directory.CreateProceduralGuidePostInput) {
			in.YouthWelfareOfficeID = id(ident.YouthWelfareOffice)
		}, "NOT_FOUND input.youthWelfareOfficeId"},
		"no name that is seen": {func(in *directory.CreateProceduralGuidePostInput) { in.Name = "a\u202eb" }, bad("input.name")},
		"everything": {func(in *directory.CreateProceduralGuidePostInput) {
			*in = directory.CreateProceduralGuidePostInput{IdempotencyKey: &long, YouthWelfareOfficeID: y.carrier.ID(), Phone: wrong, Email: new(" "), Website: wrong}
		}, bad("input.idempotencyKey", "input.name", "input.youthWelfareOfficeId", "input.phone", "input.email", "input.website")},
	} {
		in := y.aPost("Verfahrenslotse " + what)
		c.edit(&in)
		if got := y.createPost(in); got != c.want {
			t.Errorf("post, %s: told %q, want %q", what, got, c.want)
		}
	}
}

func TestChangedYouthOfficesAndPosts(t *testing.T) {
	t.Parallel()
	y := telling{newYouth(t), t}
	if got := y.createOffice(y.aYouthOffice("Anderes Jugendamt")); got != "" {
		t.Fatal(got)
	}
	if got := y.createPost(y.aPost("Andere Stelle")); got != "" {
		t.Fatal(got)
	}
	other := y.organisation(t, "Stadt")
	for _, c := range []struct {
		what string
		in   directory.UpdateYouthWelfareOfficeInput
		want string
	}{
		{"nothing", directory.UpdateYouthWelfareOfficeInput{Name: set("Jugendamt"), Phone: null[string](), CarrierID: set(y.carrier.ID())}, ""},
		{"a name that is taken", directory.UpdateYouthWelfareOfficeInput{Name: set("anderes JUGENDAMT")}, "CONFLICT input.name"},
		{"an unknown carrier", directory.UpdateYouthWelfareOfficeInput{CarrierID: set(id(ident.Organisation))}, "NOT_FOUND input.carrierId"},
		{"nulls", directory.UpdateYouthWelfareOfficeInput{Name: null[string](), CarrierID: null[ident.ID]()}, bad("input.name", "input.carrierId")},
		{"much", directory.UpdateYouthWelfareOfficeInput{CarrierID: set(other.ID()), Phone: set("12345"), Website: set("https://example.org")}, ""},
		{"of old", directory.UpdateYouthWelfareOfficeInput{Name: set("Zu spät")}, "VERSION_CONFLICT input.expectedVersion"},
		{"another page, no telephone", directory.UpdateYouthWelfareOfficeInput{ExpectedVersion: 2, Phone: null[string](), Website: set("https://example.com")}, ""},
		{"of the future", directory.UpdateYouthWelfareOfficeInput{ExpectedVersion: 9}, "VERSION_CONFLICT input.expectedVersion"},
	} {
		c.in.ID = y.office.ID()
		if c.in.ExpectedVersion == 0 {
			c.in.ExpectedVersion = 1
		}
		if got := y.updateOffice(c.in); got != c.want {
			t.Errorf("office, %s: told %q, want %q", c.what, got, c.want)
		}
	}
	for _, c := range []struct {
		what string
		in   directory.UpdateProceduralGuidePostInput
		want string
	}{
		{"nothing", directory.UpdateProceduralGuidePostInput{BenefitCarrierType: set(directory.ForBoth)}, ""},
		{"a name that is taken", directory.UpdateProceduralGuidePostInput{Name: set("andere stelle")}, "CONFLICT input.name"},
		{"nulls", directory.UpdateProceduralGuidePostInput{Name: null[string](), BenefitCarrierType: null[directory.BenefitCarrierType]()}, bad("input.name", "input.benefitCarrierType")},
		{"much", directory.UpdateProceduralGuidePostInput{Name: set("Lotsin"), BenefitCarrierType: set(directory.ForIntegrationAssistance), Email: set("a@example.org")}, ""},
		{"of old", directory.UpdateProceduralGuidePostInput{Name: set("Zu spät")}, "VERSION_CONFLICT input.expectedVersion"},
	} {
		c.in.ID, c.in.ExpectedVersion = y.post.ID(), 1
		if got := y.updatePost(c.in); got != c.want {
			t.Errorf("post, %s: told %q, want %q", c.what, got, c.want)
		}
	}
	for what, c := range map[string]struct{ got, want string }{
		"a missing office": {y.tell(func() ([]*fault.Error, error) {
			_, err := y.UpdateYouthWelfareOffice(as(t.Context(), "anna"), directory.UpdateYouthWelfareOfficeInput{ID: id(ident.YouthWelfareOffice), ExpectedVersion: 1})
			return nil, err
		}), "NOT_FOUND input.id"},
		"a missing post": {y.tell(func() ([]*fault.Error, error) {
			_, err := y.UpdateProceduralGuidePost(as(t.Context(), "anna"), directory.UpdateProceduralGuidePostInput{ID: id(ident.ProceduralGuidePost), ExpectedVersion: 1})
			return nil, err
		}), "NOT_FOUND input.id"},
		"everything of an office": {y.updateOffice(directory.UpdateYouthWelfareOfficeInput{
			ID: y.post.ID(), Name: set(""), CarrierID: set(y.office.ID()), Phone: set("x"), Email: set("x"), Website: set("x"),
		}), bad("input.id", "input.expectedVersion", "input.name", "input.carrierId", "input.phone", "input.email", "input.website")},
		"everything of a post": {y.updatePost(directory.UpdateProceduralGuidePostInput{
			ID: y.office.ID(), Name: set(" "), BenefitCarrierType: null[directory.BenefitCarrierType](), Phone: set("x"), Email: set("x"), Website: set("x"),
		}), bad("input.id", "input.expectedVersion", "input.name", "input.benefitCarrierType", "input.phone", "input.email", "input.website")},
	} {
		if c.got != c.want {
			t.Errorf("%s: told %q, want %q", what, c.got, c.want)
		}
	}
	wantHistory(t, "office", y.officeHistory(t),
		`3 bert: phone: "12345" -> null, website: "https://example.org" -> "https://example.com"`,
		fmt.Sprintf(`2 bert: carrierId: "%s" -> "%s", phone: null -> "12345", website: null -> "https://example.org"`, y.carrier.ID(), other.ID()),
		fmt.Sprintf(`1 anna: name: null -> "Jugendamt", kind: null -> "LOCAL", carrierId: null -> "%s"`, y.carrier.ID()))
	wantHistory(t, "post", y.postHistory(t),
		`2 bert: name: "Verfahrenslotsin" -> "Lotsin", benefitCarrierType: "BOTH" -> "INTEGRATION_ASSISTANCE", email: null -> "a@example.org"`,
		fmt.Sprintf(`1 anna: name: null -> "Verfahrenslotsin", youthWelfareOfficeId: null -> "%s", benefitCarrierType: null -> "BOTH"`, y.office.ID()))
}

func (y youth) officeHistory(t *testing.T) *history.Connection {
	t.Helper()
	pages, err := y.YouthWelfareOfficeChanges(as(t.Context(), "clara"), []uuid.UUID{y.office.UUID}, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	return pages[0]
}

func (y youth) postHistory(t *testing.T) *history.Connection {
	t.Helper()
	pages, err := y.ProceduralGuidePostChanges(as(t.Context(), "clara"), []uuid.UUID{y.post.UUID}, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	return pages[0]
}

func wantHistory(t *testing.T, what string, of *history.Connection, want ...string) {
	t.Helper()
	got := []string{}
	for _, c := range of.Nodes {
		got = append(got, fmt.Sprintf("%d %s: %s", c.Version, c.Actor, strings.Join(texts(c), ", ")))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s:\n%s", what, diff)
	}
}

func TestStrangersChangeNoYouthOffice(t *testing.T) {
	t.Parallel()
	y := newYouth(t)
	before := y.tables(t)
	counted, counter := postgres.WithCounter(t.Context())
	for verb, ask := range map[string]func() error{
		"create an office": func() error { _, err := y.CreateYouthWelfareOffice(counted, y.aYouthOffice("x")); return err },
		"update an office": func() error {
			_, err := y.UpdateYouthWelfareOffice(counted, directory.UpdateYouthWelfareOfficeInput{ID: y.office.ID(), ExpectedVersion: 1, Name: set("x")})
			return err
		},
		"create a post": func() error { _, err := y.CreateProceduralGuidePost(counted, y.aPost("x")); return err },
		"update a post": func() error {
			_, err := y.UpdateProceduralGuidePost(counted, directory.UpdateProceduralGuidePostInput{ID: y.post.ID(), ExpectedVersion: 1, Name: set("x")})
			return err
		},
		"read changes of an office": func() error {
			_, err := y.YouthWelfareOfficeChanges(counted, []uuid.UUID{y.office.UUID}, page.Args{})
			return err
		},
		"read changes of a post": func() error {
			_, err := y.ProceduralGuidePostChanges(counted, []uuid.UUID{y.post.UUID}, page.Args{})
			return err
		},
	} {
		if got := told(nil, ask()); got != "UNAUTHENTICATED" {
			t.Errorf("%s: told %q", verb, got)
		}
	}
	if diff := cmp.Diff(before, y.tables(t)); diff != "" || counter.Statements() != 0 {
		t.Errorf("%d statements:\n%s", counter.Statements(), diff)
	}
}

func TestRepeatedWishesForYouthOfficesAreGrantedOnce(t *testing.T) {
	t.Parallel()
	y := telling{newYouth(t), t}
	office, post := y.aYouthOffice("Neu"), y.aPost("Neu")
	office.IdempotencyKey, post.IdempotencyKey = new("o"), new("p")
	// Some of them at the same time.
	ids := make([][2]uuid.UUID, 4)
	var working sync.WaitGroup
	for i := range ids {
		working.Go(func() {
			one, err := y.CreateYouthWelfareOffice(as(t.Context(), "anna"), office)
			if err != nil || one.YouthWelfareOffice == nil {
				t.Errorf("office: %+v, %v", one, err)
				return
			}
			other, err := y.CreateProceduralGuidePost(as(t.Context(), "anna"), post)
			if err != nil || other.ProceduralGuidePost == nil {
				t.Errorf("post: %+v, %v", other, err)
				return
			}
			ids[i] = [2]uuid.UUID{one.YouthWelfareOffice.UUID, other.ProceduralGuidePost.UUID}
		})
	}
	working.Wait()
	for _, got := range ids {
		if got != ids[0] {
			t.Errorf("ids %v", ids)
		}
	}
	if y.rows(t, "youth_welfare_office") != 2 || y.rows(t, "procedural_guide_post") != 2 || y.rows(t, "record_change") != 5 {
		t.Error("something was written twice")
	}
	office.Phone, post.BenefitCarrierType = new("12345"), directory.ForYouthWelfare
	if got := y.createOffice(office); got != "IDEMPOTENCY_KEY_REUSED input.idempotencyKey" {
		t.Errorf("another office: told %q", got)
	}
	if got := y.createPost(post); got != "IDEMPOTENCY_KEY_REUSED input.idempotencyKey" {
		t.Errorf("another post: told %q", got)
	}
	post = y.aPost("Neu")
	post.IdempotencyKey = new("o")
	if got := y.createPost(post); got != "IDEMPOTENCY_KEY_REUSED input.idempotencyKey" {
		t.Errorf("the key of an office: told %q", got)
	}
}

// Several write in rounds. In each round one wins, and the history has each
// version once.
func TestOneOfManyUpdatesOfAYouthOfficeWins(t *testing.T) {
	t.Parallel()
	y := newYouth(t)
	const rounds, writers = 3, 4
	for round := 1; round <= rounds; round++ {
		answers := make([][2]string, writers)
		var working sync.WaitGroup
		for i := range answers {
			name := set(fmt.Sprintf("Name %d von %d", round, i))
			working.Go(func() {
				office, err := y.UpdateYouthWelfareOffice(as(t.Context(), "anna"), directory.UpdateYouthWelfareOfficeInput{ID: y.office.ID(), ExpectedVersion: round, Name: name})
				if err != nil {
					t.Error(err)
					return
				}
				post, err := y.UpdateProceduralGuidePost(as(t.Context(), "anna"), directory.UpdateProceduralGuidePostInput{ID: y.post.ID(), ExpectedVersion: round, Name: name})
				if err != nil {
					t.Error(err)
					return
				}
				answers[i] = [2]string{told(office.UserErrors, nil), told(post.UserErrors, nil)}
			})
		}
		working.Wait()
		won := [2]int{}
		for _, answer := range answers {
			for k, got := range answer {
				if got == "" {
					won[k]++
				} else if got != "VERSION_CONFLICT input.expectedVersion" {
					t.Errorf("told %q", got)
				}
			}
		}
		if won != [2]int{1, 1} {
			t.Errorf("round %d: %v won", round, won)
		}
	}
	for what, of := range map[string]*history.Connection{"office": y.officeHistory(t), "post": y.postHistory(t)} {
		var versions []int
		for _, c := range of.Nodes {
			versions = append(versions, c.Version)
		}
		if diff := cmp.Diff([]int{4, 3, 2, 1}, versions); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
}

func TestTheDatabaseHoldsTheRulesOfYouthOffices(t *testing.T) {
	t.Parallel()
	y := newYouth(t)
	long := strings.Repeat("ä", 201)
	for _, c := range []struct {
		constraint, sql string
		args            []any
	}{
		{"youth_welfare_office_name_check", `UPDATE youth_welfare_office SET name = $1`, []any{""}},
		{"youth_welfare_office_name_check", `UPDATE youth_welfare_office SET name = $1`, []any{long}},
		{"youth_welfare_office_kind_check", `UPDATE youth_welfare_office SET kind = $1`, []any{"OTHER"}},
		{"youth_welfare_office_carrier_fkey", `UPDATE youth_welfare_office SET carrier_id = $1`, []any{newID()}},
		{"youth_welfare_office_carrier_fkey", `DELETE FROM organisation WHERE id = $1`, []any{y.carrier.UUID}},
		{"youth_welfare_office_phone_check", `UPDATE youth_welfare_office SET phone = $1`, []any{strings.Repeat("1", 31)}},
		{"youth_welfare_office_email_check", `UPDATE youth_welfare_office SET email = $1`, []any{""}},
		{"youth_welfare_office_website_check", `UPDATE youth_welfare_office SET website = $1`, []any{strings.Repeat("x", 501)}},
		{"youth_welfare_office_name_per_carrier_key", `INSERT INTO youth_welfare_office (id, name, kind, carrier_id, created_at, updated_at)
SELECT $1, upper(name), kind, carrier_id, now(), now() FROM youth_welfare_office`, []any{newID()}},
		{"procedural_guide_post_name_check", `UPDATE procedural_guide_post SET name = $1`, []any{long}},
		{"procedural_guide_post_benefit_carrier_type_check", `UPDATE procedural_guide_post SET benefit_carrier_type = $1`, []any{"NONE"}},
		{"procedural_guide_post_office_fkey", `UPDATE procedural_guide_post SET youth_welfare_office_id = $1`, []any{newID()}},
		{"procedural_guide_post_office_fkey", `DELETE FROM youth_welfare_office WHERE id = $1`, []any{y.office.UUID}},
		{"procedural_guide_post_name_per_office_key", `INSERT INTO procedural_guide_post (id, name, youth_welfare_office_id, benefit_carrier_type, created_at, updated_at)
SELECT $1, upper(name), youth_welfare_office_id, benefit_carrier_type, now(), now() FROM procedural_guide_post`, []any{newID()}},
	} {
		if _, err := y.db.Exec(t.Context(), c.sql, c.args...); postgres.Constraint(err) != c.constraint {
			t.Errorf("%s: %v, want %s", c.sql, err, c.constraint)
		}
	}
}
