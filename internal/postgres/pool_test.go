package postgres_test

import (
	"strings"
	"testing"
	"time"

	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
)

func TestWhetherADatabaseIsUpToDate(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	s, err := postgres.OpenWithin(t.Context(), url, 3, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if n := s.Pool().Config().MaxConns; n != 3 {
		t.Errorf("%d connections", n)
	}
	if at, newest, err := s.Steps(t.Context()); err != nil || at != 0 || newest < 2 {
		t.Errorf("before: step %d of %d (%v)", at, newest, err)
	}
	if ok, err := s.Current(t.Context()); ok || err != nil {
		t.Errorf("before: %t, %v", ok, err)
	}
	if err := postgres.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if ok, err := s.Current(t.Context()); !ok || err != nil {
		t.Errorf("after: %t, %v", ok, err)
	}
	if _, err := s.Pool().Exec(t.Context(), `insert into goose_db_version (version_id, is_applied) values (9999, true)`); err != nil {
		t.Fatal(err)
	}
	if ok, err := s.Current(t.Context()); ok || err == nil || !strings.Contains(err.Error(), "newer Plumbline") {
		t.Errorf("of a newer program: %t, %v", ok, err)
	}
}

func TestOnlySilenceIsWaitedFor(t *testing.T) {
	t.Parallel()
	wrong := strings.Replace(pgtest.URL(t), "plumbline:", "plumbline:wrong", 1)
	for name, c := range map[string]struct {
		url  string
		wait time.Duration
		want string
	}{
		"a wrong password":                      {wrong, time.Hour, "refuses this login"},
		"an address that is none":               {"postgres://a b", time.Hour, "cannot be read"},
		"nobody there, and no time to wait":     {"postgres://u:p@127.0.0.1:1/x", 0, "does not answer"},
		"nobody there, and little time to wait": {"postgres://u:p@127.0.0.1:1/x", 2 * time.Second, "does not answer"},
	} {
		if strings.Contains(name, "password") && wrong == pgtest.URL(t) {
			continue // a server of somebody else's, whose login has another name
		}
		waited := false
		s, err := postgres.OpenWithin(t.Context(), c.url, 1, c.wait, func() { waited = true })
		if err == nil {
			s.Close()
			t.Errorf("%s: it opens", name)
		} else if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "a b") {
			t.Errorf("%s: %v", name, err)
		}
		if waited != (strings.Contains(name, "little time")) {
			t.Errorf("%s: waited %t", name, waited)
		}
	}
}
