package compliance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// Most is how many subjects a sample has at most.
const Most = 200

// longestSeed is how many bytes a seed has at most.
const longestSeed = 100

// Sample draws n subjects of the population, and counts all of it on the way.
//
// Each subject has a number: the sha256 over seed, provider, account and uid,
// each with its length before it. Those with the n smallest numbers are drawn,
// in that order. So a sample of 10 is the first 10 of a sample of 25 with the
// same seed, and neither the order of rows nor another database changes it.
func (d *Desk) Sample(ctx context.Context, rules []string, at time.Time, n int, seed string) (listing.Sample, error) {
	s := listing.Sample{Seed: seed}
	if n < 1 || n > Most {
		return s, problem.New(problem.Invalid, "A sample has 1 to %d subjects, not %d.", Most, n)
	}
	if seed == "" || len(seed) > longestSeed {
		return s, problem.New(problem.Invalid, "A seed has 1 to %d bytes. The same seed draws the same sample again.", longestSeed)
	}
	looks, err := d.looks(ctx, at)
	if err != nil {
		return s, err
	}
	u := urn{n: n, seed: seed, to: &s}
	for _, l := range looks {
		if err := d.walk(ctx, l, rules, at, u.put); err != nil {
			return s, err
		}
	}
	for _, b := range u.balls {
		s.Drawn = append(s.Drawn, b.subject)
	}
	return s, d.findings(ctx, rules, s.Drawn)
}

// An urn keeps the subjects with the smallest numbers.
type urn struct {
	n     int
	seed  string
	to    *listing.Sample
	balls []ball // by number
}

type ball struct {
	number  [sha256.Size]byte
	subject listing.Judged
}

func (u *urn) put(j listing.Judged) error {
	switch {
	case j.Place:
		u.to.Places++
		return nil
	case j.Outcome == finding.NotApplicable:
		u.to.NA++
		return nil
	case j.Outcome == finding.Pass:
		u.to.Pass++
	case j.Outcome == finding.Fail:
		u.to.Fail++
	default:
		u.to.Unknown++
	}
	u.to.All++
	b := ball{numberOf(u.seed, &j), j}
	i, _ := slices.BinarySearchFunc(u.balls, b.number, func(b ball, n [sha256.Size]byte) int { return bytes.Compare(b.number[:], n[:]) })
	if i >= u.n {
		return nil
	}
	u.balls = slices.Insert(u.balls, i, b)
	u.balls = u.balls[:min(len(u.balls), u.n)]
	return nil
}

func numberOf(seed string, j *listing.Judged) [sha256.Size]byte {
	var b []byte
	for _, s := range []string{seed, j.Account.Provider, j.Account.External, j.Subject.UID} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	return sha256.Sum256(b)
}
