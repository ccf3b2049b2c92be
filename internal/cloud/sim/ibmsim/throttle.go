package ibmsim

import "plumbline/internal/cloud/sim/serve"

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
	if s.buckets[key] == nil {
		s.buckets[key] = &serve.Bucket{}
	}
	if !s.buckets[key].Take(now, s.burst, s.rate) {
		return throttled()
	}
	return nil
}
