package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"plumbline/internal/access"
	"plumbline/internal/listing"
)

func TestAxeFindsNothingOnRules(t *testing.T) {
	t.Parallel()
	script := axe(t)
	officer, engineer := server(t, busyBook().serve(person(access.Officer))), server(t, busyBook().serve(person(access.Engineer)))
	quiet := server(t, newBook().serve(person(access.Reader)))
	aged := newBook()
	aged.unread = true
	old := server(t, aged.serve(person(access.Officer)))
	addresses := []string{
		officer + "/rules", officer + "/rules?q=severty:high", officer + "/rules?q=nonesuch", officer + "/rules/AWS-IMDS-001", officer + "/rules/" + ownRule, officer + "/rules/AWS-IMDS-002",
		engineer + "/rules/new", engineer + "/rules/edit/" + ownRule, engineer + "/rules/params/" + ownRule, engineer + "/rules/off/AWS-IMDS-001", engineer + "/rules/take-back/" + ownRule,
		officer + "/rules/changes", officer + "/rules/changes?state=proposed", officer + "/rules/changes/4", officer + "/rules/changes/4?preview=on", engineer + "/rules/changes/4", officer + "/rules/changes/2", officer + "/rules/changes/5",
		quiet + "/rules", quiet + "/rules/changes", old + "/rules", old + "/rules/ORG-AWS-OLD-001",
	}
	t.Run("pages", func(t *testing.T) {
		const tabs = 4
		for part := range tabs {
			t.Run(fmt.Sprint(part), func(t *testing.T) {
				t.Parallel()
				ctx := watched(t)
				for i, address := range addresses {
					if i%tabs == part {
						visit(ctx, t, address, script)
					}
				}
			})
		}
	})
}

// What the editor answers is a page too: with flaws, unkept promises, and what
// would change.
func TestAxeFindsNothingOnDrafts(t *testing.T) {
	t.Parallel()
	base := server(t, busyBook().serve(person(access.Engineer)))
	ctx := watched(t)
	script := axe(t)
	for _, c := range []struct{ text, do, want string }{
		{flawed, "check", "It cannot be read as a rule"},
		{strings.Replace(settable, "hop_limit: 3}}}", "hop_limit: 1}}}", 1), "check", "It does not keep what it promises"},
		{stricter, "preview", "something else would be said"},
		{settable, "propose", "Say in a sentence what the change is for."},
	} {
		if err := chromedp.Do(ctx, chromedp.Navigate(base+"/rules/edit/"+ownRule), chromedp.SetValue("#yaml", c.text), chromedp.Click(`button[value="`+c.do+`"]`)); err != nil {
			t.Fatal(err)
		}
		reads(ctx, t, c.want)
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](script+";0")); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{1440, 390, 320} {
			for _, theme := range []string{"light", "dark"} {
				inspect(ctx, t, c.want, look{width, theme})
			}
		}
	}
}

// With JavaScript off a rule is written, checked, previewed and proposed by one
// person and approved by another, by links and forms alone.
func TestARuleIsWrittenAndApprovedWithoutJavaScript(t *testing.T) {
	t.Parallel()
	b := newBook()
	base := map[access.Role]string{}
	for _, role := range []access.Role{access.Engineer, access.Officer} {
		base[role] = server(t, b.serve(person(role)))
	}
	ctx := tab(t)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	if err := (look{1440, "light"}).set(ctx); err != nil {
		t.Fatal(err)
	}
	walk := func(start string, steps []step) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Navigate(start)); err != nil {
			t.Fatal(err)
		}
		for _, s := range steps {
			if err := chromedp.Do(ctx, s.act); err != nil {
				t.Fatalf("before %q: %v", s.want, err)
			}
			reads(ctx, t, s.want)
		}
	}
	walk(base[access.Engineer]+"/findings", []step{
		{chromedp.Click(`header.side nav a[href="/rules"]`), "What is asked of every account"},
		{chromedp.Click(`a[href="/rules/new"]`), "Begin from a rule for"},
		{chromedp.Click(`button[value="check"]`), "Nothing is wrong with it."},
		{chromedp.SetValue("#yaml", flawed), "Write a rule"},
		{chromedp.Click(`button[value="check"]`), "did you mean 'hop_limit'?"},
		{chromedp.SetValue("#yaml", settable), "Write a rule"},
		{chromedp.Click(`button[value="preview"]`), "4 subjects in 2 accounts judged"},
		{chromedp.SendKeys("#why", "We want it so."), "Write a rule"},
		{chromedp.Click(`button[value="propose"]`), "You proposed it, so somebody else decides."},
	})
	walk(base[access.Officer]+"/rules", []step{
		{chromedp.Click(`a[href="/rules/changes?state=proposed"]`), "We want it so."},
		{chromedp.Click(`a.res`), "the whole file is new"},
		{chromedp.Click(`a[data-busy]`), "4 subjects in 2 accounts judged"},
		{chromedp.Click(`button[value="refuse"]`), "Say why you refuse it."},
		{chromedp.Click(`button[value="approve"]`), "This page loads itself again every 5 seconds."},
		{chromedp.Click(`a[href="/rules/changes/1?reload=off"]`), "400 of 1,200"},
		{chromedp.Click(`a[href="/rules/` + ownRule + `"]`), "Take back what was written here"},
		{chromedp.Click(`a[href="/rules/params/` + ownRule + `"]`), "The largest hop limit that is well."},
		{chromedp.SetValue("#p-most_hops", "65"), "The largest hop limit that is well."},
		{chromedp.Click(`button[value="preview"]`), "Want 1 to 64, have 65."},
	})
}

type step struct {
	act  chromedp.Action[chromedp.Void]
	want string
}

// A flaw's link puts the cursor where the flaw is, by mouse and by keyboard.
func TestAFlawPutsTheCursorWhereItIs(t *testing.T) {
	t.Parallel()
	base := server(t, busyBook().serve(person(access.Engineer)))
	ctx := watched(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/rules/edit/"+ownRule), chromedp.SetValue("#yaml", flawed), chromedp.Click(`button[value="check"]`)); err != nil {
		t.Fatal(err)
	}
	reads(ctx, t, "Line 12, column")
	for name, act := range map[string]chromedp.Action[chromedp.Void]{
		"a click": chromedp.Click(".flaws a"), "the Enter key": chromedp.SendKeys(".flaws a", "\r"),
	} {
		if err := chromedp.Do(ctx, act); err != nil {
			t.Fatal(err)
		}
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => { const y = document.getElementById("yaml");
			return document.activeElement === y ? y.value.slice(y.selectionStart, y.selectionEnd) : "the focus is elsewhere"; })()`))
		if err != nil || got != "hop_limt" {
			t.Errorf("%s selects %q, %v", name, got, err)
		}
	}
}

// The table of accounts that are judged again follows them, and says when all
// have ended.
func TestThePageFollowsJudgingAgain(t *testing.T) {
	t.Parallel()
	b := busyBook()
	ctx := watched(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(server(t, b.serve(person(access.Officer)))+"/rules/changes/2")); err != nil {
		t.Fatal(err)
	}
	reads(ctx, t, "400 of 1,200")
	b.judges(func(all []listing.Rejudgement) { all[0].Progress.Done = 800 })
	reads(ctx, t, "800 of 1,200")
	b.judges(func(all []listing.Rejudgement) {
		for i := range all {
			all[i].State, all[i].Ended = "done", clock()
		}
	})
	reads(ctx, t, "All accounts are judged again")
}

// The events of judging again are told to whoever may see them, until all has
// ended.
func TestEventsOfJudgingAgain(t *testing.T) {
	t.Parallel()
	b := busyBook()
	base := server(t, b.serve(person(access.Reader)))
	w := watchScan(t, base, "/rules/judging/events", "")
	if w.reply.StatusCode != http.StatusOK || w.reply.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Fatalf("%d %s", w.reply.StatusCode, w.reply.Header.Get("Content-Type"))
	}
	w.until(t, "judged", "400 of 1,200")
	b.judges(func(all []listing.Rejudgement) { all[0].Progress.Done = 900 })
	w.until(t, "judged", "900 of 1,200")
	b.judges(func(all []listing.Rejudgement) {
		for i := range all {
			all[i].State = "done"
		}
	})
	w.until(t, "done", "4 of 4 accounts judged again")
	if h, more := w.next(); more {
		t.Errorf("after the end comes %v", h)
	}
	plain := httptest.NewRecorder()
	b.serve(person(access.Reader)).ServeHTTP(plain, httptest.NewRequest("GET", "/rules/judging/events", nil))
	if plain.Code != http.StatusNotAcceptable {
		t.Errorf("without asking for events: %d", plain.Code)
	}
}
