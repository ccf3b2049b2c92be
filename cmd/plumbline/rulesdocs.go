package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"plumbline/internal/cloud/aws/awsrole"
	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/cloud/trial"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
)

//go:generate go run . rules docs ../../docs/rules

type rulesDocsCmd struct {
	rulesFlags
	Dir string `arg:"" type:"path" help:"Directory to write the pages to. Pages of rules that are no more are removed from it." placeholder:"DIR"`
}

// Help shows how the command is used.
func (rulesDocsCmd) Help() string {
	return "Example:\n  plumbline rules docs docs/rules"
}

// madeHere begins every page that the command writes, and none that a person did.
const madeHere = "<!-- Made by: plumbline rules docs. Change the rule's file, and run make generate. -->\n"

// Run writes the pages.
func (c rulesDocsCmd) Run(s streams) error {
	set, err := c.compose()
	if err != nil {
		return err
	}
	calls, err := rests(set)
	if err != nil {
		return err
	}
	pages := map[string]string{"README.md": rulesIndex(set)}
	for _, r := range set.Rules() {
		pages[r.ID+".md"] = rulePage(r, calls[r.ID])
	}
	if err := writePages(c.Dir, madeHere, pages); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "Written to %s: an index and %d pages.\n", c.Dir, len(set.Rules()))
	return err
}

// rests gives for each rule the calls whose refusal silences it, provider by
// provider, in the order of the provider's list. A call without which there is no
// scan is left out, for every rule is silent then.
func rests(set *rule.Set) (map[string][]string, error) {
	lists := map[string][]string{}
	for _, c := range awsrole.Calls {
		if !c.Void {
			lists["aws"] = append(lists["aws"], c.Action)
		}
	}
	for _, c := range ibmrole.Calls {
		if !c.Void {
			lists["ibm"] = append(lists["ibm"], c.Call)
		}
	}
	calls := map[string][]string{}
	for _, provider := range slices.Sorted(maps.Keys(lists)) {
		silent, err := trial.Silences(set, provider)
		if err != nil {
			return nil, err
		}
		for _, call := range lists[provider] {
			for _, id := range silent[call] {
				calls[id] = append(calls[id], call)
			}
		}
	}
	return calls, nil
}

// writePages makes the directory hold these pages and no others that begin with
// the mark.
func writePages(dir, mark string, pages map[string]string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // documentation is for everybody
		return err
	}
	there, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return err
	}
	for _, path := range there {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if _, wanted := pages[filepath.Base(path)]; !wanted && bytes.HasPrefix(b, []byte(mark)) {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(mark+pages[name]), fs.FileMode(0o644)); err != nil {
			return errors.Join(fmt.Errorf("%s could not be written", name), err)
		}
	}
	return nil
}

// ruleFamilies are the clouds of the index, by what an id begins with.
var ruleFamilies = []struct{ prefix, heading, about string }{
	{"AWS", "AWS", "What an AWS account tells about itself."},
	{"IBM", "IBM Cloud", "What an IBM Cloud account tells about itself."},
	{"GCP", "Google Cloud", "What a Google Cloud project tells about itself."},
	{"AZ", "Azure", "What an Azure subscription tells about itself."},
	{"HOST", "Hosts", "What a probe on a host sees. Until one has reported there is no data."},
	{"APP", "Applications", "What a probe of an application sees. Until one has reported there is no data."},
	{"XC", "Every cloud", "What holds wherever a workload runs."},
	{"ORG", "Rules of your own", "What stands above the rules that come with Plumbline."},
}

// rulesIndex lists the rules by cloud.
func rulesIndex(set *rule.Set) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# The rules\n\n%d rules. Each has a page: what it asks and of whom, what is wrong where it fails, why that matters, how to mend it, and every example by which it is proved. `plumbline rules show RULE` tells the same in a terminal, `plumbline rules test` proves them all. How to write one stands in [writing-rules.md](../writing-rules.md).\n", len(set.Rules()))
	for _, f := range ruleFamilies {
		var rows strings.Builder
		for _, r := range set.Rules() {
			if first, _, _ := strings.Cut(r.ID, "-"); first == f.prefix {
				fmt.Fprintf(&rows, "| [%s](%s.md) | %s | %s | %s |\n", r.ID, r.ID, r.Severity, kindWords(r.For), cell(r.Title))
			}
		}
		if rows.Len() > 0 {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| rule | severity | of each | what is true when all is well |\n|---|---|---|---|\n%s", f.heading, f.about, rows.String())
		}
	}
	return b.String()
}

// kindWords is a kind as a sentence says it.
func kindWords(k estate.Kind) string { return strings.ReplaceAll(string(k), "_", " ") }

// rulePage is one rule's page. calls are those that it rests on.
func rulePage(r *rule.Rule, calls []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n**%s** · asked of each %s · `%s`\n", r.ID, prose(r.Title), r.Severity, kindWords(r.For), r.Name)
	passage(&b, "When it fails", prose(r.Fault)+".")
	passage(&b, "Why it matters", prose(oneLine(r.Why)))
	passage(&b, "What it asks", questions(r))
	passage(&b, "What it reads", fieldTable(r))
	passage(&b, "What may be set", paramTable(r.Params))
	passage(&b, "What it rests on", restsOn(r, calls))
	passage(&b, "How to mend it", remedy(r))
	passage(&b, "Where tools disagree, and what it does not look at", prose(oneLine(r.Note)))
	passage(&b, "Assumed, and not verified", bullets(r.Assumes))
	passage(&b, "References", bullets(r.References))
	passage(&b, "Examples", exampleTable(r))
	b.WriteString("\n[All rules](README.md)\n")
	return b.String()
}

func passage(b *strings.Builder, heading, text string) {
	if text = strings.TrimSpace(text); text != "" {
		fmt.Fprintf(b, "\n## %s\n\n%s\n", heading, text)
	}
}

func questions(r *rule.Rule) string {
	var b strings.Builder
	if r.Applies != "" {
		fmt.Fprintf(&b, "It applies where\n\n```cel\n%s\n```\n\nand then passes where\n\n", r.Applies)
	} else {
		b.WriteString("It passes where\n\n")
	}
	fmt.Fprintf(&b, "```cel\n%s\n```\n\nWhere it is not known whether that is so, it says *unknown*, with the reason.", r.Pass)
	return b.String()
}

func fieldTable(r *rule.Rule) string {
	docs := map[string]rule.FieldDoc{}
	for _, f := range rule.Fields() {
		if f.Kind == r.For {
			docs[f.Name] = f
		}
	}
	var b strings.Builder
	b.WriteString("| field | type | meaning |\n|---|---|---|\n")
	for _, name := range r.Reads() {
		f := docs[varOf(r.For)+"."+name]
		meaning := f.Doc
		if len(f.Words) > 0 {
			meaning += " One of " + quotedWords(f.Words) + "."
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, f.Type, cell(meaning))
	}
	return b.String()
}

// varOf is a kind's variable in expressions.
func varOf(kind estate.Kind) string {
	for _, k := range rule.Kinds() {
		if k.Kind == kind {
			return k.Var
		}
	}
	return ""
}

func paramTable(params []rule.Param) string {
	if len(params) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| parameter | is | may be | what it decides |\n|---|---|---|---|\n")
	for _, p := range params {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", p.Name, p.Default, paramBounds(p), cell(p.Doc))
	}
	return b.String()
}

func restsOn(r *rule.Rule, calls []string) string {
	switch {
	case r.Coverage:
		return "On every call of a scan: it is about what was not answered, and is never silent."
	case r.Probed():
		return "On what a probe reports. Until one has reported there is no data."
	case len(calls) == 0 && r.Uncalled():
		return "On what people attested, or what our own records tell."
	case len(calls) == 0:
		return "No single call silences it."
	}
	quoted := make([]string, len(calls))
	for i, c := range calls {
		quoted[i] = "`" + c + "`"
	}
	return "On these calls. While one of them is refused, it says *unknown* where it would have to guess: " + strings.Join(quoted, ", ") + "."
}

func remedy(r *rule.Rule) string {
	fix, name := exampleFix(r)
	var b strings.Builder
	fmt.Fprintf(&b, "As it reads for the example “%s”.\n\n%s\n", prose(name), prose(oneLine(fix.Source)))
	for _, way := range []struct{ heading, lang, text string }{
		{"Command", "sh", fix.CLI}, {"Terraform", "hcl", fix.Terraform}, {"Console", "", oneLine(fix.Console)}, {"Undo", "sh", fix.Undo}} {
		switch text := strings.TrimSpace(way.text); {
		case text == "":
		case way.lang == "":
			fmt.Fprintf(&b, "\n**%s.** %s\n", way.heading, prose(text))
		default:
			fmt.Fprintf(&b, "\n**%s**\n\n```%s\n%s\n```\n", way.heading, way.lang, text)
		}
	}
	return b.String()
}

func bullets(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		if strings.HasPrefix(l, "https://") {
			fmt.Fprintf(&b, "- <%s>\n", l)
		} else {
			fmt.Fprintf(&b, "- %s\n", prose(l))
		}
	}
	return b.String()
}

// exampleTable shows every example: what is known of the subject, what the rule
// says of it and in which words.
func exampleTable(r *rule.Rule) string {
	var b strings.Builder
	b.WriteString("What an example does not give is not known.\n\n| example | what is known | outcome | in words |\n|---|---|---|---|\n")
	j := rule.NewJudge(nil)
	w := r.AsWritten()
	for _, e := range w.Examples {
		said := ""
		if o, err := w.Subject(e); err == nil && j.Judge(w, o) != finding.NotApplicable {
			said = j.Verdict().Say
		}
		fmt.Fprintf(&b, "| %s | %s | **%s** | %s |\n", cell(e.Name), factsCell(e.Facts), strings.ReplaceAll(e.Want.String(), "_", " "), cell(said))
	}
	return b.String()
}

func factsCell(facts map[string]any) string {
	var parts []string
	for _, f := range flat("", facts) {
		parts = append(parts, "`"+strings.ReplaceAll(f, "|", "\\|")+"`")
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "<br>")
}

// flat writes nested facts as dotted names with their values, sorted.
func flat(prefix string, facts map[string]any) (all []string) {
	for _, key := range slices.Sorted(maps.Keys(facts)) {
		switch v := facts[key].(type) {
		case map[string]any:
			all = append(all, flat(prefix+key+".", v)...)
		default:
			all = append(all, prefix+key+" = "+compact(v))
		}
	}
	return all
}

// compact is a value as JSON writes it; a map's keys are sorted.
func compact(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSpace(b.String())
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

var proseEscapes = strings.NewReplacer("<", "&lt;", "*", `\*`, "`", "\\`", "[", `\[`, "_", `\_`)

// prose is text as Markdown shows it letter for letter.
func prose(text string) string { return proseEscapes.Replace(text) }

// cell is prose within a table.
func cell(text string) string { return strings.ReplaceAll(prose(oneLine(text)), "|", `\|`) }
