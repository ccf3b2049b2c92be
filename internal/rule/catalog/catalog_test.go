package catalog_test

import (
	"testing"

	"plumbline/internal/rule/catalog"
	"plumbline/internal/rule/ruletest"
)

func TestEveryRuleOfTheCatalogueHolds(t *testing.T) {
	t.Parallel()
	set, err := catalog.Load()
	if err != nil {
		t.Fatalf("the catalogue does not load:\n%v", err)
	}
	ruletest.Run(t, set)
}
