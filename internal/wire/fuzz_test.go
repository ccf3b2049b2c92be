package wire_test

import (
	"bytes"
	"testing"

	"plumbline/internal/wire"
)

// FuzzPage: whatever comes, no panic; what is accepted is XML with the
// oracle's documents, and each of them can be read.
func FuzzPage(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(tagged("k", secrets[0].text)))
	for _, s := range fragments {
		f.Add(bytes.Replace([]byte(small), []byte("applied"), []byte(s), 1))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var p wire.Page
		var r wire.Reader
		var docs [][]byte
		replaced := 0
		rest, err := p.Parse(body, instances, wire.NewRedactor(testKey), func(d wire.Doc) error {
			docs = append(docs, d.JSON)
			replaced += len(d.Redacted)
			v, err := r.Read(d.JSON)
			if err != nil {
				t.Fatalf("%s cannot be read: %v", d.JSON, err)
			}
			for _, ptr := range d.Redacted {
				if raw, ok := wire.Pointer(v.Raw(), ptr); !ok || !wire.IsRedacted(string(bytes.Trim(raw, `"`))) {
					t.Fatalf("%s of %s is no mark", ptr, d.JSON)
				}
			}
			return nil
		})
		if err != nil {
			return
		}
		if len(rest) > len(body) {
			t.Fatal("the rest is longer than the page")
		}
		want, err := oracleInstances(bytes.TrimPrefix(body, []byte("\ufeff")), instances.Sets)
		if err != nil || len(want) != len(docs) {
			t.Fatalf("%d documents; the oracle %d, %v", len(docs), len(want), err)
		}
		for i := range want {
			if replaced == 0 && !bytes.Equal(want[i], docs[i]) {
				t.Fatalf("got  %s\nwant %s", docs[i], want[i])
			}
		}
	})
}

// FuzzReader holds the reader to the canonical form.
func FuzzReader(f *testing.F) {
	for _, doc := range append(malformed, loose...) {
		f.Add([]byte(doc))
	}
	f.Add([]byte(`{"^":{"ownerId":"1"},"a":["x\"\n\u0001ü",null,{}]}`))
	f.Fuzz(func(t *testing.T, doc []byte) { readsExactlyCanonicalForm(t, doc) })
}

// FuzzCanonicalJSON: the canonical form is JSON, and its own canonical form.
func FuzzCanonicalJSON(f *testing.F) {
	for _, doc := range append(malformed, loose...) {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		once, err := wire.CanonicalJSON(nil, src)
		if err != nil {
			return
		}
		twice, err := wire.CanonicalJSON(nil, once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%q, then %q (%v)", once, twice, err)
		}
		readsExactlyCanonicalForm(t, src)
	})
}

// FuzzJSONPage: whatever comes, no panic; what is accepted is JSON with the
// oracle's documents, each of them can be read, and no secret is in one.
func FuzzJSONPage(f *testing.F) {
	f.Add([]byte(alarmPage))
	f.Add([]byte(`{"Alarms":["a","b"],"x":{"y":[1,{}]}}`))
	for _, s := range secrets {
		f.Add([]byte(`{"Alarms":[{"Description":` + string(wire.AppendString(nil, []byte(s.text))) + `}]}`))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var p wire.Page
		var r wire.Reader
		var docs [][]byte
		replaced := 0
		rest, err := p.Parse(body, alarms, wire.NewRedactor(testKey), func(d wire.Doc) error {
			docs = append(docs, d.JSON)
			replaced += len(d.Redacted)
			v, err := r.Read(d.JSON)
			if err != nil {
				t.Fatalf("%s cannot be read: %v", d.JSON, err)
			}
			if s, _ := v.Get("Description").Text(); wire.SecretKind([]byte(s)) != "" {
				t.Fatalf("a secret in %s", d.JSON)
			}
			for _, ptr := range d.Redacted {
				if raw, ok := wire.Pointer(v.Raw(), ptr); !ok || !wire.IsRedacted(string(bytes.Trim(raw, `"`))) {
					t.Fatalf("%s of %s is no mark", ptr, d.JSON)
				}
			}
			return nil
		})
		if err != nil {
			return
		}
		if list, ok := oracleMap(t, rest)["Alarms"].([]any); !ok || len(list) != 0 {
			t.Fatalf("rest %s", rest)
		}
		want := oracleAlarms(t, body)
		if len(want) != len(docs) {
			t.Fatalf("%d documents; the oracle %d", len(docs), len(want))
		}
		for i := range want {
			if replaced == 0 && !bytes.Equal(want[i], docs[i]) {
				t.Fatalf("got  %s\nwant %s", docs[i], want[i])
			}
		}
	})
}
