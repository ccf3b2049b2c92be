package awssim

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/cloud/sim"
)

// generateReport begins a credential report. It takes two more questions until
// it is there; AWS keeps it for four hours.
func (s *Server) generateReport(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q); no != nil {
		return nil, no
	}
	p := c.result()
	state := c.account.IAM.AskReport()
	p.text("State", state)
	if state == "STARTED" {
		p.text("Description", "No report exists. Starting a new report generation task")
	}
	return c.endResult(p), nil
}

func (s *Server) getReport(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q); no != nil {
		return nil, no
	}
	if !c.account.IAM.ReportReady() {
		return nil, &refusal{http.StatusGone, "ReportNotPresent", "No report is present. Please generate a new one"}
	}
	p := c.result()
	p.text("Content", base64.StdEncoding.EncodeToString([]byte(report(c.account))))
	p.text("ReportFormat", "text/csv")
	p.time("GeneratedTime", s.opt.Now())
	return c.endResult(p), nil
}

// reportColumns are those of a credential report, from "Understanding the
// report format" in the IAM user guide.
const reportColumns = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
	"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
	"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"

func report(a *sim.Account) string {
	var rows []string
	a.IAM.View(func(i *sim.IAM) {
		rows = append(rows, reportColumns, reportRoot(a, i))
		for _, u := range i.Users {
			rows = append(rows, reportUser(a, u))
		}
	})
	return strings.Join(rows, "\n")
}

func reportRoot(a *sim.Account, i *sim.IAM) string {
	row := []string{"<root_account>", "arn:aws:iam::" + a.ID + ":root", reportTime(rootMade, "N/A"), "not_supported", "no_information", "not_supported", "not_supported", strconv.FormatBool(i.RootMFA)}
	for k := range 2 {
		if k < i.RootKeys {
			row = append(row, "true", reportTime(rootMade, "N/A"), "N/A", "N/A", "N/A")
			continue
		}
		row = append(row, "false", "N/A", "N/A", "N/A", "N/A")
	}
	return strings.Join(append(row, "false", "N/A", "false", "N/A"), ",")
}

var rootMade = time.Date(2017, 5, 4, 10, 0, 0, 0, time.UTC)

func reportUser(a *sim.Account, u sim.User) string {
	row := []string{u.Name, arnOf(a, "user", u.Path, u.Name), reportTime(u.Made, "N/A"), strconv.FormatBool(u.Password)}
	if u.Password {
		row = append(row, reportTime(u.PasswordUsed, "no_information"), reportTime(u.Made, "N/A"), "N/A")
	} else {
		row = append(row, "N/A", "N/A", "N/A")
	}
	row = append(row, strconv.FormatBool(u.MFA))
	for k := range 2 {
		if k >= len(u.Keys) {
			row = append(row, "false", "N/A", "N/A", "N/A", "N/A")
			continue
		}
		key := u.Keys[k]
		row = append(row, strconv.FormatBool(key.Active), reportTime(key.Rotated, "N/A"), reportTime(key.Used, "N/A"), orNA(key.UsedRegion), orNA(key.UsedServices))
	}
	return strings.Join(append(row, "false", "N/A", "false", "N/A"), ",")
}

func reportTime(t time.Time, never string) string {
	if t.IsZero() {
		return never
	}
	return t.UTC().Format("2006-01-02T15:04:05+00:00")
}

func orNA(v string) string {
	if v == "" {
		return "N/A"
	}
	return v
}
