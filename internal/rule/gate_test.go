package rule

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"cel.dev/cel-go/common/types"
	"pgregory.net/rapid"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/snapshot"
)

// A world is a workload of which some facts are known: nil is unknown.
type world struct {
	endpoint, tokens *string
	hops             *int64
	applied, ipv6    *bool
	tags             []estate.Tag
	gap              bool // tags may be missing
}

var (
	endpoints = []string{"enabled", "disabled"}
	tokens    = []string{"required", "optional"}
	hops      = []int64{1, 2, 3}
	bools     = []bool{false, true}
	someTags  = []estate.Tag{{Key: "enabled"}, {Key: "enabled", Sensitive: true}, {Key: "b", Value: "required"}, {Key: "b", Value: "1", Sensitive: true}}
)

func (w world) workload() *estate.Workload {
	o := &estate.Workload{Subject: estate.Subject{Kind: estate.KindWorkload, Provider: "aws"}, Type: "instance"}
	sure(&o.Metadata.Endpoint, w.endpoint)
	sure(&o.Metadata.Tokens, w.tokens)
	sure(&o.Metadata.HopLimit, w.hops)
	sure(&o.Metadata.Applied, w.applied)
	sure(&o.Metadata.IPv6, w.ipv6)
	o.Tags = fact.Listed(w.tags, nil, "")
	if w.gap {
		o.Tags = fact.Listed(w.tags, nil, "", &fact.Reason{Cause: snapshot.Denied})
	}
	return o
}

func sure[T any](f *fact.Of[T], v *T) {
	if v != nil {
		*f = fact.Sure(*v)
	}
}

func maybe[T any](t *rapid.T, name string, from []T) *T {
	i := rapid.IntRange(-1, len(from)-1).Draw(t, name)
	if i < 0 {
		return nil
	}
	return &from[i]
}

func aWorld(t *rapid.T) world {
	w := world{endpoint: maybe(t, "endpoint", endpoints), tokens: maybe(t, "tokens", tokens), hops: maybe(t, "hops", hops),
		applied: maybe(t, "applied", bools), ipv6: maybe(t, "ipv6", bools), gap: rapid.Bool().Draw(t, "gap")}
	w.tags = rapid.SliceOfN(rapid.SampledFrom(someTags), 0, 2).Draw(t, "tags")
	return w
}

// completions are all worlds that w may turn out to be. A gap may hide
// nothing, one thing or two.
func (w world) completions() []world {
	ws := []world{w}
	ws = fillIn(ws, w.endpoint, endpoints, func(w *world, v *string) { w.endpoint = v })
	ws = fillIn(ws, w.tokens, tokens, func(w *world, v *string) { w.tokens = v })
	ws = fillIn(ws, w.hops, hops, func(w *world, v *int64) { w.hops = v })
	ws = fillIn(ws, w.applied, bools, func(w *world, v *bool) { w.applied = v })
	ws = fillIn(ws, w.ipv6, bools, func(w *world, v *bool) { w.ipv6 = v })
	if !w.gap {
		return ws
	}
	var out []world
	for _, w := range ws {
		for _, hidden := range hiddenTags {
			w.gap, w.tags = false, append(slices.Clone(w.tags[:len(ws[0].tags)]), hidden...)
			out = append(out, w)
		}
	}
	return out
}

var hiddenTags = func() [][]estate.Tag {
	all := [][]estate.Tag{nil}
	for i, a := range someTags {
		all = append(all, []estate.Tag{a})
		for _, b := range someTags[i:] {
			all = append(all, []estate.Tag{a, b})
		}
	}
	return all
}()

func fillIn[T any](ws []world, known *T, from []T, set func(*world, *T)) (out []world) {
	if known != nil {
		return ws
	}
	for _, w := range ws {
		for i := range from {
			set(&w, &from[i])
			out = append(out, w)
		}
	}
	return out
}

// A grammar writes expressions with every operator and function that a
// predicate may use.
type grammar struct {
	t       *rapid.T
	volumes bool     // may be asked about too
	vars    []string // variables in sight that stand for a tag
	disks   []string // and for a volume
}

func (g *grammar) pick(of ...func(int) string) func(int) string {
	return of[rapid.IntRange(0, len(of)-1).Draw(g.t, "form")]
}

func (g *grammar) word(of ...string) string { return rapid.SampledFrom(of).Draw(g.t, "word") }

func (g *grammar) bool(d int) string {
	if d <= 0 {
		return g.pick(g.boolLeaf, g.compareText, g.compareNumber)(0)
	}
	return g.pick(g.boolLeaf, g.compareText, g.compareNumber, g.logic, g.logic, g.logic, g.not, g.choose, g.membership,
		g.textTest, g.quantified, g.quantified, g.literalQuantified, g.sameBool)(d - 1)
}

func (g *grammar) boolLeaf(int) string {
	leaves := []string{"w.metadata.applied", "w.metadata.ipv6", "true", "false"}
	for _, v := range g.vars {
		leaves = append(leaves, v+".sensitive")
	}
	for _, v := range g.disks {
		leaves = append(leaves, v+".backed_up", v+".encrypted")
	}
	return g.word(leaves...)
}

func (g *grammar) compareText(d int) string {
	return fmt.Sprintf("(%s %s %s)", g.text(d), g.word("==", "!=", "<", "<=", ">", ">="), g.text(d))
}

func (g *grammar) compareNumber(d int) string {
	return fmt.Sprintf("(%s %s %s)", g.number(d), g.word("==", "!=", "<", "<=", ">", ">="), g.number(d))
}

func (g *grammar) logic(d int) string {
	return fmt.Sprintf("(%s %s %s)", g.bool(d), g.word("&&", "||"), g.bool(d))
}

func (g *grammar) not(d int) string { return "!" + g.bool(d) }

func (g *grammar) choose(d int) string {
	return fmt.Sprintf("(%s ? %s : %s)", g.bool(d), g.bool(d), g.bool(d))
}

func (g *grammar) sameBool(d int) string {
	return fmt.Sprintf("(%s %s %s)", g.bool(d), g.word("==", "!="), g.bool(d))
}

func (g *grammar) membership(d int) string {
	if rapid.Bool().Draw(g.t, "numbers") {
		return fmt.Sprintf("(%s in [%s, %s])", g.number(d), g.number(0), g.number(d))
	}
	return fmt.Sprintf("(%s in [%s, %s])", g.text(d), g.text(0), g.text(d))
}

func (g *grammar) textTest(d int) string {
	if fn := g.word("startsWith", "endsWith", "contains", "matches"); fn != "matches" {
		return fmt.Sprintf("%s.%s(%s)", g.text(d), fn, g.text(d))
	}
	return fmt.Sprintf(`%s.matches("%s")`, g.text(d), g.word("^re", "al$", "e", ".*", "[abx]"))
}

func (g *grammar) quantified(d int) string {
	if g.volumes && rapid.Bool().Draw(g.t, "volumes") {
		return g.over("w.volumes", d, func(v string) string {
			g.disks = append(g.disks, v)
			defer func() { g.disks = g.disks[:len(g.disks)-1] }()
			return g.bool(d)
		})
	}
	return g.over("w.tags", d, func(v string) string {
		g.vars = append(g.vars, v)
		defer func() { g.vars = g.vars[:len(g.vars)-1] }()
		return g.bool(d)
	})
}

func (g *grammar) literalQuantified(d int) string {
	return g.over(fmt.Sprintf("[%s, %s]", g.text(0), g.text(d)), d, func(v string) string {
		return fmt.Sprintf("(%s == %s %s %s)", v, g.text(d), g.word("||", "&&"), g.bool(d))
	})
}

func (g *grammar) over(list string, _ int, body func(v string) string) string {
	v := fmt.Sprintf("v%d%s", len(g.vars)+len(g.disks), g.word("", "x"))
	return fmt.Sprintf("%s.%s(%s, %s)", list, g.word("exists", "all"), v, body(v))
}

func (g *grammar) text(d int) string {
	leaves := []string{"w.metadata.endpoint", "w.metadata.tokens", `"required"`, `"enabled"`, `"b"`, `""`, "w.type"}
	for _, v := range g.vars {
		leaves = append(leaves, v+".key", v+".value")
	}
	for _, v := range g.disks {
		leaves = append(leaves, v+".id")
	}
	switch form := rapid.IntRange(0, 5).Draw(g.t, "text"); {
	case d <= 0 || form > 2:
		return g.word(leaves...)
	case form == 0:
		return fmt.Sprintf("(%s + %s)", g.text(d-1), g.text(d-1))
	case form == 1:
		return fmt.Sprintf("lower(%s)", g.text(d-1))
	}
	return fmt.Sprintf("(%s ? %s : %s)", g.bool(d-1), g.text(d-1), g.text(d-1))
}

func (g *grammar) number(d int) string {
	leaf := g.word("w.metadata.hop_limit", "w.metadata.hop_limit", "size(w.tags)", "w.tags.size()", "0", "1", "2", "9223372036854775807")
	if d <= 0 {
		return leaf
	}
	switch rapid.IntRange(0, 6).Draw(g.t, "number") {
	case 0:
		return fmt.Sprintf("(%s %s %s)", g.number(d-1), g.word("+", "-", "*"), g.number(d-1))
	case 1:
		return fmt.Sprintf("size(%s)", g.text(d-1))
	case 2:
		return fmt.Sprintf("-(%s)", g.number(d-1))
	case 3:
		return fmt.Sprintf("(%s ? %s : %s)", g.bool(d-1), g.number(d-1), g.number(d-1))
	}
	return leaf
}

// TestKnownAnswersHoldInEveryWorld is the gate: whatever is asked of whatever
// is half known, an answer that is given is the answer in every world that may
// turn out to be the true one.
func TestKnownAnswersHoldInEveryWorld(t *testing.T) {
	t.Parallel()
	all, err := languages()
	if err != nil {
		t.Fatal(err)
	}
	l := all[string(estate.KindWorkload)]
	var known, open, refused, asked atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		for range 8 {
			g := &grammar{t: t}
			src := g.bool(rapid.IntRange(1, 4).Draw(t, "depth"))
			p, bad := l.compile("pass", src)
			asked.Add(1)
			if bad != nil { // only for its price: everything else the grammar writes is allowed
				if !strings.Contains(bad[0].text, "steps and may cost") {
					t.Fatalf("%s is refused: %v", src, bad)
				}
				refused.Add(1)
				continue
			}
			for range 4 {
				hold(t, src, p, aWorld(t), &known, &open)
			}
		}
	})
	if n := known.Load() + open.Load(); known.Load()*10 < n || open.Load()*10 < n || refused.Load()*2 > asked.Load() {
		t.Errorf("the gate says little: %d answers, %d left open, %d of %d expressions refused", known.Load(), open.Load(), refused.Load(), asked.Load())
	}
}

func hold(t *rapid.T, src string, p *program, w world, known, open *atomic.Int64) {
	r := &Rule{ID: "T", For: estate.KindWorkload, pass: p}
	j := NewJudge(nil)
	got := j.Judge(r, w.workload())
	if got == finding.Unknown {
		open.Add(1)
		if len(j.reasons()) == 0 && j.fault == "" {
			t.Fatalf("%s is unknown without a reason", src)
		}
		return
	}
	known.Add(1)
	for _, c := range w.completions() {
		if then := j.Judge(r, c.workload()); then != got {
			t.Fatalf("%s\nsays %s of %s,\nbut %s of %s %s", src, got, w, then, c, j.fault)
		}
	}
}

func (w world) String() string {
	show := func(v any) string { return asJSON(v) }
	return fmt.Sprintf("{endpoint %s, tokens %s, hops %s, applied %s, ipv6 %s, tags %s, gap %v}",
		show(w.endpoint), show(w.tokens), show(w.hops), show(w.applied), show(w.ipv6), show(w.tags), w.gap)
}

// The cases of the sketch that turned not knowing into an answer, pinned.
func TestNotKnowingNeverAnswers(t *testing.T) {
	t.Parallel()
	enabled, required := "enabled", "required"
	off := "disabled"
	gap := world{gap: true}
	one := world{gap: true, tags: []estate.Tag{{Key: "b", Sensitive: true}}}
	for _, c := range []struct {
		expr string
		w    world
		want finding.Outcome
	}{
		{`w.metadata.endpoint == "disabled" || w.metadata.tokens == "required"`, world{endpoint: &off}, finding.Pass},
		{`w.metadata.endpoint == "disabled" || w.metadata.tokens == "required"`, world{endpoint: &enabled}, finding.Unknown},
		{`w.metadata.endpoint == "disabled" || w.metadata.tokens == "required"`, world{tokens: &required}, finding.Pass},
		{`!(w.metadata.tokens == "required")`, world{}, finding.Unknown},
		{`w.metadata.tokens in ["required", "optional"]`, world{}, finding.Unknown},
		{`!(w.metadata.tokens in ["x"])`, world{}, finding.Unknown},
		{`w.metadata.tokens.startsWith("req")`, world{}, finding.Unknown},
		{`w.metadata.hop_limit > 1 ? false : true`, world{}, finding.Unknown},
		{`size(w.tags) > 0`, gap, finding.Unknown},
		{`size(w.tags) == 0`, gap, finding.Unknown},
		{`w.tags.exists(t, true)`, gap, finding.Unknown}, // the gap may hide nothing
		{`w.tags.all(t, false)`, gap, finding.Unknown},
		{`w.tags.exists(t, t.sensitive)`, gap, finding.Unknown},
		{`w.tags.all(t, !t.sensitive)`, gap, finding.Unknown},
		{`w.tags.exists(t, t.sensitive)`, one, finding.Pass},
		{`w.tags.all(t, !t.sensitive)`, one, finding.Fail},
		{`!w.tags.exists(t, t.key == "x")`, one, finding.Unknown},
		{`w.tags.exists(t, t.sensitive)`, world{}, finding.Fail}, // a whole list, and nothing in it
		{`w.metadata.hop_limit * 9223372036854775807 > 0 || w.metadata.endpoint == "enabled"`, world{hops: &hops[1]}, finding.Unknown},
	} {
		t.Run(c.expr, func(t *testing.T) {
			t.Parallel()
			p := mustCompile(t, estate.KindWorkload, c.expr)
			j := NewJudge(nil)
			if got := j.Judge(&Rule{ID: "T", For: estate.KindWorkload, pass: p}, c.w.workload()); got != c.want {
				t.Errorf("want %s, got %s %s", c.want, got, j.fault)
			}
		})
	}
}

func mustCompile(t testing.TB, k estate.Kind, src string) *program {
	t.Helper()
	all, err := languages()
	if err != nil {
		t.Fatal(err)
	}
	p, bad := all[string(k)].compile("pass", src)
	if bad != nil {
		t.Fatal(bad)
	}
	return p
}

func TestAFaultOfTheRuleIsUnknownAndShown(t *testing.T) {
	t.Parallel()
	two := int64(2)
	r := &Rule{ID: "T", For: estate.KindWorkload, pass: mustCompile(t, estate.KindWorkload, `w.metadata.hop_limit * 9223372036854775807 > 0`)}
	j := NewJudge(nil)
	if got := j.Judge(r, world{hops: &two}.workload()); got != finding.Unknown || !strings.Contains(j.fault, "overflow") {
		t.Errorf("got %s with fault %q", got, j.fault)
	}
	if got := j.Judge(r, new(estate.Account)); got != finding.Unknown || j.fault == "" {
		t.Errorf("asked about another kind: got %s with fault %q", got, j.fault)
	}
}

func TestAPanicInsideARuleIsAFault(t *testing.T) {
	t.Parallel()
	r := &Rule{ID: "T", For: estate.KindWorkload, pass: mustCompile(t, estate.KindWorkload, `w.metadata.applied`)}
	j := NewJudge(nil)
	var none *estate.Workload
	j.begin(r, none)
	if got := j.ask(); got != finding.Unknown || j.fault == "" {
		t.Errorf("got %s with fault %q", got, j.fault)
	}
	if v := j.eval(r.pass); types.IsUnknown(v) || v == types.True {
		t.Errorf("got %v", v)
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{`w.metadata.tokens == "required"`, `w.tags.exists(t, t.sensitive)`, `size(w.tags) in [1, 2]`,
		`w.tags.all(t, w.tags.exists(u, u.key == t.key))`, `has(w.x)`, `w.metadata.hop_limit * -1 < 2 ? true : w.ipv6`} {
		f.Add(s)
	}
	all, err := languages()
	if err != nil {
		f.Fatal(err)
	}
	l := all[string(estate.KindWorkload)]
	off, two := "disabled", int64(2)
	partial := world{endpoint: &off, hops: &two, tags: someTags[:1], gap: true}
	f.Fuzz(func(t *testing.T, src string) {
		_, _ = l.text("say", src)
		p, bad := l.compile("pass", src)
		if bad != nil {
			return
		}
		j, r := NewJudge(nil), &Rule{ID: "T", For: estate.KindWorkload, pass: p}
		got := j.Judge(r, partial.workload())
		if got == finding.Unknown {
			return
		}
		for _, c := range partial.completions() {
			if then := j.Judge(r, c.workload()); then != got {
				t.Fatalf("%s says %s of %s, but %s of %s", src, got, partial, then, c)
			}
		}
	})
}
