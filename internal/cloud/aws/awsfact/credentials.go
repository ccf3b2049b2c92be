package awsfact

import (
	"encoding/base64"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/judge"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// The columns of a credential report that are read (IAM user guide, "Generate
// credential reports for your AWS account"). They are found by name: AWS has
// added columns at the end, and may again.
const (
	colUser, colARN                 = "user", "arn"
	colPassword, colPasswordUsed    = "password_enabled", "password_last_used"
	colPasswordChanged              = "password_last_changed"
	colKey                          = "access_key_" // 1 or 2, then one of:
	colActive, colRotated, colUsed  = "_active", "_last_rotated", "_last_used_date"
	noCredential, neverUsed, isRoot = "N/A", "no_information", "<root_account>"
)

// A report is the credential report, row by row.
type report struct {
	s      source
	column map[string]int
	rows   [][]string
	fault  *fact.Reason // it could not be read, or not to the end
	from   *fact.Origin // of the fault
}

type reportKey struct{}

func reportOf(c *snapshot.Context) *report {
	return c.Derive(reportKey{}, func(c *snapshot.Context) any { return readReport(c) }).(*report)
}

func readReport(c *snapshot.Context) *report {
	if all := c.Resources(KindCredentialReport); len(all) > 0 {
		res := &all[0]
		r := &report{s: source{originOf(res)}, column: map[string]int{}}
		if err := r.read(res.Doc); err != nil {
			r.fault, r.from = r.s.why(snapshot.Unreadable, "credential report: "+err.Error()), r.s.from
		}
		return r
	}
	a := c.Answer(CallCredentialReport, snapshot.Global, "")
	why := reasonOf(a)
	if a.Whole() {
		why = &fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region, Detail: "Content"}
	}
	return &report{fault: why, from: refusal(a)}
}

func (r *report) read(doc []byte) error {
	v, err := new(wire.Reader).Read(doc)
	if err != nil {
		return err
	}
	text, ok := v.Get("Content").Text()
	if !ok {
		return errors.New("no Content")
	}
	plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return err
	}
	rows := csv.NewReader(strings.NewReader(string(plain)))
	head, err := rows.Read()
	if err != nil {
		return err
	}
	for i, name := range head {
		r.column[name] = i
	}
	for _, name := range []string{colUser, colARN, colKey + "1" + colActive, colKey + "2" + colActive} {
		if _, ok := r.column[name]; !ok {
			return errors.New("no column " + name)
		}
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		r.rows = append(r.rows, row)
	}
}

// cell is a value of a row, "" if the report has no such column.
func (r *report) cell(row []string, column string) string {
	i, ok := r.column[column]
	if !ok {
		return ""
	}
	return row[i]
}

// credentials are the access keys and passwords of users, as the credential
// report tells. The root user's keys are left to Account.RootKeys: none of
// what is done about a user's keys can be done about them.
func credentials(c *snapshot.Context) (out []estate.Object) {
	r := reportOf(c)
	for _, row := range r.rows {
		if r.cell(row, colUser) == isRoot {
			continue
		}
		for _, n := range []string{"1", "2"} {
			if k := r.key(c, row, n); k != nil {
				out = append(out, k)
			}
		}
		if p := r.password(c, row); p != nil {
			out = append(out, p)
		}
	}
	return out
}

// key is an access key of a user, nil if there is none: then nothing was ever
// rotated. A key that is switched off can be switched on again and is one.
func (r *report) key(c *snapshot.Context, row []string, n string) *estate.Credential {
	rotated := r.cell(row, colKey+n+colRotated)
	if rotated == noCredential && r.cell(row, colKey+n+colActive) == "false" {
		return nil
	}
	k := r.credential(c, row, "access_key", "/access-key/"+n)
	k.Active = r.s.yesNo(r.cell(row, colKey+n+colActive), colKey+n+colActive)
	k.Age = r.days(c, rotated, colKey+n+colRotated)
	k.Idle = r.idle(c, r.cell(row, colKey+n+colUsed), colKey+n+colUsed, k.Age)
	return k
}

// password is a user's password, nil if there is none.
func (r *report) password(c *snapshot.Context, row []string) *estate.Credential {
	enabled := r.s.yesNo(r.cell(row, colPassword), colPassword)
	if is, known := enabled.Get(); known && !is {
		return nil
	}
	p := r.credential(c, row, "password", "/password")
	p.Active = enabled
	p.Age = r.days(c, r.cell(row, colPasswordChanged), colPasswordChanged)
	p.Idle = r.idle(c, r.cell(row, colPasswordUsed), colPasswordUsed, p.Age)
	return p
}

func (r *report) credential(c *snapshot.Context, row []string, word, end string) *estate.Credential {
	owner, user := r.cell(row, colARN), r.cell(row, colUser)
	return &estate.Credential{
		Subject: estate.Subject{
			Kind: estate.KindCredential, Provider: Provider, Account: c.Account, Region: snapshot.Global,
			UID: owner + end, ID: user, Name: user, Parent: owner,
		},
		Type: word, Owner: owner,
	}
}

// yesNo reads a cell that is true or false, in any case.
func (s source) yesNo(cell, column string) fact.Of[bool] {
	switch strings.ToLower(cell) {
	case "true":
		return fact.Known(true, s.from, "/Content")
	case "false":
		return fact.Known(false, s.from, "/Content")
	case "":
		return fact.Unknown[bool](s.why(snapshot.Absent, column), s.from, "/Content")
	}
	return fact.Unknown[bool](s.why(snapshot.UnknownValue, column+" "+cell), s.from, "/Content")
}

// days are those from a time to the scan. A time after it, as clocks have it,
// is today.
func (r *report) days(c *snapshot.Context, cell, column string) fact.Of[int64] {
	t, err := time.Parse(time.RFC3339, cell)
	switch {
	case cell == "":
		return fact.Unknown[int64](r.s.why(snapshot.Absent, column), r.s.from, "/Content")
	case err != nil:
		return fact.Unknown[int64](r.s.why(snapshot.UnknownValue, column+" "+cell), r.s.from, "/Content")
	}
	return fact.Known(max(0, int64(c.TakenAt.Sub(t)/(24*time.Hour))), r.s.from, "/Content")
}

// idle are the days since something was used. N/A and no_information stand
// where it never was, or not since IAM counts (October 2014 for passwords,
// April 2015 for keys): either way not since it was made.
func (r *report) idle(c *snapshot.Context, cell, column string, age fact.Of[int64]) fact.Of[int64] {
	if cell == noCredential || cell == neverUsed {
		return age
	}
	return r.days(c, cell, column)
}

// reportGap says that a report came and could not be read to its end: there may
// be credentials that nobody sees. One that did not come is a gap of its
// listing.
func reportGap(c *snapshot.Context) []judge.Unseen {
	r := reportOf(c)
	if r.fault == nil || !c.Answer(CallCredentialReport, snapshot.Global, "").Whole() {
		return nil
	}
	i := slices.IndexFunc(listings, func(l listing) bool { return l.call == CallCredentialReport })
	u := unseen(estate.KindCredential, accountSubject(c), &hole{r.fault, r.from})
	u.Like = listings[i].blank(accountSubject(c))
	return []judge.Unseen{u}
}
