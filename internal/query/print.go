package query

import (
	"strings"
	"unicode"
)

// String is the query as canonical text, terms before words. Parsed again, at
// the same moment, it is the same query.
func (q Query) String() string { return strings.Join(q.Chips(), " ") }

// Chips are the terms and then the words of a query, each as text; Without
// takes one away by its place here.
func (q Query) Chips() []string {
	all := make([]string, 0, q.Len())
	for _, t := range q.Terms {
		all = append(all, t.String())
	}
	for _, w := range q.Words {
		all = append(all, printWord(w))
	}
	return all
}

// String is the term as canonical text.
func (t Term) String() string {
	var b strings.Builder
	if t.Not {
		b.WriteByte('-')
	}
	b.WriteString(t.Key)
	for i, v := range t.Values {
		if i == 0 {
			b.WriteByte(':')
		} else {
			b.WriteByte(',')
		}
		b.WriteString(v.String())
	}
	return b.String()
}

// String is the value as canonical text.
func (v Value) String() string {
	op, text := v.Asked, v.Text
	if op == Is { // or made by hand
		op = v.Op
	}
	if text == "" || strings.ContainsAny(text, `",*`) || strings.ContainsFunc(text, unicode.IsSpace) || strings.ContainsRune("<>", rune(text[0])) {
		text = quote(text)
	}
	if v.Prefix {
		text += "*"
	}
	return string(op) + text
}

func printWord(w string) string {
	switch {
	case w == "", w == "OR", w == "AND", w == "NOT", w[0] == '-', strings.HasSuffix(w, "*"),
		strings.ContainsAny(w, `":`), strings.ContainsFunc(w, unicode.IsSpace):
		return quote(w)
	}
	return w
}
