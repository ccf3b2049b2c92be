package rule

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
)

// A decoder turns one file into a rule and notes every flaw on the way.
type decoder struct {
	file  string
	src   []byte
	lines []string
	flaws Flaws
	nodes map[string]ast.Node // the values of the rule's own keys
	set   map[string]string   // parameters that are set otherwise than the file says
	used  []string            // parameters that something reads
}

func newDecoder(file string, b []byte) *decoder {
	return &decoder{file: file, src: b, lines: strings.Split(string(b), "\n"), nodes: map[string]ast.Node{}}
}

func (d *decoder) flaw(line, col int, format string, args ...any) {
	d.flaws = append(d.flaws, Flaw{d.file, max(line, 1), max(col, 1), fmt.Sprintf(format, args...)})
}

func (d *decoder) at(n ast.Node, format string, args ...any) {
	line, col := 1, 1
	if n != nil && n.GetToken() != nil {
		line, col = n.GetToken().Position.Line, n.GetToken().Position.Column
	}
	d.flaw(line, col, format, args...)
}

var ruleKeys = []string{"id", "name", "title", "fault", "severity", "for", "cloud", "applies", "pass", "say", "why", "fix",
	"references", "note", "params", "assumes", "examples"}

var fixKeys = []string{"cli", "terraform", "console", "undo", "source", "sets"}

// rule reads the whole file.
func (d *decoder) rule() *Rule {
	r := &Rule{File: d.file}
	body := d.body()
	if body == nil {
		return r
	}
	for _, e := range d.mapping(body, ruleKeys, "a rule") {
		d.nodes[e.key] = e.value
	}
	for _, key := range []string{"id", "name", "title", "fault", "severity", "for", "pass", "say", "why", "examples"} {
		if d.nodes[key] == nil {
			d.flaw(1, 1, "'%s' is missing; add it", key)
		}
	}
	r.ID, r.Name, r.Title, r.Fault = d.text("id"), d.text("name"), d.text("title"), d.text("fault")
	r.Applies, r.Pass, r.Say = d.text("applies"), d.text("pass"), d.text("say")
	r.Why, r.Note = d.text("why"), d.text("note")
	r.For = estate.Kind(d.text("for"))
	d.identity(r)
	d.severity(r)
	d.references(r)
	d.assumes(r)
	d.params(r)
	d.fix(r)
	d.examples(r)
	d.compile(r)
	r.lines = map[string]int{}
	for key, n := range d.nodes {
		if n != nil && n.GetToken() != nil {
			r.lines[key] = n.GetToken().Position.Line
		}
	}
	return r
}

// body is the one document of the file.
func (d *decoder) body() ast.Node {
	f, err := parser.ParseBytes(d.src, 0)
	if err != nil {
		line, col, msg := 1, 1, err.Error()
		var y yaml.Error
		if errors.As(err, &y) {
			if t := y.GetToken(); t != nil {
				line, col = t.Position.Line, t.Position.Column
			}
			msg = y.GetMessage()
		}
		d.flaw(line, col, "it is not YAML: %s", msg)
		return nil
	}
	if len(f.Docs) != 1 || f.Docs[0].Body == nil {
		d.flaw(1, 1, "a file holds one rule; have %d documents", len(f.Docs))
		return nil
	}
	if n := aliased(f.Docs[0].Body); n != nil {
		d.at(n, "anchors, aliases and tags are not used in rules: write the value out, in quotes if it begins with '!', '&' or '*'")
		return nil
	}
	return f.Docs[0].Body
}

func aliased(n ast.Node) ast.Node {
	for _, t := range []ast.NodeType{ast.AliasType, ast.AnchorType, ast.TagType, ast.MergeKeyType} {
		if l := ast.Filter(t, n); len(l) > 0 {
			return l[0]
		}
	}
	return nil
}

type entry struct {
	key   string
	value ast.Node
}

// mapping lists a mapping's entries; a key that is not of keys is a flaw.
func (d *decoder) mapping(n ast.Node, keys []string, what string) []entry {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.at(n, "%s is a mapping of %s", what, strings.Join(keys, ", "))
		return nil
	}
	var out []entry
	for it := m.MapRange(); it.Next(); {
		key := it.Key().String()
		if !slices.Contains(keys, key) {
			d.at(it.Key(), "%s has no '%s'%s", what, key, didYouMean(key, keys))
			continue
		}
		out = append(out, entry{key, it.Value()})
	}
	return out
}

func (d *decoder) text(key string) string { return d.textOf(d.nodes[key], key) }

func (d *decoder) textOf(n ast.Node, key string) string {
	switch n := n.(type) {
	case nil:
		return ""
	case *ast.StringNode:
		return strings.TrimSpace(n.Value)
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value)
	}
	d.at(n, "'%s' is a text: put it in quotes", key)
	return ""
}

var (
	idShape   = regexp.MustCompile(`^(AWS|IBM|GCP|AZ|HOST|APP|XC|ORG-AWS|ORG-IBM|ORG-GCP|ORG-XC)(-[A-Z][A-Z0-9]*)?-[0-9]{3}$`)
	nameShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// ownPrefix begins the ids that an organisation gives to rules of its own.
const ownPrefix = "ORG-"

var providers = map[string]string{"AWS": "aws", "IBM": "ibm", "GCP": "gcp", "AZ": "azure", "HOST": "", "APP": "", "XC": ""}

func (d *decoder) identity(r *Rule) {
	if r.ID != "" && !idShape.MatchString(r.ID) {
		d.at(d.nodes["id"], "'%s' is no id; write it as AWS-IMDS-001, or as ORG-AWS-NET-001 for a rule of your own", r.ID)
	}
	if r.Name != "" && !nameShape.MatchString(r.Name) {
		d.at(d.nodes["name"], "'%s' is no name; use small letters and hyphens", r.Name)
	}
	if base := strings.TrimSuffix(path.Base(d.file), path.Ext(d.file)); r.Name != "" && base != r.Name {
		d.at(d.nodes["name"], "the name is '%s' and the file '%s'; give both the same", r.Name, base)
	}
	prefix, _, _ := strings.Cut(strings.TrimPrefix(r.ID, ownPrefix), "-")
	r.Provider = providers[prefix]
	d.cloud(r)
	if d.nodes["for"] != nil && kindOfName[r.For] == nil {
		var names []string
		for _, k := range kinds {
			names = append(names, string(k.kind))
		}
		d.at(d.nodes["for"], "there is no kind '%s'%s; the kinds are %s", r.For, didYouMean(string(r.For), names), strings.Join(names, ", "))
	}
}

// clouds are those that a rule may be about alone whose id names none.
var clouds = []string{"aws", "ibm", "gcp", "azure"}

func (d *decoder) cloud(r *Rule) {
	n, c := d.nodes["cloud"], d.text("cloud")
	switch {
	case n == nil:
	case r.Provider != "":
		d.at(n, "the id %s names the cloud already; leave 'cloud' out", r.ID)
	case !slices.Contains(clouds, c):
		d.at(n, "there is no cloud '%s'%s; use %s", c, didYouMean(c, clouds), strings.Join(clouds, ", "))
	default:
		r.Provider = c
	}
}

func (d *decoder) severity(r *Rule) {
	w := d.text("severity")
	s, ok := finding.ParseSeverity(w)
	if !ok && d.nodes["severity"] != nil {
		d.at(d.nodes["severity"], "there is no severity '%s'%s; use critical, high, medium, low or info", w,
			didYouMean(w, []string{"critical", "high", "medium", "low", "info"}))
	}
	r.Severity = s
}

func (d *decoder) references(r *Rule) {
	for _, v := range d.sequence("references", "'references' is a list of addresses") {
		ref := d.textOf(v, "references")
		if !strings.HasPrefix(ref, "https://") {
			d.at(v, "'%s' is no address; begin with https://", ref)
		}
		r.References = append(r.References, ref)
	}
}

func (d *decoder) assumes(r *Rule) {
	for _, v := range d.sequence("assumes", "'assumes' is a list of sentences") {
		s := d.textOf(v, "assumes")
		if !strings.HasSuffix(s, ".") {
			d.at(v, "say what is assumed in a sentence with a full stop")
		}
		r.Assumes = append(r.Assumes, s)
	}
}

// sequence lists a key's elements; what is no list is a flaw.
func (d *decoder) sequence(key, what string) []ast.Node {
	n := d.nodes[key]
	if n == nil {
		return nil
	}
	l, ok := n.(*ast.SequenceNode)
	if !ok {
		d.at(n, "%s", what)
		return nil
	}
	return l.Values
}

func (d *decoder) fix(r *Rule) {
	n := d.nodes["fix"]
	if n == nil {
		return
	}
	to := map[string]*string{"cli": &r.Fix.CLI, "terraform": &r.Fix.Terraform, "console": &r.Fix.Console, "undo": &r.Fix.Undo, "source": &r.Fix.Source}
	for _, e := range d.mapping(n, fixKeys, "a fix") {
		d.nodes["fix."+e.key] = e.value
		if p := to[e.key]; p != nil {
			*p = d.textOf(e.value, e.key)
			continue
		}
		if err := yaml.NodeToValue(e.value, &r.Fix.Sets); err != nil {
			d.at(e.value, "'sets' is a mapping of fields to values: {metadata.tokens: required}")
		}
	}
}
