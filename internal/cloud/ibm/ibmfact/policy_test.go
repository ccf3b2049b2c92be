package ibmfact_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/cloud/ibm/ibmfact"
)

func listenerUID(id string) string { return lbUID() + "/listener/" + id }

// listenerPolicy gives a listener a policy with rules about these things, each
// "hostname" or "path starts_with"; a rule that says no more asks for a value that
// is equal. It is asked after the policies that are there.
func (w *world) listenerPolicy(listener, id, action string, target doc, about ...string) {
	uid := listenerUID(listener) + "/policy/" + id
	var rules []doc
	for i, kind := range about {
		rule := fmt.Sprintf("%s-rule-%d", id, i)
		kind, condition, _ := strings.Cut(kind, " ")
		rules = append(rules, ref(rule))
		w.add(ibmfact.KindListenerRule, ibmfact.CallListenerRules, here, "", doc{"id": rule, "^": doc{"policy": uid}, "type": kind, "condition": cmp.Or(condition, "equals"), "field": "x-team",
			"value": "[redacted:hidden:k]", "provisioning_status": "active"})
	}
	w.add(ibmfact.KindListenerPolicy, ibmfact.CallListenerPolicies, here, "", doc{"id": id, "^": doc{"listener": listenerUID(listener)}, "action": action, "priority": len(w.rs),
		"provisioning_status": "active", "rules": append([]doc{}, rules...), "target": target})
	w.change(listenerUID(listener), func(d doc) {
		named, _ := d["policies"].([]any)
		d["policies"] = append(named, ref(id))
	})
}

// elsewhere has the listener's own pool be one without the server.
func (w *world) elsewhere() {
	w.add(ibmfact.KindPool, ibmfact.CallPools, here, "", doc{"id": "p0", "^": doc{"load_balancer": lbUID()}, "failsafe_policy": doc{"action": "fail"}})
	w.change("/listener/l1", func(d doc) { d["default_pool"] = ref("p0") })
}

// another is a second listener, at 8443, whose own pool is the server's.
func (w *world) another() {
	w.group(lbSG, []string{lbID}, in("tcp", 443, 443), in("tcp", 8443, 8443), sgRule("outbound", "tcp", everywhere, 8080, 8080))
	w.add(ibmfact.KindListener, ibmfact.CallListeners, here, "", doc{"id": "l2", "^": doc{"load_balancer": lbUID()}, "protocol": "https", "port": 8443, "port_min": 8443, "port_max": 8443,
		"default_pool": ref("p1"), "provisioning_status": "active"})
}

// forwards has a policy of the listener at 443 forward to the one at 8443, of which
// something else is so as well.
func (w *world) forwards(also func(doc)) {
	w.another()
	w.listenerPolicy("l1", "next", "forward_to_listener", ref("l2"), "path")
	w.change("/listener/l2", also)
}

// behind is the server behind an application load balancer, which alone it lets in.
func behind(t testing.TB) *world {
	w := site(t)
	w.balancer("application", "https")
	w.group(sgID, []string{vniID}, from(in("tcp", 8080, 8080), lbSG))
	return w
}

// ruled is a server to which a policy of a listener leads, and nothing else.
func ruled(t testing.TB) *world {
	w := behind(t)
	w.elsewhere()
	w.listenerPolicy("l1", "api", "forward_to_pool", ref("p1"), "path", "hostname")
	return w
}

func TestPoliciesOfAListener(t *testing.T) {
	t.Parallel()
	const open = "tcp 8080-8080 front 443 l7 full"
	url := doc{"url": "https://www.example", "http_status_code": 301}
	for _, c := range []struct {
		name     string
		make     func(*world)
		internet any
		open     string
	}{
		{"one forwards to the server's pool", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "api", "forward_to_pool", ref("p1"), "path")
		}, "via_lb", open},
		{"one forwards elsewhere, and leaves the rest", func(w *world) {
			w.listenerPolicy("l1", "api", "forward_to_pool", ref("p0"), "path")
			w.add(ibmfact.KindPool, ibmfact.CallPools, here, "", doc{"id": "p0", "^": doc{"load_balancer": lbUID()}, "failsafe_policy": doc{"action": "fail"}})
		}, "via_lb", open},
		{"one rejects, and leaves the rest", func(w *world) { w.listenerPolicy("l1", "no", "reject", nil, "path") }, "via_lb", open},
		{"one rejects, and nothing else leads there", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "no", "reject", nil, "path")
		}, "internal", ""},
		{"one redirects, and nothing else leads there", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "www", "redirect", url, "hostname")
		}, "internal", ""},
		{"one sends to HTTPS, and nothing else leads there", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "tls", "https_redirect", doc{"listener": ref("l9"), "http_status_code": 301}, "hostname")
		}, "internal", ""},
		{"what none picks is redirected, and one forwards", func(w *world) {
			w.change("/listener/l1", func(d doc) { d["https_redirect"] = doc{"http_status_code": 301} })
			w.listenerPolicy("l1", "api", "forward_to_pool", ref("p1"), "header")
		}, "via_lb", open},
		{"one forwards to a listener that leads there", func(w *world) {
			w.elsewhere()
			w.another()
			w.listenerPolicy("l1", "next", "forward_to_listener", ref("l2"), "sni_hostname")
		}, "via_lb", open + ", tcp 8080-8080 front 8443 l7 full"},
		{"one forwards to a listener that asks clients for a certificate", func(w *world) {
			w.elsewhere()
			w.forwards(func(d doc) { d["client_authentication"] = doc{"certificate_authority": doc{"crn": "crn:v1:ca"}} })
		}, "? not_collected whose certificates the listener takes", "? " + open + ", ? tcp 8080-8080 front 8443 l7 full"},
		{"one forwards to a listener that is being made", func(w *world) {
			w.elsewhere()
			w.forwards(func(d doc) { d["provisioning_status"] = "create_pending" })
		}, "? unknown_value create_pending", "? " + open + ", ? tcp 8080-8080 front 8443 l7 full"},
		{"one forwards to a listener that rejects some by something else", func(w *world) {
			w.elsewhere()
			w.forwards(func(doc) {})
			w.listenerPolicy("l2", "no", "reject", nil, "hostname")
		}, "via_lb", open + ", tcp 8080-8080 front 8443 l7 full"},
		{"one forwards to a listener that rejects some by the same", func(w *world) {
			w.elsewhere()
			w.forwards(func(doc) {})
			w.listenerPolicy("l2", "no", "reject", nil, "path")
		}, "via_lb", "? " + open + ", tcp 8080-8080 front 8443 l7 full"},
		{"one forwards to a listener that picks by the same", func(w *world) {
			w.elsewhere()
			w.forwards(func(d doc) { d["default_pool"] = ref("p0") })
			w.listenerPolicy("l2", "then", "forward_to_pool", ref("p1"), "path", "hostname")
		}, "via_lb", "? " + open + ", tcp 8080-8080 front 8443 l7 full"},
		{"listeners that forward to one another", func(w *world) {
			w.elsewhere()
			w.another()
			w.change("/listener/l2", func(d doc) { d["default_pool"] = ref("p0") })
			w.listenerPolicy("l1", "there", "forward_to_listener", ref("l2"), "path")
			w.listenerPolicy("l2", "back", "forward_to_listener", ref("l1"), "path")
		}, "internal", ""},
		{"one forwards to a listener that is not there", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "next", "forward_to_listener", ref("l9"), "path")
		}, "? absent /target l9", "? tcp 8080-8080 front 443 l7 full"},
		{"one forwards to a pool that is not there", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "next", "forward_to_pool", ref("p9"), "path")
		}, "? absent /target p9", "? tcp 8080-8080 front 443 l7 full"},
		{"one does what nobody knows", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "new", "mirror", ref("p1"), "path")
		}, "? unknown_value /action mirror", "? " + open},
		{"one rejects without a rule", func(w *world) { w.listenerPolicy("l1", "no", "reject", nil) },
			"? absent /rules: what a policy without rules picks", "? " + open},
		{"one forwards without a rule", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "api", "forward_to_pool", ref("p1"))
		}, "? absent /rules: what a policy without rules picks", "? " + open},
		{"one is being made", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "api", "forward_to_pool", ref("p1"), "path")
			w.change("/policy/api", func(d doc) { d["provisioning_status"] = "create_pending" })
		}, "? unknown_value create_pending", "? " + open},
		{"one asks about what nobody knows", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "api", "forward_to_pool", ref("p1"), "path", "source_ip")
		}, "? unknown_value source_ip", "? " + open},
		{"a rule of one was not listed", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "api", "forward_to_pool", ref("p1"), "path")
			w.change("/policy/api", func(d doc) { d["rules"] = []doc{ref("api-rule-0"), ref("api-rule-9")} })
		}, "? absent api-rule-9", "? " + open},
		{"one was not listed", func(w *world) {
			w.elsewhere()
			w.change("/listener/l1", func(d doc) { d["policies"] = []doc{ref("api")} })
		}, "? absent api", "? " + open},
		{"they were refused, and one may forward", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "api", "forward_to_pool", ref("p1"), "path")
			w.refuse(ibmfact.CallListenerPolicies)
		}, "? denied not_authorized", "? " + open},
		{"they were refused, and one may leave nothing", func(w *world) {
			w.listenerPolicy("l1", "no", "reject", nil, "path")
			w.refuse(ibmfact.CallListenerPolicies)
		}, "? denied not_authorized", "? " + open},
		{"their rules were refused, and one forwards", func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "api", "forward_to_pool", ref("p1"), "path")
			w.refuse(ibmfact.CallListenerRules)
		}, "? denied not_authorized", "? " + open},
		{"their rules were refused, and what they leave leads there", func(w *world) {
			w.listenerPolicy("l1", "no", "reject", nil, "path")
			w.refuse(ibmfact.CallListenerRules)
		}, "? denied not_authorized", "? " + open},
		{"a rule of one was not listed, and what it leaves leads there", func(w *world) {
			w.listenerPolicy("l1", "no", "reject", nil)
			w.change("/policy/no", func(d doc) { d["rules"] = []doc{ref("no-rule-9")} })
		}, "? absent no-rule-9", "? " + open},
		{"they were refused where no listener has any", func(w *world) { w.refuse(ibmfact.CallListenerPolicies) }, "via_lb", open},
		{"which there are cannot be read", func(w *world) {
			w.change("/listener/l1", func(d doc) { d["policies"] = "several" })
		}, "? unknown_value several", "? " + open},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := behind(t)
			c.make(w)
			got := w.server(webID)
			if internet := told(got.Exposure.Internet); internet != c.internet || opened(got) != c.open {
				t.Errorf("%v, open %s; want %v, open %s\n%s", internet, opened(got), c.internet, c.open, paths(got))
			}
		})
	}
}

// A policy leaves something to those after it, and to the listener's own pool,
// where one of its rules does: whoever sends a request can make it another one.
// Every path has a slash, and a regular expression may fit anything.
func TestWhetherAPolicyLeavesSomethingOver(t *testing.T) {
	t.Parallel()
	const open, perhaps = "via_lb", "? not_collected whether policy first leaves something over"
	for about, internet := range map[string]any{
		"path equals":                              open,
		"path starts_with":                         perhaps,
		"path contains":                            perhaps,
		"path matches_regex":                       perhaps,
		"path ends_with":                           "? unknown_value ends_with",
		"hostname equals":                          open,
		"hostname starts_with":                     open,
		"hostname contains":                        open,
		"hostname matches_regex":                   perhaps,
		"sni_hostname contains":                    open,
		"sni_hostname matches_regex":               perhaps,
		"header equals":                            open,
		"header matches_regex":                     perhaps,
		"query contains":                           open,
		"query matches_regex":                      perhaps,
		"body starts_with":                         open,
		"body matches_regex":                       perhaps,
		"source_ip equals":                         "? unknown_value source_ip",
		"path starts_with, hostname matches_regex": perhaps,
		"path starts_with, hostname equals":        open,
	} {
		for name, make := range map[string]func(*world){
			"to the listener's own pool": func(w *world) {
				w.listenerPolicy("l1", "first", "redirect", doc{"url": "https://www.example", "http_status_code": 301}, strings.Split(about, ", ")...)
			},
			"to a policy after it": func(w *world) {
				w.elsewhere()
				w.listenerPolicy("l1", "first", "reject", nil, strings.Split(about, ", ")...)
				w.listenerPolicy("l1", "then", "forward_to_pool", ref("p1"), "header")
			},
		} {
			t.Run(about+", "+name, func(t *testing.T) {
				t.Parallel()
				w := behind(t)
				make(w)
				if got := w.server(webID); told(got.Exposure.Internet) != internet {
					t.Errorf("%v, want %v\n%s", told(got.Exposure.Internet), internet, paths(got))
				}
			})
		}
	}
}

// What a policy picks is asked in the order of priorities, the lowest number
// first, whatever the order of the list; but one that rejects or redirects may be
// asked before one that forwards, whatever their numbers.
func TestInWhatOrderPoliciesPick(t *testing.T) {
	t.Parallel()
	const perhaps = "? not_collected whether policy all leaves something over"
	priority := func(w *world, policy string, is any) {
		w.change("/policy/"+policy, func(d doc) { d["priority"] = is })
	}
	for _, c := range []struct {
		name     string
		make     func(*world)
		internet any
	}{
		{"the one that forwards is first, and the other rejects", func(*world) {}, perhaps},
		{"the one that forwards is first, and the other redirects", func(w *world) {
			w.change("/policy/all", func(d doc) {
				d["action"], d["target"] = "redirect", doc{"url": "https://www.example", "http_status_code": 301}
			})
		}, perhaps},
		{"the one that forwards is first, and the other forwards elsewhere", func(w *world) {
			w.change("/policy/all", func(d doc) { d["action"], d["target"] = "forward_to_pool", ref("p0") })
		}, "via_lb"},
		{"the one that forwards is first, and the other rejects by an equal value", func(w *world) {
			w.change("/rule/all-rule-0", func(d doc) { d["condition"] = "equals" })
		}, "via_lb"},
		{"the one that may pick every request is first", func(w *world) { priority(w, "all", 1) }, perhaps},
		{"the number of the one that forwards is not told", func(w *world) { priority(w, "api", nil) }, perhaps},
		{"the number of the other is not told", func(w *world) { priority(w, "all", "last") }, perhaps},
		{"a rule of the other is being made", func(w *world) {
			priority(w, "all", 1)
			w.change("/rule/all-rule-0", func(d doc) { d["condition"], d["provisioning_status"] = "equals", "create_pending" })
		}, "? unknown_value create_pending"},
		{"the one that may pick every request forwards as well", func(w *world) {
			priority(w, "all", 1)
			w.change("/policy/all", func(d doc) { d["action"], d["target"] = "forward_to_pool", ref("p1") })
		}, "via_lb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := behind(t)
			w.elsewhere()
			w.listenerPolicy("l1", "api", "forward_to_pool", ref("p1"), "path")
			w.listenerPolicy("l1", "all", "reject", nil, "path starts_with")
			priority(w, "api", 2)
			priority(w, "all", 3)
			c.make(w)
			if got := w.server(webID); told(got.Exposure.Internet) != c.internet {
				t.Errorf("%v, want %v\n%s", told(got.Exposure.Internet), c.internet, paths(got))
			}
		})
	}
}

// The gate tells what a request has to be like, and that a client decides that.
func TestTheGateSaysWhichRequestsAPolicyPicks(t *testing.T) {
	t.Parallel()
	w := behind(t)
	w.elsewhere()
	w.listenerPolicy("l1", "api", "forward_to_pool", ref("p1"), "path", "header", "path")
	const want = "lets in tcp 443 from 0.0.0.0/0, of requests that a policy picks by their header x-team and path, which a client chooses"
	if got := paths(w.server(webID)); !strings.Contains(got, want) {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// A policy more that forwards, and leaves something over, closes nothing, whatever
// there is, and whatever is refused overturns nothing.
func TestAPolicyThatForwardsClosesNothing(t *testing.T) {
	t.Parallel()
	aspects := []string{"path", "path starts_with", "hostname", "hostname matches_regex", "header", "header contains", "source_ip"}
	rapid.Check(t, func(r *rapid.T) {
		w := behind(t)
		w.another()
		if rapid.Bool().Draw(r, "elsewhere") {
			w.elsewhere()
		}
		for i := range rapid.IntRange(0, 3).Draw(r, "policies") {
			action := rapid.SampledFrom([]string{"forward_to_pool", "forward_to_listener", "reject", "redirect", "mirror"}).Draw(r, "action")
			target := map[string]doc{"forward_to_pool": ref("p1"), "forward_to_listener": ref("l1")}[action]
			w.listenerPolicy(rapid.SampledFrom([]string{"l1", "l2"}).Draw(r, "listener"), fmt.Sprint("pol", i), action, target,
				rapid.SliceOfN(rapid.SampledFrom(aspects), 0, 2).Draw(r, "about")...)
		}
		before := w.server(webID)
		w.listenerPolicy("l1", "more", "forward_to_pool", ref(rapid.SampledFrom([]string{"p0", "p1"}).Draw(r, "to")), "query")
		after := w.server(webID)
		closes(r, before, after)
		w.refuse(rapid.SampledFrom([]string{ibmfact.CallListeners, ibmfact.CallListenerPolicies, ibmfact.CallListenerRules, ibmfact.CallPools}).Draw(r, "refused"))
		for _, bad := range overturned(after, w.server(webID)) {
			r.Fatal(bad)
		}
	})
}
