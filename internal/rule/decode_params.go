package rule

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

var (
	paramShape = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	alone      = regexp.MustCompile(`^\{\{(.*)\}\}$`)
)

var paramKeys = []string{"is", "doc", "least", "most", "one_of"}

// params reads what an organisation may set.
func (d *decoder) params(r *Rule) {
	n := d.nodes["params"]
	if n == nil {
		return
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		d.at(n, "'params' is a mapping of names to what they are: max_age_days: {is: 90, doc: \"…\", least: 1, most: 3650}")
		return
	}
	for it := m.MapRange(); it.Next(); {
		name := it.Key().String()
		if !paramShape.MatchString(name) {
			d.at(it.Key(), "'%s' is no name of a parameter; use small letters and underscores", name)
			continue
		}
		d.nodes["params."+name] = it.Value()
		if p, ok := d.param(name, it.Value()); ok {
			r.Params = append(r.Params, p)
		}
	}
}

func (d *decoder) param(name string, n ast.Node) (Param, bool) {
	before := len(d.flaws)
	p := Param{Name: name}
	given := map[string]ast.Node{}
	for _, e := range d.mapping(n, paramKeys, "a parameter") {
		given[e.key] = e.value
	}
	if len(d.flaws) > before {
		return p, false
	}
	if p.Doc = d.textOf(given["doc"], "doc"); !strings.HasSuffix(p.Doc, ".") {
		d.at(n, "'%s' has no doc; say in a sentence with a full stop what it decides", name)
	}
	d.typed(&p, n, given)
	if len(d.flaws) > before {
		return p, false
	}
	if err := p.Check(p.Default); err != nil {
		d.at(given["is"], "%s: %v", name, err)
		return p, false
	}
	p.Is = p.Default
	if text, ok := d.set[name]; ok {
		p.Is = text
	}
	return p, true
}

// typed reads the value, and the bounds that its type has.
func (d *decoder) typed(p *Param, n ast.Node, given map[string]ast.Node) {
	var bounds []string
	switch v := given["is"].(type) {
	case nil:
		d.at(n, "'%s' does not say what it is: is: 90", p.Name)
		return
	case *ast.IntegerNode:
		p.Type, bounds = ParamNumber, []string{"least", "most"}
		p.Default = strconv.FormatInt(d.whole(v, "is"), 10)
		p.Least, p.Most = d.whole(given["least"], "least"), d.whole(given["most"], "most")
	case *ast.BoolNode:
		p.Type, p.Default = ParamYes, strconv.FormatBool(v.Value)
	default:
		p.Type, bounds = ParamWord, []string{"one_of"}
		p.Default, p.OneOf = d.textOf(v, "is"), d.words(given["one_of"])
	}
	for _, key := range paramKeys[2:] {
		switch needs := slices.Contains(bounds, key); {
		case needs && given[key] == nil:
			d.at(n, "'%s' has no '%s'; what may be set has its bounds: least and most of a number, one_of of a word", p.Name, key)
		case !needs && given[key] != nil:
			d.at(given[key], "'%s' has no use for '%s'; least and most are a number's, one_of a word's", p.Name, key)
		}
	}
}

func (d *decoder) whole(n ast.Node, key string) int64 {
	if n == nil {
		return 0 // it is missing, and said to be
	}
	var v any
	if err := yaml.NodeToValue(n, &v); err == nil {
		if i, ok := whole64(v); ok {
			return i
		}
	}
	d.at(n, "'%s' is a whole number", key)
	return 0
}

func (d *decoder) words(n ast.Node) (words []string) {
	if n == nil {
		return nil // it is missing, and said to be
	}
	l, ok := n.(*ast.SequenceNode)
	if !ok {
		d.at(n, "'one_of' is a list of words")
		return nil
	}
	for _, v := range l.Values {
		words = append(words, d.textOf(v, "one_of"))
	}
	return words
}

// constant fills in a text that may speak of parameters and of no subject, such
// as a title.
func (d *decoder) constant(l *language, r *Rule, key, src string) string {
	if !strings.Contains(src, "{{") {
		return src
	}
	before := len(d.flaws)
	t := d.template(l, key, src)
	if len(d.flaws) > before {
		return src
	}
	for _, p := range t.parts {
		if p.expr != nil && p.expr.subject {
			d.at(d.nodes[key], "%s: it is about every subject; a value in it can only be of params", key)
			return src
		}
	}
	j := NewJudge(nil)
	j.begin(r, r.Blank())
	return t.fill(j, asText).text
}

// filledIn puts the value of an expression about parameters where the fix sets a
// field to one.
func (d *decoder) filledIn(l *language, r *Rule, field string) {
	text, _ := r.Fix.Sets[field].(string)
	m := alone.FindStringSubmatch(text)
	if m == nil {
		return
	}
	p, bad := l.expression("fix.sets", m[1])
	d.complain("fix.sets", bad)
	if len(bad) > 0 || p.subject {
		d.at(d.nodes["fix.sets"], "sets: %s: a value in it can only be of params", field)
		return
	}
	d.used = append(d.used, p.params...)
	if v, err := NewJudge(nil).run(p); err != nil {
		d.at(d.nodes["fix.sets"], "sets: %s: %v", field, err)
	} else {
		r.Fix.Sets[field] = v.Value()
	}
}

// unused complains of parameters that nothing reads.
func (d *decoder) unused(r *Rule) {
	if len(d.flaws) > 0 {
		return // what reads it may be what could not be read
	}
	for _, p := range r.Params {
		if !slices.Contains(d.used, p.Name) {
			d.at(d.nodes["params."+p.Name], "nothing reads the parameter '%s': write params.%s in applies, pass, say or the fix, or take it out", p.Name, p.Name)
		}
	}
}
