package reach

// A set is what a strip may hold at each of its numbers. Its zero value is
// empty.
type set[S any] interface {
	Union(S) S
	Intersect(S) S
	Subtract(S) S
	Equal(S) bool
	Empty() bool
}

// A strip gives each number from 0 to 65535 a set: the set of pairs of a number
// and something in its set. It is itself a set, so that strips nest.
//
// Bands are sorted and disjoint, none is empty, and neighbours differ: of two
// strips of the same pairs the bands are the same.
type strip[S set[S]] []band[S]

// A band is the numbers from the first to the last, which have the same set.
type band[S set[S]] struct {
	from, to uint16
	of       S
}

const most = 1<<16 - 1

func (a strip[S]) Empty() bool { return len(a) == 0 }

func (a strip[S]) Equal(b strip[S]) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].from != b[i].from || a[i].to != b[i].to || !a[i].of.Equal(b[i].of) {
			return false
		}
	}
	return true
}

func (a strip[S]) Union(b strip[S]) strip[S] {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	return combined(a, b, func(x, y S) S { return x.Union(y) })
}

func (a strip[S]) Intersect(b strip[S]) strip[S] {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	return combined(a, b, func(x, y S) S { return x.Intersect(y) })
}

func (a strip[S]) Subtract(b strip[S]) strip[S] {
	if len(a) == 0 || len(b) == 0 {
		return a
	}
	return combined(a, b, func(x, y S) S { return x.Subtract(y) })
}

// combined walks two strips side by side, from border to border.
func combined[S set[S]](a, b strip[S], f func(x, y S) S) strip[S] {
	out := make(strip[S], 0, len(a)+len(b))
	for at := 0; at <= most && len(a)+len(b) > 0; {
		x, end := a.stretch(at)
		y, e := b.stretch(at)
		end = min(end, e)
		out = out.add(at, end, f(x, y))
		at = end + 1
		a, b = a.after(end), b.after(end)
	}
	return out
}

// stretch is the set at a number, and the last number up to which it is the
// same. Bands before the number are gone.
func (a strip[S]) stretch(at int) (of S, end int) {
	switch {
	case len(a) == 0:
		return of, most
	case int(a[0].from) > at:
		return of, int(a[0].from) - 1
	}
	return a[0].of, int(a[0].to)
}

func (a strip[S]) after(end int) strip[S] {
	if len(a) > 0 && int(a[0].to) <= end {
		return a[1:]
	}
	return a
}

func (a strip[S]) add(from, to int, of S) strip[S] {
	if of.Empty() {
		return a
	}
	if n := len(a); n > 0 && int(a[n-1].to)+1 == from && a[n-1].of.Equal(of) {
		a[n-1].to = uint16(to) //nolint:gosec // at most 65535: see combined
		return a
	}
	return append(a, band[S]{uint16(from), uint16(to), of}) //nolint:gosec // as above
}

// at is the set at a number.
func (a strip[S]) at(n uint16) (of S) {
	for _, b := range a {
		if b.from <= n && n <= b.to {
			return b.of
		}
	}
	return of
}

// banded is the strip of one band.
func banded[S set[S]](r Range, of S) strip[S] {
	if r.To < r.From || of.Empty() {
		return nil
	}
	return strip[S]{{r.From, r.To, of}}
}
