package ui_test

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
)

// With a script the sheet opens without loading the list anew, says where it
// is, gives the focus back, and Back closes it.
func TestTheSheetOpensInPlace(t *testing.T) {
	t.Parallel()
	base := server(t, serve(full()))
	ctx := tab(t)
	if err := (look{1440, "light"}).set(ctx); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/findings?open=AWS-IMDS-001")); err != nil {
		t.Fatal(err)
	}
	does(ctx, t, `window.stays = true`)
	does(ctx, t, `document.querySelector("#f-3 a.res").click(); 0`)
	reads(ctx, t, "How to fix")
	tells(ctx, t, "the list was not loaded anew", `window.stays === true`)
	tells(ctx, t, "the address holds the sheet", `location.search === "?open=AWS-IMDS-001&sheet=FND-3" && location.hash === "#f-3"`)
	tells(ctx, t, "the heading has the focus", `document.activeElement.id === "sheet-h"`)
	tells(ctx, t, "the row is marked", `document.querySelectorAll("tr[data-current]").length === 1 && document.querySelector("#f-3").dataset.current === "true"`)
	press(ctx, t, "Escape")
	waits(ctx, t, `body:not(:has(#sheet)) tr#f-3`)
	tells(ctx, t, "the row has the focus again", `document.activeElement === document.querySelector("#f-3 a")`)
	does(ctx, t, `history.back(); 0`)
	waits(ctx, t, `#sheet`)
	tells(ctx, t, "Back opened it again, in the same page", `window.stays === true && location.search.endsWith("sheet=FND-3")`)
	if err := chromedp.Do(ctx, chromedp.Click(`#sheet a[aria-label="Next finding"]`)); err != nil {
		t.Fatal(err)
	}
	waits(ctx, t, `tr#f-4[data-current]`)
}

func TestKeysMoveOpenAndGo(t *testing.T) {
	t.Parallel()
	base := server(t, serve(full()))
	ctx := tab(t)
	if err := (look{1440, "light"}).set(ctx); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/findings?open=AWS-IMDS-001")); err != nil {
		t.Fatal(err)
	}
	press(ctx, t, "j")
	press(ctx, t, "j")
	press(ctx, t, "j")
	press(ctx, t, "k")
	tells(ctx, t, "the cursor is on the first finding", `document.querySelector("tr.cursor").id === "f-1" && document.activeElement.closest("tr").id === "f-1"`)
	press(ctx, t, "?")
	tells(ctx, t, "the list of keys is open", `document.getElementById("keys").open`)
	press(ctx, t, "j")
	tells(ctx, t, "keys rest under a dialog", `document.querySelector("tr.cursor").id === "f-1"`)
	if err := chromedp.Do(ctx, chromedp.Click(`#keys button`)); err != nil {
		t.Fatal(err)
	}
	press(ctx, t, "/")
	tells(ctx, t, "the filter has the focus", `document.activeElement.id === "q"`)
	press(ctx, t, "j")
	tells(ctx, t, "keys rest while typing", `document.querySelector("tr.cursor").id === "f-1"`)
	does(ctx, t, `document.activeElement.blur(); 0`)
	press(ctx, t, "g")
	press(ctx, t, "o")
	reads(ctx, t, "What changed with the last scans")
}

// press sends a key as the page would see it from a person.
func press(ctx context.Context, t *testing.T, key string) {
	t.Helper()
	does(ctx, t, `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "`+key+`", bubbles: true, cancelable: true})); 0`)
}

func does(ctx context.Context, t *testing.T, script string) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](script)); err != nil {
		t.Fatalf("%s: %v", script, err)
	}
}

func waits(ctx context.Context, t *testing.T, selector string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.WaitReady(selector)); err != nil {
		t.Fatalf("%s does not come: %v", selector, err)
	}
}

func tells(ctx context.Context, t *testing.T, what, script string) {
	t.Helper()
	ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script))
	if err != nil || !ok {
		t.Errorf("it is not so that %s: %v", what, err)
	}
}
