package serve

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf16"

	"ombudsnetz/internal/fault"
)

// flaw stands among decoded variables for a value that their JSON text leaves
// open. Which input it is, only the operation knows, so coercion refuses it.
type flaw struct{ text fault.Text }

func givenTwice() flaw {
	return flaw{fault.Text{EN: "is given more than once", DE: "ist mehrfach angegeben"}}
}

func halfCharacter() flaw {
	return flaw{fault.Text{
		EN: "holds half of a surrogate pair, which is no character",
		DE: "enthält ein halbes Ersatzzeichenpaar (surrogate), das kein Zeichen ist",
	}}
}

// jsonReader builds values from text that is known to be valid JSON. Numbers
// keep their spelling, so that no 64-bit integer is rounded on its way.
type jsonReader struct {
	text    []byte
	at      int
	deepest int // objects and lists within each other
}

func (r *jsonReader) value(depth int) any {
	r.space()
	switch r.text[r.at] {
	case '{':
		return r.object(depth + 1)
	case '[':
		return r.list(depth + 1)
	case '"':
		text, whole := r.string()
		if !whole {
			return halfCharacter()
		}
		return text
	}
	begin := r.at
	for r.at < len(r.text) && strings.IndexByte(",]} \t\r\n", r.text[r.at]) < 0 {
		r.at++
	}
	switch word := string(r.text[begin:r.at]); word {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	default:
		return json.Number(word)
	}
}

func (r *jsonReader) object(depth int) map[string]any {
	r.deepest = max(r.deepest, depth)
	object := make(map[string]any)
	for r.more('}') {
		name, whole := r.string()
		r.space()
		r.at++ // the colon
		value := r.value(depth)
		switch _, twice := object[name]; {
		case !whole:
			value = halfCharacter()
		case twice:
			value = givenTwice()
		}
		object[name] = value
	}
	return object
}

func (r *jsonReader) list(depth int) []any {
	r.deepest = max(r.deepest, depth)
	list := []any{}
	for r.more(']') {
		list = append(list, r.value(depth))
	}
	return list
}

// more goes to the next element of an object or list, or behind its end.
func (r *jsonReader) more(end byte) bool {
	if c := r.text[r.at]; c == '{' || c == '[' {
		// The opening bracket: an element that begins with one was read whole.
		r.at++
	}
	r.space()
	switch r.text[r.at] {
	case end:
		r.at++
		return false
	case ',':
		r.at++
		r.space()
	}
	return true
}

// string reads a string and reports whether all its escapes are characters.
func (r *jsonReader) string() (string, bool) {
	begin, escaped := r.at, false
	for r.at++; r.text[r.at] != '"'; r.at++ {
		if r.text[r.at] == '\\' {
			escaped = true
			r.at++
		}
	}
	r.at++
	raw := r.text[begin:r.at]
	if !escaped {
		return string(raw[1 : len(raw)-1]), true
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return "", false
	}
	return text, surrogatesPaired(raw)
}

func (r *jsonReader) space() {
	for r.at < len(r.text) && strings.IndexByte(" \t\r\n", r.text[r.at]) >= 0 {
		r.at++
	}
}

// surrogatesPaired reports whether every escape of half a character in a string
// of JSON or GraphQL has its other half. Decoders put U+FFFD in place of others.
func surrogatesPaired(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		first, ok := unicodeEscape(raw[i:])
		switch {
		case !ok:
			i++ // what is escaped, which may be a backslash
		case !utf16.IsSurrogate(first):
			i += 5
		default:
			second, _ := unicodeEscape(raw[i+6:])
			if utf16.DecodeRune(first, second) == '\uFFFD' {
				return false
			}
			i += 11
		}
	}
	return true
}

// unicodeEscape reads \u and four hexadecimal digits.
func unicodeEscape(raw []byte) (rune, bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	code, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return rune(code), err == nil
}
