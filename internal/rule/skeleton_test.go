package rule_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"plumbline/internal/estate"
	"plumbline/internal/rule"
	"plumbline/internal/rule/ruletest"
)

func TestASkeletonLoadsAndHolds(t *testing.T) {
	t.Parallel()
	for _, k := range rule.Kinds() {
		if k.Kind == estate.KindOrganisation {
			continue // nothing is known of one yet
		}
		t.Run(string(k.Kind), func(t *testing.T) {
			t.Parallel()
			name, src, err := rule.Skeleton("ORG-AWS-NET-001", k.Kind)
			if err != nil {
				t.Fatal(err)
			}
			set, err := rule.Load(fstest.MapFS{name + ".yaml": {Data: []byte(src)}})
			if err != nil {
				t.Fatalf("%v\n%s", err, src)
			}
			for _, p := range ruletest.Prove(set) {
				t.Error(p)
			}
			if strings.ContainsRune(src, '%') {
				t.Errorf("something was not filled in:\n%s", src)
			}
		})
	}
}

func TestForWhatThereIsNoSkeleton(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id   string
		kind estate.Kind
		want string
	}{
		{"AWS-NET-001", estate.KindWorkload, "is no id of a rule of your own"},
		{"ORG-NET-001", estate.KindWorkload, "write it as ORG-AWS-NET-001"},
		{"ORG-AWS-NET-001", "worklod", "did you mean 'workload'?"},
		{"ORG-AWS-NET-001", estate.KindOrganisation, "nothing is known of the kind organisation yet"},
	} {
		if _, _, err := rule.Skeleton(c.id, c.kind); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: want %q, got %v", c.id, c.kind, c.want, err)
		}
	}
}
