package ui

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"plumbline/internal/finding"
	"plumbline/internal/words"
	"plumbline/web/pages"
)

// The views of the list. Each is a link; none is a state of the page.
const (
	viewOpen       = "open"
	viewUnassessed = "unassessed"
	viewClosed     = "closed"
)

var viewStates = map[string][]finding.State{
	viewOpen:       {finding.Open},
	viewUnassessed: {finding.NoData, finding.Lost},
	viewClosed:     {finding.Resolved, finding.Gone},
}

// viewHow leaves out of the closed ones what never failed: it could not be told,
// and then it passed or went.
var viewHow = map[string][]finding.Change{
	viewClosed: {finding.Fixed, finding.GoneAway, finding.Retired},
}

var changedStates = map[string][]finding.State{
	"new":   {finding.Open, finding.Lost}, // lost, where only a void scan saw it fail
	"fixed": {finding.Resolved},
	"gone":  {finding.Gone},
	"lost":  {finding.Lost},
}

// changedHow tells what a state alone does not: a finding that was lost and is
// seen to fail again is open, and is not new.
var changedHow = map[string][]finding.Change{
	"new":   {finding.New, finding.CameBack},
	"fixed": {finding.Fixed},
	"gone":  {finding.GoneAway},
	"lost":  {finding.LostIt},
}

var (
	keys          = []string{"view", "severity", "rule", "changed", "open", "after"}
	severityWords = []string{"critical", "high", "medium", "low", "info"}
	viewWords     = []string{viewOpen, viewUnassessed, viewClosed}
	changedWords  = []string{"new", "fixed", "gone", "lost"}
)

// A query is what the address of the list asks for.
type query struct {
	view       string
	severities []finding.Severity
	rule       string
	changed    string
	open       string
	after      string
}

// parse reads an address. What it does not understand it names, so that no
// list is shown as if it had been filtered.
func parse(v url.Values) (query, *pages.Problem) {
	if p := unfit(v); p != nil {
		return query{}, p
	}
	for k := range v {
		if !slices.Contains(keys, k) {
			return query{}, unknownKey(v, k)
		}
	}
	q := query{view: v.Get("view"), rule: v.Get("rule"), changed: v.Get("changed"), open: v.Get("open"), after: v.Get("after")}
	if q.view == "" {
		q.view = viewOpen
	}
	if !slices.Contains(viewWords, q.view) {
		return query{}, unknownWord(v, "view", q.view, viewWords)
	}
	if q.changed != "" && !slices.Contains(changedWords, q.changed) {
		return query{}, unknownWord(v, "changed", q.changed, changedWords)
	}
	if v.Get("severity") == "" {
		return q, nil
	}
	for _, w := range strings.Split(v.Get("severity"), ",") {
		s, ok := finding.ParseSeverity(w)
		if !ok {
			return query{}, unknownWord(v, "severity", w, severityWords)
		}
		q.severities = append(q.severities, s)
	}
	return q, nil
}

// unfit names what no list can be chosen by: text that is none, which a
// database refuses, and a filter that is there twice, of which one would count.
func unfit(v url.Values) *pages.Problem {
	for k, l := range v {
		for _, s := range append([]string{k}, l...) {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
				return &pages.Problem{Title: "A filter holds what is no text.",
					Text: "The list is not shown, for it would look as if it had been filtered. The filters are " + join(keys) + "."}
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(v)) {
		if len(v[k]) > 1 {
			return &pages.Problem{Title: "“" + k + "” is there " + some(len(v[k]), "time", "times") + ".",
				Text: "The list is not shown, for it would look as if it had been filtered by each. Give a filter once; severity takes several words with commas between them."}
		}
	}
	return nil
}

func unknownKey(v url.Values, key string) *pages.Problem {
	p := &pages.Problem{
		Title: "There is no filter “" + key + "”.",
		Text:  "The list is not shown, for it would look as if it had been filtered. The filters are " + join(keys) + ".",
	}
	if meant := closest(key, keys); meant != "" {
		w := clone(v)
		w[meant] = w[key]
		delete(w, key)
		p.Suggest, p.Try = "Did you mean "+meant+":"+v.Get(key)+"?", "/findings?"+w.Encode()
	}
	return p
}

func unknownWord(v url.Values, key, word string, words []string) *pages.Problem {
	p := &pages.Problem{
		Title: "“" + word + "” is no " + key + ".",
		Text:  "The list is not shown, for it would look as if it had been filtered. Choose from " + join(words) + ".",
	}
	if meant := closest(word, words); meant != "" {
		w := clone(v)
		w.Set(key, meant)
		p.Suggest, p.Try = "Did you mean "+key+":"+meant+"?", "/findings?"+w.Encode()
	}
	return p
}

func clone(v url.Values) url.Values {
	w := url.Values{}
	for k, l := range v {
		w[k] = slices.Clone(l)
	}
	return w
}

// address writes a query back; the parts that are usual are left out.
func (q query) address() string {
	v := url.Values{}
	set := func(k, s string) {
		if s != "" {
			v.Set(k, s)
		}
	}
	if q.view != viewOpen {
		set("view", q.view)
	}
	var words []string
	for _, s := range q.severities {
		words = append(words, s.String())
	}
	set("severity", strings.Join(words, ","))
	set("rule", q.rule)
	set("changed", q.changed)
	set("open", q.open)
	set("after", q.after)
	if len(v) == 0 {
		return "/findings"
	}
	return "/findings?" + strings.ReplaceAll(v.Encode(), "%2C", ",")
}

// with changes a copy of a query and writes its address.
func (q query) with(change func(*query)) string {
	change(&q)
	return q.address()
}

// toggle opens a group, or closes it if it is the open one, and leads to it.
func (q query) toggle(id string) string {
	return q.with(func(q *query) {
		q.after = ""
		if q.open == id {
			q.open = ""
		} else {
			q.open = id
		}
	}) + "#grp-" + id
}

func (q query) states() []finding.State {
	if q.changed != "" {
		return changedStates[q.changed]
	}
	return viewStates[q.view]
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
