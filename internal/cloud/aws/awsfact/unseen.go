package awsfact

import (
	"cmp"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/judge"
	"plumbline/internal/snapshot"
)

// Unseen lists the places where we could not look, the account before its
// regions. A region that is not opted in is none: nothing can be launched
// there; nor is one that whoever started the scan left out. One that is on,
// and was never asked, is one.
func Unseen(c *snapshot.Context) []judge.Unseen {
	regions, missing := regionsOf(c)
	var gaps []judge.Unseen
	if missing != nil {
		for _, kind := range regionalKinds {
			gaps = append(gaps, unseen(kind, accountSubject(c), missing))
		}
	}
	for _, region := range askable(c, regions) {
		place := regionSubject(c, region)
		switch a := c.Answer(CallInstances, region, ""); {
		case a.Whole():
		case a.Cause == snapshot.OutOfScope:
			gaps = append(gaps, silent(estate.KindWorkload, place, a), silent(estate.KindAccountRegion, place, a))
		default:
			gaps = append(gaps, unseen(estate.KindWorkload, place, holeOf(a)))
		}
	}
	for _, r := range regions {
		if !r.on() { // what was started there before may go on running
			u := silent(estate.KindWorkload, regionSubject(c, r.name), c.Answer(CallInstances, r.name, ""))
			u.Silent = c.Answer(CallInstances, r.name, "").Status == snapshot.Unasked // one that was asked for by name is not silent
			gaps = append(gaps, u)
		}
	}
	return append(append(gaps, unlisted(c, regions)...), reportGap(c)...)
}

// regionalKinds are those of things that stand in a region: where not all
// regions are known, there may be more of each.
var regionalKinds = func() []estate.Kind {
	kinds := []estate.Kind{estate.KindWorkload, estate.KindAccountRegion}
	for i := range listings {
		if l := &listings[i]; !l.global && !slices.Contains(kinds, l.kind) {
			kinds = append(kinds, l.kind)
		}
	}
	return kinds
}()

func unseen(k estate.Kind, place estate.Subject, h *hole) judge.Unseen {
	return judge.Unseen{Kind: k, Subject: place, Why: h.why, Origin: h.origin}
}

// silent is a place of which nothing is claimed.
func silent(k estate.Kind, place estate.Subject, a snapshot.Answer) judge.Unseen {
	u := unseen(k, place, holeOf(a))
	u.Silent = true
	return u
}

// askable names the regions where instances may be: those that are on, and
// those that somebody asked about though no list names them.
func askable(c *snapshot.Context, regions []region) []string {
	listed := map[string]bool{}
	var names []string
	for _, r := range regions {
		listed[r.name] = true
		if r.on() {
			names = append(names, r.name)
		}
	}
	for _, a := range c.Answers() {
		if a.Call == CallInstances && a.Subject == "" && !listed[a.Region] {
			listed[a.Region] = true
			names = append(names, a.Region)
		}
	}
	slices.SortFunc(names, cmp.Compare[string])
	return names
}

// Whole reports that everything of a kind in a region was listed to the end;
// region "" or global asks for all regions.
//
// A region that is no longer opted in is not whole: its instances go on
// running where nobody can see them, so findings there are lost, not gone.
func Whole(c *snapshot.Context, kind estate.Kind, region string) bool {
	all := region == "" || region == snapshot.Global
	switch kind {
	case estate.KindAccount:
		return true // the account is what the snapshot is of
	case estate.KindAccountRegion:
		_, missing := regionsOf(c)
		return missing == nil && (all || c.Answer(CallDefaults, region, "").Cause != snapshot.OutOfScope)
	case estate.KindWorkload:
		if all {
			return !slices.ContainsFunc(Unseen(c), func(u judge.Unseen) bool { return u.Kind == kind && (!u.Silent || u.Why.Cause == snapshot.OutOfScope) })
		}
		return c.Answer(CallInstances, region, "").Whole()
	case estate.KindCredential:
		return wholeListing(c, kind, region) && len(reportGap(c)) == 0
	default:
		return wholeListing(c, kind, region)
	}
}
