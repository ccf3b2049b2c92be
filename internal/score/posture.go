package score

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"

	"plumbline/internal/finding"
)

// unit is the weight of one subject of a rule of weight 1. Parts of subjects,
// which appear where a large group is scaled down, are whole numbers of it.
const unit = 1_000_000

// atMost is the number of subjects of an account with which one rule counts.
const atMost = 50

var weights = map[finding.Severity]int64{finding.Critical: 10, finding.High: 5, finding.Medium: 2, finding.Low: 1}

// A Count is how often one rule passed, failed and could not tell in one
// account. The same rule in another account is a Count of its own.
type Count struct {
	Rule                string
	Severity            finding.Severity
	Pass, Fail, Unknown int
	Places              []Place // the same by place; Comparable needs them
}

// A Place is where a rule is asked, such as a region.
type Place struct {
	Name    string
	Told    int  // how often it passed or failed there
	Unknown int  // how often it could not be told
	Blind   bool // not everything there was looked at, whatever the reason
}

// A Posture says how much of what was looked at is as it is to be: the higher
// the better. It is never shown without its coverage and range, see String.
type Posture struct {
	Assessed bool // false: nothing was told, and there is no score
	Score    int  // hundredths of a percent of what was told
	Coverage int  // hundredths of a percent of everything that were told
	Low      int  // the score if everything untold failed
	High     int  // the score if everything untold passed

	Places []Place // by rule and place, sorted

	// The exact weights, in millionths, from which the figures above were
	// rounded. Comparable uses them: rounding hides no loss of sight.
	Passed, Told, All int64
}

// PostureOf weighs counts: 10, 5, 2 and 1 by severity, and at most 50 subjects
// per account and rule, larger groups being scaled down in proportion. The
// order of the counts does not matter.
func PostureOf(counts []Count) Posture {
	var p Posture
	for _, c := range counts {
		pass, fail, unknown := weigh(c)
		p.Passed += pass
		p.Told += pass + fail
		p.All += pass + fail + unknown
		for _, place := range c.Places {
			place.Name = c.Rule + " " + place.Name
			p.Places = append(p.Places, place)
		}
	}
	slices.SortFunc(p.Places, func(a, b Place) int { return cmp.Compare(a.Name, b.Name) })
	if p.All > 0 {
		p.Coverage = share(p.Told, p.All)
		p.Low = share(p.Passed, p.All)
		p.High = share(p.Passed+p.All-p.Told, p.All)
	}
	if p.Told > 0 {
		p.Assessed = true
		p.Score = share(p.Passed, p.Told)
	}
	return p
}

// weigh gives the weights of what passed, failed and could not be told. Of a
// large group they come to exactly the weight of 50 subjects.
func weigh(c Count) (pass, fail, unknown int64) {
	each, all := weights[c.Severity]*unit, int64(c.Pass)+int64(c.Fail)+int64(c.Unknown)
	if all <= atMost {
		return each * int64(c.Pass), each * int64(c.Fail), each * int64(c.Unknown)
	}
	scale := func(n int) int64 { return each * atMost * int64(n) / all }
	pass, told := scale(c.Pass), scale(c.Pass+c.Fail)
	return pass, told - pass, each*atMost - told
}

// share is part of all in hundredths of a percent, halves up; it is 100 % or
// 0 % only where that is exactly so.
func share(part, all int64) int {
	s := halfUp(new(big.Int).Mul(big.NewInt(part), big.NewInt(100_00)), big.NewInt(all))
	switch {
	case part < all && s == 100_00:
		return 99_99
	case part > 0 && s == 0:
		return 1
	}
	return s
}

// Comparable reports whether two postures may be called a rise or a fall. They
// may not if coverage fell by more than two points, or fell at all while the
// score rose, or if one of them has no score: losing sight is no improvement.
// Nor may the score rise while less was told of a place, and more of it could
// not be told or it was not looked at in full, whatever the coverage says.
func Comparable(before, after Posture) bool {
	if !before.Assessed || !after.Assessed {
		return false
	}
	rose := big.NewRat(after.Passed, after.Told).Cmp(big.NewRat(before.Passed, before.Told)) > 0
	if rose && lostSight(before.Places, after.Places) {
		return false
	}
	fell := new(big.Rat).Sub(big.NewRat(before.Told, before.All), big.NewRat(after.Told, after.All))
	if fell.Sign() <= 0 {
		return true
	}
	if fell.Cmp(big.NewRat(2, 100)) > 0 {
		return false
	}
	return !rose
}

func lostSight(before, after []Place) bool {
	was := make(map[string]Place, len(before))
	for _, p := range before {
		was[p.Name] = p
	}
	return slices.ContainsFunc(after, func(p Place) bool {
		w := was[p.Name]
		lost := p.Told < w.Told && p.Unknown > w.Unknown
		return lost || p.Blind && (p.Told < w.Told || p.Told+p.Unknown < w.Told+w.Unknown)
	})
}

// String is how a posture is printed everywhere: "82, 93 % assessed (80–87)".
func (p Posture) String() string {
	if !p.Assessed {
		return "no score, 0 % assessed"
	}
	return fmt.Sprintf("%d, %d %% assessed (%d–%d)", Whole(p.Score), Whole(p.Coverage), Whole(p.Low), Whole(p.High))
}

// Whole rounds hundredths of a percent to a percent, halves up; 100 and 0 stay
// reserved for exactly that.
func Whole(h int) int {
	switch {
	case h >= 100_00:
		return 100
	case h <= 0:
		return 0
	}
	return min(max((h+50)/100, 1), 99)
}
