package postgres_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// An enterprise of IBM Cloud: the account that manages it, and three more.
const (
	holding    = "3f1c7a52b9e84d06a1d2c3e4f5061728"
	subsidiary = "07070707070707070707070707070707"
	warehouse  = "0abcdef00abcdef00abcdef00abcdef0"
	closed     = "fedcba98fedcba98fedcba98fedcba98"
)

// enterprise stores a scan of the account that manages it, which lists accounts
// by id and name.
func enterprise(t *testing.T, s *postgres.Store, at time.Time, members map[string]string) {
	t.Helper()
	w, err := s.Begin(t.Context(), scan.Record{Provider: ibmfact.Provider, Account: holding, StartedAt: at, Engine: "test"})
	if err != nil {
		t.Fatal(err)
	}
	scope := snapshot.Scope{Provider: ibmfact.Provider, Account: holding, Region: snapshot.Global}
	var rs []snapshot.Resource
	for id, name := range members {
		doc, err := json.Marshal(ibmfact.Member{ID: id, Name: name, State: "ACTIVE"})
		if err != nil {
			t.Fatal(err)
		}
		r := snapshot.Resource{Kind: ibmfact.KindMemberAccount, Scope: scope, UID: "crn:" + id, Call: ibmfact.CallMemberAccounts, Doc: doc}
		r.Seal()
		rs = append(rs, r)
	}
	if err := w.Page(t.Context(), rs, postgres.Judged{}); err != nil {
		t.Fatal(err)
	}
	answer := snapshot.Answer{Key: snapshot.Key{Call: ibmfact.CallMemberAccounts, Scope: scope}, Lists: ibmfact.KindMemberAccount, Status: snapshot.Complete, AskedAt: at, EndedAt: at}
	if err := w.Answers(t.Context(), []snapshot.Answer{answer}); err != nil {
		t.Fatal(err)
	}
	always := func(string, string) bool { return true }
	if _, err := w.Close(t.Context(), postgres.Judged{}, postgres.Sight{Asked: func(string) bool { return true }, Listed: always, Whole: always}); err != nil {
		t.Fatal(err)
	}
}

func unconnected(ctx context.Context, t *testing.T, s *postgres.Store) map[string]string {
	t.Helper()
	all, err := s.Unconnected(ctx)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, a := range all {
		if a.Provider != ibmfact.Provider || a.State != "ACTIVE" || a.By == 0 || a.ByName != holding {
			t.Errorf("%+v", a)
		}
		names[a.External] = a.Name
	}
	return names
}

func TestAccountsOfAnEnterpriseThatAreNotConnectedAreTold(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	ctx := t.Context()
	if d := cmp.Diff(map[string]string{}, unconnected(ctx, t, s)); d != "" {
		t.Errorf("nothing was scanned: %s", d)
	}
	all := map[string]string{holding: "holding", subsidiary: "subsidiary", warehouse: "warehouse", closed: "closed"}
	enterprise(t, s, noon, all)
	for _, x := range []struct{ account, provider string }{{warehouse, ibmfact.Provider}, {closed, ibmfact.Provider}, {subsidiary, "aws"}} {
		if _, err := s.ConnectAccount(ctx, x.account, listing.Connection{Provider: x.provider}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(map[string]string{subsidiary: "subsidiary"}, unconnected(ctx, t, s)); d != "" {
		t.Errorf("two are connected, and one elsewhere: %s", d)
	}
	enterprise(t, s, noon.Add(time.Hour), map[string]string{holding: "holding", subsidiary: "renamed", warehouse: "warehouse"})
	if d := cmp.Diff(map[string]string{subsidiary: "renamed"}, unconnected(ctx, t, s)); d != "" {
		t.Errorf("one has another name, and one has left: %s", d)
	}
	var id int64
	if err := s.Pool().QueryRow(ctx, `update account set state = 'disconnected' where external_id = $1 returning id`, holding).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{}, unconnected(ctx, t, s)); d != "" {
		t.Errorf("nobody asks any more: %s", d)
	}
}

// An account may be called as its owner likes: no name hides the others.
func TestANameThatPostgreSQLCannotReadHidesNoAccount(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	enterprise(t, s, noon, map[string]string{holding: "holding", subsidiary: "sub\x00sidiary", warehouse: "warehouse"})
	if d := cmp.Diff(map[string]string{subsidiary: "sub\uFFFDsidiary", warehouse: "warehouse"}, unconnected(t.Context(), t, s)); d != "" {
		t.Error(d)
	}
}

// Who sees some accounts would be told of others that are connected as if they
// were not.
func TestWhoSeesSomeAccountsIsToldOfNoOthers(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	enterprise(t, s, noon, map[string]string{holding: "holding", subsidiary: "subsidiary"})
	var id int64
	if err := s.Pool().QueryRow(t.Context(), `select id from account where external_id = $1`, holding).Scan(&id); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		grant access.Grant
		want  int
	}{
		"all":  {access.Grant{Role: access.Reader, All: true}, 1},
		"some": {access.Grant{Role: access.Administrator, Accounts: []int64{id}}, 0},
	} {
		err := s.See(t.Context(), &access.Viewer{Grants: []access.Grant{x.grant}}, false, func(ctx context.Context) error {
			if got := unconnected(ctx, t, s); len(got) != x.want {
				t.Errorf("who sees %s is told of %v", name, got)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
