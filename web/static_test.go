package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path"
	"strings"
	"testing"
)

func TestVendoredFilesAreThoseThatWereListed(t *testing.T) {
	t.Parallel()
	list, err := os.Open("vendor.sha256")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = list.Close() }()
	notes, err := os.ReadFile("VENDOR.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for lines := bufio.NewScanner(list); lines.Scan(); n++ {
		want, name, _ := strings.Cut(lines.Text(), "  ")
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := sha256.Sum256(body); hex.EncodeToString(got[:]) != want {
			t.Errorf("%s is not the file that vendor.sha256 lists", name)
		}
		if !strings.Contains(name, "LICENSE") && !strings.Contains(string(notes), name) {
			t.Errorf("VENDOR.md does not say where %s comes from", name)
		}
	}
	if n < 6 {
		t.Errorf("vendor.sha256 lists %d files", n)
	}
}

func TestEveryEmbeddedFileIsServedOrALicence(t *testing.T) {
	t.Parallel()
	err := fs.WalkDir(files, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(p, "LICENSE") {
			return err
		}
		if byName[strings.TrimPrefix(p, "static/")] == "" {
			t.Errorf("%s is embedded and not served", p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAddressesAreImmutableAndHoldTheHash(t *testing.T) {
	t.Parallel()
	for name, address := range byName {
		w := httptest.NewRecorder()
		Static(w, httptest.NewRequest("GET", address, nil))
		if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %d, %s", name, w.Code, w.Header().Get("Cache-Control"))
		}
		sum := sha256.Sum256(w.Body.Bytes())
		if !strings.Contains(address, hex.EncodeToString(sum[:6])) {
			t.Errorf("%s does not hold the hash of %s", address, name)
		}
	}
	w := httptest.NewRecorder()
	Static(w, httptest.NewRequest("GET", Prefix+"app.css", nil))
	if w.Code != 404 {
		t.Errorf("a file without its hash answers %d", w.Code)
	}
}

func TestTextIsSentCompressedToThoseWhoTakeIt(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", Address("app.css"), nil)
	r.Header.Set("Accept-Encoding", "br, gzip")
	w := httptest.NewRecorder()
	Static(w, r)
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("sent as %q", w.Header().Get("Content-Encoding"))
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(body, byPath[Address("app.css")].body) {
		t.Errorf("what was compressed is not the file: %v", err)
	}
}

func TestTheStyleSheetNamesOnlyFilesThatExist(t *testing.T) {
	t.Parallel()
	css := string(byPath[Address("app.css")].body)
	if n := strings.Count(css, `url("`); n != 2 {
		t.Errorf("%d addresses in the style sheet, want the two fonts", n)
	}
	for _, rest := range strings.Split(css, `url("`)[1:] {
		if address, _, _ := strings.Cut(rest, `"`); byPath[address].body == nil {
			t.Errorf("the style sheet names %s", path.Base(address))
		}
	}
}

// The budgets are those of the design: what a first visit weighs.
func TestWeight(t *testing.T) {
	t.Parallel()
	size := func(name string) int {
		a := byPath[Address(name)]
		if a.gzip != nil {
			return len(a.gzip)
		}
		return len(a.body)
	}
	for name, most := range map[string]int{"app.css": 14 << 10, "app.js": 4 << 10} {
		if n := size(name); n > most {
			t.Errorf("%s weighs %d bytes, at most %d are allowed", name, n, most)
		}
	}
	if n := size(order[0].name) + size(order[1].name); n > 55<<10 {
		t.Errorf("the fonts weigh %d bytes", n)
	}
}
