package postgres_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/house"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
)

// A worker is told when the account was scanned last, and what holds of it
// today.
func TestWhatIsKnownOfAnAccount(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	w := witness{t, postgres.New(pool), time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	one, other := two(t, w.s)
	about := func(topic string, change func(*listing.AttestationDraft)) int64 {
		return w.state(func(d *listing.AttestationDraft) {
			d.Framework, d.Control, d.Topic = "", "", topic
			if change != nil {
				change(d)
			}
		})
	}
	of := func(account int64) func(*listing.AttestationDraft) {
		return func(d *listing.AttestationDraft) { d.Whole, d.Accounts = false, []int64{account} }
	}
	w.note(about("training", nil), "approved", -time.Hour)
	w.note(about("metadata_unneeded", of(other)), "approved", -time.Hour)
	w.note(about("metadata_unneeded", of(one)), "refused", -time.Hour)
	about("recovery_plan", nil) // waits for somebody
	back := about("recovery_plan", nil)
	w.note(back, "approved", -2*time.Hour)
	w.note(back, "withdrawn", -time.Hour)
	w.note(about("recovery_plan", func(d *listing.AttestationDraft) { d.From = d.From.AddDate(0, 0, 1) }), "approved", -time.Hour)
	w.note(about("recovery_plan", func(d *listing.AttestationDraft) {
		d.From, d.Until = d.From.AddDate(0, 0, -9), d.From.AddDate(0, 0, -1)
	}), "approved", -time.Hour)
	w.note(about("credential_theft_plan", nil), "approved", time.Hour) // later than the scan
	w.note(w.state(nil), "approved", -time.Hour)                       // of a control, not of a topic
	for _, s := range []struct {
		account int64
		state   string
		days    int
	}{{one, "finished", 20}, {one, "finished", 9}, {one, "failed", 3}, {one, "cancelled", 2}, {one, "finished", -1}, {other, "failed", 1}} {
		if _, err := pool.Exec(t.Context(), `insert into scan (account_id, state, started_at, ended_at, engine) values ($1, $2, $3, $3, 'test')`,
			s.account, s.state, w.now.AddDate(0, 0, -s.days)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := pool.Exec(t.Context(), `insert into scan (account_id, state, started_at, ended_at, engine, look) select account_id, state, $1, $1, engine, number from scan where account_id = $2 and state = 'finished' order by number limit 1`,
		w.now.AddDate(0, 0, -1), one); err != nil {
		t.Fatal(err)
	}
	worker, err := w.s.Worker(t.Context()) // with a worker's rights
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(worker.Pool().Close)
	for account, want := range map[int64]house.Known{
		one:   {Attested: []string{"training"}, LastScan: w.now.AddDate(0, 0, -9)},
		other: {Attested: []string{"metadata_unneeded", "training"}, LastScan: day}, // which stored it
	} {
		got, err := worker.Known(t.Context(), account, w.now)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("account %d: %s", account, diff)
		}
	}
}
