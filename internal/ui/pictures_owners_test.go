//go:build pictures

package ui_test

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"plumbline/internal/access"
)

// TestPicturesOfOwners writes pictures as TestPictures does, of the pages about
// who owns what.
func TestPicturesOfOwners(t *testing.T) {
	dir := os.Getenv("PLUMBLINE_SHOTS")
	if dir == "" {
		t.Fatal("PLUMBLINE_SHOTS names no folder for the pictures.")
	}
	ctx := tab(t)
	for _, l := range []look{{1440, "light"}, {390, "light"}, {1440, "dark"}, {390, "dark"}} {
		b := newBooks(full(), twoRules())
		base, empty := server(t, owned(b, officer())), server(t, owned(newBooks(full(), nil), officer()))
		if err := l.set(ctx); err != nil {
			t.Fatal(err)
		}
		for _, s := range []struct {
			name string
			do   []chromedp.Action[chromedp.Void]
			want string
		}{
			{"owners-empty", []chromedp.Action[chromedp.Void]{chromedp.Navigate(empty + "/settings/owners")}, "There is no rule yet"},
			{"owners", []chromedp.Action[chromedp.Void]{chromedp.Navigate(base + "/settings/owners?did=7")}, "Version 3 is kept"},
			{"owners-edit", []chromedp.Action[chromedp.Void]{chromedp.Click(`button[value="edit-2"]`)}, "Put it into the list"},
			{"owners-changed", []chromedp.Action[chromedp.Void]{chromedp.SetValue("#owner", "Everybody"), chromedp.Click(`#rule button[value="put"]`)}, "Nothing is saved yet"},
			{"owners-preview", []chromedp.Action[chromedp.Void]{chromedp.Click(`#rules button[value="preview"]`)}, "Save these rules"},
			{"owner-finding", []chromedp.Action[chromedp.Void]{chromedp.Navigate(base + "/findings/FND-1"), chromedp.Click("#owner-card summary")}, "Assign it by hand"},
			{"owner-list", []chromedp.Action[chromedp.Void]{chromedp.Navigate(base + "/findings?q=is:open&group=none")}, "Owner"},
			{"owner-overview", []chromedp.Action[chromedp.Void]{chromedp.Navigate(base + "/")}, "unowned"},
		} {
			if err := chromedp.Do(ctx, s.do...); err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			reads(ctx, t, s.want)
			picture(ctx, t, dir, s.name, l)
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(base+"/settings/owners"), chromedp.Click(`#rules button[value="preview"]`)); err != nil {
			t.Fatal(err)
		}
		reads(ctx, t, "Every finding has the owner")
		if _, err := b.KeepOwners(access.With(t.Context(), officer()), twoRules()[:1], 3); err != nil {
			t.Fatal(err)
		}
		if err := chromedp.Do(ctx, chromedp.Click(`#rules button[value="preview"]`)); err != nil {
			t.Fatal(err)
		}
		reads(ctx, t, "Somebody else changed the rules")
		picture(ctx, t, dir, "owners-stale", l)
	}
}
