package shard_test

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/recording"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/scan"
	"plumbline/internal/score"
)

// A rule that a directory, or an upgrade, loosens mends nothing: what it no
// longer fails is not called fixed, and the two scans are not compared.
func TestALoosenedRuleMendsNothing(t *testing.T) {
	t.Parallel()
	const name = "aws/metadata-requires-token.yaml"
	b, err := fs.ReadFile(catalog.Embedded(), name)
	if err != nil {
		t.Fatal(err)
	}
	with := func(pass string) *rule.Set {
		text := strings.Replace(string(b), `w.metadata.endpoint == "disabled" || w.metadata.tokens == "required"`, pass, 1)
		if text == string(b) {
			t.Fatal("the rule's predicate reads otherwise")
		}
		text, _, _ = strings.Cut(text, "\nexamples:") // which hold for the rule as it came
		set, err := rule.Load(fstest.MapFS{name: {Data: []byte(text + "\nexamples: []\n")}})
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	strict := with(`w.metadata.endpoint == "disabled" || w.metadata.tokens == "required" || false`)
	loose := with(`w.metadata.hop_limit >= 1 || w.metadata.hop_limit < 1`)
	for about, c := range map[string]struct {
		engine string
		set    *rule.Set
		want   score.Cause
	}{
		"other files in the directory": {"1+rules.bbbbbbbb", loose, score.RulesChanged},
		"another version":              {"2+rules.aaaaaaaa", loose, score.RulesChanged},
		"the same rules":               {"1+rules.aaaaaaaa", loose, score.FixedIt}, // as far as anybody knows: what the record says decides
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			s, f := pgtest.Store(t), facts.For("aws")
			look := func(engine string, set *rule.Set, at time.Time) scan.Record {
				keep := postgres.NewKeep(s, engine, f)
				src := &later{recording.NewReader(bytes.NewReader(aRecording()), f.IsWorkload, 100), at}
				if err := scan.Run(t.Context(), src, scan.Engine{Rules: set, Facts: facts.Maker("aws")}, keep); err != nil {
					t.Fatal(err)
				}
				return keep.Record()
			}
			now := time.Now()
			before := look("1+rules.aaaaaaaa", strict, now.Add(-time.Hour))
			after := look(c.engine, c.set, now)
			if got := scan.SameRules(&before, &after); got != (c.want == score.FixedIt) {
				t.Errorf("the rules are called the same: %v", got)
			}
			if got := scan.Comparable(&before, &after); got && c.want != score.FixedIt {
				t.Error("the two scans are compared")
			}
			shifts, err := s.Shifts(t.Context(), time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			m := score.MovementOf(shifts)
			if len(m.Steps) == 0 || m.Steps[0].Cause != c.want || m.After.Score <= m.Before.Score {
				t.Errorf("from %d to %d by %+v, want %s first", m.Before.Score, m.After.Score, m.Steps, c.want)
			}
			for _, step := range m.Steps {
				if step.Cause == score.FixedIt && c.want != score.FixedIt {
					t.Errorf("%d failures are called fixed", step.Count)
				}
			}
		})
	}
}
