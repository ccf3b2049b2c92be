package wire_test

import (
	"strings"
	"testing"

	"plumbline/internal/wire"
)

// What no recording could hold is refused with its page, and loudly.
func TestDocumentsThatAreLargerThanAnyAreRefused(t *testing.T) {
	t.Parallel()
	inner := &wire.Shape{Split: wire.Split{List: "set", Inner: "inner"}}
	for _, c := range []struct {
		about string
		shape *wire.Shape
		body  string
		want  string // "" is read
	}{
		{"four megabytes, less what stands around", things, `<r><set><item><a>` + strings.Repeat("x", 4<<20-len(`{"a":""}`)) + `</a></item></set></r>`, ""},
		{"a byte more", things, `<r><set><item><a>` + strings.Repeat("x", 4<<20-len(`{"a":""}`)+1) + `</a></item></set></r>`, "larger than any"},
		{"a record that is written into each of its documents", inner, `<r><set><item><a>` + strings.Repeat("x", 1<<20) + `</a><inner>` +
			strings.Repeat(`<item><b>1</b></item>`, 300) + `</inner></item></set></r>`, "larger than any"},
		{"more elements than any record has", things, `<r><set><item>` + strings.Repeat(`<a/>`, 1<<20) + `</item></set></r>`, "more elements than any"},
	} {
		var p wire.Page
		_, err := p.Parse([]byte(c.body), c.shape, nil, func(wire.Doc) error { return nil })
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", c.about, err)
		}
	}
}
