package serve

import "time"

// A Bucket holds the tokens of one call: each that is made takes one. The zero
// value is full.
type Bucket struct {
	begun  bool
	tokens float64
	at     time.Time // of the last call
}

// Take takes a token, if one is left. The bucket holds capacity of them, and
// refill a second come back.
func (b *Bucket) Take(now time.Time, capacity, refill float64) bool {
	if !b.begun {
		b.begun, b.tokens, b.at = true, capacity, now
	}
	b.tokens, b.at = min(capacity, b.tokens+refill*now.Sub(b.at).Seconds()), now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
