package aws

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestARequestIsOnePieceOnTheWire: net/http sends head and body of a request
// in one piece only where it knows that the body is memory. In two pieces, a
// fast endpoint answers the head, the SDK closes the body that is still being
// sent, and the connection is torn down with the reply in it.
func TestARequestIsOnePieceOnTheWire(t *testing.T) {
	t.Parallel()
	const form = "Action=DescribeInstances&Version=2016-11-15"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	pieces := make(chan string, 200)
	go answerEachRead(l, pieces)
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	client := plain{next: &http.Client{Transport: tr}, silence: 20 * time.Second}
	for range 100 {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+l.Addr().String(), struct{ io.Reader }{strings.NewReader(form)})
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = int64(len(form)) // as the SDK says it, of a body that net/http cannot look into
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal("a reply is lost: ", err)
		}
		if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "ok" {
			t.Fatalf("a reply is lost: %q, %v", b, err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if got := <-pieces; !strings.HasSuffix(got, "\r\n\r\n"+form) {
			t.Fatalf("the first piece of the request is %q", got)
		}
	}
}

// answerEachRead takes what one read brings for a whole request.
func answerEachRead(l net.Listener, pieces chan<- string) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return // the test is over
		}
		go func() {
			defer func() { _ = conn.Close() }()
			b := make([]byte, 64<<10)
			for {
				n, err := conn.Read(b)
				if err != nil {
					return
				}
				pieces <- string(b[:n])
				if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); err != nil {
					return
				}
			}
		}()
	}
}

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

func TestABodyLongerThanAnyPageIsRefused(t *testing.T) {
	t.Parallel()
	endless := &http.Response{ContentLength: -1, Body: io.NopCloser(zeros{})}
	if b, err := readAll(nil, endless, 1<<20); !errors.Is(err, errTooLong) || len(b) > 3<<20 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	for _, n := range []int{0, 1, bytes.MinRead, 1 << 20} {
		for _, said := range []int64{-1, int64(n)} {
			b, err := readAll(nil, &http.Response{ContentLength: said, Body: io.NopCloser(io.LimitReader(zeros{}, int64(n)))}, 1<<20)
			if err != nil || len(b) != n {
				t.Errorf("%d bytes of %d, %v", len(b), n, err)
			}
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }
