package ui_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/snapshot"
	"plumbline/internal/ui"
)

func TestWhySaysTheConsequenceAndWhatWasSeen(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings/FND-1")
	p.has(t, "EC2 instance answers metadata requests without a session token", "reads the credentials of the instance's role",
		"Metadata answers without a token: http-tokens is optional", "31 of 294", "1 lost sight of, 1 not assessed, 261 pass", "batch-etl-02",
		"Where other scanners disagree", "Steampipe, Cartography", "80 of 100", "unknown, scored as reachable", "1 of 31")
}

func TestWhyNotKnownNamesTheCause(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings/FND-41")
	p.has(t, "Not assessed: EC2 instance answers metadata requests only with a session token", "Why it cannot be told", "The permission is missing (UnauthorizedOperation): ec2:DescribeInstances in ap-south-1.", "Risk, at most")
}

func TestEvidenceShowsTheReplyItRestsOn(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings/FND-1/evidence")
	p.has(t, "httpTokens metadata.tokens optional required Differs", "httpEndpoint metadata.endpoint enabled any Taken into account",
		"Canonical and redacted", "checked now: the bytes kept are those that were judged", "59dbff89-35bd-4eac-99ed-be587EXAMPLE",
		"1 secret replaced by a keyed hash: /tagSet/1/value")
	var marked []string
	for _, m := range p.all("mark", "") {
		marked = append(marked, attr(m, "class")+words(m))
	}
	if got := strings.Join(marked, " "); got != `read"enabled" "optional" read"applied"` {
		t.Errorf("marked are %s", got)
	}
	raw := get(t, serve(full()), "/findings/FND-1/evidence/1.json")
	sum := sha256.Sum256(raw.Body.Bytes())
	p.has(t, hex.EncodeToString(sum[:]))
	if raw.Header().Get("Content-Type") != "application/json" || !strings.Contains(raw.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("sent as %s", raw.Header())
	}
}

func TestEvidenceOfARefusalIsTheRefusal(t *testing.T) {
	t.Parallel()
	get(t, serve(full()), "/findings/FND-41/evidence").has(t, "What the cloud answered", "UnauthorizedOperation",
		"You are not authorized to perform this operation", "403 Forbidden", "not known: the permission is missing")
	get(t, serve(full()), "/findings/FND-40/evidence").has(t, "Lost sight of", "UnauthorizedOperation") // found by its sentence
}

func TestAReplyThatIsNoLongerKeptIsSaidSo(t *testing.T) {
	t.Parallel()
	f := full()
	clear(f.docs)
	get(t, serve(f), "/findings/FND-1/evidence").has(t, "This reply is no longer kept", "SHA-256")
}

func TestAReplyThatDoesNotMatchItsHashIsSaidSo(t *testing.T) {
	t.Parallel()
	f := full()
	for k, d := range f.docs {
		d.Doc = []byte(strings.Replace(string(d.Doc), "optional", "required", 1))
		f.docs[k] = d
	}
	get(t, serve(f), "/findings/FND-1/evidence").has(t, "Do not rely on this evidence.", "The stored reply does not match its hash.")
	if p := get(t, serve(f), "/findings/FND-1/evidence/1.json"); p.Code != 409 {
		t.Errorf("the copy answers %d", p.Code)
	}
}

func TestFixNamesTheSourceBeforeTheCommand(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings/FND-1/fix")
	text := p.text()
	source, command := strings.Index(text, "Fix it at the source."), strings.Index(text, "aws ec2 modify-instance-metadata-options")
	if source < 0 || command < 0 || source > command {
		t.Errorf("source at %d, command at %d", source, command)
	}
	p.has(t, "--http-tokens required", "Terraform", "In the console", "Undo", "What it sets metadata.applied true metadata.tokens required")
	get(t, serve(full()), "/findings/FND-41/fix").has(t, "nothing is known that needs mending")
	get(t, serve(full()), "/findings/FND-32/fix").has(t, "This rule knows no fix that fits every estate")
}

func TestAFixThatCannotBeMadeIsAnError(t *testing.T) {
	t.Parallel()
	h := ui.New(ui.Config{Reader: full(), Rules: catalogue(), Now: clock, Auth: anyone{},
		Fix: func(context.Context, finding.Record) (rule.Fix, error) { return rule.Fix{}, errors.New("no") }})
	if p := get(t, h, "/findings/FND-1/fix"); p.Code != 500 {
		t.Errorf("answers %d", p.Code)
	}
}

func TestNeighboursLeadThroughTheGroupOnTheSameTab(t *testing.T) {
	t.Parallel()
	address, n := "/findings/FND-1/evidence", 1
	for ; n < 100; n++ {
		next := ""
		for _, a := range get(t, serve(full()), address).all("a", "btn") {
			if attr(a, "aria-label") == "Next finding" {
				next = attr(a, "href")
			}
		}
		if next == "" {
			break
		}
		address = next
	}
	if n != 31 || !strings.HasSuffix(address, "/evidence") {
		t.Errorf("%d findings, the last at %s", n, address)
	}
}

func TestARuleThatIsNoMoreStillShowsItsFindings(t *testing.T) {
	t.Parallel()
	h := ui.New(ui.Config{Reader: full(), Rules: rules{}, Now: clock, Auth: anyone{}})
	for _, address := range tour {
		if p := get(t, h, address); p.Code == 500 {
			t.Errorf("%s answers 500", address)
		}
	}
	get(t, h, "/findings/FND-1").has(t, "a rule that this version does not have")
}

// What the store keeps of a refusal is no more than what tells it from
// another. The page takes the rest from the scan that recorded it.
func TestEvidenceOfARefusalHasWhatTheScanRecorded(t *testing.T) {
	t.Parallel()
	f := full()
	for i := range f.records {
		for _, e := range f.records[i].Evidence {
			if o := e.Origin; o.Refusal != nil {
				o.Refusal = &snapshot.Answer{Key: o.Refusal.Key, Status: o.Refusal.Status, Cause: o.Refusal.Cause, Code: o.Refusal.Code}
			}
		}
	}
	p := get(t, serve(f), "/findings/FND-41/evidence")
	p.has(t, "403 Forbidden", "59dbff89-35bd-4eac-99ed-be587EXAMPLE", "Asked at 21 Nov 2026, 04:02:21 UTC", "1 attempt,", "You are not authorized to perform this operation")
	p.hasNot(t, "no reply came", "none was given", "0 attempts")

	f.list[0].Answers = nil // the ledger is gone
	p = get(t, serve(f), "/findings/FND-41/evidence")
	p.has(t, "UnauthorizedOperation", "its status, time and request id are not known")
	p.hasNot(t, "no reply came", "none was given", "0 attempts", "Asked at")
}

func TestEvidenceOfCoverageIsTheRefusals(t *testing.T) {
	t.Parallel()
	f := full()
	r := f.add(99, "XC-002", snapshot.Global, "", finding.Open, 40, 4)
	a := refused("ec2:DescribeInstances", "ap-south-1")
	kept := snapshot.Answer{Key: a.Key, Status: a.Status, Cause: a.Cause, Code: a.Code}
	r.Evidence = []finding.Evidence{
		{Field: "questions", Value: `{"seen":10}`},
		{Field: "questions", Value: `{"call":"ec2:DescribeInstances","cause":"denied","code":"UnauthorizedOperation","region":"ap-south-1","status":"refused"}`,
			Origin: &fact.Origin{Call: a.Call, Region: a.Region, Answer: a.Key, Refusal: &kept}},
	}
	p := get(t, serve(f), "/findings/FND-99/evidence")
	p.has(t, "What was found", "10 seen", "ec2:DescribeInstances ap-south-1 not answered: the permission is missing (UnauthorizedOperation) Decides",
		"What the cloud answered", "403 Forbidden", "59dbff89-35bd-4eac-99ed-be587EXAMPLE", "Asked at 21 Nov 2026")
	p.hasNot(t, "The cloud's reply", "map[", "Expected", "SHA-256")
}

func TestAListIsNotComparedWithTheFix(t *testing.T) {
	t.Parallel()
	f := full()
	e := &f.records[0].Evidence[0]
	e.Field, e.Path, e.Value = "tags", "/tagSet", `{"seen":2,"decisive":[{"key":"token","path":"/tagSet/1","sensitive":true}]}`
	p := get(t, serve(f), "/findings/FND-1/evidence")
	p.has(t, "tagSet tags 2 seen, deciding: token", "Decides")
	p.hasNot(t, `"seen"`, "map[")
	var marked []string
	for _, m := range p.all("mark", "") {
		marked = append(marked, attr(m, "class")+words(m))
	}
	if got := strings.Join(marked, " "); !strings.HasSuffix(got, `"token" "hmac:5f1c"`) {
		t.Errorf("marked are %s", got)
	}
}

func TestAStoredReplyThatFailsItsHashIsSaidLoudly(t *testing.T) {
	t.Parallel()
	bad := problem.New(problem.Tampered, "The stored document of aws.instance i-1 is not the one that was hashed.")
	f := full()
	f.bad = bad
	p := get(t, serve(f), "/findings/FND-1/evidence")
	p.has(t, "Do not rely on this evidence.", "is not the one that was hashed", "changed or damaged after it was stored", "of the reply that was judged")
	p.hasNot(t, "checked now", "under reference", "httpPutResponseHopLimit")
	if p.Code != 200 {
		t.Errorf("answers %d", p.Code)
	}
	raw := get(t, serve(f), "/findings/FND-1/evidence/1.json")
	raw.has(t, "is not the one that was hashed", "no evidence")
	raw.hasNot(t, "under reference")
	if raw.Code != 409 {
		t.Errorf("the copy answers %d", raw.Code)
	}
	h := ui.New(ui.Config{Reader: f, Rules: catalogue(), Now: clock, Auth: anyone{},
		Fix: func(context.Context, finding.Record) (rule.Fix, error) {
			return rule.Fix{}, fmt.Errorf("read: %w", bad)
		}})
	get(t, h, "/findings/FND-1/fix").has(t, "No fix can be made.", "is not the one that was hashed")
}

func TestTheFixOfCoverageShowsNoGoValues(t *testing.T) {
	t.Parallel()
	f := full()
	f.add(99, "XC-002", snapshot.Global, "", finding.Open, 40, 4)
	h := ui.New(ui.Config{Reader: f, Rules: catalogue(), Now: clock, Auth: anyone{},
		Fix: func(context.Context, finding.Record) (rule.Fix, error) {
			return rule.Fix{CLI: "plumbline permissions aws", Sets: map[string]any{"questions": []any{map[string]any{"status": "complete"}}}}, nil
		}})
	p := get(t, h, "/findings/FND-99/fix")
	p.has(t, "Command line", "plumbline permissions aws")
	p.hasNot(t, "map[", "What it sets", "command line")
}

func TestWhatIsFixedOrGoneNeedsNoFix(t *testing.T) {
	t.Parallel()
	for _, n := range []string{"38", "39"} {
		p := get(t, serve(full()), "/findings/FND-"+n+"/fix")
		p.has(t, "Nothing needs to be done")
		p.hasNot(t, "Undo", "aws ec2 modify-instance-metadata-options", "What it sets")
	}
}

// A finding that is fixed keeps what was found before. The last scan told
// something else, and must not be named as its source.
func TestEvidenceOfWhatIsFixedIsFromAnEarlierScan(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings/FND-38/evidence")
	p.has(t, "First kept")
	p.hasNot(t, "in scan 4", "Asked at", "Request id")

	f := full()
	r := f.add(99, "XC-002", snapshot.Global, "", finding.Resolved, 40, 4)
	r.FirstScan = 1
	a := refused("ec2:DescribeInstances", "eu-west-1")
	r.Evidence = []finding.Evidence{{Field: "questions", Value: `{"call":"ec2:DescribeInstances","region":"eu-west-1","status":"refused"}`,
		Origin: &fact.Origin{Call: a.Call, Region: a.Region, Answer: a.Key, Refusal: &snapshot.Answer{Key: a.Key, Status: a.Status, Cause: a.Cause, Code: a.Code}}}}
	a.AskedAt, a.RequestID = scanTime(3), "of-scan-3"
	f.list[1].Answers = append(f.list[1].Answers, a)
	get(t, serve(f), "/findings/FND-99/evidence").has(t, "of-scan-3", "403 Forbidden", "Asked at 20 Nov 2026, 04:02:19 UTC")
}

func TestASettingThatTheReplyLeavesOutIsSaidSo(t *testing.T) {
	t.Parallel()
	f := full()
	e := &f.records[0].Evidence[0]
	e.Path, e.Value = "/metadataOptions/httpTokensEnforced", `"no-preference"`
	get(t, serve(f), "/findings/FND-1/evidence").has(t, "The reply leaves out httpTokensEnforced (no-preference).")
}
