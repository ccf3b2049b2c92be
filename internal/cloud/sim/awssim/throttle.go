package awssim

import (
	"net/url"
	"strings"
	"time"
)

// A bucket holds the tokens of one action in one region of one account.
type bucket struct {
	tokens float64
	at     time.Time
}

type bucketKey struct{ account, region, action string }

// limits are capacity and refill a second of an action, from the request
// throttling page of the EC2 API reference. Other services publish few of
// theirs; here they have EC2's.
func limits(action string) (capacity, refill float64) {
	switch {
	case action == unpaged:
		return 50, 10
	case action == "ModifyInstanceMetadataDefaults":
		return 2, 2
	case action == "ModifyInstanceMetadataOptions":
		return 100, 5
	case strings.HasPrefix(action, "Describe"), strings.HasPrefix(action, "Get"), strings.Contains(action, ":Describe"), strings.Contains(action, ":Get"), strings.Contains(action, ":List"):
		return 100, 20
	default:
		return 50, 5
	}
}

// unpaged is DescribeInstances with neither ids nor a page size: it has a
// smaller bucket of its own.
const unpaged = "DescribeInstances, unpaginated"

func bucketOf(c *caller, q url.Values) bucketKey {
	k := bucketKey{c.account.ID, c.scope, c.name()}
	if c.of.form == ec2Query {
		k.action = c.action
	}
	if k.action == "DescribeInstances" && !q.Has("MaxResults") && !hasPrefix(q, "InstanceId.") {
		k.action = unpaged
	}
	return k
}

// spend takes one token from the caller's bucket.
func (s *Server) spend(c *caller, q url.Values) *refusal {
	if !s.opt.Throttle {
		return nil
	}
	k := bucketOf(c, q)
	capacity, refill := limits(k.action)
	now := s.opt.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[k]
	if b == nil {
		b = &bucket{tokens: capacity, at: now}
		s.buckets[k] = b
	}
	b.tokens, b.at = min(capacity, b.tokens+refill*now.Sub(b.at).Seconds()), now
	if b.tokens < 1 {
		return c.throttled()
	}
	b.tokens--
	return nil
}
