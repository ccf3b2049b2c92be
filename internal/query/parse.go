package query

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Parse reads a query over a list with these fields; ages count from now. What
// it does not understand is an *Error, never left out.
func Parse(text string, fields Fields, now time.Time) (Query, error) {
	p := parser{fields: fields, now: now.UTC()}
	q, err := p.parse(text)
	if err == nil {
		return q, nil
	}
	err.Try = p.mended(text, err)
	return Query{}, err.placed(text)
}

// mended follows suggestions until the query parses; "" if it comes to none.
func (p *parser) mended(text string, err *Error) string {
	for range 5 {
		text = err.mended(text)
		if text == "" {
			return ""
		}
		if _, err = p.parse(text); err == nil {
			return text
		}
	}
	return ""
}

type parser struct {
	fields Fields
	now    time.Time
	values int // counted so far
}

func (p *parser) parse(text string) (Query, *Error) {
	p.values = 0
	if err := readable(text); err != nil {
		return Query{}, err
	}
	tokens, err := split(text)
	if err != nil {
		return Query{}, err
	}
	if len(tokens) > MaxTerms {
		return Query{}, whole("The query has %d terms and words; it may have %d.", len(tokens), MaxTerms)
	}
	var q Query
	for _, t := range tokens {
		if err := p.add(&q, t); err != nil {
			return Query{}, err
		}
	}
	return q, nil
}

// readable refuses what no list can hold.
func readable(text string) *Error {
	switch {
	case len(text) > MaxLength:
		return whole("The query is %d bytes long; it may have %d.", len(text), MaxLength)
	case !utf8.ValidString(text):
		return whole("The query is not text in UTF-8.")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }):
		return whole("The query holds a control character, which stands in no list.")
	}
	return nil
}

// add reads one token into the query.
func (p *parser) add(q *Query, t token) *Error {
	key, values, isTerm := strings.Cut(t.text, ":")
	if !isTerm || strings.Contains(key, `"`) {
		word, err := word(t)
		if err == nil && !slices.Contains(q.Words, word) {
			q.Words = append(q.Words, word)
		}
		return err
	}
	name := strings.TrimPrefix(key, "-")
	f, ok := p.fields.Find(strings.ToLower(name))
	if !ok {
		return p.unknownKey(t, name, values)
	}
	term := Term{Key: f.Key, Not: name != key}
	if f.Once && q.Has(f.Key) {
		return t.fault("", "The key %s may stand in a query once only.", f.Key)
	}
	for _, piece := range commas(values) {
		v, err := p.value(t, f, piece)
		if err != nil {
			return err
		}
		if p.values++; p.values > MaxValues {
			return whole("The query has more than %d values.", MaxValues)
		}
		if !slices.Contains(term.Values, v) {
			term.Values = append(term.Values, v)
		}
	}
	q.Terms = append(q.Terms, term)
	return nil
}

// word reads a word, or a phrase in quotes.
func word(t token) (string, *Error) {
	if text, rest, ok := unquote(t.text); ok {
		switch {
		case rest != "":
			return "", t.fault("", "Behind the closing quotation mark of %s a space is missing.", quoteShort(t.text))
		case strings.TrimSpace(text) == "":
			return "", t.fault("", "There is nothing between the quotation marks.")
		}
		return text, nil
	}
	switch {
	case strings.Contains(t.text, `"`) && !strings.HasPrefix(t.text, "-"):
		return "", t.fault("", "A quotation mark stands in the middle of %s; it belongs before and behind a text.", quoteShort(t.text))
	case strings.HasPrefix(t.text, "-"):
		return "", t.fault("", "A minus leaves out what a key has, such as -severity:low; %s has no key. To look for a text that begins with a minus, put it in quotes.", quoteShort(t.text))
	case strings.HasSuffix(t.text, "*"):
		return "", t.fault(printWord(strings.TrimRight(t.text, "*")), "A star means something behind a key only, such as account:web*; to look for the star itself, put the word in quotes.")
	case t.text == "OR":
		return "", t.fault("", "Either is said by a comma between values, such as severity:critical,high. To look for the word itself, put it in quotes.")
	case t.text == "AND":
		return "", t.fault("", "Terms are joined by and already. To look for the word itself, put it in quotes.")
	case t.text == "NOT":
		return "", t.fault("", "Not is said by a minus before a key, such as -severity:low. To look for the word itself, put it in quotes.")
	}
	return t.text, nil
}

func sentence(format string, a ...any) string { return fmt.Sprintf(format, a...) }
