package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/snapshot"
)

var userData = postgres.Neighbour{Kind: "aws.user_data", Under: "/user-data", Of: kind, Member: "launchTime"}

// machine is an instance and what it runs when it starts; "" for one that was
// not read.
func machine(id, launched, runs string) []snapshot.Resource {
	at := snapshot.Scope{Provider: provider, Account: account, Region: eu}
	rs := []snapshot.Resource{{Kind: kind, Scope: at, UID: "arn:" + id, Call: "list", Doc: []byte(`{"launchTime":"` + launched + `"}`)}}
	if runs != "" {
		rs = append(rs, snapshot.Resource{Kind: userData.Kind, Scope: at, UID: "arn:" + id + "/user-data", Call: "read", Doc: []byte(`{"runs":"` + runs + `"}`)})
	}
	for i := range rs {
		rs[i].Seal()
	}
	return rs
}

// looked stores a scan that saw some documents; whole says of a kind that its
// listing came to the end.
func looked(t *testing.T, s *postgres.Store, at time.Time, whole func(kind string) bool, rs ...snapshot.Resource) {
	t.Helper()
	w := begin(t, s, at)
	if err := w.Page(t.Context(), rs, postgres.Judged{}); err != nil {
		t.Fatal(err)
	}
	var answers []snapshot.Answer
	for _, k := range []string{kind, userData.Kind} {
		a := snapshot.Answer{Key: snapshot.Key{Call: "of:" + k, Scope: rs[0].Scope}, Lists: k, Status: snapshot.Complete, AskedAt: at, EndedAt: at}
		if !whole(k) {
			a.Status, a.Cause, a.Code = snapshot.Refused, snapshot.Denied, "No"
		}
		answers = append(answers, a)
	}
	if err := w.Answers(t.Context(), answers); err != nil {
		t.Fatal(err)
	}
	_, err := w.Close(t.Context(), postgres.Judged{}, postgres.Sight{
		Asked: func(string) bool { return true }, Listed: func(k, _ string) bool { return whole(k) }, Whole: func(_, _ string) bool { return true },
	})
	if err != nil {
		t.Fatal(err)
	}
}

func remembered(t *testing.T, s *postgres.Store) string {
	t.Helper()
	all, err := s.Remembered(t.Context(), provider, account, eu, userData)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for uid, r := range all {
		if !r.Intact() || r.UID != uid || r.Scope.Account != account {
			t.Errorf("%s: %+v", uid, r)
		}
		said[uid] = r.Said + " " + string(r.Doc)
	}
	return fmt.Sprint(said)
}

func TestWhatStandsBesideAThingIsRemembered(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	all := func(string) bool { return true }
	if got := remembered(t, s); got != "map[]" {
		t.Errorf("before any scan: %s", got)
	}
	looked(t, s, day, all, append(machine("a", "T1", "x"), machine("b", "T1", "")...)...)
	if got := remembered(t, s); got != `map[arn:a/user-data:T1 {"runs":"x"}]` {
		t.Errorf("after the first: %s", got)
	}
	looked(t, s, day.Add(time.Hour), all, machine("a", "T1", "x")...)
	if got := remembered(t, s); got != `map[arn:a/user-data:T1 {"runs":"x"}]` {
		t.Errorf("unchanged: %s", got)
	}
	looked(t, s, day.Add(2*time.Hour), all, machine("a", "T2", "y")...)
	if got := remembered(t, s); got != `map[arn:a/user-data:T2 {"runs":"y"}]` {
		t.Errorf("launched anew: %s", got)
	}
}

// An instance was launched anew, and what it runs now was not read: what is
// stored beside it belongs to the launch before.
func TestWhatTheLastScanDidNotReadIsNotRemembered(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	looked(t, s, day, func(string) bool { return true }, machine("a", "T1", "x")...)
	looked(t, s, day.Add(time.Hour), func(k string) bool { return k == kind }, machine("a", "T2", "")...)
	if got := remembered(t, s); got != "map[]" {
		t.Errorf("remembered %s", got)
	}
}

// A scan that is being made has stored a newer document: the last finished one
// still counts.
func TestAScanThatRunsChangesNoMemory(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	looked(t, s, day, func(string) bool { return true }, machine("a", "T1", "x")...)
	w := begin(t, s, day.Add(time.Hour))
	if err := w.Page(t.Context(), machine("a", "T2", "")[:1], postgres.Judged{}); err != nil {
		t.Fatal(err)
	}
	if got := remembered(t, s); got != `map[arn:a/user-data:T1 {"runs":"x"}]` {
		t.Errorf("remembered %s", got)
	}
}
