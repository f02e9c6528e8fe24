package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombudsnetz/internal/fault"
)

var errOutage = errors.New("the disk is full")

func text(en string) fault.Text { return fault.Text{EN: en, DE: "de: " + en} }

func problems(fields ...string) error {
	var p fault.Problems
	for _, field := range fields {
		p.Add(field, text("is wrong"))
	}
	return p.Err()
}

func fields(all []*fault.Error) []string {
	fields := []string{}
	for _, e := range all {
		fields = append(fields, e.Field)
	}
	return fields
}

func TestCopiesLeaveTheOriginalAlone(t *testing.T) {
	t.Parallel()
	original := fault.New(fault.Conflict, text("is taken"))
	placed := original.At("input.name")
	caused := placed.Because(errOutage)
	if original.Field != "" || errors.Is(original, errOutage) || errors.Is(placed, errOutage) {
		t.Error("the original changed")
	}
	if caused.Field != "input.name" || caused.Code != fault.Conflict || !errors.Is(caused, errOutage) {
		t.Errorf("the copy is %v", caused)
	}
	if strings.Contains(caused.Error(), errOutage.Error()) {
		t.Errorf("the cause shows: %s", caused.Error())
	}
}

func TestErrorTellsCodeAndField(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"CONFLICT: is taken":                                       fault.New(fault.Conflict, text("is taken")),
		"BAD_USER_INPUT: first: is wrong":                          fault.Invalid("first", text("is wrong")),
		"BAD_USER_INPUT: a: is wrong; BAD_USER_INPUT: b: is wrong": problems("a", "b"),
	} {
		if err.Error() != want {
			t.Errorf("text is %q, want %q", err.Error(), want)
		}
	}
}

func TestProblemsWithoutAnyAreNoError(t *testing.T) {
	t.Parallel()
	var none fault.Problems
	if err := none.Err(); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestAllFindsEveryFault(t *testing.T) {
	t.Parallel()
	one := fault.Invalid("a", text("is wrong"))
	for name, c := range map[string]struct {
		err  error
		want []string
		code fault.Code
	}{
		"no error":             {nil, []string{}, ""},
		"no fault":             {errOutage, []string{}, fault.Internal},
		"one":                  {one, []string{"a"}, fault.BadUserInput},
		"one, wrapped":         {fmt.Errorf("while saving: %w", one), []string{"a"}, fault.BadUserInput},
		"several":              {problems("a", "b"), []string{"a", "b"}, fault.BadUserInput},
		"several, wrapped":     {fmt.Errorf("while saving: %w", problems("a", "b")), []string{"a", "b"}, fault.BadUserInput},
		"with a cause":         {one.Because(errOutage), []string{"a"}, fault.BadUserInput},
		"fault caused a fault": {one.Because(one.At("b")), []string{"a"}, fault.BadUserInput},
	} {
		if diff := cmp.Diff(c.want, fields(fault.All(c.err))); diff != "" {
			t.Errorf("%s: fields differ:\n%s", name, diff)
		}
		if got := fault.CodeOf(c.err); got != c.code {
			t.Errorf("%s: code %q, want %q", name, got, c.code)
		}
	}
}

func TestOutcomesAreConflictsAlone(t *testing.T) {
	t.Parallel()
	taken := fault.New(fault.Conflict, text("is taken")).At("input.name")
	passed := fault.New(fault.VersionConflict, text("was changed")).At("input.expectedVersion")
	missing := fault.New(fault.NotFound, text("is missing")).At("input.id")
	for name, c := range map[string]struct {
		err      error
		outcomes []string
		returned bool
	}{
		"success":                  {nil, []string{}, false},
		"conflict":                 {taken, []string{"input.name"}, false},
		"conflict with a cause":    {taken.Because(errOutage), []string{"input.name"}, false},
		"two conflicts":            {fault.Problems{taken, passed}, []string{"input.name", "input.expectedVersion"}, false},
		"missing":                  {missing, []string{}, true},
		"conflict beside another":  {fault.Problems{taken, missing}, []string{}, true},
		"wrong input":              {problems("a"), []string{}, true},
		"an outage is no outcome":  {errOutage, []string{}, true},
		"reused key is no outcome": {fault.New(fault.IdempotencyKeyReused, text("was used")), []string{}, true},
	} {
		outcomes, err := fault.Outcomes(c.err)
		if diff := cmp.Diff(c.outcomes, fields(outcomes)); diff != "" {
			t.Errorf("%s: outcomes differ:\n%s", name, diff)
		}
		if (err != nil) != c.returned {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if outcomes, _ := fault.Outcomes(nil); outcomes == nil {
		t.Error("success has nil for outcomes; a client expects an empty list")
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	outage := errors.New("outage")
	a, b := fault.Invalid("a", text("is wrong")), fault.Invalid("b", text("is wrong"))
	if err := fault.Join(nil, nil); err != nil {
		t.Errorf("nothing joined is %v", err)
	}
	if all := fault.All(fault.Join(a, nil, fault.Problems{b})); len(all) != 2 || all[0] != a || all[1] != b {
		t.Errorf("joined faults are %v", all)
	}
	if err := fault.Join(a, outage); !errors.Is(err, outage) || len(fault.All(err)) != 0 {
		t.Errorf("joined with an outage: %v", err)
	}
}
