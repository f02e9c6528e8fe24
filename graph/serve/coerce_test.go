package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// sendRaw sends variables as the text they are.
func sendRaw(t *testing.T, h http.Handler, query, variables string) *reply {
	t.Helper()
	return send(t, h, request(http.MethodPost, "/graphql", typeJSON, typeResponse, fmt.Sprintf(`{"query":%q,"variables":%s}`, query, variables)))
}

// problems are the fields and messages of an answer's errors.
func (r *reply) problems() []string {
	told := []string{}
	for _, e := range r.body.Errors {
		told = append(told, fmt.Sprint(e.Extensions["field"], " ", e.Message))
	}
	return told
}

const everyQuery = `query($text: String, $number: Int, $decimal: Float, $truth: Boolean, $id: ID, $kind: Kind! = CHURCH, $grid: [[Int]], $one: One) {
	every(text: $text, number: $number, decimal: $decimal, truth: $truth, id: $id, kind: $kind, grid: $grid, one: $one)
}`

func TestCoercionAccepts(t *testing.T) {
	t.Parallel()
	h := New(open(newTestSchema()))
	for variables, want := range map[string]string{
		`{}`:                       `{"kind":"CHURCH"}`,
		`{"kind":"PUBLIC"}`:        `{"kind":"PUBLIC"}`,
		`{"text":"\ud83d\ude00"}`:  `{"kind":"CHURCH","text":"😀"}`,
		`{"text":"\ufffd\\ud83d"}`: `{"kind":"CHURCH","text":"�\\ud83d"}`,
		`{"text":null,"id":null}`:  `{"id":null,"kind":"CHURCH","text":null}`,
		`{"number":2147483647}`:    `{"kind":"CHURCH","number":2147483647}`,
		`{"number":-2147483648}`:   `{"kind":"CHURCH","number":-2147483648}`,
		`{"number":1.0}`:           `{"kind":"CHURCH","number":1}`,
		`{"number":2.5e1}`:         `{"kind":"CHURCH","number":25}`,
		`{"decimal":1}`:            `{"decimal":1,"kind":"CHURCH"}`,
		`{"decimal":-1.5}`:         `{"decimal":-1.5,"kind":"CHURCH"}`,
		`{"truth":false}`:          `{"kind":"CHURCH","truth":false}`,
		`{"id":"x"}`:               `{"id":"x","kind":"CHURCH"}`,
		`{"id":9007199254740993}`:  `{"id":"9007199254740993","kind":"CHURCH"}`,
		`{"grid":1}`:               `{"grid":[[1]],"kind":"CHURCH"}`,
		`{"grid":[1,[2,3],null]}`:  `{"grid":[[1],[2,3],null],"kind":"CHURCH"}`,
		`{"one":{"b":1}}`:          `{"kind":"CHURCH","one":{"b":1}}`,
		`{"nobody\u0000 asked":7}`: `{"kind":"CHURCH"}`,
	} {
		got := sendRaw(t, h, everyQuery, variables)
		var data struct{ Every string }
		if err := json.Unmarshal(got.body.Data, &data); err != nil || data.Every != want {
			t.Errorf("%s: %s, want %s", variables, got.Body, want)
		}
	}
}

func TestCoercionRefuses(t *testing.T) {
	t.Parallel()
	h := New(open(newTestSchema()))
	for variables, want := range map[string]string{
		`{"text":987654321}`:                        "text must be a text",
		`{"text":true}`:                             "text must be a text",
		`{"text":["a"]}`:                            "text must be a text",
		`{"text":"a\u0000canary"}`:                  "text holds the character U+0000, which no text may hold",
		`{"text":"canary\ud83d"}`:                   "text holds half of a surrogate pair, which is no character",
		`{"text":"\ude00\ud83d canary"}`:            "text holds half of a surrogate pair, which is no character",
		`{"text":"\ud83d\u0041"}`:                   "text holds half of a surrogate pair, which is no character",
		`{"text":"canary","text":"canary2"}`:        "text is given more than once",
		`{"number":"5"}`:                            "number must be an integer of 32 bits",
		`{"number":1.5}`:                            "number must be an integer of 32 bits",
		`{"number":2147483648}`:                     "number must be an integer of 32 bits",
		`{"number":-2147483649}`:                    "number must be an integer of 32 bits",
		`{"number":1e400}`:                          "number must be an integer of 32 bits",
		`{"number":99999999999999999999}`:           "number must be an integer of 32 bits",
		`{"number":true}`:                           "number must be an integer of 32 bits",
		`{"number":[1]}`:                            "number must be an integer of 32 bits",
		`{"decimal":"1.5"}`:                         "decimal must be a number",
		`{"decimal":1e400}`:                         "decimal must be a number",
		`{"truth":"true"}`:                          "truth must be true or false",
		`{"truth":1}`:                               "truth must be true or false",
		`{"id":1.5}`:                                "id must be a text or an integer",
		`{"id":true}`:                               "id must be a text or an integer",
		`{"id":"canary\u0000"}`:                     "id holds the character U+0000, which no text may hold",
		`{"kind":"church"}`:                         "kind must be a value of Kind",
		`{"kind":0}`:                                "kind must be a value of Kind",
		`{"kind":null}`:                             "kind must not be null",
		`{"grid":[[1],["canary"]]}`:                 "grid[1][0] must be an integer of 32 bits",
		`{"one":{}}`:                                "one must have exactly one field, and that not null",
		`{"one":{"a":null}}`:                        "one must have exactly one field, and that not null",
		`{"one":{"a":"x","b":1}}`:                   "one must have exactly one field, and that not null",
		`{"one":["a"]}`:                             "one must be an object of type One",
		`{"one":{"a":"x","a":"y"}}`:                 "one.a is given more than once",
		`{"unasked":{"a":{"b":1,"b":2}}}`:           "variables is given more than once",
		`{"unasked":["canary\u0000"]}`:              "variables holds the character U+0000, which no text may hold",
		`{"canary\ud83d":1}`:                        "variables holds half of a surrogate pair, which is no character",
		`{"one":{"a":"x","\u0061":"y","\u0063":1}}`: "one.a is given more than once",
	} {
		got := sendRaw(t, h, everyQuery, variables)
		if got.Code != http.StatusBadRequest || got.code(t) != "BAD_USER_INPUT" || got.problems()[0] != want {
			t.Errorf("%s: status %d: %s, want %s", variables, got.Code, got.Body, want)
		}
	}
}

// What is wrong is told of every input at once, by the argument it is for.
func TestInputsAreNamed(t *testing.T) {
	t.Parallel()
	h := New(open(newTestSchema()))
	const sites = `query($f: Filter) {offices(filter: $f) {nodes {id}}}`
	for _, c := range []struct {
		query, variables string
		want             []string
	}{
		{sites, `{"f":{"kind":7,"names":["a",null,3],"sites":[{"note":1},{"postalCode":"1","x":1}]}}`, []string{
			"filter.kind must be a value of Kind", "filter.names[1] must not be null", "filter.names[2] must be a text",
			"filter.sites[0].postalCode is missing", "filter.sites[0].note must be a text", "filter.sites[1] has a field that Site does not know",
		}},
		{sites, `{"f":{"__typename":"Filter"}}`, []string{"filter has a field that Filter does not know"}},
		{`query($k: Kind, $n: [String!]) {offices(filter: {not: {kind: $k, names: $n}}) {nodes {id}}}`, `{"k":1,"n":[1]}`, []string{
			"filter.not.kind must be a value of Kind", "filter.not.names[0] must be a text",
		}},
		{`query($p: String!) {offices(filter: {sites: [{postalCode: $p}]}) {nodes {id}}}`, `{}`, []string{"filter.sites[0].postalCode is missing"}},
		{`query($i: ID!) {a: office(id: $i) {id} b: office(id: $i) {name}}`, `{}`, []string{"id is missing"}},
		{`query($t: String) {every(text: $t) hello(name: $t)}`, `{"t":1}`, []string{"$t must be a text"}},
		{`query($n: Int) {...F} fragment F on Query {offices(first: $n) {nodes {id}}}`, `{"n":"5"}`, []string{"first must be an integer of 32 bits"}},
		{`query($s: Boolean!) {hello @skip(if: $s)}`, `{"s":null}`, []string{"if must not be null"}},
		{`query($o: Opaque) {opaque(value: $o)}`, `{"o":{"a":["x\u0000"]}}`, []string{"value holds the character U+0000, which no text may hold"}},
		{`query($o: Opaque) {opaque(value: $o)}`, `{"o":{"a":1,"a":2}}`, []string{"value is given more than once"}},
		// A variable that may be null, for an input that has a default but may not.
		{`query($k: Kind) {every(kind: $k)}`, `{"k":null}`, []string{"kind must not be null"}},
		{`query($k: Kind) {offices(filter: {sites: {postalCode: "1", kind: $k}}) {nodes {id}}}`, `{"k":null}`, []string{"filter.sites.kind must not be null"}},
		// Literals.
		{`{every(text: "a\u0000canary")}`, `null`, []string{"text holds the character U+0000, which no text may hold"}},
		{`{offices(filter: {names: ["a", "a\u0000canary"]}) {nodes {id}}}`, `null`, []string{"filter.names[1] holds the character U+0000, which no text may hold"}},
		{`{every(text: "ä\ud83d canary")}`, `null`, []string{"text holds half of a surrogate pair, which is no character"}},
	} {
		got := sendRaw(t, h, c.query, c.variables)
		if got.Code != http.StatusBadRequest || got.code(t) != "BAD_USER_INPUT" || !reflect.DeepEqual(got.problems(), c.want) {
			t.Errorf("%s %s: status %d\n got %q\nwant %q", c.query, c.variables, got.Code, got.problems(), c.want)
		}
	}
	for query, want := range map[string]string{
		`{every(text: "\ud83d\ude00 � \\ud83d")}`: `"😀 � \\ud83d"`,
		`{every(text: """\ud83d �""")}`:           `"\\ud83d �"`,
	} {
		if got := sendRaw(t, h, query, `null`); !strings.Contains(string(got.body.Data), strings.ReplaceAll(strings.Trim(want, `"`), `\`, `\\`)) {
			t.Errorf("%s: %s", query, got.Body)
		}
	}
}

func TestProblemsAreFew(t *testing.T) {
	t.Parallel()
	h := New(open(newTestSchema()))
	got := sendRaw(t, h, `query($g: [[Int]]) {every(grid: $g)}`, `{"g":[`+strings.Repeat(`"x",`, 90)+`"x"]}`)
	if len(got.body.Errors) != maxFindings {
		t.Errorf("%d errors", len(got.body.Errors))
	}
}

// Findings in documents name the input, too.
func TestFindingsAreNamed(t *testing.T) {
	t.Parallel()
	h := New(open(newTestSchema()))
	for query, want := range map[string][]string{
		`{hello(nam: "x")}`:                                    {"nam"},
		`{hello(name: "x", name: "y")}`:                        {"name"},
		`{office {id}}`:                                        {"id"},
		`{hello @skip}`:                                        {"if"},
		`{hello @skip(if: true, when: 1)}`:                     {"when"},
		`query($n: String) {hello}`:                            {"$n"},
		`query($n: String, $n: String) {hello(name: $n)}`:      {"$n"},
		`{hello(name: $n)}`:                                    {"$n"},
		`query($n: Int) {hello(name: $n)}`:                     {"name"},
		`{offices(filter: {nam: 1}) {nodes {id}}}`:             {"filter.nam"},
		`{offices(filter: {sites: {}}) {nodes {id}}}`:          {"filter.sites.postalCode"},
		`{offices(filter: {sites: [{a: 1}]}) {nodes {id}}}`:    {"filter.sites[0].postalCode", "filter.sites[0].a"},
		`{offices(filter: {kind: 1, kind: 2}) {nodes {id}}}`:   {"filter.kind", "filter.kind", "filter"},
		`{every(number: 2147483648)}`:                          {"number"},
		`{every(number: -2147483649)}`:                         {"number"},
		`{every(number: 1.0)}`:                                 {"number"},
		`{every(number: {})}`:                                  {"number"},
		`{every(number: [1])}`:                                 {"number"},
		`{every(decimal: 1e400)}`:                              {"decimal"},
		`{every(decimal: "1")}`:                                {"decimal"},
		`{every(text: 1)}`:                                     {"text"},
		`{every(text: PUBLIC)}`:                                {"text"},
		`{every(truth: 1)}`:                                    {"truth"},
		`{every(id: 1.5)}`:                                     {"id"},
		`{every(id: 99999999999999999999)}`:                    {"id"},
		`{every(kind: NOBODY)}`:                                {"kind"},
		`{every(kind: null)}`:                                  {"kind"},
		`{every(grid: [[1], ["x"]])}`:                          {"grid[1][0]"},
		`{every(one: {a: "x", b: 1})}`:                         {"one"},
		`{every(one: {a: null})}`:                              {"one"},
		`{opaque(value: 99999999999999999999)}`:                {"value"},
		`query($n: Int = 3000000000) {every(number: $n)}`:      {"$n"},
		`{...F} fragment F on Query {every(number: "canary")}`: {"number"},
	} {
		got := post(t, h, typeResponse, query, nil)
		fields := []string{}
		for _, e := range got.body.Errors {
			fields = append(fields, fmt.Sprint(e.Extensions["field"]))
			if len(e.Locations) == 0 {
				t.Errorf("%s: no location: %s", query, got.Body)
			}
		}
		if got.Code != http.StatusBadRequest || got.code(t) != "GRAPHQL_VALIDATION_FAILED" || !reflect.DeepEqual(fields, want) {
			t.Errorf("%s: fields %q, want %q: %s", query, fields, want, got.Body)
		}
	}
	for _, query := range []string{
		`{every(number: -2147483648, decimal: 1, truth: true, id: 7, kind: CHURCH, grid: 1, one: {b: 1})}`,
		`{every(decimal: 1.5e3, id: "x", text: """x""", grid: [[1, null], null])}`,
		`{opaque(value: {a: [1, {b: X}]})}`,
		`{offices(filter: {sites: {postalCode: "1"}, names: "a"}) {nodes {id}}}`,
	} {
		if got := post(t, h, typeResponse, query, nil); got.Code != http.StatusOK || len(got.body.Errors) > 0 {
			t.Errorf("%s: status %d: %s", query, got.Code, got.Body)
		}
	}
}

// To name an input takes a walk through the document: a wrong one must not take
// as many as it has inputs.
func TestNamingIsBounded(t *testing.T) {
	t.Parallel()
	schema := newTestSchema().schema
	for _, item := range []string{"{}", "$x", "{a: 1, a: 2}"} {
		query := "query($x: Int) {nodes(ids: [" + strings.Repeat(item+" ", 300) + "]) {id}}"
		doc, err := parser.ParseQuery(&ast.Source{Input: query})
		if err != nil {
			t.Fatal(err)
		}
		if found := validator.ValidateWithRules(schema, doc, newRules()); len(found) == 0 || len(found) > 15*maxFindings {
			t.Errorf("%s: %d findings", item, len(found))
		}
	}
}
