package ui

import (
	"fmt"
	"slices"
	"strings"

	"plumbline/internal/listing"
	"plumbline/internal/snapshot"
	"plumbline/web/pages"
)

const allowed = "complete"

// gapCalls are the calls that some region did not answer in full.
func gapCalls(cs []listing.Check) []string {
	var out []string
	for _, c := range cs {
		if c.Status != allowed && !slices.Contains(out, c.Call) {
			out = append(out, c.Call)
		}
	}
	return out
}

// testOf turns a test of permissions into lines: one for each call and way it
// ended, with the regions where it ended so. What failed stands first.
func (u *ui) testOf(cs []listing.Check) *pages.Test {
	type key struct{ call, status, code string }
	var order []key
	by := map[key][]listing.Check{}
	for _, c := range cs {
		k := key{c.Call, c.Status, c.Code}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], c)
	}
	slices.SortStableFunc(order, func(a, b key) int { return boolInt(a.status == allowed) - boolInt(b.status == allowed) })
	t := &pages.Test{}
	calls := map[string]bool{}
	var refused []pages.Check
	for i, k := range order {
		calls[k.call] = true
		line := u.checkLine(by[k], fmt.Sprintf("fix-%d", i+1))
		if line.OK {
			t.Answered = append(t.Answered, line)
		} else {
			refused = append(refused, line)
		}
	}
	t.Groups = groupByCost(refused)
	t.Fold = some(len(t.Answered), "call was answered", "calls were answered")
	n := len(gapCalls(cs))
	switch {
	case len(cs) == 0:
		t.Tone, t.Title, t.Text = "warn", "Nothing was tested.", "The cloud was not asked anything, so nothing is known."
	case n == 0:
		t.Tone, t.Title, t.Text = "good", "Everything that was tried can be read.", fmt.Sprintf("All %s were allowed, in the places named below.", some(len(calls), "call", "calls"))
	default:
		t.Tone, t.Title = "warn", fmt.Sprintf("%d of %s cannot be read in full.", n, some(len(calls), "call", "calls"))
		t.Text = "What rests on them is shown as not assessed, never as passed. You can go on with the gap and close it later."
		if n == 1 {
			t.Text = "What rests on it is shown as not assessed, never as passed. You can go on with the gap and close it later."
		}
	}
	return t
}

// groupByCost puts calls together without which the same rules cannot tell:
// what costs most stands first.
func groupByCost(refused []pages.Check) []pages.CheckGroup {
	var order []string
	by := map[string][]pages.Check{}
	for _, c := range refused {
		k := fmt.Sprint(c.Rules)
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], c)
	}
	slices.SortStableFunc(order, func(a, b string) int { return len(by[b][0].Rules) - len(by[a][0].Rules) })
	var out []pages.CheckGroup
	for _, k := range order {
		g := pages.CheckGroup{Checks: by[k]}
		if first := by[k][0]; len(by[k]) > 1 && first.Costs != "" {
			g.Costs, g.Rules = "Without any of these "+some(len(by[k]), "call", "calls")+strings.TrimPrefix(first.Costs, "Without it"), first.Rules
			for i := range g.Checks {
				g.Checks[i].Costs, g.Checks[i].Rules = "", nil
			}
		}
		out = append(out, g)
	}
	return out
}

// checkLine is one line: what was tried, how it ended, what that costs, and how
// to mend it.
func (u *ui) checkLine(cs []listing.Check, id string) pages.Check {
	c := cs[0]
	line := pages.Check{OK: c.Status == allowed, Call: c.Call, Where: regionsOf(cs)}
	if line.OK {
		line.Text = "can be read"
		return line
	}
	line.Text = strings.ToLower(cmpOr(answerWords[snapshot.Cause(c.Cause)], "refused"))
	line.Said = c.Code
	if c.Message != "" {
		line.Said = strings.TrimPrefix(line.Said+": "+c.Message, ": ")
	}
	var rules []string
	for _, c := range cs {
		for _, r := range c.Rules {
			if !slices.Contains(rules, r) {
				rules = append(rules, r)
			}
		}
	}
	slices.Sort(rules)
	if len(rules) > 0 {
		line.Costs = "Without it " + some(len(rules), "rule", "rules") + " cannot tell"
	}
	for _, id := range rules {
		line.Rules = append(line.Rules, pages.Link{Text: id, Count: u.title(id)})
	}
	line.Fix = c.Fix
	if c.Fix != "" {
		line.Copy = id
	}
	return line
}

// regionsOf names the regions of some checks, as many as can be read at once.
func regionsOf(cs []listing.Check) string {
	var rs []string
	for _, c := range cs {
		if c.Region != "" && c.Region != snapshot.Global && !slices.Contains(rs, c.Region) {
			rs = append(rs, c.Region)
		}
	}
	slices.Sort(rs)
	const most = 4
	switch {
	case len(rs) == 0:
		return "the whole account"
	case len(rs) <= most:
		return join(rs)
	}
	return some(len(rs), "region", "regions")
}
