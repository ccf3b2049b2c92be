package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/term"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/export"
	"plumbline/internal/finding"
	"plumbline/internal/recording"
	"plumbline/internal/scan"
	"plumbline/internal/wire"
)

// judging is what scans of every cloud have in common.
type judging struct {
	rulesFlags
	Output   string `short:"o" enum:"table,json" default:"table" help:"${enum}."`
	FailOn   string `enum:"low,medium,high,critical" default:"high" help:"Exit with status 2 if a finding of this severity or worse fails: ${enum}."`
	Record   string `type:"path" xor:"file" help:"Write what the cloud answered to this file, secrets replaced." placeholder:"FILE"`
	Replay   string `type:"path" xor:"file" help:"Judge a recording instead of asking a cloud." placeholder:"FILE"`
	Parallel int    `default:"8" help:"Regions asked at once."`
	PageSize int    `hidden:"" help:"Judge this many workloads at once."`
}

// A connector signs in to the cloud that is to be asked.
type connector = func(context.Context, *wire.Redactor) (cloud.Collector, error)

// judge asks a cloud, or a recording of it, and prints what the rules say.
func (c *judging) judge(ctx context.Context, s streams, provider string, connect connector) error {
	set, err := c.compose()
	if err != nil {
		return err
	}
	report := export.NewReport(version, set, facts.For(provider))
	progress := newProgress(s.err)
	outs := []scan.Out{report, progress}
	src, done, err := c.source(ctx, provider, connect, &outs)
	if err != nil {
		return err
	}
	err = scan.Run(ctx, src, scan.Engine{Rules: set, Facts: facts.Maker(provider), PageSize: c.PageSize}, outs...)
	progress.Clear()
	if err = done(err); err != nil {
		return err
	}
	return c.print(s, report)
}

// source opens the recording or connects to the cloud; done ends it.
func (c *judging) source(ctx context.Context, provider string, connect connector, outs *[]scan.Out) (scan.Source, func(error) error, error) {
	if c.Replay != "" {
		return c.replay(provider)
	}
	key, err := redactionKey(os.Getenv("PLUMBLINE_REDACTION_KEY"))
	if err != nil {
		return nil, nil, err
	}
	done := func(err error) error { return err }
	if c.Record != "" {
		var w *recording.Writer
		if w, done, err = record(c.Record); err != nil {
			return nil, nil, err
		}
		*outs = append(*outs, w)
	}
	col, err := connect(ctx, wire.NewRedactor(key))
	if err != nil {
		return nil, nil, done(err)
	}
	return scan.NewLive(col, time.Now().UTC().Truncate(time.Millisecond)), done, nil
}

func (c *judging) replay(provider string) (scan.Source, func(error) error, error) {
	f, err := os.Open(c.Replay)
	if err != nil {
		return nil, nil, fmt.Errorf("the recording cannot be opened: %w", err)
	}
	closed := func(err error) error { return errors.Join(err, f.Close()) }
	r := recording.NewReader(f, facts.For(provider).IsWorkload, 1000).Expect(provider, facts.Belongs(provider))
	return r, closed, nil
}

// record opens a new recording beside its final place; done names it so if
// the scan came to its end, and removes it otherwise. An existing file is kept.
func record(path string) (*recording.Writer, func(error) error, error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, existsAlready(path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".recording-*")
	if err != nil {
		return nil, nil, fmt.Errorf("no file can be made in %s, where the recording is to stand: %w", filepath.Dir(path), lastError(err))
	}
	done := func(err error) error {
		if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
			err = place(f.Name(), path)
		}
		return errors.Join(err, os.Remove(f.Name()))
	}
	return recording.NewWriter(f, version), done, nil
}

// lastError leaves out the temporary name that a person never chose.
func lastError(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func existsAlready(path string) error {
	return fmt.Errorf("%s exists already; a recording is never overwritten. Choose another name", path)
}

// place gives a finished file its name. Unlike a rename, neither a link nor a
// copy into a new file replaces anything.
func place(from, path string) error {
	err := os.Link(from, path)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return existsAlready(path)
	}
	return copyNew(from, path) // a file system without links, such as FAT
}

func copyNew(from, path string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return existsAlready(path)
	}
	if err != nil {
		return fmt.Errorf("the recording cannot be written: %w", err)
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(path)) // half a recording helps nobody
	}
	return nil
}

// redactionKey reads the key that hashes of secrets are made with, or makes one
// for this run. It comes from the environment only: what stands in a command
// line is read by every account of the machine.
func redactionKey(hexKey string) (key [32]byte, err error) {
	if hexKey == "" {
		_, err = rand.Read(key[:])
		return key, err
	}
	b, err := hex.DecodeString(hexKey)
	if err != nil || len(b) != len(key) {
		return key, errors.New("PLUMBLINE_REDACTION_KEY must be 64 hexadecimal digits; make one with: openssl rand -hex 32")
	}
	copy(key[:], b)
	return key, nil
}

func (c *judging) print(s streams, r *export.Report) error {
	failOn, _ := finding.ParseSeverity(c.FailOn)
	var err error
	if c.Output == "json" {
		err = r.JSON(s.out, failOn)
	} else {
		err = r.Table(s.out, tableStyle(s.out))
	}
	switch {
	case err != nil:
		return err
	case r.Failing(failOn):
		return exitCode(exitFindings)
	case r.NotAssessed():
		return exitCode(exitNotAssessed)
	}
	return nil
}

// tableStyle paints and cuts on a terminal only.
func tableStyle(w io.Writer) export.TableStyle {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return export.TableStyle{}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 0
	}
	return export.TableStyle{Color: os.Getenv("NO_COLOR") == "", Width: width, Most: 200}
}
