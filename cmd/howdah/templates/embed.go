// Package templates holds the projects that `howdah init` copies. The first is
// also the demo that a fresh `howdah serve` shows.
package templates

import "embed"

// FS is every template, a folder each.
//
//go:embed all:*
var FS embed.FS
