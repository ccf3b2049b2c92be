// Package serve holds what simulated clouds do alike, whatever they simulate:
// listen where nobody else can call, take their time, throttle, and answer as a
// network does that goes wrong.
package serve

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

// A Listener is a simulated cloud that can be called.
type Listener struct {
	URL  string
	http *http.Server
}

// Listen serves on a loopback address, "127.0.0.1:0" for any free port. Any
// other address is refused: a simulated cloud is nobody else's business.
func Listen(addr string, h http.Handler) (*Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%q is not a loopback address; a simulated cloud is served on 127.0.0.1 or [::1] only", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("the simulated cloud cannot listen on %s: %w", addr, err)
	}
	// What net/http would log are connections that faults tore down on purpose.
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = s.Serve(l) }() // ends with Close
	return &Listener{URL: "http://" + l.Addr().String(), http: s}, nil
}

// Close ends it at once, calls under way included.
func (l *Listener) Close() error {
	if err := l.http.Close(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("simulated cloud: close: %w", err)
	}
	return nil
}

// Wait lets time pass; false if the client gave up meanwhile.
func Wait(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
