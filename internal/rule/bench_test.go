package rule_test

import (
	"testing"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
)

// open is an instance of which everything is known, as most are after a scan.
func open() *estate.Workload {
	return &estate.Workload{
		Subject: estate.Subject{Kind: estate.KindWorkload, Provider: "aws", Account: "111122223333", Region: "eu-west-1",
			UID: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc", ID: "i-0abc", Name: "web"},
		Type: "instance", State: fact.Sure("running"), ContainerHost: fact.Sure(false),
		Metadata: estate.Metadata{Endpoint: fact.Sure("enabled"), Tokens: fact.Sure("optional"), HopLimit: fact.Sure(int64(2)),
			Applied: fact.Sure(true), IPv6: fact.Sure(false), Tags: fact.Sure(true), Class: fact.Sure(estate.ClassUnauthGet),
			Containers: fact.Sure(false), Unneeded: fact.Sure(false)},
		Usage: estate.Usage{NoToken: fact.Sure(int64(0)), Rejected: fact.Sure(int64(0))},
		Exposure: estate.Exposure{Internet: fact.Sure(estate.Reachable), Reached: fact.Sure(true), Public: fact.Sure(true),
			TCPPorts: fact.Sure(int64(2)), UDPPorts: fact.Sure(int64(0)),
			Open: fact.Listed([]estate.Opening{
				{Family: "ipv4", Protocol: "tcp", From: 443, To: 443, Layer: "l4", Return: "full", AnySource: fact.Sure(true)},
				{Family: "ipv4", Protocol: "tcp", From: 8443, To: 8443, Layer: "l4", Return: "full", AnySource: fact.Sure(true)}}, nil, ""),
			Rules: fact.Listed([]estate.GateRule{
				{Direction: "in", Action: "allow", Protocol: "tcp", From: 443, To: 443, AnyAddress: true},
				{Direction: "in", Action: "allow", Protocol: "tcp", From: 8443, To: 8443, AnyAddress: true},
				{Direction: "out", Action: "allow", Protocol: "all", AnyAddress: true}}, nil, "")},
		Identity: estate.Identity{Name: fact.Sure("web"), Mechanism: fact.Sure("instance_profile"), Role: fact.Sure("role/web"),
			Power: fact.Sure("limited"), AtLeast: fact.Sure("limited")},
		UserData: estate.UserData{Present: fact.Sure(true), Secrets: fact.Listed([]estate.Secret{}, nil, "")},
		Patches:  estate.Patches{Managed: fact.Sure(true), State: fact.Sure("compliant")},
		Volumes:  fact.Listed([]estate.Volume{{ID: "vol-1", BackedUp: fact.Sure(true), Encrypted: fact.Sure(true)}}, nil, ""),
		Tags:     fact.Listed([]estate.Tag{{Key: "Name", Value: "web"}, {Key: "team", Value: "shop"}}, nil, ""),
	}
}

func TestTheFirstRuleIsJudgedWithoutWaste(t *testing.T) {
	set := loaded(t)
	r, _ := set.Rule("AWS-IMDS-001")
	j, w := rule.NewJudge(set), open()
	j.Judge(r, w)
	if n := testing.AllocsPerRun(1_000, func() { j.Judge(r, w) }); n > 3 {
		t.Errorf("want at most 3 allocations, got %v", n)
	}
}

// What CEL spends on a loop is in its allocations too: 49 where it goes over the
// lists itself.
func TestAllRulesOfAnInstanceAreJudgedWithoutWaste(t *testing.T) {
	set := loaded(t)
	rules := set.For(estate.KindWorkload, "aws")
	j, w := rule.NewJudge(set), open()
	judge := func() {
		j.Sit(w)
		for _, r := range rules {
			j.Judge(r, w)
		}
	}
	judge()
	if n := testing.AllocsPerRun(1_000, judge); n > 16 {
		t.Errorf("want at most 16 allocations, got %v", n)
	}
}

func BenchmarkFirstRule(b *testing.B) {
	set := loaded(b)
	r, _ := set.Rule("AWS-IMDS-001")
	j, w := rule.NewJudge(set), open()
	b.ReportAllocs()
	for b.Loop() {
		if j.Judge(r, w) != finding.Fail {
			b.Fatal("wrong")
		}
	}
}

func BenchmarkVerdict(b *testing.B) {
	set := loaded(b)
	r, _ := set.Rule("AWS-IMDS-001")
	j, w := rule.NewJudge(set), open()
	b.ReportAllocs()
	for b.Loop() {
		j.Judge(r, w)
		j.Verdict()
	}
}

func BenchmarkAllRulesOfAnInstance(b *testing.B) {
	set := loaded(b)
	rules := set.For(estate.KindWorkload, "aws")
	j, w := rule.NewJudge(set), open()
	b.ReportAllocs()
	for b.Loop() {
		j.Sit(w)
		for _, r := range rules {
			j.Judge(r, w)
		}
	}
}

func BenchmarkEachRuleOfAnInstance(b *testing.B) {
	set := loaded(b)
	for _, r := range set.For(estate.KindWorkload, "aws") {
		b.Run(r.ID, func(b *testing.B) {
			j, w := rule.NewJudge(set), open()
			j.Sit(w)
			b.ReportAllocs()
			for b.Loop() {
				j.Judge(r, w)
			}
		})
	}
}

// The same questions in plain Go, for comparison.
func BenchmarkAllRulesInPlainGo(b *testing.B) {
	w := open()
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range plain {
			p.ask(w)
		}
	}
}
