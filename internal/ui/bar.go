package ui

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// A facetKey is a key that a menu offers the values of.
type facetKey struct{ key, name string }

var facets = []facetKey{{"severity", "Severity"}, {"provider", "Cloud"}, {"account", "Account"}, {"region", "Region"}, {"family", "Family"}, {"owner", "Owner"}}

// hints are what a reader may choose from while typing.
var hints = []string{"is:open", "is:overdue", "is:new", "is:nodata", "severity:critical,high", "provider:aws", "account:", "region:", "rule:", "resource:", "first-seen:<7d", "risk:>=70", "-severity:low", "owner:none", "owner:me"}

// bar fills what the list is asked with: the chips, the menus, how it is
// grouped and how it is taken along. Text and menus write the same query.
func (l *list) bar() error {
	b := &pages.Bar{Query: l.want.q.String(), Chips: l.chips(), Keep: l.keep(), Hints: hints}
	l.page.Bar = b
	for _, g := range []struct{ group, text string }{{byRule, "Rule"}, {byCause, "Cause, of what was not assessed"}, {flat, "No grouping"}} {
		on := l.want.group == g.group
		if on {
			b.Group = strings.ToLower(g.text)
		}
		link := l.want.fresh()
		link.group, link.sort = g.group, ""
		b.Groups = append(b.Groups, pages.Link{Text: g.text, Href: link.address(), Current: on})
	}
	switch l.want.group {
	case byCause:
		b.Group = "cause"
	case flat:
		b.Group = "none"
	}
	l.exports(b)
	return l.menus(b)
}

// keep is what the filter's form hands on.
func (l *list) keep() []pages.Hidden {
	out := []pages.Hidden{}
	if l.want.typed == "" || l.want.q.Len() > 0 {
		out = append(out, pages.Hidden{Name: "q", Value: l.want.q.String()})
	} else {
		out = append(out, pages.Hidden{Name: "q"})
	}
	if l.want.group != "" {
		out = append(out, pages.Hidden{Name: "group", Value: l.want.group})
	}
	if l.want.sort != "" {
		out = append(out, pages.Hidden{Name: "sort", Value: string(l.want.sort)})
	}
	return out
}

// chips are the parts of the query; the link of each drops it.
func (l *list) chips() []pages.Chip {
	var out []pages.Chip
	for i, text := range l.want.q.Chips() {
		c := pages.Chip{Value: text, Drop: l.want.asking(l.want.q.Without(i))}
		if i < len(l.want.q.Terms) {
			key, value, _ := strings.Cut(text, ":")
			c.Key, c.Value = key+":", value
		}
		out = append(out, c)
	}
	return out
}

// exports say how to take along what is listed.
func (l *list) exports(b *pages.Bar) {
	v := encoded(url.Values{"q": {b.Query}})
	if l.want.sort != "" {
		v += "&sort=" + string(l.want.sort)
	}
	b.Export = "The list as it is filtered, with every finding in it."
	b.Exports = []pages.Link{{Text: "CSV, for a spreadsheet", Href: "/api/v1/findings.csv?" + v}, {Text: "JSON, a page at a time", Href: "/api/v1/findings?" + v}}
	call := parts.Plain("call", "The same from a program",
		"curl -H \"Authorization: Bearer $PLUMBLINE_TOKEN\" \\\n  \"$PLUMBLINE_URL/api/v1/findings?"+v+"\"")
	b.Call = &call
}

// menus offers the values of each key. Those of a key that is asked for are
// counted without it: what else there is could not be chosen otherwise.
func (l *list) menus(b *pages.Bar) error {
	var free []string
	found := map[string]listing.Facet{}
	take := func(fs []listing.Facet, err error) error {
		if err != nil {
			return fmt.Errorf("count the values of keys: %w", err)
		}
		for _, f := range fs {
			found[f.Key] = f
		}
		return nil
	}
	for _, f := range facets {
		if f.key == "owner" && l.Owners == nil {
			continue
		}
		if !l.want.q.Has(f.key) {
			free = append(free, f.key)
			continue
		}
		if err := take(l.Reader.Facets(l.r.Context(), l.want.q.Set(f.key), []string{f.key})); err != nil {
			return err
		}
	}
	if err := take(l.Reader.Facets(l.r.Context(), l.want.q, free)); err != nil {
		return err
	}
	for _, f := range facets {
		if m := l.menu(f, found[f.key]); len(m.Values) > 1 || m.Chosen > 0 {
			b.Menus = append(b.Menus, m)
		}
	}
	return nil
}

func (l *list) menu(f facetKey, found listing.Facet) pages.Menu {
	chosen := l.want.q.Values(f.key)
	m := pages.Menu{Key: f.key, Name: f.name, Chosen: len(chosen), Keep: append(l.keep(), pages.Hidden{Name: "facet", Value: f.key})}
	add := func(value, count string) {
		m.Values = append(m.Values, pages.Choice{Value: value, Text: choice(f.key, value), Count: count, On: slices.Contains(chosen, value)})
	}
	for _, v := range found.Values {
		add(v.Value, number(v.Count))
	}
	for _, c := range chosen {
		if !slices.ContainsFunc(found.Values, func(v listing.FacetValue) bool { return v.Value == c }) {
			add(c, "")
		}
	}
	if f.key == "severity" {
		slices.SortStableFunc(m.Values, func(a, b pages.Choice) int { return severityRank(b.Value) - severityRank(a.Value) })
	}
	if found.More > 0 {
		m.More = some(found.More, "value more is", "values more are") + " not listed. Type " + f.key + ": and its name into the filter."
	}
	return m
}

func severityRank(word string) int {
	s, _ := finding.ParseSeverity(word)
	return int(s)
}

// choice is how a value of a key is called.
func choice(key, value string) string {
	switch key {
	case "severity":
		if s, ok := finding.ParseSeverity(value); ok {
			return severity(s).Word
		}
	case "provider":
		return estate.CloudName(value)
	case "owner":
		if value == "none" {
			return "Nobody"
		}
	}
	return value
}
