package reach

// Both is what is known of a set of packets where not everything is: those that
// are in it for certain, and those that may be. Must is always a part of May.
type Both struct{ Must, May Flow }

// Sure is a set that is known.
func Sure(f Flow) Both { return Both{f, f} }

// Maybe is a set of which nothing is certain but its bounds.
func Maybe(f Flow) Both { return Both{May: f} }

// Union is what is in either.
func (b Both) Union(c Both) Both { return Both{b.Must.Union(c.Must), b.May.Union(c.May)} }

// Intersect is what is in both.
func (b Both) Intersect(c Both) Both { return Both{b.Must.Intersect(c.Must), b.May.Intersect(c.May)} }

// Doubt is what may be in the set and may not.
func (b Both) Doubt() Flow { return b.May.Subtract(b.Must) }

// Doubted is the set if it is not certain that it is there at all.
func (b Both) Doubted() Both { return Both{May: b.May} }

// Passing says what a gate that lets through g does to the packets that came.
func (b Both) Passing(g Both) Passing {
	left := b.May.Intersect(g.May)
	switch {
	case left.Empty():
		return Closed
	case !left.Intersect(g.Doubt()).Empty():
		return Unknown
	case g.Must.Covers(b.May):
		return Open
	}
	return Partly
}

// A Line is one of a list of which the first that fits decides: an entry of a
// filter, a route.
type Line struct {
	Inner, Outer Flow // what it fits for certain, and what it may fit
	Allow, Deny  bool // what it may do; both where that is not known
}

// FirstMatch is what a list lets through, of all that it is asked about. What
// no line fits does not pass.
func FirstMatch(asked Flow, lines []Line) Both {
	var out Both
	must, may := asked, asked // what has not been decided, at worst and at best
	for _, l := range lines {
		if may.Empty() {
			break
		}
		if l.Allow {
			out.May = out.May.Union(l.Outer.Intersect(may))
		}
		if l.Deny {
			must = must.Subtract(l.Outer)
		} else {
			out.Must = out.Must.Union(l.Inner.Intersect(must))
			must = must.Subtract(l.Inner)
		}
		may = may.Subtract(l.Inner)
	}
	return out
}
