package ask

import (
	"errors"
	"io"
	"net/http"
	"slices"
)

// maxBody is the longest reply that is read. A page of 1,000 instances of AWS
// has about 10 MB; what is longer than this is no page.
const maxBody = 64 << 20

// ErrTooLong says that a body is longer than what may be read.
var ErrTooLong = errors.New("it is longer than any page")

// ReadAll reads a body of at most longest bytes into b, which is empty, and
// returns it, grown if need be. The body is not closed.
func ReadAll(b []byte, resp *http.Response, longest int) ([]byte, error) {
	if n := resp.ContentLength; n > 0 && n <= int64(longest) {
		b = roomFor(b, int(n)+1) // one more, to see the end
	}
	for {
		if len(b) == cap(b) {
			b = slices.Grow(b, moreRoom(len(b)))
		}
		n, err := resp.Body.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case errors.Is(err, io.EOF):
			return b, nil
		case err != nil:
			return b, err
		case len(b) > longest:
			return b, ErrTooLong
		}
	}
}

// roomFor gives an empty buffer room for n bytes, in whole megabytes once it
// is large: pages are almost of one length, and the next should fit as well.
func roomFor(b []byte, n int) []byte {
	const step = 1 << 20
	if n <= cap(b) {
		return b
	}
	if n > step {
		n = (n + step - 1) / step * step
	}
	return make([]byte, 0, n)
}

// moreRoom grows a buffer in few and large steps: what each step leaves behind
// is as large as what it copies, in every region at once, and doubling up to
// the 10 MB of a page left 16 MB behind. A small region needs the first step
// only.
func moreRoom(have int) int {
	const first, most, page = 64 << 10, 1 << 20, 10 << 20
	switch {
	case have < first:
		return first
	case have < most:
		return most
	case have < page:
		return page
	default:
		return have / 4
	}
}
