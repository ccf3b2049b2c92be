package rule

import (
	"fmt"
	"maps"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
)

type fixTemplates struct{ cli, terraform, console, undo, source *template }

// Render fills in the fix for one subject. A command that would need something
// unknown, or a value that could be taken for something else, or that somebody else's
// service would undo, is replaced by a sentence that says so.
func (r *Rule) Render(o estate.Object) Fix {
	j := NewJudge(nil)
	outcome := j.Judge(r, o)
	f := Fix{
		Terraform: j.fill(r.fix.terraform, outcome, asHCL).text,
		Console:   j.fill(r.fix.console, outcome, asText).text,
		Source:    j.fill(r.fix.source, outcome, asText).text,
		CLI:       j.command(r.fix.cli, outcome),
		Undo:      j.command(r.fix.undo, outcome),
		Sets:      maps.Clone(r.Fix.Sets),
	}
	if by := kindOfName[r.For].manager(o); by != "" {
		f.instead(fmt.Sprintf("No command is given here: %s sets this, and would undo or refuse the change. Change it there.", asText(by)))
	}
	return f
}

// instead puts a sentence where an order would be of no use.
func (f *Fix) instead(why string) {
	for _, s := range []*string{&f.CLI, &f.Terraform, &f.Console, &f.Undo} {
		if *s != "" {
			*s = why
		}
	}
}

func (j *Judge) command(t *template, outcome finding.Outcome) string {
	got := j.fill(t, outcome, asShell)
	switch {
	case len(got.open) > 0:
		var names []string
		for _, i := range got.open {
			rd := j.filler.reads[i]
			names = append(names, fmt.Sprintf("%s (%s)", rd.field.name, rd.field.why(rd.of)[0]))
		}
		return "No command can be given, for it needs what is not known: " + strings.Join(names, ", ") + "."
	case got.unsafe:
		return "No command can be given, for a value that it needs could be taken for something else by a shell or by the command. Use the console."
	}
	return got.text
}
