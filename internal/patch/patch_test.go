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
		patch.Check(c.field, "input.name", &problems, func(*string) {})
		patch.Set(&target, c.field)
		if target != c.want {
			t.Errorf("%s: target is %q, want %q", name, target, c.want)
		}
		if refused := len(problems) == 1 && problems[0].Field == "input.name" && problems[0].Code == fault.BadUserInput; refused != c.refused {
			t.Errorf("%s: problems %v", name, problems)
		}
	}
}

func TestCheckSeesAndChangesTheValueGiven(t *testing.T) {
	t.Parallel()
	field := value("Äther")
	var problems fault.Problems
	patch.Check(field, "input.name", &problems, func(text *string) { *text = "normal" })
	target := "before"
	patch.Set(&target, field)
	if target != "normal" || problems.Err() != nil {
		t.Errorf("target is %q, %v", target, problems.Err())
	}
	for name, unchecked := range map[string]patch.Field[string]{"absent": absent(), "null": null()} {
		patch.Check(unchecked, "input.name", &problems, func(*string) { t.Errorf("%s: there is nothing to check", name) })
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	before, equal := "before", "before"
	for name, c := range map[string]struct {
		target *string
		field  patch.Field[string]
		want   string
		kept   bool
	}{
		"absent keeps":               {&before, absent(), "before", true},
		"null clears":                {&before, null(), "", false},
		"null of nothing":            {nil, null(), "", true},
		"a value replaces":           {&before, value("after"), "after", false},
		"a value for nothing":        {nil, value("after"), "after", false},
		"an equal value is no other": {&before, value(equal), "before", true},
	} {
		target := c.target
		patch.Reset(&target, c.field)
		got := ""
		if target != nil {
			got = *target
		}
		if got != c.want || (target == c.target) != c.kept {
			t.Errorf("%s: %q, the same: %v", name, got, target == c.target)
		}
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for expected, refused := range map[int]bool{-1: true, 0: true, 1: false, 7: false} {
		var problems fault.Problems
		patch.CheckVersion(expected, &problems)
		if (problems.Err() != nil) != refused {
			t.Errorf("version %d: %v", expected, problems.Err())
		}
	}
	if err := patch.SameVersion(2, 2); err != nil {
		t.Error(err)
	}
	all := fault.All(patch.SameVersion(1, 2))
	if len(all) != 1 || all[0].Code != fault.VersionConflict || all[0].Field != "input.expectedVersion" || all[0].Text.EN != "is not the present version, which is 2" {
		t.Errorf("another version: %v", all)
	}
}
