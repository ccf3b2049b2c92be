package clerk_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/clerk"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/people"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
)

// A bureau is where people attest: a real store, a real audit log, and a clock
// that the test sets. Everybody acts as the pages let them: within what they see.
type bureau struct {
	*testing.T
	store    *postgres.Store
	folk     *people.People
	attester *clerk.Attester
	now      time.Time
	payments int64 // row numbers of accounts
	lab      int64
	ada, ben *access.Viewer // an engineer and an officer of all accounts
}

func openBureau(t *testing.T) *bureau {
	t.Helper()
	pool := pgtest.New(t)
	b := &bureau{T: t, store: postgres.New(pool), now: time.Date(2026, 11, 22, 10, 0, 0, 123456789, time.UTC)}
	clock := func() time.Time { return b.now }
	b.folk = people.New(b.store, clock)
	b.attester = &clerk.Attester{Clerk: &clerk.Clerk{Store: b.store.Web(), Queue: nobody{}, Engine: "1", Audit: func(ctx context.Context, l clerk.Line) error {
		return b.folk.Append(ctx, people.Entry{Action: l.Action, Object: l.Object, Account: l.Account, Detail: l.Detail})
	}}, Now: clock, Practices: func() []listing.Practice {
		return []listing.Practice{{Framework: "practices", FrameworkName: "Practices", Control: "S3.7", Title: "Training", Attest: "Who was taught."}}
	}}
	ctx := context.Background()
	var err error
	if b.payments, err = b.store.ConnectAccount(ctx, "111122223333", listing.Connection{Provider: "aws", Name: "payments"}, nil); err != nil {
		t.Fatal(err)
	}
	if b.lab, err = b.store.ConnectAccount(ctx, "444455556666", listing.Connection{Provider: "aws", Name: "lab"}, nil); err != nil {
		t.Fatal(err)
	}
	b.ada, b.ben = b.join("ada@example.org", access.Engineer), b.join("ben@example.org", access.Officer)
	return b
}

// join adds a person with a role over all accounts.
func (b *bureau) join(email string, role access.Role) *access.Viewer {
	b.Helper()
	id, _, err := b.folk.Add(context.Background(), email, "", people.Grant{Role: role})
	if err != nil {
		b.Fatal(err)
	}
	return &access.Viewer{Person: id, Email: email, Grants: []access.Grant{{Role: role, All: true}}}
}

// as does something as somebody does it on a page: in one transaction, within
// what they see.
func (b *bureau) as(v *access.Viewer, do func(context.Context) error) error {
	return b.store.See(access.With(context.Background(), v), v, true, do)
}

func (b *bureau) propose(v *access.Viewer, change ...func(*listing.AttestationDraft)) (id int64, err error) {
	d := listing.AttestationDraft{Statement: " Everybody was taught.\r\nSee the list. ", Framework: "practices", Control: "S3.7", Whole: true, Owner: "BEN@example.org",
		File: &listing.Upload{Name: `C:\lists\taught.pdf`, Content: []byte("%PDF")}, From: day(b.now), Until: day(b.now).AddDate(0, 0, 9)}
	for _, c := range change {
		c(&d)
	}
	err = b.as(v, func(ctx context.Context) error {
		id, err = b.attester.Attest(ctx, d)
		return err
	})
	return id, err
}

func day(t time.Time) time.Time { return t.Truncate(24 * time.Hour) }

func (b *bureau) decide(v *access.Viewer, id int64, approve bool, note string) error {
	return b.as(v, func(ctx context.Context) error { return b.attester.DecideAttestation(ctx, id, approve, note) })
}

func (b *bureau) withdraw(v *access.Viewer, id int64, note string) error {
	return b.as(v, func(ctx context.Context) error { return b.attester.WithdrawAttestation(ctx, id, note) })
}

func (b *bureau) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bureau) is(err error, kind problem.Kind, says string) {
	b.Helper()
	if !problem.Is(err, kind) || !strings.Contains(err.Error(), says) {
		b.Errorf("got %v, want %s: %s", err, kind, says)
	}
}

func (b *bureau) state(id int64) listing.AttestationState {
	b.Helper()
	var s listing.AttestationState
	b.ok(b.as(b.ben, func(ctx context.Context) error {
		a, _, err := b.store.Reader().Attestation(ctx, id)
		s = a.StateAt(b.now)
		return err
	}))
	return s
}

// log are the lines of the audit log, the oldest first.
func (b *bureau) log() (out []people.Row) {
	b.Helper()
	all := access.With(context.Background(), &access.Viewer{Grants: []access.Grant{{Role: access.Auditor, All: true}}})
	list, _, err := b.folk.Log(all, people.Filter{Limit: 100})
	b.ok(err)
	slices.Reverse(list)
	return slices.DeleteFunc(list, func(r people.Row) bool { return !strings.HasPrefix(r.Action, "attestation") })
}

func TestOnePersonStatesAndAnotherApproves(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	id, err := b.propose(b.ada)
	b.ok(err)
	if s := b.state(id); s != listing.AttestProposed {
		t.Errorf("it is %s", s)
	}
	b.now = b.now.Add(time.Hour)
	b.ok(b.decide(b.ben, id, true, " I saw the list. "))
	if s := b.state(id); s != listing.AttestValid {
		t.Errorf("it is %s", s)
	}
	b.ok(b.as(b.ada, func(ctx context.Context) error {
		a, events, err := b.store.Reader().Attestation(ctx, id)
		if err != nil {
			return err
		}
		if a.Statement != "Everybody was taught.\nSee the list." || a.Owner != "ben@example.org" || a.File.Name != "taught.pdf" || a.File.SHA256 != sha256.Sum256([]byte("%PDF")) || a.Events != 2 {
			t.Errorf("%+v", a)
		}
		var got []string
		for _, e := range events {
			got = append(got, e.At.Format(time.DateTime)+" "+e.Kind+" "+e.Who+" "+e.Note)
		}
		if d := cmp.Diff([]string{"2026-11-22 10:00:00 proposed ada@example.org ", "2026-11-22 11:00:00 approved ben@example.org I saw the list."}, got); d != "" {
			t.Error(d)
		}
		f, err := b.store.Reader().AttestationFile(ctx, id)
		if string(f.Content) != "%PDF" {
			t.Errorf("the file is %q", f.Content)
		}
		return err
	}))
	lines := b.log()
	if len(lines) != 2 || lines[0].Action != "attestation proposed" || lines[1].Action != "attestation approved" || lines[1].Who != "ben@example.org" || lines[1].Object != fmt.Sprintf("attestation %d", id) {
		t.Fatalf("the log says %+v", lines)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("%PDF")))
	want := map[string]string{"statement": "Everybody was taught. See the list.", "about": "practices S3.7", "accounts": "all", "owner": "ben@example.org", "from": "2026-11-22", "until": "2026-12-01",
		"link": "", "file": "taught.pdf", "sha256": sum}
	if d := cmp.Diff(want, lines[0].Detail); d != "" || lines[1].Detail["sha256"] != sum || lines[1].Detail["note"] != "I saw the list." {
		t.Errorf("the log says %v: %s", lines[1].Detail, d)
	}
}

// However somebody comes, they do not decide their own, and what is refused
// leaves neither an event nor a line in the log.
func TestNobodyApprovesTheirOwnAttestation(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	mine, err := b.propose(b.ben)
	b.ok(err)
	id, err := b.propose(b.ada)
	b.ok(err)
	token := *b.ben
	token.Token, token.Scopes = "nightly", access.Scopes()
	narrow := *b.ben
	narrow.Grants = []access.Grant{{Role: access.Officer, Accounts: []int64{b.payments}}}
	b.is(b.decide(b.ben, mine, true, ""), problem.Forbidden, "You proposed this")
	b.is(b.decide(b.ben, mine, false, "no"), problem.Forbidden, "You proposed this")
	b.is(b.decide(b.ada, id, true, ""), problem.Forbidden, "takes an officer")
	b.is(b.decide(&token, id, true, ""), problem.Forbidden, "takes an officer")
	b.is(b.decide(&narrow, id, true, ""), problem.Forbidden, "over all accounts")
	b.is(b.decide(b.join("root@example.org", access.Administrator), id, true, ""), problem.Forbidden, "takes an officer")
	token.Scopes = nil
	b.is(b.decide(&token, id, true, ""), problem.Forbidden, "A token decides nothing")
	if n := len(b.log()); n != 2 || b.state(mine) != listing.AttestProposed || b.state(id) != listing.AttestProposed {
		t.Errorf("%d lines in the log", n)
	}
}

func TestWhoMayNotProposeIsRefused(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	narrow := *b.ada
	narrow.Grants = []access.Grant{{Role: access.Engineer, Accounts: []int64{b.payments}}}
	read := *b.ada
	read.Token, read.Scopes = "nightly", []access.Scope{access.ScopeRead}
	for name, v := range map[string]*access.Viewer{"a viewer": b.join("eve@example.org", access.Reader), "an auditor": b.join("aud@example.org", access.Auditor), "an engineer of some accounts": &narrow, "a token to read": &read} {
		if _, err := b.propose(v); !problem.Is(err, problem.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	manage := *b.ada
	manage.Token, manage.Scopes = "nightly", []access.Scope{access.ScopeManage}
	id, err := b.propose(&manage)
	b.ok(err)
	if l := b.log(); len(l) != 1 || l[0].Token != "nightly" {
		t.Errorf("%+v", l)
	}
	b.is(b.withdraw(b.join("ed@example.org", access.Engineer), id, ""), problem.Forbidden, "Only who proposed it")
	b.ok(b.withdraw(&manage, id, ""))
}

func TestWhatIsNotThereCannotBeAttested(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	b.join("root@example.org", access.Administrator)
	gone := b.join("gone@example.org", access.Engineer)
	b.ok(b.folk.Disable(context.Background(), gone.Person))
	for field, change := range map[string]func(*listing.AttestationDraft){
		"accounts":  func(d *listing.AttestationDraft) { d.Whole, d.Accounts = false, []int64{b.payments, 999} },
		"about":     func(d *listing.AttestationDraft) { d.Control = "S9.9" },
		"owner":     func(d *listing.AttestationDraft) { d.Owner = "gone@example.org" },
		"renews":    func(d *listing.AttestationDraft) { d.Renews = 77 },
		"statement": func(d *listing.AttestationDraft) { d.Statement = "" },
	} {
		_, err := b.propose(b.ada, change)
		b.is(err, problem.Invalid, "")
		var faults listing.DraftFaults
		if !errors.As(err, &faults) || len(faults) != 1 || faults.Of(field) == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if l := b.log(); len(l) > 0 {
		t.Errorf("the log says %+v", l)
	}
	b.attester.Practices = nil
	_, err := b.propose(b.ada)
	b.is(err, problem.Invalid, "no such control")
	_, err = b.propose(b.ada, func(d *listing.AttestationDraft) { d.Framework, d.Control, d.Topic = "", "", "training" })
	b.ok(err)
}

// An account that the viewer does not see is one that is not there, whoever
// knows its number.
func TestAForeignAccountIsNotThere(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	all := *b.ada
	all.Grants = []access.Grant{{Role: access.Engineer, Accounts: []int64{b.payments}}, {Role: access.Officer, All: true}}
	id, err := b.propose(&all, func(d *listing.AttestationDraft) { d.Whole, d.Accounts = false, []int64{b.lab, b.lab} })
	b.ok(err)
	payments := &access.Viewer{Person: 99, Email: "eve@example.org", Grants: []access.Grant{{Role: access.Officer, Accounts: []int64{b.payments}}}}
	for name, do := range map[string]func(context.Context) error{
		"look":     func(ctx context.Context) error { _, _, err := b.store.Reader().Attestation(ctx, id); return err },
		"download": func(ctx context.Context) error { _, err := b.store.Reader().AttestationFile(ctx, id); return err },
		"approve":  func(ctx context.Context) error { return b.attester.DecideAttestation(ctx, id, true, "") },
		"withdraw": func(ctx context.Context) error { return b.attester.WithdrawAttestation(ctx, id, "x") },
	} {
		if err := b.as(payments, do); !problem.Is(err, problem.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if l := b.log(); len(l) != 1 || l[0].Account != b.lab || l[0].Detail["accounts"] != "aws 444455556666" {
		t.Errorf("the log says %+v", l)
	}
}

func TestRefusingAndWithdrawingSayWhy(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	id, err := b.propose(b.ada)
	b.ok(err)
	b.is(b.decide(b.ben, id, false, " \n"), problem.Invalid, "Say why you refuse it")
	b.is(b.decide(b.ben, id, true, strings.Repeat("n", 1001)), problem.Invalid, "1001 characters")
	b.ok(b.decide(b.ben, id, false, "The list is of last year."))
	b.is(b.decide(b.ben, id, true, ""), problem.Conflict, "it is refused")
	b.is(b.withdraw(b.ada, id, "x"), problem.Conflict, "nothing to withdraw")

	id, err = b.propose(b.ada)
	b.ok(err)
	b.ok(b.withdraw(b.ada, id, "")) // nobody relied on it yet
	b.is(b.decide(b.ben, id, true, ""), problem.Conflict, "it is withdrawn")

	id, err = b.propose(b.ada)
	b.ok(err)
	b.ok(b.decide(b.ben, id, true, ""))
	b.is(b.withdraw(b.ada, id, ""), problem.Invalid, "Say why")
	b.ok(b.withdraw(b.ada, id, "The course was cancelled."))
	if s := b.state(id); s != listing.AttestWithdrawn {
		t.Errorf("it is %s", s)
	}
}

func TestWhatIsOverIsNotDecidedAndIsRenewed(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	valid, err := b.propose(b.ada)
	b.ok(err)
	open, err := b.propose(b.ada)
	b.ok(err)
	b.ok(b.decide(b.ben, valid, true, ""))
	_, err = b.propose(b.ada, func(d *listing.AttestationDraft) { d.Renews = open })
	b.is(err, problem.Invalid, "cannot be renewed")
	b.now = b.now.AddDate(0, 0, 10)
	if s := b.state(valid); s != listing.AttestExpired {
		t.Errorf("it is %s", s)
	}
	b.is(b.decide(b.ben, open, true, ""), problem.Conflict, "Its last day, 1 Dec 2026, is over")
	b.is(b.withdraw(b.ada, valid, "x"), problem.Conflict, "nothing to withdraw")
	_, err = b.propose(b.ada, func(d *listing.AttestationDraft) {
		d.Renews, d.Framework, d.Control, d.Topic = valid, "", "", "training"
	})
	b.is(err, problem.Invalid, "about something else")
	next, err := b.propose(b.ada, func(d *listing.AttestationDraft) { d.Renews = valid })
	b.ok(err)
	by := func() (n int64) {
		b.ok(b.as(b.ben, func(ctx context.Context) error {
			a, _, err := b.store.Reader().Attestation(ctx, valid)
			n = a.RenewedBy
			return err
		}))
		return n
	}
	if by() != next {
		t.Errorf("it is renewed by %d, not by %d", by(), next)
	}
	b.ok(b.decide(b.ben, next, false, "No."))
	if by() != 0 {
		t.Errorf("what was refused renews it: %d", by())
	}
}

// Of two who act at the same time, only the first did what they saw.
func TestTwoWhoDecideAtTheSameTime(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	id, err := b.propose(b.ada)
	b.ok(err)
	second := make(chan error, 1)
	b.ok(b.as(b.ben, func(ctx context.Context) error {
		if err := b.attester.DecideAttestation(ctx, id, true, ""); err != nil {
			return err
		}
		go func() { second <- b.withdraw(b.ada, id, "") }()
		return untilWaiting(context.Background(), b.store)
	}))
	b.is(<-second, problem.Conflict, "Somebody else has just decided")
	if n := len(b.log()); n != 2 || b.state(id) != listing.AttestValid {
		t.Errorf("%d lines in the log, and it is %s", n, b.state(id))
	}
}

func TestProposalsOfOnePersonDoNotPileUp(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	var last int64
	for range 50 {
		id, err := b.propose(b.ada, linked)
		b.ok(err)
		last = id
	}
	_, err := b.propose(b.ada, linked)
	b.is(err, problem.Conflict, "50 of your proposals wait")
	_, err = b.propose(b.ben, linked)
	b.ok(err)
	b.ok(b.withdraw(b.ada, last, ""))
	_, err = b.propose(b.ada, linked)
	b.ok(err)
}

// linked names evidence that stands elsewhere.
func linked(d *listing.AttestationDraft) { d.File, d.Link = nil, "https://example.org/list" }

// What is withdrawn is kept, its file too: a person fills no disk with it.
func TestFilesOfOnePersonDoNotPileUp(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	for range 20 {
		id, err := b.propose(b.ada)
		b.ok(err)
		b.ok(b.withdraw(b.ada, id, ""))
	}
	_, err := b.propose(b.ada)
	b.is(err, problem.Conflict, "You proposed 20 files within 24 hours")
	_, err = b.propose(b.ada, linked)
	b.ok(err)
	_, err = b.propose(b.ben)
	b.ok(err)
	b.now = b.now.Add(25 * time.Hour)
	_, err = b.propose(b.ada)
	b.ok(err)
}
