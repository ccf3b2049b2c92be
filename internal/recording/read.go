package recording

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"plumbline/internal/problem"
	"plumbline/internal/snapshot"
)

// maxLine is the longest line that is read, in bytes: one document.
const maxLine = 16 << 20

// A Reader is a scan.Source that reads a recording. Every line is checked
// against the end line before anything is judged.
type Reader struct {
	file       io.ReadSeeker
	isWorkload func(kind string) bool
	pageSize   int
	provider   string // "" is any
	belongs    func(*snapshot.Resource) error
	head       head
	sum        string // of the recording that Context checked
}

// NewReader reads from file. isWorkload tells streamed kinds from context;
// pageSize is how many workloads a page holds.
func NewReader(file io.ReadSeeker, isWorkload func(kind string) bool, pageSize int) *Reader {
	if pageSize <= 0 {
		pageSize = 1000
	}
	return &Reader{file: file, isWorkload: isWorkload, pageSize: pageSize}
}

// Expect makes the reader refuse a recording of another provider, and each
// resource that belongs finds fault with: one whose identity is not what its
// document says.
func (r *Reader) Expect(provider string, belongs func(*snapshot.Resource) error) *Reader {
	r.provider, r.belongs = provider, belongs
	return r
}

// Context checks the whole recording and gives its context and its ledger.
func (r *Reader) Context(context.Context) (*snapshot.Context, error) {
	var rs []snapshot.Resource
	var as []snapshot.Answer
	sum, err := r.lines(func(l *line) error {
		switch {
		case l.Resource != nil:
			res, err := l.Resource.resource(r.head)
			if err == nil && r.belongs != nil {
				err = r.belongs(&res)
			}
			if err == nil && !r.isWorkload(res.Kind) {
				rs = append(rs, res)
			}
			return err
		case l.Answer != nil:
			a, err := l.Answer.answer(r.head)
			as = append(as, a)
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.sum = sum
	return snapshot.NewContext(r.head.Provider, r.head.Account, r.head.TakenAt, rs, as), nil
}

// Pages streams the workloads, one page at a time.
func (r *Reader) Pages(ctx context.Context, each func([]snapshot.Resource) error) error {
	page := make([]snapshot.Resource, 0, r.pageSize)
	flush := func() error {
		if len(page) == 0 {
			return nil
		}
		err := each(page)
		page = page[:0]
		return err
	}
	sum, err := r.lines(func(l *line) error {
		if l.Resource == nil || !r.isWorkload(l.Resource.Kind) {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		res, err := l.Resource.resource(r.head)
		if err != nil {
			return err
		}
		if page = append(page, res); len(page) == r.pageSize {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if r.sum != "" && r.sum != sum {
		return problem.New(problem.Invalid, "The recording was changed while it was read, so nothing is concluded from it. Replay it again when nobody writes it.")
	}
	return flush()
}

// Ledger is empty: the context already holds every answer.
func (r *Reader) Ledger() []snapshot.Answer { return nil }

// lines reads the recording from its start and calls f with every line but the
// first and the last, which it checks itself. It returns the sum of all lines.
func (r *Reader) lines(f func(*line) error) (sum string, err error) {
	if _, err := r.file.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("read recording: %w", err)
	}
	c := newCheck()
	sc := bufio.NewScanner(r.file)
	sc.Buffer(make([]byte, 0, 1<<16), maxLine)
	for n := 1; sc.Scan(); n++ {
		if err := r.line(n, sc.Bytes(), c, f); err != nil {
			return "", err
		}
	}
	switch err := sc.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return "", problem.New(problem.Invalid, "The recording has a line of more than %d bytes, which no document has. Record it again with --record.", maxLine)
	case err != nil:
		return "", fmt.Errorf("read recording: %w", err)
	case !c.ended:
		return "", problem.New(problem.Invalid, "The recording has no end line: it was cut short, or it is not a recording. Record it again with --record.")
	}
	return hex.EncodeToString(c.sum.Sum(nil)), nil
}

func (r *Reader) line(n int, b []byte, c *check, f func(*line) error) error {
	if n == 1 {
		c.add(b)
		return r.first(b)
	}
	var l line
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		return bad(n, "it is not a line of a recording: %v", err)
	}
	if dec.More() {
		return bad(n, "there is more than one value in it")
	}
	if l.End != nil && l.Resource == nil && l.Answer == nil {
		if err := c.end(l.End); err != nil {
			return bad(n, "%v", err)
		}
		return nil
	}
	if c.ended {
		return bad(n, "it comes after the end line")
	}
	c.add(b)
	if err := c.line(&l); err != nil {
		return bad(n, "%v", err)
	}
	if err := f(&l); err != nil {
		return bad(n, "%v", err)
	}
	return nil
}

func (r *Reader) first(b []byte) error {
	var h head
	if err := json.Unmarshal(b, &h); err != nil || h.Version == 0 {
		return problem.New(problem.Invalid, "This is not a Plumbline recording: its first line is not a recording's head. Make one with plumbline scan CLOUD --record FILE.")
	}
	if h.Version != Version {
		return problem.New(problem.Invalid, "The recording has format %d and this program reads format %d. Replay it with the version that made it, or record it again.", h.Version, Version)
	}
	if h.Provider == "" || h.Account == "" || h.TakenAt.IsZero() {
		return bad(1, "provider, account or time is missing")
	}
	if r.provider != "" && h.Provider != r.provider {
		return problem.New(problem.Invalid, "This is a recording of the provider %q, and this command scans %q. Replay it with the command for its provider.", h.Provider, r.provider)
	}
	r.head = h
	return nil
}

// bad shows what it was told in one line: a file that somebody wrote may hold
// anything.
func bad(n int, format string, args ...any) error {
	why := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, fmt.Sprintf(format, args...))
	return problem.New(problem.Invalid, "Line %d of the recording cannot be used: %s. Record it again with --record.", n, why)
}
