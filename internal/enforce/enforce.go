// Package enforce says whether session tokens may be required of a workload
// now, without taking the credentials from a program that asks without one.
//
// It looks at what the provider counted and at nothing else. A count that is
// not there is no zero: where a workload did not run, or nobody could read the
// metric, nothing is safe. It is pure and knows no provider.
package enforce

import (
	"fmt"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// Window is how many days without a single request make it safe: two business
// weeks. What runs once a month is not seen in them.
const Window = 14

// Tokens says whether tokens may be required of a workload: estate.SafeNow,
// estate.SafeNotYet, or unknown with the reason. It rests on the facts of
// Usage but Safe, which it makes.
func Tokens(u *estate.Usage) fact.Of[string] {
	asked, counted := u.NoToken.Get()
	up, upKnown := u.Up.Get()
	days, daysKnown := u.Days.Get()
	switch {
	case counted && asked > 0:
		return fact.Known(estate.SafeNotYet, u.NoToken.From(), u.NoToken.Path())
	case upKnown && up < Window:
		return fact.Known(estate.SafeNotYet, u.Up.From(), u.Up.Path())
	case daysKnown && days < Window:
		return fact.Known(estate.SafeNotYet, u.Days.From(), u.Days.Path())
	case !counted:
		return fact.Unknown[string](u.NoToken.Why(), u.NoToken.From(), u.NoToken.Path())
	case !upKnown:
		return fact.Unknown[string](u.Up.Why(), u.Up.From(), u.Up.Path())
	case !daysKnown:
		return fact.Unknown[string](u.Days.Why(), u.Days.From(), u.Days.Path())
	}
	return fact.Known(estate.SafeNow, u.NoToken.From(), u.NoToken.Path())
}

// Say tells the same in a sentence, with what decides.
func Say(u *estate.Usage) string {
	asked, _ := u.NoToken.Get()
	up, upKnown := u.Up.Get()
	on, _ := u.Days.Get()
	safe, known := u.Safe.Get()
	switch {
	case !known:
		return "Whether requiring tokens is safe cannot be told" + because(u.Safe.Why()) + "."
	case safe == estate.SafeNow:
		return fmt.Sprintf("Safe to enforce now: no request without a token was answered on any of the last %d days. What runs once a month would not have shown.", Window)
	case asked > 0:
		return fmt.Sprintf("Not yet safe to enforce: %s without a token in the last %d days. Find the programs that sent them first.", answered(asked), Window)
	case upKnown && up < Window:
		return fmt.Sprintf("Not yet safe to enforce: it was started %s ago, and %d days are wanted.", days(up), Window)
	default:
		return fmt.Sprintf("Not yet safe to enforce: requests were counted on %s of the last %d only.", days(on), Window)
	}
}

// because gives a missing metric its own words, for that is not a refusal.
func because(why *fact.Reason) string {
	switch {
	case why == nil:
		return ""
	case why.Cause == snapshot.Absent:
		return ", for the metric is missing (" + why.String() + ")"
	}
	return " (" + why.String() + ")"
}

func answered(n int64) string {
	if n == 1 {
		return "1 request was answered"
	}
	return fmt.Sprintf("%d requests were answered", n)
}

func days(n int64) string {
	switch n {
	case 0:
		return "less than a day"
	case 1:
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
