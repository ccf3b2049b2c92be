package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What came from a file or a cloud stands in errors; a terminal stays as it is.
func TestErrorsCannotMoveATerminal(t *testing.T) {
	t.Parallel()
	got := told(errors.New("it said:\x1b[2J\x07 \u202eevil\n0 failed, 99 passed.\ttab\r\n"))
	if want := "it said:·[2J· ·evil\n  0 failed, 99 passed.    tab·"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	file := filepath.Join(t.TempDir(), "evil.ndjson")
	line := `{"plumbline_recording":1,"provider":"gcp\u001b[2J\u001b]0;T\u0007","account":"1\u001b[2J","taken_at":"2026-01-01T00:00:00Z"}` + "\n"
	if err := os.WriteFile(file, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, said := plumbline(t, "scan", "aws", "--replay", file)
	if code != exitError || strings.ContainsAny(out+said, "\x1b\x07") || !strings.Contains(said, "this command scans") {
		t.Errorf("status %d: %q%q", code, out, said)
	}
	var b bytes.Buffer
	(&progress{w: &b}).say("account 1\x1b]0;T\x07")
	if strings.Count(b.String(), "\x1b") != 1 || strings.Contains(b.String(), "\x07") {
		t.Errorf("progress says %q", b.String())
	}
}

// A recording that somebody made of another's document is refused, though its
// sums are right.
func TestAReplayNamesWhatTheDocumentsSay(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "internal", "cloud", "facts", "testdata", "aws", "demo.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(b), "\n")
	lie := strings.Replace(rest, `:instance/i-`, `:instance/i-f`, 1)
	file := filepath.Join(t.TempDir(), "lie.ndjson")
	if err := os.WriteFile(file, []byte(head+"\n"+lie), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, said := plumbline(t, "scan", "aws", "--replay", file); code != exitError || !strings.Contains(said, "is about arn:aws:ec2:") {
		t.Errorf("status %d: %s", code, said)
	}
}

// Nothing that is there is replaced, whenever it came, and whatever the file
// system can do.
func TestARecordingReplacesNothing(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(from, path string) error{"by a link": place, "by a copy": copyNew} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := t.TempDir()
			from, free, taken := filepath.Join(d, "from"), filepath.Join(d, "free"), filepath.Join(d, "taken")
			for file, text := range map[string]string{from: "new", taken: "old"} {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink(filepath.Join(d, "nowhere"), filepath.Join(d, "link")); err != nil {
				t.Fatal(err)
			}
			if err := put(from, free); err != nil {
				t.Error(err)
			}
			for _, there := range []string{taken, filepath.Join(d, "link")} {
				if err := put(from, there); err == nil || !strings.Contains(err.Error(), "exists already; a recording is never overwritten") {
					t.Errorf("%s: got %v", there, err)
				}
			}
			if _, err := os.Stat(filepath.Join(d, "nowhere")); !errors.Is(err, fs.ErrNotExist) {
				t.Error("a link was followed")
			}
			for file, want := range map[string]string{free: "new", taken: "old"} {
				if b, err := os.ReadFile(file); string(b) != want {
					t.Errorf("%s holds %q, %v; want %q", file, b, err, want)
				}
			}
		})
	}
}

func TestTheRedactionKeyIsNoArgument(t *testing.T) {
	code, _, said := plumbline(t, "scan", "aws", "--redaction-key", strings.Repeat("0", 64), "--replay", "x")
	if code != exitError || !strings.Contains(said, "unknown flag") {
		t.Errorf("status %d: %s", code, said)
	}
	t.Setenv("PLUMBLINE_REDACTION_KEY", "short")
	src, _, err := (&judging{}).source(context.Background(), "aws", nil, nil)
	if err == nil || !strings.Contains(err.Error(), "64 hexadecimal digits") {
		t.Errorf("a key that is none is taken: %v, %v", src, err)
	}
}
