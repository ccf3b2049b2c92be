package rule

import (
	"slices"
	"testing"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
)

// What applies came to is taken over with the facts that were read for that very
// question, whatever other questions were worked out before it.
func TestASittingTakesOverTheReadsOfTheSameQuestionAlone(t *testing.T) {
	t.Parallel()
	one := int64(1)
	o := world{hops: &one, applied: &bools[1]}.workload()
	ask := func(applies string) *Rule {
		return &Rule{ID: "T", For: estate.KindWorkload, Applies: applies,
			applies: mustCompile(t, estate.KindWorkload, applies), pass: mustCompile(t, estate.KindWorkload, "w.metadata.ipv6")}
	}
	hops, applied := ask("w.metadata.hop_limit == 1"), ask("w.metadata.applied")
	j := NewJudge(nil)
	j.Sit(o)
	for _, c := range []struct {
		rule *Rule
		want []string
	}{
		{hops, []string{"metadata.hop_limit", "metadata.ipv6"}},
		{applied, []string{"metadata.applied", "metadata.ipv6"}},
		{applied, []string{"metadata.applied", "metadata.ipv6"}},
		{hops, []string{"metadata.hop_limit", "metadata.ipv6"}},
	} {
		if got := j.Judge(c.rule, o); got != finding.Unknown {
			t.Fatalf("%s: %s", c.rule.Applies, got)
		}
		var read []string
		for _, r := range j.reads {
			read = append(read, r.field.name)
		}
		if !slices.Equal(read, c.want) || !slices.Equal(j.open, []int{1}) {
			t.Errorf("%s: read %v, open %v; want %v", c.rule.Applies, read, j.open, c.want)
		}
	}
}
