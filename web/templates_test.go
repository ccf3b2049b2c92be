package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the content security policy would refuse must not be written in the
// first place.
var forbidden = map[string]*regexp.Regexp{
	"an inline style":         regexp.MustCompile(`(?i)[\s"']style\s*=|\bstyle=\{`),
	"a style element":         regexp.MustCompile(`(?i)<style`),
	"an inline handler":       regexp.MustCompile(`(?i)\son[a-z]+\s*=`),
	"a handler of htmx":       regexp.MustCompile(`(?i)hx-on`),
	"a script in an address":  regexp.MustCompile(`(?i)javascript:`),
	"an inline script":        regexp.MustCompile(`(?i)<script\b[^>]*>\s*[^<\s]`),
	"another host's resource": regexp.MustCompile(`(?i)(src|href)="https?://`),
}

func TestTemplatesHoldNothingInline(t *testing.T) {
	t.Parallel()
	n := 0
	for _, dir := range []string{"pages", "parts"} {
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(p, ".templ") {
				return err
			}
			n++
			text, err := os.ReadFile(p)
			for what, re := range forbidden {
				if at := re.Find(text); at != nil {
					t.Errorf("%s holds %s: %s", p, what, at)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 5 {
		t.Errorf("%d templates were read", n)
	}
}

func TestTheCheckOfTemplatesSeesWhatItIsFor(t *testing.T) {
	t.Parallel()
	for what, bad := range map[string]string{
		"an inline style": `<p class="a" style="width:1px">`, "a style element": `<style>p{}</style>`,
		"an inline handler": `<a onclick="f()">`, "a handler of htmx": `<a hx-on:click="f()">`,
		"a script in an address": `<a href="javascript:f()">`, "an inline script": `<script>f()</script>`,
		"another host's resource": `<img src="https://example.com/a.png">`,
	} {
		if !forbidden[what].MatchString(bad) {
			t.Errorf("%s is not seen in %s", what, bad)
		}
	}
	if forbidden["an inline script"].MatchString(`<script src={ web.Address("app.js") } defer></script>`) {
		t.Error("a script with an address is taken for an inline one")
	}
}
