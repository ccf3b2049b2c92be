// Package cloudtest proves of any provider's facts and rules what must hold of
// all: what could not be seen never becomes an answer.
//
// It is imported by tests only, and asks no cloud: it works on recordings.
package cloudtest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/recording"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/internal/snapshot"
)

// Run proves the laws over every recording in dir. facts makes a reader.
func Run(t *testing.T, set *rule.Set, facts func() judge.Facts, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no recording in %s: %v", dir, err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			s := load(t, set, facts, f)
			t.Run("every rule speaks", s.everyRuleSpeaks)
			t.Run("the order of arrival does not matter", s.shuffled)
			t.Run("the page size does not matter", s.pageSizes)
			t.Run("deny each answer in turn", s.denyEach)
			t.Run("cut each listing in turn", s.cutEach)
		})
	}
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

func (s *tape) everyRuleSpeaks(t *testing.T) {
	spoke := map[string]bool{}
	for k := range s.base {
		spoke[k.rule] = true
	}
	for _, r := range s.set.Rules() {
		if (r.Provider == "" || r.Provider == s.context.Provider) && !spoke[r.ID] {
			t.Errorf("%s judges nothing in this recording, so nothing is proved of it: if its kind of subject (%s) is new, "+
				"let the simulator have one and record anew (go test ./cmd/plumbline -run Recordings -update)", r.ID, r.For)
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

// denyEach refuses one answer after another: its documents never came.
func (s *tape) denyEach(t *testing.T) {
	for _, cause := range []snapshot.Cause{snapshot.Denied, snapshot.Throttled, snapshot.CutOff, snapshot.Unreadable} {
		s.each(t, func(a *snapshot.Answer) (keep int) {
			a.Status, a.Cause, a.Code, a.Pages, a.Items = snapshot.Refused, cause, "Denied", 0, 0
			return 0
		})
	}
}

// cutEach keeps some pages of one listing after another.
func (s *tape) cutEach(t *testing.T) {
	s.each(t, func(a *snapshot.Answer) (keep int) {
		a.Status, a.Cause, a.Code = snapshot.Partial, snapshot.CutOff, "plumbline:cut_off"
		a.Items /= 2
		return a.Items
	})
}

// each changes one answer after another and holds what follows against the
// law: no verdict changes but to unknown, and what is no longer judged is
// named by a gap.
func (s *tape) each(t *testing.T, change func(*snapshot.Answer) int) {
	for i, was := range s.context.Answers() {
		if was.Status == snapshot.Unasked {
			continue
		}
		t.Run(fmt.Sprintf("%s %s", was.Call, was.Region), func(t *testing.T) {
			answers := slices.Clone(s.context.Answers())
			keep := change(&answers[i])
			var rs []snapshot.Resource
			kept := 0
			take := func(r snapshot.Resource) bool {
				if r.Call != was.Call || was.Region != snapshot.Global && r.Region != was.Region {
					return true
				}
				kept++
				return kept <= keep
			}
			for _, kind := range s.context.Kinds() {
				for _, r := range s.context.Resources(kind) {
					if take(r) {
						rs = append(rs, r)
					}
				}
			}
			var pages []snapshot.Resource
			for _, r := range s.pages {
				if take(r) {
					pages = append(pages, r)
				}
			}
			c := s.with(rs, answers)
			s.lawful(t, s.judge(c, pages, 1000))
		})
	}
}

func (s *tape) lawful(t *testing.T, l look) {
	t.Helper()
	for k, was := range s.base {
		r, _ := s.set.Rule(k.rule)
		if r.Coverage {
			continue
		}
		switch now, told := l.outcomes[k]; {
		case told && (now == was || now == finding.Unknown):
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

// silenced says whether a gap of the rule stands at the subject's region or at
// its account.
func (s *tape) silenced(l look, k key) bool {
	at := l.gaps[k.rule]
	return at[s.regions[k.uid]] || at[snapshot.Global]
}

// with is the context with other resources (nil: the same) and answers.
func (s *tape) with(rs []snapshot.Resource, as []snapshot.Answer) *snapshot.Context {
	if rs == nil {
		for _, kind := range s.context.Kinds() {
			rs = append(rs, s.context.Resources(kind)...)
		}
	}
	return snapshot.NewContext(s.context.Provider, s.context.Account, s.context.TakenAt, rs, as)
}
