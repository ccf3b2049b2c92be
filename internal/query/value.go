package query

import (
	"slices"
	"strconv"
	"strings"
)

// value reads one value of a term.
func (p *parser) value(t token, f Field, piece string) (Value, *Error) {
	v, rest := operator(piece)
	text, tail, isQuoted := unquote(rest)
	switch {
	case isQuoted:
		v.Text, v.Prefix = text, tail == "*"
		if tail != "" && tail != "*" {
			return v, t.fault("", "Behind the closing quotation mark in %s a comma or a space is missing.", quoteShort(t.text))
		}
	case strings.Contains(rest, `"`):
		return v, t.fault("", "A quotation mark stands in the middle of %s; it belongs before and behind a text.", quoteShort(rest))
	default:
		v.Text, v.Prefix = strings.CutSuffix(rest, "*")
		if strings.Contains(v.Text, "*") {
			return v, t.fault(swap(t, piece, quote(rest)), "A star may stand at the end of %s only; to look for the star itself, put the text in quotes.", quoteShort(rest))
		}
	}
	return p.typed(t, f, piece, v)
}

// operator takes a comparison off a value.
func operator(piece string) (Value, string) {
	for _, op := range []Op{AtMost, AtLeast, Less, More} {
		if rest, ok := strings.CutPrefix(piece, string(op)); ok {
			return Value{Op: op, Asked: op}, rest
		}
	}
	return Value{}, piece
}

// typed makes sure that the value is one that the key takes.
func (p *parser) typed(t token, f Field, piece string, v Value) (Value, *Error) {
	comparable := f.Type == Number || f.Type == Time
	switch {
	case strings.TrimSpace(v.Text) == "":
		return v, t.fault("", "A value is missing in %s. The key %s takes %s.", quoteShort(t.text), f.Key, f.Takes())
	case v.Op != Is && !comparable:
		return v, t.fault(swap(t, piece, strings.TrimLeft(piece, "<>=")), "The key %s has no order, so that nothing is more or less than %s.", f.Key, quoteShort(v.Text))
	case v.Prefix && f.Type != Text:
		return v, t.fault(p.swapNear(t, f, piece, v.Text), "The key %s takes %s, and no star.", f.Key, f.Takes())
	}
	switch f.Type {
	case Word:
		return p.word(t, f, piece, v)
	case Number:
		n, err := strconv.Atoi(v.Text)
		if err != nil || n < 0 || len(v.Text) > 15 || v.Text[0] == '+' {
			return v, t.fault(p.swapNear(t, f, piece, v.Text), "The key %s takes %s, not %s.", f.Key, f.Takes(), quoteShort(v.Text))
		}
		v.Number, v.Text = n, strconv.Itoa(n)
	case Time:
		return p.time(t, f, piece, v)
	default:
	}
	return v, nil
}

// word makes sure that the value stands in the closed list.
func (p *parser) word(t token, f Field, piece string, v Value) (Value, *Error) {
	v.Text = strings.ToLower(v.Text)
	if slices.Contains(f.Words, v.Text) {
		return v, nil
	}
	return v, t.fault(p.swapNear(t, f, piece, v.Text), "The key %s takes %s, not %s.", f.Key, f.Takes(), quoteShort(v.Text))
}

// swapNear is the token with the word that was probably meant: one of the key's
// own, or the same word behind another key.
func (p *parser) swapNear(t token, f Field, piece, word string) string {
	if w := near(strings.ToLower(word), f.Words); w != "" {
		return swap(t, piece, w)
	}
	key, values, _ := strings.Cut(t.text, ":")
	if other := p.keyOf(strings.ToLower(word)); other != "" && other != f.Key && values == piece {
		return key[:len(key)-len(f.Key)] + other + ":" + values
	}
	return ""
}

// swap is the token with another value in place of one.
func swap(t token, piece, other string) string {
	key, values, _ := strings.Cut(t.text, ":")
	all := commas(values)
	if i := slices.Index(all, piece); i >= 0 {
		all[i] = other
	}
	return key + ":" + strings.Join(all, ",")
}
