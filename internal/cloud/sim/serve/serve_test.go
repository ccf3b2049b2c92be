package serve_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"plumbline/internal/cloud/sim/serve"
)

func TestASimulatedCloudIsServedToThisMachineAlone(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"127.0.0.1:0": true, "localhost:0": true, "[::1]:0": true, "0.0.0.0:0": false, ":0": false, "192.0.2.1:0": false, "example.org:0": false, "127.0.0.1": false,
	} {
		l, err := serve.Listen(addr, http.NotFoundHandler())
		if addr == "[::1]:0" && err != nil {
			continue // a machine without IPv6
		}
		if (err == nil) != want {
			t.Errorf("%s: %v", addr, err)
		}
		if err == nil {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestWhichCallsGoWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, count int
		want        []int // of the first five calls
	}{
		"all":                {0, 0, []int{1, 2, 3, 4, 5}},
		"all from the first": {1, 0, []int{1, 2, 3, 4, 5}},
		"the first":          {0, 1, []int{1}},
		"the third":          {3, 1, []int{3}},
		"two from the third": {3, 2, []int{3, 4}},
		"from the fourth on": {4, 0, []int{4, 5}},
	} {
		var got []int
		for n := range 5 {
			if serve.InTurn(n+1, c.from, c.count) {
				got = append(got, n+1)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestABucketFillsAgain(t *testing.T) {
	t.Parallel()
	var b serve.Bucket
	var at time.Time // of whatever clock
	taken := func(after time.Duration) (n int) {
		for at = at.Add(after); b.Take(at, 3, 2); n++ {
		}
		return n
	}
	for i, c := range []struct {
		after time.Duration
		want  int
	}{{0, 3}, {0, 0}, {400 * time.Millisecond, 0}, {100 * time.Millisecond, 1}, {time.Second, 2}, {time.Hour, 3}} {
		if n := taken(c.after); n != c.want {
			t.Errorf("%d: %d calls, want %d", i, n, c.want)
		}
	}
}

func TestAReplyThatIsCut(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/reset":
			serve.Reset(w)
		default:
			serve.Cut(w, http.StatusOK, []byte("whole"), r.URL.Path == "/clean")
		}
	}))
	defer s.Close()
	for path, want := range map[string]error{"/clean": nil, "/short": io.ErrUnexpectedEOF} {
		resp, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if string(b) != "wh" || !errors.Is(err, want) {
			t.Errorf("%s: %q, %v", path, b, err)
		}
	}
	if resp, err := http.Get(s.URL + "/reset"); err == nil {
		_ = resp.Body.Close()
		t.Error("a connection that was reset was answered")
	}
}
