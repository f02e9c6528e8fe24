// Package internal_test holds the import graph to the order that
// ARCHITECTURE.md draws.
package internal_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "ombudsnetz"

// floors lists the packages from the ground up. A package may import what is on
// a floor below its own, and nothing beside or above it.
func floors() [][]string {
	return [][]string{
		{"internal/fault", "internal/fact", "internal/batch", "internal/heap", "internal/embedded", "migrations"},
		{"internal/ident", "internal/civil", "internal/patch", "internal/text", "internal/breadth"},
		{"internal/postgres"},
		{"internal/page"},
		{"internal/auth", "internal/idempotency"},
		{"internal/history"},
		// The areas, in the order in which they may know each other.
		{"internal/region"},
		{"internal/directory"},
		{"internal/responsibility"},
		{"internal/demo", "internal/export"},
		{"graph/serve", "graph/explorer", "internal/breadth/gen"},
		{"graph/gen"},
		{"graph"},
		{"cmd/ombudsnetz"},
		// For tests and measurements; nothing above may be built from them.
		{"internal/pgtest", "internal/breadth/internal/shapes", "internal/breadth/oracle"},
		{"internal/breadth/internal/shapes/gen"},
		{"bench"},
	}
}

// reserved are modules that one package alone may import, so that the rest of
// the house does not depend on them.
func reserved() map[string][]string {
	return map[string][]string{
		"github.com/lib/pq":                     {"internal/postgres"},
		"github.com/jmoiron/sqlx":               {"internal/postgres"},
		"github.com/pressly/goose":              {"internal/postgres"},
		"github.com/99designs/gqlgen":           {"graph", "graph/gen", "graph/serve", "internal/patch", "internal/breadth", "internal/breadth/gen", "internal/breadth/oracle", "internal/breadth/internal/shapes", "internal/breadth/internal/shapes/gen"},
		"github.com/vektah/gqlparser":           {"graph", "graph/gen", "graph/serve", "internal/breadth", "internal/breadth/gen", "internal/breadth/oracle", "internal/breadth/internal/shapes", "internal/breadth/internal/shapes/gen"},
		"github.com/rs/cors":                    {"graph"},
		"github.com/klauspost/compress":         {"graph"},
		"github.com/alecthomas/kong":            {"cmd/ombudsnetz", "bench"},
		"github.com/google/go-cmp":              {},
		"github.com/santhosh-tekuri/jsonschema": {},
		"pgregory.net/rapid":                    {"internal/breadth/oracle"},
		"github.com/Shopify/toxiproxy":          {},
		"testing":                               {"internal/pgtest"},
		"database/sql":                          {"internal/postgres"},
		"github.com/stretchr/testify":           {},
	}
}

func TestPackagesKnowOnlyWhatIsBelow(t *testing.T) {
	t.Parallel()
	loaded, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedImports, Dir: ".."}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	floorOf := map[string]int{}
	for floor, names := range floors() {
		for _, name := range names {
			floorOf[name] = floor
		}
	}
	for _, pkg := range loaded {
		name, ours := strings.CutPrefix(pkg.PkgPath, module+"/")
		if !ours || name == "internal" {
			continue
		}
		floor, known := floorOf[name]
		if !known {
			t.Errorf("%s stands on no floor: add it to floors where it belongs", name)
			continue
		}
		for path := range pkg.Imports {
			if imported, ours := strings.CutPrefix(path, module+"/"); ours && floorOf[imported] >= floor {
				t.Errorf("%s imports %s, which does not stand below it", name, imported)
			}
			for prefix, allowed := range reserved() {
				below := strings.Contains(prefix, ".") && strings.HasPrefix(path, prefix+"/")
				if (path == prefix || below) && !slices.Contains(allowed, name) {
					t.Errorf("%s imports %s, which only %v may", name, path, allowed)
				}
			}
		}
	}
}
