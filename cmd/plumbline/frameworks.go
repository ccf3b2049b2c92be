package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"plumbline/internal/framework"
	"plumbline/internal/framework/catalog"
	"plumbline/internal/rule"
)

type frameworksCmd struct {
	List frameworksListCmd `cmd:"" help:"List the frameworks, with how many controls rules speak about."`
	Show frameworksShowCmd `cmd:"" help:"Show one framework, or one of its controls with its rules."`
	Test frameworksTestCmd `cmd:"" help:"Read every framework and check what it names."`
	Docs frameworksDocsCmd `cmd:"" help:"Write a page of documentation for each framework."`
}

// frameworks are those that come with Plumbline and, above them, those of the
// folder frameworks of the directory, beside the rules that they speak of.
func (f rulesFlags) frameworks() (*framework.Set, *rule.Set, error) {
	rules, err := f.compose()
	if err != nil {
		return nil, nil, err
	}
	set, err := frameworksOf(rules, f.RulesDir)
	return set, rules, err
}

// frameworksOf reads the frameworks for these rules; dir may be empty.
func frameworksOf(rules framework.Lookup, dir string) (*framework.Set, error) {
	if dir == "" {
		return catalog.Load(rules)
	}
	own, err := framework.Below(os.DirFS(dir))
	if err != nil {
		return nil, err
	}
	if own != nil {
		own = rule.Named(filepath.Join(dir, "frameworks"), own)
	}
	return framework.Compose(rules, catalog.Embedded(), own)
}

type frameworksListCmd struct{ rulesFlags }

// Help shows how the command is used.
func (frameworksListCmd) Help() string {
	return "Examples:\n  plumbline frameworks list\n  plumbline frameworks list --rules-dir ./rules"
}

// Run lists the frameworks.
func (c frameworksListCmd) Run(s streams) error {
	set, rules, err := c.frameworks()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FRAMEWORK\tRULES SPEAK ABOUT\tBY ITS PUBLISHER\tNAME")
	for _, f := range set.Frameworks() {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", f.ID, spokenAbout(f, rules, everyStatus), spokenAbout(f, rules, framework.Options{}).Assessed, f.Title())
	}
	return w.Flush()
}

// everyStatus lets every mapping count.
var everyStatus = framework.Options{ThirdParty: true, Judgement: true}

// spokenAbout counts the controls that rules which are there can assess.
func spokenAbout(f *framework.Framework, rules *rule.Set, o framework.Options) framework.Covered {
	return framework.Coverage(f, framework.Assess(f, o, func(id string) framework.Tally {
		if _, ok := rules.Rule(id); !ok {
			return framework.Tally{}
		}
		return framework.Tally{Fail: 1} // whatever it says, it says something
	}))
}

type frameworksShowCmd struct {
	rulesFlags
	ID      string `arg:"" help:"Framework id, cis-aws-3.0." placeholder:"FRAMEWORK"`
	Control string `arg:"" optional:"" help:"One of its controls, 5.6." placeholder:"CONTROL"`
}

// Help shows how the command is used.
func (frameworksShowCmd) Help() string {
	return "Examples:\n  plumbline frameworks show cis-aws-3.0\n  plumbline frameworks show cis-aws-3.0 5.6"
}

// Run shows one framework or one control.
func (c frameworksShowCmd) Run(s streams) error {
	set, rules, err := c.frameworks()
	if err != nil {
		return err
	}
	f, ok := set.Framework(strings.ToLower(c.ID))
	if !ok {
		return fmt.Errorf("there is no framework %q; plumbline frameworks list names them all", c.ID)
	}
	if c.Control == "" {
		return showFramework(s.out, f, rules)
	}
	control, ok := f.Control(c.Control)
	if !ok {
		return fmt.Errorf("%s has no control %q here; plumbline frameworks show %s names those it has", f.Title(), c.Control, f.ID)
	}
	return showControl(s.out, f, control, rules)
}

func showFramework(out io.Writer, f *framework.Framework, rules *rule.Set) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n%s\n\n%s\n\n", f.ID, f.Title(), f.Publisher, folded(f.About))
	fmt.Fprintf(&b, "Controls that rules speak about: %s, %d of them by the publisher's own test.\n%s\n", spokenAbout(f, rules, everyStatus),
		spokenAbout(f, rules, framework.Options{}).Assessed, strings.TrimSpace(folded(f.Licence)+"\n"+f.Source))
	if _, err := io.WriteString(out, b.String()); err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, g := range f.Groups {
		fmt.Fprintf(w, "\n%s\n", groupHeading(g))
		for i := range g.Controls {
			c := &g.Controls[i]
			fmt.Fprintf(w, "  %s\t%s\t%s\n", c.ID, c.Title, inShort(c))
		}
	}
	return w.Flush()
}

// groupHeading is a group's id and title; a title that begins with the id says
// both.
func groupHeading(g framework.Group) string {
	if strings.HasPrefix(g.Title, g.ID) {
		return g.Title
	}
	return g.ID + "  " + g.Title
}

// inShort is what a control rests on, in a few words.
func inShort(c *framework.Control) string {
	var said []string
	if n := len(c.Rules); n == 1 {
		said = append(said, c.Rules[0].Rule)
	} else if n > 1 {
		said = append(said, fmt.Sprintf("%d rules", n))
	}
	if c.Attest != "" {
		said = append(said, "a statement")
	}
	if c.Cannot != "" {
		said = append(said, "cannot be told")
	}
	if c.Comes != "" {
		said = append(said, "comes "+c.Comes)
	}
	if len(said) == 0 {
		return "nothing assesses it"
	}
	return strings.Join(said, ", ")
}

// whoSays is who holds that a rule speaks about a control, and where.
func whoSays(f *framework.Framework, m framework.Mapping) string {
	who := map[framework.Status]string{
		framework.Publisher: "the publisher's own test", framework.ThirdParty: "a third party's mapping", framework.Judgement: "our judgement"}[m.Status]
	switch {
	case m.Status == framework.Publisher && f.Publisher == framework.Ours:
		return "our own practice"
	case m.Source != "":
		return who + ": " + m.Source
	}
	return who
}

func showControl(out io.Writer, f *framework.Framework, c *framework.Control, rules *rule.Set) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s  %s\n\n", f.ID, c.ID, c.Title)
	section(&b, "What it asks for, in our words", folded(c.Text))
	section(&b, "To be stated, for no machine can check it", folded(c.Attest))
	section(&b, "It cannot be told", folded(c.Cannot))
	section(&b, "Waits", c.Comes)
	for _, m := range c.Rules {
		section(&b, m.Rule, mappingLines(f, m, rules))
	}
	if inShort(c) == "nothing assesses it" {
		b.WriteString("Nothing assesses it.\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func mappingLines(f *framework.Framework, m framework.Mapping, rules *rule.Set) string {
	title := "(still to come)"
	if r, ok := rules.Rule(m.Rule); ok {
		title = r.Title
	}
	return strings.TrimSpace(title + "\n" + folded(whoSays(f, m)) + "\n" + folded(m.Note))
}

type frameworksTestCmd struct{ rulesFlags }

// Help shows how the command is used.
func (frameworksTestCmd) Help() string {
	return `Every file is read, and every rule that it names is looked for. What is wrong is named
by file, line and column.

Examples:
  plumbline frameworks test
  plumbline frameworks test --rules-dir ./rules`
}

// Run checks the frameworks.
func (c frameworksTestCmd) Run(s streams) error {
	set, _, err := c.frameworks()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FRAMEWORK\tCONTROLS\tPUBLISHER\tTHIRD PARTY\tJUDGEMENT\tSTATEMENTS\tCANNOT")
	for _, f := range set.Frameworks() {
		by := map[framework.Status]int{}
		statements, cannot := 0, 0
		for _, c := range f.Controls() {
			for _, m := range c.Rules {
				by[m.Status]++
			}
			if c.Attest != "" {
				statements++
			}
			if c.Cannot != "" {
				cannot++
			}
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", f.ID, len(f.Controls()), by[framework.Publisher], by[framework.ThirdParty], by[framework.Judgement], statements, cannot)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%d frameworks. Every rule that they name is there, or says with what it comes.\n", len(set.Frameworks()))
	return err
}
