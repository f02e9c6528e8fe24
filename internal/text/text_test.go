package text_test

import (
	"strings"
	"testing"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/text"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ given, want string }{
		"as it is":                {"KinderStärken e.V.", "KinderStärken e.V."},
		"two code points for ä":   {"KinderSta\u0308rken e.V.", "KinderStärken e.V."},
		"white space around":      {"  KinderStärken  e.V. ", "KinderStärken e.V."},
		"a space that never ends": {"Haus\u00a04", "Haus 4"},
		"longest":                 {strings.Repeat("ä", 20), strings.Repeat("ä", 20)},
		"emoji of several people": {"Haus 👩‍👧", "Haus 👩‍👧"},
		"Persian joiner":          {"می\u200cخواهم", "می\u200cخواهم"},
	} {
		var problems fault.Problems
		got := c.given
		if !text.Line(&got, 20, "name", &problems) || got != c.want || problems.Err() != nil {
			t.Errorf("%s: %q became %q, %v", name, c.given, got, problems.Err())
		}
	}
	for name, given := range map[string]string{
		"empty":                   "",
		"white space":             " \u00a0\u3000",
		"too long":                strings.Repeat("ä", 21),
		"line break":              "a\nb",
		"line separator":          "a\u2028b",
		"tabulator":               "a\tb",
		"NUL":                     "a\x00b",
		"zero-width space":        "\u200b",
		"byte order mark":         "\ufeffName",
		"soft hyphen":             "Na\u00adme",
		"Hangul filler":           "\u3164",
		"tag characters":          "Name\U000e0041",
		"right to left override":  "\u202eemaN",
		"combining joiner":        "Na\u034fme",
		"what was no character":   "Name\ufffd",
		"private character":       "\ue000",
		"no character of Unicode": "\U000e0fff",
	} {
		var problems fault.Problems
		if text.Line(&given, 20, "name", &problems) || len(problems) != 1 || problems[0].Field != "name" {
			t.Errorf("%s: %q is taken, %v", name, given, problems.Err())
		}
	}
}

func TestParagraphs(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"x":                               "x",
		"Eins \r\n\r\n\r\n\n  zwei  drei": "Eins\n\nzwei drei",
		"eins\nzwei\n\ndrei":              "eins\nzwei\n\ndrei",
		"u\u0308":                         "ü",
	} {
		var problems fault.Problems
		got := given
		if !text.Paragraphs(&got, 30, "p", &problems) || got != want || problems != nil {
			t.Errorf("%q is %q, %v", given, got, problems)
		}
	}
	for _, given := range []string{"", " \n ", strings.Repeat("x", 31), "a\x00b", "a\tb", "a\u202eb", "a\rb"} {
		var problems fault.Problems
		if got := given; text.Paragraphs(&got, 30, "p", &problems) || len(problems) != 1 || problems[0].Field != "p" {
			t.Errorf("%q: %v", given, problems)
		}
	}
}
