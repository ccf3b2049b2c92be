package judge_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/snapshot"
)

// broken reads no workload at all.
type broken struct{ judge.Facts }

func (broken) IsWorkload(string) bool { return true }

func (broken) Workload(*snapshot.Context, *snapshot.Resource) (estate.Object, error) {
	return nil, errors.New("no JSON: " + strings.Repeat("ü", 5000))
}

// A document that cannot be read is no reason to say nothing of the workload:
// it is there, and nothing is known of it.
func TestAWorkloadWhoseDocumentCannotBeReadIsUnknown(t *testing.T) {
	t.Parallel()
	set, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	doc := snapshot.Resource{Kind: "aws.instance", Scope: snapshot.Scope{Provider: "aws", Account: "111122223333", Region: "eu-west-1"},
		UID: "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", Call: "ec2:DescribeInstances", Doc: []byte("{")}
	doc.Seal()
	res := judge.NewBench(set, broken{}).Page(&snapshot.Context{Provider: "aws"}, []snapshot.Resource{doc})
	if len(res.Verdicts) == 0 {
		t.Fatal("nothing is said of it")
	}
	for _, v := range res.Verdicts {
		if v.Outcome != finding.Unknown || v.Subject.UID != doc.UID || len(v.Reasons) == 0 || v.Reasons[0].Cause != snapshot.Unreadable {
			t.Errorf("%s is %s for %v", v.Rule, v.Outcome, v.Reasons)
		}
		for _, r := range v.Reasons {
			if n := utf8.RuneCountInString(r.Detail); n > 201 || !utf8.ValidString(r.Detail) {
				t.Errorf("%s: the detail has %d letters: %.40q", v.Rule, n, r.Detail)
			}
		}
		for _, e := range v.Evidence {
			want := snapshot.Key{Call: doc.Call, Scope: doc.Scope}
			if e.Origin != nil && (e.Origin.Answer != want || e.Origin.Hash != doc.Hash || !e.Origin.HasDoc) {
				t.Errorf("%s rests on %+v", v.Rule, e.Origin)
			}
		}
	}
}
