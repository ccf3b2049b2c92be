package shard_test

import (
	"testing"

	"plumbline/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
