package ibmfact

import (
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/house"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

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

// subjectOf is a thing of a region, or of the account as a whole.
func subjectOf(kind estate.Kind, res *snapshot.Resource) estate.Subject {
	return estate.Subject{
		Kind: kind, Provider: Provider, Account: res.Account, Region: res.Region,
		UID: res.UID, ID: lastPart(res.UID), Name: res.Name, Parent: RegionUID(res.Account, res.Region),
	}
}

// lastPart is the short id at the end of a CRN or of a uid below one.
func lastPart(uid string) string {
	if i := strings.LastIndexByte(uid, '/'); i >= 0 && !strings.Contains(uid[i:], ":") {
		return uid[i+1:]
	}
	return uid[strings.LastIndexByte(uid, ':')+1:]
}

// holderUID is the uid of what a document stands below: what the collector said
// that the request was about, or else what its own uid begins with.
func holderUID(v wire.Value, uid string, members ...string) string {
	for _, m := range members {
		if said := text(v.Get("^").Get(m)); said != "" {
			return said
		}
	}
	for range 2 {
		i := strings.LastIndexByte(uid, '/')
		if i < 0 {
			return ""
		}
		uid = uid[:i]
	}
	return uid
}

// known is what the auditor itself knows of the account: nothing where nobody
// handed it in, and where it cannot be read why.
type known struct {
	house.Known
	from *fact.Origin
	why  *fact.Reason
}

type houseKey struct{}

func houseOf(c *snapshot.Context) *known {
	return c.Derive(houseKey{}, func(c *snapshot.Context) any {
		k, res, err := house.Of(c)
		h := &known{Known: k}
		if res != nil {
			h.from = originOf(res)
		}
		if err != nil {
			h.why = &fact.Reason{Cause: snapshot.Unreadable, Call: house.Call, Region: snapshot.Global, Detail: shorten(err.Error())}
		}
		return h
	}).(*known)
}

// unneeded says whether somebody attested that nothing needs the metadata
// service. Where nobody did it is not attested, which is certain.
func (in *reading) unneeded() {
	h := houseOf(in.c)
	in.w.Metadata.Unneeded = fact.Known(slices.Contains(h.Attested, house.MetadataUnneeded), h.from, "/attested")
	if h.why != nil {
		in.w.Metadata.Unneeded = fact.Unknown[bool](h.why, h.from, "")
	}
}

// splitCRN parts a CRN at its colons: crn:version:cname:ctype:service:location:
// scope:instance:type:resource.
func splitCRN(crn string) []string {
	if !strings.HasPrefix(crn, "crn:") {
		return nil
	}
	return strings.Split(crn, ":")
}
