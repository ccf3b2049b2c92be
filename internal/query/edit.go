package query

import (
	"slices"
	"strings"
)

// Len is how many terms and words there are.
func (q Query) Len() int { return len(q.Terms) + len(q.Words) }

// Without is the query without the term or word at a place, counted from 0 as
// Chips counts them.
func (q Query) Without(i int) Query {
	out := Query{slices.Clone(q.Terms), slices.Clone(q.Words)}
	switch {
	case i < 0 || i >= q.Len():
	case i < len(q.Terms):
		out.Terms = slices.Delete(out.Terms, i, i+1)
	default:
		out.Words = slices.Delete(out.Words, i-len(q.Terms), i-len(q.Terms)+1)
	}
	return out
}

// With is the query with one more term, unless it has the very same already.
func (q Query) With(t Term) Query {
	out := Query{slices.Clone(q.Terms), slices.Clone(q.Words)}
	if !slices.ContainsFunc(q.Terms, func(o Term) bool { return o.String() == t.String() }) {
		out.Terms = append(out.Terms, t)
	}
	return out
}

// Set is the query with these values for a key of type Text or Word, in place
// of all that it asks of the key but for negated terms; no values leave none.
// For numbers and times, print and parse.
func (q Query) Set(key string, values ...string) Query {
	out := Query{nil, slices.Clone(q.Words)}
	term := Term{Key: key}
	for _, v := range values {
		term.Values = append(term.Values, Value{Text: v})
	}
	done := len(values) == 0
	for _, t := range q.Terms {
		switch {
		case t.Key != key || t.Not:
			out.Terms = append(out.Terms, t)
		case !done:
			out.Terms, done = append(out.Terms, term), true
		}
	}
	if !done {
		out.Terms = append(out.Terms, term)
	}
	return out
}

// Has says whether anything is asked of a key.
func (q Query) Has(key string) bool {
	return slices.ContainsFunc(q.Terms, func(t Term) bool { return t.Key == key })
}

// Values are the texts of all values that are asked of a key, those of negated
// terms left out; a prefix ends with its star.
func (q Query) Values(key string) []string {
	var all []string
	for _, t := range q.Terms {
		if t.Key != key || t.Not {
			continue
		}
		for _, v := range t.Values {
			text := v.Text
			if v.Prefix {
				text += "*"
			}
			all = append(all, string(v.Asked)+text)
		}
	}
	return all
}

// Word is the query with one more word.
func (q Query) Word(w string) Query {
	out := Query{slices.Clone(q.Terms), slices.Clone(q.Words)}
	if w = strings.TrimSpace(w); w != "" && !slices.Contains(out.Words, w) {
		out.Words = append(out.Words, w)
	}
	return out
}
