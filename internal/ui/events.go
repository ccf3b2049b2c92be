package ui

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/house"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/web/pages"
)

// longestEventForm is how long a form with a file of audit events may be.
const longestEventForm = listing.LongestEvents + 48<<10

// Uploads is how long the body of a request may be where it holds a file of audit
// events: for who may import one. 0 for all others.
func Uploads(r *http.Request) int64 {
	rest, account := strings.CutPrefix(r.URL.Path, "/accounts/")
	id, events := strings.CutSuffix(rest, "/events")
	if _, err := strconv.ParseInt(id, 10, 64); r.Method == http.MethodPost && account && events && err == nil && access.From(r.Context()).May(access.ImportEvents) {
		return longestEventForm
	}
	return 0
}

// eventsOf is what was imported of an account of IBM Cloud, and the form for who
// may import more; nil for an account of another cloud.
func (u *ui) eventsOf(r *http.Request, a listing.Account) (*pages.Events, error) {
	if u.Events == nil || a.Provider != "ibm" {
		return nil, nil
	}
	all, err := u.Events.Imports(r.Context(), a.ID)
	if err != nil {
		return nil, fmt.Errorf("imports of account %d: %w", a.ID, err)
	}
	may := access.From(r.Context()).MayOn(access.ImportEvents, a.ID)
	e := &pages.Events{None: "None were imported. Whether anything uses the metadata service of a server is not assessed until they are, or somebody attests it."}
	for i := range all {
		row := eventRow(&all[i])
		if may && all[i].Withdrawn.IsZero() {
			row.Withdraw = eventsPath(a.ID) + "/" + strconv.FormatInt(all[i].ID, 10) + "/withdraw"
		}
		e.Rows = append(e.Rows, row)
	}
	if may {
		e.Form = &pages.EventForm{Action: eventsPath(a.ID)}
	}
	return e, nil
}

func eventsPath(account int64) string { return accountPath(account) + "/events" }

func eventRow(i *listing.EventImport) pages.EventRow {
	row := pages.EventRow{When: i.At.UTC().Format(time.RFC3339), Day: day(i.At), Who: i.Who, File: i.Name, Doubts: i.Doubts}
	row.Counts = []string{some(int(i.Events), "event", "events"), some(int(i.Requests), "request", "requests") + " by " + some(int(i.Servers), "server", "servers")}
	if !i.Withdrawn.IsZero() {
		row.Withdrawn = "Withdrawn by " + i.WithdrawnBy + ", " + day(i.Withdrawn)
		row.Counts[1] = some(int(i.Requests), "request", "requests")
	}
	for _, c := range i.Covers {
		row.Covers = append(row.Covers, c.Region+", "+edge(c.From)+" to "+ends(c.Period))
	}
	return row
}

// edge is a time of UTC to the minute, or the day where it is its beginning.
func edge(t time.Time) string {
	if t = t.UTC(); t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format("2 Jan 2006")
	}
	return t.Format("2 Jan 2006 15:04")
}

// ends is the last day of a period, or the time where it does not end with a day.
func ends(p house.Period) string {
	t, whole := p.Last()
	if whole {
		return t.Format("2 Jan 2006")
	}
	return t.Format("2 Jan 2006 15:04")
}

// importEvents imports the file of the form. What is wrong with it is said in it.
func (u *ui) importEvents(w http.ResponseWriter, r *http.Request) error {
	id, err := numberIn(r, "id")
	if err != nil {
		return err
	}
	if u.Events == nil {
		return errNoPage
	}
	upload, err := eventForm(w, r)
	back := pages.Link{Text: "Show the account", Href: accountPath(id) + "#events"}
	if err != nil {
		return u.unable(w, r, err, back)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	if upload.Body == nil {
		err = problem.New(problem.Invalid, "Choose the file with the events.")
	} else {
		_, err = u.Events.ImportEvents(r.Context(), id, upload)
	}
	if err == nil {
		http.Redirect(w, r, accountPath(id)+"?did=import#events", http.StatusSeeOther)
		return nil
	}
	if !problem.Is(err, problem.Invalid) {
		return u.unable(w, r, err, back)
	}
	a, fail := u.Reader.Account(r.Context(), id)
	if fail != nil {
		return fmt.Errorf("account %d: %w", id, fail)
	}
	p, fail := u.accountPage(r, a)
	if fail != nil {
		return fail
	}
	if p.Events == nil || p.Events.Form == nil {
		return u.unable(w, r, err, back)
	}
	f := p.Events.Form
	f.Fault, f.File = said(err)+" Nothing was imported.", "Choose the file again: a browser does not send it twice."
	f.Fault = strings.ReplaceAll(f.Fault, "Nothing was imported. Nothing was imported.", "Nothing was imported.")
	f.From, f.Until = pages.Field{Value: upload.From}, pages.Field{Value: upload.Until}
	show(w, r, http.StatusUnprocessableEntity, pages.AccountPage(p))
	return nil
}

// eventForm reads the form. Its file, which may be long, stays in memory, nothing on
// a disk.
func eventForm(w http.ResponseWriter, r *http.Request) (u listing.EventUpload, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, longestEventForm)
	if r.ParseMultipartForm(longestEventForm) != nil { //nolint:gosec // the body is bounded above; the door says what is wrong with a longer one
		return u, problem.New(problem.Invalid, "What was sent is no form of this site. Go back and send it again.")
	}
	v := r.PostForm
	u = listing.EventUpload{From: v.Get("from"), Until: v.Get("until")}
	f, head, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || err == nil && head.Filename == "" {
		return u, nil
	}
	if err != nil {
		return u, fmt.Errorf("file of audit events: %w", err)
	}
	u.Name, u.Body = head.Filename, io.Reader(f)
	return u, nil
}

// askWithdrawEvents asks once before an import is withdrawn.
func (u *ui) askWithdrawEvents(w http.ResponseWriter, r *http.Request) error {
	a, number, err := u.importIn(r)
	if err != nil {
		return err
	}
	i, err := u.Events.Import(r.Context(), a.ID, number)
	if err == nil && !i.Withdrawn.IsZero() {
		err = problem.New(problem.Conflict, "This import is withdrawn already.")
	}
	if err != nil {
		return u.unable(w, r, err, pages.Link{Text: "Show the account", Href: accountPath(a.ID)})
	}
	row, name := eventRow(&i), "these audit events"
	button := name
	if i.Name != "" {
		name = i.Name
	}
	if len(name) <= 40 { // a button is one line
		button = name
	}
	p := pages.Confirm{
		Title:  "Withdraw " + name + "?",
		Crumbs: []pages.Link{{Text: "Accounts", Href: "/accounts"}, {Text: accountName(a), Href: accountPath(a.ID)}, {Text: "Withdraw audit events"}},
		Text: []string{"These audit events were imported " + moment(i.At) + " by " + row.Who + ": " + join(row.Counts) + ". SHA-256 of the file as it was sent: " + hex.EncodeToString(i.SHA256[:]) + ".",
			"From the next scan on they count for nothing, and what rested on them is not assessed. Which servers asked is deleted."},
		Action: eventsPath(a.ID) + "/" + strconv.FormatInt(number, 10) + "/withdraw", Button: "Withdraw " + button, Back: pages.Link{Text: "Keep them", Href: accountPath(a.ID) + "#events"},
		Frame: u.frameOf(r, "Withdraw audit events", sectionAccounts),
	}
	show(w, r, http.StatusOK, pages.ConfirmPage(p))
	return nil
}

func (u *ui) withdrawEvents(w http.ResponseWriter, r *http.Request) error {
	a, number, err := u.importIn(r)
	if err != nil {
		return err
	}
	if err := u.Events.WithdrawEvents(r.Context(), a.ID, number); err != nil {
		return u.unable(w, r, err, pages.Link{Text: "Show the account", Href: accountPath(a.ID)})
	}
	http.Redirect(w, r, accountPath(a.ID)+"?did=withdraw#events", http.StatusSeeOther)
	return nil
}

// importIn is the account and the import that an address names.
func (u *ui) importIn(r *http.Request) (a listing.Account, number int64, err error) {
	id, err := numberIn(r, "id")
	if err != nil {
		return a, 0, err
	}
	if number, err = numberIn(r, "import"); err != nil {
		return a, 0, err
	}
	if u.Events == nil {
		return a, 0, errNoPage
	}
	if a, err = u.Reader.Account(r.Context(), id); err != nil {
		return a, 0, fmt.Errorf("account %d: %w", id, err)
	}
	return a, number, nil
}
