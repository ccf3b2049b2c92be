package signin

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"

	"plumbline/internal/access"
)

// errUndo undoes a transaction whose reply is an error.
var errUndo = errors.New("the reply is an error")

// within runs next in one transaction that sees what the viewer may see, and
// sends its reply once the transaction has ended: what a reader is told has
// happened. It returns the problem that next left by leave, with nothing sent.
func (d *Door) within(w http.ResponseWriter, r *http.Request, v *access.Viewer, next http.Handler) (left error) {
	write := r.Method != http.MethodGet && r.Method != http.MethodHead
	var held *reply
	err := d.See(r.Context(), v, write, func(ctx context.Context) error {
		held = &reply{header: w.Header().Clone()}
		next.ServeHTTP(held, r.WithContext(ctx))
		if held.left != nil || held.status >= http.StatusBadRequest {
			return errUndo
		}
		return nil
	})
	switch {
	case err != nil && !errors.Is(err, errUndo):
		if r.Context().Err() == nil {
			d.fault(w, r, err)
		}
	case held.left != nil:
		return held.left
	default:
		held.send(w)
	}
	return nil
}

// flow runs next in one transaction that sees what the viewer may see, and
// sends its reply as it comes: one that only reads, and is too long to be held
// back.
func (d *Door) flow(w http.ResponseWriter, r *http.Request, v *access.Viewer, next http.Handler) {
	leave, ok := d.flowing.enter(v.Person)
	if !ok {
		w.Header().Set("Retry-After", "10")
		d.message(w, r, http.StatusTooManyRequests, "Too many exports at once",
			"You fetch two exports already, or others fetch as many as can be made at once. Wait until one has ended, then try again.")
		return
	}
	defer leave()
	begun := false
	err := d.See(r.Context(), v, false, func(ctx context.Context) error {
		begun = true
		next.ServeHTTP(w, r.WithContext(ctx))
		return nil
	})
	if err != nil && !begun && r.Context().Err() == nil {
		d.fault(w, r, err)
	}
}

// A reply is held back until its transaction has ended.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
	left   error
}

// leave ends a reply without one: its transaction is undone, and the form shown
// again.
func leave(w http.ResponseWriter, err error) bool {
	held, ok := w.(*reply)
	if ok && held.status == 0 {
		held.left = err
	}
	return ok && held.left != nil
}

// Header is that of the reply.
func (h *reply) Header() http.Header { return h.header }

// WriteHeader notes the status; the first one counts.
func (h *reply) WriteHeader(status int) {
	if h.status == 0 && status >= 200 {
		h.status = status
	}
}

// Write keeps a part of the body.
func (h *reply) Write(b []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	return h.body.Write(b)
}

func (h *reply) send(w http.ResponseWriter) {
	to := w.Header()
	clear(to)
	maps.Copy(to, h.header)
	h.WriteHeader(http.StatusOK)
	w.WriteHeader(h.status)
	_, _ = w.Write(h.body.Bytes()) // the reader may have gone; there is nobody to tell
}
