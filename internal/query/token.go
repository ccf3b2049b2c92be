package query

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is what stands between two spaces; spaces in quotes do not part.
type token struct {
	text string // as written
	at   int    // byte offset in the query
}

// split cuts a query into tokens.
func split(text string) ([]token, *Error) {
	var all []token
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if unicode.IsSpace(r) {
			i += size
			continue
		}
		end, closed := tokenEnd(text, i)
		t := token{text[i:end], i}
		if !closed {
			return nil, t.fault(t.text+`"`, "A quotation mark is opened in %s and never closed.", quoteShort(t.text))
		}
		all = append(all, t)
		i = end
	}
	return all, nil
}

// tokenEnd finds the end of the token that begins at i. closed is false if a
// quotation mark in it is left open.
func tokenEnd(text string, i int) (end int, closed bool) {
	quoted := false
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '"':
			quoted = !quoted
		case quoted && r == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			size++
		case !quoted && unicode.IsSpace(r):
			return i, true
		}
		i += size
	}
	return i, !quoted
}

// commas cuts the values of a term at the commas outside quotes.
func commas(values string) []string {
	var all []string
	start, quoted := 0, false
	for i := 0; i < len(values); i++ {
		switch c := values[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\' && i+1 < len(values) && (values[i+1] == '"' || values[i+1] == '\\'):
			i++
		case !quoted && c == ',':
			all = append(all, values[start:i])
			start = i + 1
		}
	}
	return append(all, values[start:])
}

// unquote takes text out of quotes. rest is what follows the closing one; ok is
// false if s does not begin with a quoted text.
func unquote(s string) (text, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", "", false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

// quote is the opposite of unquote.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
