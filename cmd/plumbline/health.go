package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"plumbline/internal/jobs"
	"plumbline/internal/postgres"
)

// withHealth answers, without sign-in, whether the process runs (/healthz) and
// whether it can do its work (/readyz); next answers all else.
func withHealth(store *postgres.Store, log *slog.Logger, next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "The process runs.") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
		defer cancel()
		ok, err := upToDate(ctx, store)
		switch {
		case err != nil:
			log.WarnContext(ctx, "not ready", "err", err)
			plain(w, http.StatusServiceUnavailable, "The database does not answer.")
		case !ok:
			plain(w, http.StatusServiceUnavailable, "The database is not in the shape of this program. Run plumbline migrate.")
		default:
			plain(w, http.StatusOK, "Ready.")
		}
	})
	mux.Handle("/", next)
	return mux
}

// upToDate says whether both our tables and those of the jobs are there, in the
// shape of this program.
func upToDate(ctx context.Context, store *postgres.Store) (bool, error) {
	ok, err := store.Current(ctx)
	if err != nil || !ok {
		return false, err
	}
	return jobs.Current(ctx, store.Pool())
}

func plain(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // whoever asked may be gone
}
