package query

import (
	"strings"
	"unicode/utf8"

	"plumbline/internal/problem"
)

// An Error says what of a query is not understood. It wraps a problem of kind
// Invalid.
type Error struct {
	Position   int    // of the token, in characters counted from 1
	Token      string // as it was written; "" if the whole query is meant
	Sentence   string // what is wrong and what would be right
	Suggestion string // in place of the token; "" if there is none
	Try        string // the whole query with what was probably meant, which parses; "" if there is none
}

// Error is the sentence with the question whether the suggestion was meant.
func (e *Error) Error() string {
	if e.Suggestion == "" {
		return e.Sentence
	}
	return e.Sentence + " Did you mean " + e.Suggestion + "?"
}

// Unwrap returns the problem that it is.
func (e *Error) Unwrap() error { return problem.New(problem.Invalid, "%s", e.Error()) }

// whole makes the error of a query that is not wrong in one place.
func whole(format string, a ...any) *Error {
	return &Error{Position: 1, Sentence: sentence(format, a...)}
}

// fault makes the error of a token. Its position is still in bytes, see placed.
func (t token) fault(suggestion, format string, a ...any) *Error {
	if utf8.RuneCountInString(suggestion) > shortest {
		suggestion = ""
	}
	return &Error{Position: t.at, Token: t.text, Suggestion: suggestion, Sentence: sentence(format, a...)}
}

// placed gives the error its position in characters.
func (e *Error) placed(text string) *Error {
	if e.Token != "" {
		e.Position = utf8.RuneCountInString(text[:e.Position]) + 1
	}
	return e
}

// mended is the query with the suggestion in place of the token.
func (e *Error) mended(text string) string {
	if e.Suggestion == "" || e.Token == "" {
		return ""
	}
	return text[:e.Position] + e.Suggestion + text[e.Position+len(e.Token):]
}

// shortest is how much of a text an error repeats.
const shortest = 120

// quoteShort is a text in quotes, cut where it is too long to be read.
func quoteShort(s string) string {
	if utf8.RuneCountInString(s) > shortest {
		s = string([]rune(s)[:shortest]) + "…"
	}
	return "“" + s + "”"
}

// alternatives is "a, b or c".
func alternatives(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
