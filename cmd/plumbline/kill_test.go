package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/postgres/pgtest"
)

// Whatever is killed in the middle of a scan, and whenever, the scan ends by
// itself with the findings of one that nobody disturbed.
func TestAScanSurvivesKilling(t *testing.T) {
	t.Parallel()
	pgtest.NeedPrograms(t)
	rounds := 4
	if os.Getenv("PLUMBLINE_SOAK") != "" {
		rounds = 20
	}
	e := sim.Big(1500)
	g := newGround(t, e, awssim.Options{Latency: 40 * time.Millisecond})
	s := g.serve(t)
	if s == nil {
		t.Fatal("the service did not start")
	}
	c := signIn(t, s.link, g.email, g.password)
	var made struct{ Account, Scan int64 }
	c.must(t, http.MethodPost, "/accounts", map[string]any{"provider": "aws", "name": "", "login": map[string]any{}, "scan_every_minutes": 0}, &made)
	calm, _ := c.ended(t, made.Scan, nil)
	if calm.State != "finished" {
		t.Fatalf("undisturbed: %+v", calm)
	}
	want := c.listed(t, "")
	if len(want) == 0 {
		t.Fatal("the estate has no finding")
	}
	w := g.work(t)
	struck, helped := 0, map[string]bool{}
	for round := range rounds {
		var begun struct{ Scan int64 }
		c.must(t, http.MethodPost, "/scans", map[string]any{"account": made.Account}, &begun)
		moment := time.NewTimer(time.Duration(rand.Int64N(int64(900 * time.Millisecond))))
		<-moment.C
		victim := []string{"serve", "work", "postgres"}[round%3]
		switch victim {
		case "serve":
			s.kill(t)
			s = g.again(t)
		case "work":
			w.kill(t)
		case "postgres":
			killServer(t, g.dir)
			<-s.ended
			s = g.again(t)
		}
		select {
		case <-w.ended:
			w = g.work(t)
		default:
		}
		c = signIn(t, s.link, g.email, g.password)
		got, _ := c.ended(t, begun.Scan, nil)
		if got.State != "finished" {
			t.Fatalf("round %d, %s killed: %+v\n%s", round, victim, got, s.log())
		}
		if d := cmp.Diff(calm.aboutTheCloud(), got.aboutTheCloud()); d != "" {
			t.Errorf("round %d, %s killed: outcomes (-undisturbed +got)\n%s", round, victim, d)
		}
		if got.Changes["new"]+got.Changes["fixed"]+got.Changes["gone"]+got.Changes["lost"] != 0 {
			t.Errorf("round %d, %s killed: the estate did not change, and %v is told", round, victim, got.Changes)
		}
		again, by := c.pieces(t, begun.Scan)
		struck += again
		for name := range by {
			helped[name] = true
		}
		if d := cmp.Diff(want, c.listed(t, "")); d != "" {
			t.Fatalf("round %d, %s killed: findings (-undisturbed +got)\n%s", round, victim, d)
		}
	}
	if struck == 0 || len(helped) < 2 {
		t.Errorf("%d shards were begun again, and %d processes worked: the test killed nobody at work", struck, len(helped))
	}
	t.Logf("%d kills, %d findings each time; %d shards were begun again, %d processes worked", rounds, len(want), struck, len(helped))
}

// pieces says how many shards of a scan were begun again, and who worked on it.
// No shard may be left open, and none may be there twice.
func (c *caller) pieces(t *testing.T, scan int64) (again int, by map[string]bool) {
	t.Helper()
	var reply struct {
		Items []struct {
			Part, Region, State, Worker string
			Attempt                     int
		}
	}
	c.must(t, http.MethodGet, fmt.Sprint("/scans/", scan, "/shards"), nil, &reply)
	by = map[string]bool{}
	seen := map[string]bool{}
	for _, s := range reply.Items {
		if s.State != "finished" || seen[s.Part+s.Region] {
			t.Errorf("scan %d: %+v", scan, s)
		}
		seen[s.Part+s.Region] = true
		by[s.Worker] = true
		if s.Attempt > 1 {
			again++
		}
	}
	return again, by
}

// again starts the service after it was killed.
func (g *ground) again(t *testing.T) *program {
	t.Helper()
	s := g.serve(t)
	if s == nil {
		t.Fatal("the service did not start again")
	}
	return s
}

// killServer kills the private PostgreSQL.
func killServer(t *testing.T, dir string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(fmt.Errorf("kill %d: %w", pid, err))
	}
}
