package awssim

import (
	"net/url"
	"strings"

	"plumbline/internal/cloud/sim/serve"
)

// A bucketKey is what calls are counted by.
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
	if s.buckets[k] == nil {
		s.buckets[k] = &serve.Bucket{}
	}
	if !s.buckets[k].Take(now, capacity, refill) {
		return c.throttled()
	}
	return nil
}
