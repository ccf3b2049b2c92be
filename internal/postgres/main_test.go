package postgres_test

import (
	"flag"
	"testing"

	"plumbline/internal/postgres/pgtest"
)

func TestMain(m *testing.M) {
	// Each trial is up to five scans; -rapid.checks=1000 tries more.
	if err := flag.Set("rapid.checks", "20"); err != nil {
		panic(err)
	}
	pgtest.Main(m)
}
