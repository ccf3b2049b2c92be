package rule_test

import (
	"testing"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
)

func open() *estate.Workload {
	return &estate.Workload{
		Subject: estate.Subject{Kind: estate.KindWorkload, Provider: "aws", Account: "111122223333", Region: "eu-west-1",
			UID: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc", ID: "i-0abc", Name: "web"},
		Type: "instance", State: fact.Sure("running"),
		Metadata: estate.Metadata{Endpoint: fact.Sure("enabled"), Tokens: fact.Sure("optional"), HopLimit: fact.Sure(int64(2)),
			Applied: fact.Sure(true), IPv6: fact.Sure(false), Tags: fact.Sure(false)},
		Tags: fact.Listed([]estate.Tag{{Key: "Name", Value: "web"}}, nil, ""),
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
		for _, r := range rules {
			j.Judge(r, w)
		}
	}
}

// The same four questions in plain Go, for comparison.
func BenchmarkAllRulesInPlainGo(b *testing.B) {
	w := open()
	b.ReportAllocs()
	for b.Loop() {
		if first(w) != finding.Fail || second(w) != finding.Pass || third(w) != finding.Pass || fourth(w) != finding.Pass {
			b.Fatal("wrong")
		}
	}
}

type truth int8

const (
	no truth = iota
	dunno
	yes
)

func is[T comparable](f fact.Of[T], v T) truth {
	if got, ok := f.Get(); !ok {
		return dunno
	} else if got == v {
		return yes
	}
	return no
}

func outcome(w *estate.Workload, pass truth) finding.Outcome {
	over := max(is(w.State, "terminated"), is(w.State, "shutting-down"))
	switch {
	case over == yes:
		return finding.NotApplicable
	case over == dunno || pass == dunno:
		return finding.Unknown
	case pass == yes:
		return finding.Pass
	}
	return finding.Fail
}

func first(w *estate.Workload) finding.Outcome {
	force := max(is(w.Metadata.Applied, true), yes-is(w.State, "running"))
	return outcome(w, max(is(w.Metadata.Endpoint, "disabled"), min(is(w.Metadata.Tokens, "required"), force)))
}

func second(w *estate.Workload) finding.Outcome {
	small := dunno
	if n, ok := w.Metadata.HopLimit.Get(); ok {
		small = no
		if n <= 2 {
			small = yes
		}
	}
	return outcome(w, max(is(w.Metadata.Endpoint, "disabled"), small))
}

func third(w *estate.Workload) finding.Outcome {
	return outcome(w, max(is(w.Metadata.Endpoint, "disabled"), is(w.Metadata.IPv6, false)))
}

func fourth(w *estate.Workload) finding.Outcome {
	clean := yes
	if !w.Tags.Whole() {
		clean = dunno
	}
	for _, t := range w.Tags.Items() {
		if t.Sensitive {
			clean = no
		}
	}
	return outcome(w, max(is(w.Metadata.Endpoint, "disabled"), is(w.Metadata.Tags, false), clean))
}
