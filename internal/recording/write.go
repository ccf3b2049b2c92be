package recording

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"plumbline/internal/judge"
	"plumbline/internal/problem"
	"plumbline/internal/snapshot"
)

// A Writer takes a scan and writes it down. It is a scan.Out.
type Writer struct {
	out     *bufio.Writer
	line    bytes.Buffer
	enc     *json.Encoder // into line
	check   *check        // the reader's own
	repeats map[listing]int
	engine  string
}

// NewWriter writes to w. engine is the version of the program, for the head.
func NewWriter(w io.Writer, engine string) *Writer {
	rw := &Writer{out: bufio.NewWriterSize(w, 1<<16), check: newCheck(), engine: engine, repeats: map[listing]int{}}
	rw.enc = json.NewEncoder(&rw.line)
	rw.enc.SetEscapeHTML(false) // a document must keep its bytes
	return rw
}

// Start writes the head and the context's documents.
func (w *Writer) Start(_ context.Context, c *snapshot.Context) error {
	h := head{Version: Version, Provider: c.Provider, Account: c.Account, TakenAt: c.TakenAt.UTC(), Engine: w.engine}
	if err := w.encode(h, w.check.add); err != nil {
		return err
	}
	for _, kind := range c.Kinds() {
		if err := w.things(c.Resources(kind)); err != nil {
			return err
		}
	}
	return nil
}

// Page writes the documents of one page.
func (w *Writer) Page(_ context.Context, rs []snapshot.Resource, _ judge.Result) error {
	return w.things(rs)
}

// End writes the ledger and the end line.
func (w *Writer) End(_ context.Context, c *snapshot.Context, _ judge.Result) error {
	for _, a := range c.Answers() {
		l := fromAnswer(&a)
		at := listing{a.Call, a.Region, a.Lists}
		l.Repeats = min(w.repeats[at], a.Items)
		w.repeats[at] -= l.Repeats
		if err := w.put(line{Answer: l}); err != nil {
			return err
		}
	}
	last := end{Resources: w.check.resources, Answers: w.check.answers, SHA256: hex.EncodeToString(w.check.sum.Sum(nil))}
	if err := w.check.end(&last); err != nil {
		return unwritten(err)
	}
	if err := w.encode(line{End: &last}, func([]byte) {}); err != nil {
		return err
	}
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write recording: %w", err)
	}
	return nil
}

// things writes each thing once: a listing that goes on while instances come
// and go may name one twice, and the first sight of it counts.
func (w *Writer) things(rs []snapshot.Resource) error {
	for i := range rs {
		r := &rs[i]
		if w.check.things[thing{r.Kind, r.Region, r.UID}] {
			w.repeats[listing{r.Call, r.Region, r.Kind}]++
			continue
		}
		if err := w.put(line{Resource: fromResource(r)}); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) put(l line) error {
	if err := w.check.line(&l); err != nil {
		return unwritten(err)
	}
	return w.encode(l, w.check.add)
}

// encode writes one line, and none that the reader would refuse.
func (w *Writer) encode(v any, add func([]byte)) error {
	w.line.Reset()
	if err := w.enc.Encode(v); err != nil {
		return fmt.Errorf("write recording: %w", err)
	}
	if w.line.Len() >= maxLine {
		return unwritten(fmt.Errorf("a line of it has %d bytes, and at most %d are read", w.line.Len(), maxLine))
	}
	add(w.line.Bytes()[:w.line.Len()-1])
	if _, err := w.out.Write(w.line.Bytes()); err != nil {
		return fmt.Errorf("write recording: %w", err)
	}
	return nil
}

func unwritten(why error) error {
	return problem.New(problem.Invalid, "The recording was not written, because no replay would read it: %w. Scan without --record.", why)
}
