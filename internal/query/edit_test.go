package query

import (
	"reflect"
	"testing"
)

func parsed(t *testing.T, s string) Query {
	t.Helper()
	q, err := Parse(s, fields, noon)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestChipsAreTakenAwayOneByOne(t *testing.T) {
	t.Parallel()
	q := parsed(t, `is:open web -severity:low "web tier"`)
	if got, want := q.Chips(), []string{"is:open", "-severity:low", "web", `"web tier"`}; !reflect.DeepEqual(got, want) {
		t.Fatalf("chips %q, want %q", got, want)
	}
	for i, want := range []string{`-severity:low web "web tier"`, `is:open web "web tier"`, `is:open -severity:low "web tier"`, "is:open -severity:low web"} {
		if got := q.Without(i).String(); got != want {
			t.Errorf("without %d: %s, want %s", i, got, want)
		}
	}
	if q.Without(4).String() != q.String() || q.Without(-1).String() != q.String() {
		t.Error("a place that is not there takes something away")
	}
}

func TestSetAndWith(t *testing.T) {
	t.Parallel()
	q := parsed(t, `is:open severity:low -severity:high risk:>=7 severity:medium`)
	for want, got := range map[string]Query{
		"is:open severity:high,critical -severity:high risk:>=7":                       q.Set("severity", "high", "critical"),
		"is:open -severity:high risk:>=7":                                              q.Set("severity"),
		"is:open severity:low -severity:high risk:>=7 severity:medium account:\"a b\"": q.Set("account", "a b"),
		"is:open severity:low -severity:high risk:>=7 severity:medium provider:aws":    q.With(Term{Key: "provider", Values: text("aws")}),
		"is:open severity:low -severity:high risk:>=7 severity:medium":                 q.With(Term{Key: "is", Values: text("open")}),
		"is:open severity:low -severity:high risk:>=7 severity:medium due:<7d":         q.With(Term{Key: "due", Values: []Value{{Op: Less, Text: "7d"}}}),
		"is:open severity:low -severity:high risk:>=7 severity:medium web":             q.Word(" web ").Word("web"),
	} {
		if got.String() != want {
			t.Errorf("%s, want %s", got, want)
		}
		if _, err := Parse(got.String(), fields, noon); err != nil {
			t.Errorf("%s: %v", got, err)
		}
	}
	if got, want := q.Values("severity"), []string{"low", "medium"}; !reflect.DeepEqual(got, want) {
		t.Errorf("values %q, want %q", got, want)
	}
	if !q.Has("risk") || q.Has("account") {
		t.Error("what a query has is told wrongly")
	}
	if q.String() != "is:open severity:low -severity:high risk:>=7 severity:medium" {
		t.Errorf("the query itself was changed: %s", q)
	}
}
