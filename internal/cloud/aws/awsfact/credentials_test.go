package awsfact_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/snapshot"
)

const reportHead = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
	"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active"

// report adds a credential report with the given rows.
func (w *world) report(lines ...string) {
	w.t.Helper()
	w.answer(awsfact.CallCredentialReport, "", snapshot.Complete, "")
	w.add(awsfact.KindCredentialReport, awsfact.CallCredentialReport, "aws:"+account+":global", "",
		object{"Content": base64.StdEncoding.EncodeToString([]byte(strings.Join(lines, "\n"))), "ReportFormat": "text/csv", "GeneratedTime": "2026-11-21T23:00:00Z"})
}

// row is a user's line: password, then the two keys.
func row(user, password, one, two string) string {
	return fmt.Sprintf("%s,arn:aws:iam::%s:user/%s,2020-01-01T00:00:00+00:00,%s,N/A,false,%s,%s,false", user, account, user, password, one, two)
}

const noKey, noPassword = "false,N/A,N/A,N/A,N/A", "false,N/A,N/A"

func credentialsOf(w *world) (out []string) {
	for _, o := range awsfact.Objects(w.context()) {
		if c, ok := o.(*estate.Credential); ok {
			out = append(out, fmt.Sprintf("%s of %s: active %v, age %v, idle %v", strings.TrimPrefix(c.UID, c.Owner), c.Name, told(c.Active), told(c.Age), told(c.Idle)))
		}
	}
	return out
}

// TestCredentials: ages are those of the scan, midnight of 22 November 2026.
func TestCredentials(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about, row string
		want       []string
	}{
		{"nothing", row("ann", noPassword, noKey, noKey), nil},
		{"a key in use", row("ann", noPassword, "true,2026-11-20T00:00:00+00:00,2026-11-21T23:59:00+00:00,eu-west-1,s3", noKey),
			[]string{"/access-key/1 of ann: active true, age 2, idle 0"}},
		{"a key that was never used", row("ann", noPassword, "true,2026-10-22T00:00:00Z,N/A,N/A,N/A", noKey),
			[]string{"/access-key/1 of ann: active true, age 31, idle 31"}},
		{"two keys, one switched off", row("ann", noPassword, "false,2025-11-22T00:00:00+00:00,2026-01-01T00:00:00+00:00,x,y", "true,2026-11-22T00:00:00+00:00,no_information,N/A,N/A"),
			[]string{"/access-key/1 of ann: active false, age 365, idle 325", "/access-key/2 of ann: active true, age 0, idle 0"}},
		{"a password in use", row("ann", "TRUE,2026-11-01T00:00:00+00:00,2026-01-01T00:00:00+00:00", noKey, noKey),
			[]string{"/password of ann: active true, age 325, idle 21"}},
		{"a password that was never used", row("ann", "true,no_information,2026-11-12T12:00:00+00:00", noKey, noKey),
			[]string{"/password of ann: active true, age 9, idle 9"}},
		{"a clock ahead of ours", row("ann", noPassword, "true,2026-11-22T00:05:00+00:00,N/A,N/A,N/A", noKey),
			[]string{"/access-key/1 of ann: active true, age 0, idle 0"}},
		{"words nobody knows", row("ann", "perhaps,N/A,N/A", "maybe,yesterday,later,x,y", noKey),
			[]string{"/access-key/1 of ann: active ? unknown_value access_key_1_active maybe, age ? unknown_value access_key_1_last_rotated yesterday, idle ? unknown_value access_key_1_last_used_date later",
				"/password of ann: active ? unknown_value password_enabled perhaps, age ? unknown_value password_last_changed N/A, idle ? unknown_value password_last_changed N/A"}},
		{"an active key of which no age is told", row("ann", noPassword, "true,N/A,N/A,N/A,N/A", noKey),
			[]string{"/access-key/1 of ann: active true, age ? unknown_value access_key_1_last_rotated N/A, idle ? unknown_value access_key_1_last_rotated N/A"}},
		{"the root user's are not among them", "<root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported,2026-01-01T00:00:00+00:00,not_supported,not_supported,true,true,2020-01-01T00:00:00+00:00,N/A,N/A,N/A," + noKey + ",false", nil},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.report(reportHead, c.row)
			if diff := cmp.Diff(c.want, credentialsOf(w)); diff != "" {
				t.Error(diff)
			}
			if gap(w) || !awsfact.Whole(w.context(), estate.KindCredential, "") {
				t.Error("it is not whole")
			}
		})
	}
}

// gap says that credentials may be missing.
func gap(w *world) bool {
	for _, u := range awsfact.Unseen(w.context()) {
		if u.Kind == estate.KindCredential && u.Why != nil {
			return true
		}
	}
	return false
}

// TestAReportThatCannotBeReadIsAGap: and so is one that was not made.
func TestAReportThatCannotBeReadIsAGap(t *testing.T) {
	t.Parallel()
	ann := row("ann", "TRUE,2026-11-01T00:00:00+00:00,2026-01-01T00:00:00+00:00", noKey, noKey)
	for about, c := range map[string]struct {
		world func(*world)
		seen  int
	}{
		"a row that is cut":   {func(w *world) { w.report(reportHead, ann, "bob,arn:aws") }, 1},
		"no head":             {func(w *world) { w.report() }, 0},
		"other columns":       {func(w *world) { w.report("user,keys", "ann,2") }, 0},
		"a quote that is cut": {func(w *world) { w.report(reportHead, `"ann`) }, 0},
		"no content": {func(w *world) {
			w.answer(awsfact.CallCredentialReport, "", snapshot.Complete, "")
			w.add(awsfact.KindCredentialReport, awsfact.CallCredentialReport, "r", "", object{"ReportFormat": "text/csv"})
		}, 0},
		"no base64": {func(w *world) {
			w.answer(awsfact.CallCredentialReport, "", snapshot.Complete, "")
			w.add(awsfact.KindCredentialReport, awsfact.CallCredentialReport, "r", "", object{"Content": "!"})
		}, 0},
		"no document": {func(w *world) { w.answer(awsfact.CallCredentialReport, "", snapshot.Complete, "") }, 0},
		"refused":     {func(w *world) { w.answer(awsfact.CallCredentialReport, "", snapshot.Refused, "AccessDenied") }, 0},
		"not asked":   {func(*world) {}, 0},
	} {
		w := newWorld(t)
		c.world(w)
		if got := credentialsOf(w); len(got) != c.seen {
			t.Errorf("%s: %v", about, got)
		}
		if !gap(w) || awsfact.Whole(w.context(), estate.KindCredential, "") {
			t.Errorf("%s: nobody says that credentials may be missing", about)
		}
	}
}

// TestColumnsAreFoundByName: AWS adds columns, and may put them anywhere.
func TestColumnsAreFoundByName(t *testing.T) {
	t.Parallel()
	head, cells := strings.Split(reportHead, ","), strings.Split(row("ann", noPassword, "true,2026-11-20T00:00:00+00:00,N/A,N/A,N/A", noKey), ",")
	slices.Reverse(head)
	slices.Reverse(cells)
	w := newWorld(t)
	w.report("new,"+strings.Join(head, ","), "x,"+strings.Join(cells, ","))
	if diff := cmp.Diff([]string{"/access-key/1 of ann: active true, age 2, idle 2"}, credentialsOf(w)); diff != "" {
		t.Error(diff)
	}
}

// FuzzCredentialReport: no report makes the reader fall over, and one that it
// cannot read to its end is a gap.
func FuzzCredentialReport(f *testing.F) {
	f.Add(reportHead + "\n" + row("ann", noPassword, noKey, noKey))
	f.Add(reportHead + "\n\"")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		w := newWorld(t)
		w.report(text)
		seen := credentialsOf(w)
		if gap(w) == awsfact.Whole(w.context(), estate.KindCredential, "") {
			t.Errorf("whole and with a gap: %v", seen)
		}
	})
}
