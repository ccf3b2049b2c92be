package wire_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/wire"
)

// lengths tells of a text how long it is, and marks it.
func lengths(text []byte, mark func(string, []byte) string) []byte {
	return fmt.Appendf(nil, `{"bytes":%d,"mark":%q}`, len(text), mark("jwt", text))
}

func TestADigestStandsWhereTheTextStood(t *testing.T) {
	t.Parallel()
	digest := map[string]wire.Digest{"userData/value": lengths}
	xml := &wire.Shape{Split: wire.Split{List: "set"}, Digest: digest, Hide: []string{"userData/value"}}
	inJSON := &wire.Shape{JSON: true, Split: wire.Split{List: "set"}, Digest: digest}
	mark := wire.NewRedactor(testKey).Mark("jwt", []byte(`a"&b`))
	for about, c := range map[string]struct {
		shape *wire.Shape
		body  string
		want  string
		ptrs  []string
	}{
		"XML": {xml, `<r><set><item><a>1</a><userData><value>a"&amp;b</value></userData><z>1</z></item></set></r>`,
			`{"a":"1","userData":{"value":{"bytes":4,"mark":"` + mark + `"}},"z":"1"}`, []string{"/userData/value"}},
		"JSON": {inJSON, `{"set":[{"userData":{"value":"a\"\u0026b"}}]}`,
			`{"userData":{"value":{"bytes":4,"mark":"` + mark + `"}}}`, []string{"/userData/value"}},
		"each text of a list": {inJSON, `{"set":[{"userData":{"value":["a\"&b"]}}]}`,
			`{"userData":{"value":[{"bytes":4,"mark":"` + mark + `"}]}}`, []string{"/userData/value/0"}},
		"nothing, in XML":  {xml, `<r><set><item><userData><value/></userData></item></set></r>`, `{"userData":{"value":null}}`, nil},
		"nothing, in JSON": {inJSON, `{"set":[{"userData":{"value":null}}]}`, `{"userData":{"value":null}}`, nil},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			doc := one(t, c.shape, c.body)
			if diff := cmp.Diff(c.want, string(doc.JSON)) + cmp.Diff(c.ptrs, doc.Redacted); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestADigestThatIsNoneIsAnErrorOfThePage(t *testing.T) {
	t.Parallel()
	const secret = "q7-hunter2"
	for _, c := range []struct{ about, told, xml, json string }{
		{"nothing", "", "<v>" + secret + "</v>", `"` + secret + `"`},
		{"no JSON", secret, "<v>" + secret + "</v>", `"` + secret + `"`},
		{"not canonical", `{"b":1,"a":"q7-hunter2"}`, "<v>" + secret + "</v>", `"` + secret + `"`},
		{"white space", ` {}`, "<v>" + secret + "</v>", `"` + secret + `"`},
		{"two values", `{}{}`, "<v>" + secret + "</v>", `"` + secret + `"`},
		{"an object instead of a text", `{}`, "<v><a>" + secret + "</a></v>", `{"a":"` + secret + `"}`},
	} {
		tell := map[string]wire.Digest{"v": func([]byte, func(string, []byte) string) []byte { return []byte(c.told) }}
		for body, s := range map[string]*wire.Shape{
			`<r><set><item>` + c.xml + `</item></set></r>`: {Split: wire.Split{List: "set"}, Digest: tell},
			`{"set":[{"v":` + c.json + `}]}`:               {JSON: true, Split: wire.Split{List: "set"}, Digest: tell},
		} {
			docs, _, _, err := documents(s, body)
			if err == nil || strings.Contains(err.Error(), secret) || len(docs) > 0 {
				t.Errorf("%s: %s gave %q, %v", c.about, body, docs, err)
			}
		}
	}
}

func TestDigestsNeedARedactor(t *testing.T) {
	t.Parallel()
	var p wire.Page
	shape := &wire.Shape{Split: wire.Split{List: "l"}, Digest: map[string]wire.Digest{"v": lengths}}
	if _, err := p.Parse([]byte("<r><l/></r>"), shape, nil, func(wire.Doc) error { return nil }); err == nil {
		t.Error("it was read without a redactor")
	}
}

func TestAMarkTellsNothingButItsKind(t *testing.T) {
	t.Parallel()
	red := wire.NewRedactor(testKey)
	for _, kind := range []string{"", "q7", "a:b", "a]b", "Ä", "a b"} {
		if m := red.Mark(kind, []byte("x")); !wire.IsRedacted(m) || !strings.HasPrefix(m, "[redacted:hidden:") {
			t.Errorf("%q gives %s", kind, m)
		}
	}
	if m := red.Mark("password_hash", []byte("x")); !wire.IsRedacted(m) || m != red.Mark("password_hash", bytes.Clone([]byte("x"))) {
		t.Error(m)
	}
}
