package ui

import (
	"context"
	"fmt"

	"plumbline/internal/compliance"
	"plumbline/web/pages"
)

// covers says how the controls of each framework stand of which something is
// assessed. The others are assessed only by mappings that nobody lets count, or
// not at all: they are counted, and stand on the page that lists all.
func (o *outlook) covers(ctx context.Context) error {
	if o.Compliance == nil {
		return nil
	}
	all, _, err := o.Compliance.All(ctx)
	if err != nil {
		return fmt.Errorf("framework coverage: %w", err)
	}
	o.page.Covers = coversOf(all)
	return nil
}

func coversOf(all []compliance.Summary) *pages.Covers {
	if len(all) == 0 {
		return nil
	}
	c := &pages.Covers{Note: "A scan is no certificate.", All: pages.Link{Text: "All frameworks", Href: compliancePath}}
	for i := range all {
		if all[i].Covered.Assessed > 0 {
			c.Rows = append(c.Rows, frameworkRow(&all[i]))
		}
	}
	switch rest := len(all) - len(c.Rows); {
	case len(c.Rows) == 0:
		c.None = "Of no framework is any control assessed: no rule whose mapping counts had anything to be asked of."
	case rest > 0:
		c.Rest = "Of " + some(rest, "more framework", "more frameworks") + " nothing is assessed."
	}
	return c
}
