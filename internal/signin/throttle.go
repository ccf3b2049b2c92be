package signin

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// A throttle allows so many tries for each key within a window. It lives in the
// memory of the process: with several, each allows as many.
type throttle struct {
	most   int
	window time.Duration
	now    func() time.Time

	mu    sync.Mutex
	tries map[string][]time.Time
}

func newThrottle(most int, window time.Duration, now func() time.Time) *throttle {
	return &throttle{most: most, window: window, now: now, tries: map[string][]time.Time{}}
}

// keys is how many keys are kept before those of the past are swept out.
const keys = 10000

// take notes a try; if there were too many, it notes nothing and says until
// when. It is taken before it is known whether the try succeeds, so that a
// thousand at once are no more than one after the other.
func (t *throttle) take(key string) (until time.Time, full bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if until, full := t.look(key); full {
		return until, true
	}
	if len(t.tries) > keys {
		t.sweep()
	}
	t.tries[key] = append(t.tries[key], t.now())
	return time.Time{}, false
}

// full says whether there were too many tries, and until when.
func (t *throttle) full(key string) (until time.Time, full bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.look(key)
}

// forgive takes back the last try of a key: it succeeded.
func (t *throttle) forgive(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.tries[key]); n > 1 {
		t.tries[key] = t.tries[key][:n-1]
	} else {
		delete(t.tries, key)
	}
}

func (t *throttle) look(key string) (until time.Time, full bool) {
	list := t.tries[key]
	for len(list) > 0 && t.now().Sub(list[0]) >= t.window {
		list = list[1:]
	}
	if len(list) == 0 {
		delete(t.tries, key)
		return time.Time{}, false
	}
	t.tries[key] = list
	return list[0].Add(t.window), len(list) >= t.most
}

func (t *throttle) sweep() {
	for key := range t.tries {
		t.look(key)
	}
}

// remote is the address that a request came from. What a header says of it
// counts as far as proxies that are trusted said it.
func (d *Door) remote(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	from := at.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && d.trusts(from); i-- {
		said, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		from = said.Unmap().WithZone("")
	}
	return from
}

func (d *Door) trusts(a netip.Addr) bool {
	for _, p := range d.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// network is what an address is throttled by: of IPv6 the first half, because
// one line has all of the other.
func network(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
