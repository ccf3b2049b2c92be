package compliance

import (
	"context"
	"fmt"
	"slices"
	"time"

	"plumbline/internal/framework"
	"plumbline/internal/listing"
	"plumbline/internal/rule"
)

// statements are what people stated of the controls of one framework.
type statements struct {
	by       map[string][]listing.Attestation // by control
	accounts []int64                          // all that are within reach
}

func (d *Desk) statements(ctx context.Context, f *framework.Framework, scope *Scope) (*statements, error) {
	s := &statements{by: map[string][]listing.Attestation{}}
	for _, l := range scope.Looks {
		s.accounts = append(s.accounts, l.Account.ID)
	}
	asks := slices.ContainsFunc(f.Controls(), func(c *framework.Control) bool { return c.Attest != "" })
	if d.Attested == nil || !asks {
		return s, nil
	}
	all, err := d.Attested(ctx, f.ID)
	if err != nil {
		return nil, fmt.Errorf("attestations of %s: %w", f.ID, err)
	}
	for _, a := range all {
		s.by[a.Control] = append(s.by[a.Control], a)
	}
	return s, nil
}

// until tells what was stated at the last instant before an end: what lasts for
// a whole day, or a whole week, has not run out at its end.
func (s *statements) until(end time.Time) func(control string) framework.Statement {
	return s.at(end.Add(-time.Microsecond))
}

// lapsed says whether what was stated of a control had run out at some instant
// from a time on and before another. It can have changed only where an
// attestation began, ended or was acted on.
func (s *statements) lapsed(from, to time.Time) func(control string) bool {
	return func(control string) bool {
		instants := []time.Time{from}
		for _, a := range s.by[control] {
			instants = append(instants, a.From, a.Ends(), a.Decided.At, a.Withdrawn.At)
		}
		return slices.ContainsFunc(instants, func(t time.Time) bool {
			return !t.Before(from) && t.Before(to) && s.at(t)(control) == framework.RunOut
		})
	}
}

// at tells what had been stated by a time.
func (s *statements) at(t time.Time) func(control string) framework.Statement {
	return func(control string) framework.Statement {
		said := framework.Unstated
		var covered []int64
		for _, a := range s.by[control] {
			switch state := a.StateAt(t); {
			case state == listing.AttestValid && a.Whole:
				return framework.InForce
			case state == listing.AttestValid:
				for _, one := range a.Accounts {
					covered = append(covered, one.ID)
				}
			case a.Approved() && (state == listing.AttestExpired || state == listing.AttestWithdrawn):
				said = framework.RunOut
			}
		}
		if len(s.accounts) > 0 && !slices.ContainsFunc(s.accounts, func(id int64) bool { return !slices.Contains(covered, id) }) {
			return framework.InForce // every account within reach has its own
		}
		return said
	}
}

// options are those of an assessment at the end of a time.
func (s *statements) options(o framework.Options, end time.Time) framework.Options {
	o.Attested = s.until(end)
	return o
}

// switchedOff says whether a rule is there and is not asked.
func switchedOff(set *rule.Set, id string) bool {
	return slices.ContainsFunc(set.Switched(), func(r *rule.Rule) bool { return r.ID == id })
}
