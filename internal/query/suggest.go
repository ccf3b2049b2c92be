package query

import (
	"slices"
	"strings"

	"plumbline/internal/words"
)

// unknownKey tells which keys there are, and which was probably meant.
func (p *parser) unknownKey(t token, name, values string) *Error {
	sign := ""
	if strings.HasPrefix(t.text, "-") {
		sign = "-"
	}
	switch meant := p.meantKey(strings.ToLower(name), values); {
	case name == "":
		return t.fault("", "A key is missing before the colon of %s. The keys are %s.", quoteShort(t.text), join(p.fields.Keys()))
	case meant != "":
		return t.fault(sign+meant+":"+values, "There is no key %s.", quoteShort(name))
	default:
		return t.fault(quoted(t.text), "There is no key %s: the keys are %s. A text with a colon in it stands in quotes.", quoteShort(name), join(p.fields.Keys()))
	}
}

// quoted puts a token in quotes, unless it has some.
func quoted(token string) string {
	if strings.Contains(token, `"`) {
		return ""
	}
	return quote(token)
}

// meantKey is the key that is like the name, or else the one that has the first
// value in its closed list; "" if there is none.
func (p *parser) meantKey(name, values string) string {
	if k := near(name, p.fields.Keys()); k != "" {
		return k
	}
	return p.keyOf(strings.ToLower(commas(values)[0]))
}

// keyOf is the key in whose closed list a word stands.
func (p *parser) keyOf(word string) string {
	for _, f := range p.fields {
		if slices.Contains(f.Words, word) {
			return f.Key
		}
	}
	return ""
}

// near is the word of a list that somebody probably meant: the only one that
// begins so, or one that differs in few letters.
func near(word string, list []string) string {
	if len(word) > 40 {
		return ""
	}
	begins := ""
	for _, w := range list {
		if len(word) > 1 && strings.HasPrefix(w, word) {
			if begins != "" {
				begins = ""
				break
			}
			begins = w
		}
	}
	if begins != "" {
		return begins
	}
	best, _ := words.Nearest(word, list, min(3, len(word)/2))
	return best
}

// join is "a, b, c".
func join(list []string) string { return strings.Join(list, ", ") }
