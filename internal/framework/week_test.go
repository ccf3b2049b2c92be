package framework_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"plumbline/internal/framework"
)

func TestAWeekIsAsBadAsItsWorstInstant(t *testing.T) {
	t.Parallel()
	monday := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	of := func(y framework.Tally) func(string) framework.Tally {
		return func(string) framework.Tally { return y }
	}
	c := framework.Control{ID: "1", Rules: maps(by(byPublisher, "A"))}
	attested := framework.Control{ID: "2", Attest: "so"}
	stated := func(s framework.Statement) func(string) framework.Statement {
		return func(string) framework.Statement { return s }
	}
	for _, k := range []struct {
		name    string
		control framework.Control
		span    framework.Span
		want    framework.State
	}{
		{"passed all week", c, framework.Span{Scanned: true, End: of(framework.Tally{Pass: 2}), Worst: of(framework.Tally{Pass: 2})}, framework.Passing},
		{"failed on Tuesday, mended on Friday", c, framework.Span{Scanned: true, End: of(framework.Tally{Pass: 2}), Worst: of(framework.Tally{Pass: 2, Fail: 1})}, framework.Failing},
		{"was past due on Tuesday", c, framework.Span{Scanned: true, End: of(framework.Tally{Pass: 2}), Worst: of(framework.Tally{Pass: 2, Fail: 1, Over: 1})}, framework.Overdue},
		{"fails at its end, which nobody counted as its worst", c, framework.Span{Scanned: true, End: of(framework.Tally{Fail: 1}), Worst: of(framework.Tally{Pass: 1})}, framework.Failing},
		{"no worst was told", c, framework.Span{Scanned: true, End: of(framework.Tally{Pass: 1})}, framework.Passing},
		{"no scan was finished", c, framework.Span{End: of(framework.Tally{Pass: 2}), Worst: of(framework.Tally{Pass: 2})}, framework.NoData},
		{"no scan was finished, and something is past due", c, framework.Span{End: of(framework.Tally{Fail: 1, Over: 1})}, framework.Overdue},
		{"before the first scan", c, framework.Span{End: of(framework.Tally{})}, framework.NotAssessed},
		{"its subjects left during the week", c, framework.Span{Scanned: true, End: of(framework.Tally{}), Worst: of(framework.Tally{Fail: 1})}, framework.Failing},
		{"attested, with or without a scan", attested, framework.Span{End: of(framework.Tally{}), Attested: stated(framework.InForce)}, framework.Attested},
		{"what was attested had lapsed and was renewed", attested, framework.Span{End: of(framework.Tally{}), Attested: stated(framework.InForce), Lapsed: func(id string) bool { return id == "2" }}, framework.NoData},
		{"what was attested of another control had lapsed", attested, framework.Span{End: of(framework.Tally{}), Attested: stated(framework.InForce), Lapsed: func(id string) bool { return id != "2" }}, framework.Attested},
		{"nobody attested", attested, framework.Span{Scanned: true, End: of(framework.Tally{})}, framework.NotAssessed},
	} {
		k.span.From = monday
		weeks := framework.Weeks(&k.control, framework.Options{}, []framework.Span{k.span})
		if len(weeks) != 1 || weeks[0].State != k.want || !weeks[0].From.Equal(monday) {
			t.Errorf("%s: %+v, want %s", k.name, weeks, k.want)
		}
	}
}

func TestTheNumbersOfAWeekAreThoseOfItsEnd(t *testing.T) {
	t.Parallel()
	c := framework.Control{Rules: maps(by(byPublisher, "A"), by(byThird, "B"))}
	end := func(string) framework.Tally {
		return framework.Tally{Pass: 5, Fail: 2, Over: 1, Unknown: 3, Stale: 1}
	}
	w := framework.Weeks(&c, framework.Options{}, []framework.Span{{Scanned: true, End: end}})[0]
	if w.Pass != 5 || w.Fail != 2 || w.Over != 1 || w.NoTel != 3 {
		t.Errorf("got %+v", w)
	}
}

func TestAWeekIsNeverBetterThanItsEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, o, end := someControl(t)
		worst := map[string]framework.Tally{}
		for r := range end {
			worst[r] = aTally(t, "worst "+r)
		}
		span := framework.Span{Scanned: rapid.Bool().Draw(t, "scanned"), Attested: o.Attested,
			End: func(r string) framework.Tally { return end[r] }, Worst: func(r string) framework.Tally { return worst[r] }}
		w := framework.Weeks(&c, o, []framework.Span{span})[0]
		if at := assess(c, o, end); place(w.State) > place(at.State) {
			t.Fatalf("the week is %s and its end %s", w.State, at.State)
		}
		if at := assess(c, o, worst); place(w.State) > place(at.State) {
			t.Fatalf("the week is %s and its worst %s", w.State, at.State)
		}
	})
}
