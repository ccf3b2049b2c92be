// Package house is what the auditor itself knows of an account and no cloud
// tells: when it was scanned last, and what people attested. It stands among
// the documents of a scan, so that a verdict that rests on it can be judged
// again from what is stored, and shows what it rests on.
//
// It asks nobody and has no clock: whoever runs a scan hands in what is known,
// and where nobody does, as without a store, there is no such document.
package house

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"plumbline/internal/snapshot"
)

// Kind and Call name the document, and the question whose reply it is.
const (
	Kind = "plumbline.account"
	Call = "plumbline:Account"
)

// MetadataUnneeded is a topic that somebody may attest and that a rule rests on:
// nothing on the account's workloads needs the metadata service.
const MetadataUnneeded = "metadata_unneeded"

// Known is what is known of an account when a scan of it begins.
type Known struct {
	Attested []string  `json:"attested"` // topics of attestations that hold today, sorted
	LastScan time.Time `json:"lastScan"` // when the last finished scan before this one began; zero: there was none
}

// Tell makes the document and the answer that go into a scan of an account.
func Tell(s snapshot.Scope, k Known, at time.Time) (snapshot.Resource, snapshot.Answer, error) {
	s.Region = snapshot.Global
	k.Attested = slices.Compact(slices.Sorted(slices.Values(k.Attested)))
	if k.Attested == nil {
		k.Attested = []string{}
	}
	k.LastScan = k.LastScan.UTC().Truncate(time.Second)
	doc, err := json.Marshal(k)
	if err != nil {
		return snapshot.Resource{}, snapshot.Answer{}, fmt.Errorf("what is known of account %s: %w", s.Account, err)
	}
	r := snapshot.Resource{Kind: Kind, Scope: s, UID: uid(s), Name: s.Account, Call: Call, Doc: doc}
	r.Seal()
	return r, snapshot.Answer{Key: snapshot.Key{Call: Call, Scope: s}, Lists: Kind, Status: snapshot.Complete,
		Pages: 1, Items: 1, Attempts: 1, AskedAt: at, EndedAt: at}, nil
}

func uid(s snapshot.Scope) string { return "plumbline:" + s.Provider + ":" + s.Account }

// Of reads what is known of the account of a context. res is nil where nothing
// was handed in; an error means that the document is not one of ours.
func Of(c *snapshot.Context) (k Known, res *snapshot.Resource, err error) {
	of, ok := c.Resource(Kind, snapshot.Global, uid(snapshot.Scope{Provider: c.Provider, Account: c.Account}))
	if !ok {
		return Known{}, nil, nil
	}
	var both struct {
		Attested *[]string  `json:"attested"`
		LastScan *time.Time `json:"lastScan"`
	}
	switch err := json.Unmarshal(of.Doc, &both); {
	case err != nil:
		return Known{}, of, fmt.Errorf("the document of %s: %w", of.UID, err)
	case both.Attested == nil || both.LastScan == nil:
		return Known{}, of, errors.New("the document of " + of.UID + " lacks a member")
	}
	return Known{*both.Attested, *both.LastScan}, of, nil
}
