package signin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// longestBody is how long the body of a request may be, but for uploads. Who
// takes it may take less.
const longestBody = 1 << 20

// whole reads the body of a request before a transaction is begun for it: one
// that trickles in would hold a connection to the database for as long as its
// sender likes, and a few of them all there are. It answers what cannot be read.
// done gives back the room that a long body takes.
func (d *Door) whole(w http.ResponseWriter, r *http.Request, person int64) (done func(), ok bool) {
	done = func() {}
	if r.Body == nil || r.Body == http.NoBody {
		return done, true
	}
	most := int64(longestBody)
	if d.Uploads != nil {
		most = max(most, d.Uploads(r))
	}
	if most > longestBody {
		if done, ok = d.loading.enter(person); !ok {
			w.Header().Set("Retry-After", "10")
			d.message(w, r, http.StatusTooManyRequests, "Too many uploads at once",
				"You send a file already, or others send as many as can be read at once. Wait until one has ended, then try again.")
			return nil, false
		}
	}
	var tooLong *http.MaxBytesError
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	switch {
	case errors.As(err, &tooLong) && most > longestBody:
		d.message(w, r, http.StatusRequestEntityTooLarge, "This file is too long",
			fmt.Sprintf("A file may have at most %d MB as it is sent. Pack it with gzip, or give shorter periods, each in a file of its own. Nothing was changed.", most>>20))
	case errors.As(err, &tooLong):
		d.message(w, r, http.StatusRequestEntityTooLarge, "This is too long", "What was sent is longer than anything that is understood here. Nothing was changed.")
	case err != nil:
		d.message(w, r, http.StatusBadRequest, "This did not arrive whole", "What was sent broke off, or took too long. Nothing was changed; send it again.")
	default:
		r.Body = io.NopCloser(bytes.NewReader(body))
		return done, true
	}
	done()
	return nil, false
}
