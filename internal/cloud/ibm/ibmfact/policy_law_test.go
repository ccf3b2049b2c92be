package ibmfact_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A heldPolicy is a policy of a listener with the values of its rules, which facts
// do not see.
type heldPolicy struct {
	action, pool string
	rules        map[string][2]string // condition and value, by what they are about
}

// picks says whether a request fits all rules.
func (p *heldPolicy) picks(request map[string]string) bool {
	for about, rule := range p.rules {
		is, value := request[about], rule[1]
		fits := map[string]bool{
			"equals": is == value, "starts_with": strings.HasPrefix(is, value), "contains": strings.Contains(is, value),
			"matches_regex": rule[0] == "matches_regex" && regexp.MustCompile(value).MatchString(is),
		}
		if !fits[rule[0]] {
			return false
		}
	}
	return true
}

// taker is the pool that gets a request, "" where none does.
func taker(policies []heldPolicy, own string, request map[string]string) string {
	for i := range policies {
		if policies[i].picks(request) {
			return policies[i].pool
		}
	}
	return own
}

// byAction are policies in the order of an older text of IBM's: those that reject
// first, then those that redirect, those that forward last.
func byAction(policies []heldPolicy) []heldPolicy {
	turn := []string{"reject", "redirect", "forward_to_pool"}
	return slices.SortedStableFunc(slices.Values(policies), func(p, q heldPolicy) int {
		return slices.Index(turn, p.action) - slices.Index(turn, q.action)
	})
}

// Whatever the values of their rules are, and by whichever text they are asked, what is
// told of policies is so: a server that is reached for certain gets some request, and
// one that is not gets none. No two rules have one value in common but those that fit
// everything.
func TestWhatIsToldOfPoliciesHoldsForEveryValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w, own := behind(t), "p1"
		if rapid.Bool().Draw(r, "elsewhere") {
			own = "p0"
			w.elsewhere()
		}
		paths, hosts := []string{"/", "/other"}, []string{"other"}
		policies := make([]heldPolicy, rapid.IntRange(0, 4).Draw(r, "policies"))
		for i := range policies {
			p := &policies[i]
			p.rules = map[string][2]string{}
			p.action = rapid.SampledFrom([]string{"forward_to_pool", "reject", "redirect"}).Draw(r, "action")
			var target doc
			if p.action == "forward_to_pool" {
				p.pool = rapid.SampledFrom([]string{own, "p1"}).Draw(r, "to")
				target = ref(p.pool)
			}
			var about []string
			for _, kind := range rapid.SampledFrom([][]string{{"path"}, {"hostname"}, {"path", "hostname"}}).Draw(r, "about") {
				condition := rapid.SampledFrom([]string{"equals", "starts_with", "contains", "matches_regex"}).Draw(r, "condition")
				value := fmt.Sprintf("v%d", i)
				if kind == "path" {
					value = "/" + value
					paths = append(paths, value)
				} else {
					hosts = append(hosts, value)
				}
				switch all := rapid.Bool().Draw(r, "all"); {
				case all && condition == "matches_regex":
					value = ".*"
				case all && kind == "path" && condition != "equals":
					value = "/"
				}
				p.rules[kind] = [2]string{condition, value}
				about = append(about, kind+" "+condition)
			}
			w.listenerPolicy("l1", fmt.Sprint("pol", i), p.action, target, about...)
		}
		got := w.server(webID)
		for _, asked := range [][]heldPolicy{policies, byAction(policies)} {
			reached := false
			for _, path := range paths {
				for _, host := range hosts {
					reached = reached || taker(asked, own, map[string]string{"path": path, "hostname": host}) == "p1"
				}
			}
			switch internet := told(got.Exposure.Internet); {
			case internet == "via_lb" && !reached, internet == "internal" && reached:
				r.Fatalf("%v, and that it gets a request is %v, of %v", internet, reached, asked)
			}
		}
	})
}
