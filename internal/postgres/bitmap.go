package postgres

// A bitmap is a set of row numbers. They are dense, so a million of them take
// little more than a bit each, and a scan's memory stays flat.
type bitmap map[int64]uint64

func (b bitmap) add(n int64) { b[n>>6] |= 1 << (n & 63) }

func (b bitmap) has(n int64) bool { return b[n>>6]&(1<<(n&63)) != 0 }
