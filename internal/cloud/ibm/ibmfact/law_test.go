package ibmfact_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/estate"
	"plumbline/internal/power"
	"plumbline/internal/snapshot"
)

// facts are all facts of an object by their names, with their values; those that
// are not known are left out.
func facts(o any) map[string]any {
	all := map[string]any{}
	var walk func(at string, v reflect.Value)
	walk = func(at string, v reflect.Value) {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct {
			return
		}
		if strings.HasPrefix(v.Type().Name(), "Of[") {
			if out := v.MethodByName("Get").Call(nil); out[1].Bool() {
				all[at] = out[0].Interface()
			}
			return
		}
		if strings.HasPrefix(v.Type().Name(), "List[") {
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Subject" {
				walk(at+"."+f.Name, v.Field(i))
			}
		}
	}
	walk("", reflect.ValueOf(o))
	return all
}

// chosen are facts that name one of several: which one may change with what is
// seen, and that there is one may not.
var chosen = []string{".Identity.Name", ".Identity.Role", ".Identity.Mechanism"}

// overturned names the facts of an object that are known in both ways of seeing
// it, and differ. What is certain of a power may only become less.
func overturned(full, blind any) (bad []string) {
	all := facts(full)
	for name, now := range facts(blind) {
		was, known := all[name]
		switch {
		case !known && !strings.HasSuffix(name, ".AtLeast"):
			bad = append(bad, fmt.Sprintf("%s is %v, which was unknown when more was seen", name, now))
		case strings.HasSuffix(name, ".AtLeast"):
			if power.Level(now.(string)).Rank() > power.Level(was.(string)).Rank() {
				bad = append(bad, fmt.Sprintf("%s is %v, and was %v when more was seen", name, now, was))
			}
		case slices.Contains(chosen, name):
			if (now == "" || now == "none") != (was == "" || was == "none") {
				bad = append(bad, fmt.Sprintf("%s is %v, and was %v", name, now, was))
			}
		case now != was:
			bad = append(bad, fmt.Sprintf("%s is %v, and was %v when more was seen", name, now, was))
		}
	}
	return bad
}

// worlds are those that the laws are held against.
var worlds = map[string]func(testing.TB) *world{
	"an account of everything": full, "closed by routes": routed, "reached by ranges": ranged, "with interfaces of the older kind": older,
	"reached by a policy of a listener": ruled, "open to more than a load balancer hands on": crowded,
}

// full is an account in which every question tells something.
func full(t testing.TB) *world {
	w := site(t)
	w.put(fwID, fwVNI, "10.0.1.9")
	w.floating("203.0.113.7", fwVNI, theVNI)
	w.balancer("application", "https")
	w.group(sgID, []string{vniID, fwVNI}, in("tcp", 22, 22), from(in("tcp", 8080, 8080), lbSG))
	w.route(rtID, "r1", "198.51.100.0/24", "drop", "0.0.0.0")
	for _, p := range []string{"P1", "P2", "P3"} {
		w.profile(p)
	}
	w.link("P1", "l", "VSI", server(webID))
	w.claim("P2", "r", "VSI", "vpc_id", "EQUALS", `"r006-vpc"`)
	w.claim("P3", "r", "BMS")
	w.initial("P1", true)
	w.policy("a", "iam-P1", "Reader", "serviceName", "cloud-object-storage")
	w.policy("b", "AccessGroupId-1", "Writer", "serviceName", "kms")
	w.policy("c", "iam-P3", "Administrator")
	w.policy("d", "IBMid-1", "Editor", "serviceName", "is")
	w.accessGroup("AccessGroupId-1", "iam-P2")
	w.things()
	w.listened()
	return w
}

// What was not seen is no answer: whichever question is refused, and whichever
// document a listing leaves out, no fact turns into another.
func TestWhatIsNotSeenOverturnsNothing(t *testing.T) {
	t.Parallel()
	for name, make := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			notOverturned(t, make)
		})
	}
}

// routed is a server that everybody would reach if no route dropped its replies,
// in a VPC of which a subnet is logged and another is not.
func routed(t testing.TB) *world {
	w := site(t)
	w.floating("203.0.113.7", vniID, theVNI)
	w.group(sgID, []string{vniID}, in("tcp", 22, 22))
	w.route(rtID, "r1", everywhere, "drop", "0.0.0.0")
	w.things()
	w.change("flow-log-collector:fl", func(d doc) { d["target"] = ref(subID) })
	w.profile("P1")
	w.claim("P1", "r", "VSI", "subnet_id", "EQUALS", `"0717-other"`)
	w.add(ibmfact.KindSubnet, ibmfact.CallSubnets, here, "", doc{"id": "0717-other", "crn": crn("is", "subnet", "0717-other"), "vpc": vpcRef(),
		"zone": doc{"name": zone}, "network_acl": ref(aclID), "routing_table": ref(rtID)})
	return w
}

func notOverturned(t *testing.T, make func(testing.TB) *world) {
	w := make(t)
	seen := everything(w, w.context())
	for _, call := range slices.Concat(regional, global, under) {
		t.Run(call, func(t *testing.T) {
			b := make(t)
			b.refuse(call)
			compare(t, seen, everything(b, b.context()))
		})
	}
	for i := range w.rs {
		r := &w.rs[i]
		t.Run("without "+r.UID, func(t *testing.T) {
			compare(t, seen, everything(w, w.without(i)))
		})
	}
}

// without is the context of a listing that broke off before one document.
func (w *world) without(gone int) *snapshot.Context {
	c := w.context()
	var rs []snapshot.Resource
	for i := range w.rs {
		if i != gone {
			rs = append(rs, w.rs[i])
		}
	}
	as := slices.Clone(c.Answers())
	for i := range as {
		if as[i].Call == w.rs[gone].Call {
			as[i].Status, as[i].Cause = snapshot.Partial, snapshot.Interrupted
		}
	}
	return snapshot.NewContext(ibmfact.Provider, account, at, rs, as)
}

func compare(t *testing.T, seen, blind map[string]estate.Object) {
	t.Helper()
	for uid, o := range blind {
		was, is := seen[uid]
		if !is {
			t.Errorf("%s is there, and was not", uid)
			continue
		}
		for _, bad := range overturned(was, o) {
			t.Errorf("%s: %s", uid, bad)
		}
	}
}

// everything reads all servers and things by uid.
func everything(w *world, c *snapshot.Context) map[string]estate.Object {
	w.t.Helper()
	all := map[string]estate.Object{}
	for _, o := range ibmfact.New().Objects(c) {
		all[o.Head().UID] = o
	}
	for _, kind := range []string{ibmfact.KindInstance, ibmfact.KindBareMetal} {
		rs := c.Resources(kind)
		for i := range rs {
			o, err := ibmfact.New().Workload(c, &rs[i])
			if err != nil {
				w.t.Fatal(err)
			}
			all[rs[i].UID] = o
		}
	}
	return all
}

// A rule more in a security group closes nothing, and an allowing rule at the
// head of an access list neither.
func TestOpeningNeverCloses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := site(t)
		w.floating("203.0.113.7", vniID, theVNI)
		rules := rapid.SliceOfN(rapid.Custom(anyRule), 0, 4).Draw(r, "rules")
		lines := rapid.SliceOfN(rapid.Custom(anyLine), 0, 4).Draw(r, "lines")
		more := anyRule(r)
		first := anyLine(r)
		first["action"] = "allow"
		w.group(sgID, []string{vniID}, rules...)
		w.acl(lines...)
		before := w.server(webID)
		w.group(sgID, []string{vniID}, append(rules, more)...)
		closes(r, before, w.server(webID))
		before = w.server(webID)
		w.acl(append([]doc{first}, lines...)...)
		closes(r, before, w.server(webID))
	})
}

// closes fails where something that was certainly open is not any more.
func closes(t *rapid.T, before, after *estate.Workload) {
	for _, o := range before.Exposure.Open.Items() {
		any, known := o.AnySource.Get()
		if !known || !any {
			continue
		}
		for _, port := range []int64{o.From, (o.From + o.To) / 2, o.To} {
			ok := slices.ContainsFunc(after.Exposure.Open.Items(), func(p estate.Opening) bool {
				is, certain := p.AnySource.Get()
				return certain && is && p.Protocol == o.Protocol && p.From <= port && port <= p.To
			})
			if !ok && o.Protocol != "tcp" && o.Protocol != "udp" { // others are told together, in words that grow
				ok = told(after.Exposure.Internet) == estate.Reachable
			}
			if !ok {
				t.Fatalf("%s %d was open, and is not: %s", o.Protocol, port, opened(after))
			}
		}
	}
}

var someProtocols = []string{"tcp", "udp", "icmp", "icmp_tcp_udp", "any", "number_47", "quantum"}
var someBlocks = []string{everywhere, "0.0.0.0/1", "198.51.100.0/24", "10.0.0.0/8"}

func anyRule(t *rapid.T) doc {
	r := sgRule("inbound", rapid.SampledFrom(someProtocols).Draw(t, "protocol"), rapid.SampledFrom(someBlocks).Draw(t, "remote"))
	if p := r["protocol"]; p == "tcp" || p == "udp" {
		from := rapid.IntRange(1, 65535).Draw(t, "from")
		r["port_min"], r["port_max"] = from, rapid.IntRange(from, 65535).Draw(t, "to")
	}
	return r
}

func anyLine(t *rapid.T) doc {
	r := aclRule(rapid.SampledFrom([]string{"inbound", "outbound"}).Draw(t, "direction"), rapid.SampledFrom([]string{"allow", "deny"}).Draw(t, "action"),
		rapid.SampledFrom(someProtocols).Draw(t, "protocol"), nil, nil)
	r["source"] = rapid.SampledFrom(someBlocks).Draw(t, "source")
	if r["direction"] == "outbound" {
		r["source"], r["destination"] = everywhere, r["source"]
	}
	return r
}

// What is certain is a part of what may be, whatever is not known.
func TestWhatIsCertainMayBe(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := site(t)
		w.floating("203.0.113.7", vniID, theVNI)
		w.group(sgID, []string{vniID}, rapid.SliceOfN(rapid.Custom(anyRule), 0, 4).Draw(r, "rules")...)
		w.acl(rapid.SliceOfN(rapid.Custom(anyLine), 0, 4).Draw(r, "lines")...)
		sure := w.server(webID)
		w.refuse(rapid.SampledFrom(regional).Draw(r, "refused"))
		for _, bad := range overturned(sure, w.server(webID)) {
			r.Fatal(bad)
		}
	})
}
