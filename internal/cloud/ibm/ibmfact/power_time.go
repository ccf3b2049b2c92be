package ibmfact

import (
	"time"

	"plumbline/internal/wire"
)

// A window is whether the conditions of a policy can be met at the time of the
// scan, as far as days and hours tell that come only once. It is the least for
// conditions that have to be met together, and the most where one is enough.
type window int

const (
	ended window = iota // never again
	notYet
	open // met now; or it recurs, or is about something else than the time
)

// The keys of conditions that compare the time itself, and how their values are
// spelled (IBM Cloud account docs, "IAM condition properties"). Hours of a day
// and days of a week recur.
const (
	keyDateTime = "{{environment.attributes.current_date_time}}"
	keyDate     = "{{environment.attributes.current_date}}"
	stampDate   = "2006-01-02Z07:00"
)

// windowOf reads the rule of a policy: one condition, or several under "and" or
// "or". What cannot be read may be met.
func windowOf(now time.Time, rule wire.Value) window {
	list := rule.Get("conditions")
	if !list.IsList() {
		return windowNow(now, text(rule.Get("key")), text(rule.Get("operator")), text(rule.Get("value")))
	}
	operator := rule.Get("operator")
	if !operator.Is("and") && !operator.Is("or") || list.Len() == 0 {
		return open
	}
	all, one := open, ended
	for _, item := range list.Items() {
		w := windowOf(now, item)
		all, one = min(all, w), max(one, w)
	}
	if operator.Is("or") {
		return one
	}
	return all
}

// windowNow is the window of one condition.
func windowNow(now time.Time, key, operator, value string) window {
	var at, after time.Time // the moment, or a day from its begin to its end
	var err error
	switch key {
	case keyDateTime:
		at, err = time.Parse(time.RFC3339, value)
		after = at
	case keyDate:
		at, err = time.Parse(stampDate, value)
		after = at.AddDate(0, 0, 1)
	default:
		return open
	}
	if err != nil {
		return open
	}
	is, otherwise := true, ended
	switch operator {
	case "dateTimeLessThan", "dateLessThan":
		is = now.Before(at)
	case "dateTimeLessThanOrEquals":
		is = !now.After(at)
	case "dateLessThanOrEquals":
		is = now.Before(after)
	case "dateTimeGreaterThan":
		is, otherwise = now.After(at), notYet
	case "dateTimeGreaterThanOrEquals", "dateGreaterThanOrEquals":
		is, otherwise = !now.Before(at), notYet
	case "dateGreaterThan":
		is, otherwise = !now.Before(after), notYet
	}
	if is {
		return open
	}
	return otherwise
}
