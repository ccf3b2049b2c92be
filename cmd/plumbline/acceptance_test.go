package main

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/recording"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// TestMain is the program itself, or the command aws or ibmcloud, where a test
// starts it as a process.
func TestMain(m *testing.M) {
	if os.Getenv(asAWS) != "" {
		os.Exit(awsMain())
	}
	if os.Getenv(asIBMCloud) != "" {
		os.Exit(ibmcloudMain())
	}
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	pgtest.Main(m)
}

const asProgram = "PLUMBLINE_TEST_IS_THE_PROGRAM"

type pair struct{ rule, uid string }

// outcomes keeps what every rule says of every subject. It is a scan.Out.
type outcomes struct {
	of    map[pair]finding.Outcome
	gaps  map[pair]bool
	count scan.Count
}

func newOutcomes() *outcomes {
	return &outcomes{of: map[pair]finding.Outcome{}, gaps: map[pair]bool{}}
}

func (o *outcomes) Start(context.Context, *snapshot.Context) error { return nil }

func (o *outcomes) Page(_ context.Context, _ []snapshot.Resource, res judge.Result) error {
	o.count.Add(&res)
	for si := range res.Subjects {
		for ri, r := range res.Rules {
			if out := res.Outcome(si, ri); out != 0 {
				o.of[pair{r.ID, res.Subjects[si].UID}] = out
			}
		}
	}
	for i := range res.Verdicts {
		if v := &res.Verdicts[i]; v.Gap {
			o.gaps[pair{v.Rule, v.Subject.UID}] = true
		}
	}
	return nil
}

func (o *outcomes) End(ctx context.Context, _ *snapshot.Context, res judge.Result) error {
	return o.Page(ctx, nil, res)
}

func (o *outcomes) posture() score.Posture { return scan.Posture(o.count.Tallies()) }

func rules(t testing.TB) *rule.Set {
	t.Helper()
	set, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// serve serves an estate until the test ends.
func serve(t testing.TB, e *sim.Estate, o awssim.Options) *awssim.Listener {
	t.Helper()
	l, err := awssim.Listen("127.0.0.1:0", awssim.New(e, o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// live is a source that asks the simulated account.
func live(t testing.TB, l *awssim.Listener, at time.Time, regions ...string) scan.Source {
	t.Helper()
	a := l.Estate().Accounts[0]
	col, err := aws.Connect(context.Background(), aws.Options{Endpoint: l.URL, Region: a.Regions[0].Name, Regions: regions,
		Login:    func() (string, string) { return a.AccessKey, a.SecretKey },
		Redactor: wire.NewRedactor([32]byte{1}), MaxAttempts: 2, MaxBackoff: time.Millisecond, Now: time.Now, UserData: true, UserDataPerSecond: 1e6})
	if err != nil {
		t.Fatal(err)
	}
	return scan.NewLive(col, at)
}

func runScan(t testing.TB, src scan.Source, set *rule.Set, pageSize int, outs ...scan.Out) *outcomes {
	t.Helper()
	return runScanOf(t, "aws", src, set, pageSize, outs...)
}

func runScanOf(t testing.TB, provider string, src scan.Source, set *rule.Set, pageSize int, outs ...scan.Out) *outcomes {
	t.Helper()
	o := newOutcomes()
	e := scan.Engine{Rules: set, Facts: facts.Maker(provider), PageSize: pageSize}
	if err := scan.Run(context.Background(), src, e, append(outs, o)...); err != nil {
		t.Fatal(err)
	}
	return o
}

func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// expect holds outcomes against the answers that came with the estate.
func expect(t *testing.T, e *sim.Estate, o *outcomes) {
	t.Helper()
	hidden := map[string]bool{}
	for _, g := range e.Gaps() {
		hidden[g.Region] = true
	}
	wrong, missing, held := 0, 0, 0
	for _, x := range e.Expected() {
		got, ok := o.of[pair{x.Rule, x.UID}]
		switch {
		case !ok && inHidden(x.UID, hidden):
		case !ok:
			if missing++; missing <= 5 {
				t.Errorf("%s on %s: no outcome, want %s", x.Rule, x.UID, x.Outcome)
			}
		case got.String() != x.Outcome:
			if wrong++; wrong <= 5 {
				t.Errorf("%s on %s: %s, want %s", x.Rule, x.UID, got, x.Outcome)
			}
		default:
			held++
		}
	}
	t.Logf("%d outcomes hold, %d wrong, %d missing", held, wrong, missing)
	if wrong+missing > 0 || held == 0 {
		t.Errorf("%d wrong and %d missing of %d", wrong, missing, len(e.Expected()))
	}
}

func inHidden(uid string, hidden map[string]bool) bool {
	for region := range hidden {
		if strings.Contains(uid, ":"+region+":") {
			return true
		}
	}
	return false
}

// sameAs compares two conclusions on the same estate.
func sameAs(t *testing.T, name string, want, got *outcomes) {
	t.Helper()
	differ := 0
	for k, w := range want.of {
		if g := got.of[k]; g != w {
			if differ++; differ <= 5 {
				t.Errorf("%s: %s on %s: %v, want %v", name, k.rule, k.uid, g, w)
			}
		}
	}
	if differ > 0 || len(want.of) != len(got.of) || len(want.gaps) != len(got.gaps) {
		t.Errorf("%s: %d of %d outcomes differ; %d outcomes and %d gaps, want %d and %d", name, differ, len(want.of), len(got.of), len(got.gaps), len(want.of), len(want.gaps))
	}
}

// Five thousand instances, twenty thousand in a soak, are judged as their
// makers meant them, and live scan, stored scan and recording say the same for
// any page size.
func TestThousandsOfInstances(t *testing.T) {
	t.Parallel()
	instances := 5000
	if os.Getenv("PLUMBLINE_SOAK") != "" {
		instances = 20_000
	}
	set := rules(t)
	estate := sim.Generate(sim.Intent{Seed: 7, Accounts: 1, Regions: 6, Instances: instances})
	began := now() // the cloud's clock stands still: who was patched yesterday still was yesterday
	l := serve(t, estate, awssim.Options{Shuffle: 3, HideManaged: true, Now: func() time.Time { return began }})
	file := filepath.Join(t.TempDir(), "scan.ndjson")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	store := postgres.New(pgtest.New(t))
	ctx := context.Background()
	keep := postgres.NewKeep(store, "test", facts.For("aws"))
	first := runScan(t, live(t, l, now()), set, 0, recording.NewWriter(f, "test"), keep)
	expect(t, estate, first)
	sameAs(t, "live again, page size 1", first, runScan(t, live(t, l, now()), set, 1))
	for _, size := range []int{1, 1000} {
		sameAs(t, "recording", first, runScan(t, recording.NewReader(f, facts.For("aws").IsWorkload, size), set, size))
		src, err := store.Source(ctx, "aws", estate.Accounts[0].ID, time.Time{}, facts.For("aws").IsWorkload)
		if err != nil {
			t.Fatal(err)
		}
		sameAs(t, "stored", first, runScan(t, src, set, size))
	}
	again := postgres.NewKeep(store, "test", facts.For("aws"))
	sameAs(t, "shuffled", first, runScan(t, live(t, l, now()), set, 0, again))
	if n := again.Record().Written; n != 0 {
		t.Errorf("the second scan of an unchanged estate wrote %d resource rows", n)
	}
	if ch := again.Record().Changes; ch[finding.New]+ch[finding.Fixed]+ch[finding.GoneAway]+ch[finding.LostIt] != 0 {
		t.Errorf("the second scan of an unchanged estate changed findings: %v", ch)
	}
}

// With any single call broken in one region in one of the ways in which calls
// break, nothing turns from fail to pass, nothing falls silent, and the posture
// never rises unmarked. For calls that are refused everywhere, see
// TestAnActionLessSilencesTheRulesThatWereNamed.
func TestAnyCallBroken(t *testing.T) {
	t.Parallel()
	set := rules(t)
	estate := sim.Generate(sim.Intent{Seed: 11, Accounts: 1, Regions: 4, Instances: 90})
	clean := serve(t, estate, awssim.Options{})
	base := runScan(t, live(t, clean, now()), set, 0)
	expect(t, estate, base)
	regions := map[string]string{} // the last region in which an action was called
	for _, c := range clean.Calls() {
		if c.Action != "GetCallerIdentity" {
			regions[c.Service+":"+c.Action] = c.Region
		}
	}
	broken := []awssim.Kind{awssim.Throttled, awssim.InternalHTML, awssim.CutShort, awssim.Empty, awssim.ForeignXML}
	for i, action := range slices.Sorted(maps.Keys(regions)) {
		f := awssim.Fault{Action: action, Region: regions[action], Kind: broken[i%len(broken)]}
		t.Run(string(f.Kind)+" "+action+" "+f.Region, func(t *testing.T) {
			t.Parallel()
			l := serve(t, estate, awssim.Options{Shuffle: 5})
			l.Fail(f)
			lawful(t, set, base, runScan(t, live(t, l, now()), set, 0))
		})
	}
}

func lawful(t *testing.T, set *rule.Set, base, now *outcomes) {
	t.Helper()
	silent := map[string]bool{}
	for k, was := range base.of {
		r, _ := set.Rule(k.rule)
		is, told := now.of[k]
		switch {
		case r.Coverage || told && (is == was || is == finding.Unknown):
		case told:
			t.Errorf("%s on %s: %v became %v", k.rule, k.uid, was, is)
		case was != finding.NotApplicable:
			silent[k.rule] = true
		}
	}
	for g := range now.gaps {
		delete(silent, g.rule)
	}
	for rule := range silent {
		t.Errorf("%s fell silent on a subject and no gap says so", rule)
	}
	before, after := base.posture(), now.posture()
	if after.Assessed && after.Score > before.Score && score.Comparable(before, after) {
		t.Errorf("the posture rose from %s to %s by losing sight", before, after)
	}
	if !now.failed("XC-002") {
		t.Error("the refused call is no coverage finding")
	}
}

func (o *outcomes) failed(rule string) bool {
	for k, out := range o.of {
		if k.rule == rule && out == finding.Fail {
			return true
		}
	}
	return false
}

// A region that is left out of a scan, or that its account has switched off
// since, is no improvement: the posture does not rise unmarked, and no finding
// there is fixed or gone.
func TestLookingAwayIsNoImprovement(t *testing.T) {
	t.Parallel()
	set := rules(t)
	before := sim.Generate(sim.Intent{Seed: 17, Regions: 4, Instances: 120})
	worst := before.Accounts[0].Regions[0].Name
	off := sim.Generate(sim.Intent{Seed: 17, Regions: 4, Instances: 120})
	off.Accounts[0].Regions[0].OptIn = sim.NotOptedIn
	var others []string
	for _, r := range before.Accounts[0].Regions[1:] {
		if r.Enabled() {
			others = append(others, r.Name)
		}
	}
	for name, then := range map[string]struct {
		estate  *sim.Estate
		regions []string
	}{
		"the region is left out of the scan":      {before, others},
		"the account has switched the region off": {off, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := postgres.New(pgtest.New(t))
			first := postgres.NewKeep(store, "test", facts.For("aws"))
			was := runScan(t, live(t, serve(t, before, awssim.Options{}), now()), set, 0, first)
			second := postgres.NewKeep(store, "test", facts.For("aws"))
			is := runScan(t, live(t, serve(t, then.estate, awssim.Options{}), now(), then.regions...), set, 0, second)
			a, b := was.posture(), is.posture()
			if b.Score > a.Score && score.Comparable(a, b) {
				t.Errorf("the posture rose from %s to %s by looking away", a, b)
			}
			sa, sb := scan.Posture(first.Record().Tally), scan.Posture(second.Record().Tally)
			if sa.String() != a.String() || sb.String() != b.String() || score.Comparable(sa, sb) != score.Comparable(a, b) {
				t.Errorf("the stored postures %s and %s are not the live ones, %s and %s", sa, sb, a, b)
			}
			fs, _, err := store.Findings(t.Context(), postgres.FindingFilter{Region: worst, Limit: 1000})
			if err != nil || len(fs) == 0 {
				t.Fatal(len(fs), err)
			}
			for _, f := range fs {
				if f.Subject.Kind == estate.KindWorkload && (f.State == finding.Resolved || f.State == finding.Gone) {
					t.Errorf("%s on %s is %s", f.Rule, f.Subject.UID, f.State)
				}
			}
		})
	}
}

// Leaving the refused region out mends no permission: the coverage finding is
// not fixed by it, its gaps stay, and the posture does not rise unmarked.
func TestLeavingARefusedRegionOutMendsNothing(t *testing.T) {
	t.Parallel()
	set := rules(t)
	e := sim.Generate(sim.Intent{Seed: 19, Regions: 3, Instances: 60, Plain: true})
	refused, others := e.Accounts[0].Regions[0].Name, []string{e.Accounts[0].Regions[1].Name, e.Accounts[0].Regions[2].Name}
	l := serve(t, e, awssim.Options{})
	for _, action := range []string{"DescribeInstances", "GetInstanceMetadataDefaults"} {
		l.Fail(awssim.Fault{Action: action, Region: refused, Kind: awssim.Unauthorised})
	}
	store := postgres.New(pgtest.New(t))
	first := postgres.NewKeep(store, "test", facts.For("aws"))
	runScan(t, live(t, l, now()), set, 0, first)
	second := postgres.NewKeep(store, "test", facts.For("aws"))
	runScan(t, live(t, l, now(), others...), set, 0, second)
	before, after := first.Record(), second.Record()
	if n := after.Changes[finding.Fixed]; n != 0 {
		t.Errorf("%d findings are called fixed by looking away", n)
	}
	if scan.Posture(after.Tally).Score > scan.Posture(before.Tally).Score && scan.Comparable(&before, &after) {
		t.Errorf("the posture rose from %s to %s by looking away", scan.Posture(before.Tally), scan.Posture(after.Tally))
	}
	fs, _, err := store.Findings(t.Context(), postgres.FindingFilter{Rule: "XC-002"})
	if err != nil || len(fs) != 1 || fs[0].State != finding.Lost {
		t.Errorf("XC-002: %+v, %v", fs, err)
	}
	gaps, _, err := store.Findings(t.Context(), postgres.FindingFilter{Region: refused, States: []finding.State{finding.NoData}})
	if err != nil || len(gaps) == 0 {
		t.Errorf("the gaps of the refused region are gone: %d, %v", len(gaps), err)
	}
}
