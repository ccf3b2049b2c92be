package ui_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"

	"plumbline/internal/access"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/owner"
	"plumbline/internal/problem"
	"plumbline/internal/ui"
)

// books keep who owns the findings of a fake, by the rules' own thinking. The
// real store and the real clerk have tests of their own.
type books struct {
	mu    sync.Mutex
	of    *fake
	holds listing.OwnerRules
	hands map[int64]listing.Ownership
}

func newBooks(f *fake, l owner.List) *books {
	b := &books{of: f, hands: map[int64]listing.Ownership{}}
	if l != nil {
		b.holds = listing.OwnerRules{Version: 3, Rules: l, By: "eve@halden.example", At: scanTime(3)}
	}
	b.of.owners = b.under(l)
	return b
}

// under is who would own each finding by a list.
func (b *books) under(l owner.List) map[int64]listing.Ownership {
	out := map[int64]listing.Ownership{}
	for _, r := range b.of.records {
		if r.State == finding.Resolved || r.State == finding.Gone {
			continue
		}
		s := &owner.Subject{Provider: "aws", Account: r.Subject.Account, Region: r.Subject.Region, Kind: string(r.Subject.Kind), Name: r.Subject.Name, UID: r.Subject.UID}
		d := l.Decide(s)
		out[r.Number] = listing.Ownership{Owner: l.Owner(d), Rule: d.Rule, Passed: d.Passed}
		if o, by := b.hands[r.Number]; by {
			out[r.Number] = o
		}
	}
	return out
}

func (b *books) OwnerRules(context.Context) (listing.OwnerRules, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.holds, nil
}

func (b *books) PreviewOwners(_ context.Context, l owner.List) (p listing.OwnerPreview, err error) {
	if flaws := l.Check(); len(flaws) > 0 {
		return p, problem.New(problem.Invalid, "Rule %d: %s", flaws[0].Rule, flaws[0].Text)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	p.Rules = make([]listing.OwnerShare, len(l))
	now := b.under(l)
	for _, r := range b.of.records {
		is, was := now[r.Number], b.of.owners[r.Number]
		if r.State == finding.Resolved || r.State == finding.Gone {
			continue
		}
		for c, o := range map[*listing.OwnerCount]listing.Ownership{&p.Before: was, &p.After: is} {
			switch {
			case !o.None():
				c.Owned++
			case r.State == finding.Open:
				c.Unowned, c.UnownedOpen = c.Unowned+1, c.UnownedOpen+1
			default:
				c.Unowned++
			}
		}
		if is.Rule > 0 {
			p.Rules[is.Rule-1].Open++
		}
		if is.Passed > 0 {
			p.Rules[is.Passed-1].Passed++
		}
		if is.Owner != was.Owner {
			p.Changes++
			p.Moves = append(p.Moves, listing.OwnerMove{Number: r.Number, Rule: r.Rule, Account: r.Subject.Account, Region: r.Subject.Region, Name: r.Subject.Name, UID: r.Subject.UID, From: was.Name, To: is.Name, By: is.Rule})
		}
	}
	p.Moves = p.Moves[:min(len(p.Moves), 100)]
	return p, nil
}

func (b *books) KeepOwners(ctx context.Context, l owner.List, version int64) (listing.OwnerRules, error) {
	p, err := b.PreviewOwners(ctx, l)
	if err != nil {
		return listing.OwnerRules{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if version != b.holds.Version {
		return listing.OwnerRules{}, problem.New(problem.Conflict, "Version %d holds now.", b.holds.Version)
	}
	b.holds = listing.OwnerRules{Version: version + 1, Rules: l, By: access.From(ctx).Email, At: clock(), Changed: p.Changes}
	b.of.owners = b.under(l)
	return b.holds, nil
}

func (b *books) AssignOwner(ctx context.Context, n int64, to owner.Owner) error {
	if flaws := to.Check(); len(flaws) > 0 {
		return problem.New(problem.Invalid, "%s", flaws[0].Text)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hands[n] = listing.Ownership{Owner: to, By: access.From(ctx).Email, At: clock()}
	b.of.owners = b.under(b.holds.Rules)
	return nil
}

func (b *books) TakeBackOwner(_ context.Context, n int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, has := b.hands[n]; !has {
		return problem.New(problem.Conflict, "Nobody assigned FND-%d by hand: there is nothing to take back.", n)
	}
	delete(b.hands, n)
	b.of.owners = b.under(b.holds.Rules)
	return nil
}

func (b *books) OwnersKnown(context.Context) (all []owner.Owner, err error) {
	for _, r := range b.holds.Rules {
		all = append(all, r.To)
	}
	return all, nil
}

func (b *books) Unowned(context.Context) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.of.records {
		if r.State == finding.Open && b.of.owners[r.Number].None() {
			n++
		}
	}
	return n, nil
}

// twoRules are by region and by name, behind one that nobody can ask.
func twoRules() owner.List {
	return owner.List{
		{When: owner.Condition{Tag: owner.ParseTag("team=search"), Region: "us-east-1"}, To: owner.Owner{Name: "search", Kind: owner.Team}},
		{When: owner.Condition{Region: "eu-west-1"}, To: owner.Owner{Name: "Payments", Kind: owner.Team, Email: "payments@halden.example"}},
		{When: owner.Condition{Name: "web-*"}, To: owner.Owner{Name: "Web tier", Kind: owner.Queue}},
	}
}

func owned(b *books, v *access.Viewer) http.Handler {
	return ui.New(ui.Config{Reader: b.of, Rules: catalogue(), Fix: fixFor, Now: clock, Version: "0.1.0", Auth: as{v}, Owners: b})
}

// pressed sends the fields of a form, as its button does.
func pressed(t *testing.T, h http.Handler, address string, v url.Values) (page, int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	doc, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return page{w, doc}, w.Code, w.Header().Get("Location")
}

// carried is what a page hands on: its version and its draft.
func carried(t *testing.T, p page) url.Values {
	t.Helper()
	v := url.Values{}
	for _, in := range p.all("input", "") {
		if name := attr(in, "name"); name == "version" || name == "draft" {
			v.Set(name, attr(in, "value"))
		}
	}
	if v.Get("draft") == "" {
		t.Fatalf("the page carries no rules: %s", p.text())
	}
	return v
}

func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// A list is changed on the page, previewed and then kept; before that, nothing.
func TestOwnershipRulesAreChangedPreviewedAndKept(t *testing.T) {
	t.Parallel()
	b := newBooks(full(), nil)
	h := owned(b, officer())
	p := get(t, h, "/settings/owners")
	p.has(t, "There is no rule yet", "Nobody has kept any rules so far")
	p, code, _ := pressed(t, h, "/settings/owners", with(carried(t, p), "do", "put", "rule", "0", "region", "eu-west-1", "owner", "Payments", "kind-of", "team"))
	if code != http.StatusOK {
		t.Fatal(code)
	}
	p.has(t, "Region eu-west-1", "Payments", "Nothing is saved yet")
	p, _, _ = pressed(t, h, "/settings/owners", with(carried(t, p), "do", "put", "rule", "0", "name", "web-*", "owner", "Web tier", "kind-of", "queue"))
	p, _, _ = pressed(t, h, "/settings/owners", with(carried(t, p), "do", "up-2"))
	if got := p.text(); strings.Index(got, "Name web-*") > strings.Index(got, "Region eu-west-1") {
		t.Error("the second rule was not moved up")
	}
	p, _, _ = pressed(t, h, "/settings/owners", with(carried(t, p), "do", "edit-1"))
	p.has(t, "Edit rule 1", "Put it into the list")
	p, code, _ = pressed(t, h, "/settings/owners", with(carried(t, p), "do", "put", "rule", "1", "name", "web-*", "owner", "none", "kind-of", "queue"))
	p.has(t, "means something else in filters", "Edit rule 1")
	if code != http.StatusUnprocessableEntity {
		t.Error(code)
	}
	p, _, _ = pressed(t, h, "/settings/owners", with(carried(t, p), "do", "preview"))
	p.has(t, "Save these rules", "findings with an owner", "open and unowned", "nobody", "rule 1", "Web tier")
	if b.holds.Version != 0 {
		t.Fatal("something was kept before it was saved")
	}
	_, code, to := pressed(t, h, "/settings/owners", with(carried(t, p), "do", "keep"))
	if code != http.StatusSeeOther || b.holds.Version != 1 || len(b.holds.Rules) != 2 || b.holds.Rules[0].To.Name != "Web tier" {
		t.Fatalf("%d, %+v", code, b.holds)
	}
	p = get(t, h, to)
	p.has(t, "Version 1 is kept.", fmt.Sprintf("%d findings have another owner", b.holds.Changed), "Web tier")
	p, _, _ = pressed(t, h, "/settings/owners", with(carried(t, p), "do", "remove-1"))
	p.hasNot(t, "Web tier")
	p, _, _ = pressed(t, h, "/settings/owners", with(carried(t, p), "do", "down-1"))
	p.has(t, "Region eu-west-1")
}

// Whoever is slower is shown both lists, and nothing of theirs is kept until
// they have seen what it would do to the list that holds.
func TestAStaleListOfRulesIsRefusedWithBothShown(t *testing.T) {
	t.Parallel()
	b := newBooks(full(), twoRules())
	h := owned(b, officer())
	mine := carried(t, get(t, h, "/settings/owners"))
	if _, err := b.KeepOwners(access.With(t.Context(), officer()), owner.List{{When: owner.Condition{UID: "*"}, To: owner.Owner{Name: "Theirs", Kind: owner.Team}}}, 3); err != nil {
		t.Fatal(err)
	}
	p, code, _ := pressed(t, h, "/settings/owners", with(mine, "do", "keep"))
	if code != http.StatusConflict || b.holds.Rules[0].To.Name != "Theirs" {
		t.Fatal(code, b.holds)
	}
	p.has(t, "Somebody else changed the rules", "Version 4", "maren@halden.example", "Theirs", "Payments", "Go on with mine")
	p, code, _ = pressed(t, h, "/settings/owners", with(mine, "do", "preview"))
	p.has(t, "Somebody else changed the rules")
	p.hasNot(t, "Save these rules")
	if code != http.StatusConflict {
		t.Error(code)
	}
	p, _, _ = pressed(t, h, "/settings/owners", with(mine, "do", "preview", "version", "4"))
	p.has(t, "Save these rules")
	if _, code, _ = pressed(t, h, "/settings/owners", with(mine, "do", "keep", "version", "4")); code != http.StatusSeeOther || b.holds.Rules[1].To.Name != "Payments" {
		t.Error(code, b.holds)
	}
}

func TestWhatAPageOfRulesDoesNotUnderstandIsRefused(t *testing.T) {
	t.Parallel()
	b := newBooks(full(), twoRules())
	h := owned(b, officer())
	for name, v := range map[string]url.Values{
		"no list":              {"do": {"show"}, "version": {"3"}},
		"a list of rubbish":    {"do": {"keep"}, "version": {"3"}, "draft": {"{]"}},
		"no version":           {"do": {"keep"}, "draft": {"[]"}},
		"a rule that is none":  {"do": {"edit-9"}, "version": {"3"}, "draft": {"[]"}},
		"a button that is not": {"do": {"dance-1"}, "version": {"3"}, "draft": {`[{"when":{"uid":"*"},"owner":{"name":"a","kind":"team"}}]`}},
		"a list with flaws":    {"do": {"keep"}, "version": {"3"}, "draft": {`[{"when":{},"owner":{"name":"a","kind":"team"}}]`}},
	} {
		p, code, _ := pressed(t, h, "/settings/owners", v)
		if code != http.StatusUnprocessableEntity || b.holds.Version != 3 {
			t.Errorf("%s: %d: %s", name, code, p.text())
		}
	}
}

// Only officers and administrators of all accounts see the rules, and say who
// owns a finding.
func TestWhoMayNotManageOwnersReadsThemOnFindingsOnly(t *testing.T) {
	t.Parallel()
	b := newBooks(full(), twoRules())
	some := officer()
	some.Grants[0] = access.Grant{Role: access.Officer, Accounts: []int64{1}, Group: "Payments"}
	for name, v := range map[string]*access.Viewer{"a reader": viewer(access.Reader), "an auditor": viewer(access.Auditor), "an engineer": viewer(access.Engineer), "an officer of some accounts": some} {
		h := owned(b, v)
		if r := get(t, h, "/settings/owners"); r.Code != http.StatusForbidden || strings.Contains(r.text(), "payments@") {
			t.Errorf("%s: %d %s", name, r.Code, r.text())
		}
		for _, address := range []string{"/settings/owners", "/findings/FND-1/owner", "/findings/FND-1/owner/return"} {
			if _, code, _ := pressed(t, h, address, url.Values{"owner": {"mine"}, "kind-of": {"team"}}); code != http.StatusForbidden {
				t.Errorf("%s: %s: %d", name, address, code)
			}
		}
		p := get(t, h, "/findings/FND-1")
		p.has(t, "Owner")
		p.hasNot(t, "Assign it by hand")
		for _, href := range p.hrefs() {
			if strings.HasPrefix(href, "/settings/owners") {
				t.Errorf("%s is led to %s", name, href)
			}
		}
	}
}

// A finding says who owns it and why, and is assigned and returned by a button.
func TestAFindingIsAssignedByHandAndReturned(t *testing.T) {
	t.Parallel()
	f := full()
	b := newBooks(f, twoRules())
	h := owned(b, officer())
	var ruled, passed int64
	for _, r := range f.records {
		switch o := f.owners[r.Number]; {
		case o.Rule == 2 && ruled == 0:
			ruled = r.Number
		case o.Rule == 0 && o.Passed == 1 && passed == 0:
			passed = r.Number
		}
	}
	get(t, h, fmt.Sprintf("/findings/FND-%d", ruled)).has(t, "Payments, by rule 2.")
	get(t, h, fmt.Sprintf("/findings/FND-%d", passed)).has(t, "Nobody owns this", "Rule 1 asks for a tag")
	at := fmt.Sprintf("/findings/FND-%d", passed)
	p, code, _ := pressed(t, h, at+"/owner", url.Values{"owner": {"me"}, "kind-of": {"team"}})
	p.has(t, "means something else in filters", "Nothing was changed.")
	if code != http.StatusUnprocessableEntity {
		t.Error(code)
	}
	if _, code, to := pressed(t, h, at+"/owner", url.Values{"owner": {"payments"}, "kind-of": {"team"}}); code != http.StatusSeeOther || !strings.HasPrefix(to, at) {
		t.Errorf("%d to %s", code, to)
	}
	if got := f.owners[passed].Owner; got != twoRules()[1].To {
		t.Errorf("who takes a known name means that owner, not %+v", got)
	}
	get(t, h, at).has(t, "Payments, assigned by hand", "by maren@halden.example", "Leave it to the rules")
	if _, code, _ := pressed(t, h, at+"/owner/return", nil); code != http.StatusSeeOther {
		t.Error(code)
	}
	get(t, h, at).has(t, "Nobody owns this")
	if p, code, _ := pressed(t, h, at+"/owner/return", nil); code != http.StatusConflict {
		t.Errorf("%d: %s", code, p.text())
	}
}

func TestOwnersStandInListsFiltersAndOnTheOverview(t *testing.T) {
	t.Parallel()
	b := newBooks(full(), twoRules())
	h := owned(b, viewer(access.Reader))
	n, _ := b.Unowned(t.Context())
	p := get(t, h, "/")
	p.has(t, fmt.Sprintf("%d unowned", n))
	found := false
	for _, href := range p.hrefs() {
		found = found || href == "/findings?q=is%3Aopen+owner%3Anone"
	}
	if !found {
		t.Errorf("the overview does not lead to what nobody owns: %s", p.hrefs())
	}
	p = get(t, h, "/findings?q=is:open+owner:none&group=none")
	p.has(t, "Owner", "nobody", fmt.Sprintf("%d findings", n))
	p.hasNot(t, "Payments")
	p = get(t, h, "/findings?q=is:open&group=none")
	p.has(t, "Payments", "Web tier", "nobody", "Nobody")
	get(t, h, "/findings?q=is:open&group=none&sheet=FND-1").has(t, "Owner")
	// Where nobody keeps who owns what, nothing speaks of it.
	p = get(t, serve(full()), "/findings?q=is:open&group=none")
	p.hasNot(t, "Owner")
	get(t, serve(full()), "/").hasNot(t, "unowned")
	if p := get(t, ui.New(ui.Config{Reader: full(), Rules: catalogue(), Now: clock, Auth: as{officer()}}), "/settings/owners"); p.Code != http.StatusNotFound {
		t.Error(p.Code)
	}
}

// What people hand a rule is text, wherever it is shown.
func TestNamesOfOwnersAreNeverMarkup(t *testing.T) {
	t.Parallel()
	b := newBooks(full(), owner.List{{When: owner.Condition{UID: "*", Name: "<b>*"}, To: owner.Owner{Name: "<script>x</script>", Kind: owner.Team}},
		{When: owner.Condition{UID: "*"}, To: owner.Owner{Name: "<img src=x>", Kind: owner.Team}}})
	h := owned(b, officer())
	for _, address := range []string{"/settings/owners", "/findings/FND-1", "/findings?q=is:open&group=none", "/findings?group=none&sheet=FND-1"} {
		p := get(t, h, address)
		if len(p.all("b", "")) > len(get(t, owned(newBooks(full(), nil), officer()), address).all("b", "")) || len(p.all("img", "")) > 0 {
			t.Errorf("%s: a name is markup", address)
		}
		p.has(t, "<img src=x>")
	}
}

// With JavaScript off rules are made, moved, previewed and kept, and a finding
// is assigned, by links and forms alone; and axe finds nothing on the way.
func TestOwnersWorkWithoutJavaScript(t *testing.T) {
	t.Parallel()
	b := newBooks(full(), twoRules())
	base := server(t, owned(b, officer()))
	ctx := tab(t)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	if err := (look{390, "light"}).set(ctx); err != nil {
		t.Fatal(err)
	}
	do := func(want string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		reads(ctx, t, want)
	}
	do("Version 3", chromedp.Navigate(base+"/settings/owners"))
	do("Nothing is saved yet", chromedp.SetValue("#uid", "*"), chromedp.SetValue("#owner", "Platform"), chromedp.Click(`#rule button[value="put"]`))
	do("3Address *", chromedp.Click(`button[value="up-4"]`))
	do("Put it into the list", chromedp.Click(`button[value="edit-1"]`))
	do("Tag team=find", chromedp.SetValue("#tag", "team=find"), chromedp.Click(`#rule button[value="put"]`))
	do("2Address *", chromedp.Click(`button[value="remove-2"]`))
	do("Save these rules", chromedp.Click(`#rules button[value="preview"]`))
	do("Version 4 is kept.", chromedp.Click(`#preview button[value="keep"]`))
	if l := b.holds.Rules; len(l) != 3 || l[0].When.Tag.String() != "team=find" || l[1].To.Name != "Platform" || l[2].To.Name != "Web tier" {
		t.Errorf("kept: %+v", l)
	}
	do("by rule 2", chromedp.Navigate(base+"/findings/FND-1"))
	do("assigned by hand", chromedp.Click("#owner-card summary"), chromedp.SetValue("#owner", "Anna Ito"), chromedp.SetValue("#kind-of", "person"), chromedp.Click(`#owner-card form[action$="/owner"] button`))
	do("by rule 2", chromedp.Click(`#owner-card form[action$="/return"] button`))
}

func TestAxeFindsNothingOnOwners(t *testing.T) {
	t.Parallel()
	script := axe(t)
	b := newBooks(full(), twoRules())
	base, empty := server(t, owned(b, officer())), server(t, owned(newBooks(full(), nil), officer()))
	ctx := watched(t)
	for _, address := range []string{base + "/settings/owners", base + "/settings/owners?did=7", empty + "/settings/owners", base + "/findings/FND-1", base + "/findings?group=none", base + "/"} {
		visit(ctx, t, address, script)
	}
	state := func(want string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatal(err)
		}
		reads(ctx, t, want)
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](script+";0")); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{1440, 390, 320} {
			for _, theme := range []string{"light", "dark"} {
				inspect(ctx, t, want, look{width, theme})
			}
		}
	}
	state("Put it into the list", chromedp.Navigate(base+"/settings/owners"), chromedp.Click(`button[value="edit-2"]`))
	state("Nothing is saved yet", chromedp.SetValue("#owner", "Payments and everybody else who has a long name"), chromedp.SetValue("#email", "everybody@halden.example"), chromedp.Click(`#rule button[value="put"]`))
	state("Save these rules", chromedp.Click(`#rules button[value="preview"]`))
	if _, err := b.KeepOwners(access.With(t.Context(), officer()), twoRules()[:1], 3); err != nil {
		t.Fatal(err)
	}
	state("Somebody else changed the rules", chromedp.Click(`#preview button[value="keep"]`))
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/settings/owners")); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](`document.querySelector("#owner").required = false; 0`)); err != nil {
		t.Fatal(err)
	}
	state("The owner has no name", chromedp.Click(`#rule button[value="put"]`))
}
