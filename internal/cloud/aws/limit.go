package aws

import (
	"context"
	"strings"
	"sync"
	"time"
)

// A pace is a token bucket: so many requests at once, and so many a second
// after that.
type pace struct{ burst, perSecond float64 }

// paces by service. AWS counts by account, region and action, and tells the
// size of the bucket for EC2 alone: 100, and 20 a second (EC2 developer guide,
// request throttling). Half of it is left to whoever else asks. Those of the
// other services are far below what their users report.
var paces = map[string]pace{
	"ec2":           {50, 10},
	"cloudwatch":    {25, 10},
	"iam":           {10, 5},
	"organizations": {5, 2},
	"ssm":           {50, 10},
}

var otherPace = pace{20, 10}

// A bucket holds the tokens for one action in one region of one account.
// Whoever is throttled asks at half the speed, and faster again by and by.
type bucket struct {
	mu     sync.Mutex
	most   pace
	speed  float64 // tokens a second, at most most.perSecond
	tokens float64
	at     time.Time
}

// slowest is what throttling brings a bucket down to, in tokens a second.
const slowest = 0.5

// take takes a token and says how long to wait until it is there.
func (b *bucket) take(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at.IsZero() {
		b.tokens, b.speed = b.most.burst, b.most.perSecond
	} else if d := now.Sub(b.at); d > 0 {
		b.tokens = min(b.tokens+d.Seconds()*b.speed, b.most.burst)
	}
	b.at = now
	b.tokens--
	if b.tokens >= 0 {
		return 0
	}
	return time.Duration(-b.tokens / b.speed * float64(time.Second))
}

// learn notes whether AWS throttled a request.
func (b *bucket) learn(throttled bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if throttled {
		b.speed, b.tokens = max(b.speed/2, slowest), min(b.tokens, 0)
		return
	}
	b.speed = min(b.speed+b.most.perSecond/20, b.most.perSecond)
}

// A bucketKey is what AWS counts by. The endpoint keeps a simulated AWS apart
// from the real one.
type bucketKey struct{ endpoint, account, region, call string }

// buckets are shared by all collectors of the process: an account has one
// allowance, however many scans ask it.
var buckets sync.Map

func bucketOf(k bucketKey, p pace) *bucket {
	if b, ok := buckets.Load(k); ok {
		return b.(*bucket)
	}
	b, _ := buckets.LoadOrStore(k, &bucket{most: p})
	return b.(*bucket)
}

// paceOf a call.
func paceOf(call string) pace {
	service, _, _ := strings.Cut(call, ":")
	if p, ok := paces[service]; ok {
		return p
	}
	return otherPace
}

// wait is until the next request may be sent, or ctx is over.
func (b *bucket) wait(ctx context.Context) error {
	d := b.take(time.Now())
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
