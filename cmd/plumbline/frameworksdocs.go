package main

import (
	"fmt"
	"strings"

	"plumbline/internal/framework"
	"plumbline/internal/rule"
)

//go:generate go run . frameworks docs ../../docs/frameworks

type frameworksDocsCmd struct {
	rulesFlags
	Dir string `arg:"" type:"path" help:"Directory to write the pages to. Pages of frameworks that are no more are removed from it." placeholder:"DIR"`
}

// Help shows how the command is used.
func (frameworksDocsCmd) Help() string {
	return "Example:\n  plumbline frameworks docs docs/frameworks"
}

// frameworksMade begins every page that the command writes, and none that a
// person did.
const frameworksMade = "<!-- Made by: plumbline frameworks docs. Change the framework's file, and run make generate. -->\n"

// Run writes the pages.
func (c frameworksDocsCmd) Run(s streams) error {
	set, rules, err := c.frameworks()
	if err != nil {
		return err
	}
	pages := map[string]string{"README.md": frameworksIndex(set, rules)}
	for _, f := range set.Frameworks() {
		pages[f.ID+".md"] = frameworkPage(f, rules)
	}
	if err := writePages(c.Dir, frameworksMade, pages); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "Written to %s: an index and %d pages.\n", c.Dir, len(set.Frameworks()))
	return err
}

// frameworksIndex lists the frameworks and, for each rule, the controls that it
// speaks about.
func frameworksIndex(set *framework.Set, rules *rule.Set) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# The frameworks\n\n%d frameworks. Each has a page: its controls, the rules that speak about them, and who says so. What a state of a control means, and what is never claimed, stands in [frameworks.md](../frameworks.md). `plumbline frameworks show FRAMEWORK` tells the same in a terminal.\n\n", len(set.Frameworks()))
	b.WriteString("| framework | publisher | rules speak about | by the publisher's own test |\n|---|---|---|---|\n")
	for _, f := range set.Frameworks() {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %d |\n", cell(f.Title()), f.ID, cell(f.Publisher), spokenAbout(f, rules, everyStatus), spokenAbout(f, rules, framework.Options{}).Assessed)
	}
	b.WriteString("\n## By rule\n\nControls in *italics* are mapped by a third party or by our judgement and count only where somebody switched that on.\n\n| rule | what is true when all is well | controls |\n|---|---|---|\n")
	for _, r := range rules.Rules() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", ruleLink(r.ID, rules), cell(r.Title), places(set.Of(r.ID)))
	}
	return b.String()
}

// places are the controls that a rule speaks about, a line for each framework.
func places(all []framework.Place) string {
	var lines []string
	var last *framework.Framework
	for _, p := range all {
		id := prose(p.Control.ID)
		if p.Mapping.Status != framework.Publisher {
			id = "*" + id + "*"
		}
		if p.Framework == last {
			lines[len(lines)-1] += ", " + id
			continue
		}
		last = p.Framework
		lines = append(lines, fmt.Sprintf("[%s](%s.md) %s", p.Framework.ID, p.Framework.ID, id))
	}
	return strings.Join(lines, "<br>")
}

// ruleLink leads to a rule's page, where there is such a rule.
func ruleLink(id string, rules *rule.Set) string {
	if _, ok := rules.Rule(id); !ok {
		return id
	}
	return fmt.Sprintf("[%s](../rules/%s.md)", id, id)
}

// frameworkPage is one framework's page.
func frameworkPage(f *framework.Framework, rules *rule.Set) string {
	var b strings.Builder
	by := prose(f.Publisher)
	if f.Source != "" {
		by += ": <" + f.Source + ">"
	}
	fmt.Fprintf(&b, "# %s\n\n%s\n\nPublished by %s. %s\n\n", prose(f.Title()), prose(oneLine(f.About)), by, prose(oneLine(f.Licence)))
	fmt.Fprintf(&b, "Controls that rules speak about: %s, %d of them by the publisher's own test. A state of a control is no statement of compliance: see [what is never claimed](../frameworks.md#what-is-never-claimed).\n",
		spokenAbout(f, rules, everyStatus), spokenAbout(f, rules, framework.Options{}).Assessed)
	for _, g := range f.Groups {
		fmt.Fprintf(&b, "\n## %s\n", prose(groupHeading(g)))
		for i := range g.Controls {
			controlPart(&b, f, &g.Controls[i], rules)
		}
	}
	b.WriteString("\n[All frameworks](README.md)\n")
	return b.String()
}

func controlPart(b *strings.Builder, f *framework.Framework, c *framework.Control, rules *rule.Set) {
	fmt.Fprintf(b, "\n### %s: %s\n", prose(c.ID), prose(c.Title))
	for _, p := range []struct{ lead, text string }{
		{"", c.Text}, {"*To be stated, for no machine can check it:* ", c.Attest}, {"*It cannot be told,* ", c.Cannot}} {
		if p.text != "" {
			fmt.Fprintf(b, "\n%s%s\n", p.lead, prose(oneLine(p.text)))
		}
	}
	if c.Comes != "" {
		fmt.Fprintf(b, "\nSome of it comes %s.\n", prose(c.Comes))
	}
	if len(c.Rules) > 0 {
		b.WriteString("\n| rule | who says that it speaks about this | what differs |\n|---|---|---|\n")
		for _, m := range c.Rules {
			fmt.Fprintf(b, "| %s | %s | %s |\n", ruleLink(m.Rule, rules), cell(whoSays(f, m)), cell(m.Note))
		}
	}
	if inShort(c) == "nothing assesses it" {
		b.WriteString("\nNothing assesses it.\n")
	}
}
