package postgres

import (
	"strconv"
	"strings"
)

// Text puts the text of a statement together from constant pieces, with its
// arguments. Values never become part of the text. The zero value is empty.
type Text struct {
	sql  strings.Builder
	args []any
}

// Add appends a piece of SQL in which every ? stands for the next of args.
func (t *Text) Add(sql string, args ...any) *Text {
	for _, arg := range args {
		before, after, found := strings.Cut(sql, "?")
		if !found {
			panic("postgres.Text: more arguments than placeholders in " + sql)
		}
		t.args = append(t.args, arg)
		t.sql.WriteString(before + "$" + strconv.Itoa(len(t.args)))
		sql = after
	}
	if strings.Contains(sql, "?") {
		panic("postgres.Text: more placeholders than arguments before " + sql)
	}
	t.sql.WriteString(sql)
	return t
}

// SQL is the text so far, with placeholders $1, $2 …
func (t *Text) SQL() string { return t.sql.String() }

// Args are the arguments so far.
func (t *Text) Args() []any { return t.args }
