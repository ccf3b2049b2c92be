// Package compliancetest is a small estate whose controls stand in every way,
// for tests of whoever shows that.
package compliancetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing/fstest"
	"time"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/compliance"
	"plumbline/internal/finding"
	"plumbline/internal/framework"
	"plumbline/internal/listing"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/internal/snapshot"
)

// Account is the provider's id of the one account.
const Account = "111122223333"

// Instances is how many there are. Of every ten, one leaves tokens optional,
// and of one it is not known.
const Instances = 120

// file is a framework with a control of every kind.
const file = `id: some-1.0
name: Some benchmark
publisher: Somebody
edition: "1.0"
about: What it is, in our words.
providers: [aws]
source: https://example.com/benchmark
licence: Ours are our own words.
all: 93
groups:
  - id: "1"
    title: Metadata
    controls:
      - {id: "1.1", title: Tokens are required, text: Every instance asks for a token., rules: [{rule: AWS-IMDS-001, status: publisher, source: audit of 1.1, note: running instances alone}]}
      - {id: "1.2", title: Tokens travel one hop, rules: [{rule: AWS-IMDS-002, status: judgement}]}
      - {id: "1.3(a)", title: Templates require tokens, rules: [{rule: AWS-IMDS-004, status: publisher, source: audit of 1.3}]}
      - {id: "1.4", title: Accounts require tokens, rules: [{rule: AWS-IMDS-008, status: publisher, source: audit of 1.4}]}
  - id: "2"
    title: People and networks
    controls:
      - {id: "2.1", title: People are taught, attest: Everybody who runs workloads was taught this year.}
      - {id: "2.2", title: Filters filter, cannot: "because security groups do not filter the metadata address."}
      - {id: "2.3", title: Profiles are narrow, rules: [{rule: IBM-IAM-001, status: publisher, source: audit of 2.3}], comes: with IBM Cloud}
`

// A Store is in memory. What it tells is made up but for the documents.
type Store struct {
	Taken    time.Time // of the one scan; zero: there is none
	Counted  []listing.CountedMapping
	Findings map[listing.RuleOn]int64
	Broken   error
	Backward bool           // documents come in the other order
	Others   []listing.Look // of accounts without documents, beside the one
}

// New is a desk at a store, at a time.
func New(s *Store, now time.Time) *compliance.Desk {
	rules, set := loaded()
	return &compliance.Desk{Frameworks: func() *framework.Set { return set }, Rules: func() *rule.Set { return rules }, Store: s, Facts: facts.For,
		Now: func() time.Time { return now }}
}

// loaded are the program's rules and the framework. What is wrong with either
// stops every test.
var loaded = sync.OnceValues(func() (*rule.Set, *framework.Set) {
	rules, err := catalog.Load()
	if err != nil {
		panic(err)
	}
	set, err := framework.Load(fstest.MapFS{"some.yaml": {Data: []byte(file)}}, rules)
	if err != nil {
		panic(err)
	}
	return rules, set
})

// said is what rules told at every scan: enough for each state.
var said = map[string]framework.Tally{
	"AWS-IMDS-001": {Pass: 96, Fail: 12, Unknown: 12},
	"AWS-IMDS-002": {Pass: 120},
	"AWS-IMDS-004": {Pass: 4, Fail: 1, Over: 1},
	"AWS-IMDS-008": {Unknown: 2, Stale: 2},
}

// RuleWeeks tells the same of every week that the scan was in or before.
func (s *Store) RuleWeeks(_ context.Context, rules []string, bounds []time.Time) ([]listing.RuleWeek, error) {
	var out []listing.RuleWeek
	for i := range len(bounds) - 1 {
		w := listing.RuleWeek{From: bounds[i], To: bounds[i+1], Rules: map[string]*listing.RuleStanding{}}
		for _, r := range rules {
			w.Rules[r] = &listing.RuleStanding{}
			if s.seen(w.To) {
				w.Looked = 1
				w.Rules[r] = &listing.RuleStanding{End: said[r], Worst: said[r]}
			}
		}
		out = append(out, w)
	}
	return out, s.Broken
}

// RulesNow tells the end of the week that ends now.
func (s *Store) RulesNow(ctx context.Context, rules []string, now time.Time) (listing.RuleWeek, error) {
	weeks, err := s.RuleWeeks(ctx, rules, []time.Time{now.AddDate(0, 0, -7), now})
	return weeks[0], err
}

func (s *Store) seen(by time.Time) bool { return !s.Taken.IsZero() && s.Taken.Before(by) }

// RuleCounts are those that rules told.
func (s *Store) RuleCounts(_ context.Context, rules []string) ([]score.Count, error) {
	var out []score.Count
	for _, r := range rules {
		if t := said[r]; t.All() > 0 && !s.Taken.IsZero() {
			out = append(out, score.Count{Rule: r, Severity: finding.High, Pass: t.Pass, Fail: t.Fail, Unknown: t.Unknown})
		}
	}
	return out, s.Broken
}

// Looks tells of the one scan.
func (s *Store) Looks(_ context.Context, at time.Time) ([]listing.Look, error) {
	l := listing.Look{Account: listing.Account{ID: 3, Provider: "aws", External: Account, Name: "payments-prod", State: "connected"}}
	if s.seen(at) {
		l.Scan, l.At = 7, s.Taken
	}
	return append([]listing.Look{l}, s.Others...), s.Broken
}

// FindingsOn gives the numbers that it was given.
func (s *Store) FindingsOn(_ context.Context, _ int64, rules, uids []string) (map[listing.RuleOn]int64, error) {
	out := map[listing.RuleOn]int64{}
	for on, n := range s.Findings {
		if slices.Contains(rules, on.Rule) && slices.Contains(uids, on.UID) {
			out[on] = n
		}
	}
	return out, s.Broken
}

// CountedMappings are those that it was given.
func (s *Store) CountedMappings(context.Context) ([]listing.CountedMapping, error) {
	return s.Counted, s.Broken
}

// Documents gives the instances, forty a page.
func (s *Store) Documents(context.Context, string, string, time.Time, func(string) bool) (scan.Source, error) {
	return source{s}, s.Broken
}

// UID is the identity of the n-th instance, counted from 1.
func UID(n int) string {
	return fmt.Sprintf("arn:aws:ec2:eu-west-1:%s:instance/i-%017d", Account, n)
}

type source struct{ *Store }

func (s source) Context(context.Context) (*snapshot.Context, error) {
	return snapshot.NewContext("aws", Account, s.Taken, nil, nil), nil
}

func (s source) Pages(_ context.Context, each func([]snapshot.Resource) error) error {
	var all []snapshot.Resource
	for n := range Instances {
		all = append(all, instance(n+1))
	}
	if s.Backward {
		slices.Reverse(all)
	}
	for page := range slices.Chunk(all, 40) {
		if err := each(page); err != nil {
			return err
		}
	}
	return nil
}

// Ledger says that the instances of one region were refused; which regions there
// are nobody asked.
func (s source) Ledger() []snapshot.Answer {
	key := func(region string) snapshot.Key {
		return snapshot.Key{Call: "ec2:DescribeInstances", Scope: snapshot.Scope{Provider: "aws", Account: Account, Region: region}}
	}
	return []snapshot.Answer{
		{Key: key("eu-west-1"), Lists: awsfact.KindInstance, Status: snapshot.Complete, HTTP: 200},
		{Key: key("us-east-1"), Lists: awsfact.KindInstance, Status: snapshot.Refused, Cause: snapshot.Denied, Code: "UnauthorizedOperation", HTTP: 403},
	}
}

func instance(n int) snapshot.Resource {
	option := func(word string) string { return fmt.Sprintf(`,"httpTokens":%q`, word) }
	tokens := option("required")
	switch n % 10 {
	case 3:
		tokens = option("optional")
	case 7:
		tokens = ""
	}
	id := fmt.Sprintf("i-%017d", n)
	r := snapshot.Resource{Kind: awsfact.KindInstance, Scope: snapshot.Scope{Provider: "aws", Account: Account, Region: "eu-west-1"}, UID: UID(n), Name: fmt.Sprintf("web-%d", n),
		Call: "ec2:DescribeInstances", Doc: fmt.Appendf(nil, `{"instanceId":%q,"instanceState":{"code":"16","name":"running"},"metadataOptions":{"httpEndpoint":"enabled","httpPutResponseHopLimit":"1"%s,"state":"applied"}}`, id, tokens)}
	r.Seal()
	return r
}
