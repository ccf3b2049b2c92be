package api

import (
	"context"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/score"
)

// scored is one rule of one account, of which a failure was fixed.
type scored struct{}

func (scored) Counts(context.Context) ([]score.Count, error) {
	return []score.Count{{Rule: "T-001", Severity: finding.High, Pass: 3, Fail: 1}}, nil
}

func (scored) Shifts(context.Context, time.Time) ([]score.Shift, error) {
	return []score.Shift{{Account: 1, Rule: "T-001", Severity: finding.High, Before: score.Tell{Pass: 2, Fail: 2}, After: score.Tell{Pass: 3, Fail: 1},
		HadAccount: true, HasAccount: true, HadRule: true, HasRule: true, Fixed: 1}}, nil
}
