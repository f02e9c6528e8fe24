package page

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"io"
	"strings"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/postgres"
)

// Cursor marks a place in a list. To clients it is opaque: it holds the sort
// values of one row, and a seal that binds them to the list and its order.
type Cursor string

// UnmarshalGQL reads a GraphQL Cursor.
func (c *Cursor) UnmarshalGQL(v any) error {
	text, ok := v.(string)
	if !ok {
		return badCursor().At("")
	}
	*c = Cursor(text)
	return nil
}

// MarshalGQL writes a GraphQL Cursor, which needs no escaping.
func (c Cursor) MarshalGQL(w io.Writer) { _, _ = w.Write(c.AppendGQL(nil)) }

// AppendGQL appends a GraphQL Cursor.
func (c Cursor) AppendGQL(b []byte) []byte {
	return append(append(append(b, '"'), c...), '"')
}

// Codec makes and reads cursors with one secret key, and knows how long a page
// may be.
type Codec struct {
	key     []byte
	largest int
}

// NewCodec returns a codec that seals with key and allows pages of MaxSize.
func NewCodec(key []byte) Codec { return Codec{key: key, largest: MaxSize} }

// Allowing returns the codec for pages of up to largest items, which is at least
// DefaultSize: the schema asks for that many where a client does not say.
func (c Codec) Allowing(largest int) Codec {
	c.largest = max(largest, DefaultSize)
	return c
}

// LoadCodec returns a codec with the key that all servers of one database share,
// so that a list can be continued at any of them.
func LoadCodec(ctx context.Context, q postgres.Queryer) (Codec, error) {
	key, err := postgres.Row[[]byte](ctx, q, `SELECT value FROM server_secret WHERE name = 'cursor'`)
	return NewCodec(key), err
}

const (
	cursorVersion = 1
	sealLength    = 12
	// Sort values are names and ids; the longest name is far below this.
	maxCursorLength = 2048
)

// seal binds a cursor's body to the order it was made for.
func (c Codec) seal(order string, body []byte) []byte {
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte{cursorVersion, byte(len(order))})
	mac.Write([]byte(order))
	mac.Write(body)
	return mac.Sum(nil)[:sealLength]
}

func (c Codec) encode(order string, values []string) Cursor {
	body := make([]byte, 1+sealLength, 128)
	body[0] = cursorVersion
	for _, value := range values {
		body = binary.AppendUvarint(body, uint64(len(value)))
		body = append(body, value...)
	}
	copy(body[1:], c.seal(order, body[1+sealLength:]))
	return Cursor(base64.RawURLEncoding.EncodeToString(body))
}

func (c Codec) decode(order string, cursor Cursor, columns int) ([]string, error) {
	if len(cursor) > maxCursorLength {
		return nil, badCursor()
	}
	// The decoder skips line breaks, which would give a place two spellings.
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(cursor))
	if err != nil || strings.ContainsAny(string(cursor), "\r\n") || len(raw) < 1+sealLength || raw[0] != cursorVersion {
		return nil, badCursor()
	}
	body := raw[1+sealLength:]
	if !hmac.Equal(raw[1:1+sealLength], c.seal(order, body)) {
		return nil, badCursor()
	}
	values := make([]string, 0, columns)
	for len(body) > 0 {
		length, n := binary.Uvarint(body)
		if n <= 0 || length > uint64(len(body)-n) {
			return nil, badCursor()
		}
		values = append(values, string(body[n:n+int(length)]))
		body = body[n+int(length):]
	}
	if len(values) != columns {
		return nil, badCursor()
	}
	return values, nil
}

func badCursor() *fault.Error {
	return fault.Invalid("after", fault.Text{
		EN: "is not a cursor of this list in this order; take one from its pageInfo or edges",
		DE: "ist keine Marke dieser Liste in dieser Reihenfolge; gültige stehen in pageInfo und edges",
	})
}
