package signin_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"plumbline/internal/access"
	"plumbline/internal/postgres/people"
)

// tab starts a browser with one tab, or skips where there is none.
func tab(t *testing.T) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{os.Getenv("PLUMBLINE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		if slices.Contains(strings.Split(os.Getenv("PLUMBLINE_REQUIRE"), ","), "browser") {
			t.Fatal("Chromium is required and was not found: install the package chromium.")
		}
		t.Skip("Chromium was not found: install the package chromium to run the browser tests.")
	}
	flags := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(program), chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox) // it is shown our own pages only
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // opens the tab; a time limit here would stop the browser
		t.Fatalf("Chromium does not start: %v", err)
	}
	ctx, end := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(end)
	return ctx
}

const watch = `window.refused = []; document.addEventListener("securitypolicyviolation", e => window.refused.push(e.violatedDirective + " " + e.blockedURI + " " + e.sample))`

const judge = `axe.run(document, {runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}, resultTypes: ["violations"]})
	.then(r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.target.join(" ") + " " + (n.failureSummary || "")).join(" | ")).concat(window.refused))`

// Signs in as a person does, and looks at every page of the door in every width
// and theme.
func TestAPersonSignsInAndAxeFindsNothing(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.add(t, "ada.with.a.rather.long.name@department.example.org", people.Grant{Role: access.Engineer}, people.Grant{Role: access.Auditor})
	must(t, h.Disable(h.ctx, h.id(t, "ada.with.a.rather.long.name@department.example.org")))
	_, err := h.pool.Exec(h.ctx, `insert into account (provider, external_id, joined_at, name) values ('aws', '111111111111', now(), 'payments-prod'), ('aws', '222222222222', now(), '')`)
	must(t, err)
	_, err = h.AddGroup(h.ctx, "payments", []int64{1})
	must(t, err)
	script, err := os.ReadFile("../ui/testdata/vendor/axe.min.js")
	must(t, err)
	ctx := tab(t)
	_, err = chromedp.Call(ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: watch})
	must(t, err)
	for _, path := range []string{"/sign-in", "/signed-out"} {
		visit(ctx, t, h, path, string(script))
	}
	must(t, chromedp.Do(ctx, chromedp.Navigate(h.URL+"/profile"), chromedp.SendKeys("#email", "root@example.org"), chromedp.SendKeys("#password", "wrong\n"),
		chromedp.WaitVisible("#problem")))
	look(ctx, t, "/sign-in with a problem", string(script))
	must(t, chromedp.Do(ctx, chromedp.SendKeys("#password", h.secret+"\n"), chromedp.WaitVisible("#token-h"),
		chromedp.SendKeys("#token-name", "nightly\n"), chromedp.WaitVisible("#shown")))
	look(ctx, t, "/profile with a token", string(script))
	for _, path := range []string{"/profile", "/profile?done=session", "/settings/people", "/settings/people/1", "/settings/people/2", "/settings/groups", "/settings/groups/1",
		"/settings/audit", "/settings/audit?who=root%40example.org&before=4", "/settings/people/99"} {
		visit(ctx, t, h, path, string(script))
	}
}

func visit(ctx context.Context, t *testing.T, h house, path, script string) {
	t.Helper()
	must(t, chromedp.Do(ctx, chromedp.Navigate(h.URL+path)))
	look(ctx, t, path, script)
}

func look(ctx context.Context, t *testing.T, name, script string) {
	t.Helper()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[any](script+";0"))
	must(t, err)
	for _, width := range []int64{1440, 390, 320} {
		for _, theme := range []string{"light", "dark"} {
			must(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)))
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
			must(t, err)
			sideways, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
			must(t, err)
			faults, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](judge, chromedp.EvalAwaitPromise))
			must(t, err)
			if sideways > 0 {
				faults = append(faults, fmt.Sprintf("scrolls sideways by %d px", sideways))
			}
			for _, f := range faults {
				t.Errorf("%s at %d in %s: %s", name, width, theme, f)
			}
			picture(ctx, t, fmt.Sprintf("%s-%d-%s.png", strings.NewReplacer("/", "_", "?", "_", " ", "_").Replace(name), width, theme))
		}
	}
}

// picture keeps what was looked at, where PLUMBLINE_SHOTS names a folder.
func picture(ctx context.Context, t *testing.T, file string) {
	t.Helper()
	dir := os.Getenv("PLUMBLINE_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, file), png, 0o600))
}
