package wire_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/wire"
)

func TestReaderFindsWhatADocumentHas(t *testing.T) {
	t.Parallel()
	const doc = `{"^":{"ownerId":"1"},"a":"x\"\n\u0001ü","b":null,"c":["1",{"d":[]},null],"k\"ey":"2","n":-1.50e+3,"t":true}`
	var r wire.Reader
	v, err := r.Read([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	text := func(v wire.Value) string {
		s, ok := v.Text()
		if !ok {
			return "no text"
		}
		return s
	}
	got := []string{
		text(v.Get("^").Get("ownerId")), text(v.Get("a")), text(v.Get("b")), text(v.Get(`k"ey`)), text(v.Get("no")),
		text(v.Get("c")), string(v.Get("n").Raw()), string(v.Get("t").Raw()), string(v.Get("c").Raw()), text(v.Get("a").Get("a")),
	}
	want := []string{"1", "x\"\n\x01ü", "no text", "2", "no text", "no text", "-1.50e+3", "true", `["1",{"d":[]},null]`, "no text"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if b := v.Get("b"); !b.IsNull() || !b.Exists() || v.Get("no").IsNull() || v.Get("no").Exists() || v.Get("n").IsNull() {
		t.Error("null and absent are not told apart")
	}
	if c := v.Get("c"); !c.IsList() || c.Len() != 3 || c.IsObject() || !v.IsObject() || v.Len() != 0 || v.Get("no").Len() != 0 {
		t.Error("lists and objects are not told apart")
	}
	if a := v.Get("a"); !a.Is("x\"\n\x01ü") || a.Is("x") || v.Get("b").Is("null") || v.Get("no").Is("") {
		t.Error("Is")
	}
	var items []string
	for i, item := range v.Get("c").Items() {
		items = append(items, string(item.Raw()))
		if i == 1 {
			break
		}
	}
	if diff := cmp.Diff([]string{`"1"`, `{"d":[]}`}, items); diff != "" {
		t.Error(diff)
	}
}

// refused by the reader; the second ones are good JSON, but not canonical.
var (
	malformed = []string{
		``, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{a:1}`, `{"a" 1}`, `{"a":1 "b":2}`, `{"a":[1,]}`, `{"a":[1 2]}`, `{"a":[`,
		`{"a":"`, `{"a":"\"}`, `{"a":"\x"}`, `{"a":"\u12"}`, `{"a":"\ud800"}`, `{"a":"\udc00"}`, `{"a":"\ud800\u0041"}`, "{\"a\":\"\n\"}", "{\"a\":\"\xff\"}",
		`{"a":nul}`, `{"a":nulll}`, `{"a":tru}`, `{"a":True}`, `{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":.1}`, `{"a":1e}`, `{"a":+1}`, `{"a":NaN}`, `{"a":1}x`, `{"a":1}{}`,
		`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"a":{"b":1,"b":1}}`, `{"a":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`,
	}
	loose = []string{
		` {}`, `{} `, `{ }`, `{"a": 1}`, "{\"a\":1\n}", `{"b":1,"a":2}`, `{"a":"\/"}`, `{"a":"\u0041"}`, `{"a":"\u000A"}`, `{"a":"\u000a"}`, `{"a":"\u001F"}`, `{"a":"\u00fc"}`, `{"\u0061":1}`,
	}
)

func TestReaderRefuses(t *testing.T) {
	t.Parallel()
	var r wire.Reader
	for _, doc := range append(malformed, loose...) {
		if v, err := r.Read([]byte(doc)); err == nil || v.Exists() {
			t.Errorf("%q was read", doc)
		}
	}
	for _, doc := range []string{`[]`, `"a"`, `null`, `1`} {
		if _, err := r.Read([]byte(doc)); err == nil {
			t.Errorf("%s is no object and was read", doc)
		}
	}
}

func TestCanonicalJSON(t *testing.T) {
	t.Parallel()
	for _, bad := range malformed {
		if got, err := wire.CanonicalJSON([]byte("x"), []byte(bad)); err == nil || string(got) != "x" {
			t.Errorf("%q became %q", bad, got)
		}
	}
	for in, want := range map[string]string{
		"\t{ \"b\" : [ 1 , 2 ] ,\r\n\"a\" : { } } ":          `{"a":{},"b":[1,2]}`,
		`{"n":9007199254740993,"m":1.481835741044E9,"z":-0}`: `{"m":1.481835741044E9,"n":9007199254740993,"z":-0}`,
		`{"\u0062":1,"a":2,"\uD83D\uDE00":3}`:                `{"a":2,"b":1,"😀":3}`,
		`{"a":"\u003c\/\u00fc\u000A\u0000"}`:                 `{"a":"</ü\n\u0000"}`,
		`[null,true,false,"",{}]`:                            `[null,true,false,"",{}]`,
		`"x"`:                                                `"x"`,
	} {
		got, err := wire.CanonicalJSON(nil, []byte(in))
		if err != nil || string(got) != want {
			t.Errorf("%s became %s, want %s (%v)", in, got, want, err)
		}
	}
}

// drawJSON draws a value as encoding/json has them.
func drawJSON(t *rapid.T, depth int) any {
	kinds := 4
	if depth > 0 {
		kinds = 6
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "bool")
	case 2:
		return float64(rapid.IntRange(-1000, 1000).Draw(t, "number"))
	case 3:
		return strings.ToValidUTF8(rapid.String().Draw(t, "text"), "?")
	case 4:
		list := make([]any, rapid.IntRange(0, 4).Draw(t, "items"))
		for i := range list {
			list[i] = drawJSON(t, depth-1)
		}
		return list
	default:
		m := map[string]any{}
		for range rapid.IntRange(0, 4).Draw(t, "members") {
			m[strings.ToValidUTF8(rapid.String().Draw(t, "name"), "?")] = drawJSON(t, depth-1)
		}
		return m
	}
}

// TestCanonicalFormIsTheOracles: encoding/json sorts by bytes too.
func TestCanonicalFormIsTheOracles(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := map[string]any{"v": drawJSON(t, 4)}
		loose, err := json.MarshalIndent(v, " ", "\t") // escapes < and > too
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.CanonicalJSON(nil, loose)
		if err != nil {
			t.Fatalf("%s: %v", loose, err)
		}
		if want := oracleJSON(v); string(got) != string(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
		var r wire.Reader
		if _, err := r.Read(got); err != nil {
			t.Fatalf("%s cannot be read: %v", got, err)
		}
	})
}

// TestReaderReadsExactlyCanonicalForm: the law that binds the two, over
// damaged documents.
func TestReaderReadsExactlyCanonicalForm(t *testing.T) {
	t.Parallel()
	docs, _, _, err := documents(instances, small)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		doc, _ := mutate(r, []byte(docs[0]))
		readsExactlyCanonicalForm(t, doc)
	}
}

func readsExactlyCanonicalForm(t *testing.T, doc []byte) {
	var r wire.Reader
	_, err := r.Read(doc)
	canon, cerr := wire.CanonicalJSON(nil, doc)
	is := cerr == nil && string(canon) == string(doc) && doc[0] == '{'
	if is != (err == nil) {
		t.Fatalf("%q: canonical %v (%v), read %v", doc, is, cerr, err)
	}
	if cerr == nil && !json.Valid(doc) {
		t.Fatalf("%q is not JSON and was accepted", doc)
	}
}

func TestPointer(t *testing.T) {
	t.Parallel()
	doc := []byte(`{"":"e","a":["x",{"b":"y"}],"c/d":"1","e~f":"2"}`)
	for ptr, want := range map[string]string{
		"": string(doc), "/": `"e"`, "/a": `["x",{"b":"y"}]`, "/a/0": `"x"`, "/a/1/b": `"y"`, "/c~1d": `"1"`, "/e~0f": `"2"`,
		"a": "", "/a/2": "", "/a/-": "", "/a/01": "", "/a/+0": "", "/z": "", "/a/0/b": "", "/c/d": "", "/a/b": "",
	} {
		raw, ok := wire.Pointer(doc, ptr)
		if ok != (want != "") || string(raw) != want {
			t.Errorf("%q points at %s (%v), want %s", ptr, raw, ok, want)
		}
	}
	if _, ok := wire.Pointer([]byte(`{"a": 1}`), "/a"); ok {
		t.Error("a pointer into a document that is not canonical")
	}
}
