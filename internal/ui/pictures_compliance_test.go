//go:build pictures

package ui_test

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"plumbline/internal/access"
	"plumbline/internal/compliance/compliancetest"
)

// TestPicturesOfCompliance writes pictures as TestPictures does, of the pages
// about frameworks and of the overview that tells of them.
func TestPicturesOfCompliance(t *testing.T) {
	dir := os.Getenv("PLUMBLINE_SHOTS")
	if dir == "" {
		t.Fatal("PLUMBLINE_SHOTS names no folder for the pictures.")
	}
	away, none := server(t, framed(lookedAway(), viewer(access.Officer))), server(t, framed(&compliancetest.Store{}, all))
	ctx := tab(t)
	for name, address := range map[string]string{
		"covers": away + "/", "covers-none": none + "/", "frameworks": away + "/compliance", "framework": away + "/compliance/some-1.0", "control": away + "/compliance/some-1.0/1.1",
		"population": away + "/compliance/some-1.0/1.1/population?after=3.100", "sample": away + "/compliance/some-1.0/1.1/sample?n=10",
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
}
