// Package text makes what people type comparable: one spelling for what looks
// the same, and nothing in it that can't be seen.
package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ombudsnetz/internal/fault"
)

// Normal returns s in Unicode's composed form (NFC), without white space around
// it and with single spaces in it.
func Normal(s string) string { return strings.Join(strings.Fields(norm.NFC.String(s)), " ") }

// Line brings *s into its normal form and records at path what keeps it from
// being one line of 1 to longest characters that can be seen. It tells whether
// nothing does.
func Line(s *string, longest int, path string, problems *fault.Problems) bool {
	if strings.ContainsFunc(strings.TrimSpace(*s), unseen) {
		problems.Add(path, fault.Text{
			EN: "must not hold line breaks or other characters that can't be seen",
			DE: "darf keine Zeilenumbrüche oder anderen unsichtbaren Zeichen enthalten",
		})
		return false
	}
	*s = Normal(*s)
	if n := utf8.RuneCountInString(*s); n < 1 || n > longest {
		problems.Add(path, fault.Text{
			EN: fmt.Sprintf("must have 1 to %d characters", longest),
			DE: fmt.Sprintf("muss 1 bis %d Zeichen lang sein", longest),
		})
		return false
	}
	return true
}

// OptionalLine is Line for a text that may be left out.
func OptionalLine(s *string, longest int, path string, problems *fault.Problems) {
	if s != nil {
		Line(s, longest, path, problems)
	}
}

// Paragraphs is Line for a text of several lines: it keeps line breaks, and no
// more than one empty line between two others.
func Paragraphs(s *string, longest int, path string, problems *fault.Problems) bool {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSpace(*s), "\r\n", "\n"), "\n") {
		if strings.ContainsFunc(line, unseen) {
			problems.Add(path, fault.Text{
				EN: "must not hold characters that can't be seen, but for line breaks",
				DE: "darf außer Zeilenumbrüchen keine unsichtbaren Zeichen enthalten",
			})
			return false
		}
		line = Normal(line)
		if line != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, line)
		}
	}
	*s = strings.Join(lines, "\n")
	if n := utf8.RuneCountInString(*s); n < 1 || n > longest {
		problems.Add(path, fault.Text{
			EN: fmt.Sprintf("must have 1 to %d characters", longest),
			DE: fmt.Sprintf("muss 1 bis %d Zeichen lang sein", longest),
		})
		return false
	}
	return true
}

// unseen finds characters without a shape of their own, and those that change
// the direction of writing. The two joiners belong to the spelling of Persian
// and Indic names.
func unseen(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	if r == nonJoiner || r == joiner {
		return false
	}
	return !unicode.IsGraphic(r) || r == utf8.RuneError || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}
