package ui_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// An address that cannot be read is told so, and no list is shown that would
// look as if it had been chosen by it.
func TestAddressesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"/findings?open=%00":                                     "The address holds what is no text.",
		"/findings?q=%ff":                                        "The address holds what is no text.",
		"/findings?r%00=1":                                       "The address holds what is no text.",
		"/findings?open=%0a":                                     "The address holds what is no text.",
		"/findings?open=a&open=b":                                "“open” is there 2 times.",
		"/findings?q=severity:high&q=severity:low":               "“q” is there 2 times.",
		"/findings?q=%zz":                                        "What follows the question mark",
		"/findings?open=a;group=none":                            "What follows the question mark",
		"/findings?after=25":                                     "continues a list that is not there",
		"/findings?before=25":                                    "continues a list that is not there",
		"/findings?after=AWS-IMDS-999":                           "continues a list that is not there",
		"/findings?open=AWS-IMDS-999&after=25":                   "continues a list that is not there",
		"/findings?group=none&after=9999":                        "continues a list that is not there",
		"/findings?q=is:lost,nodata&group=cause&after=25":        "continues a list that is not there",
		"/findings?q=is:lost,nodata&group=cause&open=x&after=25": "continues a list that is not there",
		"/findings?q=is:open+severity:critical&after=AWS-IMDS-":  "continues a list that is not there",
	} {
		p := get(t, serve(full()), address)
		if p.Code != http.StatusUnprocessableEntity || len(p.all("table", "")) != 0 {
			t.Errorf("%s: %d, %d tables", address, p.Code, len(p.all("table", "")))
		}
		p.has(t, want)
	}
}

func TestTheWrongMethodIsNoMissingPage(t *testing.T) {
	t.Parallel()
	h := serve(full())
	for _, c := range []struct {
		method, path, allow string
		code                int
	}{
		{"POST", "/findings", "GET, HEAD", 405},
		{"DELETE", "/findings/FND-1", "GET, HEAD", 405},
		{"PUT", "/scans/4", "GET, HEAD", 405},
		{"GET", "/theme", "POST", 405},
		{"POST", "/nothing", "", 404},
		{"DELETE", "/", "GET, HEAD", 405},
		{"HEAD", "/findings", "", 200},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.code || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q; want %d, %q", c.method, c.path, w.Code, w.Header().Get("Allow"), c.code, c.allow)
		}
	}
}

// A name that its owner chose cannot turn or hide what stands beside it.
func TestNamesStandAlone(t *testing.T) {
	t.Parallel()
	f := full()
	for i := range f.records {
		f.records[i].Subject.Name = "web\u202edessessa\u200b"
	}
	h := serve(f)
	for _, address := range []string{"/findings?open=AWS-IMDS-001&sheet=FND-1", "/findings?group=none", "/findings/FND-1", "/findings/FND-1/evidence"} {
		p := get(t, h, address)
		if strings.ContainsAny(p.text(), "\u202e\u200b") {
			t.Errorf("%s: a name turns the text", address)
		}
		named := 0
		for _, n := range p.all("bdi", "") {
			if strings.Contains(words(n), "web·dessessa·") {
				named++
			}
		}
		if named == 0 {
			t.Errorf("%s: the name does not stand alone", address)
		}
	}
}
