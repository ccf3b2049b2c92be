package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// A template is text with {{ CEL expressions }} about the subject.
type template struct{ parts []part }

// A part is a stretch of text, or an expression.
type part struct {
	text string
	expr *program
}

// filled is a template with its values in.
type filled struct {
	text   string
	open   []int // of the filler's reads: what is not known
	unsafe bool  // a value must not stand in a command
}

// text compiles a template. Its expressions may be of any type; they decide
// nothing, so that more is allowed in them than in a predicate. Together they may
// cost what a predicate may.
func (l *language) text(what, src string) (*template, []complaint) {
	t, bad, cost := &template{}, []complaint(nil), uint64(0)
	for rest, at := src, 0; rest != ""; {
		open := strings.Index(rest, "{{")
		if open < 0 {
			t.parts = append(t.parts, part{text: rest})
			break
		}
		shut := strings.Index(rest[open:], "}}")
		line, col := lineCol(src, at+open)
		if shut < 0 {
			return nil, append(bad, complaint{line, col, "'{{' is never closed: add '}}'"})
		}
		if open > 0 {
			t.parts = append(t.parts, part{text: rest[:open]})
		}
		p, cs := l.expression(what, rest[open+2:open+shut])
		for _, c := range cs {
			bad = append(bad, shifted(c, line, col+2))
		}
		if p != nil {
			if cost += p.cost; cost > budget && cost-p.cost <= budget {
				bad = append(bad, complaint{line, col, fmt.Sprintf("with this the text could cost %d steps and may cost %d: ask less of its lists", cost, budget)})
			}
		}
		t.parts = append(t.parts, part{expr: p})
		at, rest = at+open+shut+2, rest[open+shut+2:]
	}
	return t, bad
}

// params are the parameters that its expressions read.
func (t *template) params() (names []string) {
	if t == nil {
		return nil
	}
	for _, p := range t.parts {
		if p.expr != nil {
			names = append(names, p.expr.params...)
		}
	}
	return names
}

func (l *language) expression(what, src string) (*program, []complaint) {
	ast, bad := l.check(l.template, src)
	if bad != nil {
		return nil, bad
	}
	switch t := ast.OutputType(); t.Kind() {
	case types.BoolKind, types.IntKind, types.StringKind:
	case types.ListKind:
		if k := t.Parameters()[0].Kind(); k != types.StringKind && k != types.IntKind {
			return nil, []complaint{{1, 1, "a list of " + t.Parameters()[0].String() + " cannot be shown: choose a field of each with map"}}
		}
	default:
		return nil, []complaint{{1, 1, "a " + t.String() + " cannot be shown: choose one of its fields"}}
	}
	p := l.program(what, ast)
	if bad := p.price(l.template, ast); bad != nil {
		return nil, bad
	}
	return p.planned(l.template, ast)
}

func lineCol(s string, offset int) (line, col int) {
	before := s[:offset]
	return 1 + strings.Count(before, "\n"), offset - strings.LastIndexByte(before, '\n')
}

func shifted(c complaint, line, col int) complaint {
	if c.line == 1 {
		return complaint{line, col + c.col - 1, c.text}
	}
	return complaint{line + c.line - 1, c.col, c.text}
}

// fill puts the values in, each in the given style.
func (t *template) fill(j *Judge, style func(any) string) filled {
	var b strings.Builder
	var f filled
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		j.gapSeen = false
		v, err := j.run(p.expr)
		f.note(v, err)
		b.WriteString(worded(v, err, j.gapSeen, style))
	}
	f.text = b.String()
	return f
}

func (f *filled) note(v ref.Val, err error) {
	if err != nil {
		f.unsafe = true
		return
	}
	switch v := v.(type) {
	case *types.Unknown:
		for _, id := range v.IDs() {
			if i := int(id) - 1; !slices.Contains(f.open, i) {
				f.open = append(f.open, i)
			}
		}
	case traits.Lister:
		for it := v.Iterator(); it.HasNext() == types.True; {
			f.note(it.Next(), nil)
		}
	default:
		f.unsafe = f.unsafe || !inert(fmt.Sprint(v.Value()))
	}
}

// inert says that a value means itself wherever it stands in a command: no
// shell expands it, it is no option, and the AWS command line does not open it.
// That reads a value that begins with file://, fileb://, http:// or https:// from
// there (AWS CLI user guide, "Loading a parameter from a file").
func inert(s string) bool { return inertWord.MatchString(s) && !strings.Contains(s, "://") }

var inertWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/+=@-]*$`)

func worded(v ref.Val, err error, gap bool, style func(any) string) string {
	if err != nil {
		return "(this could not be worked out: " + err.Error() + ")"
	}
	switch v := v.(type) {
	case *types.Unknown:
		return "unknown"
	case types.String:
		return style(string(v))
	case types.Int, types.Bool:
		return fmt.Sprint(v.Value())
	case traits.Lister:
		return enumerated(v, gap, style)
	}
	return "unknown"
}

const mostNamed = 5

// enumerated names the first of a list's values, and says that there are more.
func enumerated(l traits.Lister, gap bool, style func(any) string) string {
	var names []string
	n := 0
	for it := l.Iterator(); it.HasNext() == types.True; n++ {
		if v := it.Next(); n < mostNamed {
			names = append(names, style(v.Value()))
		}
	}
	if n > mostNamed {
		names = append(names, fmt.Sprintf("%d more", n-mostNamed))
	}
	if gap {
		names = append(names, "and what could not be listed")
	}
	return strings.Join(names, ", ")
}

// asText shows a value in a sentence.
func asText(v any) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, fmt.Sprint(v))
}

const shellSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/=@%+,-"

// asShell shows a value as one word of a POSIX shell.
func asShell(v any) string {
	s := fmt.Sprint(v)
	if s != "" && strings.Trim(s, shellSafe) == "" && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(shellSafe, r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

var hclEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "${", "$${", "%{", "%%{")

// asHCL shows a value inside a Terraform string.
func asHCL(v any) string { return hclEscapes.Replace(fmt.Sprint(v)) }

// quoted complains of a placeholder that stands inside quotes: the value
// brings its own.
func (t *template) quoted() []complaint {
	open := rune(0)
	for _, p := range t.parts {
		if p.expr != nil && open != 0 {
			return []complaint{{1, 1, "a value stands inside quotes: remove them, for values are quoted where they need it"}}
		}
		for _, r := range p.text {
			switch {
			case open == 0 && (r == '\'' || r == '"'):
				open = r
			case r == open:
				open = 0
			}
		}
	}
	return nil
}

var _ cel.Activation = (*Judge)(nil)
