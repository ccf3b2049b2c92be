package query

import (
	"strconv"
	"time"
)

const (
	day = 24 * time.Hour
	// The longest age, and the years of dates: beyond them is a slip of the pen,
	// and arithmetic need not care.
	longest            = 100 * 365 * day
	firstYear, endYear = 2000, 3000
)

// time reads an age, a date or a moment.
func (p *parser) time(t token, f Field, piece string, v Value) (Value, *Error) {
	if age, ok := parseAge(v.Text); ok {
		return p.age(t, f, piece, v, age)
	}
	if d, err := time.Parse(time.DateOnly, v.Text); err == nil && inYears(d) {
		return onDay(v, d), nil
	}
	if at, err := time.Parse(time.RFC3339, v.Text); err == nil && inYears(at.UTC()) {
		v.Time = at.UTC()
		if v.Op == Is {
			v.Until = v.Time.Add(time.Second)
		}
		return v, nil
	}
	return v, t.fault(p.swapNear(t, f, piece, v.Text), "The key %s takes %s, not %s.", f.Key, f.Takes(), quoteShort(v.Text))
}

func inYears(t time.Time) bool { return t.Year() >= firstYear && t.Year() < endYear }

// onDay compares with a day of UTC, all of it.
func onDay(v Value, d time.Time) Value {
	v.Time = d
	switch v.Op {
	case AtMost:
		v.Op, v.Time = Less, d.Add(day)
	case More:
		v.Op, v.Time = AtLeast, d.Add(day)
	case Is:
		v.Until = d.Add(day)
	case Less, AtLeast:
	}
	return v
}

// age turns an age into the moment that it means. The younger is the later, so
// that the comparison turns round; of what lies ahead, the nearer is the earlier.
func (p *parser) age(t token, f Field, piece string, v Value, age time.Duration) (Value, *Error) {
	if v.Op == Is {
		return v, t.fault(swap(t, piece, "<"+v.Text), "Whether less or more than %s is meant must be said: %s:<%[1]s or %[2]s:>%[1]s.", v.Text, f.Key)
	}
	v.Age = age
	if f.Ahead {
		return p.ahead(v), nil
	}
	v.Time = p.now.Add(-age)
	v.Op = map[Op]Op{Less: More, AtMost: AtLeast, More: Less, AtLeast: AtMost}[v.Op]
	return v, nil
}

// ahead is an age that counts from now on. What is past is not within the next
// seven days.
func (p *parser) ahead(v Value) Value {
	v.Time = p.now.Add(v.Age)
	switch v.Op {
	case Less:
		v.Op, v.Time, v.Until = Is, p.now, v.Time
	case AtMost: // a database counts in microseconds
		v.Op, v.Time, v.Until = Is, p.now, v.Time.Add(time.Microsecond)
	case Is, More, AtLeast:
	}
	return v
}

// parseAge reads a number of hours, days or weeks; ok is false for anything
// else and for ages beyond the longest.
func parseAge(s string) (age time.Duration, ok bool) {
	if len(s) < 2 || s[0] == '+' || s[0] == '-' {
		return 0, false
	}
	unit := map[byte]time.Duration{'h': time.Hour, 'd': day, 'w': 7 * day}[s[len(s)-1]]
	n, err := strconv.Atoi(s[:len(s)-1])
	if err != nil || unit == 0 || n == 0 || n > int(longest/unit) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}
