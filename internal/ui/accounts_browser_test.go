package ui_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/scan"
)

// deskStops are the pages about accounts, scans and inventory, and their states.
func deskStops(d *desk) []string {
	return []string{"/accounts", "/accounts/1", "/accounts/1?did=change", "/accounts/2", "/accounts/3", "/accounts/1/disconnect", "/accounts/new?external=plb-abc234",
		"/scans", "/scans/5", "/scans/5?reload=off", "/scans/3", "/scans/5/cancel", "/scans/4/cancel",
		"/inventory", "/inventory?q=tokens:optional", "/inventory?q=tokens:maybe", "/inventory?q=nonesuch", "/inventory/" + d.workloads[0].UID, "/inventory/" + d.workloads[1].UID, "/inventory/" + d.workloads[2].UID, "/inventory/" + d.workloads[3].UID}
}

func TestAxeFindsNothingOnAccountsScansAndInventory(t *testing.T) {
	t.Parallel()
	script := axe(t)
	d := office()
	d.looked = lookedAt
	base, empty := server(t, d.serve(viewerOfAll())), server(t, (&desk{}).serve(administrator()))
	var addresses []string
	for _, s := range deskStops(d) {
		addresses = append(addresses, base+s)
	}
	ways := server(t, deep(shared(), unchanged))
	addresses = append(addresses, ways+"/findings/FND-1", ways+"/findings?open=AWS-IMDS-001&sheet=FND-2", server(t, serve(wayIn(full(), finding.Open, finding.Lost)))+"/")
	addresses = append(addresses, empty+"/accounts", empty+"/scans", empty+"/inventory")
	t.Run("pages", func(t *testing.T) {
		for half := range 2 {
			t.Run(fmt.Sprint(half), func(t *testing.T) {
				t.Parallel()
				ctx := watched(t)
				for i, address := range addresses {
					if i%2 == half {
						visit(ctx, t, address, script)
					}
				}
			})
		}
	})
}

// watched is a tab that notes what the policy refuses.
func watched(t *testing.T) context.Context {
	t.Helper()
	ctx := tab(t)
	if _, err := chromedp.Call(ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: watch}); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// What a form answers is a page too: with its faults, and with a test's result.
func TestAxeFindsNothingOnTheStatesOfTheForm(t *testing.T) {
	t.Parallel()
	d := office()
	base := server(t, d.serve(administrator()))
	ctx := watched(t)
	script := axe(t)
	look1 := func(want string) {
		t.Helper()
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
	do := func(actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(base+"/accounts/new?external=plb-abc234"), chromedp.Click(`button[value="test"]`))
	look1("Paste the ARN of the role that step 2 has made.")
	do(chromedp.SetValue("#role", role), chromedp.Click(`button[value="test"]`))
	look1("1 of 4 calls cannot be read in full")
	for _, tool := range []string{"tf", "cli", "policy"} {
		do(chromedp.Click("#m-" + tool))
		look1("1 of 4 calls cannot be read in full")
	}
	do(chromedp.Click("#as-own"))
	look1("1 of 4 calls cannot be read in full")
	do(chromedp.Navigate(base+"/accounts/1"), chromedp.SetValue("#name", strings.Repeat("n", 90)), chromedp.Click(`form[action="/accounts/1"] button`))
	look1("Use at most 80.")
}

// With JavaScript off an account is connected, looked at and disconnected by
// links and forms alone.
func TestAccountsWorkWithoutJavaScript(t *testing.T) {
	t.Parallel()
	d := office()
	d.scans[0].Number = 7
	d.shards[7], d.events[7] = d.shards[5], d.events[5]
	base := server(t, d.serve(viewerOfAll()))
	ctx := tab(t)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	if err := (look{1440, "light"}).set(ctx); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/accounts")); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		act  chromedp.Action[chromedp.Void]
		want string
	}{
		{chromedp.Click(`a[href="/accounts/new"]`), "Connect a cloud account"},
		{chromedp.Click("#m-tf"), "plumbline-reader.tf, external ID filled in"},
		{chromedp.SendKeys("#role", role), "Paste its ARN"},
		{chromedp.Click(`button[value="test"]`), "1 of 4 calls cannot be read in full"},
		{chromedp.Click(`button[value="connect"]`), "This page loads itself again every 10 seconds."},
		{chromedp.Click(`a[href="/scans/7?reload=off"]`), "Load this page again to see how far the scan is."},
		{chromedp.Click(`a.danger`), "Cancel scan 7?"},
		{chromedp.Click(`button.danger`), "This page loads itself again every 10 seconds."},
		{chromedp.Click(`header.side nav a[href="/inventory"]`), "60 workloads."},
		{chromedp.Click(`a[rel="next"]`), "web-prod-51"},
		{chromedp.Click(`a.res`), "How is the metadata service set?"},
	} {
		if err := chromedp.Do(ctx, step.act); err != nil {
			t.Fatalf("before %q: %v", step.want, err)
		}
		reads(ctx, t, step.want)
	}
	if got := strings.Join(d.done, ";"); !strings.Contains(got, "connect aws") || !strings.HasSuffix(got, "cancel 7") {
		t.Errorf("did %s", got)
	}
}

// The page of a scan that runs changes as the scan goes on, and says when it
// has ended.
func TestTheProgressPageFollowsTheScan(t *testing.T) {
	t.Parallel()
	d := office()
	ctx := watched(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(server(t, d.serve(viewerOfAll()))+"/scans/5")); err != nil {
		t.Fatal(err)
	}
	reads(ctx, t, "7 of 9 parts done")
	d.happens(108, listing.ScanEvent{Kind: "shard", Part: "workloads", Region: "us-east-1", State: "running", Pages: 1, Items: 50})
	reads(ctx, t, "Workloads, us-east-1: 50 items in 1 page")
	d.with(func() { d.shards[5][8].State = "finished" })
	reads(ctx, t, "8 of 9 parts done")
	reads(ctx, t, "80 % of the scan is done")
	first, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("#scan-log > li").dataset.id`))
	if err != nil || first != "108" {
		t.Errorf("the newest line is %s, %v", first, err)
	}
	d.happens(109, listing.ScanEvent{Kind: "done", State: "finished"})
	d.ends(scan.Finished)
	reads(ctx, t, "Show the result")
	reads(ctx, t, "The scan has ended")
	if n, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll("#scan-state .danger").length + window.refused.length`)); err != nil || n > 0 {
		t.Errorf("cancelling is still offered, or the policy refused something: %d, %v", n, err)
	}
	twice, err := chromedp.Run(ctx, chromedp.Evaluate[int](`(ids => ids.length - new Set(ids).size)([...document.querySelectorAll("#scan-log > li")].map(l => l.dataset.id))`))
	if err != nil || twice > 0 {
		t.Errorf("%d lines stand twice, %v", twice, err)
	}
}

// Where events do not come through, the page asks every few seconds.
func TestTheProgressPageAsksWhereNoEventsCome(t *testing.T) {
	t.Parallel()
	d := office()
	h := d.serve(viewerOfAll())
	base := server(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/events") {
			http.Error(w, "no events through here", http.StatusBadGateway)
			return
		}
		h.ServeHTTP(w, r)
	}))
	ctx := watched(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/scans/5")); err != nil {
		t.Fatal(err)
	}
	reads(ctx, t, "7 of 9 parts done")
	d.with(func() { d.shards[5][8].State = "finished" })
	d.happens(108, listing.ScanEvent{Kind: "log", Say: "slowed down"})
	reads(ctx, t, "8 of 9 parts done")
	reads(ctx, t, "slowed down")
	d.ends(scan.Cancelled)
	reads(ctx, t, "The scan has ended. Load the page again to see the result.")
	reads(ctx, t, "Cancelled")
}
