package main

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/ibm"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/postgres"
	"plumbline/internal/snapshot"
)

// A lasting document is asked for server by server, and says the same until the
// server says another time.
type lasting struct {
	provider string
	what     string // for the log
	beside   postgres.Neighbour
	name     func(uid string) string // as the collector names the server
}

// userData is what instances run when they start, and since when each of them
// runs. A start gives an instance a new launch time, and only while it is stopped
// can its user data be changed (EC2 user guide).
var userData = lasting{aws.Provider, "user data",
	postgres.Neighbour{Kind: awsfact.KindUserData, Under: awsfact.UserDataUID(""), Of: awsfact.KindInstance, Member: "launchTime"},
	func(uid string) string { return uid[strings.LastIndexByte(uid, '/')+1:] }}

// madeWith is what virtual servers were made with: keys, and the default trusted
// profile, which cannot be changed after the server was made, and stays as it was
// where IAM changes or deletes the profile or its link (IBM's guide for VPC, Using
// a trusted profile to call IAM-enabled services). Whether the profile is still
// there, and linked, is never read from it: each scan asks IAM for that. A bare
// metal server can be initialized anew, and so is always asked.
var madeWith = lasting{ibm.Provider, "what servers were made with",
	postgres.Neighbour{Kind: ibmfact.KindInitialization, Under: ibmfact.InitializationUID(""), Of: ibmfact.KindInstance, Member: "created_at"},
	func(uid string) string { return uid }}

// A memory is what the last finished scan of an account read of such documents.
// It reads the store for a region when that is first asked for, and anew from
// time to time: a login outlives a scan.
type memory struct {
	lasting
	store   *postgres.Store
	account string
	log     *slog.Logger

	mu      sync.Mutex
	regions map[string]remembered
}

type remembered struct {
	byName map[string]postgres.Remembered // of the server
	until  time.Time
}

const (
	memoryTime = time.Minute      // that what was read of a region is used again
	memoryWait = 30 * time.Second // for the store
)

// recall gives a collector's options their Recall for an account; nil without a
// store.
func (l lasting) recall(store *postgres.Store, account string, log *slog.Logger) func(region, server string, since time.Time) (snapshot.Resource, bool) {
	if store == nil || account == "" {
		return nil
	}
	m := &memory{lasting: l, store: store, account: account, log: log, regions: map[string]remembered{}}
	return m.recall
}

// recall finds what was read beside a server that said the same time.
func (m *memory) recall(region, server string, since time.Time) (snapshot.Resource, bool) {
	r, ok := m.of(region)[server]
	if !ok {
		return snapshot.Resource{}, false
	}
	at, err := time.Parse(time.RFC3339, r.Said)
	return r.Resource, err == nil && at.Equal(since)
}

// of is what is remembered of a region. Where the store does not tell, nothing
// is: what is not remembered is asked for.
func (m *memory) of(region string) map[string]postgres.Remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.regions[region]; ok && time.Now().Before(r.until) {
		return r.byName
	}
	ctx, cancel := context.WithTimeout(context.Background(), memoryWait)
	defer cancel()
	all, err := m.store.Remembered(ctx, m.provider, m.account, region, m.beside)
	if err != nil {
		m.log.WarnContext(ctx, "what was read before is not remembered, and asked for again", "what", m.what, "account", m.account, "region", region, "err", err)
	}
	byName := make(map[string]postgres.Remembered, len(all))
	for uid, r := range all {
		byName[m.name(strings.TrimSuffix(uid, m.beside.Under))] = r
	}
	m.regions[region] = remembered{byName, time.Now().Add(memoryTime)}
	return byName
}
