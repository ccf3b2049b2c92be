package ask

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestABucketGivesItsBurstAndThenItsPace(t *testing.T) {
	t.Parallel()
	b := NewBucket(Pace{Burst: 3, PerSecond: 10})
	now := time.Unix(1_800_000_000, 0)
	for i, want := range []time.Duration{0, 0, 0, 100 * time.Millisecond, 200 * time.Millisecond} {
		if got := b.take(now); got != want {
			t.Errorf("request %d waits %v, want %v", i, got, want)
		}
	}
	if got := b.take(now.Add(time.Second)); got != 0 {
		t.Errorf("a second later one waits %v", got)
	}
}

func TestWhoIsThrottledSlowsDownAndComesBack(t *testing.T) {
	t.Parallel()
	b := NewBucket(Pace{Burst: 100, PerSecond: 8})
	b.take(time.Unix(1_800_000_000, 0))
	for range 10 {
		b.Learn(true)
	}
	if b.speed != slowest || b.tokens > 0 {
		t.Errorf("throttled ten times, and yet %v a second with %v at hand", b.speed, b.tokens)
	}
	for range 100 {
		b.Learn(false)
	}
	if b.speed != 8 {
		t.Errorf("answered a hundred times, and yet %v a second", b.speed)
	}
}

func TestAWaitEndsWithTheScan(t *testing.T) {
	t.Parallel()
	b := NewBucket(Pace{Burst: 1, PerSecond: 0.001})
	if err := b.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := b.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// An account has one allowance, whoever asks; a simulated cloud has its own.
func TestCollectorsShareTheirBuckets(t *testing.T) {
	t.Parallel()
	k := BucketKey{"https://here", "1", "us-south", "is:ListVpcs"}
	other, pace := k, Pace{20, 10}
	other.Endpoint = "https://there"
	if first := BucketOf(k, pace); first != BucketOf(k, pace) || first == BucketOf(other, pace) {
		t.Error("buckets are not told apart by what a cloud counts by")
	}
}
