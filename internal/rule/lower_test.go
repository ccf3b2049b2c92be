package rule

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/snapshot"
)

// someVolumes are lists of which an element itself may be unknown in part.
func someVolumes(t *rapid.T) fact.List[estate.Volume] {
	facts := []fact.Of[bool]{{}, fact.Sure(true), fact.Sure(false), fact.Unknown[bool](&fact.Reason{Cause: snapshot.Denied}, nil, "")}
	var l []estate.Volume
	for range rapid.IntRange(0, 3).Draw(t, "volumes") {
		l = append(l, estate.Volume{ID: rapid.SampledFrom([]string{"", "b", "required"}).Draw(t, "id"),
			BackedUp: rapid.SampledFrom(facts).Draw(t, "backed up"), Encrypted: rapid.SampledFrom(facts).Draw(t, "encrypted")})
	}
	switch rapid.IntRange(0, 2).Draw(t, "how it was listed") {
	case 0:
		return fact.List[estate.Volume]{}
	case 1:
		return fact.Listed(l, nil, "", &fact.Reason{Cause: snapshot.Throttled})
	}
	return fact.Listed(l, nil, "")
}

// answer is everything that may be seen of an answer.
func answer(r *Rule, o estate.Object) string {
	j := NewJudge(nil)
	j.Sit(o)
	var b strings.Builder
	for range 2 { // the second time applies is known
		fmt.Fprintln(&b, j.Judge(r, o), j.fault, j.gapSeen, j.open, asJSON(j.reasons()))
		for _, rd := range j.reads {
			fmt.Fprintf(&b, "%s %p\n", rd.field.name, rd.of)
		}
		fmt.Fprintln(&b, asJSON(j.evidence()))
	}
	return b.String()
}

// TestLoweringChangesNothing asks whatever may be asked, of whatever may be known,
// once as it is lowered and once as CEL alone plans it: outcome, fault, reasons,
// evidence and the order of reading are the same.
func TestLoweringChangesNothing(t *testing.T) {
	t.Parallel()
	l := languageOf(t, estate.KindWorkload)
	var of [8]atomic.Int64 // by outcome
	var faults, refused, asked atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		for range 4 {
			unchanged(t, l, func(r *Rule, got finding.Outcome, fault bool) {
				asked.Add(1)
				if r == nil {
					refused.Add(1)
					return
				}
				of[got].Add(1)
				if fault {
					faults.Add(1)
				}
			})
		}
	})
	for _, o := range []finding.Outcome{finding.Pass, finding.Fail, finding.Unknown, finding.NotApplicable} {
		if of[o].Load()*50 < asked.Load() {
			t.Errorf("of %d questions only %d end in %s", asked.Load(), of[o].Load(), o)
		}
	}
	if faults.Load() == 0 || refused.Load()*2 > asked.Load() {
		t.Errorf("of %d questions %d end in a fault and %d are refused", asked.Load(), faults.Load(), refused.Load())
	}
}

func unchanged(t *rapid.T, l *language, count func(*Rule, finding.Outcome, bool)) {
	g := &grammar{t: t, volumes: true}
	own, cel := &Rule{ID: "T", For: estate.KindWorkload, say: &template{}}, &Rule{ID: "T", For: estate.KindWorkload, say: &template{}}
	for _, part := range []struct {
		what string
		of   func(*Rule) **program
	}{{"applies", func(r *Rule) **program { return &r.applies }}, {"pass", func(r *Rule) **program { return &r.pass }}} {
		src := g.bool(rapid.IntRange(1, 4).Draw(t, "depth"))
		p, bad := l.compile(part.what, src)
		if bad != nil {
			count(nil, 0, false) // for its price: TestKnownAnswersHoldInEveryWorld
			return
		}
		plain, err := l.byCEL(part.what, src)
		if err != nil {
			t.Fatal(err)
		}
		*part.of(own), *part.of(cel) = p, plain
		if part.what == "applies" {
			own.Applies, cel.Applies = src, src
		} else {
			own.Pass, cel.Pass = src, src
		}
	}
	for range 4 {
		w := aWorld(t)
		o := w.workload()
		o.Volumes = someVolumes(t)
		if d := cmp.Diff(answer(cel, o), answer(own, o)); d != "" {
			t.Fatalf("applies: %s\npass: %s\nof %s, volumes %s\n(-as CEL plans it +lowered)\n%s", own.Applies, own.Pass, w, asJSON(o.Volumes.Items()), d)
		}
		j := NewJudge(nil)
		count(own, j.Judge(own, o), j.fault != "")
	}
}

func FuzzLowering(f *testing.F) {
	l := languageOf(f, estate.KindWorkload)
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		unchanged(t, l, func(*Rule, finding.Outcome, bool) {})
	}))
}

func languageOf(t testing.TB, k estate.Kind) *language {
	t.Helper()
	all, err := languages()
	if err != nil {
		t.Fatal(err)
	}
	return all[string(k)]
}

// What a loop of ours has to get right, and a loop that stays CEL's.
func TestLoopsLoweredAndNot(t *testing.T) {
	t.Parallel()
	l := languageOf(t, estate.KindWorkload)
	one := estate.Tag{Key: "a", Sensitive: true}
	unsure := []estate.Volume{{ID: "vol-1"}, {ID: "vol-2", BackedUp: fact.Sure(true)}}
	for _, src := range []string{
		`w.tags.exists(t, t.sensitive)`,
		`w.tags.all(t, t.sensitive)`,
		`w.tags.exists(w, w.sensitive)`, // the element takes the subject's name
		`w.tags.exists(t, w.state == t.key)`,
		`w.volumes.exists(v, v.backed_up)`,
		`w.volumes.all(v, v.backed_up)`,
		`w.volumes.all(v, v.backed_up && w.metadata.hop_limit * 9223372036854775807 > 0)`,
		`w.volumes.exists(v, w.metadata.hop_limit * 9223372036854775807 > 0 || v.id == "vol-2")`,
		`w.tags.exists(t, t.key.matches(w.name))`, // an error if the name is no pattern
		`w.tags.exists(t, w.name.matches(t.key))`, // or the key, with the pattern in its words
		`["a", "b"].exists(k, w.tags.exists(t, t.key == k))`,
		`w.tags.exists(t, ["a", "b"].exists(k, t.key == k))`,
		`w.tags.exists(t, ["a", "b"].exists(t, t == "b"))`,
		`w.tags.exists(t, [t].exists(u, u.sensitive))`,
		`w.volumes.exists(w, ["vol-1"].exists(k, w.id == k))`,
		`[w.state, "x"].all(w, w == "x")`,
		`size(w.tags) == 1 ? w.tags.exists(t, t.sensitive) : w.tags.all(t, !t.sensitive)`,
		`(w.metadata.ipv6 ? w.state : w.type) == "instance"`,
		`w.metadata.ipv6 ? w.metadata.applied : w.metadata.tags`,
	} {
		own, bad := l.compile("pass", src)
		if bad != nil {
			t.Errorf("%s: %v", src, bad)
			continue
		}
		plain, err := l.byCEL("pass", src)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, tags := range [][]estate.Tag{nil, {one}, {{Key: "b"}, one}, {{Key: "("}, {Key: "["}}} {
			for _, gaps := range [][]*fact.Reason{nil, {{Cause: snapshot.Denied}}} {
				for _, hops := range []fact.Of[int64]{{}, fact.Sure(int64(1)), fact.Sure(int64(2))} {
					for _, name := range []string{"a", "("} {
						o := &estate.Workload{Subject: estate.Subject{Kind: estate.KindWorkload, Name: name}, Type: "instance", State: fact.Sure("x")}
						o.Tags, o.Volumes = fact.Listed(tags, nil, "", gaps...), fact.Listed(slices.Clone(unsure), nil, "", gaps...)
						o.Metadata.HopLimit = hops
						want := answer(&Rule{ID: "T", For: estate.KindWorkload, pass: plain, say: &template{}}, o)
						got := answer(&Rule{ID: "T", For: estate.KindWorkload, pass: own, say: &template{}}, o)
						if d := cmp.Diff(want, got); d != "" {
							t.Errorf("%s (-as CEL plans it +lowered)\n%s", src, d)
						}
					}
				}
			}
		}
	}
}
