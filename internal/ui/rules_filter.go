package ui

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"plumbline/internal/listing"
	"plumbline/internal/query"
	"plumbline/web/pages"
)

// A rulesWant is what the address of the list of rules asks for: all the state
// that the page has.
type rulesWant struct {
	q     query.Query
	at    listing.Place
	typed string // what was typed and is not understood
	moved bool   // a form was read: the page has a shorter address
}

// ruleFacets are the keys that menus offer the values of.
var ruleFacets = []facetKey{{"severity", "Severity"}, {"provider", "Cloud"}, {"family", "Family"}, {"kind", "Asked of"}, {"origin", "Origin"}}

var ruleHints = []string{"is:failing", "is:nodata", "is:off", "is:edited", "is:waiting", "severity:critical,high", "provider:aws", "family:AWS-IMDS", "origin:own", "kind:workload"}

const ruleExample = "Add a filter, such as family:AWS-IMDS"

// readRules reads an address. What it does not understand it names.
func readRules(v url.Values, now time.Time) (want rulesWant, fault *pages.Problem) {
	if p := unfit(v); p != nil {
		return want, p
	}
	for k := range v {
		if !slices.Contains(inventoryKeys, k) {
			return want, &pages.Problem{Title: "The address asks for “" + k + "”, which there is not.",
				Text: notShown + " The filter is “q”; “after” and “before” lead to other pages."}
		}
	}
	want.at = listing.Place{After: v.Get("after"), Before: v.Get("before"), Limit: rowsPerPage}
	if want.at.After != "" && want.at.Before != "" {
		return want, &pages.Problem{Title: "A page begins after a rule or ends before one, not both.", Text: "Leave “after” or “before” out. " + notShown}
	}
	if want.q, fault = parseRules(v.Get("q"), now); fault != nil {
		want.typed = v.Get("q")
		return want, fault
	}
	if add := strings.TrimSpace(v.Get("add")); add != "" {
		q, fault := parseRules(want.q.String()+" "+add, now)
		if fault != nil {
			want.typed = add
			return want, fault
		}
		want.q = q
	}
	if f := v.Get("facet"); f != "" {
		if !slices.ContainsFunc(ruleFacets, func(k facetKey) bool { return k.key == f }) {
			return want, &pages.Problem{Title: "“" + f + "” has no menu.", Text: notShown}
		}
		want.q = want.q.Set(f, v["v"]...)
	}
	want.moved = v.Has("add") || v.Has("facet") || v.Has("v")
	return want, nil
}

func parseRules(text string, now time.Time) (query.Query, *pages.Problem) {
	q, err := query.Parse(text, listing.RuleFields, now)
	if err == nil {
		return q, nil
	}
	p := &pages.Problem{Title: "The filter is not understood.", Text: err.Error() + " " + notShown}
	var e *query.Error
	if errors.As(err, &e) {
		p.Text = e.Sentence + " " + notShown
		if e.Try != "" {
			p.Suggest, p.Try = "Did you mean "+cmpOr(e.Suggestion, e.Try)+"?", rulesWant{}.of(e.Try)
		}
	}
	return q, p
}

// of is the address of the list with a query as text.
func (rulesWant) of(text string) string {
	if text == "" {
		return rulesHome
	}
	return rulesHome + "?" + encoded(url.Values{"q": {text}})
}

// address is that of the list from its beginning.
func (w rulesWant) address() string { return w.of(w.q.String()) }

// passing are the rules that a query lets through.
func passing(all []ruleStanding, q query.Query) []ruleStanding {
	var out []ruleStanding
	for _, s := range all {
		if s.passes(q) {
			out = append(out, s)
		}
	}
	return out
}

func (s ruleStanding) passes(q query.Query) bool {
	for _, t := range q.Terms {
		if slices.ContainsFunc(t.Values, func(v query.Value) bool { return s.has(t.Key, v) }) == t.Not {
			return false
		}
	}
	text := strings.ToLower(strings.Join([]string{s.Rule.ID, s.Rule.Name, s.Rule.Title, s.Rule.Fault}, " "))
	for _, w := range q.Words {
		if !strings.Contains(text, strings.ToLower(w)) {
			return false
		}
	}
	return true
}

// has says whether the rule has a value of a key. A rule that holds on every
// cloud has every cloud.
func (s ruleStanding) has(key string, v query.Value) bool {
	r := s.Rule
	switch key {
	case "is":
		return s.stands(v.Text)
	case "provider":
		return r.Provider == "" || r.Provider == v.Text
	case "family", "rule":
		is := map[string]string{"family": family(r.ID), "rule": r.ID}[key]
		return strings.EqualFold(is, v.Text) || v.Prefix && len(is) >= len(v.Text) && strings.EqualFold(is[:len(v.Text)], v.Text)
	}
	return slices.Contains(s.values(key), v.Text)
}

func (s ruleStanding) stands(word string) bool {
	switch word {
	case "asked":
		return !s.Off
	case "off":
		return s.Off
	case "edited":
		return s.Edited || len(s.Params) > 0 || s.Origin == listing.Own
	case "waiting":
		return s.Pending > 0
	case "unread":
		return len(s.Flaws) > 0
	case "failing":
		return !s.Off && s.sum.fail > 0
	case "nodata":
		return !s.Off && s.sum.unknown > 0
	case "passing":
		return !s.Off && s.sum.pass > 0 && s.sum.fail+s.sum.unknown == 0
	}
	return false
}

// values are those that the rule has of a key with a menu.
func (s ruleStanding) values(key string) []string {
	r := s.Rule
	switch key {
	case "severity":
		return []string{r.Severity.String()}
	case "provider":
		if r.Provider == "" {
			return nil // it is among those of each
		}
		return []string{r.Provider}
	case "family":
		return []string{family(r.ID)}
	case "kind":
		return []string{string(r.For)}
	case "origin":
		return []string{string(s.Origin)}
	}
	return nil
}

// ruleBar is the filter: text and menus write the same query.
func ruleBar(all []ruleStanding, want rulesWant) *pages.Bar {
	keep := []pages.Hidden{{Name: "q", Value: want.q.String()}}
	b := &pages.Bar{Action: rulesHome, What: "rules", Query: want.q.String(), Keep: keep, Hints: ruleHints, Example: ruleExample}
	for i, text := range want.q.Chips() {
		c := pages.Chip{Value: text, Drop: want.of(want.q.Without(i).String())}
		if i < len(want.q.Terms) {
			key, value, _ := strings.Cut(text, ":")
			c.Key, c.Value = key+":", value
		}
		b.Chips = append(b.Chips, c)
	}
	for _, f := range ruleFacets {
		if m := ruleMenu(f, all, want, keep); len(m.Values) > 1 || m.Chosen > 0 {
			b.Menus = append(b.Menus, m)
		}
	}
	return b
}

// ruleMenu counts the values of a key among the rules that the rest of the
// query lets through: what else there is could not be chosen otherwise.
func ruleMenu(f facetKey, all []ruleStanding, want rulesWant, keep []pages.Hidden) pages.Menu {
	chosen := want.q.Values(f.key)
	counts := map[string]int{}
	for _, c := range chosen {
		counts[c] = 0
	}
	for _, s := range passing(all, want.q.Set(f.key)) {
		for _, v := range s.values(f.key) {
			counts[v]++
		}
	}
	m := pages.Menu{Action: rulesHome, Key: f.key, Name: f.name, Chosen: len(chosen), Keep: append(slices.Clone(keep), pages.Hidden{Name: "facet", Value: f.key})}
	for _, v := range sorted(counts) {
		m.Values = append(m.Values, pages.Choice{Value: v, Text: ruleChoice(f.key, v), Count: number(counts[v]), On: slices.Contains(chosen, v)})
	}
	if f.key == "severity" {
		slices.SortStableFunc(m.Values, func(a, b pages.Choice) int { return severityRank(b.Value) - severityRank(a.Value) })
	}
	return m
}

// ruleChoice is how a value of a key is called.
func ruleChoice(key, value string) string {
	switch key {
	case "kind":
		return sentenceName(kindName(value))
	case "origin":
		return sentenceName(originNames[listing.Origin(value)])
	}
	return choice(key, value)
}
