package postgres

import mathbits "math/bits"

// A bitmap is a set of row numbers. They are dense, so a million of them take
// little more than a bit each, and a scan's memory stays flat.
type bitmap map[int64]uint64

func (b bitmap) add(n int64) { b[n>>6] |= 1 << (n & 63) }

// numbers are the members, in no order.
func (b bitmap) numbers() []int64 {
	all := []int64{}
	for word, bits := range b {
		for ; bits != 0; bits &= bits - 1 {
			all = append(all, word<<6|int64(mathbits.TrailingZeros64(bits)))
		}
	}
	return all
}

func (b bitmap) has(n int64) bool { return b[n>>6]&(1<<(n&63)) != 0 }
