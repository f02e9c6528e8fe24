package batch_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ombudsnetz/internal/batch"
)

type row struct{ Key, N int }

func keyOf(r *row) int { return r.Key }

func draw(t *rapid.T) (keys []int, rows []*row) {
	key := rapid.IntRange(0, 9)
	keys = rapid.SliceOfN(key, 0, 12).Draw(t, "keys")
	for i, k := range rapid.SliceOfN(key, 0, 20).Draw(t, "rows") {
		rows = append(rows, &row{Key: k, N: i})
	}
	return keys, rows
}

func TestOneLinesRowsUpWithKeys(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keys, rows := draw(t)
		rows = batch.Distinct(rows, keyOf)
		got := batch.One(keys, rows, keyOf)
		if len(got) != len(keys) {
			t.Fatalf("%d answers for %d keys", len(got), len(keys))
		}
		for i, k := range keys {
			at := slices.IndexFunc(rows, func(r *row) bool { return r.Key == k })
			if at < 0 && got[i] != nil || at >= 0 && got[i] != rows[at] {
				t.Fatalf("key %d got %v", k, got[i])
			}
		}
	})
}

func TestManyKeepsTheOrderOfEachKeysRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keys, rows := draw(t)
		got := batch.Many(keys, rows, keyOf)
		if len(got) != len(keys) {
			t.Fatalf("%d answers for %d keys", len(got), len(keys))
		}
		for i, k := range keys {
			want := []*row{}
			for _, r := range rows {
				if r.Key == k {
					want = append(want, r)
				}
			}
			if diff := cmp.Diff(want, got[i]); diff != "" { // nil differs from empty
				t.Fatalf("key %d:\n%s", k, diff)
			}
		}
	})
}

func TestDistinctKeepsTheFirstOfEachKey(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, rows := draw(t)
		want := []*row{}
		for i, r := range rows {
			if slices.IndexFunc(rows, func(o *row) bool { return o.Key == r.Key }) == i {
				want = append(want, r)
			}
		}
		if diff := cmp.Diff(want, batch.Distinct(rows, keyOf)); diff != "" {
			t.Fatal(diff)
		}
	})
}
