// Package batch lines up rows that were fetched for many parents at once with
// the parents that asked for them.
package batch

// One returns for each key the row that has it, the zero value where none has.
func One[K comparable, R any](keys []K, rows []R, key func(R) K) []R {
	byKey := make(map[K]R, len(rows))
	for _, row := range rows {
		byKey[key(row)] = row
	}
	aligned := make([]R, len(keys))
	for i, k := range keys {
		aligned[i] = byKey[k]
	}
	return aligned
}

// Many returns for each key its rows in the order in which they were fetched,
// an empty list where there are none.
func Many[K comparable, R any](keys []K, rows []R, key func(R) K) [][]R {
	counts := make(map[K]int, len(keys))
	for _, row := range rows {
		counts[key(row)]++
	}
	// The rows of a key lie side by side, all in one piece of memory.
	sorted := make([]R, len(rows))
	next, end := make(map[K]int, len(keys)), 0
	for _, row := range rows {
		k := key(row)
		at, begun := next[k]
		if !begun {
			at = end
			end += counts[k]
		}
		sorted[at] = row
		next[k] = at + 1
	}
	aligned := make([][]R, len(keys))
	for i, k := range keys {
		at := next[k]
		aligned[i] = sorted[at-counts[k] : at : at]
	}
	return aligned
}

// Distinct returns one item for each key, in the order of first appearance:
// several parents may ask for the same thing.
func Distinct[T any, K comparable](items []T, key func(T) K) []T {
	seen := make(map[K]struct{}, len(items))
	distinct := make([]T, 0, len(items))
	for _, item := range items {
		if _, again := seen[key(item)]; !again {
			seen[key(item)] = struct{}{}
			distinct = append(distinct, item)
		}
	}
	return distinct
}
