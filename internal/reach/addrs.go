package reach

import (
	"cmp"
	"math/bits"
	"net/netip"
	"slices"
)

// Addrs is a set of addresses of either family. The zero Addrs is empty. A set
// is never changed once it is made, so that it may be shared.
type Addrs struct {
	runs []run // sorted, neither overlapping nor adjacent: each set has one form
}

// A run is all addresses of one family from the first to the last.
type run struct{ from, to netip.Addr }

// Prefixes is the set of the addresses in the given blocks. Bits behind a
// block's length mean nothing, and an IPv4 block in IPv6 spelling is the IPv4
// block.
func Prefixes(ps ...netip.Prefix) Addrs {
	runs := make([]run, 0, len(ps))
	for _, p := range ps {
		if !p.IsValid() {
			continue
		}
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		p = p.Masked()
		runs = append(runs, run{p.Addr(), lastOf(p)})
	}
	slices.SortFunc(runs, func(a, b run) int { return cmp.Or(a.from.Compare(b.from), a.to.Compare(b.to)) })
	return Addrs{joined(runs)}
}

// Addr is the set of one address.
func Addr(a netip.Addr) Addrs {
	a = a.Unmap().WithZone("")
	return Addrs{[]run{{a, a}}}
}

// lastOf is a block's last address.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	last, _ := netip.AddrFromSlice(b)
	return last
}

// joined joins runs that overlap or are adjacent; they are sorted.
func joined(runs []run) []run {
	out := runs[:0]
	for _, r := range runs {
		if n := len(out); n > 0 && (r.from.Compare(out[n-1].to) <= 0 || r.from == out[n-1].to.Next()) {
			if out[n-1].to.Less(r.to) {
				out[n-1].to = r.to
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

// Empty says that no address is in the set.
func (a Addrs) Empty() bool { return len(a.runs) == 0 }

// Equal says that two sets hold the same addresses.
func (a Addrs) Equal(b Addrs) bool { return slices.Equal(a.runs, b.runs) }

// Contains says that an address is in the set.
func (a Addrs) Contains(x netip.Addr) bool {
	x = x.Unmap().WithZone("")
	i, ok := slices.BinarySearchFunc(a.runs, x, func(r run, x netip.Addr) int { return r.from.Compare(x) })
	return ok || i > 0 && x.Compare(a.runs[i-1].to) <= 0
}

// Covers says that all of b is in a.
func (a Addrs) Covers(b Addrs) bool { return b.Subtract(a).Empty() }

// Union is the addresses of either set.
func (a Addrs) Union(b Addrs) Addrs {
	switch {
	case b.Empty():
		return a
	case a.Empty():
		return b
	}
	runs := make([]run, 0, len(a.runs)+len(b.runs))
	i, j := 0, 0
	for i < len(a.runs) || j < len(b.runs) {
		if j == len(b.runs) || i < len(a.runs) && a.runs[i].from.Less(b.runs[j].from) {
			runs, i = append(runs, a.runs[i]), i+1
		} else {
			runs, j = append(runs, b.runs[j]), j+1
		}
	}
	return Addrs{joined(runs)}
}

// Intersect is the addresses of both sets.
func (a Addrs) Intersect(b Addrs) Addrs {
	var out []run
	for i, j := 0, 0; i < len(a.runs) && j < len(b.runs); {
		x, y := a.runs[i], b.runs[j]
		from, to := later(x.from, y.from), earlier(x.to, y.to)
		if from.Compare(to) <= 0 && from.Is4() == to.Is4() {
			out = append(out, run{from, to})
		}
		if x.to.Less(y.to) {
			i++
		} else {
			j++
		}
	}
	return Addrs{out}
}

// Subtract is the addresses of a that are not in b.
func (a Addrs) Subtract(b Addrs) Addrs {
	if a.Empty() || b.Empty() {
		return a
	}
	var out []run
	j := 0
	for _, r := range a.runs {
		for j < len(b.runs) && b.runs[j].to.Less(r.from) {
			j++
		}
		left := true
		for k := j; left && k < len(b.runs) && b.runs[k].from.Compare(r.to) <= 0; k++ {
			if r.from.Less(b.runs[k].from) {
				out = append(out, run{r.from, b.runs[k].from.Prev()})
			}
			left = b.runs[k].to.Less(r.to)
			r.from = b.runs[k].to.Next()
		}
		if left {
			out = append(out, r)
		}
	}
	return Addrs{out}
}

func later(a, b netip.Addr) netip.Addr {
	if a.Less(b) {
		return b
	}
	return a
}

func earlier(a, b netip.Addr) netip.Addr {
	if b.Less(a) {
		return b
	}
	return a
}

// Prefixes are the fewest blocks that together are the set, in order.
func (a Addrs) Prefixes() []netip.Prefix {
	var out []netip.Prefix
	for _, r := range a.runs {
		for from := r.from; ; {
			p := widest(from, r.to)
			out = append(out, p)
			last := lastOf(p)
			if last == r.to {
				break
			}
			from = last.Next()
		}
	}
	return out
}

// widest is the largest block that begins at from and ends at to or before.
func widest(from, to netip.Addr) netip.Prefix {
	p := netip.PrefixFrom(from, from.BitLen())
	for p.Bits() > 0 {
		wider := netip.PrefixFrom(from, p.Bits()-1)
		if wider.Masked().Addr() != from || to.Less(lastOf(wider)) {
			break
		}
		p = wider
	}
	return p
}

// A Count is a number of addresses, of 128 bits; where it would be more it is
// the largest.
type Count struct{ Hi, Lo uint64 }

// Less compares two counts.
func (c Count) Less(d Count) bool { return c.Hi < d.Hi || c.Hi == d.Hi && c.Lo < d.Lo }

func (c Count) plus(d Count) Count {
	lo, carry := bits.Add64(c.Lo, d.Lo, 0)
	hi, carry := bits.Add64(c.Hi, d.Hi, carry)
	if carry != 0 {
		return Count{^uint64(0), ^uint64(0)}
	}
	return Count{hi, lo}
}

// Size is how many IPv4 and how many IPv6 addresses are in the set.
func (a Addrs) Size() (v4, v6 Count) {
	for _, r := range a.runs {
		if r.from.Is4() {
			v4 = v4.plus(r.size())
		} else {
			v6 = v6.plus(r.size())
		}
	}
	return v4, v6
}

func (r run) size() Count {
	from, to := number(r.from), number(r.to)
	lo, borrow := bits.Sub64(to.Lo, from.Lo, 0)
	hi, _ := bits.Sub64(to.Hi, from.Hi, borrow)
	return Count{hi, lo}.plus(Count{0, 1})
}

// number is an address as a number.
func number(a netip.Addr) Count {
	var c Count
	for _, b := range a.AsSlice() {
		c.Hi, c.Lo = c.Hi<<8|c.Lo>>56, c.Lo<<8|uint64(b)
	}
	return c
}
