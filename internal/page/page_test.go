package page_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// row is sorted by all of its values.
type row []string

type connection = page.Connection[row, string]

func order(name string, columns int) page.Order[row] {
	o := page.Order[row]{Name: name, Values: func(r row) []string { return r }}
	for i := range columns {
		o.Columns = append(o.Columns, page.Column{Expression: fmt.Sprintf("t.c%d", i), Type: "text"})
	}
	return o
}

func codec() page.Codec { return page.NewCodec([]byte("a key for tests, longer than a hash")) }

// cursorOf returns the cursor of r in a list.
func cursorOf(t rapid.TB, c page.Codec, o page.Order[row], r row) page.Cursor {
	t.Helper()
	asked, err := page.Read(c, o, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	return page.Connect(asked, []row{r}, "").Edges()[0].Cursor()
}

// after reads the place that a cursor marks.
func after(c page.Codec, o page.Order[row], cursor page.Cursor) (row, error) {
	asked, err := page.Read(c, o, page.Args{After: &cursor})
	if err != nil {
		return nil, err
	}
	_, args := asked.Behind()
	r := row{}
	for _, arg := range args {
		r = append(r, arg.(string))
	}
	return r, nil
}

func wantRefused(t rapid.TB, what string, err error, field string) {
	t.Helper()
	all := fault.All(err)
	if len(all) != 1 || all[0].Code != fault.BadUserInput || all[0].Field != field {
		t.Errorf("%s: error is %v, want BAD_USER_INPUT at %s", what, err, field)
	}
}

func TestCursorRoundTrips(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "order")
		r := row(rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "values"))
		o := order(name, len(r))
		cursor := cursorOf(t, codec(), o, r)
		if len(cursor) > 2048 {
			return // longer than a cursor may be
		}
		got, err := after(codec(), o, cursor)
		if err != nil {
			t.Fatalf("own cursor: %v", err)
		}
		if diff := cmp.Diff(r, got); diff != "" {
			t.Fatal(diff)
		}
		if again := cursorOf(t, codec(), o, r); again != cursor {
			t.Fatalf("the same row has the cursors %s and %s", cursor, again)
		}
	})
}

func TestCursorHoldsTheLongestName(t *testing.T) {
	t.Parallel()
	longest := row{strings.Repeat("🧡", 200), "01890a5d-ac96-774b-bcce-b302099a8057"}
	o := order("office.NAME", 2)
	if _, err := after(codec(), o, cursorOf(t, codec(), o, longest)); err != nil {
		t.Error(err)
	}
}

func TestTamperedCursorIsRefused(t *testing.T) {
	t.Parallel()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \n\x00ä"
	o := order("office.NAME", 2)
	good := cursorOf(t, codec(), o, row{"Ombudsstelle Stendal", "01890a5d-ac96-774b-bcce-b302099a8057"})
	refuse := func(what string, cursor page.Cursor) {
		t.Helper()
		_, err := after(codec(), o, cursor)
		wantRefused(t, what, err, "after")
	}
	for i := range len(good) {
		for _, r := range alphabet {
			if string(r) != string(good[i]) {
				refuse(fmt.Sprintf("character %d is %q", i, r), good[:i]+page.Cursor(r)+good[i+1:])
			}
		}
		refuse(fmt.Sprintf("character %d removed", i), good[:i]+good[i+1:])
		refuse(fmt.Sprintf("cut off at %d", i), good[:i])
		refuse(fmt.Sprintf("character %d doubled", i), good[:i]+good[i:i+1]+good[i:])
	}
	refuse("longer", good+"A")
	refuse("padded", good+"=")
	raw, err := base64.RawURLEncoding.DecodeString(string(good))
	if err != nil {
		t.Fatal(err)
	}
	for bit := range 8 * len(raw) {
		flipped := append([]byte(nil), raw...)
		flipped[bit/8] ^= 1 << (bit % 8)
		refuse(fmt.Sprintf("bit %d flipped", bit), page.Cursor(base64.RawURLEncoding.EncodeToString(flipped)))
	}
}

func TestForeignCursorIsRefused(t *testing.T) {
	t.Parallel()
	own, r := order("office.NAME", 2), row{"a", "b"}
	for name, cursor := range map[string]page.Cursor{
		"of another order":                   cursorOf(t, codec(), order("office.NEWEST", 2), r),
		"of an order with a name as long":    cursorOf(t, codec(), order("region.NAME", 2), r),
		"of an order with a longer name":     cursorOf(t, codec(), order("office.NAME2", 2), r),
		"sealed with another key":            cursorOf(t, page.NewCodec([]byte("another")), own, r),
		"sealed with no key":                 cursorOf(t, page.NewCodec(nil), own, r),
		"with a column less":                 cursorOf(t, codec(), order("office.NAME", 1), row{"a"}),
		"with a column more":                 cursorOf(t, codec(), order("office.NAME", 3), row{"a", "b", "c"}),
		"with no column":                     cursorOf(t, codec(), order("office.NAME", 0), row{}),
		"longer than any":                    cursorOf(t, codec(), own, row{strings.Repeat("a", 2048), "b"}),
		"empty":                              "",
		"an offset, as other servers use it": "YXJyYXljb25uZWN0aW9uOjEw",
	} {
		_, err := after(codec(), own, cursor)
		wantRefused(t, name, err, "after")
	}
}

// The name of an order and the values are sealed as a whole: moving the border
// between them is no way to forge a cursor.
func TestOrderAndValuesDoNotBlend(t *testing.T) {
	t.Parallel()
	short, long := order("a", 1), order("a\x01b", 0)
	got, err := after(codec(), long, cursorOf(t, codec(), short, row{"b"}))
	if err == nil {
		t.Errorf("a cursor of %q was read as %v of %q", short.Name, got, long.Name)
	}
}

func FuzzCursor(f *testing.F) {
	o := order("office.NAME", 2)
	good := cursorOf(f, codec(), o, row{"Ombudsstelle Stendal", "01890a5d-ac96-774b-bcce-b302099a8057"})
	f.Add(string(good))
	f.Add(string(good[:20]))
	f.Add(string(cursorOf(f, codec(), o, row{"", ""})))
	f.Add(string(cursorOf(f, codec(), order("office.NAME", 3), row{"", "", ""})))
	f.Add("")
	f.Add("AQ")
	f.Add(strings.Repeat("A", 3000))
	f.Fuzz(func(t *testing.T, text string) {
		r, err := after(codec(), o, page.Cursor(text))
		if err != nil {
			wantRefused(t, text, err, "after")
			return
		}
		if again := cursorOf(t, codec(), o, r); string(again) != text {
			t.Errorf("%q marks the row of %q", text, again)
		}
	})
}

func TestLoadedCodecReadsCursorsOfEveryServer(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	one, err := page.LoadCodec(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	other, err := page.LoadCodec(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	o := order("office.NAME", 1)
	cursor := cursorOf(t, one, o, row{"a"})
	if _, err := after(other, o, cursor); err != nil {
		t.Errorf("a second server: %v", err)
	}
	_, err = after(page.NewCodec(nil), o, cursor)
	wantRefused(t, "a codec without the secret", err, "after")
	if _, err := page.LoadCodec(t.Context(), pgtest.NewEmpty(t)); err == nil {
		t.Error("a codec was loaded from a database without a secret")
	}
}

func TestFirstHasBounds(t *testing.T) {
	t.Parallel()
	for _, first := range []int{-1 << 63, -1, 0, 101, 1<<63 - 1} {
		_, err := page.Read(codec(), order("a", 1), page.Args{First: &first})
		wantRefused(t, fmt.Sprintf("first %d", first), err, "first")
	}
	for _, first := range []int{1, 2, 99, 100} {
		asked, err := page.Read(codec(), order("a", 1), page.Args{First: &first})
		if err != nil || asked.Limit() != first+1 {
			t.Errorf("first %d: limit %d, %v", first, asked.Limit(), err)
		}
	}
	if asked, err := page.Read(codec(), order("a", 1), page.Args{}); err != nil || asked.Limit() != 21 {
		t.Errorf("without first: limit %d, %v", asked.Limit(), err)
	}
}

func TestLargestPageIsConfigured(t *testing.T) {
	t.Parallel()
	for allowed, largest := range map[int]int{-1: 20, 1: 20, 20: 20, 21: 21, 100: 100, 1000: 1000} {
		c := codec().Allowing(allowed)
		asked, err := page.Read(c, order("a", 1), page.Args{First: new(largest)})
		if err != nil || asked.Limit() != largest+1 {
			t.Errorf("allowing %d, first %d: limit %d, %v", allowed, largest, asked.Limit(), err)
		}
		_, err = page.Read(c, order("a", 1), page.Args{First: new(largest + 1)})
		wantRefused(t, fmt.Sprintf("allowing %d, first %d", allowed, largest+1), err, "first")
		want := fault.Text{EN: fmt.Sprintf("must be between 1 and %d", largest), DE: fmt.Sprintf("muss zwischen 1 und %d liegen", largest)}
		if all := fault.All(err); len(all) == 1 && all[0].Text != want {
			t.Errorf("allowing %d: the message is %v, want %v", allowed, all[0].Text, want)
		}
	}
}

// Another bound is no other list: its cursors go on being good.
func TestCursorOutlivesTheLargestPage(t *testing.T) {
	t.Parallel()
	o := order("a", 1)
	got, err := after(codec(), o, cursorOf(t, codec().Allowing(1000), o, row{"a"}))
	if err != nil || cmp.Diff(row{"a"}, got) != "" {
		t.Errorf("it marks %v, %v", got, err)
	}
}

func TestBothArgumentsAreBlamedAtOnce(t *testing.T) {
	t.Parallel()
	first, cursor := 0, page.Cursor("nonsense")
	_, err := page.Read(codec(), order("a", 1), page.Args{First: &first, After: &cursor})
	fields := []string{}
	for _, e := range fault.All(err) {
		fields = append(fields, e.Field)
	}
	if diff := cmp.Diff([]string{"first", "after"}, fields); diff != "" {
		t.Error(diff)
	}
}

func TestPageInSQL(t *testing.T) {
	t.Parallel()
	up := order("up", 2)
	down := order("down", 2)
	down.Descending = true
	for _, c := range []struct {
		order      page.Order[row]
		by, behind string
	}{
		{up, "t.c0, t.c1", "(t.c0, t.c1) > (?::text, ?::text)"},
		{down, "t.c0 DESC, t.c1 DESC", "(t.c0, t.c1) < (?::text, ?::text)"},
	} {
		first, err := page.Read(codec(), c.order, page.Args{})
		if err != nil {
			t.Fatal(err)
		}
		if behind, args := first.Behind(); behind != "true" || len(args) != 0 {
			t.Errorf("%s: the first page is behind %s, %v", c.order.Name, behind, args)
		}
		cursor := cursorOf(t, codec(), c.order, row{"a", "b"})
		next, err := page.Read(codec(), c.order, page.Args{After: &cursor})
		if err != nil {
			t.Fatal(err)
		}
		behind, args := next.Behind()
		if behind != c.behind || cmp.Diff([]any{"a", "b"}, args) != "" {
			t.Errorf("%s: the next page is behind %s, %v", c.order.Name, behind, args)
		}
		if next.By() != c.by {
			t.Errorf("%s: sorted by %s", c.order.Name, next.By())
		}
	}
}

func TestConnection(t *testing.T) {
	t.Parallel()
	rows := []row{{"a"}, {"b"}, {"c"}}
	begin := cursorOf(t, codec(), order("a", 1), row{"0"})
	for name, c := range map[string]struct {
		size      int
		after     *page.Cursor
		fetched   []row
		nodes     []row
		next, pre bool
	}{
		"one row more than asked":  {2, nil, rows, rows[:2], true, false},
		"as many as asked":         {3, nil, rows, rows, false, false},
		"fewer than asked":         {4, nil, rows, rows, false, false},
		"a page in between":        {2, &begin, rows, rows[:2], true, true},
		"the last page":            {3, &begin, rows, rows, false, true},
		"nothing":                  {3, nil, nil, []row{}, false, false},
		"nothing behind a cursor":  {3, &begin, []row{}, []row{}, false, true},
		"one asked, two are there": {1, nil, rows[:2], rows[:1], true, false},
	} {
		asked, err := page.Read(codec(), order("a", 1), page.Args{First: &c.size, After: c.after})
		if err != nil {
			t.Fatal(err)
		}
		got := page.Connect(asked, c.fetched, "the query")
		check(t, name, got, c.nodes, c.next, c.pre)
	}
}

func check(t *testing.T, name string, got *connection, nodes []row, next, previous bool) {
	t.Helper()
	if diff := cmp.Diff(nodes, got.Nodes); diff != "" { // nil differs from empty
		t.Errorf("%s: nodes:\n%s", name, diff)
	}
	if got.Query != "the query" {
		t.Errorf("%s: the query is %q", name, got.Query)
	}
	info := got.PageInfo()
	if info.HasNextPage != next || info.HasPreviousPage != previous {
		t.Errorf("%s: next %t, previous %t", name, info.HasNextPage, info.HasPreviousPage)
	}
	edges := got.Edges()
	if edges == nil || len(edges) != len(nodes) {
		t.Fatalf("%s: edges are %v", name, edges)
	}
	if len(nodes) == 0 {
		if info.StartCursor() != nil || info.EndCursor() != nil {
			t.Errorf("%s: an empty page has cursors", name)
		}
		return
	}
	for i, edge := range edges {
		marked, err := after(codec(), order("a", 1), edge.Cursor())
		if err != nil || cmp.Diff(nodes[i], marked) != "" || cmp.Diff(nodes[i], edge.Node) != "" {
			t.Errorf("%s: edge %d holds %v and marks %v, %v", name, i, edge.Node, marked, err)
		}
	}
	if *info.StartCursor() != edges[0].Cursor() || *info.EndCursor() != edges[len(edges)-1].Cursor() {
		t.Errorf("%s: the page's cursors are not those of its first and last edge", name)
	}
}
