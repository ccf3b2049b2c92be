// Package catalog holds the frameworks that come with Plumbline, one YAML file
// each.
//
// There is nothing to register: a new file is a new framework. The package
// assesses nothing.
package catalog

import (
	"embed"
	"io/fs"

	"plumbline/internal/framework"
)

//go:embed *.yaml
var files embed.FS

// Embedded is the folder of framework files.
func Embedded() fs.FS { return files }

// Load reads the frameworks that come with Plumbline, for the rules that there
// are.
func Load(rules framework.Lookup) (*framework.Set, error) { return framework.Load(files, rules) }
