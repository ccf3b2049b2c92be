// Package power orders what an identity may do: seven levels, from everything
// to nothing, and what two grants together come to.
//
// It knows no provider and no policy language: what a statement gives is said
// by the provider's own fact package.
package power

import "slices"

// A Level is what an identity may do at most.
type Level string

// The levels, strongest first.
const (
	Admin      Level = "admin"      // everything, or all that lets it take everything
	Escalation Level = "escalation" // it can give itself more than it has
	Write      Level = "write"      // it changes things of data, security or network services
	DataRead   Level = "data_read"  // it reads what is stored
	Read       Level = "read"       // it lists and describes
	Limited    Level = "limited"    // it writes logs and metrics, or touches single named things
	None       Level = "none"       // nothing
)

// Levels are all of them, strongest first.
var Levels = []Level{Admin, Escalation, Write, DataRead, Read, Limited, None}

// Rank is 6 for Admin down to 0 for None, -1 for a word that is no level.
func (l Level) Rank() int {
	i := slices.Index(Levels, l)
	if i < 0 {
		return -1
	}
	return len(Levels) - 1 - i
}

// Max is the stronger of two levels.
func Max(a, b Level) Level {
	if b.Rank() > a.Rank() {
		return b
	}
	return a
}

// Words are the levels as a rule may name them.
func Words() []string {
	words := make([]string, len(Levels))
	for i, l := range Levels {
		words[i] = string(l)
	}
	return words
}
