//go:build pictures

package ui_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPicturesOfAccounts writes pictures as TestPictures does, of the pages
// about accounts, scans and inventory.
func TestPicturesOfAccounts(t *testing.T) {
	dir := os.Getenv("PLUMBLINE_SHOTS")
	if dir == "" {
		t.Fatal("PLUMBLINE_SHOTS names no folder for the pictures.")
	}
	d := office()
	d.looked = lookedAt
	base := server(t, d.serve(viewerOfAll()))
	ctx := tab(t)
	for name, path := range map[string]string{
		"accounts": "/accounts", "account": "/accounts/1?did=change", "disconnect": "/accounts/1/disconnect", "onboarding": "/accounts/new?external=plb-7f2c41d9e0", "onboarding-ibm": ofIBM,
		"scans": "/scans", "scan-running": "/scans/5", "scan-cancelled": "/scans/3", "scan": "/scans/4", "cancel": "/scans/5/cancel",
		"inventory": "/inventory?q=tokens:optional", "inventory-problem": "/inventory?q=tokens:maybe", "workload": "/inventory/" + d.workloads[0].UID,
		"workload-cut": "/inventory/" + d.workloads[1].UID, "workload-unknown": "/inventory/" + d.workloads[2].UID,
	} {
		for _, l := range []look{{1440, "light"}, {390, "light"}, {1440, "dark"}, {390, "dark"}} {
			if err := l.set(ctx); err != nil {
				t.Fatal(err)
			}
			if err := chromedp.Do(ctx, chromedp.Navigate(base+path)); err != nil {
				t.Fatal(err)
			}
			picture(ctx, t, dir, name, l)
		}
	}
	for _, l := range []look{{1440, "light"}, {390, "light"}, {1440, "dark"}} {
		if err := l.set(ctx); err != nil {
			t.Fatal(err)
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(base+"/accounts/new?external=plb-7f2c41d9e0"), chromedp.Click(`button[value="test"]`)); err != nil {
			t.Fatal(err)
		}
		reads(ctx, t, "Nothing was tested yet")
		picture(ctx, t, dir, "onboarding-faults", l)
		if err := chromedp.Do(ctx, chromedp.SetValue("#role", role), chromedp.Click(`button[value="test"]`)); err != nil {
			t.Fatal(err)
		}
		reads(ctx, t, "cannot be read in full")
		picture(ctx, t, dir, "onboarding-tested", l)
	}
}

func picture(ctx context.Context, t *testing.T, dir, name string, l look) {
	t.Helper()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, name+"-"+map[bool]string{true: "390", false: "1440"}[l.width == 390]+"-"+l.theme+".png")
	if err := os.WriteFile(file, png, 0o600); err != nil {
		t.Fatal(err)
	}
}
