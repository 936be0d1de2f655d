package dev

import (
	"errors"

	"howdah/server/db"
)

// Advice is what mends an error of a file where PostgreSQL has no hint and what
// to do depends on how a project is laid out; empty for others.
func Advice(e *db.FileError) string {
	if e.Hint != "" {
		return ""
	}
	switch e.SQLState {
	case "3F000": // invalid_schema_name
		return "\n  hint: a folder of sql/ is only a folder; a schema is made in a migration: `howdah migrate new`"
	case "42P01", "42703": // undefined_table, undefined_column
		return "\n  hint: tables and columns are made in migrations: `howdah migrate status` lists those that are not applied"
	}
	return ""
}

// advised is Advice for any error.
func advised(err error) string {
	var file *db.FileError
	if errors.As(err, &file) {
		return Advice(file)
	}
	return ""
}
