package ident_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
)

// The example of the TypeID specification, so that its decoders read our ids.
func TestTextIsTypeID(t *testing.T) {
	t.Parallel()
	id := ident.ID{Kind: ident.OmbudsOffice, UUID: uuid.MustParse("01890a5d-ac96-774b-bcce-b302099a8057")}
	if got, want := id.String(), "ofc_01h455vb4pex5vsknk084sn02q"; got != want {
		t.Fatalf("text is %s, want %s", got, want)
	}
}

func TestTextRoundTripsAndSorts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) ident.ID {
			bytes := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, label)
			return ident.ID{Kind: rapid.SampledFrom(ident.Kinds()).Draw(t, label+" kind"), UUID: uuid.UUID(bytes)}
		}
		a, b := draw("a"), draw("b")
		parsed, err := ident.Parse(a.String())
		if err != nil || parsed != a {
			t.Fatalf("%s parsed to %v, %v", a, parsed, err)
		}
		b.Kind = a.Kind
		if got, want := strings.Compare(a.String(), b.String()), slices.Compare(a.UUID[:], b.UUID[:]); got != want {
			t.Fatalf("%s and %s compare as %d, their UUIDs as %d", a, b, got, want)
		}
	})
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := "ofc_01h455vb4pex5vsknk084sn02q"
	for name, text := range map[string]string{
		"empty":              "",
		"kind only":          "ofc_",
		"unknown kind":       "abc_01h455vb4pex5vsknk084sn02q",
		"no kind":            "01h455vb4pex5vsknk084sn02q",
		"too short":          good[:len(good)-1],
		"too long":           good + "0",
		"upper case":         strings.ToUpper(good),
		"letter not used":    "ofc_01h455vb4pex5vsknk084sn02u",
		"more than 128 bits": "ofc_81h455vb4pex5vsknk084sn02q",
		"NUL":                "ofc_01h455vb4pex5vsknk084sn02\x00",
		"several bytes":      "ofc_01h455vb4pex5vsknk084sn0ä",
		"raw UUID":           "01890a5d-ac96-774b-bcce-b302099a8057",
	} {
		if _, err := ident.Parse(text); fault.CodeOf(err) != fault.BadUserInput {
			t.Errorf("%s: error is %v, want BAD_USER_INPUT", name, err)
		}
	}
}

func TestOfRefusesAnotherKind(t *testing.T) {
	t.Parallel()
	id := ident.ID{Kind: ident.Region, UUID: uuid.New()}
	if got, err := id.Of(ident.Region, "id"); err != nil || got != id.UUID {
		t.Errorf("own kind: %v, %v", got, err)
	}
	_, err := id.Of(ident.OmbudsOffice, "input.id")
	if all := fault.All(err); len(all) != 1 || all[0].Field != "input.id" {
		t.Errorf("other kind: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("ofc_01h455vb4pex5vsknk084sn02q")
	f.Add("reg_7zzzzzzzzzzzzzzzzzzzzzzzzz")
	f.Add("_")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ident.Parse(text)
		if err == nil && id.String() != text {
			t.Fatalf("%q parsed to an id whose text is %q", text, id)
		}
		if err != nil && fault.CodeOf(err) != fault.BadUserInput {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	id := ident.ID{Kind: ident.Organisation, UUID: uuid.New()}
	var problems fault.Problems
	if !id.Check("input.id", &problems, ident.Region, ident.Organisation) || problems.Err() != nil {
		t.Errorf("one of two kinds: %v", problems)
	}
	if id.Check("input.id", &problems, ident.Region, ident.Catchment) || len(problems) != 1 || problems[0].Field != "input.id" || problems[0].Code != fault.BadUserInput {
		t.Errorf("none of two kinds: %v", problems)
	}
}
