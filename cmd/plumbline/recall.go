package main

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/postgres"
	"plumbline/internal/snapshot"
)

// userDataBeside is where the store has what instances run when they start, and
// since when each of them runs.
var userDataBeside = postgres.Neighbour{Kind: awsfact.KindUserData, Under: awsfact.UserDataUID(""), Of: awsfact.KindInstance, Member: "launchTime"}

// A memory is what the last finished scan of an account read of user data. It
// reads the store for a region when that is first asked for, and anew from time
// to time: a login outlives a scan.
type memory struct {
	store   *postgres.Store
	account string
	log     *slog.Logger

	mu      sync.Mutex
	regions map[string]remembered
}

type remembered struct {
	byID  map[string]postgres.Remembered // by the instance's id
	until time.Time
}

const (
	memoryTime = time.Minute      // that what was read of a region is used again
	memoryWait = 30 * time.Second // for the store
)

// recall gives aws.Options its Recall for an account; nil without a store.
func recall(store *postgres.Store, account string, log *slog.Logger) func(region, id string, launched time.Time) (snapshot.Resource, bool) {
	if store == nil {
		return nil
	}
	m := &memory{store: store, account: account, log: log, regions: map[string]remembered{}}
	return m.recall
}

// recall finds what an instance runs that was launched at a time. A start gives
// an instance a new launch time, and only while it is stopped can its user data
// be changed (EC2 user guide): what was read beside the same launch time is
// still so.
func (m *memory) recall(region, id string, launched time.Time) (snapshot.Resource, bool) {
	r, ok := m.of(region)[id]
	if !ok {
		return snapshot.Resource{}, false
	}
	at, err := time.Parse(time.RFC3339, r.Said)
	return r.Resource, err == nil && at.Equal(launched)
}

// of is what is remembered of a region. Where the store does not tell, nothing
// is: what is not remembered is asked for.
func (m *memory) of(region string) map[string]postgres.Remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.regions[region]; ok && time.Now().Before(r.until) {
		return r.byID
	}
	ctx, cancel := context.WithTimeout(context.Background(), memoryWait)
	defer cancel()
	all, err := m.store.Remembered(ctx, aws.Provider, m.account, region, userDataBeside)
	if err != nil {
		m.log.WarnContext(ctx, "user data is not remembered, and asked for again", "account", m.account, "region", region, "err", err)
	}
	byID := make(map[string]postgres.Remembered, len(all))
	for uid, r := range all {
		instance := strings.TrimSuffix(uid, userDataBeside.Under)
		byID[instance[strings.LastIndexByte(instance, '/')+1:]] = r
	}
	m.regions[region] = remembered{byID, time.Now().Add(memoryTime)}
	return byID
}
