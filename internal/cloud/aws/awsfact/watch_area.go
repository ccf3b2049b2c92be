package awsfact

import (
	"cmp"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// An area is one region of the context, while facts of the region as a whole
// are read.
type area struct {
	c     *snapshot.Context
	name  string
	optIn fact.Of[string]
}

func areaOf(c *snapshot.Context, r *estate.AccountRegion) area {
	return area{c, r.Region, r.OptIn}
}

// missing says why a listing of the region may lack something; nil if it came
// to its end.
func (p area) missing(call string) *hole {
	a := p.c.Answer(call, p.name, "")
	word, _ := p.optIn.Get()
	switch {
	case a.Whole():
		return nil
	case a.Status == snapshot.Unasked && word == notOptedIn:
		return &hole{&fact.Reason{Cause: snapshot.NotOptedIn, Call: call, Region: p.name}, p.optIn.From()}
	default:
		return holeOf(a)
	}
}

// answer is what a listing of the region rests on as a whole.
func (p area) answer(call string) *fact.Origin { return refusal(p.c.Answer(call, p.name, "")) }

// each reads the documents of a kind in the region, by uid. What it returns is
// set if one of them could not be read.
func (p area) each(kind string, read func(source, wire.Value)) (broken *hole) {
	return eachOf(inRegion(p.c.Resources(kind), p.name), read)
}

// eachOf reads documents one after the other. A value is good until read
// returns.
func eachOf(rs []snapshot.Resource, read func(source, wire.Value)) (broken *hole) {
	var rd wire.Reader
	for i := range rs {
		s := source{originOf(&rs[i])}
		v, err := rd.Read(rs[i].Doc)
		if err != nil {
			broken = &hole{s.why(snapshot.Unreadable, rs[i].UID), s.from}
			continue
		}
		read(s, v)
	}
	return broken
}

// inRegion cuts one region out of what a context holds of a kind, which is
// sorted by region.
func inRegion(rs []snapshot.Resource, region string) []snapshot.Resource {
	from, _ := slices.BinarySearchFunc(rs, region, func(r snapshot.Resource, region string) int { return cmp.Compare(r.Region, region) })
	to := from
	for to < len(rs) && rs[to].Region == region {
		to++
	}
	return rs[from:to]
}

// setting reads the one document of a kind that a region has.
func setting[T any](p area, kind, call string, read func(source, wire.Value) fact.Of[T]) fact.Of[T] {
	var f fact.Of[T]
	seen := false
	broken := p.each(kind, func(s source, v wire.Value) { f, seen = read(s, v), true })
	missing := p.missing(call)
	switch {
	case seen:
		return f
	case broken != nil:
		return unknownBy[T](broken)
	case missing != nil:
		return unknownBy[T](missing)
	default: // answered, and yet no document
		return fact.Unknown[T](&fact.Reason{Cause: snapshot.Absent, Call: call, Region: p.name}, p.answer(call), "")
	}
}

// counted counts the documents of a kind in a region of which counts is true.
func counted(p area, kind, call string, counts func(source, wire.Value) fact.Of[bool]) fact.Of[int64] {
	n, doubt := int64(0), p.missing(call)
	broken := p.each(kind, func(s source, v wire.Value) {
		f := counts(s, v)
		switch is, known := f.Get(); {
		case !known:
			doubt = &hole{f.Why(), f.From()}
		case is:
			n++
		}
	})
	switch {
	case broken != nil:
		return unknownBy[int64](broken)
	case doubt != nil:
		return unknownBy[int64](doubt)
	default:
		return fact.Known(n, p.answer(call), "")
	}
}

func unknownBy[T any](h *hole) fact.Of[T] { return fact.Unknown[T](h.why, h.origin, "") }

// truth reads a JSON boolean.
func (s source) truth(v wire.Value, path string) fact.Of[bool] {
	switch raw := string(v.Raw()); {
	case !v.Exists():
		return fact.Unknown[bool](s.why(snapshot.Absent, path), s.from, path)
	case raw == "true", raw == "false":
		return fact.Known(raw == "true", s.from, path)
	default:
		return fact.Unknown[bool](s.strange(v), s.from, path)
	}
}

// noList says why a value is no list; nil if it is one. null is how an empty
// one is written.
func (s source) noList(v wire.Value, path string) *fact.Reason {
	switch {
	case v.IsList(), v.IsNull():
		return nil
	case !v.Exists():
		return s.why(snapshot.Absent, path)
	default:
		return s.strange(v)
	}
}

// A search asks whether there is one thing of which something is true.
type search struct {
	found, doubt *fact.Of[bool]
	why          *fact.Of[bool] // the last thing of which it is false
}

// add looks at one thing more.
func (s *search) add(f fact.Of[bool]) {
	switch is, known := f.Get(); {
	case !known && s.doubt == nil:
		s.doubt = &f
	case known && is && s.found == nil:
		s.found = &f
	case known && !is:
		s.why = &f
	}
}

// mayMiss notes that there may be things that were not looked at.
func (s *search) mayMiss(h *hole) {
	if h != nil {
		s.add(unknownBy[bool](h))
	}
}

// answer is true if one was found, unknown if there may be one, else false.
// none is what a false answer rests on where nothing at all was seen.
func (s *search) answer(none *fact.Origin) fact.Of[bool] {
	switch {
	case s.found != nil:
		return *s.found
	case s.doubt != nil:
		return *s.doubt
	case s.why != nil:
		return *s.why
	default:
		return fact.Known(false, none, "")
	}
}

// both is true if all are, false if one is false, else unknown.
func both(fs ...fact.Of[bool]) fact.Of[bool] {
	out := fs[0]
	for _, f := range fs {
		if is, known := f.Get(); known && !is {
			return f
		}
		if out.Known() && !f.Known() {
			out = f
		}
	}
	return out
}

func not(f fact.Of[bool]) fact.Of[bool] { return fact.Map(f, func(is bool) bool { return !is }) }
