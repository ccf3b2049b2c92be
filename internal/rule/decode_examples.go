package rule

import (
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"plumbline/internal/finding"
)

func (d *decoder) examples(r *Rule) {
	n := d.nodes["examples"]
	k := kindOfName[r.For]
	if n == nil || k == nil {
		return
	}
	l, ok := n.(*ast.SequenceNode)
	if !ok {
		d.at(n, "'examples' is a list; each has a name, want and %s", k.name)
		return
	}
	for _, v := range l.Values {
		if e, ok := d.example(r, k, v); ok {
			r.Examples = append(r.Examples, e)
		}
	}
}

func (d *decoder) example(r *Rule, k *kind, n ast.Node) (Example, bool) {
	before := len(d.flaws)
	e := Example{}
	if t := n.GetToken(); t != nil {
		e.Line = t.Position.Line
	}
	for _, f := range d.mapping(n, []string{"name", "want", "say", k.name}, "an example") {
		switch f.key {
		case "name":
			e.Name = d.textOf(f.value, "name")
		case "say":
			e.Say = d.textOf(f.value, "say")
		case "want":
			d.want(&e, f.value)
		default:
			if err := yaml.NodeToValue(f.value, &e.Facts); err != nil {
				d.at(f.value, "'%s' is a mapping of fields to values", k.name)
			}
		}
	}
	if e.Name == "" {
		d.at(n, "the example has no name; say in a few words what is special about it")
	}
	if e.Want == 0 {
		d.at(n, "the example does not say what to want: pass, fail, unknown or not_applicable")
	}
	if len(d.flaws) == before {
		d.facts(r, e, n)
	}
	return e, len(d.flaws) == before
}

func (d *decoder) want(e *Example, n ast.Node) {
	w := d.textOf(n, "want")
	o, ok := finding.ParseOutcome(w)
	if !ok {
		d.at(n, "there is no outcome '%s'%s; want pass, fail, unknown or not_applicable", w,
			didYouMean(w, []string{"pass", "fail", "unknown", "not_applicable"}))
	}
	e.Want = o
}

func (d *decoder) facts(r *Rule, e Example, n ast.Node) {
	if _, err := r.Subject(e); err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			d.at(n, "example '%s': %s", e.Name, line)
		}
	}
}

// compile reads the expressions, and says where in the file each is at fault.
func (d *decoder) compile(r *Rule) {
	all, err := languages()
	if err != nil {
		d.flaw(1, 1, "the language of rules cannot be set up: %v", err)
		return
	}
	l := all[string(r.For)]
	if l == nil {
		return
	}
	if l, err = l.with(r.Params); err != nil {
		d.at(d.nodes["params"], "the parameters cannot be used: %v", err)
		return
	}
	if r.Applies != "" {
		r.applies = d.predicate(l, "applies", r.Applies)
	}
	if r.Pass != "" {
		r.pass = d.predicate(l, "pass", r.Pass)
	}
	r.Title, r.Fault = d.constant(l, r, "title", r.Title), d.constant(l, r, "fault", r.Fault)
	r.Why, r.Note = d.constant(l, r, "why", r.Why), d.constant(l, r, "note", r.Note)
	r.say = d.template(l, "say", r.Say)
	r.fix = fixTemplates{
		cli: d.command(l, "fix.cli", r.Fix.CLI), undo: d.command(l, "fix.undo", r.Fix.Undo),
		terraform: d.template(l, "fix.terraform", r.Fix.Terraform), console: d.template(l, "fix.console", r.Fix.Console),
		source: d.template(l, "fix.source", r.Fix.Source),
	}
	d.reads(r, l.kind)
	d.sets(l, r)
	d.unused(r)
}

func (d *decoder) reads(r *Rule, k *kind) {
	var names []string
	for _, p := range []*program{r.applies, r.pass} {
		if p != nil {
			names = append(names, p.uses...)
		}
	}
	r.fields = k.within(names)
	r.Coverage = slices.ContainsFunc(r.fields, func(f *field) bool { return f.cover })
	r.worst = strings.HasPrefix(r.ID, "XC-") || slices.ContainsFunc(r.fields, func(f *field) bool { return f.worst })
}

func (d *decoder) sets(l *language, r *Rule) {
	o := r.Blank()
	for _, name := range slices.Sorted(maps.Keys(r.Fix.Sets)) {
		d.filledIn(l, r, name)
		if err := r.Set(o, name, r.Fix.Sets[name]); err != nil {
			d.at(d.nodes["fix.sets"], "sets: %v", err)
		}
	}
}

func (d *decoder) predicate(l *language, key, src string) *program {
	p, bad := l.compile(key, src)
	d.complain(key, bad)
	if p != nil {
		d.used = append(d.used, p.params...)
	}
	return p
}

func (d *decoder) template(l *language, key, src string) *template {
	t, bad := l.text(key, src)
	d.complain(key, bad)
	d.used = append(d.used, t.params()...)
	return t
}

func (d *decoder) command(l *language, key, src string) *template {
	t, bad := l.text(key, src)
	if len(bad) == 0 {
		bad = t.quoted()
	}
	d.complain(key, bad)
	d.used = append(d.used, t.params()...)
	return t
}

func (d *decoder) complain(key string, bad []complaint) {
	for _, c := range bad {
		line, col := d.place(d.nodes[key], c.line, c.col)
		d.flaw(line, col, "%s: %s", key, c.text)
	}
}

// place finds where in the file a place in a text stands. A folded text (>)
// reads as one line and stands on many.
func (d *decoder) place(n ast.Node, line, col int) (int, int) {
	if n == nil || n.GetToken() == nil {
		return 1, 1
	}
	at := n.GetToken().Position
	block, ok := n.(*ast.LiteralNode)
	if !ok {
		if s, ok := n.(*ast.StringNode); ok && s.Token.Type.String() != "String" {
			col++ // the quote
		}
		if line == 1 {
			return at.Line, at.Column + col - 1
		}
		return at.Line + line - 1, col
	}
	first := block.Start.Position.Line // lines[first] is the line after it
	folded := strings.HasPrefix(block.Start.Value, ">")
	for i := first; i < len(d.lines); i++ {
		text := strings.TrimLeft(d.lines[i], " ")
		indent := len(d.lines[i]) - len(text)
		switch {
		case folded && col > len(text)+1:
			col -= len(text) + 1
		case !folded && line > 1:
			line--
		default:
			return i + 1, indent + col
		}
	}
	return first, 1
}
