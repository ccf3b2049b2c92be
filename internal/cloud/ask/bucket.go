package ask

import (
	"context"
	"sync"
	"time"
)

// A Pace is a token bucket: so many requests at once, and so many a second
// after that.
type Pace struct{ Burst, PerSecond float64 }

// A Bucket holds the tokens for one action in one region of one account.
// Whoever is throttled asks at half the speed, and faster again by and by.
type Bucket struct {
	mu     sync.Mutex
	most   Pace
	speed  float64 // tokens a second, at most most.PerSecond
	tokens float64
	at     time.Time
}

// NewBucket makes a bucket that is full.
func NewBucket(p Pace) *Bucket { return &Bucket{most: p} }

// slowest is what throttling brings a bucket down to, in tokens a second.
const slowest = 0.5

// take takes a token and says how long to wait until it is there.
func (b *Bucket) take(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at.IsZero() {
		b.tokens, b.speed = b.most.Burst, b.most.PerSecond
	} else if d := now.Sub(b.at); d > 0 {
		b.tokens = min(b.tokens+d.Seconds()*b.speed, b.most.Burst)
	}
	b.at = now
	b.tokens--
	if b.tokens >= 0 {
		return 0
	}
	return time.Duration(-b.tokens / b.speed * float64(time.Second))
}

// Learn notes whether the cloud throttled a request.
func (b *Bucket) Learn(throttled bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if throttled {
		b.speed, b.tokens = max(b.speed/2, slowest), min(b.tokens, 0)
		return
	}
	b.speed = min(b.speed+b.most.PerSecond/20, b.most.PerSecond)
}

// Wait waits until the next request may be sent, or ctx is over.
func (b *Bucket) Wait(ctx context.Context) error {
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

// A BucketKey is what a cloud counts by. The endpoint keeps a simulated cloud
// apart from the real one.
type BucketKey struct{ Endpoint, Account, Region, Call string }

// buckets are shared by all collectors of the process: an account has one
// allowance, however many scans ask it.
var buckets sync.Map

// BucketOf gives the bucket of a key. Who asks for it first sets its pace.
func BucketOf(k BucketKey, p Pace) *Bucket {
	if b, ok := buckets.Load(k); ok {
		return b.(*Bucket)
	}
	b, _ := buckets.LoadOrStore(k, NewBucket(p))
	return b.(*Bucket)
}
