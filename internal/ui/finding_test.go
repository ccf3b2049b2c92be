package ui_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"plumbline/internal/finding"
	"plumbline/internal/rule"
	"plumbline/internal/ui"
)

func TestWhySaysTheConsequenceAndWhatWasSeen(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings/FND-1")
	p.has(t, "EC2 instance answers metadata requests without a session token", "reads the credentials of the instance's role",
		"Metadata answers without a token: http-tokens is optional", "22 of 294", "266 pass, 6 not assessed",
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
	get(t, serve(f), "/findings/FND-1/evidence").has(t, "does not match the bytes that are kept")
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
	h := ui.New(ui.Config{Store: full(), Rules: catalogue(), Now: clock, Auth: anyone{},
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
	h := ui.New(ui.Config{Store: full(), Rules: rules{}, Now: clock, Auth: anyone{}})
	for _, address := range tour {
		if p := get(t, h, address); p.Code == 500 {
			t.Errorf("%s answers 500", address)
		}
	}
	get(t, h, "/findings/FND-1").has(t, "a rule that this version does not have")
}
