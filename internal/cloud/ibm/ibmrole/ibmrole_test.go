package ibmrole

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/ibm/ibmfact"
)

var update = flag.Bool("update", false, "write the golden files anew")

const server = "crn:v1:bluemix:public:is:us-south-1:a/0123456789abcdef0123456789abcdef::instance:0717_1e09281b-f177-46fb-baf1-bc152b2e391a"

// golden holds a text against the file that it is to be.
func golden(t *testing.T, x Template) {
	t.Helper()
	file := filepath.Join("testdata", x.File)
	if *update {
		if err := os.WriteFile(file, []byte(x.Text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), x.Text); d != "" {
		t.Errorf("%s (-want +got); after a change that is meant: go test ./internal/cloud/ibm/ibmrole -update\n%s", x.Name, d)
	}
}

func TestTheTemplatesAreThese(t *testing.T) {
	t.Parallel()
	for _, x := range RoleTemplates(server) {
		golden(t, x)
	}
}

// Whatever is given as a server adds nothing to a text but a server.
func TestWhatIsNoServerIsFilledInByHand(t *testing.T) {
	t.Parallel()
	blank := RoleTemplates("")
	for _, hostile := range []string{
		"web-1", server + "'; touch stolen; '", server + "\"\n}", server + "\n", "$(touch stolen)", `${file("/etc/passwd")}`, strings.Replace(server, ":is:", ":iam:", 1),
	} {
		if d := cmp.Diff(blank, RoleTemplates(hostile)); d != "" {
			t.Errorf("%q: %s", hostile, d)
		}
	}
	if strings.Contains(blank[1].Text, noServer) || !strings.Contains(blank[0].Text, noServer) {
		t.Error("Terraform asks for a server, a shell has to be told")
	}
}

func TestEveryCallHasAShapeAReasonAndARole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range Calls {
		if ibmfact.ShapeOf(c.Call) == nil || seen[c.Call] {
			t.Errorf("%s has no shape, or is listed twice", c.Call)
		}
		seen[c.Call] = true
		if c.Why == "" || c.Silences == "" || (c.Role == "") != (c.Service == "") {
			t.Errorf("%+v", c)
		}
	}
	for call := range ibmfact.Shapes {
		if !seen[call] {
			t.Errorf("%s has a shape and nobody makes it", call)
		}
	}
}

func TestNothingButReadingIsGranted(t *testing.T) {
	t.Parallel()
	granted := map[string]int{}
	for _, g := range Grants() {
		granted[g.Service]++
		if g.Role != Viewer {
			t.Errorf("%s is granted on %s", g.Role, g.Service)
		}
	}
	if want := map[string]int{"is": 1, "iam-identity": 1, "iam-access-management": 1, "iam-groups": 1, "resource-group": 1, "atracker": 1, "enterprise": 1}; !cmp.Equal(want, granted) {
		t.Error(granted)
	}
	for _, x := range RoleTemplates(server) {
		for _, g := range Grants() {
			if strings.Count(x.Text, g.Service) == 0 {
				t.Errorf("%s does not grant %s", x.Name, g.Service)
			}
		}
		for _, word := range []string{"Editor", "Administrator", "Manager", "Writer"} {
			if strings.Contains(x.Text, "--roles "+word) || strings.Contains(x.Text, `["`+word) {
				t.Errorf("%s grants %s", x.Name, word)
			}
		}
	}
}

// An interactive zsh takes comments for commands: it shall find nothing in them to
// quote, match, redirect or begin another command with.
func TestCommentsMayBePasted(t *testing.T) {
	t.Parallel()
	plain := regexp.MustCompile(`^# [A-Za-z0-9 .,:/_-]+$`)
	n := 0
	for _, x := range slices.Concat(RoleTemplates(""), MemberTemplates("")) {
		if x.Language != "sh" {
			continue
		}
		for line := range strings.Lines(x.Text) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
				if n++; !plain.MatchString(line) {
					t.Errorf("%s: %s", x.File, line)
				}
			}
		}
	}
	if n < 12 {
		t.Errorf("only %d comments were found", n)
	}
}
