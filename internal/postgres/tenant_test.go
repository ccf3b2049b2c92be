package postgres_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"plumbline/internal/postgres"
	"plumbline/internal/query"
	"plumbline/internal/scan"
)

const otherAccount = "444455556666"

func parse(t testing.TB, fields query.Fields, s string) query.Query {
	t.Helper()
	q, err := query.Parse(s, fields, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// two stores a scan of each of two accounts and gives their numbers.
func two(t testing.TB, s *postgres.Store) (a, b int64) {
	t.Helper()
	some.store(t, s, day, 2)
	storeOther(t, s, day, some)
	return idOf(t, s, account), idOf(t, s, otherAccount)
}

func idOf(t testing.TB, s *postgres.Store, external string) (id int64) {
	t.Helper()
	if err := s.Pool().QueryRow(context.Background(), `select id from account where external_id = $1`, external).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// storeOther stores a look at the other account, where all things are called
// otherwise.
func storeOther(t testing.TB, s *postgres.Store, at time.Time, l look) scan.Record {
	t.Helper()
	ctx := context.Background()
	w, err := s.Begin(ctx, scan.Record{Provider: provider, Account: otherAccount, StartedAt: at, Engine: "test"})
	if err != nil {
		t.Fatal(err)
	}
	rs, j := l.judged(l.seen())
	for i := range rs {
		rs[i].Account, rs[i].UID, rs[i].Name = otherAccount, rs[i].UID+":other", "secret-"+rs[i].Name
		rs[i].Seal()
	}
	for i := range j.Subjects {
		j.Subjects[i].Account, j.Subjects[i].UID, j.Subjects[i].Name = otherAccount, j.Subjects[i].UID+":other", "secret-"+j.Subjects[i].Name
	}
	for i := range j.Verdicts {
		v := &j.Verdicts[i].Subject
		v.Account, v.UID, v.Name, v.ID = otherAccount, v.UID+":other", "secret-"+v.Name, strings.Replace(v.ID, "i-", "j-", 1)
		for k := range j.Verdicts[i].Evidence {
			if o := j.Verdicts[i].Evidence[k].Origin; o != nil {
				for r := range rs {
					if rs[r].UID == o.UID+":other" {
						o.Hash = rs[r].Hash
					}
				}
				o.UID += ":other"
			}
		}
	}
	if err := w.Page(ctx, rs, j); err != nil {
		t.Fatal(err)
	}
	as := l.answers(at)
	for i := range as {
		as[i].Account = otherAccount
	}
	if err := w.Answers(ctx, as); err != nil {
		t.Fatal(err)
	}
	r, err := w.Close(ctx, postgres.Judged{Rules: l.rules()}, postgres.Sight{
		Listed: func(_, region string) bool { return l.whole(region) },
		Whole:  func(_, region string) bool { return l.whole(region) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
