package awsfact

import (
	"slices"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/house"
	"plumbline/internal/snapshot"
)

// scansBefore says how long nobody looked at the account before this scan. The
// scan itself is not finished while it is judged. Where no record is kept there
// is nothing that could be known later: no scan before is certain.
func scansBefore(c *snapshot.Context, a *estate.Account) {
	h := houseOf(c)
	const path = "/lastScan"
	a.Scans.Before = fact.Known(!h.LastScan.IsZero(), h.from, path)
	if h.why != nil {
		a.Scans = estate.Scans{Before: fact.Unknown[bool](h.why, h.from, ""), Pause: fact.Unknown[int64](h.why, h.from, "")}
		return
	}
	if !h.LastScan.IsZero() {
		a.Scans.Pause = fact.Known(max(0, int64(c.TakenAt.Sub(h.LastScan)/(24*time.Hour))), h.from, path)
	}
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
