package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/ibm/ibmevents"
	"plumbline/internal/cloud/sim/ibmestate"
)

// auditEvent is an event about a server, or of another thing where it is nil.
func auditEvent(a *ibmestate.Account, region string, at time.Time, s *ibmestate.Server) string {
	action, target := "is.vpc.vpc.read", "crn:v1:bluemix:public:is:"+region+":a/"+a.ID+"::vpc:r006-1"
	if s != nil {
		action, target = "is.metadata.jwt-token.create", s.CRN
	}
	return fmt.Sprintf(`{"action":%q,"eventTime":%q,"target":{"id":%q},"logSourceCRN":"crn:v1:bluemix:public:is:%s:a/%s:::"}`+"\n",
		action, at.UTC().Format("2006-01-02T15:04:05.00-0700"), target, region, a.ID)
}

// What audit events tell decides whether a metadata service is needed, in the
// scan and in its recording; where they do not tell, nothing is decided.
func TestAScanIsToldWhoUsesTheMetadataService(t *testing.T) {
	e := ibmestate.Demo()
	l, a, dir := serveIBM(t, e), e.Accounts[0], t.TempDir()
	quiet, busy, other := e.Named("quiet-1"), e.Named("db-2"), e.Named("pilot-1") // the last is in eu-de
	if quiet == nil || busy == nil || other == nil {
		t.Fatal("the account lacks what this is about")
	}
	t.Setenv("PLUMBLINE_IBM_ENDPOINT", l.URL)
	t.Setenv("IBMCLOUD_API_KEY", a.Key)
	today := time.Now().UTC().Truncate(24 * time.Hour)
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	vpc := func(account *ibmestate.Account, region string, ago ...int) (all string) {
		for _, days := range ago {
			all += auditEvent(account, region, today.AddDate(0, 0, -days), nil)
		}
		return all
	}
	events := func(account *ibmestate.Account) string {
		return vpc(account, "us-south", 30, 2) + auditEvent(account, "us-south", today.AddDate(0, 0, -9), busy)
	}
	write("south.json", events(a))
	file := filepath.Join(t.TempDir(), "scan.ndjson")
	judged := func(want map[string]string, args ...string) string {
		t.Helper()
		_, out, err := plumbline(t, append([]string{"scan", "ibm", "-o", "json"}, args...)...)
		got := verdicts(t, out, "IBM-IMDS-001")
		for _, s := range []*ibmestate.Server{quiet, busy, other} {
			if got[s.CRN] != want[s.Name] {
				t.Errorf("%q: %s %s, want %s\n%s", args, s.Name, got[s.CRN], want[s.Name], err)
			}
		}
		return err
	}
	from, until := today.AddDate(0, 0, -31).Format(time.DateOnly), today.AddDate(0, 0, -1).Format(time.DateOnly)
	told := map[string]string{"quiet-1": "fail", "pilot-1": "unknown"} // what passes is no finding
	judged(map[string]string{"quiet-1": "unknown", "db-2": "unknown", "pilot-1": "unknown"})
	judged(told, "--metadata-events", dir, "--events-from", from, "--events-until", until, "--record", file)
	judged(told, "--replay", file)
	said := judged(map[string]string{"quiet-1": "unknown", "pilot-1": "unknown"}, "--metadata-events", dir)
	if !strings.Contains(said, "They cover no days: Nobody says of which days") {
		t.Errorf("of days that nobody claims it says %q", said)
	}
	write("eu.json", vpc(a, "eu-de", 30, 2))
	said = judged(told, "--metadata-events", dir, "--events-from", from, "--events-until", until)
	if !strings.Contains(said, "They cover us-south, "+from+" to "+until+" (UTC).") || !strings.Contains(said, "eu-de is not covered: no request of any server") {
		t.Errorf("of a region without a request it says %q", said)
	}
	write("eu.json", vpc(a, "eu-de", 30, 2)+strings.ReplaceAll(auditEvent(a, "eu-de", today.AddDate(0, 0, -9), other), other.ID, "0797_probe"))
	judged(map[string]string{"quiet-1": "fail", "pilot-1": "fail"}, "--metadata-events", dir, "--events-from", from, "--events-until", until)
	write("eu.json", vpc(a, "eu-de", 2)+`{"action":"is.metadata`)
	said = judged(map[string]string{"quiet-1": "unknown", "pilot-1": "unknown"}, "--metadata-events", dir, "--events-from", from, "--events-until", until)
	if !strings.Contains(said, "They cover no days: 1 thing was") || !strings.Contains(said, "eu.json, line 2: it is not JSON") {
		t.Errorf("it says %q", said)
	}
	another := *a
	another.ID = "ffffffffffffffffffffffffffffffff"
	write("eu.json", events(&another))
	if code, out, err := plumbline(t, "scan", "ibm", "--metadata-events", dir); code != exitError || out != "" || !strings.Contains(err, "Nothing was imported") {
		t.Errorf("events of another account: status %d\n%s%s", code, out, err)
	}
}

// What programs leave in a directory is no event, and no file is not a quiet month.
func TestADirectoryOfEvents(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{".DS_Store", ".git/config"} {
		write(t, filepath.Join(dir, name), "no event")
	}
	read := func(path string) (ibmevents.Summary, error) {
		r := ibmevents.New("", ibmevents.Claim{}, time.Now())
		err := readEvents(t.Context(), r, path)
		return r.Summary(), err
	}
	if _, err := read(dir); err == nil || !strings.Contains(err.Error(), "there is no file in "+dir) {
		t.Errorf("of a directory without a file: %v", err)
	}
	event := auditEvent(&ibmestate.Account{ID: strings.Repeat("a", 32)}, "us-south", time.Now().Add(-time.Hour), nil)
	write(t, filepath.Join(dir, "2026", "a.json"), event)
	if s, err := read(dir); err != nil || s.Events != 1 || s.Unread != 0 {
		t.Errorf("%d events, %d not understood: %v", s.Events, s.Unread, err)
	}
	write(t, filepath.Join(dir, ".named"), event)
	if s, err := read(filepath.Join(dir, ".named")); err != nil || s.Events != 1 {
		t.Errorf("a file that is named itself: %d events: %v", s.Events, err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if s, err := read(link); err != nil || s.Events != 1 || s.Unread != 0 {
		t.Errorf("a link to a directory: %d events, %d not understood: %v", s.Events, s.Unread, err)
	}
	if err := os.Symlink(filepath.Join(dir, "2026"), filepath.Join(dir, "more")); err != nil {
		t.Fatal(err)
	}
	if _, err := read(dir); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "more")+" is a link to a directory, which is not followed") {
		t.Errorf("a link to a directory within one: %v", err)
	}
}

// verdicts reads what a rule says of each workload in a report.
func verdicts(t *testing.T, report, rule string) map[string]string {
	t.Helper()
	var doc struct {
		Findings []struct {
			Rule, Outcome string
			Subject       struct{ UID string }
		}
	}
	if err := json.Unmarshal([]byte(report), &doc); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range doc.Findings {
		if f.Rule == rule {
			all[f.Subject.UID] = f.Outcome
		}
	}
	return all
}

func TestEventsThatCannotBeOfUse(t *testing.T) {
	t.Parallel()
	for want, args := range map[string]string{
		"--metadata-events hold, which is missing": "--events-from 2026-01-01 --events-until 2026-02-01",
		"--events-until: Say both":                 "--metadata-events . --events-from 2026-01-01",
		"--events-from: \"Monday\" is neither a":   "--metadata-events . --events-from Monday --events-until 2026-02-01",
		"--events-until: The period":               "--metadata-events . --events-from 2026-01-01 --events-until 3026-02-01",
		"with the events that it was made with":    "--metadata-events . --replay scan.ndjson",
	} {
		if code, out, err := plumbline(t, append([]string{"scan", "ibm"}, strings.Fields(args)...)...); code == exitOK || out != "" || !strings.Contains(err, want) {
			t.Errorf("%s: status %d\n%s%s", args, code, out, err)
		}
	}
}

// A file comes from elsewhere: neither its name nor what is in it moves, paints or
// turns what the terminal shows.
func TestWhatIsSaidOfEventsLeavesTheTerminalAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const file = `{"action":"iam-identity.login","eventTime":"2026-11-03T01:00:00Z"}` + "\n" + `{"warning":{"\u202e":"` + "\u202e\u009b2J" + `"}}` + "\n{}\n"
	if err := os.WriteFile(filepath.Join(dir, "a\x1b[2J\n.json"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	r := ibmevents.New("", ibmevents.Claim{}, time.Now())
	if err := readEvents(t.Context(), r, dir); err != nil {
		t.Fatal(err)
	}
	sum := r.Summary()
	var said strings.Builder
	sayEvents(&said, &sum)
	if got := said.String(); len(sum.Doubts) != 2 || len(sum.Places) != 1 || strings.ContainsAny(got, "\x1b\u202e\u009b") || !strings.Contains(got, "a·[2J·.json, line 3: ") {
		t.Errorf("%q of %+v", got, sum)
	}
}
