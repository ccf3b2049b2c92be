// Package migrations holds the steps that bring a database to the shape this
// program works with, one file each, forward only.
//
// It runs nothing: package postgres does. A step that stands in a release is
// never edited.
package migrations

import "embed"

// Files are the steps, in the order of their numbers.
//
//go:embed 0*.sql
var Files embed.FS
