package main

import (
	"strings"
	"unicode"

	"plumbline/internal/rule"
)

// ruleWords finds the rules that a word of a search means: one that a word of
// their title, their fault or their id begins with. Titles are not in the
// database.
func ruleWords(set *rule.Set) func(word string) []string {
	words := map[string][]string{}
	for _, r := range set.Rules() {
		words[r.ID] = append(split(r.Title+" "+r.Fault+" "+r.Name), strings.ToLower(r.ID))
	}
	return func(word string) (ids []string) {
		word = strings.ToLower(word)
		for _, r := range set.Rules() {
			for _, w := range words[r.ID] {
				if strings.HasPrefix(w, word) {
					ids = append(ids, r.ID)
					break
				}
			}
		}
		return ids
	}
}

func split(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) })
}
