package ui_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"plumbline/internal/access"
	"plumbline/internal/listing"
)

// stricter is settable with another question; flawed cannot be read.
var (
	stricter = strings.Replace(strings.Replace(settable, "pass: w.metadata.hop_limit <= params.most_hops", "pass: w.metadata.hop_limit < params.most_hops", 1),
		"- {name: one hop,", "- {name: as many hops as may be, want: fail, w: {metadata: {endpoint: enabled, hop_limit: 2}}}\n  - {name: one hop,", 1)
	flawed = strings.Replace(settable, "pass: w.metadata.hop_limit", "pass: w.metadata.hop_limt", 1)
)

const ownRule = "ORG-AWS-IMDS-007"

// busyBook is a rulebook with everything in it: a rule of somebody's own with a
// parameter set, one switched off, proposals that wait, and decided ones.
func busyBook() *book {
	b := newBook()
	b.approved(listing.RuleDraft{Kind: listing.DraftFile, Rule: ownRule, YAML: settable, Why: "Our containers need two hops and no more."}, "engineer@halden.example")
	b.approved(listing.RuleDraft{Kind: listing.DraftParams, Rule: ownRule, Params: map[string]string{"most_hops": "3"}, Why: "The build farm runs in nested containers."}, "engineer@halden.example")
	b.approved(listing.RuleDraft{Kind: listing.DraftOff, Rule: "AWS-IMDS-002", Why: "Our own rule asks it better."}, "engineer@halden.example")
	b.changes = append(b.changes,
		listing.RuleChange{ID: 4, RuleDraft: listing.RuleDraft{Kind: listing.DraftFile, Rule: ownRule, YAML: stricter, Why: "One hop is enough since we moved to Pod Identity."},
			State: listing.Proposed, By: "engineer@halden.example", At: clock(), Before: settable},
		listing.RuleChange{ID: 5, RuleDraft: listing.RuleDraft{Kind: listing.DraftOff, Rule: "AWS-IAM-012", Why: "Too noisy."},
			State: listing.Refused, By: "engineer@halden.example", At: clock(), DecidedBy: "officer@halden.example", DecidedAt: clock(), Note: "Noise is no reason: scope the roles."},
		listing.RuleChange{ID: 6, RuleDraft: listing.RuleDraft{Kind: listing.DraftOff, Rule: "AWS-IAM-012", Why: "Again."}, State: listing.Withdrawn, By: "engineer@halden.example", At: clock(), DecidedAt: clock()})
	b.again = []listing.Rejudgement{
		{Account: 1, External: account, Name: "payments-prod", Why: "rule " + ownRule + " was changed", State: "running", Progress: listing.Progress{Done: 400, All: 1200}, Began: clock()},
		{Account: 2, External: "222233334444", Why: "rule " + ownRule + " was changed", State: "done", Progress: listing.Progress{Done: 90, All: 90}, Began: clock(), Ended: clock(), Scan: 9},
		{Account: 3, External: "333344445555", Name: "sandbox", Why: "rule " + ownRule + " was changed", State: "failed", Reason: "the database was away", Began: clock(), Ended: clock()},
		{Account: 4, External: "444455556666", Name: "lab", Why: "rule " + ownRule + " was changed", State: "waiting"}}
	return b
}

func TestTheListOfRulesSaysWhatEachSays(t *testing.T) {
	t.Parallel()
	h := busyBook().serve(person(access.Officer))
	p := get(t, h, "/rules")
	p.has(t, "1 change waits for your decision.", "2 accounts are being judged again.", "Own", "Parameters set", "Switched off", "1 change waits", "Write a rule")
	if len(p.all("tbody", "")) != 1 || len(p.all("tr", "")) < 5 {
		t.Errorf("%d rows", len(p.all("tr", "")))
	}
	row := words(p.row("/rules/AWS-IMDS-001"))
	for _, want := range []string{"High", "AWS", "AWS-IMDS-001", "workload", "266", "22", "6"} {
		if !strings.Contains(row, want) {
			t.Errorf("the row of AWS-IMDS-001 does not say %s: %s", want, row)
		}
	}
	if off := words(p.row("/rules/AWS-IMDS-002")); strings.ContainsAny(strings.TrimPrefix(off[strings.Index(off, "workload"):], "workload"), "0123456789") {
		t.Errorf("a rule that is switched off is counted: %s", off)
	}
}

func TestRulesAreFilteredByWordsAndMenus(t *testing.T) {
	t.Parallel()
	h := busyBook().serve(person(access.Reader))
	for q, want := range map[string][]string{
		"origin:own": {ownRule}, "is:off": {"AWS-IMDS-002"}, "is:waiting": {ownRule}, "family:AWS-IAM": {"AWS-IAM-012", "AWS-IAM-004"}, "family:aws-ia*": {"AWS-IAM-012", "AWS-IAM-004"},
		"rule:AWS-IMDS-001": {"AWS-IMDS-001"}, "hop+limit+ours": nil, "\"as+we+want+it\"": {ownRule}, "is:edited": {ownRule}, "kind:principal": {"AWS-IAM-012"},
		"is:failing+family:AWS-IMDS": {"AWS-IMDS-001"},
	} {
		p := get(t, h, "/rules?q="+q)
		var got []string
		for _, a := range p.all("a", "res") {
			got = append(got, strings.TrimPrefix(attr(a, "href"), "/rules/"))
		}
		for _, id := range want {
			if !strings.Contains(strings.Join(got, " ")+" ", id+" ") {
				t.Errorf("%s lists %v, not %s", q, got, id)
			}
		}
		if len(want) > 0 && len(got) == 0 || len(want) == 1 && len(got) > 3 {
			t.Errorf("%s lists %v", q, got)
		}
	}
	p := get(t, h, "/rules?q=severity:low&facet=origin&v=own")
	if p.Code != http.StatusSeeOther || p.Header().Get("Location") != "/rules?q=severity:low+origin:own" {
		t.Errorf("a menu leads to %d %s", p.Code, p.Header().Get("Location"))
	}
	for address, says := range map[string]string{
		"/rules?q=severty:high": "Did you mean severity:high?", "/rules?color=red": "The address asks for “color”", "/rules?q=is:off+is:asked+x": "No rule matches",
		"/rules?after=A&before=B": "A page begins after a rule", "/rules?after=ZZZ": "No rule here", "/rules?facet=name": "has no menu",
	} {
		p := get(t, h, address)
		p.has(t, says)
		if len(p.all("h1", "")) != 1 {
			t.Errorf("%s has no heading", address)
		}
	}
}

func TestARulesPageSaysAllThereIsToKnow(t *testing.T) {
	t.Parallel()
	h := busyBook().serve(person(access.Engineer))
	p := get(t, h, "/rules/AWS-IMDS-001")
	p.has(t, "Why", "The question", "It passes where", "What it reads", "w.metadata.tokens", "Without these permissions it cannot tell", "ec2:DescribeInstances",
		"How to mend it", "Filled in for the example", "--http-tokens required", "Examples", "Does not apply", "AWS FSBP EC2.8", "the publisher's own test", "The file", "could not be told", "fail")
	p.hasNot(t, "iam:ListRoles")
	own := get(t, h, "/rules/"+ownRule)
	own.has(t, "What an organisation may set", "most_hops", "3 (2 in the file)", "Changes here", "The build farm runs in nested containers.", "approved by officer@halden.example", "A change waits for a decision: write the file anew.", "What it changed in the file", "Set parameters", "Take back what was written here")
	get(t, h, "/rules/AWS-IMDS-002").has(t, "Switched off.", "officer@halden.example approved that", "Switch on", "It is switched off: nothing is counted.")
	get(t, busyBook().serve(person(access.Reader)), "/rules/AWS-IMDS-001").has(t, "To propose a change takes the role engineer, officer or administrator")
	if p := get(t, h, "/rules/AWS-IMDS-999"); p.Code != http.StatusNotFound {
		t.Errorf("a rule that there is not: %d", p.Code)
	}
}

// What was approved and is left out by a newer version is said loudly.
func TestARuleThatCanNoLongerBeReadIsSaidSo(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.unread = true
	h := b.serve(person(access.Officer))
	get(t, h, "/rules").has(t, "1 rule of your own cannot be read by this version of Plumbline.", "Cannot be read")
	p := get(t, h, "/rules?q=is:unread")
	if n := len(p.all("a", "res")); n != 1 {
		t.Errorf("%d rules are listed", n)
	}
	p = get(t, h, "/rules/ORG-AWS-OLD-001")
	p.has(t, "It is left out, and judges nothing.", "Line 3, column 7", "did you mean 'metadata.tokens'?", "Edit the file", "Take back what was written here")
	p.hasNot(t, "It is asked of every", "How to mend it")
	get(t, h, "/rules/edit/ORG-AWS-OLD-001").has(t, "id: ORG-AWS-OLD-001")
	get(t, h, "/rules/take-back/ORG-AWS-OLD-001").has(t, "Propose to take it back")
}

func TestWithoutARulebookThereAreNoSuchPages(t *testing.T) {
	t.Parallel()
	h := serve(full())
	for _, address := range []string{"/rules", "/rules/AWS-IMDS-001", "/rules/new", "/rules/changes", "/rules/changes/1", "/rules/edit/AWS-IMDS-001"} {
		if p := get(t, h, address); p.Code != http.StatusNotFound {
			t.Errorf("%s: %d", address, p.Code)
		}
	}
	for _, href := range get(t, h, "/findings").hrefs() {
		if strings.HasPrefix(href, "/rules") {
			t.Errorf("the page of findings leads to %s", href)
		}
	}
}

// Nothing typed is lost, whatever is wrong.
func TestWhatWasTypedStays(t *testing.T) {
	t.Parallel()
	const typed = "id: ORG-AWS-OWN-001 # <b>mine</b> & yours\n"
	long := settable + strings.Repeat("# a remark that is of no use\n", 4000)
	for name, c := range map[string]struct {
		broken error
		text   string
		do     string
		code   int
		says   string
	}{
		"a file that is none":        {nil, typed, "check", 422, "It cannot be read as a rule"},
		"the same proposed":          {nil, typed, "propose", 422, "Not proposed: the file is not whole."},
		"the same previewed":         {nil, typed, "preview", 422, "There is nothing to preview"},
		"a flaw":                     {nil, flawed, "check", 422, "Line 12, column"},
		"a flaw with a suggestion":   {nil, flawed, "check", 422, "hop_limit"},
		"a file that is too long":    {nil, long, "check", 422, "a rule is short"},
		"nothing that can be done":   {nil, settable, "sing", 422, "Say what is to be done"},
		"no reason":                  {nil, settable, "propose", 422, "Say in a sentence what the change is for."},
		"a fault of ours":            {errors.New("the disk is full"), settable, "check", 500, "under reference"},
		"a fault of ours, proposing": {errors.New("the disk is full"), settable, "preview", 500, "nothing that you typed is lost"},
		"what is no text":            {nil, settable + "# \x00\xff\n", "check", 422, "no text"},
		"a bomb": {nil, "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
			"check", 422, "It cannot be read as a rule"},
		"a deep one": {nil, "a: " + strings.Repeat("[", 5000) + "\n", "check", 422, "Brackets are open"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := busyBook()
			h := b.serve(person(access.Engineer))
			b.broken = c.broken
			why := "Because <i>we</i> want it."
			if strings.Contains(name, "no reason") {
				why = ""
			}
			p := send(t, h, "/rules/new?cloud=aws&kind=workload", "yaml", strings.ReplaceAll(c.text, "\n", "\r\n"), "why", why, "do", c.do)
			if p.Code != c.code {
				t.Errorf("answers %d, want %d", p.Code, c.code)
			}
			if !strings.Contains(p.text(), c.says) {
				t.Errorf("the page does not say %q: %s", c.says, p.text())
			}
			p.hasNot(t, "the disk is full")
			area, want := p.byID("yaml"), c.text
			if area == nil {
				t.Fatal("there is no file to go on with")
			}
			if strings.Contains(name, "no text") {
				want = settable + "# ��\n"
			}
			if area.FirstChild == nil || area.FirstChild.Data != want {
				t.Error("the file is not the one that was typed")
			}
			if got := attr(p.byID("why"), "value"); got != why {
				t.Errorf("the reason is %q", got)
			}
			for _, b := range p.all("b", "") {
				if words(b) == "mine" {
					t.Error("what was typed became a part of the page")
				}
			}
		})
	}
}

// A rule goes from a draft to an approval by two people's hands.
func TestAChangeIsProposedAndApproved(t *testing.T) {
	t.Parallel()
	b := newBook()
	engineer, officer := b.serve(person(access.Engineer)), b.serve(person(access.Officer))
	p := get(t, engineer, "/rules/new?cloud=aws&kind=principal")
	p.has(t, "Write a rule", "The rule's file", "All fields and what they mean")
	p = send(t, engineer, "/rules/new", "yaml", settable, "do", "preview")
	p.has(t, "What would change", "4 subjects in 2 accounts judged", "Nothing is wrong with it.")
	p = send(t, engineer, "/rules/new", "yaml", settable, "why", "We want it so.", "do", "propose")
	if p.Code != http.StatusSeeOther || p.Header().Get("Location") != "/rules/changes/1?did=propose" {
		t.Fatalf("%d, %s: %s", p.Code, p.Header().Get("Location"), p.text())
	}
	p = get(t, engineer, "/rules/changes/1?did=propose")
	p.has(t, "Proposed. Nothing has changed yet", "You proposed it, so somebody else decides.", "Withdraw the proposal", "We want it so.", "the whole file is new")
	if p.byID("note") != nil {
		t.Error("who proposed it is given the form to decide")
	}
	get(t, engineer, "/rules/"+ownRule).has(t, "There is no such page")
	get(t, officer, "/rules").has(t, "1 change waits for your decision.")
	p = get(t, officer, "/rules/changes/1?preview=on")
	p.has(t, "What would change", "Approve: it holds at once", "Nothing is wrong with it.")
	p = send(t, officer, "/rules/changes/1", "do", "refuse", "note", "")
	if p.Code != http.StatusUnprocessableEntity {
		t.Errorf("a refusal without a reason: %d", p.Code)
	}
	p.has(t, "Say why you refuse it.", "Nothing was decided.")
	p = send(t, officer, "/rules/changes/1", "do", "approve", "note", "Agreed.")
	if p.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", p.Code, p.text())
	}
	p = get(t, officer, p.Header().Get("Location"))
	p.has(t, "Approved. It holds now.", "Judged again", "400 of 1,200", "payments")
	get(t, officer, "/rules/"+ownRule).has(t, "Own", "Agreed.")
	if p = send(t, officer, "/rules/changes/1", "do", "approve"); p.Code != http.StatusConflict {
		t.Errorf("decided twice: %d", p.Code)
	}
}

func TestSwitchesAndParametersAreProposed(t *testing.T) {
	t.Parallel()
	b := busyBook()
	h := b.serve(person(access.Engineer))
	get(t, h, "/rules/off/AWS-IMDS-001").has(t, "closed as gone, not as fixed", "Propose to switch it off", "somebody else decides")
	for address, says := range map[string]string{
		"/rules/off/AWS-IMDS-002": "switched off already", "/rules/on/AWS-IMDS-001": "is not switched off", "/rules/params/AWS-IMDS-001": "has no parameters",
		"/rules/take-back/AWS-IMDS-001": "holds as it came",
	} {
		p := get(t, h, address)
		p.has(t, says)
		if p.Code != http.StatusConflict {
			t.Errorf("%s: %d", address, p.Code)
		}
	}
	p := send(t, h, "/rules/off/AWS-IMDS-001", "do", "preview", "why", "")
	p.has(t, "What would change", "something else would be said", "Nothing")
	p = send(t, h, "/rules/params/"+ownRule, "p.most_hops", "99", "p.strict", "maybe", "p.mode", "severe", "why", "x", "do", "propose")
	if p.Code != http.StatusUnprocessableEntity {
		t.Errorf("values out of bounds: %d", p.Code)
	}
	p.has(t, "Want 1 to 64, have 99.", "Want true or false")
	if got := attr(p.byID("p-most_hops"), "value"); got != "99" {
		t.Errorf("what was typed is %q", got)
	}
	p = send(t, h, "/rules/params/"+ownRule, "p.most_hops", "2", "p.strict", "true", "p.mode", "lenient", "why", "Stopped endpoints count.", "do", "propose")
	if p.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", p.Code, p.text())
	}
	last := b.changes[len(b.changes)-1]
	if len(last.Params) != 1 || last.Params["strict"] != "true" {
		t.Errorf("set are %v, and the file says the rest", last.Params)
	}
	get(t, h, p.Header().Get("Location")).has(t, "strict", "yes (no in the file)")
	p = send(t, h, "/rules/changes/7/withdraw")
	if p.Code != http.StatusSeeOther {
		t.Fatalf("%d", p.Code)
	}
	get(t, h, p.Header().Get("Location")).has(t, "Withdrawn. Nothing has changed.")
}

// A stranger's attempts: each is refused, and does nothing.
func TestWhoMayNotChangesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		role    access.Role
		address string
		form    []string
		code    int
	}{
		"a viewer proposes":            {access.Reader, "/rules/new", []string{"yaml", settable, "why", "x", "do", "propose"}, 403},
		"an auditor proposes":          {access.Auditor, "/rules/edit/AWS-IMDS-001", []string{"yaml", settable, "why", "x", "do", "propose"}, 403},
		"a viewer previews":            {access.Reader, "/rules/off/AWS-IMDS-001", []string{"do", "preview"}, 403},
		"who proposed approves":        {access.Engineer, "/rules/changes/4", []string{"do", "approve"}, 403},
		"an administrator approves":    {access.Administrator, "/rules/changes/4", []string{"do", "approve"}, 403},
		"a viewer approves":            {access.Reader, "/rules/changes/4", []string{"do", "approve"}, 403},
		"somebody withdraws another's": {access.Officer, "/rules/changes/4/withdraw", nil, 403},
		"a viewer withdraws":           {access.Reader, "/rules/changes/4/withdraw", nil, 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := busyBook()
			before := len(b.changes)
			p := send(t, b.serve(person(c.role)), c.address, c.form...)
			if p.Code != c.code || len(b.changes) != before || b.changes[3].State != listing.Proposed {
				t.Errorf("answers %d, %d changes, the one that waits is %s", p.Code, len(b.changes), b.changes[3].State)
			}
		})
	}
	// An officer who proposed the change is still not the one who decides it.
	b := busyBook()
	b.changes[3].By = person(access.Officer).Email
	h := b.serve(person(access.Officer))
	if p := send(t, h, "/rules/changes/4", "do", "approve"); p.Code != http.StatusForbidden || b.changes[3].State != listing.Proposed {
		t.Errorf("an officer approves their own: %d, %s", p.Code, b.changes[3].State)
	}
	get(t, h, "/rules/changes/4").has(t, "You proposed it, so somebody else decides.")
}

// What a rule's author wrote stays text, and cannot turn or hide what an
// approver reads.
func TestTheTextOfARuleStaysText(t *testing.T) {
	t.Parallel()
	evil := strings.NewReplacer("Hop limit of the metadata service is as small as we want it", `<script>alert(1)</script> is well`,
		"https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html", "https://example.com/\"><img src=x onerror=alert(1)>",
		"the hop limit is", "</script><img src=x onerror=alert(1)>").Replace(settable) + "# \u202eevil\u2066\n"
	b := newBook()
	b.approved(listing.RuleDraft{Kind: listing.DraftFile, Rule: ownRule, YAML: evil, Why: "<img src=x onerror=alert(1)>"}, "<b>engineer</b>@halden.example")
	b.changes = append(b.changes, listing.RuleChange{ID: 2, RuleDraft: listing.RuleDraft{Kind: listing.DraftFile, Rule: ownRule, YAML: evil + "# more\u202e\n", Why: "</textarea><script>alert(1)</script>"},
		State: listing.Proposed, By: "engineer@halden.example", At: clock(), Before: evil})
	h := b.serve(person(access.Officer))
	for _, address := range []string{"/rules", "/rules/" + ownRule, "/rules/edit/" + ownRule, "/rules/changes", "/rules/changes/2", "/rules/changes/2?preview=on", "/rules/off/" + ownRule} {
		p := get(t, h, address)
		if p.Code != http.StatusOK {
			t.Errorf("%s: %d %s", address, p.Code, p.text())
		}
		for _, s := range p.all("script", "") {
			if attr(s, "src") == "" {
				t.Errorf("%s holds a script of somebody's", address)
			}
		}
		if n := len(p.all("img", "")); n > 0 {
			t.Errorf("%s holds %d pictures of somebody's", address, n)
		}
	}
	p := get(t, h, "/rules/changes/2")
	if text := words(p.byID("diff")); strings.ContainsAny(text, "\u202e\u2066") || !strings.Contains(text, "# more·") {
		t.Errorf("the difference hides what it is about: %q", text)
	}
}

// row is the line of a table that leads to an address.
func (p page) row(href string) *html.Node {
	for _, tr := range p.all("tr", "") {
		for n := range tr.Descendants() {
			if n.Type == html.ElementNode && n.Data == "a" && attr(n, "href") == href {
				return tr
			}
		}
	}
	return p.doc
}
