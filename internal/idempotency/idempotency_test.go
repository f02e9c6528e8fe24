package idempotency_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/idempotency"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type input struct{ Name string }

// noon is when the first request of every test comes.
func noon() time.Time { return time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC) }

func wish(key string) idempotency.Wish {
	return idempotency.Wish{
		Key: &key, Actor: "anna", Operation: "createOffice", Input: input{"Stendal"}, ID: uuid.New(), Now: noon(),
	}
}

func claim(ctx context.Context, db *postgres.DB, w idempotency.Wish) (id uuid.UUID, err error) {
	err = db.Tx(ctx, func(tx *postgres.Tx) error {
		id, err = idempotency.Claim(ctx, tx, w)
		return err
	})
	return id, err
}

// claimed fails the test unless w gets the id want.
func claimed(t *testing.T, db *postgres.DB, what string, w idempotency.Wish, want uuid.UUID) {
	t.Helper()
	if got, err := claim(t.Context(), db, w); err != nil || got != want {
		t.Errorf("%s: id %s, %v, want %s", what, got, err, want)
	}
}

func refused(t *testing.T, db *postgres.DB, what string, w idempotency.Wish) {
	t.Helper()
	_, err := claim(t.Context(), db, w)
	all := fault.All(err)
	if len(all) != 1 || all[0].Code != fault.IdempotencyKeyReused || all[0].Field != "input.idempotencyKey" {
		t.Errorf("%s: error is %v, want IDEMPOTENCY_KEY_REUSED", what, err)
	}
}

func keys(t *testing.T, db *postgres.DB) int {
	t.Helper()
	n, err := postgres.Row[int](t.Context(), db, `SELECT count(*) FROM idempotency_key`)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for key, fits := range map[string]bool{
		"":                       false,
		"k":                      true,
		strings.Repeat("ü", 100): true,
		strings.Repeat("ü", 101): false,
	} {
		var problems fault.Problems
		idempotency.Check(&key, &problems)
		if fits != (len(problems) == 0) || !fits && problems[0].Field != "input.idempotencyKey" {
			t.Errorf("%q: %v", key, problems)
		}
	}
	var problems fault.Problems
	if idempotency.Check(nil, &problems); len(problems) > 0 {
		t.Errorf("no key: %v", problems)
	}
}

func TestReplayGetsTheFirstResult(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	first := wish("k")
	claimed(t, db, "the first time", first, first.ID)
	claimed(t, db, "again", wish("k"), first.ID)
	other := wish("another key")
	claimed(t, db, "another key", other, other.ID)
	longest := wish(strings.Repeat("🧡", idempotency.MaxKeyLength))
	claimed(t, db, "the longest key", longest, longest.ID)
	if n := keys(t, db); n != 3 {
		t.Errorf("%d keys are kept, want 3", n)
	}
}

func TestWithoutKeyNothingIsRemembered(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for range 2 {
		w := wish("")
		w.Key = nil
		claimed(t, db, "without a key", w, w.ID)
	}
	if n := keys(t, db); n != 0 {
		t.Errorf("%d keys are kept", n)
	}
}

func TestKeyIsBoundToInputAndOperation(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	first := wish("k")
	claimed(t, db, "the first time", first, first.ID)
	input2, operation2 := wish("k"), wish("k")
	input2.Input = input{"Magdeburg"}
	operation2.Operation = "createOrganisation"
	refused(t, db, "another input", input2)
	refused(t, db, "another operation", operation2)
	claimed(t, db, "the same after the refusals", wish("k"), first.ID)
}

func TestAnotherActorsKeyIsIndependent(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	first, other := wish("k"), wish("k")
	other.Actor, other.Input = "ben", input{"Magdeburg"}
	claimed(t, db, "the first actor", first, first.ID)
	claimed(t, db, "the second actor", other, other.ID)
	claimed(t, db, "the first actor again", wish("k"), first.ID)
}

func TestKeyIsForgottenAfterADay(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	first := wish("k")
	claimed(t, db, "the first time", first, first.ID)
	late := wish("k")
	late.Now = noon().Add(idempotency.Retention)
	claimed(t, db, "a day later", late, first.ID)
	fresh := wish("k")
	fresh.Now, fresh.Input, fresh.Operation = late.Now.Add(time.Microsecond), input{"Magdeburg"}, "createOrganisation"
	claimed(t, db, "a moment later, with another input", fresh, fresh.ID)
	again := fresh
	again.ID, again.Now = uuid.New(), fresh.Now.Add(idempotency.Retention)
	claimed(t, db, "a day after that", again, fresh.ID)
	old := wish("k")
	old.Now = fresh.Now
	refused(t, db, "the forgotten input", old)
}

func TestRolledBackClaimLeavesNoKey(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	errTaken := errors.New("the name is taken")
	err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
		if _, err := idempotency.Claim(t.Context(), tx, wish("k")); err != nil {
			return err
		}
		return errTaken
	})
	if !errors.Is(err, errTaken) {
		t.Fatal(err)
	}
	if n := keys(t, db); n != 0 {
		t.Errorf("%d keys are kept", n)
	}
	next := wish("k")
	claimed(t, db, "the next time", next, next.ID)
}

func TestInputThatCannotBeHashedIsADefect(t *testing.T) {
	t.Parallel()
	w := wish("k")
	w.Input = func() {}
	if _, err := claim(t.Context(), pgtest.New(t), w); fault.CodeOf(err) != fault.Internal {
		t.Errorf("error is %v, want INTERNAL", err)
	}
}

func TestConcurrentClaimsAgree(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	const n = 100
	wishes, got, errs := make([]idempotency.Wish, n), make([]uuid.UUID, n), make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wishes[i] = wish("k")
		wg.Go(func() { got[i], errs[i] = claim(t.Context(), db, wishes[i]) })
	}
	wg.Wait()
	first := 0
	for i := range n {
		if errs[i] != nil || got[i] != got[0] {
			t.Errorf("claim %d: %s, %v, want %s", i, got[i], errs[i], got[0])
		}
		if got[i] == wishes[i].ID {
			first++
		}
	}
	if first != 1 {
		t.Errorf("%d claims were told to create, want 1", first)
	}
}

// Half of the holders of a key give up after they claimed it: each time the
// next in line becomes the first.
func TestConcurrentClaimsSurviveRollbacks(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	errGivenUp := errors.New("given up")
	const n = 40
	created := make([]bool, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			w := wish("k")
			err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
				id, err := idempotency.Claim(t.Context(), tx, w)
				if err != nil {
					return err
				}
				if i%2 == 0 {
					return errGivenUp
				}
				created[i] = id == w.ID
				return nil
			})
			if err != nil && !errors.Is(err, errGivenUp) {
				t.Errorf("claim %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	first := 0
	for _, c := range created {
		if c {
			first++
		}
	}
	if first != 1 || keys(t, db) != 1 {
		t.Errorf("%d claims created, %d keys are kept, want 1 and 1", first, keys(t, db))
	}
}

func TestSweepForgetsOldKeysAlone(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for i, age := range []time.Duration{
		0, time.Hour, idempotency.Retention, idempotency.Retention + time.Microsecond, 10 * idempotency.Retention,
	} {
		w := wish(fmt.Sprint(i))
		w.Now = noon().Add(-age)
		claimed(t, db, age.String(), w, w.ID)
	}
	if err := idempotency.Sweep(t.Context(), db, noon()); err != nil {
		t.Fatal(err)
	}
	if n := keys(t, db); n != 3 {
		t.Errorf("%d keys are kept, want 3", n)
	}
}

func TestInputIsNotKept(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	w := wish("k")
	w.Input = input{"canary-in-the-input"}
	claimed(t, db, "the first time", w, w.ID)
	found, err := postgres.Row[bool](t.Context(), db, `SELECT bool_or(to_jsonb(k)::text LIKE '%canary%') FROM idempotency_key k`)
	if err != nil || found {
		t.Errorf("the input is in the table: %t, %v", found, err)
	}
}
