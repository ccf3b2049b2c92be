package ui

import (
	"context"
	"fmt"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/web/pages"
)

// ruleClouds are the clouds that a new rule can be for, as ids name them.
var ruleClouds = []struct{ word, id, text string }{
	{"aws", "AWS", estate.CloudName("aws")}, {"ibm", "IBM", estate.CloudName("ibm")}, {"gcp", "GCP", estate.CloudName("gcp")}, {"any", "XC", "every cloud"},
}

// ruleStart offers what a rule can begin from. A kind of which nothing is known
// yet is left out.
func ruleStart(cloud, kind string) *pages.RuleStart {
	s := &pages.RuleStart{}
	for _, c := range ruleClouds {
		s.Clouds = append(s.Clouds, pages.Option{Value: c.word, Text: c.text, Chosen: c.word == cloud})
	}
	for _, k := range rule.Kinds() {
		if _, _, err := rule.Skeleton(ownID("AWS", 1), k.Kind); err == nil {
			s.Kinds = append(s.Kinds, pages.Option{Value: string(k.Kind), Text: kindName(string(k.Kind)), Chosen: string(k.Kind) == kind})
		}
	}
	return s
}

func ownID(cloud string, n int) string { return fmt.Sprintf("ORG-%s-OWN-%03d", cloud, n) }

// skeleton is a whole rule of a cloud and a kind to begin from, with an id that
// no rule has.
func (u *ui) skeleton(ctx context.Context, cloud, kind string) (string, error) {
	i := slices.IndexFunc(ruleClouds, func(c struct{ word, id, text string }) bool { return c.word == cloud })
	if i < 0 {
		return "", problem.New(problem.Invalid, "There is no cloud %q to write a rule for. Choose aws, ibm, gcp or any.", cloud)
	}
	entries, err := u.Rulebook.Entries(ctx)
	if err != nil {
		return "", fmt.Errorf("list rules: %w", err)
	}
	taken := map[string]bool{}
	for _, e := range entries {
		if e.Rule != nil {
			taken[e.Rule.ID] = true
		}
	}
	n := 1
	for taken[ownID(ruleClouds[i].id, n)] && n < 999 {
		n++
	}
	_, file, err := rule.Skeleton(ownID(ruleClouds[i].id, n), estate.Kind(kind))
	if err != nil {
		return "", problem.New(problem.Invalid, "No rule can begin from this: %w.", err)
	}
	return file, nil
}
