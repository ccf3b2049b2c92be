package postgres_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
)

// A witness stores attestations, each about what its name says.
type witness struct {
	*testing.T
	s   *postgres.Store
	now time.Time
}

func (w witness) state(change func(*listing.AttestationDraft)) int64 {
	w.Helper()
	d := listing.AttestationDraft{Statement: "It holds.", Framework: "practices", Control: "S3.7", Whole: true, Owner: "ada@example.org", Link: "https://example.org/", From: w.now.Truncate(24 * time.Hour)}
	d.Until = d.From.AddDate(0, 0, 59)
	if change != nil {
		change(&d)
	}
	id, err := w.s.ProposeAttestation(context.Background(), d, listing.AttestationEvent{At: w.now, Who: "ada@example.org"})
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func (w witness) note(id int64, kind string, after time.Duration) {
	w.Helper()
	a, _, err := w.s.Reader().Attestation(context.Background(), id)
	if err == nil {
		err = w.s.NoteAttestation(context.Background(), &a, listing.AttestationEvent{At: w.now.Add(after), Kind: kind, Who: "ben@example.org", Note: "seen"})
	}
	if err != nil {
		w.Fatal(err)
	}
}

func ids(all []listing.Attestation) []int64 {
	out := []int64{}
	for _, a := range all {
		out = append(out, a.ID)
	}
	return out
}

// What the database says of a state is what the attestation itself says, at any
// time and whatever happened to it.
func TestTheStateOfAnAttestationIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	w := witness{t, pgtest.Store(t), time.Date(2026, 11, 22, 10, 30, 0, 0, time.UTC)}
	day := 24 * time.Hour
	for _, from := range []int{-20, 0, 3} {
		for _, days := range []int{0, 5, 40} {
			for _, how := range []string{"", "approved", "refused", "withdrawn", "approved withdrawn"} {
				id := w.state(func(d *listing.AttestationDraft) {
					d.From = d.From.AddDate(0, 0, from)
					d.Until = d.From.AddDate(0, 0, days)
				})
				for i, kind := range strings.Fields(how) {
					w.note(id, kind, time.Duration(1+24*i)*time.Hour)
				}
			}
		}
	}
	seen := map[listing.AttestationState]int{}
	for _, at := range []time.Time{w.now.Add(-time.Second), w.now, w.now.Add(time.Hour), w.now.Add(25 * time.Hour), w.now.Truncate(day).Add(day - time.Microsecond), w.now.Truncate(day).Add(day), w.now.Truncate(day).Add(3 * day), w.now.Add(6 * day), w.now.Add(60 * day)} {
		want := map[listing.AttestationState][]int64{}
		for id := int64(45); id > 0; id-- {
			a, _, err := w.s.Reader().Attestation(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			want[a.StateAt(at)] = append(want[a.StateAt(at)], id)
			seen[a.StateAt(at)]++
		}
		for _, state := range listing.AttestationStates() {
			got, _, err := w.s.Reader().Attestations(t.Context(), listing.AttestationFilter{State: state, At: at}, listing.Place{})
			if err != nil || !slices.Equal(ids(got), want[state]) {
				t.Errorf("%s at %s: %v, want %v (%v)", state, at, ids(got), want[state], err)
			}
		}
		valid, err := w.s.Reader().Valid(t.Context(), "practices", "S3.7", at)
		slices.Reverse(valid)
		if err != nil || !slices.Equal(ids(valid), want[listing.AttestValid]) {
			t.Errorf("valid at %s: %v, want %v (%v)", at, ids(valid), want[listing.AttestValid], err)
		}
	}
	if len(seen) != 7 {
		t.Errorf("seen were %v", seen)
	}
}

func TestWhatHasToBeLookedAt(t *testing.T) {
	t.Parallel()
	w := witness{t, pgtest.Store(t), time.Date(2026, 11, 22, 23, 59, 0, 0, time.UTC)}
	until := func(days int) func(*listing.AttestationDraft) {
		return func(d *listing.AttestationDraft) { d.Until = d.From.AddDate(0, 0, days) }
	}
	late, soon, today, open := w.state(until(31)), w.state(until(30)), w.state(until(0)), w.state(until(90))
	refused := w.state(until(1))
	for _, id := range []int64{late, soon, today} {
		w.note(id, "approved", 0)
	}
	w.note(refused, "refused", 0)
	for at, want := range map[time.Time][]int64{
		w.now:                  {today, soon, open},
		w.now.AddDate(0, 0, 1): {soon, late, open},
	} {
		got, err := w.s.Reader().DueAttestations(t.Context(), at)
		if err != nil || !slices.Equal(ids(got), want) {
			t.Errorf("at %s: %v, want %v (%v)", at, ids(got), want, err)
		}
	}
}

func TestAttestationsAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	w := witness{t, pgtest.Store(t), time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	var all []int64
	for i := range 5 {
		all = append([]int64{w.state(func(d *listing.AttestationDraft) {
			if i == 2 {
				d.Framework, d.Control, d.Topic = "", "", "training"
			}
		})}, all...)
	}
	for name, c := range map[string]struct {
		f    listing.AttestationFilter
		want []int64
	}{
		"all": {listing.AttestationFilter{}, all}, "a framework": {listing.AttestationFilter{Framework: "practices"}, []int64{all[0], all[1], all[3], all[4]}},
		"another control": {listing.AttestationFilter{Framework: "practices", Control: "S0.7"}, []int64{}}, "a topic": {listing.AttestationFilter{Topic: "training"}, []int64{all[2]}},
	} {
		c.f.At = w.now
		got, _, err := w.s.Reader().Attestations(t.Context(), c.f, listing.Place{})
		if err != nil || !slices.Equal(ids(got), c.want) {
			t.Errorf("%s: %v, want %v (%v)", name, ids(got), c.want, err)
		}
	}
	f := listing.AttestationFilter{At: w.now}
	first, next, err := w.s.Reader().Attestations(t.Context(), f, listing.Place{Limit: 2})
	if err != nil || !slices.Equal(ids(first), all[:2]) || next.Previous != "" {
		t.Fatal(ids(first), next, err)
	}
	second, c, err := w.s.Reader().Attestations(t.Context(), f, listing.Place{Limit: 2, After: next.Next})
	if err != nil || !slices.Equal(ids(second), all[2:4]) {
		t.Fatal(ids(second), err)
	}
	back, _, err := w.s.Reader().Attestations(t.Context(), f, listing.Place{Limit: 2, Before: c.Previous})
	if err != nil || !slices.Equal(ids(back), all[:2]) {
		t.Error(ids(back), err)
	}
	if _, _, err := w.s.Reader().Attestations(t.Context(), f, listing.Place{After: "s~1"}); !problem.Is(err, problem.Invalid) {
		t.Errorf("a cursor of another list: %v", err)
	}
}

// Who sees an account sees what is stated of it and of all, and of its accounts
// only those that they see. Who sees none sees nothing.
func TestAttestationsAreSeenByThoseWhoSeeTheAccount(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	w := witness{t, s, time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	one, other := two(t, s)
	about := func(accounts ...int64) int64 {
		return w.state(func(d *listing.AttestationDraft) {
			d.Whole, d.Accounts, d.File = len(accounts) == 0, accounts, &listing.Upload{Name: "a.txt", Content: []byte("a")}
		})
	}
	whole, mine, both, foreign := about(), about(one), about(one, other), about(other)
	for _, id := range []int64{whole, mine, both, foreign} {
		w.note(id, "approved", 0)
	}
	for name, c := range map[string]struct {
		grants   []access.Grant
		want     []int64
		accounts []int64 // of the one about both
	}{
		"all accounts":  {[]access.Grant{{Role: access.Reader, All: true}}, []int64{foreign, both, mine, whole}, []int64{one, other}},
		"one account":   {[]access.Grant{{Role: access.Reader, Accounts: []int64{one}}}, []int64{both, mine, whole}, []int64{one}},
		"the other one": {[]access.Grant{{Role: access.Officer, Accounts: []int64{other}}}, []int64{foreign, both, whole}, []int64{other}},
		"no account":    {nil, []int64{}, nil},
	} {
		v := &access.Viewer{Grants: c.grants}
		if err := s.See(t.Context(), v, false, func(ctx context.Context) error {
			r := s.Web().Reader()
			got, _, err := r.Attestations(ctx, listing.AttestationFilter{At: w.now}, listing.Place{})
			if err != nil || !slices.Equal(ids(got), c.want) {
				t.Errorf("%s: %v, want %v (%v)", name, ids(got), c.want, err)
			}
			if got, err := r.Valid(ctx, "practices", "S3.7", w.now); err != nil || len(got) != len(c.want) {
				t.Errorf("%s: %v hold (%v)", name, ids(got), err)
			}
			for _, id := range []int64{whole, mine, both, foreign} {
				a, events, err := r.Attestation(ctx, id)
				_, fileErr := r.AttestationFile(ctx, id)
				if sees := slices.Contains(c.want, id); sees != (err == nil) || sees != (fileErr == nil) || sees != (len(events) == 2) {
					t.Errorf("%s: %d: %v, %v, %d events", name, id, err, fileErr, len(events))
				}
				if id == both && err == nil {
					var accounts []int64
					for _, x := range a.Accounts {
						accounts = append(accounts, x.ID)
					}
					if !slices.Equal(accounts, c.accounts) {
						t.Errorf("%s: it is about %v, want %v", name, accounts, c.accounts)
					}
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// Pages may add to what was stated, and change nothing of it.
func TestAttestationsAreOnlyAddedTo(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	w := witness{t, s, time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	w.state(nil)
	v := &access.Viewer{Grants: []access.Grant{{Role: access.Administrator, All: true}}}
	for _, table := range []string{"attestation", "attestation_account", "attestation_file", "attestation_event"} {
		for _, sql := range []string{`delete from ` + table, `truncate ` + table, `update ` + table + ` set ` + map[bool]string{true: "statement = 'x'", false: "attestation = 2"}[table == "attestation"]} {
			err := s.See(t.Context(), v, true, func(ctx context.Context) error {
				_, err := postgres.Tx(ctx).Exec(ctx, sql)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "42501") {
				t.Errorf("%s: %v", sql, err)
			}
		}
	}
}

func TestAFileIsWhatWasUploadedOrNothing(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	w := witness{t, s, time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	content := bytes.Repeat([]byte{0, 255, '<', '\n'}, 250_000)
	id := w.state(func(d *listing.AttestationDraft) {
		d.File = &listing.Upload{Name: `..\..\report.html`, Content: content}
	})
	got, err := s.Reader().AttestationFile(t.Context(), id)
	want := listing.EvidenceFile{FileMark: listing.FileMark{Name: "report.html", Size: 1_000_000, SHA256: sha256.Sum256(content)}, Content: content}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Fatal(err, len(d))
	}
	if _, err := s.Pool().Exec(t.Context(), `update attestation_file set content = set_byte(content, 7, 1)`); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Reader().AttestationFile(t.Context(), id); !problem.Is(err, problem.Tampered) || got.Content != nil || !strings.Contains(err.Error(), fmt.Sprintf("%x", want.SHA256)) {
		t.Errorf("what was changed is handed out: %d bytes, %v", len(got.Content), err)
	}
	if _, err := s.Reader().AttestationFile(t.Context(), w.state(nil)); !problem.Is(err, problem.NotFound) {
		t.Errorf("no file: %v", err)
	}
}

func TestOwnersAreThoseWhoMaySignIn(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	if _, err := s.Pool().Exec(t.Context(), `
		insert into person (email, name, password_hash, created_at, disabled_at)
		values ('ben@example.org', 'Ben', '', now(), null), ('ada@example.org', '', '', now(), null), ('gone@example.org', '', '', now(), now())`); err != nil {
		t.Fatal(err)
	}
	got, err := s.Reader().AttestationOwners(t.Context())
	if d := cmp.Diff([]listing.Owner{{Email: "ada@example.org"}, {Email: "ben@example.org", Name: "Ben"}}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	for email, want := range map[string]bool{"Ada@example.org": true, "gone@example.org": false, "eve@example.org": false} {
		if _, ok, err := s.ActivePerson(t.Context(), email); ok != want || err != nil {
			t.Errorf("%s: %v, %v", email, ok, err)
		}
	}
}
