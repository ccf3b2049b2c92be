package wire_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/wire"
)

// alarms is a JSON shape with all that a shape may say.
var alarms = &wire.Shape{
	JSON: true, Kind: "aws.alarm",
	Split:   wire.Split{List: "Alarms"},
	Sets:    map[string]string{"Dimensions": "Name", "Actions": ""},
	Secrets: []string{"Description", "Dimensions/Value", "tags/*", "value"},
	Hide:    []string{"Data"},
	Named:   map[string]wire.Pair{"Dimensions": {Name: "Name", Value: "Value"}, "tags": {}},
}

func jsonList(s wire.Split) *wire.Shape { return &wire.Shape{JSON: true, Split: s} }

func TestJSONRepliesBecomeDocuments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about string
		split wire.Split
		body  string
		docs  []string
		rest  string // "" is the body
	}{
		{"objects of a list", wire.Split{List: "L"}, ` { "L" : [ {"b": 1, "a" : "x"} , {} ] , "nextToken" : "n" } `,
			[]string{`{"a":"x","b":1}`, `{}`}, ` { "L" : [] , "nextToken" : "n" } `},
		{"names of a list", wire.Split{List: "detectorIds"}, `{"detectorIds":["12abc","\u0041\n"]}`,
			[]string{`{"value":"12abc"}`, `{"value":"A\n"}`}, `{"detectorIds":[]}`},
		{"numbers as they were written", wire.Split{List: "L"}, `{"L":[{"n":9007199254740993,"f":1.50,"e":1E+2,"t":true,"z":null}]}`,
			[]string{`{"e":1E+2,"f":1.50,"n":9007199254740993,"t":true,"z":null}`}, `{"L":[]}`},
		{"an empty list", wire.Split{List: "L"}, `{"L":[ ]}`, nil, ""},
		{"an empty text is kept", wire.Split{List: "L"}, `{"L":[{"a":""}]}`, []string{`{"a":""}`}, `{"L":[]}`},
		{"several lists", wire.Split{List: "A", More: []string{"B"}}, `{"B":["x"],"c":{"A":[1]},"A":[{"y":1}]}`,
			[]string{`{"value":"x"}`, `{"y":1}`}, `{"B":[],"c":{"A":[1]},"A":[]}`},
		{"a list that is named with escapes", wire.Split{List: "L"}, `{"\u004c":[{}]}`, []string{`{}`}, `{"\u004c":[]}`},
		{"the one document", wire.Split{One: "Organization"}, `{"Organization":{"Id":"o-1"},"x":1}`, []string{`{"Id":"o-1"}`}, ""},
		{"a record around documents", wire.Split{List: "L", Inner: "in"}, `{"L":[{"o":"1","in":[{"Z":1,"a":2},{"_":3}]},{"in":[]}]}`,
			[]string{`{"Z":1,"^":{"o":"1"},"a":2}`, `{"^":{"o":"1"},"_":3}`}, `{"L":[]}`},
		{"the whole reply", wire.Split{Whole: true}, `{"status":"ENABLED","nextToken":"n","requestId":"r","__type":"x#GetDetectorResponse","a":[1,2]}`,
			[]string{`{"a":[1,2],"status":"ENABLED"}`}, ""},
		{"a whole reply that says nothing", wire.Split{Whole: true}, `{"NextToken":null}`, []string{`{}`}, ""},
		{"a list that was left out", wire.Split{List: "L", Optional: true}, `{}`, nil, ""},
		{"a list that is null", wire.Split{List: "L", Optional: true}, `{"L":null}`, nil, ""},
		{"one list of two", wire.Split{List: "L", More: []string{"M"}, Optional: true}, `{"M":[{}]}`, []string{`{}`}, `{"M":[]}`},
		{"one that was left out", wire.Split{One: "O", Optional: true}, `{"O":null}`, nil, ""},
		{"the type of a reply is no error", wire.Split{List: "L"}, `{"__type":"x#ListResponse","L":[]}`, nil, ""},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			docs, _, rest, err := documents(jsonList(c.split), c.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.docs, docs); diff != "" {
				t.Errorf("documents (-want +got)\n%s", diff)
			}
			if want := c.rest; rest != want && (want != "" || rest != c.body) {
				t.Errorf("rest %s", rest)
			}
		})
	}
}

func TestForeignJSONRepliesAreRefused(t *testing.T) {
	t.Parallel()
	list, one, whole := wire.Split{List: "L"}, wire.Split{One: "O"}, wire.Split{Whole: true}
	for about, c := range map[string]struct {
		split wire.Split
		body  string
	}{
		"nothing":                             {list, ""},
		"white space":                         {list, " \n"},
		"XML":                                 {list, "<r><L/></r>"},
		"HTML":                                {list, "<!DOCTYPE html><html></html>"},
		"text":                                {list, "Service unavailable"},
		"a list":                              {list, `[{"L":[]}]`},
		"a text":                              {list, `"L"`},
		"a byte order mark":                   {list, "\ufeff" + `{"L":[]}`},
		"no list":                             {list, `{}`},
		"another reply":                       {list, `{"message":"x"}`},
		"a list that is null":                 {list, `{"L":null}`},
		"a list that is an object":            {list, `{"L":{}}`},
		"a list that is a text":               {wire.Split{List: "L", Optional: true}, `{"L":"x"}`},
		"a list twice":                        {list, `{"L":[],"L":[]}`},
		"a list twice, once with escapes":     {list, `{"L":[],"\u004c":[]}`},
		"a null list and then another":        {wire.Split{List: "L", Optional: true}, `{"L":null,"L":[]}`},
		"another member twice":                {list, `{"n":1,"L":[],"n":2}`},
		"a list further down":                 {list, `{"x":{"L":[]}}`},
		"an item that is null":                {list, `{"L":[null]}`},
		"an item that is a number":            {list, `{"L":[1]}`},
		"an item that is a list":              {list, `{"L":[[]]}`},
		"a name twice in an item":             {list, `{"L":[{"a":1,"a":1}]}`},
		"a name twice, further down":          {list, `{"L":[{"x":[{"a":1,"\u0061":1}]}]}`},
		"an item with our own name":           {list, `{"L":[{"^":{}}]}`},
		"half a character":                    {list, `{"L":[{"a":"\ud800x"}]}`},
		"not UTF-8":                           {list, "{\"L\":[{\"a\":\"\xff\"}]}"},
		"a bare control character":            {list, "{\"L\":[{\"a\":\"\x01\"}]}"},
		"a number that is none":               {list, `{"L":[{"a":01}]}`},
		"no comma":                            {list, `{"L":[{} {}]}`},
		"a comma too many":                    {list, `{"L":[{},]}`},
		"text after the reply":                {list, `{"L":[]}x`},
		"two replies":                         {list, `{"L":[]}{"L":[]}`},
		"an error":                            {wire.Split{List: "L", Optional: true}, `{"__type":"AccessDeniedException","message":"x"}`},
		"an error where all is wanted":        {whole, `{"__type":"x#InternalError"}`},
		"a list where all is wanted":          {whole, `[]`},
		"a name twice where all is wanted":    {whole, `{"a":1,"a":2}`},
		"our own name where all is wanted":    {whole, `{"^":1}`},
		"no one":                              {one, `{}`},
		"a one that is null":                  {one, `{"O":null}`},
		"a one that is a text":                {one, `{"O":"x"}`},
		"a one that is a list":                {one, `{"O":[]}`},
		"a record without its inner list":     {wire.Split{List: "L", Inner: "in"}, `{"L":[{"a":1}]}`},
		"a record that is a text":             {wire.Split{List: "L", Inner: "in"}, `{"L":["x"]}`},
		"an inner list that is null":          {wire.Split{List: "L", Inner: "in"}, `{"L":[{"in":null}]}`},
		"an inner list twice":                 {wire.Split{List: "L", Inner: "in"}, `{"L":[{"in":[{}],"in":[]}]}`},
		"an inner list twice, empty":          {wire.Split{List: "L", Inner: "in"}, `{"L":[{"in":[],"in":[{}]}]}`},
		"an inner item that is a text":        {wire.Split{List: "L", Inner: "in"}, `{"L":[{"in":["x"]}]}`},
		"a name twice beside no inner record": {wire.Split{List: "L", Inner: "in"}, `{"L":[{"a":1,"a":1,"in":[]}]}`},
		"too deep":                            {list, `{"L":[{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}]}`},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			docs, _, _, err := documents(jsonList(c.split), c.body)
			if err == nil {
				t.Fatalf("accepted, with %q", docs)
			}
			if errors.Is(err, wire.ErrCut) {
				t.Errorf("taken for a reply that was cut short: %v", err)
			}
		})
	}
}

const alarmPage = `{ "Alarms": [ {"Name":"a","Actions":["z","b"],"N":-1.5e-3,"On":true,"No":null,"E":"\ud83d\ude00\u0041\"ü",
 "Dimensions":[{"Name":"y","Value":"1"},{"Name":"x","Value":"2"}]}, "name", {"tags":{"env":"prod"}} ], "nextToken": "t\u00fc" }`

func TestAJSONReplyCutAnywhereIsToldAsCut(t *testing.T) {
	t.Parallel()
	if _, _, _, err := documents(alarms, alarmPage); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(alarmPage); i++ {
		if _, _, _, err := documents(alarms, alarmPage[:i]); !errors.Is(err, wire.ErrCut) {
			t.Fatalf("cut at byte %d, after %q: %v", i, alarmPage[max(0, i-20):i], err)
		}
	}
}

func TestSetsOfJSONRepliesAreSorted(t *testing.T) {
	t.Parallel()
	docs, _, _, err := documents(alarms, alarmPage)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"Actions":["b","z"],"Dimensions":[{"Name":"x","Value":"2"},{"Name":"y","Value":"1"}],"E":"😀A\"ü","N":-1.5e-3,"Name":"a","No":null,"On":true}`,
		`{"value":"name"}`, `{"tags":{"env":"prod"}}`,
	}
	if diff := cmp.Diff(want, docs); diff != "" {
		t.Error(diff)
	}
}

func TestSecretsOfJSONRepliesNeverReachADocument(t *testing.T) {
	t.Parallel()
	for _, s := range secrets {
		quoted := string(wire.AppendString(nil, []byte(s.text)))
		for _, c := range []struct{ item, ptr string }{
			{`{"Description":` + quoted + `}`, "/Description"},
			{`{"Dimensions":[{"Name":"x","Value":"1"},{"Name":"a","Value":` + quoted + `}]}`, "/Dimensions/0/Value"},
			{`{"Dimensions":[{"Name":"password","Value":` + quoted + `}]}`, "/Dimensions/0/Value"},
			{`{"Data":{"deep":[` + quoted + `]}}`, "/Data"},
			{`{"tags":{"a":"b","env":` + quoted + `}}`, "/tags/env"},
			{`{"tags":{"a":"b",` + quoted + `:"x"}}`, "/tags"},
			{quoted, "/value"},
		} {
			body := `{"Alarms":[` + c.item + `]}`
			doc := one(t, alarms, body)
			if diff := cmp.Diff([]string{c.ptr}, doc.Redacted); diff != "" {
				t.Errorf("%s (-want +got)\n%s", c.item, diff)
			}
			if bytes.Contains(doc.JSON, []byte(s.text[len(s.text)-10:])) {
				t.Errorf("a secret of kind %s is in %s", s.kind, doc.JSON)
			}
			if raw, ok := wire.Pointer(doc.JSON, c.ptr); !ok || !wire.IsRedacted(strings.Trim(string(raw), `"`)) {
				t.Errorf("%s holds %s", c.ptr, raw)
			}
		}
	}
}

func TestNamesOfJSONLabelsHideTheirValues(t *testing.T) {
	t.Parallel()
	for _, name := range secretNames {
		q := string(wire.AppendString(nil, []byte(name)))
		for _, item := range []string{`{"tags":{"a":"b",` + q + `:"q7"}}`, `{"Dimensions":[{"Value":"q7","Name":` + q + `}]}`, `{"tags":{` + q + `:["q7"]}}`} {
			doc := one(t, alarms, `{"Alarms":[`+item+`]}`)
			if bytes.Contains(doc.JSON, []byte("q7")) || !bytes.Contains(doc.JSON, []byte("[redacted:named_secret:")) {
				t.Errorf("%q is told: %s", name, doc.JSON)
			}
		}
	}
	for _, item := range []string{`{"tags":{"env":"q7","password":null,"token":""}}`, `{"Dimensions":[{"Name":"env","Value":"q7"}]}`} {
		if doc := one(t, alarms, `{"Alarms":[`+item+`]}`); string(doc.JSON) != item {
			t.Errorf("%s became %s", item, doc.JSON)
		}
	}
}

// one parses a page of one document.
func one(t *testing.T, s *wire.Shape, body string) (doc wire.Doc) {
	t.Helper()
	var p wire.Page
	n := 0
	if _, err := p.Parse([]byte(body), s, wire.NewRedactor(testKey), func(d wire.Doc) error {
		doc = wire.Doc{JSON: bytes.Clone(d.JSON), Redacted: d.Redacted, List: d.List}
		n++
		return nil
	}); err != nil || n != 1 {
		t.Fatalf("%s: %d documents, %v", body, n, err)
	}
	return doc
}

// anyValue draws a JSON value, as encoding/json has them.
func anyValue(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kinds := 6
		if depth == 0 {
			kinds = 4
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return rapid.String().Draw(t, "text")
		case 1:
			return rapid.Int64().Draw(t, "number")
		case 2:
			return rapid.Bool().Draw(t, "bool")
		case 3:
			return nil
		case 4:
			return rapid.SliceOfN(anyValue(depth-1), 0, 4).Draw(t, "list")
		}
		return rapid.MapOfN(memberName(), anyValue(depth-1), 0, 5).Draw(t, "object")
	})
}

func memberName() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"a", "b", "Name", "Value", "^a", "]", "_", "é", `q"`}), rapid.String()).Filter(func(s string) bool { return s != "^" })
}

// TestJSONSameAsTheOracle: the documents are those that encoding/json makes,
// however the page is written.
func TestJSONSameAsTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(rapid.MapOfN(memberName(), anyValue(3), 0, 5), 0, 4).Draw(t, "items")
		token := rapid.String().Draw(t, "token")
		var body bytes.Buffer
		pad := rapid.SampledFrom([]string{"", " ", "\n\t"})
		fmt.Fprintf(&body, `{%s"nextToken":%s,"L":%s[`, pad.Draw(t, "pad"), oracleEscaped(token), pad.Draw(t, "pad"))
		want := []string{}
		for i, m := range items {
			if i > 0 {
				body.WriteByte(',')
			}
			body.WriteString(pad.Draw(t, "pad"))
			if rapid.Bool().Draw(t, "escaped") {
				body.Write(oracleEscaped(m))
			} else {
				body.Write(oracleJSON(m))
			}
			body.WriteString(pad.Draw(t, "pad"))
			want = append(want, string(oracleJSON(m)))
		}
		body.WriteString("]}")
		docs, _, rest, err := documents(jsonList(wire.Split{List: "L"}), body.String())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, append([]string{}, docs...)); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
		left := oracleMap(t, []byte(rest))
		if l, ok := left["L"].([]any); !ok || len(l) != 0 || left["nextToken"] != token {
			t.Fatalf("rest %s", rest)
		}
	})
}
