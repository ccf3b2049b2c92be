// Package cloudtest proves of any provider's facts and rules what must hold of
// all: what could not be seen never becomes an answer.
//
// It is imported by tests only, and asks no cloud: it works on recordings.
package cloudtest

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/recording"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/internal/snapshot"
)

// An Exception is a change of a verdict that the refusal of a call may bring
// though it is not one to unknown. Why is for whoever reads it.
type Exception struct {
	Call     string
	Was, Now finding.Outcome
	Why      string
}

// Run proves the laws over every recording in dir. facts makes a reader.
func Run(t *testing.T, set *rule.Set, facts func() judge.Facts, dir string, but ...Exception) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no recording in %s: %v", dir, err)
	}
	spoke := map[string]bool{}
	for _, f := range files {
		s := load(t, set, facts, f)
		s.but = but
		for k := range s.base {
			spoke[k.rule] = true
		}
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			t.Run("no gap is told twice", s.noGapTwice)
			t.Run("the order of arrival does not matter", s.shuffled)
			t.Run("the page size does not matter", s.pageSizes)
			t.Run("deny each answer in turn", s.denyEach)
			t.Run("cut each listing in turn", s.cutEach)
		})
	}
	everyRuleSpeaks(t, set, filepath.Base(dir), spoke)
}

// A tape is one recording, taken apart.
type tape struct {
	set     *rule.Set
	facts   func() judge.Facts
	context *snapshot.Context
	pages   []snapshot.Resource
	base    map[key]finding.Outcome
	regions map[string]string
	posture score.Posture
	but     []Exception
}

type key struct{ rule, uid string }

func load(t *testing.T, set *rule.Set, facts func() judge.Facts, file string) *tape {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := recording.NewReader(bytes.NewReader(b), facts().IsWorkload, 1000)
	s := &tape{set: set, facts: facts}
	if s.context, err = r.Context(context.Background()); err != nil {
		t.Fatal(err)
	}
	err = r.Pages(context.Background(), func(p []snapshot.Resource) error {
		s.pages = append(s.pages, p...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	look := s.judge(s.context, s.pages, 1000)
	s.base, s.regions, s.posture = look.outcomes, look.regions, look.posture
	return s
}

// A look is everything that was concluded from one version of the tape.
type look struct {
	outcomes map[key]finding.Outcome
	regions  map[string]string          // of a subject, by uid
	gaps     map[string]map[string]bool // regions of a rule's gaps, by rule
	posture  score.Posture
}

func (s *tape) judge(c *snapshot.Context, pages []snapshot.Resource, size int) look {
	b := judge.NewBench(s.set, s.facts())
	l := look{outcomes: map[key]finding.Outcome{}, regions: map[string]string{}, gaps: map[string]map[string]bool{}}
	var count scan.Count
	add := func(res judge.Result) {
		count.Add(&res)
		for si := range res.Subjects {
			l.regions[res.Subjects[si].UID] = res.Subjects[si].Region
			for ri, r := range res.Rules {
				if o := res.Outcome(si, ri); o != 0 {
					l.outcomes[key{r.ID, res.Subjects[si].UID}] = o
				}
			}
		}
		for i := range res.Verdicts {
			if v := &res.Verdicts[i]; v.Gap {
				if l.gaps[v.Rule] == nil {
					l.gaps[v.Rule] = map[string]bool{}
				}
				l.gaps[v.Rule][v.Subject.Region] = true
			}
		}
	}
	for p := range slices.Chunk(pages, size) {
		add(b.Page(c, p))
	}
	add(b.Close(c))
	l.posture = scan.Posture(count.Tallies())
	return l
}

func everyRuleSpeaks(t *testing.T, set *rule.Set, provider string, spoke map[string]bool) {
	t.Helper()
	for _, r := range set.Rules() {
		if (r.Provider == "" || r.Provider == provider) && !r.Probed() && !spoke[r.ID] {
			t.Errorf("%s judges nothing in any recording, so nothing is proved of it: if its kind of subject (%s) is new, "+
				"let the simulator have one and record anew (go test ./cmd/plumbline -run Recordings -update)", r.ID, r.For)
		}
	}
}

// noGapTwice refuses everything: each rule names each place once.
func (s *tape) noGapTwice(t *testing.T) {
	answers := slices.Clone(s.context.Answers())
	var identity []snapshot.Resource
	for i := range answers {
		if a := &answers[i]; a.Region != snapshot.Global && a.Status != snapshot.Unasked {
			a.Status, a.Cause, a.Code, a.Pages, a.Items = snapshot.Refused, snapshot.Denied, "Denied", 0, 0
		}
	}
	for _, r := range s.rest() {
		if r.Region == snapshot.Global {
			identity = append(identity, r)
		}
	}
	told := map[key]int{}
	for _, v := range judge.NewBench(s.set, s.facts()).Close(s.with(identity, answers)).Verdicts {
		if v.Gap {
			told[key{v.Rule, v.Subject.UID}]++
		}
	}
	if len(told) == 0 {
		t.Error("every regional call was refused, and no gap is named")
	}
	for k, n := range told {
		if n > 1 {
			t.Errorf("%s names the gap %s %d times", k.rule, k.uid, n)
		}
	}
}

func (s *tape) shuffled(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	pages, answers := slices.Clone(s.pages), slices.Clone(s.context.Answers())
	rnd.Shuffle(len(pages), func(i, j int) { pages[i], pages[j] = pages[j], pages[i] })
	rnd.Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
	s.same(t, s.judge(s.with(nil, answers), pages, 1000))
}

func (s *tape) pageSizes(t *testing.T) {
	for _, n := range []int{1, 7, 1000} {
		s.same(t, s.judge(s.context, s.pages, n))
	}
}

func (s *tape) same(t *testing.T, l look) {
	t.Helper()
	for k, want := range s.base {
		if got := l.outcomes[k]; got != want {
			t.Errorf("%s on %s: %v, want %v", k.rule, k.uid, got, want)
		}
	}
	if len(l.outcomes) != len(s.base) {
		t.Errorf("%d outcomes, want %d", len(l.outcomes), len(s.base))
	}
}

// A cut is some answers to one call that are changed together: those about one
// kind of document, which nothing but them brings.
type cut struct {
	about   string
	all     bool  // the answers of every place
	answers []int // places in the ledger
	// holds says that a document came with them.
	holds func(*snapshot.Resource) bool
}

// listing is what answers are about: documents do not tell more of where they
// are from, except where one names the subject of its question.
type listing struct{ call, lists string }

// cuts names, for each listing, all its answers, those of one region, and the
// one about one subject. The others differ in nothing that a judgement could
// see, and there are very many of them.
func (s *tape) cuts() (all []cut) {
	as := s.context.Answers()
	by := map[listing][]int{}
	for i, a := range as {
		if a.Status != snapshot.Unasked {
			l := listing{a.Call, a.Lists}
			by[l] = append(by[l], i)
		}
	}
	for _, l := range slices.SortedFunc(maps.Keys(by), func(a, b listing) int {
		return cmp.Or(cmp.Compare(a.call, b.call), cmp.Compare(a.lists, b.lists))
	}) {
		of := func(r *snapshot.Resource) bool { return r.Call == l.call && (l.lists == "" || r.Kind == l.lists) }
		everywhere := by[l]
		all = append(all, cut{l.call + " " + l.lists + " everywhere", true, everywhere, of})
		region := as[mostItems(as, everywhere)].Region
		here := slices.DeleteFunc(slices.Clone(everywhere), func(i int) bool { return as[i].Region != region })
		if len(here) < len(everywhere) {
			all = append(all, cut{l.call + " " + l.lists + " in " + region, false, here, func(r *snapshot.Resource) bool { return of(r) && r.Region == region }})
		}
		if one := mostItems(as, here); len(here) > 1 && s.tellsSubject(as, here, of) {
			all = append(all, cut{l.call + " " + l.lists + " of " + as[one].Subject, false, []int{one}, func(r *snapshot.Resource) bool {
				return of(r) && r.Region == region && names(r, as[one].Subject)
			}})
		}
	}
	return all
}

func mostItems(as []snapshot.Answer, among []int) int {
	return slices.MaxFunc(among, func(i, j int) int { return cmp.Compare(as[i].Items, as[j].Items) })
}

// tellsSubject says that each document of a region names the subject of one of
// the answers, and of no other.
func (s *tape) tellsSubject(as []snapshot.Answer, among []int, of func(*snapshot.Resource) bool) bool {
	for _, r := range slices.Concat(s.rest(), s.pages) {
		if !of(&r) || r.Region != as[among[0]].Region {
			continue
		}
		n := 0
		for _, i := range among {
			if as[i].Subject == "" || names(&r, as[i].Subject) {
				n++
			}
		}
		if n != 1 {
			return false
		}
	}
	return true
}

func names(r *snapshot.Resource, subject string) bool {
	return strings.Contains(r.UID, subject) || bytes.Contains(r.Doc, []byte(subject))
}

// rest is everything in the context.
func (s *tape) rest() (rs []snapshot.Resource) {
	for _, kind := range s.context.Kinds() {
		rs = append(rs, s.context.Resources(kind)...)
	}
	return rs
}

// denyEach refuses one call after another: its documents never came.
func (s *tape) denyEach(t *testing.T) {
	causes := []snapshot.Cause{snapshot.Denied, snapshot.Throttled, snapshot.CutOff, snapshot.Unreadable}
	for n, c := range s.cuts() { // what the cause is cannot matter: each is tried by turns
		cause := causes[n%len(causes)]
		s.change(t, c, func(a *snapshot.Answer) (keep int) {
			a.Status, a.Cause, a.Code, a.Pages, a.Items = snapshot.Refused, cause, "Denied", 0, 0
			return 0
		})
	}
}

// cutEach keeps some pages of one listing after another.
func (s *tape) cutEach(t *testing.T) {
	for _, c := range s.cuts() {
		if !c.all {
			continue
		}
		s.change(t, c, func(a *snapshot.Answer) (keep int) {
			a.Status, a.Cause, a.Code = snapshot.Partial, snapshot.CutOff, "plumbline:cut_off"
			a.Items /= 2
			return a.Items
		})
	}
}

// change changes some answers and holds what follows against the law: no
// verdict changes but to unknown, and what is no longer judged is named by a
// gap.
func (s *tape) change(t *testing.T, c cut, how func(*snapshot.Answer) (keep int)) {
	t.Run(c.about, func(t *testing.T) {
		t.Parallel()
		answers := slices.Clone(s.context.Answers())
		keep := map[string]int{} // by region
		for _, i := range c.answers {
			keep[answers[i].Region] += how(&answers[i])
		}
		take := func(rs []snapshot.Resource) (kept []snapshot.Resource) {
			for i := range rs {
				if c.holds(&rs[i]) {
					if keep[rs[i].Region] == 0 {
						continue
					}
					keep[rs[i].Region]--
				}
				kept = append(kept, rs[i])
			}
			return kept
		}
		rest := take(s.rest())
		call := s.context.Answers()[c.answers[0]].Call
		s.lawful(t, call, s.judge(s.with(rest, answers), take(s.pages), 1000))
	})
}

// lawful holds a look against what was seen in full.
func (s *tape) lawful(t *testing.T, call string, l look) {
	t.Helper()
	for k, was := range s.base {
		r, _ := s.set.Rule(k.rule)
		if r.Coverage {
			continue
		}
		switch now, told := l.outcomes[k]; {
		case told && (now == was || now == finding.Unknown || s.may(call, was, now)):
		case told:
			t.Errorf("%s on %s: %v became %v", k.rule, k.uid, was, now)
		case was != finding.NotApplicable && !s.silenced(l, k):
			t.Errorf("%s on %s was %v and fell silent: no gap names it", k.rule, k.uid, was)
		}
	}
	for k, now := range l.outcomes {
		if _, told := s.base[k]; !told && now != finding.Unknown {
			t.Errorf("%s on %s: %v out of nothing", k.rule, k.uid, now)
		}
	}
	if l.posture.Assessed && s.posture.Assessed && l.posture.Score > s.posture.Score && score.Comparable(s.posture, l.posture) {
		t.Errorf("the posture rose from %s to %s by losing sight, and counts as comparable", s.posture, l.posture)
	}
}

// may says that an exception allows a change.
func (s *tape) may(call string, was, now finding.Outcome) bool {
	return slices.ContainsFunc(s.but, func(e Exception) bool { return e.Call == call && e.Was == was && e.Now == now })
}

// silenced says whether a gap of the rule stands at the subject's region or at
// its account.
func (s *tape) silenced(l look, k key) bool {
	at := l.gaps[k.rule]
	return at[s.regions[k.uid]] || at[snapshot.Global]
}

// with is the context with other resources (nil: the same) and answers.
func (s *tape) with(rs []snapshot.Resource, as []snapshot.Answer) *snapshot.Context {
	if rs == nil {
		rs = s.rest()
	}
	return snapshot.NewContext(s.context.Provider, s.context.Account, s.context.TakenAt, rs, as)
}
