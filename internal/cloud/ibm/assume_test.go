package ibm

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/snapshot"
)

func TestATrustedProfileIsAssumed(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	var grants []string
	f.on("/identity/token", func(w http.ResponseWriter, r *http.Request, _ int) {
		grants = append(grants, r.PostFormValue("grant_type")+" "+r.PostFormValue("profile_id"))
		tell(w, 200, f.tokenReply())
	})
	o := options(f)
	o.ProfileID = "Profile-1"
	connected(t, o)
	if got := strings.Join(grants, ", "); got != "urn:ibm:params:oauth:grant-type:apikey , urn:ibm:params:oauth:grant-type:assume Profile-1" {
		t.Error(got)
	}
}

// Whoever may not become a trusted profile is told which, and what to do, and no
// key is blamed that IBM Cloud accepts.
func TestATrustedProfileThatTrustsSomebodyElseIsNamed(t *testing.T) {
	t.Parallel()
	refused := func(code string) *noToken {
		return &noToken{ask.Refusal{Code: code, Message: "It is so.", Cause: snapshot.BadLogin}}
	}
	for name, c := range map[string]struct {
		login login
		given int
		says  string
	}{
		"by a key": {login{how: "the API key", profile: "Profile-1"}, 1,
			"IBM Cloud accepts the API key, and does not let its owner become the trusted profile Profile-1 (BXNIM0513E: It is so.). Look in Manage > Access (IAM) > Trusted profiles: " +
				"its id has to be this one, and its trust relationship has to name the service ID or the user that the key belongs to."},
		"by a key that is wrong":                 {login{how: "the API key", profile: "Profile-1"}, 0, "IBM Cloud does not accept the API key (BXNIM0513E: It is so.)."},
		"by a key, and no profile is wanted":     {login{how: "the API key"}, 1, "IBM Cloud does not accept the API key"},
		"on a server":                            {login{how: ofServer, profile: "Profile-1"}, 1, "does not let this server become the trusted profile Profile-1 ("},
		"on a server, and none is named":         {login{how: ofServer}, 1, "does not let this server become the trusted profile that it was created with ("},
		"on a server whose service says nothing": {login{how: ofServer, profile: "Profile-1"}, 0, "The metadata service of this server gives no token (BXNIM0513E: It is so.). Switch it on"},
		"in a container":                         {login{how: ofContainer, profile: "Profile-1"}, 0, "does not let this container become the trusted profile Profile-1 ("},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := c.login
			l.asked = &tokens{given: c.given}
			col := &Collector{login: &l}
			if err := col.notAccepted(context.Background(), refused("BXNIM0513E")); !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v; want %s", err, c.says)
			}
		})
	}
}

func TestAProfileThatMayNotBeAssumedIsNotTheKeysFault(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on("/identity/token", func(w http.ResponseWriter, r *http.Request, _ int) {
		if strings.HasSuffix(r.PostFormValue("grant_type"), ":assume") {
			tell(w, 400, `{"errorCode":"BXNIM0513E","errorMessage":"You are not authorized to assume the trusted profile."}`)
			return
		}
		tell(w, 200, f.tokenReply())
	})
	o := options(f)
	o.ProfileID = "Profile-1"
	if _, err := Connect(context.Background(), o); err == nil || !strings.Contains(err.Error(), "accepts the API key, and does not let its owner become the trusted profile Profile-1 (BXNIM0513E") {
		t.Error(err)
	}
	o.APIKey = func() string { return "another" }
	f.on("/identity/token", func(w http.ResponseWriter, _ *http.Request, _ int) {
		tell(w, 400, `{"errorCode":"BXNIM0415E","errorMessage":"Provided API key could not be found."}`)
	})
	if _, err := Connect(context.Background(), o); err == nil || !strings.Contains(err.Error(), "does not accept the API key (BXNIM0415E") {
		t.Error(err)
	}
}
