package signin

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"plumbline/internal/postgres/people"
	"plumbline/internal/problem"
	"plumbline/web/pages"
)

const (
	auditPath = "/settings/audit"
	lines     = 50
)

// at once is how many lines are checked whenever the log is looked at; a longer
// log is checked when asked for.
const atOnce = 5000

func (d *Door) auditLog(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := people.Filter{Who: q.Get("who"), Action: q.Get("action"), Limit: lines}
	if s := q.Get("before"); s != "" {
		n, err := number(s)
		if err != nil {
			return problem.New(problem.Invalid, "“before” names the number of a line; %q is none.", s)
		}
		f.Before = n
	}
	for key := range q {
		if !slices.Contains([]string{"who", "action", "before", "check"}, key) {
			return problem.New(problem.Invalid, "The audit log has no filter %q. It has who, action and before.", key)
		}
	}
	rows, more, err := d.People.Log(r.Context(), f)
	if err != nil {
		return err
	}
	who, actions, err := d.People.LogWords(r.Context())
	if err != nil {
		return err
	}
	p := pages.AuditLog{Frame: d.Frame(r, "Audit log", "audit"), Tabs: tabs(r, auditPath), Notice: outcome(r),
		Who: picks(who, f.Who, "Anybody"), Actions: picks(actions, f.Action, "Anything")}
	if f.Who != "" || f.Action != "" {
		p.Clear = auditPath
	}
	if f.Before > 0 {
		p.Newest = auditAddress(f, 0)
	}
	if more {
		p.Older = auditAddress(f, rows[len(rows)-1].Seq)
	}
	for _, row := range rows {
		p.Rows = append(p.Rows, auditRow(row))
	}
	if err := d.chain(r, &p, q.Has("check")); err != nil {
		return err
	}
	return show(w, r, http.StatusOK, pages.AuditLogPage(p))
}

// chain says whether the log is what was written.
func (d *Door) chain(r *http.Request, p *pages.AuditLog, asked bool) error {
	length, err := d.People.Length(r.Context())
	if err != nil {
		return err
	}
	if length > atOnce && !asked {
		p.Chain = pages.Notice{Tone: "accent", Icon: "info", Title: fmt.Sprintf("%d lines.", length), Text: "They are checked when you ask for it."}
		p.Check = auditPath + "?check=chain"
		return nil
	}
	rows, last, err := d.People.Verify(r.Context())
	if problem.Is(err, problem.Tampered) {
		p.Chain = pages.Notice{Tone: "bad", Icon: "alert", Title: "The log is not what was written.",
			Text: said(err) + " Somebody with access to the database changed it: keep a copy, and find out who."}
		return nil
	}
	p.Chain = pages.Notice{Tone: "good", Icon: "check", Title: fmt.Sprintf("Verified to line %d.", rows),
		Text: fmt.Sprintf("Every line is what was written, in order. Note its hash %x… elsewhere, and you can tell later that none was cut off the end.", last[:8])}
	return err
}

func auditAddress(f people.Filter, before int64) string {
	q := url.Values{}
	if f.Who != "" {
		q.Set("who", f.Who)
	}
	if f.Action != "" {
		q.Set("action", f.Action)
	}
	if before > 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	if len(q) == 0 {
		return auditPath
	}
	return auditPath + "?" + q.Encode()
}

func picks(list []string, chosen, anything string) []pages.Pick {
	out := []pages.Pick{{Value: "", Text: anything, On: chosen == ""}}
	if chosen != "" && !slices.Contains(list, chosen) {
		list = append(list, chosen)
	}
	for _, s := range list {
		if s != "" {
			out = append(out, pages.Pick{Value: s, Text: s, On: s == chosen})
		}
	}
	return out
}

func auditRow(r people.Row) pages.AuditRow {
	out := pages.AuditRow{Seq: strconv.FormatInt(r.Seq, 10), At: r.At.UTC().Format(time.DateTime), Who: r.Who, Token: r.Token,
		Action: r.Action, Object: r.Object, Remote: r.Remote}
	for _, k := range slices.Sorted(maps.Keys(r.Detail)) {
		out.Detail = append(out.Detail, k+": "+r.Detail[k])
	}
	return out
}
