package enforce_test

import (
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/enforce"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

func known(n int64) fact.Of[int64] { return fact.Sure(n) }

func dark(c snapshot.Cause, detail string) fact.Of[int64] {
	return fact.Unknown[int64](&fact.Reason{Cause: c, Call: "cloudwatch:GetMetricData", Region: "eu-west-1", Detail: detail}, nil, "")
}

func TestWhetherTokensMayBeRequired(t *testing.T) {
	t.Parallel()
	missing := dark(snapshot.Absent, "no datapoint")
	for _, c := range []struct {
		about             string
		noToken, days, up fact.Of[int64]
		want, say         string
	}{
		{"nothing asked on any day", known(0), known(14), known(90), estate.SafeNow,
			"Safe to enforce now: no request without a token was answered on any of the last 14 days. What runs once a month would not have shown."},
		{"a day more was counted, for the window begins within one", known(0), known(15), known(14), estate.SafeNow, ""},
		{"something asked once", known(1), known(14), known(90), estate.SafeNotYet,
			"Not yet safe to enforce: 1 request was answered without a token in the last 14 days. Find the programs that sent them first."},
		{"something asked on a young instance", known(37), known(2), known(1), estate.SafeNotYet,
			"Not yet safe to enforce: 37 requests were answered without a token in the last 14 days. Find the programs that sent them first."},
		{"something asked and nothing else is known", known(37), dark(snapshot.Denied, ""), dark(snapshot.Absent, ""), estate.SafeNotYet, ""},
		{"nothing asked of a young instance", known(0), known(3), known(3), estate.SafeNotYet,
			"Not yet safe to enforce: it was started 3 days ago, and 14 days are wanted."},
		{"started yesterday", known(0), known(1), known(1), estate.SafeNotYet,
			"Not yet safe to enforce: it was started 1 day ago, and 14 days are wanted."},
		{"a young instance without a metric", missing, missing, known(0), estate.SafeNotYet,
			"Not yet safe to enforce: it was started less than a day ago, and 14 days are wanted."},
		{"an old one that did not run for most of the time", known(0), known(5), known(90), estate.SafeNotYet,
			"Not yet safe to enforce: requests were counted on 5 days of the last 14 only."},
		{"one day is missing", known(0), known(13), known(90), estate.SafeNotYet, ""},
		{"the metric is missing", missing, missing, known(90), "",
			"Whether requiring tokens is safe cannot be told, for the metric is missing (the reply does not carry it (no datapoint): cloudwatch:GetMetricData in eu-west-1)."},
		{"the metric was refused", dark(snapshot.Denied, "AccessDenied"), dark(snapshot.Denied, "AccessDenied"), known(90), "", ""},
		{"when it was started is not known", known(0), known(14), dark(snapshot.Absent, "launchTime"), "", ""},
		{"nobody asked", fact.Of[int64]{}, fact.Of[int64]{}, fact.Of[int64]{}, "", ""},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			u := estate.Usage{NoToken: c.noToken, Days: c.days, Up: c.up}
			u.Safe = enforce.Tokens(&u)
			if got, _ := u.Safe.Get(); got != c.want {
				t.Errorf("%q, want %q (%v)", got, c.want, u.Safe.Why())
			}
			if got := enforce.Say(&u); c.say != "" && got != c.say {
				t.Errorf("it reads\n%q, want\n%q", got, c.say)
			}
		})
	}
}

// What is not known never makes it safe, and learning it never turns an answer
// round.
func TestAMissingMetricIsNoZero(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		one := func(name string) fact.Of[int64] {
			return known(rapid.SampledFrom([]int64{0, 1, 13, 14, 15, 400}).Draw(t, name))
		}
		whole := estate.Usage{NoToken: one("asked"), Days: one("days"), Up: one("up")}
		less := whole
		for _, f := range []*fact.Of[int64]{&less.NoToken, &less.Days, &less.Up} {
			if rapid.Bool().Draw(t, "hide") {
				*f = dark(snapshot.Denied, "")
			}
		}
		before, answered := enforce.Tokens(&less).Get()
		after, _ := enforce.Tokens(&whole).Get()
		if answered && before != after {
			t.Errorf("%+v is %s, and with all known %s", less, before, after)
		}
		if before == estate.SafeNow && (!less.NoToken.Known() || !less.Days.Known() || !less.Up.Known()) {
			t.Errorf("%+v is called safe", less)
		}
	})
}
