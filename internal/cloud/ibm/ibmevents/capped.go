package ibmevents

import (
	"errors"
	"io"
)

// capped ends after so many bytes, and says so.
type capped struct {
	in   io.Reader
	left int64
	over bool
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		c.over = true
		return 0, errOver
	}
	if int64(len(p)) > c.left {
		p = p[:c.left]
	}
	n, err := c.in.Read(p)
	c.left -= int64(n)
	return n, err
}

var errOver = errors.New("it is too long")
