package recording

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"

	"plumbline/internal/judge"
	"plumbline/internal/snapshot"
)

// A Writer takes a scan and writes it down. It is a scan.Out.
type Writer struct {
	out       *bufio.Writer
	enc       *json.Encoder
	sum       hash.Hash
	engine    string
	resources int
	answers   int
}

// NewWriter writes to w. engine is the version of the program, for the head.
func NewWriter(w io.Writer, engine string) *Writer {
	rw := &Writer{out: bufio.NewWriterSize(w, 1<<16), sum: sha256.New(), engine: engine}
	rw.enc = json.NewEncoder(io.MultiWriter(rw.out, rw.sum))
	rw.enc.SetEscapeHTML(false) // a document must keep its bytes
	return rw
}

// Start writes the head and the context's documents.
func (w *Writer) Start(_ context.Context, c *snapshot.Context) error {
	h := head{Version: Version, Provider: c.Provider, Account: c.Account, TakenAt: c.TakenAt.UTC(), Engine: w.engine}
	if err := w.enc.Encode(h); err != nil {
		return fmt.Errorf("write recording: %w", err)
	}
	for _, kind := range c.Kinds() {
		if err := w.put(c.Resources(kind)); err != nil {
			return err
		}
	}
	return nil
}

// Page writes the documents of one page.
func (w *Writer) Page(_ context.Context, rs []snapshot.Resource, _ judge.Result) error {
	return w.put(rs)
}

// End writes the ledger and the end line.
func (w *Writer) End(_ context.Context, c *snapshot.Context, _ judge.Result) error {
	for _, a := range c.Answers() {
		if err := w.enc.Encode(line{Answer: fromAnswer(&a)}); err != nil {
			return fmt.Errorf("write recording: %w", err)
		}
		w.answers++
	}
	last := line{End: &end{Resources: w.resources, Answers: w.answers, SHA256: hex.EncodeToString(w.sum.Sum(nil))}}
	if err := w.enc.Encode(last); err != nil {
		return fmt.Errorf("write recording: %w", err)
	}
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write recording: %w", err)
	}
	return nil
}

func (w *Writer) put(rs []snapshot.Resource) error {
	for i := range rs {
		if err := w.enc.Encode(line{Resource: fromResource(&rs[i])}); err != nil {
			return fmt.Errorf("write recording: %w", err)
		}
		w.resources++
	}
	return nil
}
