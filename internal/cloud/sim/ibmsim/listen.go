package ibmsim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// A Listener is a simulated IBM Cloud that can be called.
type Listener struct {
	*Server
	URL  string
	http *http.Server
}

// Listen serves on a loopback address, "127.0.0.1:0" for any free port. Any
// other address is refused: a simulated cloud is nobody else's business.
func Listen(addr string, s *Server) (*Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%q is not a loopback address; a simulated cloud is served on 127.0.0.1 or [::1] only", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("the simulated cloud cannot listen on %s: %w", addr, err)
	}
	// What net/http would log are connections that faults tore down on purpose.
	h := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = h.Serve(l) }() // ends with Close
	return &Listener{Server: s, URL: "http://" + l.Addr().String(), http: h}, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Close ends it at once, calls under way included.
func (l *Listener) Close() error {
	if err := l.http.Close(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("simulated IBM Cloud: close: %w", err)
	}
	return nil
}
