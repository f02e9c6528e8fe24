package patch_test

import (
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/patch"
)

func absent() patch.Field[string] { return patch.Field[string]{} }

func null() patch.Field[string] { return graphql.OmittableOf[*string](nil) }

func value(text string) patch.Field[string] { return graphql.OmittableOf(&text) }

func TestSet(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field   patch.Field[string]
		want    string
		refused bool
	}{
		"absent keeps":    {absent(), "before", false},
		"null is refused": {null(), "before", true},
		"value replaces":  {value("after"), "after", false},
		"empty replaces":  {value(""), "", false},
	} {
		target := "before"
		var problems fault.Problems
		patch.Set(&target, c.field, "input.name", &problems)
		if target != c.want {
			t.Errorf("%s: target is %q, want %q", name, target, c.want)
		}
		if refused := len(problems) == 1 && problems[0].Field == "input.name" && problems[0].Code == fault.BadUserInput; refused != c.refused {
			t.Errorf("%s: problems %v", name, problems)
		}
	}
}

func TestSetOrClear(t *testing.T) {
	t.Parallel()
	before := "before"
	for name, c := range map[string]struct {
		field patch.Field[string]
		want  string
		clear bool
	}{
		"absent keeps":   {absent(), "before", false},
		"null clears":    {null(), "", true},
		"value replaces": {value("after"), "after", false},
	} {
		target := &before
		patch.SetOrClear(&target, c.field)
		if c.clear != (target == nil) || target != nil && *target != c.want {
			t.Errorf("%s: target is %v", name, target)
		}
	}
	if before != "before" {
		t.Error("the present value was overwritten in place")
	}
}
