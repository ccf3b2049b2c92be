package signin_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"plumbline/internal/access"
	"plumbline/internal/signin"
)

// An account is the same however its address is spelt: guesses count together.
func TestGuessesCountHoweverTheAddressIsSpelt(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *signin.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	try := func(i int, email string) answer {
		v := h.visitor()
		v.header.Set("X-Forwarded-For", fmt.Sprintf("192.0.2.%d", i))
		return v.post(t, "/sign-in", "email", email, "password", h.secret+"x")
	}
	for i := range 10 {
		try(i, "ro"+strings.Repeat("\x01", i)+"ot@example.org").is(t, 422)
	}
	for i, email := range []string{"root@example.org", "ro\x02ot@example.org", "\u200broot@EXAMPLE.org", "r\xffoot@example.org", "root@example.org" + strings.Repeat(" ", 400)} {
		try(20+i, email).is(t, 429)
	}
}

// A body reads itself, and says whether a transaction was held meanwhile.
type body struct {
	io.Reader
	held   *atomic.Bool
	during atomic.Bool
}

func (b *body) Read(p []byte) (int, error) {
	if b.held.Load() {
		b.during.Store(true)
	}
	return b.Reader.Read(p)
}

func (b *body) Close() error { return nil }

// inside is the door's inner side without a database.
func inside(held *atomic.Bool, streams bool, next http.HandlerFunc) http.Handler {
	return signin.New(signin.Config{
		Streams: func(*http.Request) bool { return streams },
		See: func(ctx context.Context, _ *access.Viewer, _ bool, do func(context.Context) error) error {
			held.Store(true)
			defer held.Store(false)
			return do(ctx)
		},
	}).Inside(next)
}

func asks(method string, person int64, b io.Reader) *http.Request {
	r := httptest.NewRequest(method, "/api/v1/scans", b)
	return r.WithContext(access.With(r.Context(), &access.Viewer{Person: person}))
}

// Who sends a body slowly must not hold a connection to the database with it.
func TestABodyIsReadBeforeItsTransactionBegins(t *testing.T) {
	t.Parallel()
	var held atomic.Bool
	got := ""
	door := inside(&held, false, func(_ http.ResponseWriter, r *http.Request) {
		all, err := io.ReadAll(r.Body)
		must(t, err)
		got = string(all)
	})
	for name, c := range map[string]struct {
		sent   io.Reader
		status int
		want   string
	}{
		"whole":    {strings.NewReader("a=1"), http.StatusOK, "a=1"},
		"too long": {strings.NewReader(strings.Repeat("a", 1<<20+1)), http.StatusRequestEntityTooLarge, ""},
		"broken":   {io.MultiReader(strings.NewReader("a="), broken{}), http.StatusBadRequest, ""},
	} {
		got = ""
		b := &body{Reader: c.sent, held: &held}
		r := asks(http.MethodPost, 1, b)
		w := httptest.NewRecorder()
		door.ServeHTTP(w, r)
		if w.Code != c.status || got != c.want || b.during.Load() {
			t.Errorf("%s: status %d, the handler read %d bytes, within the transaction: %t", name, w.Code, len(got), b.during.Load())
		}
	}
}

// A file may be longer than a form, where somebody says so; of those a person sends
// one at a time, and all people three, since each is held in memory.
func TestAFewUploadsAtOnceAndNoMore(t *testing.T) {
	t.Parallel()
	var held atomic.Bool
	begun, end := make(chan int), make(chan struct{})
	door := signin.New(signin.Config{
		Uploads: func(r *http.Request) int64 { return map[bool]int64{true: 3 << 20}[access.From(r.Context()).Person < 9] },
		See: func(ctx context.Context, _ *access.Viewer, _ bool, do func(context.Context) error) error {
			return do(ctx)
		},
	}).Inside(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		all, err := io.ReadAll(r.Body)
		must(t, err)
		begun <- len(all)
		<-end
	}))
	ended := make(chan int)
	load := func(person int64, length int) int {
		w := httptest.NewRecorder()
		door.ServeHTTP(w, asks(http.MethodPost, person, &body{Reader: strings.NewReader(strings.Repeat("a", length)), held: &held}))
		return w.Code
	}
	for _, person := range []int64{1, 2, 3} {
		go func() { ended <- load(person, 3<<20) }()
		if got := <-begun; got != 3<<20 {
			t.Errorf("%d bytes arrived", got)
		}
	}
	for about, got := range map[string]int{"a second file of one person": load(1, 1), "a fourth file": load(4, 1)} {
		if got != http.StatusTooManyRequests {
			t.Errorf("%s: %d", about, got)
		}
	}
	go func() { ended <- load(9, 1<<20) }() // no upload: it waits for nobody
	<-begun
	close(end)
	for range 4 {
		if got := <-ended; got != http.StatusOK {
			t.Errorf("one that was let in: %d", got)
		}
	}
	for about, got := range map[string]int{"a file that is too long": load(1, 3<<20+1), "a form that is too long": load(9, 1<<20+1)} {
		if got != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d", about, got)
		}
	}
	go func() { ended <- load(1, 1) }() // one that was refused takes no room
	<-begun
	<-ended
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// A reply that is sent as it comes holds a connection to the database for as
// long as its reader likes: a person has two of them, and all people six.
func TestAFewExportsAtOnceAndNoMore(t *testing.T) {
	t.Parallel()
	var held atomic.Bool
	begun, end := make(chan struct{}), make(chan struct{})
	door := inside(&held, true, func(http.ResponseWriter, *http.Request) {
		begun <- struct{}{}
		<-end
	})
	ended := make(chan int)
	fetch := func(person int64) int {
		w := httptest.NewRecorder()
		door.ServeHTTP(w, asks(http.MethodGet, person, nil))
		return w.Code
	}
	for _, person := range []int64{1, 1, 2, 2, 3} {
		go func() { ended <- fetch(person) }()
		<-begun
	}
	if got := fetch(1); got != http.StatusTooManyRequests {
		t.Errorf("a third export of one person: %d", got)
	}
	go func() { ended <- fetch(4) }()
	<-begun
	if got := fetch(5); got != http.StatusTooManyRequests {
		t.Errorf("a seventh export: %d", got)
	}
	close(end)
	for range 6 {
		if got := <-ended; got != http.StatusOK {
			t.Errorf("an export that was let in: %d", got)
		}
	}
	go func() { ended <- fetch(1) }()
	<-begun
	<-ended
}
