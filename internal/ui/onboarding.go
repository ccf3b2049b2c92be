package ui

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/web/pages"
)

// external is the shape of the external ids that AWS takes, up to a length that
// fits an address; roleARN that of a
// role's ARN, with the account's number in it.
var (
	external = regexp.MustCompile(`^[\w+=,.@:/-]{2,128}$`)
	roleARN  = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::(\d{12}):role/((?:[\x21-\x7e]+/)?[\w+=,.@-]{1,64})$`)
)

// An onboarding is the state of the page: all of it travels in its address and
// its form.
type onboarding struct {
	provider string // aws or ibm
	external string // AWS: the external id
	kept     bool   // the address had the external id
	own      bool   // with the identity that the program runs with
	role     string
	profile  string // IBM Cloud: the id of a trusted profile
	wanted   string // IBM Cloud: the account to connect, where it is not the service's own
	called   string // its name at the provider, as the address has it
	name     string
	every    time.Duration
	unread   bool // user data is not looked through
	test     *listing.Tried
	refusal  string // why the trial told nothing
	faults   map[string]string
}

func (u *ui) newAccount(w http.ResponseWriter, r *http.Request) error {
	o, err := readOnboarding(r)
	if err != nil {
		return err
	}
	return u.showOnboarding(w, r, http.StatusOK, o)
}

// readOnboarding takes the external id from the address, so that the page can
// be left and found again, or makes one.
func readOnboarding(r *http.Request) (*onboarding, error) {
	v, err := only(r, "external", "provider", "account", "name")
	if err != nil {
		return nil, err
	}
	o := &onboarding{provider: cmpOr(v.Get("provider"), "aws"), external: v.Get("external"), every: 24 * time.Hour, faults: map[string]string{}}
	if text := cloudFault(o.provider); text != "" {
		return nil, problem.New(problem.Invalid, "%s", text)
	}
	o.kept = o.external != ""
	if o.external == "" {
		o.external = "plb-" + strings.ToLower(rand.Text()[:20])
	}
	if !external.MatchString(o.external) {
		return nil, problem.New(problem.Invalid, "The external ID in the address is none. Open the page anew, and it is given one.")
	}
	return o, o.want(v)
}

// cloudFault says why a cloud cannot be connected; "" if it can.
func cloudFault(provider string) string {
	switch provider {
	case "aws", "ibm":
		return ""
	case "gcp":
		return "Google Cloud cannot be connected in this version. Choose AWS or IBM Cloud."
	}
	return "There is no such cloud here. Choose AWS or IBM Cloud."
}

// connect tests what was filled in, or connects the account and starts its
// first scan.
func (u *ui) connect(w http.ResponseWriter, r *http.Request) error {
	o, err := readOnboarding(r)
	if err != nil {
		return err
	}
	v, err := form(w, r)
	if err != nil {
		return err
	}
	o.read(v)
	switch v.Get("do") {
	case "test", "connect":
	default:
		return problem.New(problem.Invalid, "Say what is to be done: test or connect.")
	}
	if len(o.faults) > 0 {
		return u.showOnboarding(w, r, http.StatusUnprocessableEntity, o)
	}
	if v.Get("do") == "connect" {
		return u.join(w, r, o)
	}
	tried, err := u.Clerk.Try(r.Context(), o.provider, o.login())
	if err == nil {
		o.test = &tried
		return u.showOnboarding(w, r, http.StatusOK, o)
	}
	return u.refusedTrial(w, r, o, err)
}

func (u *ui) join(w http.ResponseWriter, r *http.Request, o *onboarding) error {
	_, n, err := u.Clerk.Connect(r.Context(), listing.Connection{Provider: o.provider, External: o.wanted, Name: o.name, Login: o.login(), Every: o.every})
	if err != nil {
		return u.refusedTrial(w, r, o, err)
	}
	http.Redirect(w, r, scanPath(n), http.StatusSeeOther)
	return nil
}

// refusedTrial says in the page why a login was not accepted: what was filled
// in stays.
func (u *ui) refusedTrial(w http.ResponseWriter, r *http.Request, o *onboarding, err error) error {
	status := http.StatusUnprocessableEntity
	switch kind, ok := problem.KindOf(err); {
	case !ok || kind == problem.Tampered || kind == problem.NotFound:
		return err
	case kind == problem.Conflict:
		status = http.StatusConflict
	case kind == problem.Forbidden:
		status = http.StatusForbidden
	}
	o.refusal = said(err)
	return u.showOnboarding(w, r, status, o)
}

func (o *onboarding) login() listing.Login {
	if o.provider == "ibm" {
		return listing.Login{Profile: o.profile, NoUserData: o.unread}
	}
	if o.own {
		return listing.Login{NoUserData: o.unread}
	}
	return listing.Login{RoleARN: o.role, ExternalID: o.external, NoUserData: o.unread}
}

// read takes the form, and notes what is wrong with it by field.
func (o *onboarding) read(v url.Values) {
	o.role, o.own = strings.TrimSpace(v.Get("role")), v.Get("as") == "own"
	fault := func(field, text string) {
		if text != "" {
			o.faults[field] = text
		}
	}
	if p := v.Get("provider"); p != "" && p != o.provider {
		fault("provider", cmpOr(cloudFault(p), "The form and its address name different clouds. Choose one anew."))
	}
	if o.provider == "ibm" {
		o.readIBM(v, fault)
	} else {
		if as := v.Get("as"); as != "" && as != "own" && as != "role" {
			fault("role", "Choose between a role and the identity that Plumbline runs with.")
		}
		if !o.own {
			fault("role", roleFault(o.role))
		}
	}
	o.unread = !userDataIn(v, true)
	var text string
	o.name, text = nameIn(v.Get("name"))
	fault("name", text)
	o.every, text = everyIn(v.Get("every"), 24*time.Hour)
	fault("every", text)
}

// roleFault says what is wrong with a role's ARN; "" if nothing is.
func roleFault(s string) string {
	switch {
	case s == "":
		return "Paste the ARN of the role that step 2 has made."
	case roleARN.MatchString(s):
		return ""
	case strings.HasPrefix(s, "arn:") && strings.Contains(s, ":sts:"):
		return "This is the ARN of a session. Paste that of the role itself: arn:aws:iam::123456789012:role/plumbline-reader."
	case strings.HasPrefix(s, "arn:") && !strings.Contains(s, ":role/"):
		return "This ARN names no role. Paste one such as arn:aws:iam::123456789012:role/plumbline-reader."
	}
	return "This is no role ARN. Paste one such as arn:aws:iam::123456789012:role/plumbline-reader: step 2 prints it at its end."
}

// number is the account's own, read from the role; "" if there is none.
func (o *onboarding) number() string {
	m := roleARN.FindStringSubmatch(o.role)
	if o.own || o.provider != "aws" || m == nil {
		return ""
	}
	return m[2]
}

var faultOrder = []string{"provider", "role", "profile", "name", "every"}

// address is that of the page in its state.
func (o *onboarding) address() string {
	v := url.Values{}
	if o.provider != "aws" {
		v.Set("provider", o.provider)
	}
	if o.kept || o.provider == "aws" {
		v.Set("external", o.external)
	}
	if o.wanted != "" {
		v.Set("account", o.wanted)
	}
	if o.called != "" {
		v.Set("name", o.called)
	}
	return "/accounts/new?" + v.Encode()
}

func (u *ui) showOnboarding(w http.ResponseWriter, r *http.Request, status int, o *onboarding) error {
	p := pages.Onboarding{
		Frame: u.frameOf(r, "Connect a cloud account", sectionAccounts), Action: o.address(), Cloud: o.provider,
		External: o.external, Own: o.own, Wanted: o.wantedName(), Connect: "Connect and start the first scan",
		Role: pages.Field{Value: o.role, Fault: o.faults["role"]}, Profile: pages.Field{Value: o.profile, Fault: o.faults["profile"]}, Name: pages.Field{Value: o.name, Fault: o.faults["name"]},
		Every: everyField(o.every), Data: u.userDataSwitch(r, o.provider, !o.unread), Fault: o.refusal,
	}
	p.Every.Fault = o.faults["every"]
	if o.kept || o.provider == "aws" { // it may stand in a template already
		p.Keep = o.external
	}
	if len(o.faults) > 0 {
		p.Fault = "Nothing was tested yet: " + some(len(o.faults), "field needs", "fields need") + " another look."
	}
	for _, f := range faultOrder {
		if t := o.faults[f]; t != "" {
			p.Faults = append(p.Faults, pages.Link{Text: t, Href: "#" + f})
		}
	}
	if err := u.tools(&p, o); err != nil {
		return err
	}
	if o.test != nil {
		p.Test = u.testOf(o.test.Checks)
		p.Test.Text = strings.TrimSpace(o.who() + " " + p.Test.Text)
		if p.Test.Tone == "warn" {
			p.Connect = "Connect with the gap and start the first scan"
		}
	}
	show(w, r, status, pages.OnboardingPage(p))
	return nil
}

// who says whom the cloud took us for. Another account than the role names is
// said so.
func (o *onboarding) who() string {
	if o.test.Account == "" {
		return ""
	}
	t := fmt.Sprintf("Signed in to account %s", o.test.Account)
	if o.test.Principal != "" {
		t += " as " + o.test.Principal
	}
	if n := o.number(); n != "" && n != o.test.Account {
		t += ", and not to account " + n + ", which the role's ARN names"
	}
	if o.wanted != "" && o.wanted != o.test.Account {
		t += ", and not to account " + o.wanted + ", which is to be connected: the profile stands in another one"
	}
	return t + "."
}
