package ibmsim

import "time"

// A bucket holds the tokens of one call in one region of one account.
type bucket struct {
	tokens float64
	at     time.Time
}

// spend takes one token from the caller's bucket. IBM publishes no figures for
// its rate limits; whoever serves the estate names them.
func (s *Server) spend(c *caller) *refusal {
	if s.rate == 0 {
		return nil
	}
	now := s.now()
	key := c.account.ID + " " + c.PathValue("region") + " " + c.route.call
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[key]
	if b == nil {
		b = &bucket{tokens: s.burst, at: now}
		s.buckets[key] = b
	}
	b.tokens, b.at = min(s.burst, b.tokens+s.rate*now.Sub(b.at).Seconds()), now
	if b.tokens < 1 {
		return throttled()
	}
	b.tokens--
	return nil
}
