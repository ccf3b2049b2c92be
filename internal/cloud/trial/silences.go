// Package trial says what a refused question costs: which rules fall silent,
// and what to do about it.
//
// It asks no cloud: a collector's trial is its input.
package trial

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/aws/awsrole"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/recording"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/snapshot"
)

// A need is a call that a provider's scan makes.
type need struct {
	calls []string // the call, and others that are refused with it
	void  bool     // no scan starts without it
}

// A provider is what a trial knows of one.
type provider struct {
	needs []need
	fix   func(snapshot.Answer) string
	table string
}

var providers = map[string]provider{
	"aws": {awsNeeds(), awsrole.Fix, awsTable},
	"ibm": {ibmNeeds(), ibmrole.Fix, ibmTable},
}

func awsNeeds() (needs []need) {
	for _, c := range awsrole.Calls {
		needs = append(needs, need{append([]string{c.Action}, awsFollow[c.Action]...), c.Void})
	}
	return needs
}

// awsFollow are calls that are not made, or not answered, where another is
// refused: it finds what they are asked of. A credential report can be read
// only after it was made (IAM API reference, GetCredentialReport:
// ReportNotPresent, ReportExpired).
var awsFollow = map[string][]string{
	awsfact.CallMakeReport:    {awsfact.CallCredentialReport},
	awsfact.CallInstances:     awsfact.BesideCalls,
	awsfact.CallManaged:       {awsfact.CallPatches},
	awsfact.CallClusters:      {awsfact.CallContainers, awsfact.CallContainer},
	awsfact.CallContainers:    {awsfact.CallContainer},
	awsfact.CallPrefixLists:   {awsfact.CallPrefixEntries},
	awsfact.CallLoadBalancers: {awsfact.CallListeners, awsfact.CallListenerRules},
	awsfact.CallListeners:     {awsfact.CallListenerRules},
	awsfact.CallTargetGroups:  {awsfact.CallTargetHealth, awsfact.CallTargetConfig},
	awsfact.CallTrails:        {awsfact.CallTrailStatus, awsfact.CallTrailSelectors},
	awsfact.CallDetectors:     {awsfact.CallDetector},
}

func ibmNeeds() (needs []need) {
	for _, c := range ibmrole.Calls {
		needs = append(needs, need{append([]string{c.Call}, ibmFollow[c.Call]...), c.Void})
	}
	return needs
}

// ibmFollow are calls that are not made, or have nothing to tell, where another
// is refused: what they are asked of is not known.
var ibmFollow = map[string][]string{
	ibmfact.CallInstances:        {ibmfact.CallInitialization, ibmfact.CallInterfaces},
	ibmfact.CallBareMetal:        {ibmfact.CallBareMetalInitialization, ibmfact.CallBareMetalInterfaces},
	ibmfact.CallVPCs:             {ibmfact.CallRoutingTables, ibmfact.CallRoutes},
	ibmfact.CallRoutingTables:    {ibmfact.CallRoutes},
	ibmfact.CallLoadBalancers:    {ibmfact.CallListeners, ibmfact.CallListenerPolicies, ibmfact.CallListenerRules, ibmfact.CallPools, ibmfact.CallPoolMembers},
	ibmfact.CallListeners:        {ibmfact.CallListenerPolicies, ibmfact.CallListenerRules},
	ibmfact.CallListenerPolicies: {ibmfact.CallListenerRules},
	ibmfact.CallPools:            {ibmfact.CallPoolMembers},
	ibmfact.CallProfiles:         {ibmfact.CallLinks, ibmfact.CallClaimRules, ibmfact.CallProfileIdentities},
	ibmfact.CallAccessGroups:     {ibmfact.CallGroupMembers},
	ibmfact.CallAPIKeys:          {ibmfact.CallAPIKey},
	ibmfact.CallEnterprises:      {ibmfact.CallAccountGroups, ibmfact.CallMemberAccounts},
}

// Silences says, for each call that a provider's scan makes, which rules can no
// longer tell everything they told while it is refused, sorted. A rule about
// coverage is never silent: it says that something is missing.
//
// It is found out, not written down: example accounts are judged with the
// call's answers refused, and a rule falls silent if it names a gap that it did
// not name before, or knows less of any subject. Of the rules that come with
// Plumbline it was found out beforehand; of others that takes seconds, once for
// a set of rules. What is returned is shared, and not to be changed.
func Silences(set *rule.Set, provider string) (map[string][]string, error) {
	once, _ := found.LoadOrStore(asked{set, provider}, sync.OnceValues(func() (map[string][]string, error) { return joined(set, provider) }))
	return once.(func() (map[string][]string, error))()
}

// found out before, by what was asked.
var found sync.Map

type asked struct {
	set      *rule.Set
	provider string
}

// joined is what is known beforehand of the rules that come with Plumbline, and
// what is found out now of the others.
func joined(set *rule.Set, provider string) (map[string][]string, error) {
	p, known := providers[provider]
	if !known {
		return nil, fmt.Errorf("%q is no provider whose calls are known", provider)
	}
	shipped := catalog.Versions()
	ours := func(r *rule.Rule) bool { return shipped[r.Version] }
	silent := map[string][]string{}
	others := set.Only(func(r *rule.Rule) bool {
		return !ours(r) && !r.Coverage && (r.Provider == "" || r.Provider == provider)
	})
	if len(others.Rules()) > 0 {
		var err error
		if silent, err = silences(others, provider); err != nil {
			return nil, err
		}
	}
	for call, ids := range written(p.table) {
		for _, id := range ids {
			if r, there := set.Rule(id); there && !r.Off && ours(r) {
				silent[call] = append(silent[call], id)
			}
		}
		slices.Sort(silent[call])
	}
	for _, n := range p.needs {
		if n.void {
			silent[n.calls[0]] = everyRule(set, provider)
		}
	}
	return silent, nil
}

// The tables of what is known beforehand: a call and the rules on each line. The
// tests write them, and compare them with what they find out.
var (
	//go:embed silences_aws.txt
	awsTable string
	//go:embed silences_ibm.txt
	ibmTable string
)

func written(table string) map[string][]string {
	silent := map[string][]string{}
	for line := range strings.Lines(table) {
		if call, ids, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, "#") {
			silent[call] = strings.Fields(ids)
		}
	}
	return silent
}

// silences finds out.
func silences(set *rule.Set, provider string) (map[string][]string, error) {
	p := providers[provider]
	silent := map[string][]string{}
	for _, recorded := range facts.Examples(provider) {
		e, err := read(set, provider, recorded)
		if err != nil {
			return nil, fmt.Errorf("an example account of %s: %w", provider, err)
		}
		for i, ids := range e.each(p.needs) {
			call := p.needs[i].calls[0]
			silent[call] = slices.Compact(slices.Sorted(slices.Values(append(silent[call], ids...))))
		}
	}
	return silent, nil
}

// each gives the rules that fall silent without each of the calls.
func (e *example) each(needs []need) [][]string {
	lists := make([][]string, len(needs))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			b := judge.NewBench(e.set, facts.For(e.context.Provider))
			for i := next.Add(1) - 1; i < int64(len(lists)); i = next.Add(1) - 1 {
				if needs[i].void {
					continue
				}
				lists[i] = e.without(b, needs[i].calls...)
			}
		})
	}
	workers.Wait()
	return lists
}

// An example is a recorded account and what the rules say of it.
type example struct {
	set     *rule.Set
	context *snapshot.Context
	pages   []snapshot.Resource
	said
}

// What is said of an account: each rule of each subject, and where nobody could
// look.
type said struct {
	of   map[subject]finding.Outcome
	gaps map[place]bool
}

type subject struct{ rule, uid string }

type place struct{ rule, region string }

func read(set *rule.Set, provider string, recorded []byte) (*example, error) {
	e := &example{set: set}
	f := facts.For(provider)
	r := recording.NewReader(bytes.NewReader(recorded), f.IsWorkload, 0)
	ctx := context.Background() // it is in memory
	var err error
	if e.context, err = r.Context(ctx); err != nil {
		return nil, err
	}
	err = r.Pages(ctx, func(page []snapshot.Resource) error {
		e.pages = append(e.pages, page...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	e.said = judged(judge.NewBench(set, f), e.context, e.pages)
	return e, nil
}

func judged(b *judge.Bench, c *snapshot.Context, pages []snapshot.Resource) said {
	s := said{map[subject]finding.Outcome{}, map[place]bool{}}
	for _, res := range []judge.Result{b.Page(c, pages), b.Close(c)} {
		for si := range res.Subjects {
			for ri, r := range res.Rules {
				if o := res.Outcome(si, ri); o != 0 && !r.Coverage {
					s.of[subject{r.ID, res.Subjects[si].UID}] = o
				}
			}
		}
		for i := range res.Verdicts {
			if v := &res.Verdicts[i]; v.Gap {
				s.gaps[place{v.Rule, v.Subject.Region}] = true
			}
		}
	}
	return s
}

// without gives the rules that know less when calls are refused everywhere.
func (e *example) without(b *judge.Bench, calls ...string) (silent []string) {
	var rs []snapshot.Resource
	for _, kind := range e.context.Kinds() {
		rs = append(rs, except(calls, e.context.Resources(kind))...)
	}
	answers := slices.Clone(e.context.Answers())
	for i := range answers {
		if a := &answers[i]; slices.Contains(calls, a.Call) {
			a.Status, a.Cause, a.Code, a.Pages, a.Items = snapshot.Refused, snapshot.Denied, "Denied", 0, 0
		}
	}
	c := snapshot.NewContext(e.context.Provider, e.context.Account, e.context.TakenAt, rs, answers)
	now := judged(b, c, except(calls, e.pages))
	for p := range now.gaps {
		if !e.gaps[p] {
			silent = append(silent, p.rule)
		}
	}
	for s, was := range e.of {
		if Lost(was, now.of[s]) {
			silent = append(silent, s.rule)
		}
	}
	slices.Sort(silent)
	return slices.Compact(silent)
}

// Lost says that less is known now of a subject than was; 0 is a subject that is
// not seen. To lose sight of what a rule did not apply to costs nothing.
func Lost(was, is finding.Outcome) bool {
	return is == finding.Unknown && was != finding.Unknown && was != 0 || is == 0 && (was == finding.Pass || was == finding.Fail)
}

func except(calls []string, rs []snapshot.Resource) (others []snapshot.Resource) {
	for _, r := range rs {
		if !slices.Contains(calls, r.Call) {
			others = append(others, r)
		}
	}
	return others
}

// everyRule that says something of a provider's subjects.
func everyRule(set *rule.Set, provider string) (ids []string) {
	for _, r := range set.Rules() {
		if (r.Provider == "" || r.Provider == provider) && !r.Coverage {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}
