package query

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"plumbline/internal/problem"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var fields = Fields{
	{Key: "is", Type: Word, Words: []string{"open", "lost", "nodata", "overdue"}},
	{Key: "severity", Type: Word, Words: []string{"critical", "high", "medium", "low"}},
	{Key: "provider", Type: Word, Words: []string{"aws", "ibm", "gcp"}},
	{Key: "account", Type: Text},
	{Key: "resource", Type: Text},
	{Key: "risk", Type: Number},
	{Key: "first-seen", Type: Time},
	{Key: "due", Type: Time, Ahead: true},
	{Key: "exception", Type: Word, Words: []string{"hide", "include", "only"}, Once: true},
}

func text(s ...string) (all []Value) {
	for _, v := range s {
		all = append(all, Value{Text: v})
	}
	return all
}

func number(op Op, n int, s string) Value { return Value{Op: op, Asked: op, Text: s, Number: n} }

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Query{
		"":                               {},
		"   ":                            {},
		"is:open severity:critical,high": {Terms: []Term{{Key: "is", Values: text("open")}, {Key: "severity", Values: text("critical", "high")}}},
		"-provider:gcp":                  {Terms: []Term{{Key: "provider", Not: true, Values: text("gcp")}}},
		"SEVERITY:High":                  {Terms: []Term{{Key: "severity", Values: text("high")}}},
		"severity:high,high":             {Terms: []Term{{Key: "severity", Values: text("high")}}},
		`account:"payments prod",Lab`:    {Terms: []Term{{Key: "account", Values: text("payments prod", "Lab")}}},
		`account:pay*`:                   {Terms: []Term{{Key: "account", Values: []Value{{Text: "pay", Prefix: true}}}}},
		`account:"pay prod"*`:            {Terms: []Term{{Key: "account", Values: []Value{{Text: "pay prod", Prefix: true}}}}},
		`account:"pay*"`:                 {Terms: []Term{{Key: "account", Values: text("pay*")}}},
		`account:"a\"b\\c\d"`:            {Terms: []Term{{Key: "account", Values: text(`a"b\c\d`)}}},
		"resource:arn:aws:ec2:x":         {Terms: []Term{{Key: "resource", Values: text("arn:aws:ec2:x")}}},
		`risk:>=070,<5 risk:3`: {Terms: []Term{{Key: "risk", Values: []Value{number(AtLeast, 70, "70"), number(Less, 5, "5")}},
			{Key: "risk", Values: []Value{number(Is, 3, "3")}}}},
		`web "web tier" i-0abc web`: {Words: []string{"web", "web tier", "i-0abc"}},
		"größe\u00a0web":            {Words: []string{"größe", "web"}},
		`"-x" "OR" "a:b"`:           {Words: []string{"-x", "OR", "a:b"}},
	} {
		got, err := Parse(in, fields, noon)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", in, got, err, want)
		}
	}
}

func at(s string) time.Time {
	v, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return v
}

func TestTimes(t *testing.T) {
	t.Parallel()
	var none time.Time
	for in, want := range map[string]struct {
		op          Op
		time, until time.Time
	}{
		"first-seen:<7d":                   {More, at("2026-11-15 12:00"), none},
		"first-seen:<=7d":                  {AtLeast, at("2026-11-15 12:00"), none},
		"first-seen:>2w":                   {Less, at("2026-11-08 12:00"), none},
		"first-seen:>=12h":                 {AtMost, at("2026-11-22 00:00"), none},
		"first-seen:<2026-11-01":           {Less, at("2026-11-01 00:00"), none},
		"first-seen:<=2026-11-01":          {Less, at("2026-11-02 00:00"), none},
		"first-seen:>2026-11-01":           {AtLeast, at("2026-11-02 00:00"), none},
		"first-seen:>=2026-11-01":          {AtLeast, at("2026-11-01 00:00"), none},
		"first-seen:2026-11-01":            {Is, at("2026-11-01 00:00"), at("2026-11-02 00:00")},
		"first-seen:>2026-11-01T10:00:00Z": {More, at("2026-11-01 10:00"), none},
		"due:<7d":                          {Is, noon, at("2026-11-29 12:00")},
		"due:<=7d":                         {Is, noon, at("2026-11-29 12:00").Add(time.Microsecond)},
		"due:>7d":                          {More, at("2026-11-29 12:00"), none},
		"due:>=7d":                         {AtLeast, at("2026-11-29 12:00"), none},
		"due:<2026-11-22":                  {Less, at("2026-11-22 00:00"), none},
	} {
		q, err := Parse(in, fields, noon.In(time.FixedZone("there", 3600)))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if v := q.Terms[0].Values[0]; v.Op != want.op || !v.Time.Equal(want.time) || !v.Until.Equal(want.until) {
			t.Errorf("%s: %q %s to %s, want %q %s to %s", in, v.Op, v.Time, v.Until, want.op, want.time, want.until)
		}
		if q.String() != in {
			t.Errorf("%s prints as %s", in, q)
		}
	}
}

// TestPrintingNeedsNoClock: what is only shown may be parsed at any moment.
func TestPrintingNeedsNoClock(t *testing.T) {
	t.Parallel()
	const text = "first-seen:<7d due:<7d due:<=2w due:>7d first-seen:2026-11-01"
	if q, err := Parse(text, fields, time.Time{}); err != nil || q.String() != text {
		t.Errorf("%s, %v", q, err)
	}
}

func TestWhatIsNotUnderstood(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct {
		says string
		at   int
		try  string
	}{
		"severty:high":                     {"There is no key “severty”. Did you mean severity:high?", 1, "severity:high"},
		"web is:open -sev:low":             {"Did you mean -severity:low?", 13, "web is:open -severity:low"},
		"größe sevrity:hgh":                {"Did you mean severity:hgh?", 7, "größe severity:high"},
		"state:open":                       {"Did you mean is:open?", 1, "is:open"},
		"kilimanjaro:5":                    {"There is no key “kilimanjaro”: the keys are is, severity", 1, `"kilimanjaro:5"`},
		"arn:aws:ec2":                      {`A text with a colon in it stands in quotes. Did you mean "arn:aws:ec2"?`, 1, `"arn:aws:ec2"`},
		"severity:hihg,low":                {"takes critical, high, medium or low, not “hihg”. Did you mean severity:high,low?", 1, "severity:high,low"},
		"severity:open":                    {"Did you mean is:open?", 1, "is:open"},
		"severity:crit*":                   {"and no star. Did you mean severity:critical?", 1, "severity:critical"},
		"severity:>low":                    {"The key severity has no order", 1, "severity:low"},
		"severity:":                        {"A value is missing", 1, ""},
		"severity:high,":                   {"A value is missing", 1, ""},
		`account:""`:                       {"A value is missing", 1, ""},
		"account:*":                        {"A value is missing", 1, ""},
		":x":                               {"A key is missing before the colon", 1, ""},
		"risk:high":                        {"takes a whole number such as 70", 1, "severity:high"},
		"risk:-1":                          {"not “-1”", 1, ""},
		"risk:99999999999999999":           {"takes a whole number", 1, ""},
		"risk:10..20":                      {"takes a whole number", 1, ""},
		"first-seen:7d":                    {"Whether less or more than 7d is meant must be said: first-seen:<7d or first-seen:>7d. Did you mean first-seen:<7d?", 1, "first-seen:<7d"},
		"first-seen:<7y":                   {"takes an age such as <7d", 1, ""},
		"first-seen:<0d":                   {"takes an age", 1, ""},
		"first-seen:<99999w":               {"takes an age", 1, ""},
		"first-seen:2026-02-30":            {"not “2026-02-30”", 1, ""},
		"first-seen:0001-01-01":            {"not “0001-01-01”", 1, ""},
		"due:soon":                         {"takes a time from now such as <7d", 1, ""},
		`web "tier`:                        {"is opened in “\"tier” and never closed", 5, `web "tier"`},
		`we"b`:                             {"never closed", 1, ""},
		`we"b"`:                            {"stands in the middle", 1, ""},
		`""`:                               {"nothing between the quotation marks", 1, ""},
		`"a"b`:                             {"a space is missing", 1, ""},
		`account:"a"b`:                     {"a comma or a space is missing", 1, ""},
		"account:a*b":                      {`A star may stand at the end`, 1, `account:"a*b"`},
		"-web":                             {"leaves out what a key has", 1, ""},
		"web*":                             {"Did you mean web?", 1, "web"},
		"is:open OR is:lost":               {"a comma between values", 9, ""},
		"exception:only exception:hide":    {"once only", 16, ""},
		"a\x00b":                           {"control character", 1, ""},
		"a\xffb":                           {"UTF-8", 1, ""},
		strings.Repeat("x", MaxLength+1):   {"2001 bytes long; it may have 2000", 1, ""},
		strings.Repeat("x ", MaxTerms+1):   {"41 terms and words", 1, ""},
		"account:" + manyValues(MaxValues): {"more than 100 values", 1, ""},
	} {
		q, err := Parse(in, fields, noon)
		var e *Error
		if !errors.As(err, &e) || !problem.Is(err, problem.Invalid) || q.Len() != 0 {
			t.Errorf("%s: %v, %v; want a problem", in, q, err)
			continue
		}
		if !strings.Contains(e.Error(), want.says) || e.Position != want.at || e.Try != want.try {
			t.Errorf("%s:\n %s (at %d, try %s)\nwant\n %s (at %d, try %s)", in, e, e.Position, e.Try, want.says, want.at, want.try)
		}
	}
}

func manyValues(n int) string {
	var b strings.Builder
	for i := range n + 1 {
		b.WriteString(string(rune('a'+i/26)) + string(rune('a'+i%26)) + ",")
	}
	return b.String() + "z"
}

// TestPrintedAndParsed: canonical text is the same query.
func TestPrintedAndParsed(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		written := random(r)
		q, err := Parse(written, fields, noon)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		again, err := Parse(q.String(), fields, noon)
		if err != nil || !reflect.DeepEqual(q, again) {
			t.Fatalf("%s\nprints as %s\nwhich is %+v, %v\nnot      %+v", written, q, again, err, q)
		}
	}
}

// random writes a query that parses.
func random(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	odd := func() string {
		var b strings.Builder
		for range 1 + r.IntN(5) {
			b.WriteString(pick("a", "B", " ", ",", `"`, `\`, "*", ":", "<", "-", "é", "(", "'"))
		}
		return quote("x" + b.String())
	}
	var all []string
	for range r.IntN(6) {
		f := fields[r.IntN(len(fields)-1)]
		var values []string
		for range 1 + r.IntN(3) {
			switch f.Type {
			case Word:
				values = append(values, pick(f.Words...))
			case Number:
				values = append(values, pick("", "<", "<=", ">", ">=")+pick("0", "7", "070"))
			case Time:
				values = append(values, pick("<", "<=", ">", ">=")+pick("7d", "12w", "3h", "2026-11-01", "2026-11-01T10:00:00+02:00"))
			default:
				values = append(values, pick("web", odd())+pick("", "*"))
			}
		}
		all = append(all, pick("", "-")+f.Key+":"+strings.Join(values, ","))
	}
	for range r.IntN(3) {
		all = append(all, pick("web", "OR-not", odd()))
	}
	return strings.Join(all, pick(" ", "  ", "\t"))
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "is:open severity:critical,high -provider:gcp account:payments-prod first-seen:<7d \"web tier\"",
		"severty:high", `account:"a\"b"*,c`, "risk:>=70,<5", "due:<=2026-11-01", `"`, "-", ":", "a:b:c", "x:\\", "first-seen:7d", "é:\u00a0", "-is:OPEN OR web*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		q, err := Parse(in, fields, noon)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Sentence == "" || e.Position < 1 {
				t.Fatalf("%q: not a problem that speaks: %v", in, err)
			}
			if e.Try != "" {
				if _, err := Parse(e.Try, fields, noon); err != nil {
					t.Fatalf("%q: to be tried is %q, which is %v", in, e.Try, err)
				}
			}
			return
		}
		again, err := Parse(q.String(), fields, noon)
		if err != nil && len(q.String()) > MaxLength {
			return // quotes that canonical text needs made it too long
		}
		if err != nil || !reflect.DeepEqual(q, again) {
			t.Fatalf("%q prints as %q, which is %+v, %v, not %+v", in, q, again, err, q)
		}
	})
}
