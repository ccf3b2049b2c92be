package main

import (
	"slices"
	"strings"
	"sync/atomic"
	"unicode"

	"plumbline/internal/rule"
)

// ruleWords finds the rules that a word of a search means: one that a word of
// their title, their fault or their id begins with. Titles are not in the
// database. rules gives those that hold now; what is worked out of them is kept
// until they change.
func ruleWords(rules func() *rule.Set) func(word string) []string {
	type known struct {
		set  *rule.Set
		find func(word string) []string
	}
	var last atomic.Pointer[known]
	return func(word string) []string {
		set := rules()
		k := last.Load()
		if k == nil || k.set != set {
			k = &known{set, wordsOf(set)}
			last.Store(k)
		}
		return k.find(word)
	}
}

func wordsOf(set *rule.Set) func(word string) []string {
	all := slices.Concat(set.Rules(), set.Switched())
	words := map[string][]string{}
	for _, r := range all {
		words[r.ID] = append(split(r.Title+" "+r.Fault+" "+r.Name), strings.ToLower(r.ID))
	}
	return func(word string) (ids []string) {
		word = strings.ToLower(word)
		for _, r := range all {
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
