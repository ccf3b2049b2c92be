package listing_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

func on(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return t
}

func event(kind, at string) listing.AttestationEvent {
	t, err := time.Parse("2006-01-02 15:04", at)
	if err != nil {
		panic(err)
	}
	return listing.AttestationEvent{Kind: kind, At: t, Who: kind + "@example.org", Person: int64(len(kind))}
}

// autumn is stated for October and November, and approved in the middle of it.
func autumn() listing.Attestation {
	return listing.Attestation{ID: 1, Statement: "Recovery was tried.", Topic: "recovery_plan", Whole: true, Owner: "owner@example.org", From: on("2026-10-01"), Until: on("2026-11-30"),
		Proposed: event("proposed", "2026-10-05 09:00"), Decided: event("approved", "2026-10-10 12:00"), Events: 2}
}

func TestWhatIsAttestedCountsFromItsApprovalToItsLastDay(t *testing.T) {
	t.Parallel()
	whole := autumn()
	early := autumn()
	early.From = on("2026-11-01")
	open := autumn()
	open.Decided = listing.AttestationEvent{}
	refused := autumn()
	refused.Decided.Kind = "refused"
	withdrawn := autumn()
	withdrawn.Withdrawn = event("withdrawn", "2026-10-20 08:00")
	for name, c := range map[string]struct {
		a    listing.Attestation
		at   string
		want listing.AttestationState
	}{
		"before anybody proposed it":             {whole, "2026-10-05 08:59", ""},
		"proposed, though its first day is over": {whole, "2026-10-05 09:00", listing.AttestProposed},
		"a minute before it was approved":        {whole, "2026-10-10 11:59", listing.AttestProposed},
		"from its approval on":                   {whole, "2026-10-10 12:00", listing.AttestValid},
		"on its last minute":                     {whole, "2026-11-30 23:59", listing.AttestValid},
		"when its last day is over":              {whole, "2026-12-01 00:00", listing.AttestExpired},
		"approved before its first day":          {early, "2026-10-31 23:59", listing.AttestUpcoming},
		"on its first day":                       {early, "2026-11-01 00:00", listing.AttestValid},
		"never decided, while it could be":       {open, "2026-11-30 23:59", listing.AttestProposed},
		"never decided, and over":                {open, "2026-12-01 00:00", listing.AttestExpired},
		"refused":                                {refused, "2026-10-11 00:00", listing.AttestRefused},
		"refused, and over":                      {refused, "2027-01-01 00:00", listing.AttestRefused},
		"before it was withdrawn":                {withdrawn, "2026-10-20 07:59", listing.AttestValid},
		"once it was withdrawn":                  {withdrawn, "2026-10-20 08:00", listing.AttestWithdrawn},
		"withdrawn, and over":                    {withdrawn, "2027-01-01 00:00", listing.AttestWithdrawn},
	} {
		if got := c.a.StateAt(event("", c.at).At); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestRemindersComeThirtyAndSevenDaysBeforeTheEnd(t *testing.T) {
	t.Parallel()
	for at, want := range map[string][2]int{
		"2026-10-30 23:59": {}, "2026-10-31 00:00": {30, 30}, "2026-11-22 12:00": {30, 8}, "2026-11-23 00:00": {7, 7},
		"2026-11-30 23:59": {7, 0}, "2026-12-01 00:00": {},
	} {
		a := autumn()
		a.RenewedBy = 9
		got := listing.Reminders([]listing.Attestation{a}, event("", at).At)
		switch {
		case want == [2]int{} && len(got) > 0, want != [2]int{} && len(got) != 1:
			t.Errorf("%s: %d reminders", at, len(got))
		case len(got) == 1 && (got[0].Stage != want[0] || got[0].Days != want[1] || got[0].Renewal != 9):
			t.Errorf("%s: stage %d with %d days left, renewed by %d, want %v", at, got[0].Stage, got[0].Days, got[0].Renewal, want)
		}
	}
}

func TestTheFirstToEndIsTheFirstToRemind(t *testing.T) {
	t.Parallel()
	late, soon, open := autumn(), autumn(), autumn()
	soon.ID, soon.Until = 2, on("2026-11-26")
	open.ID, open.Decided = 3, listing.AttestationEvent{}
	got := listing.Reminders([]listing.Attestation{late, open, soon}, on("2026-11-25"))
	if len(got) != 2 || got[0].Attestation.ID != 2 || got[1].Attestation.ID != 1 {
		t.Errorf("%+v", got)
	}
}

func person(n int64, email string, role access.Role) *access.Viewer {
	return &access.Viewer{Person: n, Email: email, Grants: []access.Grant{{Role: role, All: true}}}
}

// Who proposed decides nothing, however they come: in another role, by a token,
// or by a session of another number with their e-mail.
func TestNobodyDecidesTheirOwn(t *testing.T) {
	t.Parallel()
	open := autumn()
	open.Decided, open.Proposed.Person, open.Proposed.Who = listing.AttestationEvent{}, 7, "ada@example.org (token nightly)"
	unknown := open
	unknown.Proposed.Person, unknown.Proposed.Who = 0, ""
	linked := open
	linked.Proposed.Person, linked.Proposed.Who = 0, "you@example.org"
	narrow := person(9, "ben@example.org", access.Officer)
	narrow.Grants = []access.Grant{{Role: access.Officer, Accounts: []int64{1}}}
	token := person(9, "ben@example.org", access.Officer)
	token.Token = "nightly"
	scoped := person(9, "ben@example.org", access.Officer)
	scoped.Token, scoped.Scopes = "all of them", access.Scopes()
	now := on("2026-10-06")
	for name, c := range map[string]struct {
		a    listing.Attestation
		v    *access.Viewer
		want problem.Kind // "" is nobody minds
	}{
		"another officer":                        {open, person(9, "ben@example.org", access.Officer), ""},
		"the proposer":                           {open, person(7, "ada@example.org", access.Officer), problem.Forbidden},
		"the proposer under another number":      {open, person(8, "ADA@example.org", access.Officer), problem.Forbidden},
		"the proposer under another e-mail":      {open, person(7, "ada@example.com", access.Officer), problem.Forbidden},
		"an administrator":                       {open, person(9, "ben@example.org", access.Administrator), problem.Forbidden},
		"an engineer":                            {open, person(9, "ben@example.org", access.Engineer), problem.Forbidden},
		"an officer of some accounts":            {open, narrow, problem.Forbidden},
		"a token of an officer":                  {open, token, problem.Forbidden},
		"a token with every scope":               {open, scoped, problem.Forbidden},
		"nobody":                                 {open, nil, problem.Forbidden},
		"a stranger who is like the proposer":    {unknown, person(0, "", access.Officer), problem.Forbidden},
		"a stranger who is like no other at all": {unknown, person(0, "eve@example.org", access.Officer), problem.Forbidden},
		"two who enter by links of their own":    {linked, person(0, "officer@example.org", access.Officer), ""},
		"one who enters by a link, both times":   {linked, person(0, "You@example.org", access.Officer), problem.Forbidden},
		"another officer, too late":              {autumn(), person(9, "ben@example.org", access.Officer), problem.Conflict},
	} {
		err := c.a.Deciding(c.v, map[bool]time.Time{true: now, false: on("2026-10-20")}[c.want != problem.Conflict])
		if kind, _ := problem.KindOf(err); kind != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := open.Deciding(person(9, "ben@example.org", access.Officer), on("2027-01-01")); !problem.Is(err, problem.Conflict) {
		t.Errorf("what is over is decided: %v", err)
	}
}

func TestWhoMayWithdrawAndRenew(t *testing.T) {
	t.Parallel()
	now := on("2026-10-20")
	valid := autumn()
	valid.Proposed.Who, valid.Proposed.Person = "ada@example.org", 7
	for name, c := range map[string]struct {
		v        *access.Viewer
		withdraw bool
		renew    bool
	}{
		"who proposed it":       {person(7, "ada@example.org", access.Engineer), true, true},
		"its owner":             {person(4, "Owner@example.org", access.Engineer), true, true},
		"an officer":            {person(5, "ben@example.org", access.Officer), true, true},
		"another engineer":      {person(5, "ben@example.org", access.Engineer), false, true},
		"who proposed, reading": {person(7, "ada@example.org", access.Reader), false, false},
		"nobody":                {nil, false, false},
	} {
		if got := valid.Withdrawing(c.v, now) == nil; got != c.withdraw {
			t.Errorf("%s withdraws: %v", name, got)
		}
		if got := valid.Renewing(c.v, now) == nil; got != c.renew {
			t.Errorf("%s renews: %v", name, got)
		}
	}
	ada := person(7, "ada@example.org", access.Engineer)
	open, refused, gone := valid, valid, valid
	open.Decided = listing.AttestationEvent{}
	refused.Decided.Kind = "refused"
	gone.Withdrawn = event("withdrawn", "2026-10-19 00:00")
	if err := open.Withdrawing(person(5, "ben@example.org", access.Officer), now); !problem.Is(err, problem.Forbidden) {
		t.Errorf("an officer withdraws what they would refuse: %v", err)
	}
	for name, c := range map[string]struct {
		a               listing.Attestation
		at              string
		withdraw, renew bool
	}{
		"proposed": {open, "2026-10-20", true, false}, "refused": {refused, "2026-10-20", false, false}, "withdrawn": {gone, "2026-10-20", false, false},
		"expired": {valid, "2027-01-01", false, true},
	} {
		if got := c.a.Withdrawing(ada, on(c.at)) == nil; got != c.withdraw {
			t.Errorf("%s is withdrawn: %v", name, got)
		}
		if got := c.a.Renewing(ada, on(c.at)) == nil; got != c.renew {
			t.Errorf("%s is renewed: %v", name, got)
		}
	}
}

// sound is a draft in which nothing is wrong.
func sound() listing.AttestationDraft {
	return listing.AttestationDraft{Statement: "Recovery was tried on 3 October.", Topic: "recovery_plan", Whole: true, Owner: "owner@example.org",
		Link: "https://wiki.example.org/recovery?run=7", From: on("2026-10-01"), Until: on("2027-09-30")}
}

func TestWhatIsWrongWithADraftIsSaidByField(t *testing.T) {
	t.Parallel()
	now := event("", "2026-10-06 17:00").At
	if s := sound(); len(s.Faults(now)) > 0 {
		t.Fatalf("the sound draft: %v", s.Faults(now))
	}
	for name, c := range map[string]struct {
		change      func(*listing.AttestationDraft)
		field, says string
	}{
		"no statement":             {func(d *listing.AttestationDraft) { d.Statement = " \n" }, "statement", "Say what holds"},
		"a statement that is long": {func(d *listing.AttestationDraft) { d.Statement = strings.Repeat("ä", 4001) }, "statement", "has 4001 characters; at most 4000 are kept"},
		"letters turned round":     {func(d *listing.AttestationDraft) { d.Statement = "not \u202eapproved" }, "statement", "no text"},
		"no subject":               {func(d *listing.AttestationDraft) { d.Topic = "" }, "about", "Choose what"},
		"half a control":           {func(d *listing.AttestationDraft) { d.Topic, d.Framework = "", "cis-aws-3.0" }, "about", "Choose what"},
		"control and topic":        {func(d *listing.AttestationDraft) { d.Framework, d.Control = "cis-aws-3.0", "1.1" }, "about", "not about both"},
		"a topic that is none":     {func(d *listing.AttestationDraft) { d.Topic = "weather" }, "about", `no topic "weather"`},
		"a control with a space":   {func(d *listing.AttestationDraft) { d.Topic, d.Framework, d.Control = "", "x", "1 1" }, "about", "no control"},
		"no account":               {func(d *listing.AttestationDraft) { d.Whole = false }, "accounts", "at least one"},
		"all and some":             {func(d *listing.AttestationDraft) { d.Accounts = []int64{1} }, "accounts", "not about both"},
		"no owner":                 {func(d *listing.AttestationDraft) { d.Owner = "" }, "owner", "who answers"},
		"no evidence":              {func(d *listing.AttestationDraft) { d.Link = "" }, "evidence", "a link to it, or a file"},
		"an empty file":            {func(d *listing.AttestationDraft) { d.File = &listing.Upload{Name: "a"} }, "file", "is empty"},
		"a file too long":          {func(d *listing.AttestationDraft) { d.File = &listing.Upload{Content: make([]byte, 1_000_001)} }, "file", "longer than 1 MB"},
		"a script as a link":       {func(d *listing.AttestationDraft) { d.Link = "javascript:alert(1)" }, "link", "begins with https://"},
		"a file of the machine":    {func(d *listing.AttestationDraft) { d.Link = "file:///etc/passwd" }, "link", "begins with https://"},
		"a link to no site":        {func(d *listing.AttestationDraft) { d.Link = "https:///a" }, "link", "names a site"},
		"a link with a password":   {func(d *listing.AttestationDraft) { d.Link = "https://ada:hunter" + "2@example.org/" }, "link", "Leave it out"},
		"a link with a space":      {func(d *listing.AttestationDraft) { d.Link = "https://example.org/a b" }, "link", "no address"},
		"a link too long":          {func(d *listing.AttestationDraft) { d.Link = "https://example.org/" + strings.Repeat("a", 2000) }, "link", "longer than 2000 bytes"},
		"no first day":             {func(d *listing.AttestationDraft) { d.From = time.Time{} }, "from", "the first day"},
		"a time of day":            {func(d *listing.AttestationDraft) { d.Until = d.Until.Add(time.Hour) }, "until", "without a time"},
		"a day far away":           {func(d *listing.AttestationDraft) { d.From = on("2006-10-01") }, "from", "five years"},
		"the wrong way round":      {func(d *listing.AttestationDraft) { d.Until = on("2026-09-30") }, "until", "before the first"},
		"over already":             {func(d *listing.AttestationDraft) { d.From, d.Until = on("2026-09-01"), on("2026-10-05") }, "until", "over already"},
		"401 days":                 {func(d *listing.AttestationDraft) { d.Until = on("2027-11-05") }, "until", "until 4 Nov 2027"},
	} {
		d := sound()
		c.change(&d)
		f := d.Faults(now)
		if !strings.Contains(f.Of(c.field), c.says) || len(f) != 1 || f.Error() != f.Of(c.field) {
			t.Errorf("%s: %v", name, f)
		}
	}
	for name, change := range map[string]func(*listing.AttestationDraft){
		"400 days": func(d *listing.AttestationDraft) { d.Until = on("2027-11-04") },
		"a day":    func(d *listing.AttestationDraft) { d.From, d.Until = on("2026-10-06"), on("2026-10-06") },
		"a file of 1 MB": func(d *listing.AttestationDraft) {
			d.File = &listing.Upload{Content: make([]byte, 1_000_000)}
			d.Link = ""
		},
		"4000 letters":      func(d *listing.AttestationDraft) { d.Statement = strings.Repeat("ä", 4000) },
		"lines and accents": func(d *listing.AttestationDraft) { d.Statement = "Zürich:\r\n\t中央 <b>🙂</b>" },
		"a control": func(d *listing.AttestationDraft) {
			d.Topic, d.Framework, d.Control = "", "workload-metadata-practices", "S3.7"
		},
	} {
		d := sound()
		change(&d)
		if f := d.Faults(now); len(f) > 0 {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestNamesOfFilesLeadNowhere(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"recovery report.pdf": "recovery report.pdf", "../../etc/passwd": "passwd", `C:\Users\ada\plan.docx`: "plan.docx", "/": "evidence", "": "evidence", "..": "evidence",
		".htaccess": "htaccess", "a\r\nSet-Cookie: x.txt": "aSet-Cookie_ x.txt", `"; filename="x.html`: `__ filename=_x.html`, "gnp\u202etxt.exe": "gnptxt.exe", "a\x00.txt": "a.txt", "Prüfung 中.pdf": "Prüfung 中.pdf",
		"a%2f..%2fb": "a_2f.._2fb", strings.Repeat("ä", 200) + ".pdf": strings.Repeat("ä", 116) + ".pdf", "\xff\xfe": "evidence",
	} {
		if got := listing.FileName(name); got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
}

func TestNoNameOfAFileIsAPath(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		got := listing.FileName(rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("./\\ ab\x00\r\n\u202e%\"")))).Draw(t, "name"))
		switch {
		case got == "", got == ".", got == "..", strings.ContainsAny(got, `/\"`), strings.ContainsFunc(got, unicode.IsControl), !utf8.ValidString(got), utf8.RuneCountInString(got) > 120:
			t.Errorf("%q", got)
		case listing.FileName(got) != got:
			t.Errorf("%q becomes %q the second time", got, listing.FileName(got))
		}
	})
}

// Time alone never makes valid what nobody approved, and never brings back what
// was refused, withdrawn or over.
func TestTimeAloneOnlyTakesAway(t *testing.T) {
	t.Parallel()
	after := map[listing.AttestationState][]listing.AttestationState{
		"":                      append(listing.AttestationStates(), ""),
		listing.AttestProposed:  {listing.AttestProposed, listing.AttestUpcoming, listing.AttestValid, listing.AttestExpired, listing.AttestRefused, listing.AttestWithdrawn},
		listing.AttestUpcoming:  {listing.AttestUpcoming, listing.AttestValid, listing.AttestExpired, listing.AttestWithdrawn},
		listing.AttestValid:     {listing.AttestValid, listing.AttestExpired, listing.AttestWithdrawn},
		listing.AttestExpired:   {listing.AttestExpired},
		listing.AttestRefused:   {listing.AttestRefused},
		listing.AttestWithdrawn: {listing.AttestWithdrawn},
	}
	start := on("2026-01-01")
	rapid.Check(t, func(t *rapid.T) {
		hours := func(name string) time.Time {
			return start.Add(time.Duration(rapid.IntRange(0, 24*60).Draw(t, name)) * time.Hour)
		}
		a := listing.Attestation{From: hours("from").Truncate(24 * time.Hour), Proposed: listing.AttestationEvent{Kind: "proposed", At: hours("proposed")}}
		a.Until = a.From.AddDate(0, 0, rapid.IntRange(0, 30).Draw(t, "days"))
		if rapid.Bool().Draw(t, "is decided") {
			a.Decided = listing.AttestationEvent{Kind: rapid.SampledFrom([]string{"approved", "refused"}).Draw(t, "how"), At: a.Proposed.At.Add(time.Hour)}
			if !a.Decided.At.Before(a.Ends()) {
				a.Decided = listing.AttestationEvent{} // nobody decides what is over
			}
		}
		if last := a.Proposed.At.Add(2 * time.Hour); a.Decided.Kind != "refused" && last.Before(a.Ends()) && rapid.Bool().Draw(t, "is withdrawn") {
			a.Withdrawn = listing.AttestationEvent{Kind: "withdrawn", At: last}
		}
		t1, t2 := hours("one time"), hours("another")
		if t2.Before(t1) {
			t1, t2 = t2, t1
		}
		if was, is := a.StateAt(t1), a.StateAt(t2); !slices.Contains(after[was], is) {
			t.Errorf("%q became %q", was, is)
		}
		if a.StateAt(t1) == listing.AttestValid && (a.Decided.Kind != "approved" || t1.Before(a.Decided.At) || t1.Before(a.From) || !t1.Before(a.Ends())) {
			t.Errorf("it is valid at %s: %+v", t1, a)
		}
	})
}
