package ask

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"
)

func TestABodyThatMovesOutlivesTheSilence(t *testing.T) {
	t.Parallel()
	from, to := io.Pipe()
	timer := time.AfterFunc(time.Hour, func() {})
	w := &watched{body: from, watch: timer, silence: time.Hour, explain: func(err error) error { return err }, end: func() {}}
	go func() {
		_, _ = to.Write([]byte("a")) // read below
		_ = to.Close()
	}()
	r := bufio.NewReader(w)
	if b, err := r.ReadByte(); err != nil || b != 'a' {
		t.Fatal(b, err)
	}
	if !timer.Stop() {
		t.Error("the watch was not wound up again")
	}
	if _, err := r.ReadByte(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

func TestAHostThatGoesSilentIsGivenUp(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			_, _ = io.WriteString(w, "{")
			_ = http.NewResponseController(w).Flush()
		}
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}))
	defer s.Close()
	defer close(over)
	for _, path := range []string{"/head", "/body"} {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := Watched(r, 20*time.Millisecond, s.Client().Do)
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		if !errors.Is(err, ErrSilent) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestABodyLongerThanAnyPageIsRefused(t *testing.T) {
	t.Parallel()
	endless := &http.Response{ContentLength: -1, Body: io.NopCloser(zeros{})}
	if b, err := ReadAll(nil, endless, 1<<20); !errors.Is(err, ErrTooLong) || len(b) > 3<<20 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	for _, n := range []int{0, 1, bytes.MinRead, 1 << 20} {
		for _, said := range []int64{-1, int64(n)} {
			b, err := ReadAll(nil, &http.Response{ContentLength: said, Body: io.NopCloser(io.LimitReader(zeros{}, int64(n)))}, 1<<20)
			if err != nil || len(b) != n {
				t.Errorf("%d bytes of %d, %v", len(b), n, err)
			}
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

func TestAListingThatDoesNotEndIsNotFollowed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token func(i int) string
		items func(i int) int
		want  error
	}{
		"a page that came before": {func(i int) string { return strconv.Itoa(i % 3) }, func(int) int { return 1 }, ErrTokenLoop},
		"nothing on any page":     {strconv.Itoa, func(int) int { return 0 }, ErrNoEnd},
		"more than any listing":   {strconv.Itoa, func(int) int { return 1 }, ErrTooMany},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p Pages
			for i := range mostPages + 1 {
				if err := p.Follow(c.token(i), c.items(i)); err != nil {
					if !errors.Is(err, c.want) {
						t.Errorf("page %d: %v", i, err)
					}
					return
				}
			}
			t.Error("it is followed for ever")
		})
	}
}

func TestEmptyPagesBetweenFullOnesAreFollowed(t *testing.T) {
	t.Parallel()
	var p Pages
	for i := range 10 * mostEmpty {
		if err := p.Follow(strconv.Itoa(i), i/10%2); err != nil {
			t.Fatalf("page %d: %v", i, err)
		}
	}
}

// The error that ends the others is the one to tell.
func TestTheFirstErrorIsTold(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is full")
	waiting := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	if err := All(context.Background(), 3, []Task{waiting, waiting, func(context.Context) error { return broken }}); !errors.Is(err, broken) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(broken)
	if err := All(ctx, 1, []Task{func(context.Context) error { return nil }}); !errors.Is(err, broken) {
		t.Error(err)
	}
}
