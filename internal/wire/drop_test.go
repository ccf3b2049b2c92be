package wire_test

import (
	"testing"

	"plumbline/internal/wire"
)

// What changes while nothing changes never reaches a document, and does not
// decide the order of a set.
func TestDroppedMembersLeaveNoTrace(t *testing.T) {
	t.Parallel()
	xml := &wire.Shape{Split: wire.Split{List: "set"}, Sets: map[string]string{"inner": ""}, Drop: []string{"seen", "inner/seen", "zzz"}}
	json := &wire.Shape{JSON: true, Split: wire.Split{List: "set"}, Sets: map[string]string{"inner": ""}, Drop: []string{"seen", "inner/seen", "zzz"}}
	const want = `{"a":"1","inner":[{"k":"x"},{"k":"y"}]}`
	for _, c := range []struct {
		about, body string
		shape       *wire.Shape
	}{
		{"XML", `<R><set><item><seen>1</seen><a>1</a><inner><item><k>y</k><seen>1</seen></item><item><k>x</k><seen>9</seen></item></inner></item></set></R>`, xml},
		{"XML, with a list dropped", `<R><set><item><inner><item><seen>1</seen><k>x</k></item><item><k>y</k></item></inner><a>1</a><zzz><item>1</item></zzz></item></set></R>`, xml},
		{"XML, where it comes twice", `<R><set><item><a>1</a><inner><item><k>x</k></item><item><k>y</k></item></inner><zzz>1</zzz><zzz>2</zzz></item></set></R>`, xml},
		{"JSON", `{"set":[{"seen":1,"a":"1","inner":[{"k":"y","seen":1},{"seen":9,"k":"x"}]}]}`, json},
		{"JSON, first and last", `{"set":[{"zzz":{},"a":"1","inner":[{"k":"x","seen":1},{"k":"y"}],"seen":null}]}`, json},
	} {
		var got string
		var p wire.Page
		if _, err := p.Parse([]byte(c.body), c.shape, nil, func(d wire.Doc) error { got = string(d.JSON); return nil }); err != nil || got != want {
			t.Errorf("%s: %s, %v", c.about, got, err)
		}
	}
}
