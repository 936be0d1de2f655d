// Package pgtap holds the tests of sql/, and the actors that tests use.
package pgtap

import _ "embed"

// Helpers is the SQL that makes the schema tests: pgTAP and the actors.
//
//go:embed helpers.sql
var Helpers string
