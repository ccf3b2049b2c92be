package awsfact

import (
	"cmp"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

const notOptedIn = "not-opted-in"

// Objects returns the account, and each region of it that AWS listed, those
// that are not opted in included and those that were left out of the scan
// excepted. A region whose defaults we know though no
// list names it, because the list was refused, is there too.
func Objects(c *snapshot.Context) []estate.Object {
	regions, missing := regionsOf(c)
	objects := []estate.Object{account(c, missing)}
	for _, r := range withDefaults(c, regions, missing) {
		if c.Answer(CallDefaults, r.name, "").Cause == snapshot.OutOfScope {
			continue
		}
		objects = append(objects, accountRegion(c, r))
	}
	for _, things := range []func(*snapshot.Context) []estate.Object{templates, images, networks, gates, principals, credentials} {
		objects = append(objects, things(c)...)
	}
	return objects
}

// withDefaults adds the regions that only a document of defaults speaks of.
func withDefaults(c *snapshot.Context, regions []region, missing *hole) []region {
	for _, res := range c.Resources(KindDefaults) {
		if slices.ContainsFunc(regions, func(r region) bool { return r.name == res.Region }) {
			continue
		}
		why, from := &fact.Reason{Cause: snapshot.Absent, Call: CallRegions, Detail: res.Region}, (*fact.Origin)(nil)
		if missing != nil {
			why, from = missing.why, missing.origin
		}
		regions = append(regions, region{res.Region, fact.Unknown[string](why, from, "")})
	}
	sortRegions(regions)
	return regions
}

func sortRegions(rs []region) {
	slices.SortFunc(rs, func(a, b region) int { return cmp.Compare(a.name, b.name) })
}

func accountSubject(c *snapshot.Context) estate.Subject {
	return estate.Subject{
		Kind: estate.KindAccount, Provider: Provider, Account: c.Account, Region: snapshot.Global,
		UID: AccountUID(c.Account), ID: c.Account,
	}
}

func regionSubject(c *snapshot.Context, region string) estate.Subject {
	return estate.Subject{
		Kind: estate.KindAccountRegion, Provider: Provider, Account: c.Account, Region: region,
		UID: RegionUID(c.Account, region), ID: region, Name: region, Parent: AccountUID(c.Account),
	}
}

// account carries the whole ledger. Where not even the regions are known,
// questions that should have been asked are missing from it. The ledger is no
// document of the cloud's: each question has an origin of its own.
func account(c *snapshot.Context, missing *hole) *estate.Account {
	questions := make([]estate.Question, 0, len(c.Answers()))
	for _, a := range c.Answers() {
		questions = append(questions, estate.Question{
			Call: a.Call, Region: a.Region, Status: string(a.Status), Cause: string(a.Cause), Code: a.Code,
			From: refusal(a),
		})
	}
	regions, _ := regionsOf(c)
	for _, r := range regions {
		for _, q := range RegionalCalls {
			if a := c.Answer(q.Call, r.name, q.Subject); r.on() && a.Cause == snapshot.NotCollected && a.Status == snapshot.Unasked {
				questions = append(questions, estate.Question{Call: q.Call, Region: r.name, Cause: string(a.Cause)})
			}
		}
	}
	var gaps []*fact.Reason
	var from *fact.Origin // of the gap
	if missing != nil {
		gaps, from = append(gaps, missing.why), missing.origin
	}
	a := &estate.Account{Subject: accountSubject(c), Questions: fact.Listed(questions, from, "", gaps...)}
	watchAccount(c, a)
	guardrail(c, a)
	scansBefore(c, a)
	return a
}

// A region is what DescribeRegions says of one.
type region struct {
	name  string
	optIn fact.Of[string]
}

// on reports that the region may hold workloads: AWS did not say otherwise.
func (r region) on() bool {
	word, known := r.optIn.Get()
	return !known || word != notOptedIn
}

// A hole is a listing that is not whole.
type hole struct {
	why    *fact.Reason
	origin *fact.Origin // nil where nobody asked
}

// regionsOf reads the regions, sorted by name; missing is set if there may be
// more of them.
func regionsOf(c *snapshot.Context) (regions []region, missing *hole) {
	var rd wire.Reader
	for i := range c.Resources(KindRegion) {
		res := &c.Resources(KindRegion)[i]
		r, ok := readRegion(&rd, res)
		if !ok {
			from := originOf(res)
			missing = &hole{source{from}.why(snapshot.Unreadable, res.UID), from}
			continue
		}
		regions = append(regions, r)
	}
	sortRegions(regions)
	if h := regionsHole(c, len(regions)); h != nil {
		missing = h
	}
	return regions, missing
}

func readRegion(rd *wire.Reader, res *snapshot.Resource) (region, bool) {
	v, err := rd.Read(res.Doc)
	if err != nil {
		return region{}, false
	}
	name, ok := filled(v.Get("regionName"))
	if !ok {
		return region{}, false
	}
	s := source{originOf(res)}
	return region{name, s.word(v.Get("optInStatus"), "/optInStatus", "opt-in-not-required", "opted-in", notOptedIn)}, true
}

// regionsHole says why DescribeRegions is not a whole answer. No account is
// without regions: an empty list is a reply that cannot be true.
func regionsHole(c *snapshot.Context, found int) *hole {
	asked := false
	for _, a := range c.Answers() {
		if a.Call != CallRegions {
			continue
		}
		asked = true
		if !a.Whole() {
			return holeOf(a)
		}
	}
	switch {
	case !asked:
		return &hole{why: &fact.Reason{Cause: snapshot.NotCollected, Call: CallRegions}}
	case found == 0:
		return &hole{why: &fact.Reason{Cause: snapshot.Unreadable, Call: CallRegions, Detail: "an empty list of regions"}}
	}
	return nil
}

func holeOf(a snapshot.Answer) *hole {
	return &hole{reasonOf(a), refusal(a)}
}

func reasonOf(a snapshot.Answer) *fact.Reason {
	cause := a.Cause
	if cause == snapshot.NoCause {
		cause = snapshot.OtherRefusal
		if a.Status == snapshot.Unasked {
			cause = snapshot.NotCollected
		}
	}
	return &fact.Reason{Cause: cause, Call: a.Call, Region: a.Region, Detail: a.Code}
}

// refusal is the origin of what an answer did not tell; nil where nobody asked.
func refusal(a snapshot.Answer) *fact.Origin {
	if a.Status == snapshot.Unasked {
		return nil
	}
	from := &fact.Origin{Call: a.Call, Region: a.Region, Answer: a.Key}
	if !a.Whole() {
		from.Refusal = &a
	}
	return from
}
