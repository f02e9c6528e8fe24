package shapes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// Audience is who may ask.
type Audience string

// The audiences.
const (
	Anyone Audience = "ANYONE"
	Admin  Audience = "ADMIN"
)

// Colour is an enum that is a text.
type Colour string

// The colours.
const (
	Red   Colour = "RED"
	Green Colour = "GREEN"
	Blue  Colour = "BLUE"
)

// Size is an enum that is a number.
type Size int

// The sizes.
const (
	Small Size = iota + 1
	Middle
	Large
)

// Words is a text with a name of its own.
type Words string

// Money is written by a method.
type Money struct{ Cents int }

var errMoney = errors.New("money must be a text like 12.50")

// MarshalGQL implements graphql.Marshaler.
func (m Money) MarshalGQL(w io.Writer) { _, _ = fmt.Fprintf(w, `"%d.%02d"`, m.Cents/100, m.Cents%100) }

// UnmarshalGQL implements graphql.Unmarshaler.
func (m *Money) UnmarshalGQL(v any) error {
	text, ok := v.(string)
	whole, cents, found := strings.Cut(text, ".")
	if !ok || !found {
		return errMoney
	}
	euros, err := strconv.Atoi(whole)
	if err != nil {
		return errMoney
	}
	rest, err := strconv.Atoi(cents)
	if err != nil {
		return errMoney
	}
	m.Cents = 100*euros + rest
	return nil
}

// Token is written without an allocation.
type Token struct{ Text string }

// AppendGQL writes t as a GraphQL value.
func (t Token) AppendGQL(b []byte) []byte { return strconv.AppendQuote(b, t.Text) }

// MarshalGQL implements graphql.Marshaler.
func (t Token) MarshalGQL(w io.Writer) { _, _ = w.Write(t.AppendGQL(nil)) }

// UnmarshalGQL implements graphql.Unmarshaler.
func (t *Token) UnmarshalGQL(v any) error {
	text, ok := v.(string)
	if !ok || strings.HasPrefix(text, "bad") {
		return graphql.ErrorOnPath(context.Background(), errors.New("bad token"))
	}
	t.Text = text
	return nil
}

// MarshalShout writes a text loud; the empty one is null.
func MarshalShout(s string) graphql.Marshaler {
	if s == "" {
		return graphql.Null
	}
	return graphql.MarshalString(strings.ToUpper(s))
}

// UnmarshalShout reads a text.
func UnmarshalShout(v any) (string, error) { return graphql.UnmarshalString(v) }

// Weight is written under a context. A negative one can't be.
type Weight struct{ Grams int }

// MarshalGQLContext implements graphql.ContextMarshaler.
func (g Weight) MarshalGQLContext(_ context.Context, w io.Writer) error {
	if g.Grams < 0 {
		return errors.New("negative weight")
	}
	_, err := io.WriteString(w, strconv.Itoa(g.Grams))
	return err
}

// UnmarshalGQLContext implements graphql.ContextUnmarshaler.
func (g *Weight) UnmarshalGQLContext(_ context.Context, v any) error {
	n, err := graphql.UnmarshalInt(v)
	if err == nil && n < 0 {
		err = errors.New("negative weight")
	}
	g.Grams = n
	return err
}
