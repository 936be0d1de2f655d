// Package migrations holds the platform's STATE: roles, schemas, types,
// tables, indexes, grants on tables. goose runs it; see ../sql for LOGIC.
package migrations

import "embed"

// FS is every migration of the platform.
//
//go:embed *.sql
var FS embed.FS
