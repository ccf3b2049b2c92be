package awssim

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"plumbline/internal/cloud/sim"
)

var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is right
	}
	return z
}}

// smallest reply that is worth compressing.
const worthZipping = 2 << 10

// send sends a reply, compressed if the client takes that. A client that is
// gone cannot be told.
func (c *caller) send(w http.ResponseWriter, status int, p *page) {
	b := p.b
	if p.rest != nil || c.gzip && len(b) >= worthZipping {
		w.Header().Set("Content-Encoding", "gzip")
		b = append(zipped(b), p.rest...) // a gzip file may have several members
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b)
	recycle(p.b)
}

// recycle keeps the buffer of a long reply for another.
func recycle(b []byte) {
	if cap(b) > worthZipping {
		buffers.Put(b) //nolint:staticcheck // a slice header is cheap beside the 10 MB behind it
	}
}

func zipped(b []byte) []byte {
	out := bytes.NewBuffer(make([]byte, 0, len(b)/6))
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(out)
	_, _ = z.Write(b) // to memory
	_ = z.Close()
	return out.Bytes()
}

// zippedPages remembers pages of large estates that are asked for again and
// again: compressing costs five times what writing them does.
type zippedPages struct {
	mu   sync.Mutex
	made map[zippedPage][]byte
}

type zippedPage struct {
	region   *sim.Region
	from, to int
	changes  int
}

const keptPages = 128 // of 0.6 MB each

func (z *zippedPages) get(k zippedPage) ([]byte, bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	b, ok := z.made[k]
	return b, ok
}

func (z *zippedPages) put(k zippedPage, b []byte) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.made == nil || len(z.made) >= keptPages {
		z.made = map[zippedPage][]byte{}
	}
	z.made[k] = slices.Clone(b)
}

// split compresses everything from an offset on; what stands before it, the
// request id, differs from reply to reply.
func (p *page) split(at int) {
	p.rest, p.b = zipped(p.b[at:]), p.b[:at]
}
