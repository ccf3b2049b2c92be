package framework

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"plumbline/internal/rule"
	"plumbline/internal/words"
)

const (
	// largest is the size of a file that is surely no framework.
	largest = 256 << 10
	// deepest is how deep brackets, and lists and keys, may stand within one
	// another.
	deepest = 20
	// longest is the length of a line in bytes.
	longest = 2000
)

// parse reads one file. The framework is whole only if there are no flaws.
func parse(name string, b []byte, known known) (f *Framework, flaws rule.Flaws) {
	flaw := func(line int, format string, args ...any) rule.Flaws {
		return rule.Flaws{{File: name, Line: line, Col: 1, Text: fmt.Sprintf(format, args...)}}
	}
	if len(b) > largest {
		return nil, flaw(1, "the file has %d bytes and may have %d; part it in two frameworks", len(b), largest)
	}
	if line, why := tangled(b); why != "" {
		return nil, flaw(line, "%s", why)
	}
	defer func() {
		if p := recover(); p != nil { // the YAML library's, for some inputs that are no YAML
			f, flaws = nil, flaw(1, "it cannot be read as YAML: %v", p)
		}
	}()
	d := &decoder{file: name, src: b, known: known}
	if f = d.framework(); len(d.flaws) > 0 {
		return nil, d.flaws
	}
	f.Version = rule.VersionOf(b)
	return f, nil
}

// tangled finds what no framework has and what the YAML library takes minutes
// for.
func tangled(b []byte) (line int, why string) {
	for l := range bytes.Lines(b) {
		if line++; len(l) > longest {
			return line, fmt.Sprintf("the line has %d bytes and may have %d; break it", len(l), longest)
		}
	}
	if line, _, why = rule.Tangled(b, deepest); why != "" {
		why += "; a framework needs two or three"
	}
	return line, why
}

// A decoder turns one file into a framework and notes every flaw on the way.
type decoder struct {
	file    string
	src     []byte
	known   known
	flaws   rule.Flaws
	sources map[string]string
}

func (d *decoder) at(n ast.Node, format string, args ...any) {
	line, col := 1, 1
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		n = m.Values[0].Key // the mapping's own token is the first colon
	}
	if n != nil && n.GetToken() != nil {
		line, col = n.GetToken().Position.Line, n.GetToken().Position.Column
	}
	d.flaws = append(d.flaws, rule.Flaw{File: d.file, Line: max(line, 1), Col: max(col, 1), Text: fmt.Sprintf(format, args...)})
}

var (
	frameworkKeys = []string{"id", "name", "publisher", "edition", "about", "providers", "source", "licence", "all", "sources", "groups"}
	groupKeys     = []string{"id", "title", "controls"}
	controlKeys   = []string{"id", "title", "text", "rules", "attest", "cannot", "comes"}
	mappingKeys   = []string{"rule", "status", "source", "test", "note"}
	providers     = []string{"aws", "ibm", "gcp", "azure"}
	statuses      = []string{string(Publisher), string(ThirdParty), string(Judgement)}
)

var idShape = regexp.MustCompile(`^[a-z0-9]+([-.][a-z0-9]+)*$`)

// framework reads the whole file.
func (d *decoder) framework() *Framework {
	f := &Framework{File: d.file}
	body := d.body()
	if body == nil {
		return f
	}
	n := d.fields(body, frameworkKeys, []string{"id", "name", "publisher", "about", "licence", "groups"}, "a framework")
	f.ID, f.Name, f.Publisher = d.text(n, "id"), d.text(n, "name"), d.text(n, "publisher")
	f.Edition, f.About = d.text(n, "edition"), d.text(n, "about")
	f.Source, f.Licence = d.text(n, "source"), d.text(n, "licence")
	if f.ID != "" && !idShape.MatchString(f.ID) {
		d.at(n["id"], "'%s' is no id; use small letters, digits, hyphens and dots: cis-aws-3.0", f.ID)
	}
	if f.Source != "" && !strings.HasPrefix(f.Source, "https://") {
		d.at(n["source"], "'%s' is no address; begin with https://", f.Source)
	}
	f.Providers = d.providers(n["providers"])
	d.sources = d.named(n["sources"])
	f.Groups = d.groups(n["groups"])
	d.all(f, n["all"])
	return f
}

// body is the one document of the file.
func (d *decoder) body() ast.Node {
	f, err := parser.ParseBytes(d.src, 0)
	if err != nil {
		flaw := rule.Flaw{File: d.file, Line: 1, Col: 1, Text: "it is not YAML: " + err.Error()}
		var y yaml.Error
		if errors.As(err, &y) {
			if t := y.GetToken(); t != nil {
				flaw.Line, flaw.Col = max(t.Position.Line, 1), max(t.Position.Column, 1)
			}
			flaw.Text = "it is not YAML: " + y.GetMessage()
		}
		d.flaws = append(d.flaws, flaw)
		return nil
	}
	if len(f.Docs) != 1 || f.Docs[0].Body == nil {
		d.at(nil, "a file holds one framework; have %d documents", len(f.Docs))
		return nil
	}
	for _, t := range []ast.NodeType{ast.AliasType, ast.AnchorType, ast.TagType, ast.MergeKeyType} {
		if l := ast.Filter(t, f.Docs[0].Body); len(l) > 0 {
			d.at(l[0], "anchors, aliases and tags are not used in frameworks: write the value out, in quotes if it begins with '!', '&' or '*'")
			return nil
		}
	}
	return f.Docs[0].Body
}

// fields are a mapping's values by key. A key that is not of keys and one of
// must that is missing are flaws.
func (d *decoder) fields(n ast.Node, keys, must []string, what string) map[string]ast.Node {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.at(n, "%s is a mapping of %s", what, strings.Join(keys, ", "))
		return nil
	}
	out := map[string]ast.Node{}
	for it := m.MapRange(); it.Next(); {
		key := it.Key().String()
		if !slices.Contains(keys, key) {
			d.at(it.Key(), "%s has no '%s'%s", what, key, didYouMean(key, keys))
			continue
		}
		out[key] = it.Value()
	}
	for _, key := range must {
		if out[key] == nil {
			d.at(n, "%s needs '%s'; add it", what, key)
		}
	}
	return out
}

func (d *decoder) text(fields map[string]ast.Node, key string) string {
	return d.textOf(fields[key], key)
}

func (d *decoder) textOf(n ast.Node, key string) string {
	text := ""
	switch n := n.(type) {
	case nil:
		return ""
	case *ast.StringNode:
		text = strings.TrimSpace(n.Value)
	case *ast.LiteralNode:
		text = strings.TrimSpace(n.Value.Value)
	default:
		d.at(n, "'%s' is a text: put it in quotes", key)
		return ""
	}
	if text == "" {
		d.at(n, "'%s' is empty; write it or leave it out", key)
	}
	return text
}

func (d *decoder) list(n ast.Node, key string) []ast.Node {
	if n == nil {
		return nil
	}
	l, ok := n.(*ast.SequenceNode)
	if !ok {
		d.at(n, "'%s' is a list", key)
		return nil
	}
	return l.Values
}

func (d *decoder) providers(n ast.Node) (out []string) {
	for _, v := range d.list(n, "providers") {
		p := d.textOf(v, "providers")
		if p != "" && !slices.Contains(providers, p) {
			d.at(v, "there is no provider '%s'%s; use %s", p, didYouMean(p, providers), strings.Join(providers, ", "))
		}
		out = append(out, p)
	}
	return out
}

// named reads texts by name.
func (d *decoder) named(n ast.Node) map[string]string {
	if n == nil {
		return nil
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		d.at(n, "'sources' is a mapping of short names to sources")
		return nil
	}
	out := map[string]string{}
	for it := m.MapRange(); it.Next(); {
		out[it.Key().String()] = d.textOf(it.Value(), it.Key().String())
	}
	return out
}

// all reads how many controls the publisher lists.
func (d *decoder) all(f *Framework, n ast.Node) {
	if n == nil {
		return
	}
	v, ok := n.(*ast.IntegerNode)
	if !ok {
		d.at(n, "'all' is the whole number of controls that the publisher lists; leave it out where that is not known")
		return
	}
	count, ok := v.Value.(uint64)
	switch here := uint64(len(f.Controls())); {
	case !ok || count == 0 || count > 100_000:
		d.at(n, "'all' is the whole number of controls that the publisher lists; leave it out where that is not known")
	case count < here:
		d.at(n, "the publisher lists %d controls, and %d are here", count, here)
	default:
		f.All = int(count)
	}
}

func (d *decoder) groups(n ast.Node) (groups []Group) {
	seenGroup, seenControl := map[string]bool{}, map[string]bool{}
	for _, v := range d.list(n, "groups") {
		m := d.fields(v, groupKeys, []string{"id", "title", "controls"}, "a group")
		g := Group{ID: d.text(m, "id"), Title: d.text(m, "title")}
		d.once(seenGroup, m["id"], g.ID, "group")
		for _, c := range d.list(m["controls"], "controls") {
			g.Controls = append(g.Controls, d.control(c, seenControl))
		}
		if len(g.Controls) == 0 && m["controls"] != nil {
			d.at(m["controls"], "the group has no controls; leave it out")
		}
		groups = append(groups, g)
	}
	if len(groups) == 0 && n != nil {
		d.at(n, "a framework has at least one group with one control")
	}
	return groups
}

func (d *decoder) once(seen map[string]bool, n ast.Node, id, what string) {
	if id != "" && seen[id] {
		d.at(n, "the %s %s stands here twice; put them together", what, id)
	}
	seen[id] = true
}

func (d *decoder) control(n ast.Node, seen map[string]bool) Control {
	m := d.fields(n, controlKeys, []string{"id", "title"}, "a control")
	c := Control{ID: d.text(m, "id"), Title: d.text(m, "title"), Text: d.text(m, "text"),
		Attest: d.text(m, "attest"), Cannot: d.text(m, "cannot"), Comes: d.text(m, "comes")}
	d.once(seen, m["id"], c.ID, "control")
	named := map[string]bool{}
	for _, v := range d.list(m["rules"], "rules") {
		c.Rules = append(c.Rules, d.mapping(v, named, c.Comes != ""))
	}
	if c.Cannot != "" && (len(c.Rules) > 0 || c.Attest != "" || c.Comes != "") {
		d.at(m["cannot"], "'cannot' says that neither a rule nor a statement can tell; leave it out, or leave out the others")
	}
	return c
}

func (d *decoder) mapping(n ast.Node, named map[string]bool, comes bool) Mapping {
	m := d.fields(n, mappingKeys, []string{"rule", "status"}, "a mapping")
	p := Mapping{Rule: d.text(m, "rule"), Status: Status(d.text(m, "status")), Source: d.text(m, "source"), Note: d.text(m, "note")}
	if p.Status != "" && !slices.Contains(statuses, string(p.Status)) {
		d.at(m["status"], "there is no status '%s'%s; use %s", p.Status, didYouMean(string(p.Status), statuses), strings.Join(statuses, ", "))
	}
	if whole, ok := d.sources[p.Source]; ok {
		p.Source = whole
	}
	if test := d.text(m, "test"); test != "" {
		p.Source = strings.TrimPrefix(p.Source+": "+test, ": ")
	}
	if p.Source == "" && (p.Status == Publisher || p.Status == ThirdParty) {
		d.at(n, "a mapping of status %s says where it stands: add 'source'", p.Status)
	}
	if p.Rule != "" && named[p.Rule] {
		d.at(m["rule"], "the control names %s twice; once is enough", p.Rule)
	}
	named[p.Rule] = true
	if p.Rule != "" {
		if why := d.known.missing(p.Rule, comes); why != "" {
			d.at(m["rule"], "%s", why)
		}
	}
	return p
}

// known are the ids of rules.
type known struct {
	ids      map[string]bool
	list     []string
	prefixes map[string]bool
}

func knownOf(rules Lookup) known {
	all := slices.Clone(rules.Rules())
	if s, ok := rules.(interface{ Switched() []*rule.Rule }); ok {
		all = append(all, s.Switched()...)
	}
	k := known{ids: map[string]bool{}, prefixes: map[string]bool{}}
	for _, r := range all {
		k.ids[r.ID] = true
		k.list = append(k.list, r.ID)
		k.prefixes[prefix(r.ID)] = true
	}
	return k
}

func prefix(id string) string { p, _, _ := strings.Cut(id, "-"); return p }

var ruleShape = regexp.MustCompile(`^[A-Z]+(-[A-Z][A-Z0-9]*)*-[0-9]{3}$`)

// missing says why a rule cannot be named; "" is that it can. One that is still
// to come is named beside 'comes', but only where it cannot be a slip: no rule
// of its kind is there yet, or it is one of those that hold on every cloud,
// which come with one.
func (k known) missing(id string, comes bool) string {
	switch p := prefix(id); {
	case k.ids[id]:
		return ""
	case !ruleShape.MatchString(id):
		return fmt.Sprintf("'%s' is no id of a rule%s; write it as AWS-IMDS-001", id, didYouMean(id, k.list))
	case comes && (p == "XC" || !k.prefixes[p]):
		return ""
	}
	return fmt.Sprintf("there is no rule %s%s; one that is still to come stands beside 'comes', which says with what", id, didYouMean(id, k.list))
}

// didYouMean is "; did you mean 'x'?" for the nearest name, or nothing where
// none is near.
func didYouMean(word string, names []string) string {
	best, _ := words.Nearest(word, names, max(2, len(word)/3))
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean '%s'?", best)
}
