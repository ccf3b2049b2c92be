package ui

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/listing"
	"plumbline/web/pages"
)

// inventoryFacets are the keys that menus offer the values of.
var inventoryFacets = []facetKey{{"provider", "Cloud"}, {"account", "Account"}, {"region", "Region"}, {"state", "State"}, {"endpoint", "Metadata"}, {"tokens", "Tokens"}, {"internet", "Internet"}, {"power", "Power"}}

var inventoryHints = []string{"tokens:optional", "tokens:unknown", "endpoint:enabled", "hop-limit:>1", "internet:reachable", "power:admin", "group:", "has:findings", "has:nodata", "state:running", "account:", "region:", "resource:"}

// inventoryBar is the filter: text and menus write the same query.
func (u *ui) inventoryBar(r *http.Request, want inventoryWant) (*pages.Bar, error) {
	keep := []pages.Hidden{{Name: "q", Value: want.q.String()}}
	b := &pages.Bar{Action: "/inventory", What: "workloads", Query: want.q.String(), Keep: keep, Hints: inventoryHints}
	for i, text := range want.q.Chips() {
		c := pages.Chip{Value: text, Drop: want.asking(want.q.Without(i))}
		if i < len(want.q.Terms) {
			key, value, _ := strings.Cut(text, ":")
			c.Key, c.Value = key+":", value
		}
		b.Chips = append(b.Chips, c)
	}
	found, err := u.inventoryValues(r, want)
	if err != nil {
		return nil, err
	}
	for _, f := range inventoryFacets {
		if m := inventoryMenu(f, found[f.key], want, keep); len(m.Values) > 1 || m.Chosen > 0 {
			b.Menus = append(b.Menus, m)
		}
	}
	return b, nil
}

// inventoryValues counts the values of each key. Those of a key that is asked
// for are counted without it: what else there is could not be chosen otherwise.
func (u *ui) inventoryValues(r *http.Request, want inventoryWant) (map[string]listing.Facet, error) {
	found := map[string]listing.Facet{}
	var free []string
	for _, f := range inventoryFacets {
		if !want.q.Has(f.key) {
			free = append(free, f.key)
			continue
		}
		fs, err := u.Reader.WorkloadFacets(r.Context(), want.q.Set(f.key), []string{f.key})
		if err != nil {
			return nil, fmt.Errorf("count the values of %s: %w", f.key, err)
		}
		for _, x := range fs {
			found[x.Key] = x
		}
	}
	fs, err := u.Reader.WorkloadFacets(r.Context(), want.q, free)
	if err != nil {
		return nil, fmt.Errorf("count the values of keys: %w", err)
	}
	for _, x := range fs {
		found[x.Key] = x
	}
	return found, nil
}

func inventoryMenu(f facetKey, found listing.Facet, want inventoryWant, keep []pages.Hidden) pages.Menu {
	chosen := want.q.Values(f.key)
	m := pages.Menu{Action: "/inventory", Key: f.key, Name: f.name, Chosen: len(chosen), Keep: append(slices.Clone(keep), pages.Hidden{Name: "facet", Value: f.key})}
	add := func(value, count string) {
		m.Values = append(m.Values, pages.Choice{Value: value, Text: inventoryChoice(f.key, value), Count: count, On: slices.Contains(chosen, value)})
	}
	for _, v := range found.Values {
		add(v.Value, number(v.Count))
	}
	for _, c := range chosen {
		if !slices.ContainsFunc(found.Values, func(v listing.FacetValue) bool { return v.Value == c }) {
			add(c, "")
		}
	}
	if found.More > 0 {
		m.More = some(found.More, "value more is", "values more are") + " not listed. Type " + f.key + ": and its name into the filter."
	}
	return m
}

// inventoryChoice is how a value of a key is called.
func inventoryChoice(key, value string) string {
	switch key {
	case "provider":
		return estate.CloudName(value)
	case "internet", "power":
		words := internetWords
		if key == "power" {
			words = powerWords
		}
		if w, ok := words[value]; ok {
			return sentenceName(w)
		}
	case "state", "endpoint", "tokens":
		if value == "unknown" {
			return "Not known"
		}
		return sentenceName(value)
	}
	return value
}
