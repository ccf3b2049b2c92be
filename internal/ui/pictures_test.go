//go:build pictures

package ui_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPictures writes a picture of each page into the folder PLUMBLINE_SHOTS, to
// be looked at: go test -tags pictures -run Pictures ./internal/ui
func TestPictures(t *testing.T) {
	dir := os.Getenv("PLUMBLINE_SHOTS")
	if dir == "" {
		t.Fatal("PLUMBLINE_SHOTS names no folder for the pictures.")
	}
	full, several, none := server(t, serve(full())), server(t, serve(several())), server(t, serve(none()))
	ctx := tab(t)
	for name, address := range map[string]string{
		"overview": full + "/", "overview-several": several + "/", "overview-none": none + "/",
		"findings": full + "/findings", "findings-open": full + "/findings?q=is:open+severity:high&open=AWS-IMDS-001", "findings-sheet": full + "/findings?open=AWS-IMDS-001&sheet=FND-2",
		"findings-flat": full + "/findings?group=none&sort=due", "findings-problem": full + "/findings?q=severty:high", "findings-cause": full + "/findings?q=is:lost,nodata&group=cause",
		"finding": full + "/findings/FND-1", "evidence": full + "/findings/FND-1/evidence", "fix": full + "/findings/FND-1/fix", "history": full + "/findings/FND-40/history",
		"missing": full + "/nothing",
	} {
		for _, l := range []look{{1440, "light"}, {390, "light"}, {1440, "dark"}, {390, "dark"}} {
			if err := l.set(ctx); err != nil {
				t.Fatal(err)
			}
			if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
				t.Fatal(err)
			}
			png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, name+"-"+map[bool]string{true: "390", false: "1440"}[l.width == 390]+"-"+l.theme+".png")
			if err := os.WriteFile(file, png, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
