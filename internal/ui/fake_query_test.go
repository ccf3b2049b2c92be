package ui_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/query"
)

// pass lists the records that a query lets through, the worst first.
func (f *fake) pass(q query.Query) []finding.Record {
	var out []finding.Record
	for _, r := range f.records {
		if f.lets(q, r) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b finding.Record) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Risk, a.Risk), cmp.Compare(a.Number, b.Number))
	})
	return out
}

func (f *fake) lets(q query.Query, r finding.Record) bool {
	for _, t := range q.Terms {
		if slices.ContainsFunc(t.Values, func(v query.Value) bool { return f.one(t.Key, v, r) }) == t.Not {
			return false
		}
	}
	for _, w := range q.Words {
		if !strings.Contains(strings.ToLower(r.Subject.Name+" "+r.Subject.ID+" "+r.Say), strings.ToLower(w)) {
			return false
		}
	}
	return true
}

func (f *fake) one(key string, v query.Value, r finding.Record) bool {
	switch key {
	case "is":
		return f.is(r, v.Text)
	case "changed":
		return r.ChangedAt.Equal(scanTime(4)) && string(cmp.Or(f.change[r.Number], finding.New)) == v.Text
	case "due":
		return !f.due[r.Number].IsZero() && f.due[r.Number].Before(v.Time)
	case "risk":
		return v.Op == query.AtLeast && r.Risk >= v.Number || v.Op == query.Is && r.Risk == v.Number
	case "first-seen":
		return r.FirstSeen.After(v.Time)
	}
	is := f.value(r, key)
	return is == v.Text || v.Prefix && strings.HasPrefix(is, v.Text)
}

func (f *fake) is(r finding.Record, word string) bool {
	last := r.ChangedAt.Equal(scanTime(4))
	how := cmp.Or(f.change[r.Number], finding.New)
	switch word {
	case "open", "lost", "nodata", "resolved", "gone":
		return string(r.State) == word
	case "closed":
		return r.State == finding.Resolved || r.State == finding.Gone
	case "new":
		return r.State == finding.Open && last && how == finding.New
	case "reopened":
		return r.State == finding.Open && last && how == finding.CameBack
	case "overdue":
		due := f.due[r.Number]
		return (r.State == finding.Open || r.State == finding.Lost) && !due.IsZero() && !due.After(clock())
	}
	panic("the fake does not know is:" + word)
}

func (f *fake) value(r finding.Record, key string) string {
	switch key {
	case "severity":
		return r.Severity.String()
	case "provider":
		return r.Subject.Provider
	case "account":
		return r.Subject.Account
	case "region":
		return r.Subject.Region
	case "rule":
		return r.Rule
	case "family":
		return r.Rule[:strings.LastIndex(r.Rule, "-")]
	case "kind":
		return string(r.Subject.Kind)
	case "resource":
		return r.Subject.ID
	case "owner":
		return cmp.Or(f.owners[r.Number].Word(), "none")
	}
	panic(fmt.Sprintf("the fake does not know %s at %s", key, time.Kitchen))
}
