package postgres_test

import (
	"bytes"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/snapshot"
)

const (
	many   = 5000
	aPage  = 1000
	ofRule = 7
)

// BenchmarkScan stores scans of 5,000 workloads with documents of 4.4 KB and 7
// rules of which two fail: a first one, and then the same again. It reports
// time, and this process's own CPU, per workload.
func BenchmarkScan(b *testing.B) {
	pages := estateOf(many)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := pgtest.Store(b)
			b.StartTimer()
			measure(b, func() { storeAll(b, s, pages, day) })
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		s := pgtest.Store(b)
		storeAll(b, s, pages, day)
		at := day
		for b.Loop() {
			at = at.Add(time.Hour)
			measure(b, func() { storeAll(b, s, pages, at) })
		}
	})
}

func measure(b *testing.B, do func()) {
	start, cpu := time.Now(), ownCPU()
	do()
	b.ReportMetric(float64(time.Since(start).Microseconds())/many, "µs/row")
	b.ReportMetric(float64((ownCPU()-cpu).Microseconds())/many, "cpu-µs/row")
	b.ReportMetric(many/time.Since(start).Seconds(), "rows/s")
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

type judgedPage struct {
	docs []snapshot.Resource
	said postgres.Judged
}

func estateOf(n int) (pages []judgedPage) {
	var rules []postgres.RuleRef
	for i := range ofRule {
		rules = append(rules, postgres.RuleRef{ID: fmt.Sprintf("T-%03d", i), Version: "v", Severity: finding.High})
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	for part := range slices.Chunk(all, aPage) {
		p := judgedPage{said: postgres.Judged{Rules: rules}}
		for _, i := range part {
			p.add(i)
		}
		pages = append(pages, p)
	}
	return pages
}

func (p *judgedPage) add(i int) {
	r := snapshot.Resource{Kind: kind, Scope: snapshot.Scope{Provider: provider, Account: account, Region: eu},
		UID: fmt.Sprintf("arn:aws:ec2:eu-west-1:111122223333:instance/i-%017x", i), Name: "web", Call: call}
	r.Doc = append(fmt.Appendf(nil, `{"InstanceId":"i-%017x","Tags":[`, i), bytes.Repeat([]byte(`{"Key":"team","Value":"payments"},`), 130)...)
	r.Doc = append(r.Doc, `{}]}`...)
	r.Seal()
	p.docs = append(p.docs, r)
	s := estate.Subject{Kind: estate.KindWorkload, Provider: provider, Account: account, Region: eu, UID: r.UID, ID: r.UID[46:], Name: "web"}
	p.said.Subjects = append(p.said.Subjects, s)
	from := &fact.Origin{Call: call, Region: eu, Kind: kind, UID: r.UID, Hash: r.Hash, HasDoc: true}
	for k, rule := range p.said.Rules {
		if k >= 2 {
			p.said.Outcomes = append(p.said.Outcomes, finding.Pass)
			continue
		}
		p.said.Outcomes = append(p.said.Outcomes, finding.Fail)
		p.said.Verdicts = append(p.said.Verdicts, finding.Verdict{Rule: rule.ID, Version: "v", Severity: finding.High, Subject: s, Outcome: finding.Fail,
			Say: "tokens are optional", Risk: 40, Factors: []finding.Factor{{Name: "severity", Value: "high", Basis: 4000}, {Name: "exposure", Value: "unknown", Basis: 10000}},
			Evidence: []finding.Evidence{{Field: "state", Value: `"running"`, Path: "/State/Name", Origin: from}, {Field: "metadata.tokens", Value: `"optional"`, Path: "/MetadataOptions/HttpTokens", Origin: from}}})
	}
}

func storeAll(b *testing.B, s *postgres.Store, pages []judgedPage, at time.Time) {
	b.Helper()
	w := begin(b, s, at)
	for _, p := range pages {
		if err := w.Page(b.Context(), p.docs, p.said); err != nil {
			b.Fatal(err)
		}
	}
	look{}.close(b, w)
}
