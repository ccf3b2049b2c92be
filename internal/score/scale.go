package score

import (
	"cmp"
	"slices"

	"plumbline/internal/finding"
)

// A Level is one value of a factor of risk.
type Level struct {
	Name  string
	Basis int // in basis points; of a severity its points times 100
}

// Severities are the points that risk begins with, the most first.
func Severities() []Level {
	var out []Level
	for s := finding.Critical; s >= finding.Info; s-- {
		out = append(out, Level{s.String(), points[s] * 100})
	}
	return out
}

// Exposures are the factors of exposure, the worst first.
func Exposures() []Level { return levels(exposures) }

// Powers are the factors of power, the worst first.
func Powers() []Level { return levels(powers) }

// Floor is the least factor of all controls together.
func Floor() int { return floor }

func levels[K ~string](table map[K]int) []Level {
	var out []Level
	for name, basis := range table {
		out = append(out, Level{string(name), basis})
	}
	slices.SortFunc(out, func(a, b Level) int { return cmp.Or(cmp.Compare(b.Basis, a.Basis), cmp.Compare(a.Name, b.Name)) })
	return out
}
