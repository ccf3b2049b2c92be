package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
	"plumbline/internal/query"
	"plumbline/internal/scan"
)

// inventory puts the workloads of a look into the inventory of both accounts,
// and notes what happened during their scans.
func inventory(t *testing.T, s *postgres.Store) {
	t.Helper()
	for _, q := range []string{
		`insert into workload (account_id, region, uid, id, name, type, state, endpoint, tokens, hop_limit, internet, power, identity)
		select distinct account_id, region, uid, id, name, 'instance', 'running', 'enabled', case when id like '%-4' then '' else 'optional' end,
			case when id like '%-4' then 0 else 2 end, '', 'none', ''
		from finding
		where kind = 'workload'`,
		`insert into scan_event (scan, account_id, kind, say) select number, account_id, 'log', 'began ' || account_id from scan`,
		`insert into account_group (name) values ('left'), ('right')`,
		`insert into account_group_member select g.id, a.id from account_group g, account a where (g.name = 'left') = (a.external_id = '` + account + `')`,
		`update account set name = 'payments' where external_id = '` + account + `'`,
		`update account set name = 'secret-shop' where external_id = '` + otherAccount + `'`,
	} {
		if _, err := s.Pool().Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
}

// everything asks all that a Reader answers, and gives it as one text.
func everything(ctx context.Context, t *testing.T, r listing.Reader, foreign []int64, foreignScan, foreignAccount int64, uid string, ref listing.Ref) (string, error) {
	t.Helper()
	out := map[string]any{}
	var failed error
	put := func(name string, err error, got ...any) {
		if err != nil && !problem.Is(err, problem.NotFound) && failed == nil {
			failed = fmt.Errorf("%s: %w", name, err)
		}
		if err == nil {
			out[name] = got
		}
	}
	for _, text := range []string{"", "is:open", "is:new", "is:overdue,open", "account:" + otherAccount, "account:secret*", "-account:" + account, "provider:aws",
		"region:us*", "severity:high", "secret", "resource:secret*", "resource:j-4", "risk:>1", "kind:workload", "scan:>0", "changed:new", "rule:t-001", "family:t", "first-seen:<10000d"} {
		q := ask(t, text)
		fs, c, err := r.Findings(ctx, q, listing.Worst, page(200))
		put("findings "+text, err, fs, c)
		gs, err := r.Groups(ctx, q)
		put("groups "+text, err, gs)
		n, err := r.CountFindings(ctx, q)
		put("count "+text, err, n)
		fa, err := r.Facets(ctx, q, []string{"is", "outcome", "severity", "provider", "account", "region", "rule", "family", "kind"})
		put("facets "+text, err, fa)
	}
	for _, text := range []string{"", "has:findings", "account:secret*", "secret", "tokens:unknown,optional", "hop-limit:<64", "resource:j-4,i-4"} {
		q := parse(t, listing.WorkloadFields, text)
		ws, c, err := r.Workloads(ctx, q, page(200))
		put("workloads "+text, err, ws, c)
		n, err := r.CountWorkloads(ctx, q)
		put("count of workloads "+text, err, n)
		fa, err := r.WorkloadFacets(ctx, q, []string{"provider", "account", "region", "type", "state", "endpoint", "tokens", "hop-limit", "internet", "power"})
		put("workload facets "+text, err, fa)
	}
	for _, n := range foreign {
		f, es, err := r.Finding(ctx, n)
		put(fmt.Sprint("finding ", n), err, f, es)
		vs, err := r.Verdicts(ctx, n)
		put(fmt.Sprint("verdicts ", n), err, vs)
		same, err := r.Same(ctx, n, 10)
		put(fmt.Sprint("same ", n), err, same)
	}
	w, err := r.Workload(ctx, uid)
	put("workload", err, w)
	doc, at, err := r.Document(ctx, ref)
	put("document", err, string(doc.Doc), doc.Name, at)
	st, err := r.Standings(ctx)
	put("standings", err, st)
	as, c, err := r.Accounts(ctx, page(0))
	put("accounts", err, as, c)
	un, err := r.Unconnected(ctx)
	put("unconnected", err, un)
	a, err := r.Account(ctx, foreignAccount)
	put("account", err, a)
	for _, id := range []int64{0, foreignAccount} {
		ss, c, err := r.Scans(ctx, id, page(0))
		put(fmt.Sprint("scans ", id), err, ss, c)
	}
	sc, err := r.Scan(ctx, foreignScan)
	put("scan", err, sc)
	former, err := r.FormerScan(ctx, foreignScan)
	put("former", err, former)
	sh, err := r.ScanShards(ctx, foreignScan)
	put("shards", err, sh)
	ev, err := r.ScanEvents(ctx, foreignScan, 0, 0)
	put("events", err, ev)
	gains, err := r.FixFirst(ctx, 10)
	put("fix first", err, gains)
	tr, err := r.Trend(ctx, 10_000)
	put("trend", err, tr)
	ages, err := r.Ages(ctx)
	put("ages", err, ages)
	scores := r.(listing.Scores)
	counts, err := scores.Counts(ctx)
	put("counts", err, counts)
	for _, from := range []time.Time{{}, hour(0)} {
		shifts, err := scores.Shifts(ctx, from)
		put("shifts "+from.String(), err, shifts)
	}
	text, err := json.MarshalIndent(out, "", " ")
	if failed == nil {
		failed = err
	}
	return string(text), failed
}

// A person with a grant on one account learns nothing of another, whatever they
// ask, before and after somebody else has asked.
func TestNothingIsToldOfAnAccountOutOfReach(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	s.RuleWords = func(string) []string { return []string{"T-002"} }
	a, b := two(t, s)
	storeOther(t, s, hour(1), some)
	inventory(t, s)
	var foreign []int64
	var foreignScan int64
	if err := s.Pool().QueryRow(t.Context(), `select array_agg(number order by number), max(changed_scan) from finding where account_id = $1`, b).Scan(&foreign, &foreignScan); err != nil {
		t.Fatal(err)
	}
	uid := some.things[0].uid() + ":other"
	var hash []byte
	if err := s.Pool().QueryRow(t.Context(), `select hash from resource where uid = $1`, uid).Scan(&hash); err != nil {
		t.Fatal(err)
	}
	ref := listing.Ref{Provider: provider, Account: otherAccount, Kind: kind, Region: some.things[0].region, UID: uid, Hash: [32]byte(hash)}
	see := func(v *access.Viewer) (text string) {
		if err := s.See(t.Context(), v, false, func(ctx context.Context) (err error) {
			text, err = everything(ctx, t, s.Web().Reader(), foreign, foreignScan, b, uid, ref)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return text
	}
	traces := []string{otherAccount, "secret", ":other", "right", fmt.Sprintf("began %d", b)}
	mine := see(only(a))
	theirs, all := see(only(b)), see(everybody)
	for _, trace := range traces {
		if strings.Contains(strings.ReplaceAll(mine, "findings secret", ""), trace) && !onlyInKeys(mine, trace) {
			t.Errorf("who may see one account is told %q", trace)
		}
		if onlyInKeys(theirs, trace) || onlyInKeys(all, trace) {
			t.Errorf("whoever may see it is not told %q: nothing is shown by this", trace)
		}
	}
	if again := see(only(a)); again != mine {
		t.Errorf("after others have asked they are told something else:\n%s", cmp.Diff(mine, again))
	}
	if nothing := see(only()); strings.Contains(nothing, account) && !onlyInKeys(nothing, account) {
		t.Errorf("who may see no account is told of one:\n%s", nothing)
	}
}

// onlyInKeys says that a text stands nowhere but in what was asked.
func onlyInKeys(told, trace string) bool {
	for line := range strings.Lines(told) {
		key := strings.HasPrefix(line, ` "`)
		if !key && strings.Contains(line, trace) {
			return false
		}
	}
	return true
}

func TestQueriesChooseFindings(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	s.RuleWords = func(w string) []string {
		if strings.HasPrefix("tokens", w) {
			return []string{"T-002"}
		}
		return nil
	}
	two(t, s)
	inventory(t, s)
	// In the second scan of the first account, 1 is mended, 3 begins to fail.
	next := look{things: append([]thing{}, some.things...)}
	for i := range next.things {
		switch next.things[i].n {
		case 1:
			next.things[i].says[0] = P
		case 3:
			next.things[i].says[0] = F
		}
	}
	next.store(t, s, hour(1), 2)
	for text, want := range map[string]string{
		"":                         "1i-4 1j-4 1i-3 1i-2 1j-2 1i-1 1j-1 2i-4 2j-4 2i-2 2j-2",
		"is:open":                  "1i-4 1j-4 1i-3 1j-1 2i-4 2j-4 2i-2 2j-2",
		"is:open account:payments": "1i-4 1i-3 2i-4 2i-2",
		"is:nodata":                "1i-2 1j-2",
		"is:closed":                "1i-1",
		"is:resolved,nodata":       "1i-2 1j-2 1i-1",
		"-is:open":                 "1i-2 1j-2 1i-1",
		"is:new":                   "1j-4 1i-3 1j-1 2j-4 2j-2",
		"changed:fixed":            "1i-1",
		"outcome:nodata":           "1i-2 1j-2",
		"severity:low is:open":     "2i-4 2j-4 2i-2 2j-2",
		"severity:low,high rule:t-001 region:eu-west-1 is:open": "1j-1",
		"severity:critical,low is:open":                         "2i-4 2j-4 2i-2 2j-2",
		"-severity:low is:open":                                 "1i-4 1j-4 1i-3 1j-1",
		"account:pay*":                                          "1i-4 1i-3 1i-2 1i-1 2i-4 2i-2",
		"account:SECRET-shop is:open":                           "1j-4 1j-1 2j-4 2j-2",
		"account:" + otherAccount[:4] + "* is:nodata":           "1j-2",
		"account:nobody":                                        "",
		"-account:payments severity:low":                        "2j-4 2j-2",
		"provider:aws severity:low":                             "2i-4 2j-4 2i-2 2j-2",
		"provider:ibm":                                          "",
		"rule:T-00* region:us*":                                 "1i-4 1j-4 1i-3 2i-4 2j-4",
		"family:t severity:low":                                 "2i-4 2j-4 2i-2 2j-2",
		"family:T-0":                                            "",
		"family:t* region:us-east-1":                            "1i-4 1j-4 1i-3 2i-4 2j-4",
		"resource:i-4":                                          "1i-4 2i-4",
		"resource:WEB-4":                                        "1i-4 2i-4",
		"resource:web*":                                         "1i-4 1i-3 1i-2 1i-1 2i-4 2i-2",
		"resource:4":                                            "",
		"resource:" + quoted(some.things[0].uid()):              "1i-1",
		"risk:>=44":                                             "1i-4 1j-4 2i-4 2j-4",
		"risk:<42":                                              "1i-1 1j-1",
		"kind:workload severity:low":                            "2i-4 2j-4 2i-2 2j-2",
		"kind:gate":                                             "",
		"scan:>2":                                               "1i-3 1i-1",
		"first-seen:>2026-11-01":                                "",
		"first-seen:2026-11-01 scan:3":                          "1i-3 1i-1",
		"updated:<2026-11-01":                                   "",
		"due:<2026-12-03 severity:high":                         "1i-4 1j-4 1i-3 1j-1",
		"due:>9999d":                                            "",
		"web-4":                                                 "1i-4 1j-4 2i-4 2j-4",
		"secret":                                                "1j-4 1j-2 1j-1 2j-4 2j-2",
		"4":                                                     "1i-4 1j-4 2i-4 2j-4",
		"secret 4":                                              "1j-4 2j-4",
		"Secret-Web":                                            "1j-4 1j-2 1j-1 2j-4 2j-2",
		"eb-4":                                                  "",
		"token":                                                 "2i-4 2j-4 2i-2 2j-2",
		"fnd-1":                                                 "1i-1",
		"'":                                                     "",
		`"%"`:                                                   "",
		`"x'; drop table finding --"`:                           "",
	} {
		for _, limit := range []int{1, 2, 200} {
			if err := s.See(t.Context(), everybody, false, func(ctx context.Context) error {
				r := s.Web().Reader()
				q := ask(t, text)
				got := strings.Join(walk(ctx, t, r, q, listing.Worst, limit), " ")
				if got != want {
					t.Errorf("%s: %q, want %q", text, got, want)
				}
				n, err := r.CountFindings(ctx, q)
				if n.N != len(strings.Fields(want)) || n.More {
					t.Errorf("%s: counts %+v", text, n)
				}
				agree(ctx, t, r, q, len(strings.Fields(want)))
				return err
			}); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
	}
}

func quoted(s string) string { return `"` + s + `"` }

// agree holds groups and facets against how many findings there are.
func agree(ctx context.Context, t *testing.T, r listing.Reader, q query.Query, want int) {
	t.Helper()
	gs, err := r.Groups(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, g := range gs {
		n += g.Count
	}
	if n != want {
		t.Errorf("%v: groups hold %d findings, want %d", q, n, want)
	}
	fs, err := r.Facets(ctx, q, []string{"is", "severity", "account", "region", "rule", "family", "kind"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs {
		n := 0
		for _, v := range f.Values {
			n += v.Count
		}
		if n != want {
			t.Errorf("%v: the facet %s holds %d findings, want %d", q, f.Key, n, want)
		}
	}
}

// walk reads all pages forwards, and then back again.
func walk(ctx context.Context, t *testing.T, r listing.Reader, q query.Query, by listing.Sort, limit int) (all []string) {
	t.Helper()
	at := page(limit)
	var back listing.Cursors
	var pages [][]string
	for {
		fs, c, err := r.Findings(ctx, q, by, at)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, shortly(fs))
		all = append(all, shortly(fs)...)
		if len(pages) == 1 && c.Previous != "" {
			t.Errorf("something is before the first page: %q", c.Previous)
		}
		if back = c; c.Next == "" {
			break
		}
		at = listing.Place{After: c.Next, Limit: limit}
	}
	for i := len(pages) - 2; i >= 0; i-- {
		fs, c, err := r.Findings(ctx, q, by, listing.Place{Before: back.Previous, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(pages[i], shortly(fs)); d != "" || c.Next == "" || (c.Previous == "") != (i == 0) {
			t.Errorf("page %d read backwards (%+v): %s", i, c, d)
		}
		back = c
	}
	return all
}

func shortly(fs []listing.Finding) (all []string) {
	for _, f := range fs {
		all = append(all, strings.TrimPrefix(f.Rule, "T-00")+f.Subject.ID)
	}
	return all
}

func TestFindingsAreSortedAndPagedBothWays(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	two(t, s)
	if _, err := s.Pool().Exec(t.Context(), `update finding set due_at = timestamptz '2026-12-01 00:00Z' + number * interval '1 day' where state = 'open' and number % 2 = 0`); err != nil {
		t.Fatal(err)
	}
	for by, want := range map[listing.Sort]string{
		listing.Newest: "2j-2 2j-4 1j-2 1j-4 1j-1 2i-4 1i-4 2i-2 1i-2 1i-1",
		listing.Worst:  "1i-4 1j-4 1i-2 1j-2 1i-1 1j-1 2i-4 2j-4 2i-2 2j-2",
	} {
		for limit := 1; limit <= 11; limit++ {
			got := walk(t.Context(), t, s.Reader(), ask(t, ""), by, limit)
			if by == listing.Worst && strings.Join(got, " ") != want {
				t.Errorf("%s, %d a page: %v", by, limit, got)
			}
			if len(got) != 10 {
				t.Errorf("%s, %d a page: %d findings", by, limit, len(got))
			}
		}
	}
	for limit := 1; limit <= 11; limit++ {
		var last time.Time
		at := page(limit)
		n := 0
		for {
			fs, c, err := s.Reader().Findings(t.Context(), ask(t, ""), listing.Due, at)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range fs {
				n++
				if f.Due.IsZero() {
					last = time.Now().AddDate(1000, 0, 0)
				} else if f.Due.Before(last) {
					t.Errorf("%v comes behind %v", f.Due, last)
				} else {
					last = f.Due
				}
			}
			if at = (listing.Place{After: c.Next, Limit: limit}); c.Next == "" {
				break
			}
		}
		if n != 10 {
			t.Errorf("%d by due date", n)
		}
		walk(t.Context(), t, s.Reader(), ask(t, ""), listing.Due, limit)
	}
}

func TestAPageAddressIsReadOrRefused(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	r := s.Reader()
	for _, at := range []string{"x", "w~", "w~1", "w~1~", "w~1~2~3", "n~1", "d~1~2", "w~1~x", "w~1.5~2", "w~1~99999999999999999999", "w~ 1~2", "w~1~2\x00", "~"} {
		if _, _, err := r.Findings(t.Context(), query.Query{}, listing.Worst, listing.Place{After: at}); !problem.Is(err, problem.Invalid) {
			t.Errorf("%q: %v", at, err)
		}
	}
	for _, at := range []string{"d~never~1", "d~2026~1", "d~~1", "d~2026-01-01T00:00:00Z; drop table finding~1"} {
		if _, _, err := r.Findings(t.Context(), query.Query{}, listing.Due, listing.Place{Before: at}); !problem.Is(err, problem.Invalid) {
			t.Errorf("%q: %v", at, err)
		}
	}
	if _, _, err := r.Findings(t.Context(), query.Query{}, listing.Worst, listing.Place{After: "w~1~2", Before: "w~1~2"}); !problem.Is(err, problem.Invalid) {
		t.Errorf("both ways: %v", err)
	}
	if _, _, err := r.Findings(t.Context(), query.Query{}, "prettiest", listing.Place{}); !problem.Is(err, problem.Invalid) {
		t.Errorf("no such order: %v", err)
	}
}

func TestAKeyThatNoColumnAnswersIsAFault(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	q := query.Query{Terms: []query.Term{{Key: "tag", Values: []query.Value{{Text: "me"}}}}}
	for _, f := range listing.FindingFields {
		text := map[query.Type]string{query.Text: "x", query.Number: "1", query.Time: "2026-11-01"}[f.Type]
		for _, w := range append([]string{}, f.Words...) {
			if _, err := s.CountFindings(t.Context(), ask(t, f.Key+":"+w)); err != nil {
				t.Errorf("%s:%s: %v", f.Key, w, err)
			}
		}
		if text != "" {
			if _, err := s.CountFindings(t.Context(), ask(t, f.Key+":"+text)); err != nil {
				t.Errorf("%s: %v", f.Key, err)
			}
		}
	}
	for _, f := range listing.WorkloadFields {
		text := map[query.Type]string{query.Text: "x", query.Number: "1"}[f.Type]
		if len(f.Words) > 0 {
			text = strings.Join(f.Words, ",")
		}
		if _, err := s.CountWorkloads(t.Context(), parse(t, listing.WorkloadFields, f.Key+":"+text)); err != nil {
			t.Errorf("%s: %v", f.Key, err)
		}
	}
	if _, err := s.CountFindings(t.Context(), q); err == nil || func() bool { _, is := problem.KindOf(err); return is }() {
		t.Errorf("got %v", err)
	}
}

func TestGroupsAgesAndGains(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	two(t, s)
	if _, err := s.Pool().Exec(t.Context(), `update finding set due_at = now() - interval '1 day' where number in (1, 3)`); err != nil {
		t.Fatal(err)
	}
	if err := s.Recount(t.Context()); err != nil {
		t.Fatal(err)
	}
	check := func(when string, want []listing.Group) {
		t.Helper()
		gs, err := s.Groups(t.Context(), ask(t, ""))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, gs); d != "" {
			t.Errorf("%s: %s", when, d)
		}
		slow, err := s.Groups(t.Context(), ask(t, "risk:>=0"))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(gs, slow); d != "" {
			t.Errorf("%s: what is kept ready (-) and what is counted (+): %s", when, d)
		}
	}
	check("after the first scans", []listing.Group{
		{Rule: "T-001", Severity: finding.High, Count: 6, Open: 4, NoData: 2, Subjects: 8, Risk: 44, AtMost: 42, New: 4, Overdue: 1},
		{Rule: "T-002", Severity: finding.Low, Count: 4, Open: 4, Subjects: 6, Risk: 44, New: 4, Overdue: 1},
	})
	ages, err := s.Ages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]listing.Age{{Severity: finding.High, Open: 4, Overdue: 1, Oldest: day}, {Severity: finding.Low, Open: 4, Overdue: 1, Oldest: day}}, ages); d != "" {
		t.Error(d)
	}
	gains, err := s.FixFirst(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	if len(gains) != 2 || gains[0].Rule != "T-001" || gains[0].Open != 4 || gains[0].Places != 2 || gains[0].Points <= gains[1].Points {
		t.Errorf("%+v", gains)
	}
	st, err := s.Standings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []scan.Tally
	for i := range st {
		all = append(all, st[i].Last.Tally...)
	}
	if p := scan.Posture(all); gains[0].Points+gains[1].Points != 100_00-p.Score { // both alone are all that fails, and the sum is linear
		t.Errorf("%+v do not add up to what is missing from %+v", gains, p)
	}
	some.store(t, s, hour(1), 2)
	check("after a quiet scan of one", []listing.Group{
		{Rule: "T-001", Severity: finding.High, Count: 6, Open: 4, NoData: 2, Subjects: 8, Risk: 44, AtMost: 42, New: 2, Overdue: 1},
		{Rule: "T-002", Severity: finding.Low, Count: 4, Open: 4, Subjects: 6, Risk: 44, New: 2, Overdue: 1},
	})
	some.void(t, s, hour(2), 2)
	check("after a void one", []listing.Group{
		{Rule: "T-001", Severity: finding.High, Count: 6, Open: 4, NoData: 2, Subjects: 8, Risk: 44, AtMost: 42, New: 2, Overdue: 1},
		{Rule: "T-002", Severity: finding.Low, Count: 4, Open: 4, Subjects: 6, Risk: 44, New: 2, Overdue: 1},
	})
}

func TestStandingsTellLastFormerRunningAndFailed(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	two(t, s)
	inventory(t, s)
	second := some.store(t, s, hour(1), 2)
	some.void(t, s, hour(2), 2)
	w := begin(t, s, hour(3))
	st, err := s.Standings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(st) != 2 || st[0].Last == nil || st[0].Former == nil || st[0].Running == nil || st[0].Failed == nil {
		t.Fatalf("%+v", st)
	}
	if st[0].Last.Number != second.Number || st[0].Former.Number != 1 || st[0].Running.Number != w.Number() || st[0].Failed.State == scan.Running {
		t.Errorf("last %d, former %d, running %d, failed %d", st[0].Last.Number, st[0].Former.Number, st[0].Running.Number, st[0].Failed.Number)
	}
	whole, err := s.Scan(t.Context(), second.Number)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(whole.Tally, st[0].Last.Tally); d != "" {
		t.Error(d)
	}
	if a := st[0].Account; a.Name != "payments" || len(a.Groups) != 1 || a.Open != 4 || a.NoData != 1 || a.Workloads != whole.Workloads || !a.LastScanAt.Equal(hour(1)) {
		t.Errorf("%+v", a)
	}
	if st[1].Former != nil || st[1].Running != nil || st[1].Failed != nil || st[1].Refused != 0 {
		t.Errorf("the other: %+v", st[1])
	}
}

func TestTheTrendIsThePostureOfEachDayOnWhichItChanged(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	today := time.Now().UTC().Truncate(24 * time.Hour)
	at := func(ago int) time.Time { return today.AddDate(0, 0, -ago).Add(time.Minute) }
	good := look{things: append([]thing{}, some.things...)}
	for i := range good.things {
		good.things[i].says = [2]finding.Outcome{P, P}
	}
	some.store(t, s, at(20), 5)
	good.store(t, s, at(9), 5)
	good.store(t, s, at(7), 5) // nothing changes
	storeOther(t, s, at(5), some)
	r := some.store(t, s, at(2), 5)
	for range 2 { // the second from memory
		ps, err := s.Trend(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		var days []int
		for _, p := range ps {
			days = append(days, int(today.Sub(p.Day).Hours()/24))
		}
		if d := cmp.Diff([]int{9, 5, 2}, days); d != "" {
			t.Fatal(d)
		}
		if ps[0].Posture.Score != 100_00 || ps[1].Posture.Score >= 100_00 || ps[2].Posture.Score >= ps[1].Posture.Score {
			t.Errorf("%+v", ps)
		}
		if one := scan.Posture(r.Tally); ps[2].Posture.Score != one.Score {
			t.Errorf("two alike come to %d, one to %d", ps[2].Posture.Score, one.Score)
		}
	}
}

func TestVerdictsDocumentsAndTheSameElsewhere(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	two(t, s)
	next := look{things: []thing{{some.things[0].region, 1, some.things[0].says, "x", ""}}}
	next.store(t, s, hour(1), 5)
	vs, err := s.Verdicts(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(vs) != 2 || !vs[0].To.Equal(vs[1].From) || !vs[1].To.IsZero() || vs[1].Say != "says failx" || vs[0].Engine != "test" || vs[0].Subject.ID != "i-1" {
		t.Fatalf("%+v", vs)
	}
	o := vs[0].Evidence[0].Origin
	doc, from, err := s.Document(t.Context(), listing.Ref{Provider: provider, Account: account, Kind: o.Kind, Region: o.Region, UID: o.UID, Hash: o.Hash})
	if err != nil || doc.Hash != o.Hash || !from.Equal(day) {
		t.Errorf("%v %v %v", doc, from, err)
	}
	same, err := s.Same(t.Context(), 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"1j-4", "1j-1"}, shortly(same)); d != "" {
		t.Error(d)
	}
	for name, ask := range map[string]func() error{
		"verdicts": func() error { _, err := s.Verdicts(t.Context(), 99); return err },
		"same":     func() error { _, err := s.Same(t.Context(), 99, 1); return err },
		"workload": func() error { _, err := s.Workload(t.Context(), "x"); return err },
		"account":  func() error { _, err := s.Account(t.Context(), 99); return err },
		"shards":   func() error { _, err := s.ScanShards(t.Context(), 99); return err },
		"events":   func() error { _, err := s.ScanEvents(t.Context(), 99, 0, 0); return err },
	} {
		if err := ask(); !problem.Is(err, problem.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheInventoryIsChosenAndPaged(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	two(t, s)
	inventory(t, s)
	for text, want := range map[string]string{
		"":                         "i-1 i-2 i-4 j-1 j-2 j-4",
		"account:payments":         "i-1 i-2 i-4",
		"region:us*":               "i-4 j-4",
		"tokens:unknown":           "i-4 j-4",
		"tokens:optional":          "i-1 i-2 j-1 j-2",
		"hop-limit:<64":            "i-1 i-2 j-1 j-2",
		"-hop-limit:<64":           "i-4 j-4",
		"state:running type:inst*": "i-1 i-2 i-4 j-1 j-2 j-4",
		"has:nodata":               "i-2 j-2",
		"has:findings web-1":       "i-1 j-1",
		"resource:secret*":         "j-1 j-2 j-4",
		"power:admin":              "",
		"internet:unknown i-2":     "i-2",
	} {
		q := parse(t, listing.WorkloadFields, text)
		for _, limit := range []int{1, 2, 50} {
			var all []string
			at := page(limit)
			for {
				ws, c, err := s.Workloads(t.Context(), q, at)
				if err != nil {
					t.Fatal(err)
				}
				for _, w := range ws {
					all = append(all, w.ID)
				}
				if at = (listing.Place{After: c.Next, Limit: limit}); c.Next == "" {
					break
				}
			}
			if got := strings.Join(all, " "); got != want {
				t.Errorf("%s: %q, want %q", text, got, want)
			}
		}
		if n, err := s.CountWorkloads(t.Context(), q); err != nil || n.N != len(strings.Fields(want)) {
			t.Errorf("%s: %+v %v", text, n, err)
		}
	}
	w, err := s.Workload(t.Context(), some.things[0].uid())
	if err != nil || w.Open != 1 || w.Severity != finding.High || w.Risk != 41 || w.AccountName != "payments" {
		t.Errorf("%+v %v", w, err)
	}
	fs, err := s.WorkloadFacets(t.Context(), query.Query{}, []string{"account", "provider", "tokens", "hop-limit"})
	if err != nil {
		t.Fatal(err)
	}
	v := func(value string, n int) listing.FacetValue { return listing.FacetValue{Value: value, Count: n} }
	if d := cmp.Diff([]listing.Facet{
		{Key: "account", Values: []listing.FacetValue{v(account, 3), v(otherAccount, 3)}}, {Key: "provider", Values: []listing.FacetValue{v("aws", 6)}},
		{Key: "tokens", Values: []listing.FacetValue{v("optional", 4), v("unknown", 2)}}, {Key: "hop-limit", Values: []listing.FacetValue{v("2", 4), v("unknown", 2)}},
	}, fs); d != "" {
		t.Error(d)
	}
}

func TestScansArePagedBothWays(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	a, _ := two(t, s)
	for n := range 3 {
		some.store(t, s, hour(n+1), 5)
	}
	first, c, err := s.Reader().Scans(t.Context(), a, page(2))
	if err != nil || len(first) != 2 || first[0].Number != 5 || first[1].Number != 4 || c.Previous != "" {
		t.Fatalf("%+v %+v %v", first, c, err)
	}
	second, c, err := s.Reader().Scans(t.Context(), a, listing.Place{After: c.Next, Limit: 2})
	if err != nil || len(second) != 2 || second[0].Number != 3 || second[1].Number != 1 || c.Next != "" {
		t.Fatalf("%+v %+v %v", second, c, err)
	}
	back, c, err := s.Reader().Scans(t.Context(), a, listing.Place{Before: c.Previous, Limit: 2})
	if err != nil || len(back) != 2 || back[0].Number != 5 || c.Next == "" || c.Previous != "" {
		t.Fatalf("%+v %+v %v", back, c, err)
	}
	if all, _, err := s.Reader().Scans(t.Context(), 0, page(0)); err != nil || len(all) != 5 {
		t.Errorf("%d of all accounts, %v", len(all), err)
	}
}
