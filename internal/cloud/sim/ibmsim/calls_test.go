package ibmsim_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
)

func TestACallNeedsATokenAndAVersion(t *testing.T) {
	t.Parallel()
	c := serve(t, ibmestate.Demo())
	good := "Bearer " + c.token
	for _, x := range []struct {
		path, bearer string
		status       int
		code         string
	}{
		{"/us-south/v1/vpcs?" + vpc, good, 200, ""},
		{"/us-south/v1/vpcs?" + vpc, "Bearer a.b.c", 401, "not_authenticated"},
		{"/us-south/v1/vpcs?" + vpc, "", 401, "not_authenticated"},
		{"/us-south/v1/vpcs?version=2026-04-07", good, 400, "missing_generation"},
		{"/us-south/v1/vpcs?generation=2", good, 400, "missing_version"},
		{"/mars/v1/vpcs?" + vpc, good, 404, "not_found"},
		{"/us-south/v1/dedicated_hosts?" + vpc, good, 404, "not_found"},
		{"/us-south/v1/vpcs?limit=101&" + vpc, good, 400, "bad_field"},
		{"/us-south/v1/vpcs?start=zzz&" + vpc, good, 400, "bad_field"},
		{"/us-south/v1/instances/0717_none/initialization?" + vpc, good, 404, "not_found"},
		{"/v1/profiles?account_id=" + c.Estate().Accounts[0].ID, "Bearer a.b.c", 401, "BXNIM0308E"},
		{"/v1/profiles?account_id=" + c.Estate().Accounts[0].ID, "", 401, "BXNIM0308E"},
		{"/v1/profiles?account_id=somebody", good, 400, "BXNIM0105E"},
		{"/v1/profiles/Profile-none/links", good, 404, "BXNIM0101E"},
		{"/v1/accounts/somebody/settings/identity", good, 403, "BXNIM0513E"},
		{"/v2/resource_groups", "Bearer a.b.c", 401, "not_authenticated"},
		{"/v2/resource_groups", "", 401, "not_authenticated"},
	} {
		status, header, v := c.send("GET", x.path, "", "Authorization", x.bearer)
		if status != x.status || header.Get("Transaction-Id") == "" || header.Get("X-Request-Id") == "" {
			t.Error(x.path, status, header)
		}
		if x.code == "" {
			continue
		}
		e := v["errors"].([]any)[0].(map[string]any)
		if e["code"] != x.code || e["message"] == "" || v["trace"] == "" {
			t.Error(x.path, v)
		}
	}
}

func TestATokenSaysWhoseItIsAndExpires(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	e := ibmestate.Demo()
	c := serve(t, e, ibmsim.Clock(func() time.Time { return now }))
	b, err := base64.RawURLEncoding.DecodeString(strings.Split(c.token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		IAM     string `json:"iam_id"`
		ID      string `json:"id"`
		Account struct{ BSS string }
		Exp     int64
	}
	if err := json.Unmarshal(b, &claims); err != nil {
		t.Fatal(err)
	}
	if a := e.Accounts[0]; claims.IAM != a.IAMID || claims.ID != a.IAMID || claims.Account.BSS != a.ID || claims.Exp != now.Unix()+3600 {
		t.Errorf("%+v", claims)
	}
	now = now.Add(time.Hour)
	if status, _, _ := c.send("GET", "/us-south/v1/vpcs?"+vpc, ""); status != 401 {
		t.Error("an hour later: ", status)
	}
}

func TestATokenIsGivenToWhoIsKnown(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	c := serve(t, e)
	jump := e.Named("jump-1")
	profile := func(name string) string {
		for _, p := range e.Accounts[0].Profiles {
			if p.Name == name {
				return p.ID
			}
		}
		return "there is no " + name
	}
	const assume = "urn:ibm:params:oauth:grant-type:assume"
	const crToken = "urn:ibm:params:oauth:grant-type:cr-token"
	for name, x := range map[string]struct {
		form   url.Values
		status int
	}{
		"a key that nobody has":                 {url.Values{"grant_type": {"urn:ibm:params:oauth:grant-type:apikey"}, "apikey": {"x"}}, 400},
		"no grant type":                         {url.Values{"apikey": {c.APIKey("")}}, 400},
		"a server that is linked":               {url.Values{"grant_type": {crToken}, "cr_token": {jump.CRN}, "profile_name": {"release-reader"}}, 200},
		"a server that is not linked":           {url.Values{"grant_type": {crToken}, "cr_token": {jump.CRN}, "profile_name": {"ci-publisher"}}, 400},
		"a profile that there is not":           {url.Values{"grant_type": {crToken}, "cr_token": {jump.CRN}, "profile_id": {"Profile-none"}}, 400},
		"a profile that trusts the key's owner": {url.Values{"grant_type": {assume}, "access_token": {c.token}, "profile_id": {profile("auditor")}}, 200},
		"a profile that does not":               {url.Values{"grant_type": {assume}, "access_token": {c.token}, "profile_id": {profile("ops-admin")}}, 400},
	} {
		r, err := http.PostForm(c.base+"/identity/token", x.form)
		if err != nil {
			t.Fatal(err)
		}
		if _ = r.Body.Close(); r.StatusCode != x.status {
			t.Error(name, r.StatusCode)
		}
	}
}

func TestPagesHoldEveryThingOnce(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	r := e.Accounts[0].Regions[0]
	for _, most := range []int{1, 3, 100} {
		c := serve(t, e, ibmsim.MaxPage(most))
		for list, n := range map[string]int{"instances": r.Len(), "virtual_network_interfaces": r.VNILen(), "security_groups": len(r.SecurityGroups), "floating_ips": r.FloatingLen(), "bare_metal_servers": len(r.BareMetal)} {
			seen := map[any]bool{}
			for _, x := range c.all("/us-south/v1/"+list+"?"+vpc, list) {
				seen[x["id"]] = true
			}
			if len(seen) != n {
				t.Error(most, list, len(seen), "of", n)
			}
			if total := c.get("/us-south/v1/" + list + "?" + vpc)["total_count"]; total != float64(n) {
				t.Error(list, total)
			}
		}
	}
}

func TestWhatNoSDKKnowsIsInTheReply(t *testing.T) {
	t.Parallel()
	c := serve(t, ibmestate.Demo())
	seen := map[string]bool{}
	for _, x := range c.all("/eu-de/v1/instances?"+vpc, "instances") {
		if x["name"] == "pilot-1" {
			seen["member"] = x["quantum_link"] != nil
			seen["protocol"] = x["metadata_service"].(map[string]any)["protocol"] == "http3"
		}
	}
	for _, g := range c.all("/eu-de/v1/security_groups?"+vpc, "security_groups") {
		for _, x := range g["rules"].([]any) {
			seen["rule"] = seen["rule"] || x.(map[string]any)["protocol"] == "number_254"
		}
	}
	if !seen["member"] || !seen["protocol"] || !seen["rule"] {
		t.Error(seen)
	}
}

func TestCallsAreNamed(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	c := serve(t, e)
	c.get("/us-south/v1/vpcs?" + vpc)
	p := e.Accounts[0].Profiles[0]
	c.get("/v1/profiles/" + p.ID + "/links")
	table := e.Accounts[0].Regions[0].VPCs[0].Tables[0]
	c.get("/us-south/v1/vpcs/" + table.VPC.ID + "/routing_tables/" + table.ID + "/routes?" + vpc)
	c.send("GET", "/us-south/v1/moons?"+vpc, "")
	a := e.Accounts[0].ID
	want := []ibmsim.Call{
		{Account: a, Call: "iam-identity:GetToken", Status: 200}, {Account: a, Region: "us-south", Call: "is:ListVpcs", Status: 200}, {Account: a, Call: "iam-identity:ListLinks", Subject: p.ID, Status: 200},
		{Account: a, Region: "us-south", Call: "is:ListVPCRoutingTableRoutes", Subject: table.ID, Status: 200}, {Account: a, Call: "unknown:GET /us-south/v1/moons", Status: 404},
	}
	if got := c.Calls(); !slices.Equal(got, want) {
		t.Error(got)
	}
}

func TestOnlyAllowedCallsAreAnswered(t *testing.T) {
	t.Parallel()
	c := serve(t, ibmestate.Demo())
	c.Allow([]string{"is:ListVpcs"})
	c.get("/us-south/v1/vpcs?" + vpc)
	if status, _, v := c.send("GET", "/us-south/v1/subnets?"+vpc, ""); status != 403 || v["errors"].([]any)[0].(map[string]any)["code"] != "not_authorized" {
		t.Error(status, v)
	}
}

func TestTooManyCallsAreThrottled(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	c := serve(t, ibmestate.Demo(), ibmsim.Throttle(1, 2), ibmsim.Clock(func() time.Time { return now }))
	statuses := map[int]int{}
	for range 5 {
		status, header, _ := c.send("GET", "/us-south/v1/vpcs?"+vpc, "")
		statuses[status]++
		if status == 429 && header.Get("Retry-After") != "1" {
			t.Error(header)
		}
	}
	now = now.Add(time.Second)
	status, _, _ := c.send("GET", "/us-south/v1/vpcs?"+vpc, "")
	statuses[status]++
	if !maps.Equal(statuses, map[int]int{200: 3, 429: 3}) {
		t.Error(statuses)
	}
}

func TestAccountsSeeTheirOwn(t *testing.T) {
	t.Parallel()
	e := ibmestate.Generate(ibmestate.Intent{Seed: 1, Accounts: 2, Regions: 1, Instances: 3})
	c := serve(t, e)
	for _, x := range c.all("/us-south/v1/instances?"+vpc, "instances") {
		if !strings.Contains(fmt.Sprint(x["crn"]), "a/"+e.Accounts[0].ID+":") {
			t.Error(x["crn"])
		}
	}
	if c.APIKey(e.Accounts[1].ID) == c.APIKey("") || c.APIKey("none") != "" {
		t.Error("keys")
	}
}

func TestOnlyOneKeyTellsWhenItWasUsed(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	c := serve(t, e)
	a := e.Accounts[0]
	for _, k := range c.get("/v1/apikeys?scope=account&account_id=" + a.ID)["apikeys"].([]any) {
		if k.(map[string]any)["activity"] != nil {
			t.Error("a list tells of activity")
		}
	}
	for _, k := range a.APIKeys {
		v := c.get("/v1/apikeys/" + k.ID + "?include_activity=true")
		if used := v["activity"].(map[string]any); (used["last_authn"] != nil) == k.LastUsed.IsZero() || v["apikey"] != "" {
			t.Error(k.Name, used)
		}
	}
}
