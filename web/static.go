// Package web holds what a browser is given beside the pages: one style
// sheet, one script, two fonts and an icon, each under an address that
// contains its hash.
//
// It knows no page, no finding and no session, and it serves nothing that is
// not embedded here.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var files embed.FS

// Prefix is where Static expects to be mounted.
const Prefix = "/static/"

// An asset is one embedded file, ready to be sent.
type asset struct {
	name string // "app.css"
	kind string // its media type
	body []byte
	gzip []byte // nil where compression does not pay, as for fonts
}

var (
	byName = map[string]string{} // "app.css" to "/static/app.0f3a91c2b7de.css"
	byPath = map[string]asset{}
)

// Fonts come before the style sheet that names them, so that the addresses in
// it are final when its own hash is taken.
var order = []struct{ name, kind string }{
	{"fonts/instrument-sans-latin-wght-normal.woff2", "font/woff2"},
	{"fonts/geist-mono-latin-wght-normal.woff2", "font/woff2"},
	{"icon.svg", "image/svg+xml"},
	{"app.js", "text/javascript; charset=utf-8"},
	{"scan.js", "text/javascript; charset=utf-8"},
	{"rules.js", "text/javascript; charset=utf-8"},
	{"app.css", "text/css; charset=utf-8"},
}

func init() {
	for _, f := range order {
		body, err := fs.ReadFile(files, "static/"+f.name)
		if err != nil {
			panic(err) // an embedded file cannot be missing in a program that was built
		}
		if strings.HasSuffix(f.name, ".css") {
			body = withHashedFonts(body)
		}
		add(asset{name: f.name, kind: f.kind, body: body})
	}
}

func withHashedFonts(css []byte) []byte {
	for name, address := range byName {
		if strings.HasPrefix(name, "fonts/") {
			css = bytes.ReplaceAll(css, []byte(`url("`+name+`")`), []byte(`url("`+address+`")`))
		}
	}
	return css
}

func add(a asset) {
	if !strings.HasPrefix(a.kind, "font/") {
		a.gzip = compress(a.body)
	}
	sum := sha256.Sum256(a.body)
	ext := path.Ext(a.name)
	address := Prefix + strings.TrimSuffix(path.Base(a.name), ext) + "." + hex.EncodeToString(sum[:6]) + ext
	byName[a.name] = address
	byPath[address] = a
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(b) // a bytes.Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// Address of an embedded file. It panics for a name that does not exist, which
// every test that renders a page would notice.
func Address(name string) string {
	address, ok := byName[name]
	if !ok {
		panic(fmt.Sprintf("web: there is no embedded file %q", name))
	}
	return address
}

// Static serves the embedded files. An address with the hash in it never
// changes its meaning, so browsers keep it for a year.
func Static(w http.ResponseWriter, r *http.Request) {
	a, ok := byPath[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := a.body
	if a.gzip != nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = a.gzip
		}
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader may have gone; there is nobody to tell
	}
}
