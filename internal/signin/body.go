package signin

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// longestBody is how long the body of a request may be. Who takes it may take
// less.
const longestBody = 1 << 20

// whole reads the body of a request before a transaction is begun for it: one
// that trickles in would hold a connection to the database for as long as its
// sender likes, and a few of them all there are. It answers what cannot be read.
func (d *Door) whole(w http.ResponseWriter, r *http.Request) bool {
	if r.Body == nil || r.Body == http.NoBody {
		return true
	}
	var tooLong *http.MaxBytesError
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestBody))
	switch {
	case errors.As(err, &tooLong):
		d.message(w, r, http.StatusRequestEntityTooLarge, "This is too long", "What was sent is longer than anything that is understood here. Nothing was changed.")
	case err != nil:
		d.message(w, r, http.StatusBadRequest, "This did not arrive whole", "What was sent broke off, or took too long. Nothing was changed; send it again.")
	default:
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return err == nil
}
