// Command testout runs go test -json with the arguments it is given and prints
// what a person wants to see of it: the output of tests that failed, the tests
// that were skipped and why, and go test's own line for each package.
//
// It exists because go test tells of skipped tests only together with all the
// chatter of those that passed. It never decides what runs.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	forbid := flag.Bool("forbid-skips", false, "fail if any test was skipped")
	flag.Parse()
	r := report{out: os.Stdout, output: map[test]*strings.Builder{}}
	if err := r.run(flag.Args()); err != nil && !r.failed {
		fmt.Fprintln(os.Stderr, "testout:", err)
		r.failed = true
	}
	if !r.close(*forbid) {
		os.Exit(1)
	}
}

// run hands the arguments to go test. That it ended badly counts even where no
// test failed: the packages may not have been found.
func (r *report) run(args []string) error {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := r.read(out); err != nil {
		return err
	}
	return cmd.Wait()
}

// An event is one line of go test -json, see go doc test2json.
type event struct {
	Action, Package, Test, ImportPath, Output string
}

// A test is one test of a package; the name is empty for the package itself.
type test struct{ pkg, name string }

type report struct {
	out     io.Writer
	output  map[test]*strings.Builder
	skipped []string
	failed  bool
}

func (r *report) read(in io.Reader) error {
	s := bufio.NewScanner(in)
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		var e event
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			fmt.Fprintln(r.out, s.Text()) // go's own complaint, before any test ran
			continue
		}
		r.note(e)
	}
	return s.Err()
}

func (r *report) note(e event) {
	t := test{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "build-fail":
		r.failed = true
	case "output":
		r.keep(t, e.Output)
	case "fail":
		r.fail(t)
	case "skip":
		r.skip(t)
		r.done(t)
	case "pass":
		r.done(t)
	}
}

func (r *report) keep(t test, text string) {
	b := r.output[t]
	if b == nil {
		b = &strings.Builder{}
		r.output[t] = b
	}
	b.WriteString(text)
}

func (r *report) take(t test) string {
	b := r.output[t]
	if b == nil {
		return ""
	}
	delete(r.output, t)
	return b.String()
}

// fail prints what a test said. A package that fails takes with it the tests
// that never ended: one of them panicked.
func (r *report) fail(t test) {
	r.failed = true
	if t.name == "" {
		for u := range r.output {
			if u.pkg == t.pkg && u.name != "" {
				fmt.Fprint(r.out, r.take(u))
			}
		}
	}
	fmt.Fprint(r.out, r.take(t))
}

func (r *report) skip(t test) {
	if t.name == "" {
		return // a package without tests
	}
	why := "no reason given"
	for line := range strings.Lines(r.take(t)) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			why = line
		}
	}
	r.skipped = append(r.skipped, fmt.Sprintf("%s %s: %s", t.pkg, t.name, why))
}

// done forgets a test that passed; of a package it prints go test's line.
func (r *report) done(t test) {
	text := r.take(t)
	if t.name != "" {
		return
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "ok  \t") || strings.HasPrefix(line, "?   \t") {
			fmt.Fprint(r.out, line)
		}
	}
}

// close tells what was skipped; ok is false if anything failed.
func (r *report) close(forbid bool) (ok bool) {
	if len(r.skipped) > 0 {
		fmt.Fprintf(r.out, "Skipped, %d in all:\n", len(r.skipped))
		for _, s := range r.skipped {
			fmt.Fprintln(r.out, "  "+s)
		}
		if forbid {
			fmt.Fprintln(r.out, "FAIL: no test may be skipped here.")
			return false
		}
	}
	return !r.failed
}
