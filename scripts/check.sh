#!/bin/sh
# What `make check` does: everything about the source that no test can say.
set -eu
cd "$(dirname "$0")/.."
GO=${GO:-go}

say() { printf '== %s\n' "$*"; }

say "generated files are what make generate writes"
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
cp -r graph/gen schema.graphql "$before"
cp -r internal/breadth/internal/shapes/gen "$before/shapes"
cp graph/*.resolvers.go "$before"
${MAKE:-make} -s generate
differs=0
diff -r "$before/gen" graph/gen || differs=1
diff -r "$before/shapes" internal/breadth/internal/shapes/gen || differs=1
diff "$before/schema.graphql" schema.graphql || differs=1
for file in graph/*.resolvers.go; do
    diff "$before/$(basename "$file")" "$file" || differs=1
done
if [ "$differs" = 1 ]; then
    echo "make generate changed files: run it, look at the difference and commit it" >&2
    exit 1
fi

say "format"
unformatted=$(gofmt -l $(git ls-files --cached --others --exclude-standard '*.go'))
if [ -n "$unformatted" ]; then
    echo "run gofmt -w on: $unformatted" >&2
    exit 1
fi

say "go.mod is tidy"
$GO mod tidy -diff

say "vet"
$GO vet ./...

say "lint (the first time the linter is built, which takes minutes)"
$GO tool -modfile=tools/go.mod golangci-lint run ./...

say "who may import whom"
$GO test -count=1 ./internal

say "no download addresses in lock files"
if grep -l '"resolved"' conformance/package-lock.json; then
    echo "conformance/package-lock.json holds download addresses: npm install --omit-lockfile-registry-resolved" >&2
    exit 1
fi
