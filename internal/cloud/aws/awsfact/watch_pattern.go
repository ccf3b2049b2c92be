package awsfact

import (
	"errors"
	"slices"
	"strings"
)

// A pattern is a CloudWatch Logs filter over JSON events, such as
// {($.eventName=A)||($.eventName=B)}, as the user guide's "Filter pattern syntax
// for metric filters" describes it.
type pattern struct {
	op   string // "||", "&&"; "" for a single comparison
	of   []*pattern
	leaf comparison
}

// A comparison is one field and what is asked of it.
type comparison struct {
	field string // "eventName", "requestParameters.groupId"
	op    string // =, !=, <, …, "exists", "not exists", "other"
	value string
	regex bool
}

// A guess is an answer about every event of a kind: no, it depends, or yes.
type guess int

const (
	noEvent guess = iota
	someEvents
	everyEvent
)

var errPattern = errors.New("a filter pattern that is not understood")

// parsePattern reads a filter pattern over JSON events. Patterns over words and
// over columns are errors, and so is "a && b || c" without parentheses.
func parsePattern(text string) (*pattern, error) {
	p := &patternReader{rest: strings.TrimSpace(text)}
	if !strings.HasPrefix(p.rest, "{") || !strings.HasSuffix(p.rest, "}") {
		return nil, errPattern
	}
	p.rest = p.rest[1 : len(p.rest)-1]
	tree, err := p.any(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.rest != "" {
		return nil, errPattern
	}
	return tree, nil
}

type patternReader struct{ rest string }

// deepest is how far parentheses may nest. CloudWatch allows far less text.
const deepest = 32

func (p *patternReader) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

func (p *patternReader) take(token string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = rest
	}
	return ok
}

// any reads terms joined by one operator.
func (p *patternReader) any(depth int) (*pattern, error) {
	if depth > deepest {
		return nil, errPattern
	}
	first, err := p.term(depth)
	if err != nil {
		return nil, err
	}
	out := &pattern{of: []*pattern{first}}
	for {
		op := ""
		for _, o := range []string{"||", "&&"} {
			if p.take(o) {
				op = o
				break
			}
		}
		switch {
		case op == "" && len(out.of) == 1:
			return first, nil
		case op == "":
			return out, nil
		case out.op != "" && out.op != op:
			return nil, errPattern
		}
		out.op = op
		next, err := p.term(depth)
		if err != nil {
			return nil, err
		}
		out.of = append(out.of, next)
	}
}

func (p *patternReader) term(depth int) (*pattern, error) {
	if p.take("(") {
		inner, err := p.any(depth + 1)
		if err != nil || !p.take(")") {
			return nil, errPattern
		}
		return inner, nil
	}
	leaf, err := p.comparison()
	return &pattern{leaf: leaf}, err
}

func (p *patternReader) comparison() (comparison, error) {
	c := comparison{}
	if !p.take("$.") {
		return c, errPattern
	}
	n := strings.IndexFunc(p.rest, func(r rune) bool {
		return !(r == '.' || r == '_' || r == '-' || r == '[' || r == ']' || r == '*' || r < 128 && letter(byte(r))) //nolint:gosec // below 128
	})
	if n <= 0 {
		return c, errPattern
	}
	c.field, p.rest = p.rest[:n], p.rest[n:]
	for _, op := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if p.take(op) {
			c.op = op
			var err error
			c.value, c.regex, err = p.value()
			return c, err
		}
	}
	return c, p.words(&c)
}

// words reads what is asked in words: EXISTS, NOT EXISTS, IS NULL, IS TRUE.
func (p *patternReader) words(c *comparison) error {
	for _, w := range []struct{ token, op string }{
		{"NOT EXISTS", "not exists"}, {"EXISTS", "exists"},
		{"IS NULL", "other"}, {"IS NOT NULL", "other"}, {"IS TRUE", "other"}, {"IS FALSE", "other"},
	} {
		if p.take(w.token) {
			c.op = w.op
			return nil
		}
	}
	return errPattern
}

func (p *patternReader) value() (text string, regex bool, err error) {
	p.space()
	if p.rest == "" {
		return "", false, errPattern
	}
	if q := p.rest[0]; q == '"' || q == '%' {
		end := strings.IndexByte(p.rest[1:], q)
		if end < 0 || strings.Contains(p.rest[1:1+end], `\`) {
			return "", false, errPattern
		}
		text, p.rest = p.rest[1:1+end], p.rest[end+2:]
		return text, q == '%', nil
	}
	n := strings.IndexAny(p.rest, " \t\r\n()&|\"%")
	if n < 0 {
		n = len(p.rest)
	}
	if n == 0 {
		return "", false, errPattern
	}
	text, p.rest = p.rest[:n], p.rest[n:]
	return text, false, nil
}

// matches says whether the pattern takes every event of which the given fields
// are known. A field whose value is "" is known to be absent.
func (p *pattern) matches(event map[string]string) guess {
	switch p.op {
	case "||":
		return slices.Max(p.guesses(event))
	case "&&":
		return slices.Min(p.guesses(event))
	default:
		return p.leaf.matches(event)
	}
}

func (p *pattern) guesses(event map[string]string) []guess {
	out := make([]guess, len(p.of))
	for i, q := range p.of {
		out[i] = q.matches(event)
	}
	return out
}

func (c comparison) matches(event map[string]string) guess {
	have, known := event[c.field]
	sure := func(is bool) guess {
		if is {
			return everyEvent
		}
		return noEvent
	}
	switch {
	case !known || c.regex:
		return someEvents
	case c.op == "exists":
		return sure(have != "")
	case c.op == "not exists":
		return sure(have == "")
	case have == "" && c.op == "=": // what is absent equals nothing
		return noEvent
	case have == "":
		return someEvents
	case c.op == "=":
		return sure(wildcard(c.value, have))
	case c.op == "!=":
		return sure(!wildcard(c.value, have))
	default:
		return someEvents
	}
}

// wildcard matches a text with "*" for any run of characters.
func wildcard(mask, text string) bool {
	parts := strings.Split(mask, "*")
	if len(parts) == 1 {
		return mask == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
