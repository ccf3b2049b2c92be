package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
	own "plumbline/internal/house"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
)

// For IBM Cloud too the command that a page tells people to paste closes the
// finding and opens no other, and undo brings everything back: in a shell whose
// ibmcloud asks the simulated cloud, and whose curl is curl itself, sent there.
func TestIBMFixesCloseTheirFindings(t *testing.T) {
	t.Parallel()
	grounds := map[string][]provingGround{}
	for name, e := range map[string]*ibmestate.Estate{"1 demo": ibmestate.Demo(), "2 neglected": neglected(), "3 unneeded": unneeded()} {
		grounds[name] = []provingGround{newIBMGround(t, e, name == "3 unneeded")}
	}
	f := &fixes{cloud: "ibm", commands: []string{"ibmcloud", "curl"}, noWayBack: ibmNoWayBack, brings: ibmBrings}
	f.close(t, rules(t), grounds)
}

// neglected is the demo with what it lacks: audit events go nowhere, and the
// template of an instance group has a careless setting and no secret.
func neglected() *ibmestate.Estate {
	e := ibmestate.Demo()
	e.Accounts[0].Tracker = ibmestate.Tracker{}
	launched(e).UserData = ""
	return e
}

// unneeded is the demo where the template of an instance group has a secret and
// no careless setting, which one that is made of it would have too.
func unneeded() *ibmestate.Estate {
	e := ibmestate.Demo()
	launched(e).Metadata = &ibmestate.Metadata{Enabled: true, Protocol: "https", HopLimit: 1}
	return e
}

// launched is a template that an instance group uses.
func launched(e *ibmestate.Estate) *ibmestate.Template {
	for _, r := range e.Accounts[0].Regions {
		for _, g := range r.InstanceGroups {
			return g.Template
		}
	}
	return nil
}

// An ibmGround is one account.
type ibmGround struct {
	l       *ibmsim.Listener
	account *ibmestate.Account
	known   own.Known
	token   string
	curl    string // where it is
}

// newIBMGround serves an estate, of whose owner it is known whether they attested
// that no server needs the metadata service.
func newIBMGround(t *testing.T, e *ibmestate.Estate, attested bool) *ibmGround {
	t.Helper()
	l := serveIBM(t, e)
	a := e.Accounts[0]
	r, err := http.PostForm(l.URL+"/identity/token", url.Values{"grant_type": {"urn:ibm:params:oauth:grant-type:apikey"}, "apikey": {a.Key}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatal("no token: ", r.Status, err)
	}
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Fatal(err)
	}
	known := own.Known{LastScan: now()}
	if attested {
		known.Attested = []string{own.MetadataUnneeded}
	}
	return &ibmGround{l: l, account: a, known: known, token: "Bearer " + answer.Token, curl: curl}
}

func (g *ibmGround) scan(t *testing.T, set *rule.Set, outs ...scan.Out) *outcomes {
	t.Helper()
	return runScanOf(t, "ibm", knowing{liveIBM(t, g.l, g.account, now()), g.known}, set, 0, outs...)
}

// wayToIBM is curl with the addresses of IBM Cloud turned into those of the
// simulated one, and everything else as it is; another address is an error.
const wayToIBM = `#!/bin/sh
for a do
	shift
	case $a in
	https://iam.cloud.ibm.com/*) a=SIMULATED/${a#https://iam.cloud.ibm.com/} ;;
	https://*.iaas.cloud.ibm.com/*) a=${a#https://} a=SIMULATED/${a%%.*}/${a#*/} ;;
	https://* | http://*) echo "$a is not IBM Cloud's" >&2; exit 6 ;;
	esac
	set -- "$@" "$a"
done
exec CURL -q --noproxy '*' "$@"
`

func (g *ibmGround) programs(self string) map[string]string {
	return map[string]string{
		"ibmcloud": "#!/bin/sh\n" + asIBMCloud + "='" + g.l.URL + "' exec '" + self + "' \"$@\"\n",
		"curl":     strings.NewReplacer("SIMULATED", g.l.URL, "CURL", g.curl).Replace(wayToIBM),
	}
}

func (g *ibmGround) environment(dir string) []string {
	return []string{"IBMCLOUD_HOME=" + dir, "IBM_ACCOUNT=" + g.account.ID, "IAM_TOKEN=" + g.token}
}

func (g *ibmGround) changed(since int) (calls []string, all int) {
	made := g.l.Calls()
	for _, c := range made[since:] {
		_, call, _ := strings.Cut(c.Call, ":")
		if !slices.ContainsFunc([]string{"List", "Get"}, func(verb string) bool { return strings.HasPrefix(call, verb) }) {
			calls = append(calls, c.Call)
		}
	}
	return calls, len(made)
}

func (g *proving) ibm() *ibmestate.Account { return g.provingGround.(*ibmGround).account }

// ibmRegion is where an attempt's subject stands.
func (a *attempt) ibmRegion() *ibmestate.Region { return a.ibm().Region(a.v.Subject.Region) }
