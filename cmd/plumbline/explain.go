package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/export"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
)

type explainCmd struct {
	databaseFlags
	rulesFlags
	ID   string `arg:"" help:"Number of the finding, FND-12." placeholder:"FINDING"`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help shows how the command is used.
func (explainCmd) Help() string {
	return `What is wrong, on what, since when; the values that decide and the document that
each stands in, by its path and hash; the rule's question and why it is asked; how
the risk was worked out; what to do.

Examples:
  plumbline explain FND-12
  plumbline explain FND-12 --json`
}

// Run explains one finding.
func (c explainCmd) Run(ctx context.Context, s streams) error {
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.ToUpper(c.ID), "FND-"), 10, 64)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is no number of a finding; write it as FND-12", c.ID)
	}
	set, err := c.compose()
	if err != nil {
		return err
	}
	return c.within(ctx, s, func(ctx context.Context, db *database, out io.Writer) error {
		f, _, err := db.Reader().Finding(ctx, n)
		if err != nil {
			return err
		}
		e := explain(&f, set)
		if err := e.mend(ctx, mender{db.Store, set}, &f.Record); err != nil {
			return err
		}
		if c.JSON {
			enc := json.NewEncoder(out)
			enc.SetIndent("", "  ")
			enc.SetEscapeHTML(false)
			return enc.Encode(e)
		}
		_, err = io.WriteString(out, e.text())
		return err
	})
}

// An explanation is everything that is known of one finding.
type explanation struct {
	Finding   string          `json:"finding"`
	State     string          `json:"state"`
	Severity  string          `json:"severity"`
	What      string          `json:"what"`
	On        explainedThing  `json:"on"`
	FirstSeen time.Time       `json:"first_seen"`
	LastTold  time.Time       `json:"last_told"`
	Due       *time.Time      `json:"due,omitempty"`
	Owner     string          `json:"owner,omitempty"`
	Found     string          `json:"found"`
	Unknown   []string        `json:"unknown_because,omitempty"`
	RestsOn   []explainedFact `json:"rests_on"`
	Rule      explainedRule   `json:"rule"`
	Risk      explainedRisk   `json:"risk"`
	Fix       explainedFix    `json:"fix"`
}

type explainedThing struct {
	Kind     string `json:"kind"`
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region"`
	UID      string `json:"uid"`
	Name     string `json:"name,omitempty"`
}

// An explainedFact is one value and where it stands.
type explainedFact struct {
	Field    string           `json:"field"`
	Value    json.RawMessage  `json:"value,omitempty"`
	Unknown  string           `json:"unknown_because,omitempty"`
	Document *explainedOrigin `json:"document,omitempty"`
	Refused  string           `json:"refused,omitempty"`
}

type explainedOrigin struct {
	Call   string `json:"call"`
	Region string `json:"region"`
	Kind   string `json:"kind"`
	UID    string `json:"uid"`
	Path   string `json:"path,omitempty"`
	SHA256 string `json:"sha256"`
}

type explainedRule struct {
	ID      string       `json:"id"`
	Version string       `json:"version"`
	Other   string       `json:"other_version_here,omitempty"` // where the words below are of another version
	Title   string       `json:"title,omitempty"`
	Applies string       `json:"applies,omitempty"`
	Pass    string       `json:"pass,omitempty"`
	Params  []rule.Param `json:"params,omitempty"`
	Why     string       `json:"why,omitempty"`
	Assumes []string     `json:"assumes,omitempty"`
}

type explainedRisk struct {
	Of100     int               `json:"of_100"`
	Potential bool              `json:"potential,omitempty"`
	Factors   []explainedFactor `json:"factors"`
}

type explainedFactor struct {
	Name  string  `json:"name"`
	Value string  `json:"value"`
	Times float64 `json:"times"` // the first: points
}

type explainedFix struct {
	Instead   string `json:"instead,omitempty"` // why there is none
	Source    string `json:"source,omitempty"`
	CLI       string `json:"cli,omitempty"`
	Terraform string `json:"terraform,omitempty"`
	Console   string `json:"console,omitempty"`
	Undo      string `json:"undo,omitempty"`
}

// explain tells everything but what to do.
func explain(f *listing.Finding, rules rule.Lookup) *explanation {
	s := &f.Subject
	e := &explanation{
		Finding: "FND-" + strconv.FormatInt(f.Number, 10), State: string(f.State), Severity: f.Severity.String(),
		On:        explainedThing{string(s.Kind), s.Provider, s.Account, s.Region, s.UID, s.Name},
		FirstSeen: f.FirstSeen.UTC(), LastTold: f.SeenAt.UTC(), Owner: f.Owner.Name, Found: f.Say, Unknown: f.Cause,
		Rule: explainedRule{ID: f.Rule, Version: f.Version},
		Risk: explainedRisk{Of100: f.Risk, Potential: f.Potential},
	}
	if !f.Due.IsZero() {
		due := f.Due.UTC()
		e.Due = &due
	}
	for i, factor := range f.Factors {
		times := float64(factor.Basis) / 10_000
		if i == 0 {
			times = float64(factor.Basis) / 100
		}
		e.Risk.Factors = append(e.Risk.Factors, explainedFactor{factor.Name, factor.Value, times})
	}
	for i := range f.Evidence {
		e.RestsOn = append(e.RestsOn, factOf(&f.Evidence[i]))
	}
	e.What = f.Rule + ", a rule that is not here any more"
	if r, ok := rules.Rule(f.Rule); ok {
		e.What = r.Fault
		e.Rule.Title, e.Rule.Applies, e.Rule.Pass, e.Rule.Params, e.Rule.Why, e.Rule.Assumes = r.Title, r.Applies, r.Pass, r.Params, oneLine(r.Why), r.Assumes
		if r.Version != f.Version {
			e.Rule.Other = r.Version
		}
	}
	if f.State == finding.NoData {
		e.What = "Not assessed: " + e.Rule.Title
	}
	return e
}

func factOf(v *finding.Evidence) explainedFact {
	out := explainedFact{Field: v.Field}
	if v.Value != "" {
		out.Value = json.RawMessage(v.Value)
	}
	if v.Why != nil {
		out.Unknown = v.Why.String()
	}
	switch o := v.Origin; {
	case o == nil:
	case o.HasDoc:
		out.Document = &explainedOrigin{o.Call, o.Region, o.Kind, o.UID, v.Path, hex.EncodeToString(o.Hash[:])}
	case o.Refusal != nil:
		out.Refused = o.Refusal.Call + " in " + o.Refusal.Region + ": " + o.Refusal.Code
	}
	return out
}

// mend adds what to do, or why nothing is given.
func (e *explanation) mend(ctx context.Context, m mender, f *finding.Record) error {
	switch f.State {
	case finding.Resolved, finding.Gone:
		e.Fix.Instead = "It is " + string(f.State) + "; there is nothing to mend."
		return nil
	}
	fix, err := m.Fix(ctx, *f)
	if _, ours := problem.KindOf(err); ours {
		e.Fix.Instead = err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	e.Fix = explainedFix{Source: oneLine(fix.Source), CLI: fix.CLI, Terraform: fix.Terraform, Console: oneLine(fix.Console), Undo: fix.Undo}
	return nil
}

// text is the explanation for somebody at a terminal.
func (e *explanation) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %s\n%s\n\n", e.Finding, e.Severity, e.State, folded(e.What))
	section(&b, "On what", e.thing())
	section(&b, "Since when", e.times())
	section(&b, "What was found", folded(e.Found))
	section(&b, "Why it cannot be told", folded(strings.Join(e.Unknown, " ")))
	section(&b, "What that rests on", e.evidence())
	section(&b, "The question", e.question())
	section(&b, "Why it matters", folded(e.Rule.Why))
	section(&b, "Risk", e.risk())
	section(&b, "What to do", folded(e.Fix.Instead+e.Fix.Source))
	section(&b, "Command", e.Fix.CLI)
	section(&b, "Terraform", e.Fix.Terraform)
	section(&b, "Console", folded(e.Fix.Console))
	section(&b, "Undo", e.Fix.Undo)
	section(&b, "What the rule rests on and nobody has verified", strings.Join(e.Rule.Assumes, "\n"))
	return printableLines(b.String())
}

// printableLines keeps what came from a cloud from moving the terminal.
func printableLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = export.Printable(l)
	}
	return strings.Join(lines, "\n")
}

func (e *explanation) thing() string {
	name := kindWords(estate.Kind(e.On.Kind))
	if e.On.Name != "" {
		name += " " + e.On.Name
	}
	return fmt.Sprintf("%s\naccount %s, %s\n%s", name, e.On.Account, e.On.Region, e.On.UID)
}

func (e *explanation) times() string {
	text := fmt.Sprintf("seen first %s, told last %s", day(e.FirstSeen), day(e.LastTold))
	if e.Due != nil {
		text += ", due " + day(*e.Due)
	}
	if e.Owner != "" {
		text += "\nowner: " + e.Owner
	}
	return text
}

func day(t time.Time) string { return t.Format("2006-01-02 15:04 UTC") }

func (e *explanation) evidence() string {
	var b strings.Builder
	for _, f := range e.RestsOn {
		switch {
		case f.Unknown != "":
			fmt.Fprintf(&b, "%s is unknown: %s\n", f.Field, f.Unknown)
		case len(f.Value) > 0:
			fmt.Fprintf(&b, "%s = %s\n", f.Field, f.Value)
		default:
			fmt.Fprintf(&b, "%s\n", f.Field)
		}
		if d := f.Document; d != nil {
			fmt.Fprintf(&b, "  %s in %s: %s %s\n", d.Call, d.Region, d.Kind, d.UID)
			if d.Path != "" {
				fmt.Fprintf(&b, "  at %s\n", d.Path)
			}
			fmt.Fprintf(&b, "  sha256 %s\n", d.SHA256)
		}
		if f.Refused != "" {
			fmt.Fprintf(&b, "  refused: %s\n", f.Refused)
		}
	}
	return b.String()
}

func (e *explanation) question() string {
	text := fmt.Sprintf("%s, version %s", e.Rule.ID, e.Rule.Version)
	if e.Rule.Other != "" {
		text += "; what follows is of version " + e.Rule.Other + ", and the next scan asks that"
	}
	if e.Rule.Applies != "" {
		text += "\napplies where " + oneLine(e.Rule.Applies)
	}
	if e.Rule.Pass != "" {
		text += "\npasses where " + oneLine(e.Rule.Pass)
	}
	for _, p := range e.Rule.Params {
		text += fmt.Sprintf("\n%s is %s: %s", p.Name, p.Is, p.Doc)
	}
	return text
}

func (e *explanation) risk() string {
	text := fmt.Sprintf("%d of 100", e.Risk.Of100)
	if e.Risk.Potential {
		text += " at most, for what is not known is taken as the worst that is not ruled out"
	}
	for i, f := range e.Risk.Factors {
		if i == 0 {
			text += fmt.Sprintf("\n%s %s: %.0f", f.Name, f.Value, f.Times)
		} else {
			text += fmt.Sprintf("\n× %.2f for %s: %s", f.Times, f.Name, f.Value)
		}
	}
	return text
}
