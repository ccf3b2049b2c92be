package ui_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"plumbline/internal/access"
	"plumbline/internal/compliance/compliancetest"
)

func TestAxeFindsNothingOnThePagesOfCompliance(t *testing.T) {
	t.Parallel()
	script := axe(t)
	base, none, away := server(t, framed(told(), viewer(access.Officer))), server(t, framed(&compliancetest.Store{}, all)), server(t, framed(lookedAway(), all))
	addresses := []string{
		base + "/compliance", base + "/compliance/some-1.0", base + "/compliance/some-1.0?from=x", base + "/compliance/some-1.0/1.1", base + "/compliance/some-1.0/2.1", base + "/compliance/some-1.0/2.3",
		base + "/compliance/some-1.0/1.1/sample", base + "/compliance/some-1.0/1.1/population?after=3.100", base + "/compliance/some-1.0/1.1/sample?on=2026-01-31",
		base + "/findings/FND-1", base + "/", none + "/", away + "/compliance/some-1.0/1.1", away + "/compliance/some-1.0/1.1/population?after=3.50", none + "/compliance", none + "/compliance/some-1.0", none + "/compliance/some-1.0/1.1",
	}
	const tabs = 4 // two at a time keep two cores busy
	for part := range tabs {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			ctx := tab(t)
			if _, err := chromedp.Call(ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: watch}); err != nil {
				t.Fatal(err)
			}
			for i, address := range addresses {
				if i%tabs == part {
					visit(ctx, t, address, script)
				}
			}
		})
	}
}

// An auditor's way: framework, control, sample, evidence, by links and forms
// alone.
func TestTheAuditorsWayWorksWithoutJavaScript(t *testing.T) {
	t.Parallel()
	base := server(t, framed(told(), viewer(access.Auditor)))
	ctx := tab(t)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	if err := (look{1440, "light"}).set(ctx); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/findings")); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ click, want string }{
		{`header.side nav a[href="/compliance"]`, "A scan is no certificate"},
		{`a[href="/compliance/some-1.0"]`, "3 of 93 controls are assessed."},
		{`a[href="/compliance/some-1.0/1.1"]`, "Rules that speak about it"},
		{`details.fold summary`, "The weeks in words"},
		{`form[action$="/sample"] button.primary`, "25 drawn from 120 subjects"},
		{`button[formaction$="/population"]`, "50 subjects on this page"},
		{`a[rel="next"]`, "First page"},
		{`a[href^="/compliance/some-1.0/1.1/population"]`, "FND-1, evidence"},
		{`a[href="/findings/FND-1/evidence"]`, "the bytes kept are those that were judged"},
	} {
		if err := chromedp.Do(ctx, chromedp.Click(step.click)); err != nil {
			t.Fatalf("%s: %v", step.click, err)
		}
		reads(ctx, t, step.want)
	}
}
