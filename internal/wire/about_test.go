package wire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/wire"
)

func TestWhatTheRequestWasAbout(t *testing.T) {
	t.Parallel()
	inner := wire.Split{List: "set", Inner: "inner"}
	for _, c := range []struct {
		about string
		shape *wire.Shape
		of    [][2]string
		body  string
		want  []string
	}{
		{"each document has it", things, [][2]string{{"prefixListId", `pl-"1`}}, `<r><set><item><a>1</a></item><item><Z>1</Z><b>2</b></item></set></r>`,
			[]string{`{"^":{"prefixListId":"pl-\"1"},"a":"1"}`, `{"Z":"1","^":{"prefixListId":"pl-\"1"},"b":"2"}`}},
		{"several, sorted", things, [][2]string{{"b", "2"}, {"a", "1"}}, `<r><set><item><Z>1</Z></item></set></r>`, []string{`{"Z":"1","^":{"a":"1","b":"2"}}`}},
		{"beside what the record says", &wire.Shape{Split: inner}, [][2]string{{"m", "2"}, {"a", "1"}, {"z", "3"}},
			`<r><set><item><n>x</n><inner><item><k>1</k></item></inner></item></set></r>`, []string{`{"^":{"a":"1","m":"2","n":"x","z":"3"},"k":"1"}`}},
		{"a record that says nothing", &wire.Shape{Split: inner}, [][2]string{{"m", "2"}},
			`<r><set><item><inner><item><A>1</A></item></inner></item></set></r>`, []string{`{"A":"1","^":{"m":"2"}}`}},
		{"a document with nothing set", jsonList(wire.Split{Whole: true}), [][2]string{{"m", "2"}}, `{}`, []string{`{"^":{"m":"2"}}`}},
		{"a name of a JSON list", jsonList(wire.Split{List: "arns"}), [][2]string{{"cluster", "c"}}, `{"arns":["x"]}`, []string{`{"^":{"cluster":"c"},"value":"x"}`}},
		{"a JSON record", jsonList(wire.Split{List: "L", Inner: "in"}), [][2]string{{"c", "d"}}, `{"L":[{"in":[{"k":1}],"b":2}]}`, []string{`{"^":{"b":2,"c":"d"},"k":1}`}},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			var p wire.Page
			for _, l := range c.of {
				p.About(l[0], l[1])
			}
			var docs []string
			take := func(d wire.Doc) error { docs = append(docs, string(d.JSON)); return nil }
			if _, err := p.Parse([]byte(c.body), c.shape, nil, take); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, docs); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			with := docs
			docs = nil
			if _, err := p.Parse([]byte(c.body), c.shape, nil, take); err != nil {
				t.Fatal(err)
			}
			if plain, _, _, _ := documents(c.shape, c.body); cmp.Diff(plain, docs) != "" || docs[0] == with[0] {
				t.Errorf("the next reply is about it too: %s", docs)
			}
		})
	}
}

func TestMarksStayWhereTheyAreBesideWhatTheRequestWasAbout(t *testing.T) {
	t.Parallel()
	shape := &wire.Shape{Split: wire.Split{List: "set", Inner: "in"}, Hide: []string{"A", "^/m", "z"}}
	var p wire.Page
	p.About("a", "1")
	p.About("n", "2")
	if _, err := p.Parse([]byte(`<r><set><item><m>q7</m><in><item><A>q7</A><z>q7</z></item></in></item></set></r>`), shape, wire.NewRedactor(testKey), func(d wire.Doc) error {
		if diff := cmp.Diff([]string{"/A", "/^/m", "/z"}, d.Redacted); diff != "" {
			t.Errorf("%s (-want +got)\n%s", d.JSON, diff)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestWhatTheReplySaysItselfIsNotSaidByTheRequest(t *testing.T) {
	t.Parallel()
	for about, of := range map[string][][2]string{
		"the record says it":   {{"owner", "1"}},
		"the request twice":    {{"a", "1"}, {"a", "1"}},
		"a name not of UTF-8":  {{"\xff", "1"}},
		"a value not of UTF-8": {{"a", "\xff"}},
	} {
		var p wire.Page
		for _, l := range of {
			p.About(l[0], l[1])
		}
		shape := &wire.Shape{Split: wire.Split{List: "set", Inner: "in"}}
		body := []byte(`<r><set><item><owner>2</owner><in><item><k>1</k></item></in></item></set></r>`)
		drop := func(wire.Doc) error { return nil }
		if _, err := p.Parse(body, shape, nil, drop); err == nil {
			t.Errorf("%s: accepted", about)
		}
		if _, err := p.Parse(body, shape, nil, drop); err != nil {
			t.Errorf("%s: the next reply is refused too: %v", about, err)
		}
	}
}
