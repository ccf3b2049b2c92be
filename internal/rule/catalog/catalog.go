// Package catalog holds the rules that come with Plumbline, one YAML file each
// in the folder of its provider; xc holds those that hold on every cloud, host
// and app those about what a probe finds in workloads and behind addresses.
//
// There is nothing to register: a new file is a new rule. The package judges
// nothing.
package catalog

import (
	"embed"
	"io/fs"
	"sync"

	"plumbline/internal/rule"
)

//go:embed aws/*.yaml ibm/*.yaml host/*.yaml app/*.yaml xc/*.yaml
var files embed.FS

// Embedded is the folder of rule files.
func Embedded() fs.FS { return files }

// Versions are those of all the files, as rule.Rule.Version says them.
var Versions = sync.OnceValue(func() map[string]bool {
	versions := map[string]bool{}
	_ = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			b, _ := files.ReadFile(name) // it is in memory
			versions[rule.VersionOf(b)] = true
		}
		return err
	})
	return versions
})

// Load reads the rules of the catalogue.
func Load() (*rule.Set, error) { return rule.Load(files) }
