package ui_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// send posts a form as a browser on this site does.
func send(t *testing.T, h http.Handler, address string, fields ...string) page {
	t.Helper()
	v := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		v.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest("POST", address, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	doc, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return page{w, doc}
}

func (p page) byID(id string) *html.Node {
	for n := range p.doc.Descendants() {
		if attr(n, "id") == id {
			return n
		}
	}
	return nil
}

const role = "arn:aws:iam::" + account + ":role/plumbline-reader"

func TestOnboardingIsFilledIn(t *testing.T) {
	t.Parallel()
	p := get(t, office().serve(administrator()), "/accounts/new?external=plb-abc234")
	p.has(t, "Connect a cloud account", "Choose the cloud", "Create a read-only role", "Paste its ARN and test", "Comes in a later version")
	for _, id := range []string{"c-cfn", "c-tf", "c-cli", "c-trust"} {
		text := words(p.byID(id))
		for _, want := range []string{"plb-abc234", "arn:aws:iam::444455556666:role/plumbline", "sts:AssumeRole"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s has no %s", id, want)
			}
		}
		if id != "c-trust" && !strings.Contains(text, "ec2:DescribeInstances") {
			t.Errorf("%s has no policy", id)
		}
	}
	if p.hasNot(t, "does not know yet who it is"); p.Code != 200 {
		t.Errorf("answers %d", p.Code)
	}
}

func TestEachVisitHasItsOwnExternalID(t *testing.T) {
	t.Parallel()
	h := office().serve(administrator())
	a, b := get(t, h, "/accounts/new"), get(t, h, "/accounts/new")
	one, two := attr(a.byID("connect"), "action"), attr(b.byID("connect"), "action")
	if one == two || !strings.HasPrefix(one, "/accounts/new?external=plb-") {
		t.Errorf("%s and %s", one, two)
	}
}

func TestAPrincipalThatIsNotKnownIsSaidSo(t *testing.T) {
	t.Parallel()
	c := office().config(administrator())
	c.Principal = nil
	get(t, newUI(c), "/accounts/new").has(t, "Plumbline does not know yet who it is in AWS", "arn:aws:iam::ACCOUNT:role/ROLE-OF-PLUMBLINE")
	c.Policy = nil
	get(t, newUI(c), "/accounts/new").has(t, "“plumbline permissions aws” prints them")
}

// The documents that people paste must be documents.
func TestWhatIsPastedIsValid(t *testing.T) {
	t.Parallel()
	p := get(t, office().serve(administrator()), "/accounts/new?external=plb-abc234")
	for _, id := range []string{"c-policy", "c-trust"} {
		var doc struct{ Statement []map[string]any }
		if err := json.Unmarshal([]byte(raw(p.byID(id))), &doc); err != nil || len(doc.Statement) == 0 {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, id := range []string{"c-cfn", "c-tf", "c-cli"} {
		if text := raw(p.byID(id)); !strings.Contains(text, "plb-abc234") || !strings.Contains(text, "ec2:DescribeInstances") {
			t.Errorf("%s is not filled in: %s", id, text)
		}
	}
}

// raw is the text of a node, spaces kept.
func raw(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func TestFaultsOfTheFormAreSaidAtTheField(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fields []string
		field  string
		want   string
	}{
		"no role":         {[]string{"do", "test"}, "role", "Paste the ARN of the role that step 2 has made."},
		"no ARN":          {[]string{"do", "test", "role", "plumbline-reader"}, "role", "This is no role ARN."},
		"a user":          {[]string{"do", "test", "role", "arn:aws:iam::" + account + ":user/x"}, "role", "This ARN names no role."},
		"a session":       {[]string{"do", "test", "role", "arn:aws:sts::" + account + ":assumed-role/x/y"}, "role", "This is the ARN of a session."},
		"eleven digits":   {[]string{"do", "connect", "role", "arn:aws:iam::11112222333:role/x"}, "role", "This is no role ARN."},
		"a long name":     {[]string{"do", "test", "role", role, "name", strings.Repeat("n", 81)}, "name", "The name has 81 characters. Use at most 80."},
		"a control":       {[]string{"do", "test", "role", role, "name", "a\x07b"}, "name", "The name holds what is no text."},
		"every fortnight": {[]string{"do", "test", "role", role, "every", "336h"}, "every", "Choose one of the intervals in the list."},
	} {
		d := office()
		fields := c.fields
		if !strings.Contains(strings.Join(fields, " "), "every") {
			fields = append(fields, "every", "24h")
		}
		p := send(t, d.serve(administrator()), "/accounts/new?external=plb-abc234", fields...)
		if p.Code != http.StatusUnprocessableEntity || len(d.done) > 0 {
			t.Errorf("%s: answers %d, did %v", name, p.Code, d.done)
		}
		in := p.byID(c.field)
		if attr(in, "aria-invalid") != "true" || !strings.Contains(words(p.byID(c.field+"-e")), c.want) {
			t.Errorf("%s: the field says %q", name, words(p.byID(c.field+"-e")))
		}
		p.has(t, "Nothing was tested yet")
	}
}

func TestATestShowsEachPermissionAndConnectsNothing(t *testing.T) {
	t.Parallel()
	d := office()
	p := send(t, d.serve(administrator()), "/accounts/new?external=plb-abc234", "do", "test", "as", "role", "role", " "+role+" ", "name", "sandbox", "every", "6h")
	p.has(t, "1 of 4 calls cannot be read in full", "Signed in to account "+account, "ec2:GetInstanceMetadataDefaults no access ap-south-1 and eu-central-1",
		"Without it 2 rules cannot tell", "AWS-IMDS-004", "Allow ec2:GetInstanceMetadataDefaults in the policy of the role.", "Connect with the gap and start the first scan")
	if got := strings.Join(d.done, ";"); got != "try aws "+role+" plb-abc234" || p.Code != 200 {
		t.Errorf("%d, did %s", p.Code, got)
	}
	if attr(p.byID("role"), "value") != role || attr(p.byID("name"), "value") != "sandbox" {
		t.Error("what was filled in is lost")
	}
}

func TestATestThatTellsNothingIsNoPass(t *testing.T) {
	t.Parallel()
	d := office()
	d.tried = listing.Tried{}
	p := send(t, d.serve(administrator()), "/accounts/new", "do", "test", "role", role, "every", "24h")
	p.has(t, "Nothing was tested.")
	p.hasNot(t, "Everything that was tried can be read")
	d.tried = listing.Tried{Account: "999988887777", Checks: tests(0)}
	send(t, d.serve(administrator()), "/accounts/new", "do", "test", "role", role, "every", "24h").has(t, "and not to account "+account)
}

func TestConnectingStartsTheFirstScan(t *testing.T) {
	t.Parallel()
	d := office()
	p := send(t, d.serve(administrator()), "/accounts/new?external=plb-abc234", "do", "connect", "role", role, "name", "sandbox", "every", "168h")
	if p.Code != http.StatusSeeOther || p.Header().Get("Location") != "/scans/7" {
		t.Errorf("%d to %s", p.Code, p.Header().Get("Location"))
	}
	if got := strings.Join(d.done, ";"); got != "connect aws sandbox "+role+" plb-abc234 168h0m0s" {
		t.Errorf("did %s", got)
	}
	d = office()
	send(t, d.serve(administrator()), "/accounts/new?external=plb-abc234", "do", "connect", "as", "own", "name", "here", "every", "0")
	if got := strings.Join(d.done, ";"); got != "connect aws here   0s" {
		t.Errorf("did %s", got)
	}
}

func TestALoginThatIsRefusedIsSaidInThePage(t *testing.T) {
	t.Parallel()
	for kind, code := range map[problem.Kind]int{problem.Invalid: 422, problem.Conflict: 409, problem.Forbidden: 403} {
		d := office()
		d.refuse = problem.New(kind, "The role cannot be taken on: its trust policy names another external ID.")
		for _, do := range []string{"test", "connect"} {
			p := send(t, d.serve(administrator()), "/accounts/new?external=plb-abc234", "do", do, "role", role, "every", "24h")
			if p.Code != code || attr(p.byID("role"), "value") != role {
				t.Errorf("%s: answers %d", kind, p.Code)
			}
			p.has(t, "its trust policy names another external ID")
		}
	}
}

func TestWhatIsNoFormOfThePageIsRefused(t *testing.T) {
	t.Parallel()
	h := office().serve(administrator())
	for _, c := range []struct {
		address string
		fields  []string
	}{
		{"/accounts/new", []string{"do", "delete", "role", role}}, {"/accounts/new?external=%20", []string{"do", "test"}},
		{"/accounts/new?extrnal=x", []string{"do", "test"}}, {"/accounts/new", []string{"do", "test", "role", strings.Repeat("x", 70<<10)}},
	} {
		if p := send(t, h, c.address, c.fields...); p.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s answers %d", c.address, p.Code)
		}
	}
}

func TestOnlyWhoManagesAccountsConnectsOne(t *testing.T) {
	t.Parallel()
	for _, r := range []access.Role{access.Reader, access.Auditor, access.Engineer, access.Officer} {
		d := office()
		for _, p := range []page{get(t, d.serve(viewer(r)), "/accounts/new"), send(t, d.serve(viewer(r)), "/accounts/new", "do", "connect", "role", role)} {
			if p.Code != http.StatusForbidden || len(d.done) > 0 {
				t.Errorf("%s: %d, did %v", r, p.Code, d.done)
			}
		}
	}
}
