// Package score turns verdicts into figures: the risk of one finding and the
// posture of an account, a framework or an organisation.
//
// Everything is worked out in integers, so that two machines never differ by a
// point. It never decides whether something is wrong, and never hides what it
// did: each risk comes with its factors, each posture with its coverage.
package score

import (
	"math/big"

	"plumbline/internal/finding"
)

// One is the factor that changes nothing, in basis points.
const One = 10_000

// floor is the least that compensating controls together leave of a risk.
const floor = 4_000

// An Exposure says how an attacker gets at the subject.
type Exposure string

// The exposures, worst first. ExposureUnknown is scored as Reachable, the
// worst that is not ruled out. NoExposure is for subjects that have none, an
// account or a region; Judged is for rules that demand exposure themselves.
// Restricted, from chosen sources on the internet only, lies between what
// anybody reaches and what nobody reaches from there.
const (
	Reachable       Exposure = "reachable"
	ViaLB           Exposure = "via_lb"
	Restricted      Exposure = "restricted"
	Internal        Exposure = "internal"
	Isolated        Exposure = "isolated"
	ExposureUnknown Exposure = "unknown"
	NoExposure      Exposure = "n/a"
	ExposureJudged  Exposure = "judged by the rule"
)

// A Power is what a thief of the subject's credentials may do.
type Power string

// The powers, worst first. PowerUnknown is scored as Admin, the worst that is
// not ruled out. NoPower is for subjects that hold no credentials themselves;
// PowerJudged is for rules that demand power themselves.
const (
	Admin        Power = "admin"
	Escalation   Power = "escalation"
	DataRead     Power = "data_read"
	Write        Power = "write"
	Read         Power = "read"
	Limited      Power = "limited"
	Powerless    Power = "none"
	PowerUnknown Power = "unknown"
	NoPower      Power = "n/a"
	PowerJudged  Power = "judged by the rule"
)

var points = map[finding.Severity]int{finding.Critical: 100, finding.High: 80, finding.Medium: 55, finding.Low: 30, finding.Info: 10}

var exposures = map[Exposure]int{Reachable: One, ViaLB: 9_500, Restricted: 8_500, Internal: 7_500, Isolated: 5_500, NoExposure: 8_000, ExposureJudged: One}

var powers = map[Power]int{Admin: One, Escalation: One, DataRead: 9_500, Write: 9_000, Read: 7_000, Limited: 6_000,
	Powerless: 4_500, NoPower: 8_500, PowerJudged: One}

// A Control is something verified that lessens a risk.
type Control struct {
	Name  string // "host firewall allows the owner only"
	Basis int    // what it takes away, in basis points: 3,500
}

// Risk is severity × exposure × power × controls, 0 to 100, halves rounded up,
// with each step of the sum. A word that is not in the lists above counts as
// the worst: what we cannot read we cannot rule out.
func Risk(s finding.Severity, e Exposure, p Power, controls ...Control) (int, []finding.Factor) {
	sev := points[s]
	eb, ev := basis(exposures, e, Reachable)
	pb, pv := basis(powers, p, Admin)
	steps := []finding.Factor{
		{Name: "severity", Value: s.String(), Basis: sev * 100},
		{Name: "exposure", Value: ev, Basis: eb},
		{Name: "power", Value: pv, Basis: pb},
	}
	if len(controls) == 0 {
		return int((2*int64(sev)*int64(eb)*int64(pb) + One*One) / (2 * One * One)), steps
	}
	left, cut := remains(controls)
	for _, c := range controls {
		steps = append(steps, finding.Factor{Name: "controls", Value: c.Name, Basis: One - clamp(c.Basis)})
	}
	if cut {
		steps = append(steps, finding.Factor{Name: "controls", Value: "controls never leave less than this", Basis: floor})
	}
	num := new(big.Int).Mul(big.NewInt(int64(sev)*int64(eb)*int64(pb)), left.Num())
	den := new(big.Int).Mul(big.NewInt(One*One), left.Denom())
	return halfUp(num, den), steps
}

// basis looks a word up; an unknown one is scored as the worst and says so.
func basis[K ~string](table map[K]int, k, worst K) (int, string) {
	if b, ok := table[k]; ok {
		return b, string(k)
	}
	if k == "" || k == "unknown" {
		return table[worst], "unknown, scored as " + string(worst)
	}
	return table[worst], "unknown value " + string(k) + ", scored as " + string(worst)
}

// remains multiplies what each control leaves, but never below the floor.
func remains(controls []Control) (left *big.Rat, cut bool) {
	left = big.NewRat(1, 1)
	for _, c := range controls {
		left.Mul(left, big.NewRat(int64(One-clamp(c.Basis)), One))
	}
	if least := big.NewRat(floor, One); left.Cmp(least) < 0 {
		return least, true
	}
	return left, false
}

func clamp(b int) int { return min(max(b, 0), One) }

// halfUp divides and rounds to the nearest whole number, halves up. It is for
// numbers that are not negative.
func halfUp(num, den *big.Int) int {
	twice := new(big.Int).Lsh(num, 1)
	twice.Add(twice, den)
	return int(twice.Div(twice, new(big.Int).Lsh(den, 1)).Int64())
}
