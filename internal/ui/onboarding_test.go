package ui_test

import (
	"encoding/json"
	"fmt"
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
		v.Add(fields[i], fields[i+1])
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

func TestUserDataIsLookedThroughUnlessSwitchedOff(t *testing.T) {
	t.Parallel()
	d := office()
	h := d.serve(administrator())
	p := get(t, h, "/accounts/new?external=plb-abc234")
	p.has(t, "it keeps only their kind, place and a keyed hash", "Without it 2 rules cannot tell", "AWS-IMDS-004", "For all accounts of an organisation")
	if box := p.byID("userdata"); box == nil || !has(box, "checked") {
		t.Error("the switch is not on from the beginning")
	}
	for _, c := range []struct {
		fields []string
		unread bool
	}{{nil, false}, {[]string{"userdata", "asked", "userdata", "on"}, false}, {[]string{"userdata", "asked"}, true}} {
		for _, do := range []string{"test", "connect"} {
			d.unread = !c.unread
			p := send(t, h, "/accounts/new?external=plb-abc234", append([]string{"do", do, "role", role, "every", "24h"}, c.fields...)...)
			if d.unread != c.unread {
				t.Errorf("%s with %v: user data is left unread: %v", do, c.fields, d.unread)
			}
			if box := p.byID("userdata"); do == "test" && has(box, "checked") == c.unread {
				t.Errorf("%s with %v: the box forgets", do, c.fields)
			}
		}
	}
}

func TestTheSwitchOfAnAccountIsChanged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		was    bool // left unread
		fields []string
		did    string
	}{
		{false, []string{"userdata", "asked"}, "change 1 x 24h0m0s;user data 1 false"}, {false, []string{"userdata", "asked", "userdata", "on"}, "change 1 x 24h0m0s"},
		{true, []string{"userdata", "asked", "userdata", "on"}, "change 1 x 24h0m0s;user data 1 true"}, {true, nil, "change 1 x 24h0m0s"},
	} {
		d := office()
		d.accounts[0].Login.NoUserData = c.was
		h := d.serve(administrator())
		get(t, h, "/accounts/1").has(t, map[bool]string{true: "User data not read", false: "User data looked through for secrets"}[c.was])
		send(t, h, "/accounts/1", append([]string{"name", "x", "every", "24h"}, c.fields...)...)
		if got := strings.Join(d.done, ";"); got != c.did {
			t.Errorf("%v with %v: did %s", c.was, c.fields, got)
		}
	}
}

// Sixty calls are read at a glance: what was refused stands first, together
// where it costs the same, and what was answered is folded.
func TestAManifoldTestIsGrouped(t *testing.T) {
	t.Parallel()
	d := office()
	d.tried.Checks = nil
	for i := range 60 {
		c := listing.Check{Call: fmt.Sprintf("ec2:Describe%02d", i), Region: "eu-west-1", Status: "complete"}
		if i%10 == 3 {
			c = gap(c.Call, c.Region)
		}
		if i == 59 {
			c = gap(c.Call, c.Region)
			c.Rules = []string{"AWS-IMDS-001", "AWS-IMDS-002", "AWS-IMDS-013"}
		}
		d.tried.Checks = append(d.tried.Checks, c)
	}
	p := send(t, d.serve(administrator()), "/accounts/new?external=plb-abc234", "do", "test", "role", role, "every", "24h")
	p.has(t, "7 of 60 calls cannot be read in full", "Without any of these 6 calls 2 rules cannot tell", "53 calls were answered")
	text := p.text()
	if strings.Index(text, "Without it 3 rules cannot tell") > strings.Index(text, "Without any of these 6 calls") {
		t.Error("what costs most does not stand first")
	}
	if n := strings.Count(text, "ec2:Describe"); n < 60 {
		t.Errorf("%d calls are named", n)
	}
	for _, details := range p.all("details", "fold") {
		if strings.Contains(words(details), "ec2:Describe53 ") {
			t.Error("a refusal is folded away with what was answered")
		}
	}
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
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
