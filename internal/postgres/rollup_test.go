package postgres_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/query"
	"plumbline/internal/snapshot"
)

const webGroup = "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:autoScalingGroupName/web"

// fleet are instances of the group web, numbered from.
func fleet(from, n int, says ...finding.Outcome) (ts []thing) {
	for i := range n {
		ts = append(ts, thing{region: "eu-west-1", n: from + i, group: webGroup, says: [2]finding.Outcome{says[i%len(says)], finding.Pass}})
	}
	return ts
}

// ofGroup are the findings of the group, whatever their state.
func ofGroup(t *testing.T, s *postgres.Store) []listing.Finding {
	t.Helper()
	all, _, err := s.Reader().Findings(t.Context(), parse(t, listing.FindingFields, "resource:web"), listing.Worst, listing.Place{})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func oneOfGroup(t *testing.T, s *postgres.Store) listing.Finding {
	t.Helper()
	all := ofGroup(t, s)
	if len(all) != 1 {
		t.Fatalf("%d findings of the group, want 1: %+v", len(all), all)
	}
	f, _, err := s.Reader().Finding(t.Context(), all[0].Number)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A group of AWS is named by its ARN. A CRN ends with the id of an instance
// group, whose name its own document tells, where it was listed.
func TestAFindingOfAGroupBearsTheGroupsName(t *testing.T) {
	t.Parallel()
	const crn = "crn:v1:bluemix:public:is:eu-west-1:a/3f1c7a52b9e84d06a1d2c3e4f5061728::instance-group:r006-92bf"
	for about, c := range map[string]struct {
		group, listed, id, name string
	}{
		"AWS":                   {webGroup, "", "web", "web"},
		"IBM Cloud":             {crn, "build-agents", "r006-92bf", "build-agents"},
		"IBM Cloud, not listed": {crn, "", "r006-92bf", "r006-92bf"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			s := pgtest.Store(t)
			w := begin(t, s, day)
			l := look{things: []thing{{region: "eu-west-1", n: 1, group: c.group, says: [2]finding.Outcome{finding.Fail, finding.Pass}}}}
			l.pages(t, w, 1)
			if c.listed != "" {
				r := l.things[0].resource()
				r.Kind, r.UID, r.Name = "ibm.instance_group", c.group, c.listed
				r.Seal()
				if err := w.Page(t.Context(), []snapshot.Resource{r}, postgres.Judged{}); err != nil {
					t.Fatal(err)
				}
			}
			l.close(t, w)
			all, _, err := s.Reader().Findings(t.Context(), query.Query{}, listing.Worst, listing.Place{})
			if err != nil || len(all) != 1 {
				t.Fatalf("%d findings, %v", len(all), err)
			}
			if f := all[0].Subject; f.ID != c.id || f.Name != c.name || f.UID != c.group {
				t.Errorf("id %q, name %q, want %q and %q", f.ID, f.Name, c.id, c.name)
			}
		})
	}
}

// Members that are replaced every night for 40 days are one finding, which is
// overdue.
func TestMembersReplacedEveryNightAreOneOverdueFinding(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	var first listing.Finding
	for night := range 40 {
		look{things: fleet(1+night*3, 3, finding.Fail)}.store(t, s, day.AddDate(0, 0, night), 2)
		f := oneOfGroup(t, s)
		if night == 0 {
			first = f
		}
		if f.Number != first.Number || f.State != finding.Open || !f.FirstSeen.Equal(day) || !f.Due.Equal(first.Due) {
			t.Fatalf("night %d: %+v, want the finding of the first night", night, f)
		}
		if want := (listing.Members{All: 3, Fail: 3}); f.Members != want {
			t.Fatalf("night %d: members %+v, want %+v", night, f.Members, want)
		}
	}
	if last := day.AddDate(0, 0, 39); !first.Due.Before(last) {
		t.Errorf("due %s, which is not before %s", first.Due, last)
	}
	all, err := s.Reader().CountFindings(t.Context(), query.Query{})
	if err != nil || all.N != 1 {
		t.Errorf("%d findings in all, want 1: %v", all.N, err)
	}
}

func TestAGroupStandsAsItsMembersDo(t *testing.T) {
	t.Parallel()
	const fail, pass, unknown = finding.Fail, finding.Pass, finding.Unknown
	three := look{things: fleet(1, 3, fail)}
	for _, c := range []struct {
		case_   string
		then    look
		state   finding.State
		members listing.Members
	}{
		{"one mended of three", look{things: fleet(1, 3, pass, fail, fail)}, finding.Open, listing.Members{All: 3, Fail: 2}},
		{"one fails, one cannot be told", look{things: fleet(1, 3, pass, unknown, fail)}, finding.Open, listing.Members{All: 3, Fail: 1, NoData: 1}},
		{"none fails, one cannot be told", look{things: fleet(1, 3, pass, unknown, pass)}, finding.Lost, listing.Members{All: 3, NoData: 1}},
		{"all mended", look{things: fleet(1, 3, pass)}, finding.Resolved, listing.Members{All: 3}},
		{"replaced by sound ones", look{things: fleet(11, 2, pass)}, finding.Resolved, listing.Members{All: 2}},
		{"scaled to none", look{}, finding.Gone, listing.Members{}},
		{"the listing is refused", look{things: three.things, refused: map[string]bool{"eu-west-1": true}}, finding.Lost, listing.Members{All: 3, Fail: 3}},
		{"the listing is cut, and those seen fail", look{things: three.things, partial: map[string]bool{"eu-west-1": true}}, finding.Open, listing.Members{All: 3, Fail: 3}},
		{"the listing is cut, and those seen are mended", look{things: fleet(1, 3, fail, pass, fail), partial: map[string]bool{"eu-west-1": true}}, finding.Lost, listing.Members{All: 3, Fail: 2}},
		{"they left the group", look{things: free(three.things)}, finding.Gone, listing.Members{}},
	} {
		t.Run(c.case_, func(t *testing.T) {
			t.Parallel()
			s := pgtest.Store(t)
			three.store(t, s, day, 2)
			was := oneOfGroup(t, s)
			if was.State != finding.Open || !strings.HasPrefix(was.Say, "3 of 3 workloads: ") {
				t.Fatalf("before: %s, %q", was.State, was.Say)
			}
			c.then.store(t, s, day.Add(time.Hour), 2)
			f, _, err := s.Reader().Finding(t.Context(), was.Number)
			if err != nil {
				t.Fatal(err)
			}
			if f.State != c.state || f.Members != c.members {
				t.Errorf("%s with %+v, want %s with %+v", f.State, f.Members, c.state, c.members)
			}
		})
	}
}

func free(ts []thing) []thing {
	ts = slices.Clone(ts)
	for i := range ts {
		ts[i].group = alone
	}
	return ts
}

// What stood on its own before its group was known becomes its group's.
func TestFindingsOfMembersBecomeTheirGroups(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	look{things: free(fleet(1, 2, finding.Fail))}.store(t, s, day, 2)
	look{things: fleet(1, 2, finding.Fail)}.store(t, s, day.Add(time.Hour), 2)
	var open, gone int
	all, _, err := s.Reader().Findings(t.Context(), query.Query{}, listing.Worst, listing.Place{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		switch f.State {
		case finding.Open:
			open++
		case finding.Gone:
			gone++
		default:
			t.Errorf("%s is %s", f.Subject.UID, f.State)
		}
	}
	if open != 1 || gone != 2 {
		t.Errorf("%d open and %d gone, want 1 and 2", open, gone)
	}
}

// A member is found by its own name, and its page of the inventory counts what
// it shares.
func TestAMemberLeadsToItsGroupsFinding(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	look{things: fleet(1, 3, finding.Fail, finding.Pass, finding.Unknown)}.store(t, s, day, 2)
	group := oneOfGroup(t, s)
	for _, q := range []string{"resource:i-1", "resource:" + fleet(1, 1, finding.Fail)[0].uid(), "web-3"} {
		all, _, err := s.Reader().Findings(t.Context(), parse(t, listing.FindingFields, q), listing.Worst, listing.Place{})
		if err != nil || len(all) != 1 || all[0].Number != group.Number {
			t.Errorf("%s finds %+v: %v", q, all, err)
		}
	}
	ms, c, err := s.Reader().Members(t.Context(), group.Number, listing.Place{Limit: 1})
	if err != nil || len(ms) != 1 || ms[0].ID != "i-1" || ms[0].Outcome != finding.Fail || c.Next == "" {
		t.Fatalf("%+v %+v: %v", ms, c, err)
	}
	ms, _, err = s.Reader().Members(t.Context(), group.Number, listing.Place{Limit: 1, After: c.Next})
	if err != nil || len(ms) != 1 || ms[0].ID != "i-3" || ms[0].Outcome != finding.Unknown {
		t.Errorf("%+v: %v", ms, err)
	}
	row, err := s.Reader().Workload(t.Context(), fleet(1, 1, finding.Fail)[0].uid())
	if err != nil || row.Open != 1 || row.Group != webGroup || row.Severity != finding.High {
		t.Errorf("%+v: %v", row, err)
	}
	rows, _, err := s.Reader().Workloads(t.Context(), parse(t, listing.WorkloadFields, "group:web has:nodata"), listing.Place{})
	if err != nil || len(rows) != 1 || rows[0].ID != "i-3" {
		t.Errorf("%+v: %v", rows, err)
	}
}

// A scan that is void leaves the group as the last finished one told it, and
// the next one tells the truth.
func TestAVoidScanLeavesTheGroupAlone(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	look{things: fleet(1, 3, finding.Fail)}.store(t, s, day, 2)
	was := oneOfGroup(t, s)
	w := begin(t, s, day.Add(time.Hour))
	look{things: fleet(1, 3, finding.Pass)}.pages(t, w, 2)
	if err := w.Abort(context.Background(), "The login was refused."); err != nil {
		t.Fatal(err)
	}
	if f := oneOfGroup(t, s); f.State != finding.Open {
		t.Errorf("after a void scan it is %s", f.State)
	}
	look{things: fleet(1, 3, finding.Pass, finding.Fail)}.store(t, s, day.Add(2*time.Hour), 2)
	if f := oneOfGroup(t, s); f.Number != was.Number || f.State != finding.Open || f.Members.Fail != 1 {
		t.Errorf("%+v", f)
	}
}
