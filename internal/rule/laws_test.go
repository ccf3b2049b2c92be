package rule_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
)

func loaded(t testing.TB) *rule.Set {
	t.Helper()
	set, err := catalog.Load()
	if err != nil {
		t.Fatalf("the catalogue does not load:\n%v", err)
	}
	return set
}

// facts are the fields of a kind that may be unknown, and those of its lists'
// elements under the list's name.
func facts(r *rule.Rule) (leaves, lists []rule.FieldDoc, elems map[string][]rule.FieldDoc) {
	elems = map[string][]rule.FieldDoc{}
	for _, f := range rule.Fields() {
		if f.Kind != r.For {
			continue
		}
		_, f.Name, _ = strings.Cut(f.Name, ".")
		list, elem, ok := strings.Cut(f.Name, "[].")
		switch {
		case ok:
			f.Name = elem
			elems[list] = append(elems[list], f)
		case f.Type == "list":
			lists = append(lists, f)
		case !f.Always:
			leaves = append(leaves, f)
		}
	}
	return leaves, lists, elems
}

func value(t *rapid.T, f rule.FieldDoc) any {
	switch {
	case len(f.Words) > 0:
		return rapid.SampledFrom(f.Words).Draw(t, f.Name)
	case f.Type == "int":
		return int64(rapid.SampledFrom([]int{-1, 1, 2, 3, 64}).Draw(t, f.Name))
	case f.Type == "bool":
		return rapid.Bool().Draw(t, f.Name)
	}
	return rapid.SampledFrom([]string{"", "not_opted_in", "denied", "x"}).Draw(t, f.Name)
}

func elements(t *rapid.T, fields []rule.FieldDoc, most int) []any {
	l := []any{}
	for range rapid.IntRange(0, most).Draw(t, "elements") {
		m := map[string]any{}
		for _, f := range fields {
			m[f.Name] = value(t, f)
		}
		l = append(l, m)
	}
	return l
}

// learn makes facts known one after another, in any order, and a list first
// with a gap, then with more seen, then whole.
func learn(t *rapid.T, r *rule.Rule, o estate.Object, after func(what string)) {
	leaves, lists, elems := facts(r)
	var steps []func() string
	set := func(name string, v any) string {
		if err := r.Set(o, name, v); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, f := range leaves {
		v := value(t, f)
		steps = append(steps, func() string { return set(f.Name, v) })
	}
	for _, f := range lists {
		stage, seen := 0, elements(t, elems[f.Name], 2)
		more := append(append([]any{}, seen...), elements(t, elems[f.Name], 2)...)
		step := func() string {
			stage++
			gap := map[string]any{"gap": true}
			return set(f.Name, [][]any{append(seen[:len(seen):len(seen)], gap), append(more[:len(more):len(more)], gap), more}[stage-1])
		}
		steps = append(steps, step, step, step)
	}
	for _, i := range rapid.Permutation(indices(len(steps))).Draw(t, "order") {
		after(steps[i]())
	}
}

func indices(n int) []int {
	l := make([]int, n)
	for i := range l {
		l[i] = i
	}
	return l
}

// blank is a subject of one of the kind's types of which nothing else is known.
func blank(t *rapid.T, r *rule.Rule) estate.Object {
	all := r.Blanks()
	return all[rapid.IntRange(0, len(all)-1).Draw(t, "type")]
}

func TestLearningMoreNeverReverses(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	for _, r := range set.Rules() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				o, j := blank(t, r), rule.NewJudge(set)
				before := j.Judge(r, o)
				if before == finding.NotApplicable {
					return // of a type that the rule is not about
				}
				if before != finding.Unknown {
					t.Fatalf("knowing nothing it says %s", before)
				}
				learn(t, r, o, func(what string) {
					got := j.Judge(r, o)
					if before != finding.Unknown && got != before {
						t.Fatalf("learning %s turned %s to %s", what, before, got)
					}
					before = got
				})
				if before == finding.Unknown {
					t.Fatalf("knowing everything it says nothing: %s", j.Verdict().Say)
				}
			})
		})
	}
}

func TestForgettingAFactNeverMakesAPass(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	for _, r := range set.Rules() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				o, j := blank(t, r), rule.NewJudge(set)
				learn(t, r, o, func(string) {})
				before := j.Judge(r, o)
				for _, f := range rapid.Permutation(r.Reads()).Draw(t, "forget") {
					if !r.Forget(o, f) {
						continue
					}
					got := j.Judge(r, o)
					if got != finding.Unknown && got != before {
						t.Fatalf("without %s it turned from %s to %s", f, before, got)
					}
				}
			})
		})
	}
}

func TestNoRuleHasAFaultWhateverTheFacts(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	for _, r := range set.Rules() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				o, j := blank(t, r), rule.NewJudge(set)
				learn(t, r, o, func(string) {
					got := j.Judge(r, o)
					v := j.Verdict()
					if v.Fault != "" || v.Say == "" || strings.Contains(v.Say, "could not be worked out") {
						t.Fatalf("fault %q, say %q", v.Fault, v.Say)
					}
					if v.Outcome != got || (got == finding.Unknown) != (len(v.Reasons) > 0) {
						t.Fatalf("says %s with reasons %v", v.Outcome, v.Reasons)
					}
					if v.Risk < 0 || v.Risk > 100 || (v.Risk > 0) != (got == finding.Fail || got == finding.Unknown) || v.Potential != (got == finding.Unknown) {
						t.Fatalf("%s has risk %d, potential %v", got, v.Risk, v.Potential)
					}
				})
			})
		})
	}
}

// Every rule answers as CEL alone would, with the same words, reasons, evidence
// and risk: of its examples, with every field that it reads unknown in turn, and
// of whatever may be known.
func TestEveryRuleAnswersAsCELAloneWould(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	for _, r := range set.Rules() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			plain, err := r.ByCEL()
			if err != nil {
				t.Fatal(err)
			}
			own, cel := rule.NewJudge(set), rule.NewJudge(set)
			same := func(t interface{ Fatalf(string, ...any) }, o estate.Object, what string) {
				own.Judge(r, o)
				cel.Judge(plain, o)
				if d := cmp.Diff(cel.Verdict(), own.Verdict()); d != "" {
					t.Fatalf("%s (-as CEL plans it +lowered)\n%s", what, d)
				}
			}
			subject := func(e rule.Example) estate.Object {
				o, err := r.Subject(e)
				if err != nil {
					t.Fatal(err)
				}
				return o
			}
			for _, e := range r.Examples {
				same(t, subject(e), e.Name)
				for _, f := range r.Reads() {
					if o := subject(e); r.Forget(o, f) {
						same(t, o, e.Name+", without "+f)
					}
				}
			}
			rapid.Check(t, func(t *rapid.T) {
				o, step := blank(t, r), 0
				learn(t, r, o, func(what string) {
					if step++; step%13 == 0 {
						same(t, o, "having learnt "+what)
					}
				})
			})
		})
	}
}
