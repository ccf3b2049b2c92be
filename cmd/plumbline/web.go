package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"plumbline/internal/api"
	"plumbline/internal/listing"
	"plumbline/internal/ui"
)

// Limits of requests. A reply has no limit of the server's, which would cut
// event streams; answerTime holds for all other replies.
const (
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
	answerTime = 2 * time.Minute
	exportTime = 15 * time.Minute // of a list as a file
	mostHeader = 64 << 10
	mostBody   = listing.LongestEvents + 64<<10 // the longest that anybody takes: a file in a form; the door takes less of nearly all
	drainTime  = 10 * time.Second
)

func newServer(c *config, h http.Handler, log *slog.Logger) *http.Server {
	srv := &http.Server{Handler: realAddress(c.proxies, limited(h)), ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: mostHeader,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	if c.cert != nil {
		srv.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*c.cert}}
	}
	return srv
}

// limited keeps a request from holding a connection for ever. An event stream
// may: whoever writes it sets a deadline for each write.
func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, end := http.NewResponseController(w), time.Now().Add(answerTime)
		written, read := end, time.Time{}
		if api.Streams(r) {
			written = time.Now().Add(exportTime)
		}
		if ui.Live(r) { // not whatever asks for events: who reads slowly holds what the reply is made from
			written = time.Time{}
		}
		if r.ContentLength != 0 {
			read = end
			r.Body = http.MaxBytesReader(w, r.Body, mostBody)
		}
		if err := errors.Join(c.SetWriteDeadline(written), c.SetReadDeadline(read)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return // the connection is gone
		}
		next.ServeHTTP(w, r)
	})
}

// uploads is how long the body of a request may be where it holds a file.
func uploads(r *http.Request) int64 { return max(api.Uploads(r), ui.Uploads(r)) }

// answer serves until it is stopped; it yields one error if it ends by itself.
func answer(srv *http.Server, l net.Listener) <-chan error {
	ended := make(chan error, 1)
	go func() {
		var err error
		if srv.TLSConfig != nil {
			err = srv.ServeTLS(l, "", "")
		} else {
			err = srv.Serve(l)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			ended <- fmt.Errorf("answering at %s failed: %w", l.Addr(), err)
		}
	}()
	return ended
}

// drain takes no more requests and waits for those that are being answered.
func drain(ctx context.Context, srv *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return srv.Close()
	}
	return nil
}

// listen takes the address, and says who may have it where that fails.
func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("The address %s is taken by another program, so nothing was started. Stop that program, or choose another address by --listen (PLUMBLINE_LISTEN).", address)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("This account may not answer at %s, so nothing was started. Ports below 1024 need a right of their own; choose another by --listen (PLUMBLINE_LISTEN).", address)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("This machine has no address %s, so nothing was started. Choose one that it has by --listen (PLUMBLINE_LISTEN).", address)
	}
	return nil, fmt.Errorf("It is not possible to answer at %s, so nothing was started: %w", address, err)
}

// baseOf is where people find the service if they were not told otherwise.
func (c *config) baseOf(l net.Listener) *url.URL {
	if c.base != nil {
		return c.base
	}
	u := &url.URL{Scheme: "http", Host: l.Addr().String()}
	if c.cert != nil {
		u.Scheme = "https"
	}
	return u
}

// ownName answers requests by the service's own name only, or by an address: a
// name that somebody else made point here would have a browser take what it
// shows for theirs.
func ownName(base *url.URL, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		host = strings.Trim(strings.ToLower(host), "[]")
		if host != strings.ToLower(base.Hostname()) && host != "localhost" && net.ParseIP(host) == nil {
			http.Error(w, "This name does not belong to Plumbline. Its address is "+base.String()+", see --base-url.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
