package ui_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/listing"
)

const (
	profile = "Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5"
	ofIBM   = "/accounts/new?provider=ibm"
)

func TestOnboardingOfIBMCloudIsFilledIn(t *testing.T) {
	t.Parallel()
	p := get(t, office().serve(administrator()), ofIBM)
	p.has(t, "Create a read-only profile", "Name the profile and test", "Trusted profile ID, if one is to be named", "Viewer on iam-identity Trusted profiles with their links and claim rules", "Without it, which profiles a server may become is not assessed.",
		"not yet against a real account", "Look through the user data of instance templates for secrets", "Roles only")
	p.hasNot(t, "Role ARN", "external ID", "The role lists")
	for id, file := range map[string]string{"c-cli": "plumbline-profile.sh", "c-tf": "plumbline-profile.tf", "c-key": "plumbline-key.sh", "c-key-tf": "plumbline-key.tf"} {
		for _, x := range ibmrole.RoleTemplates("") {
			if got := strings.TrimSpace(raw(p.byID(id))); x.File == file && got != strings.TrimSpace(x.Text) {
				t.Errorf("%s is not %s:\n%s", id, file, got)
			}
		}
	}
	if got := attr(p.byID("connect"), "action"); got != ofIBM+"#connect" {
		t.Errorf("the form goes to %s", got)
	}
	if !has(p.byID("p-ibm"), "checked") || has(p.byID("p-aws"), "checked") || has(p.byID("p-ibm"), "disabled") {
		t.Error("the choice of the cloud is not IBM Cloud")
	}
}

// Who looks at the other cloud and comes back finds the external ID that stands
// in the template already.
func TestAChoiceOfCloudKeepsTheExternalID(t *testing.T) {
	t.Parallel()
	h := office().serve(administrator())
	p := get(t, h, "/accounts/new?provider=ibm&external=plb-abc234")
	if got := attr(p.byID("connect"), "action"); got != "/accounts/new?external=plb-abc234&provider=ibm#connect" {
		t.Errorf("the form goes to %s", got)
	}
	get(t, h, "/accounts/new?provider=aws&external=plb-abc234").has(t, "Create a read-only role", "plb-abc234")
	for _, other := range []string{"gcp", "nimbus"} {
		if p := get(t, h, "/accounts/new?provider="+other); p.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s answers %d", other, p.Code)
		} else {
			p.has(t, "Choose AWS or IBM Cloud.")
		}
	}
}

func TestFaultsOfAProfileAreSaidAtTheField(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ profile, want string }{
		"its name":         {"plumbline-reader", "This is no ID of a trusted profile."},
		"its IAM ID":       {"iam-" + profile, "This is the IAM ID of a profile. Paste it without iam- before it"},
		"its CRN":          {"crn:v1:bluemix:public:iam-identity::a/3f1c7a52b9e84d06a1d2c3e4f5061728::profile:" + profile, "Paste the ID of the profile, the part behind the last colon"},
		"an ARN":           {role, "This is no ID of a trusted profile."},
		"one digit less":   {profile[:len(profile)-1], "This is no ID of a trusted profile."},
		"a second command": {profile + ";id", "This is no ID of a trusted profile."},
	} {
		for _, do := range []string{"test", "connect"} {
			d := office()
			p := send(t, d.serve(administrator()), ofIBM, "do", do, "profile", c.profile, "every", "24h")
			if p.Code != http.StatusUnprocessableEntity || len(d.done) > 0 {
				t.Errorf("%s: answers %d, did %v", name, p.Code, d.done)
			}
			in := p.byID("profile")
			if attr(in, "aria-invalid") != "true" || attr(in, "value") != c.profile || !strings.Contains(words(p.byID("profile-e")), c.want) {
				t.Errorf("%s: the field says %q", name, words(p.byID("profile-e")))
			}
			p.has(t, "Nothing was tested yet")
		}
	}
}

// Somebody will paste the key. It is not sent on, nor shown again.
func TestAnAPIKeyInTheFieldIsNotKept(t *testing.T) {
	t.Parallel()
	const key = "Xy-12_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL"
	d := office()
	p := send(t, d.serve(administrator()), ofIBM, "do", "connect", "profile", key, "every", "24h")
	p.has(t, "This looks like an API key. None is entered here: set IBMCLOUD_API_KEY where Plumbline runs")
	if strings.Contains(p.Body.String(), key) || p.Code != http.StatusUnprocessableEntity || len(d.done) > 0 {
		t.Errorf("answers %d, did %v, or shows the key", p.Code, d.done)
	}
}

func TestAnAccountOfIBMCloudIsTestedAndConnected(t *testing.T) {
	t.Parallel()
	for given, login := range map[string]string{" " + profile + " ": profile, "": " "} {
		d := office()
		d.tried = listing.Tried{Provider: "ibm", Account: "3f1c7a52b9e84d06a1d2c3e4f5061728", Principal: "iam-" + profile, Checks: []listing.Check{
			{Call: "is:ListInstances", Region: "us-south", Status: "complete"},
			{Call: "iam-identity:ListProfiles", Region: "global", Status: "refused", Cause: "denied", Code: "403", Rules: []string{"IBM-IAM-001"}, Fix: "Grant Viewer on iam-identity."},
		}}
		h := d.serve(administrator())
		p := send(t, h, ofIBM, "do", "test", "profile", given, "name", "blue", "every", "6h", "userdata", "asked")
		p.has(t, "1 of 2 calls cannot be read in full", "Signed in to account 3f1c7a52b9e84d06a1d2c3e4f5061728 as iam-"+profile+".", "Grant Viewer on iam-identity.", "IBM-IAM-001")
		p.hasNot(t, "and not to account")
		if attr(p.byID("profile"), "value") != strings.TrimSpace(given) || !d.unread {
			t.Error("what was filled in is lost")
		}
		p = send(t, h, ofIBM, "do", "connect", "profile", given, "name", "blue", "every", "6h")
		if p.Code != http.StatusSeeOther || p.Header().Get("Location") != "/scans/7" || d.unread {
			t.Errorf("%d to %s", p.Code, p.Header().Get("Location"))
		}
		if got, want := strings.Join(d.done, ";"), "try ibm "+login+";connect ibm blue "+login+" 6h0m0s"; got != want {
			t.Errorf("did %q, not %q", got, want)
		}
	}
}

func TestAFormAboutAnotherCloudThanItsAddressIsRefused(t *testing.T) {
	t.Parallel()
	for provider, want := range map[string]string{"aws": "name different clouds", "gcp": "Google Cloud cannot be connected", "nimbus": "There is no such cloud"} {
		d := office()
		p := send(t, d.serve(administrator()), ofIBM, "do", "connect", "provider", provider, "every", "24h")
		if p.has(t, want); p.Code != http.StatusUnprocessableEntity || len(d.done) > 0 {
			t.Errorf("%s: %d, did %v", provider, p.Code, d.done)
		}
	}
}

func TestAnAccountOfIBMCloudSaysHowItIsSignedInTo(t *testing.T) {
	t.Parallel()
	d := office()
	a := &d.accounts[0]
	a.Provider, a.External, a.Login = "ibm", "3f1c7a52b9e84d06a1d2c3e4f5061728", listing.Login{Profile: profile}
	h := d.serve(administrator())
	get(t, h, "/accounts/1").has(t, "with the trusted profile "+profile, "IBM Cloud account", "Look through the user data of instance templates for secrets")
	get(t, h, "/accounts/1/disconnect").has(t, "The trusted profile stays until somebody deletes it there: "+profile)
	a.Login = listing.Login{}
	get(t, h, "/accounts/1").has(t, "with the identity that Plumbline runs with")
}

// In a real browser: the choice of the cloud works with JavaScript off, each way
// to create the identity is shown when it is chosen, and nothing on the page is
// out of anybody's reach.
func TestTheOnboardingOfIBMCloudInABrowser(t *testing.T) {
	t.Parallel()
	d := office()
	base := server(t, d.serve(administrator()))
	do := func(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("without JavaScript", func(t *testing.T) {
		t.Parallel()
		ctx := tab(t)
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
			t.Fatal(err)
		}
		do(t, ctx, chromedp.Navigate(base+"/accounts/new?external=plb-abc234"))
		reads(ctx, t, "Create a read-only role")
		do(t, ctx, chromedp.Click("#p-ibm"), chromedp.Click(".clouds button"))
		reads(ctx, t, "Create a read-only profile")
		do(t, ctx, chromedp.SendKeys("#profile", profile), chromedp.Click(`button[value="test"]`))
		reads(ctx, t, "1 of 4 calls cannot be read in full")
		do(t, ctx, chromedp.Click("#p-aws"), chromedp.Click(".clouds button"))
		reads(ctx, t, "plb-abc234")
	})
	t.Run("each tool is shown", func(t *testing.T) {
		t.Parallel()
		ctx := tab(t)
		for address, tools := range map[string][]string{
			"/accounts/new?external=plb-abc234": {"cfn", "tf", "cli", "org", "org-tf", "org-read", "policy"},
			ofIBM:                               {"cli", "tf", "key", "key-tf", "policy"},
		} {
			do(t, ctx, chromedp.Navigate(base+address))
			for _, id := range tools {
				do(t, ctx, chromedp.Click("#m-"+id), chromedp.WaitVisible(".pane."+id), chromedp.WaitVisible("#c-"+id))
			}
		}
	})
	t.Run("axe", func(t *testing.T) {
		t.Parallel()
		script := axe(t)
		ctx := watched(t)
		visit(ctx, t, base+ofIBM, script)
		do(t, ctx, chromedp.Navigate(base+ofIBM), chromedp.SendKeys("#profile", "plumbline-reader"), chromedp.Click(`button[value="test"]`))
		reads(ctx, t, "This is no ID of a trusted profile.")
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](script+";0")); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{1440, 390} {
			for _, theme := range []string{"light", "dark"} {
				inspect(ctx, t, "faults of a profile", look{width, theme})
			}
		}
	})
}
