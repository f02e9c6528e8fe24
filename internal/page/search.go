package page

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/text"
)

// MinSearch and MaxSearch bound a text to search for, in characters.
const (
	MinSearch = 2
	MaxSearch = 100
)

// CheckSearch records at field what is wrong with a text to search for; nil
// searches for nothing.
func CheckSearch(search *string, field string, problems *fault.Problems) {
	if search == nil {
		return
	}
	if n := utf8.RuneCountInString(text.Normal(*search)); n < MinSearch || n > MaxSearch {
		problems.Add(field, fault.Text{
			EN: "must have " + strconv.Itoa(MinSearch) + " to " + strconv.Itoa(MaxSearch) + " characters",
			DE: "muss " + strconv.Itoa(MinSearch) + " bis " + strconv.Itoa(MaxSearch) + " Zeichen lang sein",
		})
	}
}

// Containing returns the pattern for ILIKE that finds texts which contain search.
func Containing(search string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text.Normal(search)) + "%"
}
