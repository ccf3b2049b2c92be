package ui

import (
	"cmp"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/power"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// choosingFacts are what is known of the identity of a workload that chooses
// among trusted profiles: whoever asks its metadata service for a token names one.
func choosingFacts(i *estate.Identity) []parts.Fact {
	return []parts.Fact{
		known("It may become", i.Count, func(n int64) string {
			if n == 0 {
				return "no trusted profile"
			}
			return some(int(n), "trusted profile", "trusted profiles")
		}),
		defaultProfile(i),
		known("At most it may", i.Power, wordsOf(powerWords)),
		known("For certain it may", i.AtLeast, wordsOf(powerWords)),
	}
}

// defaultProfile is the profile that a workload was created with, which gives
// nothing by itself: it counts as long as it is bound.
func defaultProfile(i *estate.Identity) parts.Fact {
	f := named("Created with", i.Default, "no profile")
	uid, ok := i.Default.Get()
	if !ok || uid == "" {
		return f
	}
	f.Parts = coded(lastPart(uid))
	for _, b := range i.Profiles.Items() {
		if b.Principal == uid {
			f.Parts = text(cmp.Or(b.Name, lastPart(uid)))
		}
	}
	switch stale, ok := i.Stale.Get(); {
	case !ok:
		f.Sub = "Whether it may still become it is not known. " + sentence(i.Stale.Why().String())
	case stale:
		f.Sub = "It may not become it any more: the profile is gone, or nothing binds the two."
	}
	return f
}

// becomingsOf are the trusted profiles that a workload may become, each once with
// all that lets it, the strongest first.
func becomingsOf(i *estate.Identity) []pages.Becoming {
	byUID := map[string]*becoming{}
	var all []*becoming
	for _, b := range i.Profiles.Items() {
		x := byUID[b.Principal]
		if x == nil {
			x = &becoming{Becomes: b}
			byUID[b.Principal] = x
			all = append(all, x)
		}
		x.how = append(x.how, how(&b))
	}
	slices.SortStableFunc(all, func(a, b *becoming) int {
		return cmp.Or(cmp.Compare(b.rank(), a.rank()), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Principal, b.Principal))
	})
	rows := make([]pages.Becoming, 0, len(all))
	for _, x := range all {
		rows = append(rows, pages.Becoming{Name: cmp.Or(x.Name, lastPart(x.Principal)), ID: lastPart(x.Principal), How: x.how, Power: *powerAnswer(x.Power, x.AtLeast)})
	}
	return rows
}

type becoming struct {
	estate.Becomes
	how []string
}

// rank is how much the profile may do: at most, then for certain. What is not
// known may be everything.
func (b *becoming) rank() int {
	return levelRank(b.Power, power.Admin)*len(power.Words()) + levelRank(b.AtLeast, power.None)
}

func levelRank(f fact.Of[string], otherwise power.Level) int {
	if word, ok := f.Get(); ok && power.Level(word).Rank() >= 0 {
		return power.Level(word).Rank()
	}
	return otherwise.Rank()
}

// how says what lets a workload become a profile.
func how(b *estate.Becomes) string {
	switch b.Mechanism {
	case estate.ByDefault:
		return "it was created with it, and is linked to it still"
	case estate.ByLink:
		return "link " + b.By
	case estate.ByClaimRule:
		return "claim rule " + b.By
	}
	return sentenceName(b.Mechanism) + " " + b.By
}
