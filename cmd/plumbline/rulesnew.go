package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"plumbline/internal/estate"
	"plumbline/internal/rule"
)

type rulesNewCmd struct {
	ID  string `arg:"" help:"Id of the new rule: ORG, then AWS, IBM, GCP or XC for every cloud, a family, a number." placeholder:"RULE"`
	For string `required:"" help:"The kind of subject that it is about: workload, credential, gate, …" placeholder:"KIND"`
	Dir string `type:"existingdir" default:"." help:"Where to write the file." placeholder:"DIR"`
}

// Help shows how the command is used.
func (rulesNewCmd) Help() string {
	return `The file holds as it is written; edit it, and prove it with
plumbline rules test --rules-dir DIR.

Example:
  plumbline rules new ORG-AWS-NET-001 --for workload --dir ./rules`
}

// Run writes the file; one that is there stays as it is.
func (c rulesNewCmd) Run(s streams) error {
	name, src, err := rule.Skeleton(strings.ToUpper(c.ID), estate.Kind(c.For))
	if err != nil {
		return err
	}
	path := filepath.Join(c.Dir, name+".yaml")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // a rule is no secret
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and stays as it is; choose another number, or edit it", path)
	}
	if err != nil {
		return err
	}
	if _, err = f.WriteString(src); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "Written: %s\nEdit it, then: plumbline rules test --rules-dir %s\n", path, c.Dir)
	return err
}

type rulesFieldsCmd struct {
	Kind string `arg:"" optional:"" help:"Kind of subject; without it all." placeholder:"KIND"`
}

// Help shows how the command is used.
func (rulesFieldsCmd) Help() string {
	return `A field can be unknown, unless it is said to be always known. What no call of a
scan serves, people, probes or our own records tell, or nobody does yet.

Examples:
  plumbline rules fields
  plumbline rules fields workload`
}

// Run lists the fields.
func (c rulesFieldsCmd) Run(s streams) error {
	found := false
	for _, k := range rule.Kinds() {
		if c.Kind != "" && c.Kind != string(k.Kind) {
			continue
		}
		found = true
		if err := listFields(s, k); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("there is no kind %q; plumbline rules fields without one lists them all", c.Kind)
	}
	return nil
}

func listFields(s streams, k rule.KindDoc) error {
	fmt.Fprintf(s.out, "%s, in expressions: %s\n%s\n\n", k.Kind, k.Var, folded(k.Doc))
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, f := range rule.Fields() {
		if f.Kind != k.Kind {
			continue
		}
		typ := f.Type
		switch {
		case f.Always:
			typ += " (always known)"
		case !f.Called:
			typ += " (no call serves it)"
		}
		words := ""
		if len(f.Words) > 0 {
			words = " One of: " + quotedWords(f.Words) + "."
		}
		fmt.Fprintf(w, "  %s\t%s\t%s%s\n", f.Name, typ, f.Doc, words)
	}
	fmt.Fprintln(w)
	return w.Flush()
}

// quotedWords lists words as an expression writes them.
func quotedWords(words []string) string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = `"` + w + `"`
	}
	return strings.Join(all, ", ")
}

type rulesSchemaCmd struct{}

// Help shows how the command is used.
func (rulesSchemaCmd) Help() string {
	return `An editor with a YAML language server completes and checks rules with it, when
their first line is: # yaml-language-server: $schema=rule.schema.json

Example:
  plumbline rules schema > rule.schema.json`
}

// Run prints the schema.
func (rulesSchemaCmd) Run(s streams) error {
	_, err := s.out.Write(rule.Schema())
	return err
}
