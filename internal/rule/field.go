package rule

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
)

// A FieldDoc describes one field that a rule may name.
type FieldDoc struct {
	Kind   estate.Kind
	Name   string   // "w.metadata.tokens"; for a list's elements "w.tags[].key"
	Type   string   // "string", "int", "bool", "list"
	Always bool     // always known
	Called bool     // a call of a scan serves it; of the others people, probes or our own records tell, or nobody
	Words  []string // the closed list of values, if there is one
	Doc    string   // one sentence
}

// A KindDoc describes one kind of subject.
type KindDoc struct {
	Kind   estate.Kind
	Var    string   // the variable's name in rules
	Parent []string // the chain of parents, nearest first
	Doc    string
}

// A kind is one type that a rule may be for, with everything CEL may ask of it.
type kind struct {
	kind    estate.Kind
	name    string // of the variable
	parent  []string
	doc     string
	fields  []*field
	blank   func() estate.Object            // nothing known
	live    func(estate.Object)             // what every example takes for granted
	manager func(estate.Object) (by string) // who operates it for its owner, "" if nobody
	risk    func(estate.Object) (exposure, power string)
	weighs  []string // the fields that risk reads, of a workload
}

// A field is one name after the variable's. Exactly one of leaf and list
// describes how it is read.
type field struct {
	name   string // "metadata.tokens"
	doc    string
	words  []string
	typ    *cel.Type
	always bool // cannot be unknown, and is no evidence

	read   func(v *view, f *field) ref.Val
	whole  func(of any) bool // known, and if a list without gaps
	why    func(of any) []*fact.Reason
	show   func(of any) finding.Evidence
	set    func(of any, value any) error // value is decoded YAML
	forget func(of any)
	item   *item
	cover  bool // a line of the coverage ledger
	apart  bool // no call of a scan serves it
	worst  bool // whoever holds it has everything: exposure and power are judged with it
}

// An item describes the elements of a list.
type item struct {
	name   string // CEL type of an element
	fields []*field
	length func(of any) int
	at     func(of any, i int) any
	show   func(elem any) any          // what evidence tells of it
	from   func(elem any) *fact.Origin // where each element has an origin of its own; nil where the list's is all elements'
}

func (f *field) last() string { return f.name[strings.LastIndexByte(f.name, '.')+1:] }

// plain is a part of the subject's head or type: always known.
func plain[O any](name, doc string, at func(O) *string, words ...string) *field {
	return &field{name: name, doc: doc, words: words, typ: cel.StringType, always: true,
		read:  func(v *view, _ *field) ref.Val { return v.judge.text(*at(v.of.(O))) },
		whole: func(any) bool { return true },
		why:   func(any) []*fact.Reason { return nil },
		show: func(of any) finding.Evidence {
			return finding.Evidence{Field: name, Value: asJSON(*at(of.(O)))}
		},
		set:    func(of, value any) error { return assign(at(of.(O)), value, words) },
		forget: func(any) {},
	}
}

// flag is a part of a list's element that is yes or no: always known.
func flag[O any](name, doc string, at func(O) *bool) *field {
	return &field{name: name, doc: doc, typ: cel.BoolType, always: true,
		read:   func(v *view, _ *field) ref.Val { return types.Bool(*at(v.of.(O))) },
		whole:  func(any) bool { return true },
		why:    func(any) []*fact.Reason { return nil },
		show:   func(of any) finding.Evidence { return finding.Evidence{Field: name, Value: asJSON(*at(of.(O)))} },
		set:    func(of, value any) error { return assign(at(of.(O)), value, nil) },
		forget: func(any) {},
	}
}

// count is a part of a list's element that is a whole number: always known.
func count[O any](name, doc string, at func(O) *int64) *field {
	return &field{name: name, doc: doc, typ: cel.IntType, always: true,
		read:   func(v *view, _ *field) ref.Val { return types.Int(*at(v.of.(O))) },
		whole:  func(any) bool { return true },
		why:    func(any) []*fact.Reason { return nil },
		show:   func(of any) finding.Evidence { return finding.Evidence{Field: name, Value: asJSON(*at(of.(O)))} },
		set:    func(of, value any) error { return assign(at(of.(O)), value, nil) },
		forget: func(any) {},
	}
}

// text, number and yes are facts that may be unknown.
func text[O any](name, doc string, at func(O) *fact.Of[string], words ...string) *field {
	f := leaf(name, doc, cel.StringType, at, func(j *Judge, s string) ref.Val { return j.text(s) }, words)
	f.words = words
	return f
}

func number[O any](name, doc string, at func(O) *fact.Of[int64]) *field {
	return leaf(name, doc, cel.IntType, at, func(_ *Judge, n int64) ref.Val { return types.Int(n) }, nil)
}

func yes[O any](name, doc string, at func(O) *fact.Of[bool]) *field {
	return leaf(name, doc, cel.BoolType, at, func(_ *Judge, b bool) ref.Val { return types.Bool(b) }, nil)
}

func leaf[O, T any](name, doc string, typ *cel.Type, at func(O) *fact.Of[T], val func(*Judge, T) ref.Val, words []string) *field {
	return &field{name: name, doc: doc, typ: typ,
		read: func(v *view, f *field) ref.Val {
			id := v.judge.saw(f, v.of)
			if t, ok := at(v.of.(O)).Get(); ok {
				return val(v.judge, t)
			}
			return v.judge.unknown(id)
		},
		whole: func(of any) bool { return at(of.(O)).Known() },
		why: func(of any) []*fact.Reason {
			if r := at(of.(O)).Why(); r != nil {
				return []*fact.Reason{r}
			}
			return nil
		},
		show: func(of any) finding.Evidence { return shown(name, *at(of.(O))) },
		set: func(of, value any) error {
			var t T
			if err := assign(&t, value, words); err != nil {
				return err
			}
			*at(of.(O)) = fact.Sure(t)
			return nil
		},
		forget: func(of any) { *at(of.(O)) = fact.Of[T]{} },
	}
}

// list is a list with possible gaps. show says what evidence tells of one
// element, for an element may hold what is not to be repeated.
func list[O, S any](name, doc, elem string, at func(O) *fact.List[S], show func(*S) any, fields ...*field) *field {
	it := &item{name: elem, fields: fields,
		length: func(of any) int { return len(at(of.(O)).Items()) },
		at:     func(of any, i int) any { return &at(of.(O)).Items()[i] },
		show:   func(e any) any { return show(e.(*S)) },
	}
	return &field{name: name, doc: doc, typ: cel.ListType(cel.ObjectType(elem)), item: it,
		read: func(v *view, f *field) ref.Val {
			return v.judge.list(f, v.of, len(at(v.of.(O)).Items()), !at(v.of.(O)).Whole())
		},
		whole: func(of any) bool { return at(of.(O)).Whole() },
		why:   func(of any) []*fact.Reason { return at(of.(O)).Gaps() },
		show: func(of any) finding.Evidence {
			l := at(of.(O))
			e := finding.Evidence{Field: name, Path: l.Path(), Origin: l.From()}
			if !l.Whole() {
				e.Why = l.Gaps()[0]
			}
			return e
		},
		set: func(of, value any) error {
			l, err := listed[S](it, value)
			if err == nil {
				*at(of.(O)) = l
			}
			return err
		},
		forget: func(of any) { *at(of.(O)) = fact.List[S]{} },
	}
}

func shown[T any](name string, f fact.Of[T]) finding.Evidence {
	e := finding.Evidence{Field: name, Path: f.Path(), Origin: f.From(), Why: f.Why()}
	if v, ok := f.Get(); ok {
		e.Value = asJSON(v)
	}
	return e
}

func asJSON(v any) string {
	if s, ok := v.(string); ok && plainWord(s) {
		return `"` + s + `"`
	}
	b, err := json.Marshal(v)
	if err != nil {
		return `"not shown: ` + strings.ReplaceAll(err.Error(), `"`, `'`) + `"`
	}
	return string(b)
}

// plainWord needs no escapes in JSON.
func plainWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// assign puts a value from YAML into a fact's Go type. The word "unknown" and
// null are never values: what is not to be known is left out.
func assign[T any](to *T, value any, words []string) error {
	switch p := any(to).(type) {
	case *string:
		s, ok := value.(string)
		if !ok {
			return fmt.Errorf("want text, have %s", kindOf(value))
		}
		if len(words) > 0 && !slices.Contains(words, s) {
			return fmt.Errorf("%q is none of %s%s", s, strings.Join(words, ", "), leftOut(s))
		}
		*p = s
	case *bool:
		b, ok := value.(bool)
		if !ok {
			return fmt.Errorf("want true or false, have %s", kindOf(value))
		}
		*p = b
	case *int64:
		n, ok := whole64(value)
		if !ok {
			return fmt.Errorf("want a whole number, have %s", kindOf(value))
		}
		*p = n
	}
	return nil
}

func leftOut(s string) string {
	if s == "unknown" {
		return "; what is not known is left out of an example"
	}
	return ""
}

func whole64(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case uint64:
		if n <= math.MaxInt64 {
			return int64(n), true
		}
	}
	return 0, false
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing; what is not known is left out of an example"
	case string:
		return fmt.Sprintf("the text %q", v)
	case bool, int, int64, uint64, float64:
		return fmt.Sprint(v)
	case []any:
		return "a list"
	}
	return "a mapping"
}
