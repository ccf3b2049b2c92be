package ui_test

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestPicturesOfDemo(t *testing.T) {
	link := os.Getenv("DEMO_LINK")
	base := link[:strings.Index(link, "/enter")]
	ctx := tab(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(link)); err != nil {
		t.Fatal(err)
	}
	hrefs, _ := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll("a")].map(a => a.getAttribute("href"))`))
	t.Log(hrefs)
	for name, path := range map[string]string{
		"findings": "/findings", "open": "/findings?open=AWS-IMDS-001", "unassessed": "/findings?view=unassessed", "closed": "/findings?view=closed",
		"finding": "/findings/FND-1", "evidence": "/findings/FND-1/evidence", "fix": "/findings/FND-1/fix", "scan": "/scans/2", "scans": "/scans",
	} {
		_ = (look{1440, "light"}).set(ctx)
		if err := chromedp.Do(ctx, chromedp.Navigate(base+path)); err != nil {
			t.Fatal(err)
		}
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if name == "unassessed" || name == "closed" {
			hrefs, _ := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll("a.exp")].map(a => a.getAttribute("href"))`))
			t.Log(name, hrefs)
		}
		os.WriteFile("/tmp/shots/demo-"+name+".png", png, 0o600)
	}
}
