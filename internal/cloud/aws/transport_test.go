package aws

import (
	"context"
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
