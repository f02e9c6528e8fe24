// Package migrations holds the history of the database schema, oldest first
// and forward only.
package migrations

import "embed"

// FS holds the numbered SQL files.
//
//go:embed *.sql
var FS embed.FS
