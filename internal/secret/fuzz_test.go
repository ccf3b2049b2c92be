package secret

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plumbline/internal/wire"
)

// FuzzScan: whatever comes, no panic; each secret is in a text that was looked
// through, at the line that is told; and the digest is canonical JSON.
func FuzzScan(f *testing.F) {
	files, err := filepath.Glob("testdata/decoys/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, text := range strings.Split("\n"+string(b), "\n=== ")[1:] {
			f.Add([]byte(text))
		}
	}
	for _, text := range []string{
		"#cloud-config\nwrite_files:\n- {path: /a, encoding: b64, content: REJfUEFTU1dPUkQ9aHVudGVyMg==}\nchpasswd: {list: 'a:hunter2'}\nruncmd: [[mysql, -phunter2]]\n",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\nREJfUEFTU1dPUkQ9aHVudGVyMg==\n--b--\n",
		"DB_PASSWORD=hunter2\npassword: \"x\\\"y\"\ncurl -u a:hunter2 x\nchpasswd <<E\na:hunter2\nE\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var texts [][]byte
		s := newScanner(Options{Plain: true, MaxBytes: 1 << 20})
		s.seen = func(text []byte) { texts = append(texts, bytes.Clone(text)) }
		s.scan(data)
		for _, find := range s.report().Finds {
			if find.Line < 1 || len(find.Secret) == 0 || wire.SecretKind([]byte(find.Place)) != "" {
				t.Errorf("%s in line %d of %q", find.Kind, find.Line, find.Place)
			}
			in := false
			for _, text := range texts {
				in = in || bytes.Contains(text, find.Secret)
			}
			if !in {
				t.Errorf("%q is in no text", find.Secret)
			}
		}
		red := wire.NewRedactor([32]byte{1})
		out := Digest([]byte(base64.StdEncoding.EncodeToString(data)), red.Mark)
		if _, err := new(wire.Reader).Read(out); err != nil {
			t.Errorf("%s: %v", out, err)
		}
	})
}
