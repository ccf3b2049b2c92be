package rule_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
)

// A truth is yes, no, or not known; or is the larger of two, and the smaller.
type truth int8

const (
	no truth = iota
	dunno
	yes
)

func not(t truth) truth { return yes - t }

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func when[T any](f fact.Of[T], holds func(T) bool) truth {
	v, ok := f.Get()
	if !ok {
		return dunno
	}
	return truthOf(holds(v))
}

func is[T comparable](f fact.Of[T], v T) truth {
	got, ok := f.Get()
	if !ok {
		return dunno
	}
	return truthOf(got == v)
}

func holds(f fact.Of[bool]) truth { return is(f, true) }

// some says whether something in a list matches; a gap may hide a match.
func some[T any](l *fact.List[T], match func(*T) truth) truth {
	found := no
	if !l.Whole() {
		found = dunno
	}
	for i := range l.Items() {
		found = max(found, match(&l.Items()[i]))
	}
	return found
}

func judged(applies, pass truth) finding.Outcome {
	switch {
	case applies == no:
		return finding.NotApplicable
	case applies == dunno || pass == dunno:
		return finding.Unknown
	case pass == yes:
		return finding.Pass
	}
	return finding.Fail
}

func anInstance(w *estate.Workload) truth { return truthOf(w.Type == "instance") }

// alive is an instance that has not ended.
func alive(w *estate.Workload) truth { return min(anInstance(w), notEnded(w)) }

func notEnded(w *estate.Workload) truth {
	return not(max(is(w.State, "terminated"), is(w.State, "shutting-down")))
}

func shut(w *estate.Workload) truth { return is(w.Metadata.Endpoint, "disabled") }

func atMost(f fact.Of[int64], n int64) truth { return when(f, func(v int64) bool { return v <= n }) }

func ranks(w *estate.Workload, levels ...string) truth {
	found := no
	for _, l := range levels {
		found = max(found, is(w.Identity.AtLeast, l), is(w.Identity.Power, l))
	}
	return found
}

// opens says that a port is open to any source.
func opens(w *estate.Workload, protocols string, ports ...[2]int64) truth {
	return some(&w.Exposure.Open, func(o *estate.Opening) truth {
		if o.Layer != "l4" || o.Protocol != "tcp" && (o.Protocol != "udp" || protocols == "tcp") {
			return no
		}
		for _, p := range ports {
			if o.From <= p[1] && p[0] <= o.To {
				return holds(o.AnySource)
			}
		}
		return no
	})
}

var risky = [][2]int64{{20, 21}, {23, 23}, {25, 25}, {110, 110}, {135, 135}, {143, 143}, {445, 445}, {1433, 1434}, {3000, 3000}, {3306, 3306},
	{4333, 4333}, {5000, 5000}, {5432, 5432}, {5500, 5500}, {5601, 5601}, {6379, 6379}, {8080, 8080}, {8088, 8088}, {8888, 8888},
	{9200, 9200}, {9300, 9300}, {11211, 11211}, {27017, 27017}}

// plain are the questions of the catalogue about workloads, written a second
// time, in Go.
var plain = []struct {
	id  string
	ask func(*estate.Workload) finding.Outcome
}{
	{"AWS-IMDS-001", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), min(max(shut(w), is(w.Metadata.Tokens, "required")), max(holds(w.Metadata.Applied), is(w.State, "stopped"), is(w.State, "pending"))))
	}},
	{"AWS-IMDS-002", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), max(shut(w), atMost(w.Metadata.HopLimit, 2)))
	}},
	{"AWS-IMDS-003", func(w *estate.Workload) finding.Outcome {
		return judged(min(alive(w), holds(w.Metadata.Unneeded), is(w.Identity.Mechanism, "none"), not(holds(w.Patches.Managed))), shut(w))
	}},
	{"AWS-IMDS-009", func(w *estate.Workload) finding.Outcome {
		return judged(min(alive(w), is(w.Metadata.Tokens, "optional")), max(shut(w), is(w.Usage.NoToken, 0)))
	}},
	{"AWS-IMDS-010", func(w *estate.Workload) finding.Outcome {
		return judged(min(anInstance(w), is(w.State, "running"), is(w.Metadata.Tokens, "required")), max(shut(w), atMost(w.Usage.Rejected, 0)))
	}},
	{"AWS-IMDS-013", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), max(shut(w), not(holds(w.Metadata.IPv6))))
	}},
	{"AWS-IMDS-014", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), max(shut(w), not(holds(w.Metadata.Tags)), not(some(&w.Tags, func(t *estate.Tag) truth { return truthOf(t.Sensitive) }))))
	}},
	{"AWS-IMDS-015", func(w *estate.Workload) finding.Outcome {
		return judged(min(alive(w), holds(w.ContainerHost), not(is(w.Identity.Role, ""))), not(holds(w.Metadata.Containers)))
	}},
	{"AWS-IMDS-016", func(w *estate.Workload) finding.Outcome {
		two := is(w.Metadata.HopLimit, 2)
		return judged(min(alive(w), max(not(two), not(holds(w.ContainerHost)))), max(shut(w), not(two)))
	}},
	{"AWS-HOST-001", func(w *estate.Workload) finding.Outcome {
		return judged(min(anInstance(w), is(w.State, "running")), holds(w.Patches.Managed))
	}},
	{"AWS-HOST-002", func(w *estate.Workload) finding.Outcome {
		return judged(min(alive(w), max(holds(w.Patches.Managed), not(is(w.Patches.State, "none")))), is(w.Patches.State, "compliant"))
	}},
	{"AWS-NET-001", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), not(opens(w, "tcp", [2]int64{22, 22})))
	}},
	{"AWS-NET-002", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), not(opens(w, "both", [2]int64{3389, 3389})))
	}},
	{"AWS-NET-003", func(w *estate.Workload) finding.Outcome {
		whole := some(&w.Exposure.Open, func(o *estate.Opening) truth {
			if o.Layer != "l4" || o.Protocol != "tcp" && o.Protocol != "udp" || o.From > 1 || o.To != 65535 {
				return no
			}
			return holds(o.AnySource)
		})
		pieces := int64(len(w.Exposure.Open.Items()))
		large := some(&w.Exposure.Open, func(o *estate.Opening) truth {
			switch {
			case o.Layer != "l4" || o.Protocol != "tcp" && o.Protocol != "udp":
				return no
			case !w.Exposure.Open.Whole():
				return dunno
			}
			return truthOf((o.To-o.From+1)*pieces >= 64535)
		})
		count := max(not(atMost(w.Exposure.TCPPorts, 64534)), not(atMost(w.Exposure.UDPPorts, 64534)))
		return judged(alive(w), not(max(whole, min(count, large))))
	}},
	{"AWS-NET-004", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), not(opens(w, "both", risky...)))
	}},
	{"AWS-NET-005", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), max(holds(w.Exposure.Public), not(some(&w.Exposure.Rules, func(r *estate.GateRule) truth {
			return truthOf(r.Direction == "in" && r.Action == "allow" && r.AnyAddress)
		}))))
	}},
	{"AWS-NET-006", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), max(not(holds(w.Exposure.Reached)), not(is(w.Exposure.Internet, estate.Reachable)), is(w.Identity.Mechanism, "none"), not(ranks(w, "admin", "escalation", "write", "data_read"))))
	}},
	{"AWS-NET-010", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), max(is(w.Identity.Mechanism, "none"), not(ranks(w, "admin", "escalation")), not(some(&w.Exposure.Rules, func(r *estate.GateRule) truth {
			return truthOf(r.Direction == "out" && r.Action == "allow" && r.Protocol == "all" && r.AnyAddress)
		}))))
	}},
	{"AWS-DATA-001", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), max(not(holds(w.UserData.Present)), not(some(&w.UserData.Secrets, func(s *estate.Secret) truth { return truthOf(s.Kind != "") }))))
	}},
	{"AWS-DATA-005", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), not(some(&w.Volumes, func(v *estate.Volume) truth { return not(holds(v.BackedUp)) })))
	}},
	{"AWS-IAM-007", func(w *estate.Workload) finding.Outcome {
		return judged(alive(w), not(some(&w.UserData.Secrets, func(s *estate.Secret) truth { return truthOf(s.Kind == "aws_access_key") })))
	}},
	{"XC-001", func(w *estate.Workload) finding.Outcome {
		return judged(min(truthOf(w.Provider != "ibm"), notEnded(w)), max(not(holds(w.Exposure.Reached)), not(is(w.Metadata.Class, estate.ClassUnauthGet)),
			min(is(w.Metadata.Tokens, "required"), holds(w.Metadata.Applied)), not(ranks(w, "admin", "escalation", "write", "data_read"))))
	}},
	{"XC-005", func(w *estate.Workload) finding.Outcome {
		return judged(min(truthOf(w.Provider == "ibm"), notEnded(w)), max(not(holds(w.Exposure.Reached)), shut(w),
			is(w.Metadata.Protocol, "https"), not(ranks(w, "admin", "escalation"))))
	}},
}

// Each question about workloads is answered as its twin in Go answers it, of
// subjects of which anything may be known and nothing.
func TestRulesSayWhatTheirTwinsInGoSay(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	asked := map[string]bool{}
	for _, p := range plain {
		asked[p.id] = true
		r, ok := set.Rule(p.id)
		if !ok {
			t.Errorf("there is no rule %s", p.id)
			continue
		}
		t.Run(p.id, func(t *testing.T) {
			t.Parallel()
			j := rule.NewJudge(set)
			rapid.Check(t, func(t *rapid.T) {
				o := blank(t, r)
				learn(t, r, o, func(string) {
					j.Sit(o)
					if got, want := j.Judge(r, o), p.ask(o.(*estate.Workload)); got != want {
						t.Fatalf("the rule says %s, its twin %s, of %+v", got, want, o)
					}
				})
			})
		})
	}
	for _, r := range set.For(estate.KindWorkload, "aws") {
		if !asked[r.ID] {
			t.Errorf("%s has no twin", r.ID)
		}
	}
}

// Each port by itself, and with the one after it, is as risky as the twin says.
func TestEveryPortIsJudged(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	j, w := rule.NewJudge(set), open()
	for _, p := range plain {
		r, _ := set.Rule(p.id)
		if p.id != "AWS-NET-001" && p.id != "AWS-NET-002" && p.id != "AWS-NET-004" {
			continue
		}
		for from := range int64(65_536) {
			for to := from; to <= min(from+1, 65_535); to++ {
				w.Exposure.Open = fact.Listed([]estate.Opening{{Family: "ipv4", Protocol: "tcp", From: from, To: to, Layer: "l4", Return: "full", AnySource: fact.Sure(true)}}, nil, "")
				if got, want := j.Judge(r, w), p.ask(w); got != want {
					t.Fatalf("%s of port %d to %d: %s, its twin %s", p.id, from, to, got, want)
				}
			}
		}
	}
}

// Questions that share their applies say the same, for the same reasons and with
// the same evidence, in a sitting and one by one.
func TestASittingChangesNothing(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	rules := set.For(estate.KindWorkload, "aws")
	sitting, alone := rule.NewJudge(set), rule.NewJudge(set)
	rapid.Check(t, func(t *rapid.T) {
		o, step := blank(t, rules[0]), 0
		learn(t, rules[0], o, func(string) {
			if step++; step%13 != 0 {
				return
			}
			sitting.Sit(o)
			for _, r := range rules {
				sitting.Judge(r, o)
				alone.Judge(r, o)
				if d := cmp.Diff(alone.Verdict(), sitting.Verdict()); d != "" {
					t.Fatalf("%s (-alone +in a sitting):\n%s", r.ID, d)
				}
			}
		})
	})
}
