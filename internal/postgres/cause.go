package postgres

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"plumbline/internal/fact"
)

// sentenceOf says a reason as the whole program says it, as a sentence.
func sentenceOf(r fact.Reason) string {
	s := r.String()
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:] + "."
}

func sentencesOf(rs []fact.Reason) []string {
	var all []string
	for _, r := range rs {
		all = append(all, sentenceOf(r))
	}
	return sorted(all)
}

func sorted(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// notListed is why a finding is out of sight where no refusal explains it.
const notListed = "The listing that would show it did not come whole."

// notAsked is why a finding is gone though nobody looked.
func notAsked(rule string, off bool) string {
	if off {
		return "The rule " + rule + " was switched off here, so nobody asks its question."
	}
	return "The rule " + rule + " is no longer in the catalogue, so nobody asks its question."
}

// unread is why a finding is out of sight though its subject may be seen.
func unread(rule string) string {
	return "The rule " + rule + ", which was written here, cannot be read by this version of the program, so its question is not asked."
}

func orNotListed(all []string) []string {
	if len(all) == 0 {
		return []string{notListed}
	}
	return all
}

// joined and split carry sentences as one text, for an array of arrays cannot.
func joined(all []string) string {
	return strings.ReplaceAll(clean(strings.Join(all, "\x1e")), "\n", " ")
}
