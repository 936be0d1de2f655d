// Package sql holds the platform's LOGIC: a folder a domain, a file a
// function. The loader in server/db applies what changed.
package sql

import "embed"

// FS is every SQL file of the platform, by domain.
//
//go:embed all:*
var FS embed.FS
