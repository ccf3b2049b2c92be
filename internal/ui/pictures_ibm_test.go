//go:build pictures

package ui_test

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPicturesOfIBMCloud writes pictures as TestPictures does, of what only IBM
// Cloud has.
func TestPicturesOfIBMCloud(t *testing.T) {
	dir := os.Getenv("PLUMBLINE_SHOTS")
	if dir == "" {
		t.Fatal("PLUMBLINE_SHOTS names no folder for the pictures.")
	}
	d := blue()
	base := server(t, d.serve(administrator()))
	ctx := tab(t)
	for name, path := range map[string]string{"ibm-accounts": "/accounts", "ibm-onboarding": ofIBM, "ibm-member": ofMember, "ibm-workload": "/inventory/" + d.workloads[0].UID} {
		for _, l := range []look{{1280, "light"}, {390, "light"}, {1280, "dark"}, {390, "dark"}} {
			if err := l.set(ctx); err != nil {
				t.Fatal(err)
			}
			if err := chromedp.Do(ctx, chromedp.Navigate(base+path)); err != nil {
				t.Fatal(err)
			}
			picture(ctx, t, dir, name, l)
		}
	}
}
