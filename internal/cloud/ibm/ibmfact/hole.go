package ibmfact

import (
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// A hole is a listing that is not whole, or something else that was not told.
type hole struct {
	why    *fact.Reason
	origin *fact.Origin // nil where nobody asked
}

func holeOf(a snapshot.Answer) *hole { return &hole{reasonOf(a), refusal(a)} }

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

// unlisted says why there may be more of what a question lists than was listed;
// nil if there is not.
func unlisted(c *snapshot.Context, call, region, subject string) *hole {
	if a := c.Answer(call, region, subject); !a.Whole() {
		return holeOf(a)
	}
	return nil
}

// notFound is why something is in no list that another document names: the
// question's own refusal, or else that the list does not have it.
func notFound(c *snapshot.Context, call, region, subject, id string) *hole {
	if h := unlisted(c, call, region, subject); h != nil {
		return h
	}
	return &hole{&fact.Reason{Cause: snapshot.Absent, Call: call, Region: region, Detail: shorten(id)}, refusal(c.Answer(call, region, subject))}
}

func unknownBy[T any](h *hole) fact.Of[T] { return fact.Unknown[T](h.why, h.origin, "") }

func reasonText(r *fact.Reason) string {
	if r == nil {
		return fact.NobodyAsked.String()
	}
	return r.String()
}

// A yesno is what is known of something that is so or not: for certain, and
// perhaps. Must without may cannot be.
type yesno struct {
	must, may bool
	why       *fact.Reason // where the two differ
	from      *fact.Origin
}

func sure(is bool) yesno { return yesno{must: is, may: is} }

func unsure(why *fact.Reason, from *fact.Origin) yesno { return yesno{may: true, why: why, from: from} }

func (y yesno) or(z yesno) yesno {
	out := yesno{must: y.must || z.must, may: y.may || z.may, why: y.why, from: y.from}
	if out.why == nil {
		out.why, out.from = z.why, z.from
	}
	if out.must {
		out.why, out.from = nil, nil
	}
	return out
}
