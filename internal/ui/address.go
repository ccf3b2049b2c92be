package ui

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"plumbline/internal/listing"
	"plumbline/internal/query"
	"plumbline/internal/words"
	"plumbline/web/pages"
)

// How a list of findings may be grouped.
const (
	byRule  = ""
	byCause = "cause"
	flat    = "none"
)

var (
	// addressKeys are what an address of the list is made of; formKeys are what
	// its forms send besides, and what no address keeps.
	addressKeys = []string{"q", "group", "sort", "open", "after", "before", "sheet"}
	formKeys    = []string{"add", "facet", "v"}
	groupWords  = []string{byCause, flat, "rule"}
	sortWords   = []string{string(listing.Newest), string(listing.Due)}
)

// A want is what the address of the list asks for. The address is the only
// state that the page has.
type want struct {
	q             query.Query
	group         string
	sort          listing.Sort
	open          string // the group that is open
	after, before string
	sheet         string // FND-n beside the list
	typed         string // what a form sent that is not understood
}

const notShown = "The list is not shown, for it would look as if it had been filtered."

// read reads an address. What it does not understand it names, so that no
// list is shown as if it had been filtered. moved says that a form was read:
// the page then has an address of its own.
func read(v url.Values, now time.Time) (l want, moved bool, fault *pages.Problem) {
	if p := unfit(v); p != nil {
		return l, false, p
	}
	for _, k := range slices.Sorted(maps.Keys(v)) {
		if !slices.Contains(addressKeys, k) && !slices.Contains(formKeys, k) {
			return l, false, unknownKey(v, k, now)
		}
	}
	l = want{group: v.Get("group"), sort: listing.Sort(v.Get("sort")), open: v.Get("open"), after: v.Get("after"), before: v.Get("before"), sheet: v.Get("sheet")}
	switch {
	case l.group != "" && !slices.Contains(groupWords, l.group):
		return l, false, unknownWord(v, "group", l.group, groupWords)
	case l.sort != "" && !slices.Contains(sortWords, string(l.sort)):
		return l, false, unknownWord(v, "sort", string(l.sort), sortWords)
	case l.after != "" && l.before != "":
		return l, false, &pages.Problem{Title: "A page begins after a finding or ends before one, not both.", Text: "Leave “after” or “before” out. " + notShown}
	}
	if l.group == "rule" {
		l.group, moved = byRule, true
	}
	more, fault := l.ask(v, now)
	return l, moved || more, fault
}

// ask reads the query, and what a form adds to it.
func (l *want) ask(v url.Values, now time.Time) (moved bool, fault *pages.Problem) {
	text := v.Get("q")
	if !v.Has("q") {
		text = viewOpen
	}
	q, err := query.Parse(text, listing.FindingFields, now)
	if err != nil {
		l.typed = text
		return false, l.misunderstood(err)
	}
	l.q = q
	if add := strings.TrimSpace(v.Get("add")); add != "" {
		if q, err = query.Parse(strings.TrimSpace(q.String()+" "+add), listing.FindingFields, now); err != nil {
			l.typed = add
			return false, l.misunderstood(err)
		}
		l.q = q
	}
	if facet := v.Get("facet"); facet != "" {
		if !slices.Contains(facetWords(), facet) {
			return false, unknownWord(v, "facet", facet, facetWords())
		}
		l.q = l.q.Set(facet, v["v"]...)
	}
	return v.Has("add") || v.Has("facet") || v.Has("v"), nil
}

func facetWords() []string {
	var out []string
	for _, f := range facets {
		out = append(out, f.key)
	}
	return out
}

// misunderstood says what of a query is not understood, and what was probably
// meant.
func (l *want) misunderstood(err error) *pages.Problem {
	p := &pages.Problem{Title: "The filter is not understood.", Text: err.Error() + " " + notShown}
	var e *query.Error
	if !errors.As(err, &e) {
		return p
	}
	p.Text = e.Sentence + " " + notShown
	if e.Try != "" {
		p.Suggest = "Did you mean " + cmpOr(e.Suggestion, e.Try) + "?"
		v := url.Values{"q": {e.Try}}
		if l.group != "" {
			v.Set("group", l.group)
		}
		p.Try = "/findings?" + encoded(v)
	}
	return p
}

// unfit names what no list can be chosen by: text that is none, which a
// database refuses, and a key that is there twice, of which one would count.
func unfit(v url.Values) *pages.Problem {
	for k, l := range v {
		for _, s := range append([]string{k}, l...) {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
				return &pages.Problem{Title: "The address holds what is no text.", Text: notShown + " " + addressHelp}
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(v)) {
		if len(v[k]) > 1 && k != "v" {
			return &pages.Problem{Title: "“" + k + "” is there " + some(len(v[k]), "time", "times") + ".",
				Text: notShown + " Give it once: the filter “q” takes several parts with spaces between them."}
		}
	}
	return nil
}

var addressHelp = "An address of the list is made of " + join(addressKeys) + "; the filter itself is “q”."

func unknownKey(v url.Values, key string, now time.Time) *pages.Problem {
	p := &pages.Problem{Title: "The address asks for “" + key + "”, which there is not.", Text: notShown + " " + addressHelp}
	for _, f := range listing.FindingFields { // ?severity=high was probably meant for the filter
		if meant := closest(key, []string{f.Key}); meant == f.Key && v.Get(key) != "" {
			text := pair(f.Key, v.Get(key))
			if q, err := query.Parse(text, listing.FindingFields, now); err == nil {
				p.Suggest, p.Try = "Did you mean "+q.String()+"?", "/findings?"+encoded(url.Values{"q": {q.String()}})
			}
			return p
		}
	}
	return p
}

func unknownWord(v url.Values, key, word string, words []string) *pages.Problem {
	p := &pages.Problem{Title: "“" + word + "” is no " + key + ".", Text: notShown + " Choose from " + join(words) + "."}
	if meant := closest(word, words); meant != "" {
		w := maps.Clone(v)
		w[key] = []string{meant}
		p.Suggest, p.Try = "Did you mean "+key+"="+meant+"?", "/findings?"+encoded(w)
	}
	return p
}

// address writes a want back; what is usual is left out.
func (l want) address() string {
	v := url.Values{}
	set := func(k, s string) {
		if s != "" {
			v.Set(k, s)
		}
	}
	if text := l.q.String(); text != viewOpen {
		v.Set("q", text)
	}
	set("group", l.group)
	set("sort", string(l.sort))
	set("open", l.open)
	set("after", l.after)
	set("before", l.before)
	set("sheet", l.sheet)
	if len(v) == 0 {
		return "/findings"
	}
	return "/findings?" + encoded(v)
}

// encoded keeps what the filter language is made of readable.
func encoded(v url.Values) string {
	return strings.NewReplacer("%2C", ",", "%3A", ":", "%2A", "*").Replace(v.Encode())
}

// with changes a copy of a want and writes its address.
func (l want) with(change func(*want)) string {
	change(&l)
	return l.address()
}

// fresh is the want without its place in the list: of another list, that place
// would be none.
func (l want) fresh() want {
	l.open, l.after, l.before, l.sheet, l.typed = "", "", "", "", ""
	return l
}

// asking is the address of the list with another query, from its beginning.
func (l want) asking(q query.Query) string {
	l = l.fresh()
	l.q = q
	return l.address()
}

// toggle opens a group, or closes it if it is the open one, and leads to it.
func (l want) toggle(id string) string {
	was := l.open
	l = l.fresh()
	if was != id {
		l.open = id
	}
	return l.address() + "#grp-" + id
}

// beside is the address of the list with a finding beside it; it keeps the
// place where the reader is.
func (l want) beside(number int64) string {
	return l.with(func(l *want) { l.sheet = findingID(number) }) + "#" + rowID(number)
}

// onlyRule is the list of one rule's findings in the view, its group open.
func onlyRule(view, id string) string {
	q, err := query.Parse(view, listing.FindingFields, time.Time{})
	if err != nil {
		return "/findings"
	}
	return want{q: q.Set("rule", id), open: id}.address()
}

// closest finds the word that was probably meant, "" if none is near; a
// beginning is as near as can be.
func closest(word string, list []string) string {
	word = strings.ToLower(word)
	for _, w := range list {
		if word != "" && strings.HasPrefix(w, word) {
			return w
		}
	}
	best, _ := words.Nearest(word, list, len(word)/2+1)
	return best
}
