package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"plumbline/internal/access"
)

var attestationStops = []string{"/attestations", "/attestations?state=valid&framework=soc2", "/attestations/new", "/attestations/new?framework=soc2&control=CC1.4", "/attestations/new?renews=4",
	"/attestations/1", "/attestations/2", "/attestations/3", "/attestations/4?did=approve", "/attestations/5", "/attestations/6", "/attestations/7"}

func TestAxeFindsNothingOnAttestations(t *testing.T) {
	t.Parallel()
	script := axe(t)
	base, empty := server(t, filled().serve(officer())), server(t, (&shelf{}).serve(officer()))
	addresses := []string{empty + "/attestations"}
	for _, s := range attestationStops {
		addresses = append(addresses, base+s)
	}
	t.Run("pages", func(t *testing.T) {
		const tabs = 3
		for part := range tabs {
			t.Run(fmt.Sprint(part), func(t *testing.T) {
				t.Parallel()
				ctx := watched(t)
				for i, address := range addresses {
					if i%tabs == part {
						visit(ctx, t, address, script)
					}
				}
			})
		}
	})
}

// With JavaScript off an attestation is proposed with a file, and another one
// decided, by links and forms alone. What is wrong is said, and is reached.
func TestAttestationsWorkWithoutJavaScript(t *testing.T) {
	t.Parallel()
	s := filled()
	base := server(t, s.serve(officer()))
	ctx := tab(t)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "Prüfung 2026.txt")
	if err := os.WriteFile(file, []byte("as agreed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (look{390, "light"}).set(ctx); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		act  chromedp.Action[chromedp.Void]
		want string
	}{
		{chromedp.Navigate(base + "/attestations"), "An attestation waits for your decision."},
		{chromedp.Click(`.head a.primary`), "What this is for"},
		{chromedp.Click(`main button.primary`), "Nothing was proposed yet: 3 answers need another look."},
		{chromedp.Click(`a[href="#statement"]`), "Say what holds"},
		{chromedp.SendKeys("#statement", "Recovery was tried."), "Propose"},
		{chromedp.SetValue("#about", "topic:recovery_plan"), "Propose"},
		{choose(file), "Propose"},
		{chromedp.Click(`main button.primary`), "There is no such page"}, // the shelf keeps none
		{chromedp.Navigate(base + "/attestations/1"), "Nobody has decided yet."},
		{chromedp.Click(`#decide button.danger`), "Say why you refuse it."},
		{chromedp.SendKeys("#note", "It is of last year."), "Refuse"},
		{chromedp.Click(`#decide button.danger`), "Refused."},
	} {
		if err := chromedp.Do(ctx, step.act); err != nil {
			t.Fatalf("before %q: %v", step.want, err)
		}
		reads(ctx, t, step.want)
	}
	if len(s.drafts) != 2 || s.drafts[1].Statement != "Recovery was tried." || s.drafts[1].File == nil || s.drafts[1].File.Name != "Prüfung 2026.txt" || string(s.drafts[1].File.Content) != "as agreed" {
		t.Errorf("drafts %+v", s.drafts)
	}
	if got := strings.Join(s.did, ";"); got != "decide 1 false ;decide 1 false It is of last year." {
		t.Errorf("did %s", got)
	}
}

// choose puts a file into the form.
func choose(file string) chromedp.Action[chromedp.Void] {
	return chromedp.SetUploadFiles("#file", []string{file})
}

// The form is gone through by keyboard, from field to field in the order in
// which they stand.
func TestTheFormOfAnAttestationIsGoneThroughByKeyboard(t *testing.T) {
	t.Parallel()
	ctx := watched(t)
	base := server(t, filled().serve(viewer(access.Engineer)))
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/attestations/new"), chromedp.Focus("#about")); err != nil {
		t.Fatal(err)
	}
	var order []string
	for range 20 { // a day has several stops of its own
		id, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.activeElement.id || document.activeElement.className`))
		if err != nil {
			t.Fatal(err)
		}
		order = append(order, id)
		if strings.HasPrefix(id, "btn") {
			break
		}
		if err := chromedp.Do(ctx, chromedp.KeyEvent("\t")); err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(slices.Compact(order)); got != "[about statement owner whole link file from until btn primary lg]" {
		t.Error(got)
	}
}
