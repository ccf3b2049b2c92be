package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"plumbline/internal/export"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
	"plumbline/internal/rule/ruletest"
)

type rulesCmd struct {
	List   rulesListCmd   `cmd:"" help:"List the rules."`
	Show   rulesShowCmd   `cmd:"" help:"Show one rule with its fix and its examples."`
	Test   rulesTestCmd   `cmd:"" help:"Prove every rule by its examples."`
	New    rulesNewCmd    `cmd:"" help:"Write the skeleton of a rule of your own."`
	Fields rulesFieldsCmd `cmd:"" help:"List everything that a rule may ask about."`
	Schema rulesSchemaCmd `cmd:"" help:"Print the JSON Schema of a rule's file, for editors."`
	Docs   rulesDocsCmd   `cmd:"" help:"Write a page of documentation for each rule."`
}

type rulesListCmd struct{ rulesFlags }

// Help shows how the command is used.
func (rulesListCmd) Help() string {
	return "Examples:\n  plumbline rules list\n  plumbline rules list --rules-dir ./rules"
}

// Run lists the rules.
func (c rulesListCmd) Run(s streams) error {
	set, err := c.compose()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RULE\tSEVERITY\tFOR\tWHAT IS TRUE WHEN ALL IS WELL")
	for _, r := range set.Rules() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.ID, r.Severity, r.For, r.Title)
	}
	return w.Flush()
}

type rulesShowCmd struct {
	rulesFlags
	ID string `arg:"" help:"Rule id, AWS-IMDS-001." placeholder:"RULE"`
}

// Help shows how the command is used.
func (rulesShowCmd) Help() string { return "Example:\n  plumbline rules show AWS-IMDS-001" }

// Run shows one rule.
func (c rulesShowCmd) Run(s streams) error {
	set, err := c.compose()
	if err != nil {
		return err
	}
	r, ok := set.Rule(strings.ToUpper(c.ID))
	if !ok {
		return fmt.Errorf("there is no rule %q; plumbline rules list names them all", c.ID)
	}
	return showRule(s.out, r)
}

func showRule(w io.Writer, r *rule.Rule) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  (%s, for each %s)\n%s\n\n", r.ID, r.Name, r.Severity, r.For, r.Title)
	section(&b, "When it fails", r.Fault)
	section(&b, "Why it matters", folded(r.Why))
	section(&b, "Applies to", r.Applies)
	section(&b, "Passes if", r.Pass)
	section(&b, "What may be set", paramLines(r.Params))
	fix, name := exampleFix(r)
	section(&b, "How to mend it, filled in for the example “"+name+"”", folded(fix.Source))
	section(&b, "Command", fix.CLI)
	section(&b, "Terraform", fix.Terraform)
	section(&b, "Console", folded(fix.Console))
	section(&b, "Undo", fix.Undo)
	section(&b, "Where tools disagree", folded(r.Note))
	section(&b, "What it rests on and nobody has verified", strings.Join(r.Assumes, "\n"))
	section(&b, "References", strings.Join(r.References, "\n"))
	b.WriteString("Examples\n")
	for _, e := range r.Examples {
		fmt.Fprintf(&b, "  %-14s %s\n", e.Want, e.Name)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// paramLines tells each parameter with its value and its bounds, a line each.
func paramLines(params []rule.Param) string {
	var b strings.Builder
	for _, p := range params {
		fmt.Fprintf(&b, "%s is %s (%s): %s\n", p.Name, p.Is, paramBounds(p), p.Doc)
	}
	return b.String()
}

func paramBounds(p rule.Param) string {
	switch p.Type {
	case rule.ParamNumber:
		return fmt.Sprintf("%d to %d", p.Least, p.Most)
	case rule.ParamWord:
		return strings.Join(p.OneOf, ", ")
	}
	return "true or false"
}

// exampleFix is the fix as a page would show it for the first failing example;
// the templates themselves are for those who write rules.
func exampleFix(r *rule.Rule) (fix rule.Fix, name string) {
	for _, e := range r.Examples {
		if e.Want != finding.Fail {
			continue
		}
		if o, err := r.Subject(e); err == nil {
			return r.Render(o), e.Name
		}
	}
	return r.Fix, "none"
}

func folded(text string) string { return export.Folded(text, 96, "\n") }

func section(b *strings.Builder, title, text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	fmt.Fprintf(b, "%s\n  %s\n\n", title, strings.ReplaceAll(text, "\n", "\n  "))
}

type rulesTestCmd struct{ rulesFlags }

// Help shows how the command is used.
func (rulesTestCmd) Help() string {
	return `Every file is read, every example judged with each fact forgotten in turn, every
fix tried on its example, and every parameter set to its ends. What does not hold
is told with file, line and what to do; the exit status is then 1.

Examples:
  plumbline rules test
  plumbline rules test --rules-dir ./rules`
}

// Run proves the rules.
func (c rulesTestCmd) Run(s streams) error {
	set, err := c.compose()
	if err != nil {
		return err
	}
	problems := ruletest.Prove(set)
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RULE\tPASS\tFAIL\tUNKNOWN\tNOT APPLICABLE")
	for _, r := range set.Rules() {
		n := ruletest.Tally(r)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\n", r.ID, n[finding.Pass], n[finding.Fail], n[finding.Unknown], n[finding.NotApplicable])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, p := range problems {
		fmt.Fprintln(s.out, p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d of the rules' promises do not hold; each is told above, with its file and line", len(problems))
	}
	_, err = fmt.Fprintf(s.out, "%d rules, all examples hold.\n", len(set.Rules()))
	return err
}
