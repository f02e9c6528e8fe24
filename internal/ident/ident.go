// Package ident gives every object one global, typed id.
package ident

import (
	"encoding/binary"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"

	"ombudsnetz/internal/fault"
)

// Kind is the short prefix that names an object's type in its id. Kinds are
// part of the API: none ever changes its meaning.
type Kind string

// The kinds of objects that have a global id.
const (
	Region         Kind = "reg"
	RegionGroup    Kind = "rgr"
	Organisation   Kind = "org"
	OmbudsOffice   Kind = "ofc"
	OfficeSite     Kind = "sit"
	ContactChannel Kind = "chn"

	YouthWelfareOffice  Kind = "ywo"
	ProceduralGuidePost Kind = "pgp"
	Catchment           Kind = "ctm"
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{Region, RegionGroup, Organisation, OmbudsOffice, OfficeSite, ContactChannel, YouthWelfareOffice, ProceduralGuidePost, Catchment}
}

// ID is a global id: a kind and a UUID. Its text is the kind, an underscore and
// 26 characters of Crockford's base32 (the TypeID format): "ofc_01h455vb4pex5vsknk084sn02q".
// Texts of one kind sort like their UUIDs.
type ID struct {
	Kind Kind
	UUID uuid.UUID
}

// alphabet has no i, l, o and u, so that an id survives being read out.
const (
	alphabet   = "0123456789abcdefghjkmnpqrstvwxyz"
	textLength = 26
)

// Parse reads the text of an id. A malformed text or an unknown kind is a
// BAD_USER_INPUT fault without a field.
func Parse(text string) (ID, error) {
	prefix, encoded, _ := strings.Cut(text, "_")
	kind := Kind(prefix)
	if !known(kind) || len(encoded) != textLength || encoded[0] > '7' {
		return ID{}, malformed()
	}
	var high, low uint64
	for i := range textLength {
		digit := strings.IndexByte(alphabet, encoded[i])
		if digit < 0 {
			return ID{}, malformed()
		}
		high = high<<5 | low>>59
		low = low<<5 | uint64(digit)
	}
	id := ID{Kind: kind}
	binary.BigEndian.PutUint64(id.UUID[:8], high)
	binary.BigEndian.PutUint64(id.UUID[8:], low)
	return id, nil
}

// Append appends the text of id to b.
func (id ID) Append(b []byte) []byte {
	b = append(b, id.Kind...)
	b = append(b, '_')
	var text [textLength]byte
	high, low := binary.BigEndian.Uint64(id.UUID[:8]), binary.BigEndian.Uint64(id.UUID[8:])
	for i := 1; i <= textLength; i++ {
		text[textLength-i] = alphabet[low&31]
		low = low>>5 | high<<59
		high >>= 5
	}
	return append(b, text[:]...)
}

// String is the text of id.
func (id ID) String() string { return string(id.Append(nil)) }

// Of returns the UUID of id when it is of the kind wanted, else a
// BAD_USER_INPUT fault that blames field.
func (id ID) Of(kind Kind, field string) (uuid.UUID, error) {
	if id.Kind != kind {
		return uuid.Nil, fault.Invalid(field, fault.Text{
			EN: "is the id of another type of object; expected one that begins with " + string(kind) + "_",
			DE: "ist die Kennung einer anderen Art von Objekt; erwartet wird eine, die mit " + string(kind) + "_ beginnt",
		})
	}
	return id.UUID, nil
}

// Check tells whether id is of one of kinds, and records at field when it is not;
// the text names the first.
func (id ID) Check(field string, problems *fault.Problems, kinds ...Kind) bool {
	if slices.Contains(kinds, id.Kind) {
		return true
	}
	_, err := id.Of(kinds[0], field)
	*problems = append(*problems, fault.All(err)...)
	return false
}

// MarshalGQL writes id as a GraphQL ID.
func (id ID) MarshalGQL(w io.Writer) { _, _ = w.Write(id.AppendGQL(nil)) }

// AppendGQL appends id as a GraphQL ID.
func (id ID) AppendGQL(b []byte) []byte { return append(id.Append(append(b, '"')), '"') }

// UnmarshalGQL reads a GraphQL ID.
func (id *ID) UnmarshalGQL(v any) error {
	text, ok := v.(string)
	if !ok {
		return malformed()
	}
	parsed, err := Parse(text)
	*id = parsed
	return err
}

func known(kind Kind) bool {
	return slices.Contains(Kinds(), kind)
}

func malformed() *fault.Error {
	return fault.New(fault.BadUserInput, fault.Text{
		EN: "is not an id of this API",
		DE: "ist keine Kennung dieser Schnittstelle",
	})
}

// Node is an object with a global id, the GraphQL interface of that name.
type Node interface {
	IsNode()
	ID() ID
}
