//go:build pictures

package ui_test

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPicturesOfAttestations writes pictures as TestPictures does, of the pages
// about attestations.
func TestPicturesOfAttestations(t *testing.T) {
	dir := os.Getenv("PLUMBLINE_SHOTS")
	if dir == "" {
		t.Fatal("PLUMBLINE_SHOTS names no folder for the pictures.")
	}
	base, empty := server(t, filled().serve(officer())), server(t, (&shelf{}).serve(officer()))
	ctx := tab(t)
	for _, path := range append(attestationStops, "") {
		address, name := base+path, "attestations"+strings.NewReplacer("/attestations", "", "/", "-", "?", "-", "&", "-", "=", "-").Replace(path)
		if path == "" {
			address, name = empty+"/attestations", "attestations-none"
		}
		for _, l := range []look{{1440, "light"}, {390, "light"}, {1440, "dark"}} {
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
