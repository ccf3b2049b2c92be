package main

import (
	"os"

	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
)

// rulesFlags say which rules stand above those that come with Plumbline.
type rulesFlags struct {
	RulesDir string `name:"rules-dir" env:"PLUMBLINE_RULES_DIR" type:"existingdir" help:"Directory of rule files of your own. One with the id of a rule that comes with Plumbline takes its place." placeholder:"DIR"`
}

// compose reads the catalogue and, above it, the directory.
func (f rulesFlags) compose() (*rule.Set, error) {
	if f.RulesDir == "" {
		return rule.Compose(rule.Choice{}, catalog.Embedded())
	}
	return rule.Compose(rule.Choice{}, catalog.Embedded(), rule.Named(f.RulesDir, os.DirFS(f.RulesDir)))
}
