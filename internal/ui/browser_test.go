package ui_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"plumbline/internal/access"
	"plumbline/internal/ui"
)

// One Chromium serves all tests; each has a tab of its own.
var browser struct {
	once sync.Once
	ctx  context.Context
	stop []context.CancelFunc
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, stop := range slices.Backward(browser.stop) {
		stop()
	}
	os.Exit(code)
}

func chromium() string {
	for _, name := range []string{os.Getenv("PLUMBLINE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// start starts the browser in its sandbox, and without it where the system has
// none to give: as root, in many containers. It is shown our own pages only.
func start() {
	if os.Geteuid() != 0 {
		if launch(); browser.err == nil || !strings.Contains(browser.err.Error(), "No usable sandbox") {
			return
		}
	}
	launch(chromedp.NoSandbox)
}

func launch(more ...chromedp.ExecAllocatorOption) {
	flags := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromium()), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.NoFirstRun)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(flags, more...)...)
	ctx, cancel := chromedp.NewContext(alloc)
	browser.ctx, browser.stop = ctx, append(browser.stop, stop, cancel)
	browser.err = chromedp.Do(ctx)
}

// tab opens a tab in the one browser, or skips where there is none.
func tab(t *testing.T) context.Context {
	t.Helper()
	if chromium() == "" {
		if slices.Contains(strings.Split(os.Getenv("PLUMBLINE_REQUIRE"), ","), "browser") {
			t.Fatal("Chromium is required and was not found: install the package chromium.")
		}
		t.Skip("Chromium was not found: install the package chromium to run the browser tests.")
	}
	browser.once.Do(start)
	if browser.err != nil {
		t.Fatalf("Chromium does not start: %v", browser.err)
	}
	ctx, cancel := chromedp.NewContext(browser.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // opens the tab; a time limit here would stop the browser
		t.Fatalf("Chromium opens no tab: %v", err)
	}
	ctx, stop := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(stop)
	return ctx
}

func server(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// a look is one way to see a page.
type look struct {
	width int
	theme string
}

func (l look) set(ctx context.Context) error {
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(l.width), 900)); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: l.theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	return err
}

// axe reads the checks of axe-core, version 4.14.1.
func axe(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile("testdata/vendor/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// judge runs in the page and gives every fault with the place where it stands.
// Only the rules on colours can differ between light and dark, so the others
// run once.
func judge(theme string) string {
	only := `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}`
	if theme == "dark" {
		only = `{type: "rule", values: ["color-contrast", "link-in-text-block"]}`
	}
	return `axe.run(document, {runOnly: ` + only + `, resultTypes: ["violations"]})
	.then(r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.target.join(" ") + " " + (n.failureSummary || "")).join(" | ")))`
}

// watch notes what the policy refused, before any script of the page runs.
const watch = `window.refused = []; document.addEventListener("securitypolicyviolation", e => window.refused.push(e.violatedDirective + " " + e.blockedURI + " " + e.sample))`

// stops are the pages that axe looks at: each kind and each open state.
var stops = []string{
	"/", "/findings", "/findings?open=AWS-IMDS-001", "/findings?open=AWS-IMDS-001&sheet=FND-2", "/findings?group=none&sheet=FND-41", "/findings?q=is:lost,nodata&group=cause",
	"/findings?q=is:open+severity:critical", "/findings?q=severty:high", "/findings/FND-1", "/findings/FND-1/evidence", "/findings/FND-1/fix", "/findings/FND-1/history",
	"/findings/FND-41", "/findings/FND-41/evidence", "/scans", "/scans/4", "/scans/2", "/nothing",
}

func TestAxeAndThePolicyFindNothing(t *testing.T) {
	t.Parallel()
	script := axe(t)
	base := map[string]string{"": server(t, serve(full())), "none": server(t, serve(none())), "clear": server(t, serve(allClear(0))),
		"several": server(t, serve(several())), "shut": server(t, seenBy(&access.Viewer{Name: "Nobody"})),
		"closed": server(t, ui.New(ui.Config{Reader: full(), Rules: catalogue(), Now: clock}))}
	var addresses []string
	for _, s := range stops {
		addresses = append(addresses, base[""]+s)
	}
	addresses = append(addresses, base["none"]+"/", base["none"]+"/findings", base["none"]+"/scans", base["clear"]+"/", base["clear"]+"/findings", base["closed"]+"/findings", base["several"]+"/", base["shut"]+"/")
	t.Run("pages", func(t *testing.T) {
		const tabs = 6 // two at a time keep two cores busy
		for part := range tabs {
			t.Run(fmt.Sprint(part), func(t *testing.T) {
				t.Parallel()
				ctx := tab(t)
				if _, err := chromedp.Call(ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: watch}); err != nil {
					t.Fatal(err)
				}
				for i, address := range addresses {
					if i%tabs == part {
						visit(ctx, t, address, script)
					}
				}
			})
		}
	})
}

// visit looks at one page in every width and theme.
func visit(ctx context.Context, t *testing.T, address, script string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](script+";0")); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	for _, width := range []int{1440, 390, 320} {
		for _, theme := range []string{"light", "dark"} {
			inspect(ctx, t, address, look{width, theme})
		}
	}
}

// inspect looks at the page that is open, at one width, the menu of small
// screens open too.
func inspect(ctx context.Context, t *testing.T, address string, l look) {
	t.Helper()
	if err := l.set(ctx); err != nil {
		t.Fatal(err)
	}
	at := func(what string) string { return fmt.Sprintf("%s at %d in %s: %s", address, l.width, l.theme, what) }
	states := []string{"0"}
	if l.width == 320 {
		states = append(states, `for (const d of document.querySelectorAll("details:not(.menu)")) d.open = true; 0`)
	}
	if l.width != 390 && strings.HasSuffix(address, "/findings") {
		menus, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll(".facets details").length`))
		if err != nil {
			t.Fatal(at(err.Error()))
		}
		for i := range menus { // a menu at a time, as a reader opens them
			states = append(states, fmt.Sprintf(`for (const d of document.querySelectorAll("details")) d.open = false; document.querySelectorAll(".facets details")[%d].open = true; 0`, i))
		}
		states = append(states, `document.getElementById("keys")?.showModal(); 0`)
	}
	for _, state := range states {
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](state)); err != nil {
			t.Fatal(at(err.Error()))
		}
		sideways, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
		if err != nil || sideways > 0 {
			t.Error(at(fmt.Sprintf("scrolls sideways by %d px after %s, %v", sideways, state, err)))
		}
		faults, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](judge(l.theme), chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(at(err.Error()))
		}
		for _, f := range faults {
			t.Error(at(f))
		}
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](`for (const d of document.querySelectorAll("details")) d.open = false; document.getElementById("keys")?.close(); 0`)); err != nil {
		t.Fatal(at(err.Error()))
	}
	refused, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`window.refused`))
	if err != nil || len(refused) > 0 {
		t.Error(at(fmt.Sprintf("the policy refused %v, %v", refused, err)))
	}
}

func TestTheWatchSeesWhatThePolicyRefuses(t *testing.T) {
	t.Parallel()
	base := server(t, serve(full()))
	ctx := tab(t)
	if _, err := chromedp.Call(ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: watch}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/findings")); err != nil {
		t.Fatal(err)
	}
	n, err := chromedp.Run(ctx, chromedp.Evaluate[int](`new Promise(done => {
		document.addEventListener("securitypolicyviolation", () => done(window.refused.length));
		document.body.setAttribute("style", "color: red");
	})`, chromedp.EvalAwaitPromise))
	if err != nil || n == 0 {
		t.Errorf("%d, %v", n, err)
	}
}

// TestTheTourWorksWithoutJavaScript walks from the link in the terminal to the
// fix and the scan by links and forms alone, with the real door.
func TestTheTourWorksWithoutJavaScript(t *testing.T) {
	t.Parallel()
	var h http.Handler
	base := server(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	e := ui.NewEntry(strings.TrimPrefix(base, "http://"), time.Now)
	h = ui.New(ui.Config{Reader: full(), Rules: catalogue(), Fix: fixFor, Now: clock, Auth: e})
	ctx := tab(t)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	if err := (look{1440, "light"}).set(ctx); err != nil {
		t.Fatal(err)
	}
	open := func(address, want string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
			t.Fatal(err)
		}
		reads(ctx, t, want)
	}
	open(base+"/findings", "Open the link that the terminal printed")
	open(e.Link(), "What changed with the last scans")
	for _, step := range []struct{ click, want string }{
		{`#fix a`, "25 of 31 shown."},
		{`a[aria-label="Remove filter rule:AWS-IMDS-001"]`, "37 findings in 5 rules"},
		{`details.menu summary`, "Apply"},
		{`input[name="v"][value="high"]`, "Apply"},
		{`details.menu[open] button`, "31 findings in 1 rule"},
		{`a.exp[aria-label^="Open EC2 instance answers"]`, "25 of 31 shown."},
		{`a.res`, "How to fix"},
		{`.sheet a[aria-label="Next finding"]`, "FND-2"},
		{`.sheet a[aria-label="Close"]`, "25 of 31 shown."},
		{`nav.views a[href="/findings?group=cause&q=is:lost,nodata"]`, "left open by 2 causes"},
		{`nav.views a[href="/findings"]`, "37 findings in 5 rules"},
		{`a.exp[aria-label^="Open EC2 instance answers"]`, "25 of 31 shown."},
		{`a.res`, "How to fix"},
		{`.sheet header a[href="/findings/FND-1"]`, "Where other scanners disagree"},
		{`nav.views a[href$="/evidence"]`, "checked now: the bytes kept are those that were judged"},
		{`nav.views a[href$="/fix"]`, "--http-tokens required"},
		{`nav.views a[href$="/history"]`, "What the rule said, and for how long"},
		{`a[aria-label="Next finding"]`, "2 of 31"},
		{`header.side nav a[href="/scans"]`, "Scan 4"},
		{`a[href="/scans/4"].strong`, "What was asked"},
		{`header.side button[value="dark"]`, "What was asked"},
	} {
		if err := chromedp.Do(ctx, chromedp.Click(step.click)); err != nil {
			t.Fatalf("%s: %v", step.click, err)
		}
		reads(ctx, t, step.want)
	}
	if err := chromedp.Do(ctx, chromedp.WaitReady(`html[data-theme="dark"]`)); err != nil {
		t.Errorf("the theme was not changed: %v", err)
	}
	copies, err := chromedp.Run(ctx, chromedp.Nodes("[data-copy]:not([hidden])", chromedp.AtLeast(0)))
	if err != nil || len(copies) > 0 {
		t.Errorf("%d buttons that need a script are shown, %v", len(copies), err)
	}
}

// A link that is followed from another site must open the door too: there the
// browser holds a strict cookie back from a redirect.
func TestTheLinkWorksFromAnotherSite(t *testing.T) {
	t.Parallel()
	var h http.Handler
	base := server(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	e := ui.NewEntry(strings.TrimPrefix(base, "http://"), time.Now)
	h = ui.New(ui.Config{Reader: full(), Rules: catalogue(), Now: clock, Auth: e})
	link := e.Link()
	other := server(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<!DOCTYPE html><title>mail</title><a id="in" href=%q>open</a>`, link)
	}))
	ctx := tab(t)
	elsewhere := strings.Replace(other, "127.0.0.1", "localhost", 1) // another site to the browser
	if err := chromedp.Do(ctx, chromedp.Navigate(elsewhere), chromedp.Click("#in")); err != nil {
		t.Fatal(err)
	}
	reads(ctx, t, "What changed with the last scans")
}

// reads waits until the page says something. The browser tells of each page
// that it has loaded; there is nothing to sleep for.
func reads(ctx context.Context, t *testing.T, want string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.WaitReady(fmt.Sprintf(`//body[contains(normalize-space(.), %q)]`, want))); err != nil {
		t.Fatalf("the page does not say %q: %v", want, err)
	}
}

func TestCopyPutsTheCommandOnTheClipboard(t *testing.T) {
	t.Parallel()
	base := server(t, serve(full()))
	ctx := tab(t)
	if _, err := chromedp.Call(ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{
		Source: `Object.defineProperty(navigator, "clipboard", {value: {writeText: async text => { window.copied = text; }}})`}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/findings/FND-1/fix"), chromedp.Click(`[data-copy="cli"]`)); err != nil {
		t.Fatal(err)
	}
	reads(ctx, t, "Copied to the clipboard")
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`window.copied`))
	if err != nil || !strings.HasPrefix(got, "# takes effect") || !strings.HasSuffix(got, "--http-tokens required\n") {
		t.Errorf("copied %q, %v", got, err)
	}
}
