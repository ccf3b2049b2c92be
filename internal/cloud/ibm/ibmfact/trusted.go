package ibmfact

import (
	"slices"

	"plumbline/internal/power"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// identityTypes are whom a trusted profile may name one by one, as far as this
// version knows (ProfileIdentityResponse.type in iamidentityv1).
var identityTypes = []string{"user", "serviceid", "crn"}

// readTrusted reads whom each profile names one by one.
func (m *iam) readTrusted() {
	for _, p := range m.profiles {
		p.namesHole = unlisted(m.c, CallProfileIdentities, snapshot.Global, p.uid)
	}
	broken := eachOf(m.c.Resources(KindProfileIdentity), func(res *snapshot.Resource, s source, v wire.Value) {
		p, who := m.holder(v, res), text(v.Get("iam_id"))
		if p == nil {
			return
		}
		m.trusted[who] = append(m.trusted[who], p)
		if !slices.ContainsFunc(identityTypes, v.Get("type").Is) {
			p.namesHole = either(p.namesHole, &hole{s.oddly(v.Get("type"), "/type"), s.from})
		}
	})
	for _, p := range m.profiles { // whose it is cannot be read
		p.namesHole = either(p.namesHole, broken)
		if p.namesHole != nil && (m.untold == nil || p.judge(m).most.Rank() > m.untold.judge(m).most.Rank()) {
			m.untold = p
		}
	}
}

// withProfiles is what somebody may do, together with the profiles that name him.
func (m *iam) withProfiles(who string) *worth {
	w := *m.worthOf(who)
	for _, p := range m.trusted[who] {
		is := p.judge(m)
		w.least = power.Max(w.least, is.least)
		w.doubt(is.most, is.why, is.from)
	}
	if p := m.untold; p != nil {
		w.doubt(p.judge(m).most, p.namesHole.why, p.namesHole.origin)
	}
	return &w
}
