//go:build pictures

package ui_test

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"plumbline/internal/access"
)

// TestPicturesOfRules writes pictures as TestPictures does, of the pages about
// rules and changes of them.
func TestPicturesOfRules(t *testing.T) {
	dir := os.Getenv("PLUMBLINE_SHOTS")
	if dir == "" {
		t.Fatal("PLUMBLINE_SHOTS names no folder for the pictures.")
	}
	officer, engineer := server(t, busyBook().serve(person(access.Officer))), server(t, busyBook().serve(person(access.Engineer)))
	ctx := tab(t)
	for name, address := range map[string]string{
		"rules": officer + "/rules", "rules-problem": officer + "/rules?q=severty:high", "rules-none": officer + "/rules?q=nonesuch",
		"rule": officer + "/rules/AWS-IMDS-001", "rule-own": officer + "/rules/ORG-AWS-IMDS-007", "rule-off": officer + "/rules/AWS-IMDS-002",
		"rule-new": engineer + "/rules/new", "rule-edit": engineer + "/rules/edit/AWS-IMDS-001", "rule-params": engineer + "/rules/params/ORG-AWS-IMDS-007", "rule-switch": engineer + "/rules/off/AWS-IMDS-001",
		"changes": officer + "/rules/changes", "change": officer + "/rules/changes/4?preview=on", "change-own": engineer + "/rules/changes/4", "change-approved": officer + "/rules/changes/2",
	} {
		for _, l := range []look{{1440, "light"}, {390, "light"}, {1440, "dark"}, {390, "dark"}} {
			if err := l.set(ctx); err != nil {
				t.Fatal(err)
			}
			if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
				t.Fatal(err)
			}
			picture(ctx, t, dir, name, l)
		}
	}
	for _, l := range []look{{1440, "light"}, {390, "light"}, {1440, "dark"}} {
		if err := l.set(ctx); err != nil {
			t.Fatal(err)
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(engineer+"/rules/edit/ORG-AWS-IMDS-007"),
			chromedp.SetValue("#yaml", flawed), chromedp.Click(`button[value="check"]`)); err != nil {
			t.Fatal(err)
		}
		reads(ctx, t, "It cannot be read as a rule")
		picture(ctx, t, dir, "rule-flaws", l)
		if err := chromedp.Do(ctx, chromedp.SetValue("#yaml", stricter), chromedp.Click(`button[value="preview"]`)); err != nil {
			t.Fatal(err)
		}
		reads(ctx, t, "What would change")
		picture(ctx, t, dir, "rule-preview", l)
	}
}
