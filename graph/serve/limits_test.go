package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	limits := Limits{Depth: 3, Aliases: 2, RootFields: 4, Directives: 2, Fields: 8, Cost: 50, ListLength: 3, VariableBytes: 300, VariableDepth: 4}
	cfg := open(newTestSchema())
	cfg.Limits = func(context.Context) Limits { return limits }
	cfg.Tokens = 350
	h := New(cfg)
	for _, c := range []struct {
		limit     string
		query     string
		variables any
		value     float64
		maximum   float64
		field     any
	}{
		{limit: "depth", query: `{office(id: 1) {parent {parent {id}}}}`, value: 4, maximum: 3},
		{limit: "aliases", query: `{a: hello b: hello c: hello}`, value: 3, maximum: 2},
		{limit: "aliases", query: `{...F ...F} fragment F on Query {a: hello b: hello}`, value: 4, maximum: 2},
		{limit: "rootFields", query: `{hello kind secret strings tags {name}}`, value: 5, maximum: 4},
		{limit: "directives", query: `{hello @skip(if: false) kind @skip(if: false) secret @skip(if: false)}`, value: 3, maximum: 2},
		{limit: "fields", query: `{office(id: 1) {...F region {id}}} fragment F on Office {id name id name id name}`, value: 9, maximum: 8},
		{limit: "fields", query: strings.Replace(bomb(16, false), "{id}", "{id name}", 1), value: 1<<17 + 1, maximum: 8},
		{limit: "cost", query: `{offices(first: 50) {nodes {id}}}`, value: 51, maximum: 50},
		{limit: "cost", query: `{offices(first: 2000000000) {nodes {id}}}`, value: 101, maximum: 50},
		{limit: "listLength", query: `{nodes(ids: [1, 2, 3, 4]) {id}}`, value: 4, maximum: 3, field: "ids"},
		{limit: "listLength", query: `query($i: [ID!]!) {nodes(ids: $i) {id}}`, variables: map[string]any{"i": []int{1, 2, 3, 4}}, value: 4, maximum: 3, field: "ids"},
		{limit: "listLength", query: `query($f: Filter) {offices(filter: $f) {nodes {id}}}`, variables: json.RawMessage(`{"f":{"not":{"names":["a","b","c","d"]}}}`), value: 4, maximum: 3, field: "filter.not.names"},
		{limit: "listLength", query: `query($o: Opaque) {opaque(value: $o)}`, variables: json.RawMessage(`{"o":{"a":[1,2,3,4]}}`), value: 4, maximum: 3, field: "value"},
		{limit: "listLength", query: `{hello}`, variables: json.RawMessage(`{"o":{"a":[1,2,3,4]}}`), value: 4, maximum: 3, field: "variables"},
		{limit: "listLength", query: `query($i: [ID!]! = [1, 2, 3, 4]) {nodes(ids: $i) {id}}`, value: 4, maximum: 3, field: "$i"},
		{limit: "variableBytes", query: `{hello}`, variables: map[string]any{"i": strings.Repeat("x", 300)}, value: 308, maximum: 300, field: "variables"},
		{limit: "variableDepth", query: `{hello}`, variables: json.RawMessage(`{"a":{"a":[{"a":[1]}]}}`), value: 5, maximum: 4, field: "variables"},
		{limit: "tokens", query: "{" + strings.Repeat("hello ", 350) + "}", value: 351, maximum: 350},
		{limit: "operations", query: `query A{hello} query B{hello} query C{hello} query D{hello} query E{hello} query F{hello}`, value: 6, maximum: 5},
		{limit: "repetitions", query: "{" + strings.Repeat("hello ", 200) + "...{" + strings.Repeat("hello ", 101) + "}}", value: 301, maximum: 300},
	} {
		t.Run(c.limit, func(t *testing.T) {
			t.Parallel()
			got := post(t, h, typeResponse, c.query, c.variables)
			if got.Code != http.StatusBadRequest || got.code(t) != "LIMIT_EXCEEDED" {
				t.Fatalf("status %d: %s", got.Code, got.Body)
			}
			details := got.body.Errors[0].Extensions
			if details["limit"] != c.limit || details["value"] != c.value || details["maximum"] != c.maximum || details["field"] != c.field {
				t.Errorf("%v, want %s %v of %v at %v", details, c.limit, c.value, c.maximum, c.field)
			}
		})
	}
}

// The answer tells the cost, also when it refuses it.
func TestCostIsTold(t *testing.T) {
	t.Parallel()
	cfg := open(newTestSchema())
	cfg.Limits = func(context.Context) Limits { return Limits{Cost: 30, Depth: 6} }
	cfg.StatementCount = func(context.Context) int { return 4 }
	h := New(cfg)
	for first, status := range map[int]int{29: 200, 30: 400} {
		got := post(t, h, typeResponse, fmt.Sprintf(`{o: offices(first: %d) {nodes {id}}}`, first), nil)
		want := map[string]int{"requested": first + 1, "limit": 30, "depth": 3, "depthLimit": 6, "fields": 3, "aliases": 1, "statements": 4}
		if got.Code != status || fmt.Sprint(got.cost(t)) != fmt.Sprint(want) {
			t.Errorf("first %d: status %d, cost %v, want %v", first, got.Code, got.cost(t), want)
		}
	}
}

// A limit left out of a viewer class is strict, not absent.
func TestForgottenLimitsAreStrict(t *testing.T) {
	t.Parallel()
	if got := (Limits{Cost: 7}).orDefaults(); got.Depth != Anonymous().Depth || got.Body != Anonymous().Body || got.Cost != 7 {
		t.Errorf("%+v", got)
	}
	if (Limits{}).orDefaults() != Anonymous() {
		t.Error("the zero value is not Anonymous")
	}
}
