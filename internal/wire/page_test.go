package wire_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/wire"
)

// documents parses a page with a new Page.
func documents(s *wire.Shape, body string) (docs, lists []string, rest string, err error) {
	var p wire.Page
	r, err := p.Parse([]byte(body), s, wire.NewRedactor(testKey), func(d wire.Doc) error {
		docs, lists = append(docs, string(d.JSON)), append(lists, d.List)
		return nil
	})
	return docs, lists, string(r), err
}

// things is the plainest shape.
var things = &wire.Shape{Split: wire.Split{List: "set"}}

func TestElementsBecomeJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ about, xml, json string }{
		{"a leaf is a string, numbers and booleans too", `<a>1</a><b>true</b>`, `{"a":"1","b":"true"}`},
		{"keys are sorted by bytes", `<b>1</b><a>2</a><B>3</B><aa>4</aa>`, `{"B":"3","a":"2","aa":"4","b":"1"}`},
		{"long keys that begin alike are sorted", `<networkCardB>1</networkCardB><networkCardA>2</networkCardA>`, `{"networkCardA":"2","networkCardB":"1"}`},
		{"an empty element is null", `<a/><b></b><c />`, `{"a":null,"b":null,"c":null}`},
		{"white space in a leaf is kept", `<a> x </a><b> </b>`, `{"a":" x ","b":" "}`},
		{"items are a list, one item too", `<a><item>1</item></a><b><member><c>1</c></member><member/></b>`, `{"a":["1"],"b":[{"c":"1"},null]}`},
		{"a name twice is a list", `<a>1</a><b>2</b><a>3</a>`, `{"a":["1","3"],"b":"2"}`},
		{"a launch template's groups are a list", `<groupSet><groupId>sg-1</groupId></groupSet>`, `{"groupSet":["sg-1"]}`},
		{"entities are resolved", `<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;</a>`, `{"a":"<>&\"'A😀"}`},
		{"CDATA and comments are not markup of ours", `<!-- c --><a>x<![CDATA[<&>]]>y<!-- z -->z</a><!-- d -->`, `{"a":"x<&>yz"}`},
		{"line ends are one character", "<a>1\r\n2\r3\n4&#13;</a>", `{"a":"1\n2\n3\n4\r"}`},
		{"only what must be escaped is", "<a>\"\\\t/\u2028\u007fü</a>", "{\"a\":\"\\\"\\\\\\t/\u2028\u007fü\"}"},
		{"CDATA may end like a section", `<a><![CDATA[]]]]><![CDATA[>]]></a>`, `{"a":"]]>"}`},
		{"name spaces are no content", `<a xmlns="u" xmlns:x='v'>1</a>`, `{"a":"1"}`},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			docs, lists, rest, err := documents(things, `<r><set><item>`+c.xml+`</item></set><n>x</n></r>`)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{c.json}, docs); diff != "" {
				t.Error(diff)
			}
			if rest != `<r><n>x</n></r>` || lists[0] != "set" {
				t.Errorf("rest %s of list %s", rest, lists[0])
			}
		})
	}
}

func TestEnclosingRecordTravelsWithEachDocument(t *testing.T) {
	t.Parallel()
	s := &wire.Shape{Split: wire.Split{List: "set", Inner: "inner"}, Sets: map[string]string{"^/g": ""}}
	docs, _, rest, err := documents(s, `<r><set><item><owner>1</owner><inner><item><a>1</a><Z>2</Z></item><item><Z>3</Z></item></inner><g><item>2</item><item>1</item></g></item><item><inner/></item><item><inner><item><a>4</a></item></inner></item></set></r>`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"Z":"2","^":{"g":["1","2"],"owner":"1"},"a":"1"}`,
		`{"Z":"3","^":{"g":["1","2"],"owner":"1"}}`,
		`{"^":{},"a":"4"}`,
	}
	if diff := cmp.Diff(want, docs); diff != "" || rest != "<r></r>" {
		t.Errorf("rest %s, documents (-want +got)\n%s", rest, diff)
	}
}

func TestSeveralListsInOnePage(t *testing.T) {
	t.Parallel()
	s := &wire.Shape{Split: wire.Split{List: "Roles", More: []string{"Users"}}}
	docs, lists, rest, err := documents(s, `<r><Result><Users><member><a>1</a></member></Users><x/><Roles><member><b>2</b></member></Roles></Result></r>`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`{"a":"1"}`, `{"b":"2"}`}, docs) + cmp.Diff([]string{"Users", "Roles"}, lists); diff != "" {
		t.Error(diff)
	}
	if rest != `<r><Result><x/></Result></r>` {
		t.Error(rest)
	}
	if _, _, _, err := documents(s, `<r><Result><Users/></Result></r>`); err == nil {
		t.Error("a page without one of its lists was accepted")
	}
}

func TestOneElementIsTheDocument(t *testing.T) {
	t.Parallel()
	s := &wire.Shape{Split: wire.Split{One: "accountLevel"}}
	for body, want := range map[string]string{
		`<r><accountLevel><managedBy>account</managedBy></accountLevel></r>`: `{"managedBy":"account"}`,
		`<r><accountLevel/></r>`:                 `{}`,
		"<r><accountLevel>\n</accountLevel></r>": `{}`,
	} {
		docs, lists, rest, err := documents(s, body)
		if err != nil || len(docs) != 1 || docs[0] != want || rest != body || lists[0] != "accountLevel" {
			t.Errorf("%s: documents %s, rest %s, %v", body, docs, rest, err)
		}
	}
	for _, body := range []string{`<r/>`, `<r><accountLevel>x</accountLevel></r>`, `<r><accountLevel/><accountLevel/></r>`, `<r><accountLevel><item>1</item></accountLevel></r>`} {
		if docs, _, _, err := documents(s, body); err == nil {
			t.Errorf("%s gave %s", body, docs)
		}
	}
}

func TestForeignRepliesAreRefused(t *testing.T) {
	t.Parallel()
	for about, body := range map[string]string{
		"nothing":                            "",
		"white space":                        " \n",
		"text":                               "Service unavailable",
		"a page of HTML":                     "<!DOCTYPE html><html><body>502</body></html>",
		"HTML without a type":                "<html><head></head><body>502</body></html>",
		"JSON":                               `{"set":[]}`,
		"another reply":                      `<r><other/></r>`,
		"an empty reply":                     `<r/>`,
		"the list too deep":                  `<r><a><b><set/></b></a></r>`,
		"the list as the root":               `<set/>`,
		"the list twice":                     `<r><set/><set/></r>`,
		"two roots":                          `<r><set/></r><r/>`,
		"text after the root":                `<r><set/></r>x`,
		"text after the root and a comment":  `<r><set/></r>x<!-- -->`,
		"text before the root":               `x<r><set/></r>`,
		"a document type":                    `<!DOCTYPE r [<!ENTITY x "y">]><r><set/></r>`,
		"an instruction inside":              `<r><?p?><set/></r>`,
		"an instruction after":               `<r><set/></r><?p?>`,
		"another encoding":                   `<?xml version="1.0" encoding="ISO-8859-1"?><r><set/></r>`,
		"an attribute":                       `<r><set><item><a b="c">1</a></item></set></r>`,
		"an attribute of the root":           `<r a="b"><set/></r>`,
		"a prefix":                           `<r><set><item><x:a>1</x:a></item></set></r>`,
		"text beside elements of a record":   `<r><set><item>x<a/></item></set></r>`,
		"text after elements of a record":    `<r><set><item><a/>x</item></set></r>`,
		"text beside elements of the page":   `<r>x<set/></r>`,
		"CDATA beside elements":              `<r><set><item><![CDATA[x]]><a/></item></set></r>`,
		"text in the list":                   `<r><set>x</set></r>`,
		"something else in the list":         `<r><set><thing><a/></thing></set></r>`,
		"a record that is text":              `<r><set><item>x</item></set></r>`,
		"an empty record":                    `<r><set><item/></set></r>`,
		"a record that is a list":            `<r><set><item><item>1</item></item></set></r>`,
		"a control character":                "<r><set><item><a>\x01</a></item></set></r>",
		"a control character by reference":   `<r><set><item><a>&#1;</a></item></set></r>`,
		"a control character in the page":    "<r><id>\x01</id><set/></r>",
		"a character that is none":           "<r><set><item><a>\ufffe</a></item></set></r>",
		"half a character by reference":      `<r><set><item><a>&#xD800;</a></item></set></r>`,
		"not UTF-8":                          "<r><set><item><a>\xff</a></item></set></r>",
		"an unknown entity":                  `<r><set><item><a>&nbsp;</a></item></set></r>`,
		"a bare ampersand":                   `<r><set><item><a>a & b</a></item></set></r>`,
		"an entity of the page that is none": `<r><id>&x;</id><set/></r>`,
		"the end of CDATA in text":           `<r><set><item><a>]]></a></item></set></r>`,
		"two hyphens in a comment":           `<r><set/><!-- a -- b --></r>`,
		"crossed tags":                       `<r><set><item><a><b></a></b></item></set></r>`,
		"an end too many":                    `<r><set/></r></r>`,
		"a bad name":                         `<r><set><item><1a/></item></set></r>`,
		"an empty name":                      `<r><set><item><></></item></set></r>`,
		"too deep":                           `<r><set><item>` + strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100) + `</item></set></r>`,
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			docs, _, _, err := documents(things, body)
			if err == nil {
				t.Fatalf("accepted, with %q", docs)
			}
			if errors.Is(err, wire.ErrCut) {
				t.Errorf("taken for a reply that was cut short: %v", err)
			}
		})
	}
}

func TestReservationsMustHaveTheirInstances(t *testing.T) {
	t.Parallel()
	for about, record := range map[string]string{
		"no inner list":                      `<item><a>1</a></item>`,
		"text for the inner list":            `<item><instancesSet>x</instancesSet></item>`,
		"something else in the inner list":   `<item><instancesSet><thing/></instancesSet></item>`,
		"an empty document":                  `<item><instancesSet><item/></instancesSet></item>`,
		"the inner list twice":               `<item><instancesSet/><instancesSet/></item>`,
		"a bad character beside no instance": "<item><a>\x02</a><instancesSet/></item>",
	} {
		if docs, _, _, err := documents(instances, "<r><reservationSet>"+record+"</reservationSet></r>"); err == nil {
			t.Errorf("%s: accepted, with %q", about, docs)
		}
	}
	if docs, _, _, err := documents(instances, "<r><reservationSet><item><instancesSet/></item></reservationSet></r>"); err != nil || len(docs) != 0 {
		t.Errorf("a reservation without instances: %q, %v", docs, err)
	}
}

func TestTheCallersErrorComesBackAsItIs(t *testing.T) {
	t.Parallel()
	mine := errors.New("mine")
	var p wire.Page
	_, err := p.Parse(page(2, nil), instances, wire.NewRedactor(testKey), func(wire.Doc) error { return mine })
	if !errors.Is(err, mine) {
		t.Error(err)
	}
}

func TestDocumentsWithSecretsNeedARedactor(t *testing.T) {
	t.Parallel()
	var p wire.Page
	if _, err := p.Parse(page(1, nil), instances, nil, func(wire.Doc) error { return nil }); err == nil {
		t.Error("parsed without a redactor")
	}
}

// TestSameAsTheOracle holds the documents against ones made by encoding/xml
// and encoding/json, on pages changed in all the ways that XML allows.
func TestSameAsTheOracle(t *testing.T) {
	t.Parallel()
	for about, edit := range map[string]func(string) string{
		"as it is": func(s string) string { return s },
		"entities": func(s string) string {
			return strings.ReplaceAll(s, "app-prod", "a&amp;b &lt;&#x1F600;&#10;\r\nü \u2027\u2028<!-- x -->\\u2028")
		},
		"line ends of Windows": func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"CDATA and comments": func(s string) string {
			return strings.ReplaceAll(s, ">prod<", "><![CDATA[<p>\r\n]]>r<!-- c -->od<")
		},
		"comments between elements": func(s string) string { return strings.ReplaceAll(s, "<item>", "<!-- i --><item><!-- j -->") },
		"no indentation":            func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "    ", ""), "\n", "") },
		"a byte order mark":         func(s string) string { return "\ufeff" + s },
		"equal keys in a set":       func(s string) string { return strings.ReplaceAll(s, "<key>team</key>", "<key>env</key>") },
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			body := edit(string(page(3, rand.New(rand.NewPCG(3, 4)))))
			want, err := oracleInstances([]byte(strings.TrimPrefix(body, "\ufeff")), instances.Sets)
			if err != nil {
				t.Fatal(err)
			}
			docs, _, _, err := documents(instances, body)
			if err != nil {
				t.Fatal(err)
			}
			if len(docs) != 3 || len(want) != 3 {
				t.Fatal(len(docs), len(want))
			}
			for i := range want {
				if docs[i] != string(want[i]) {
					t.Fatalf("got  %s\nwant %s", docs[i], want[i])
				}
			}
		})
	}
}

func TestAPageCutAnywhereIsRefused(t *testing.T) {
	t.Parallel()
	whole := string(page(1, nil))
	whole = strings.Replace(whole, ">prod<", "><![CDATA[p]]>rüd<!-- c --><", 1)
	if _, _, _, err := documents(instances, whole); err != nil {
		t.Fatal(err)
	}
	for i := range len(whole) {
		_, _, _, err := documents(instances, whole[:i])
		if err == nil {
			t.Fatalf("no error for a page cut at byte %d", i)
		}
		if i > 60 && !errors.Is(err, wire.ErrCut) {
			t.Fatalf("a page cut at byte %d, %.20q, is not told as cut: %v", i, whole[max(0, i-20):i], err)
		}
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	want, _, _, err := documents(instances, string(page(2, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(50) {
		got, _, _, err := documents(instances, string(page(2, rand.New(rand.NewPCG(seed, 1)))))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestASetIsSortedByItsKeyThenByItsBytes(t *testing.T) {
	t.Parallel()
	s := &wire.Shape{Split: wire.Split{List: "set"}, Sets: map[string]string{"t": "k", "u": "", "t/v": ""}}
	docs, _, _, err := documents(s, `<r><set><item><t><item><k>b</k></item><item><k>a</k><v><item>2</item><item>1</item></v></item><item><x/></item><item><k>a</k><v><item>0</item></v></item></t><u><item>3</item><item><z>1</z></item><item>1</item></u></item></set></r>`)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"t":[{"x":null},{"k":"a","v":["0"]},{"k":"a","v":["1","2"]},{"k":"b"}],"u":["1","3",{"z":"1"}]}`
	if docs[0] != want {
		t.Errorf("got  %s\nwant %s", docs[0], want)
	}
}

const small = `<?xml version="1.0" encoding="UTF-8"?>
<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <requestId>8f7724cf</requestId>
    <reservationSet>
        <item>
            <reservationId>r-1</reservationId><groupSet><item><groupId>sg-2</groupId></item><item><groupId>sg-1</groupId></item></groupSet>
            <instancesSet>
                <item>
                    <instanceId>i-1</instanceId><reason/>
                    <metadataOptions><state>applied</state><httpTokens>optional</httpTokens></metadataOptions>
                    <tagSet><item><key>b</key><value>a &amp; b</value></item><item><key>a</key><value>"x\y"</value></item></tagSet>
                </item>
                <item><instanceId>i-2</instanceId><tagSet/></item>
            </instancesSet>
        </item>
    </reservationSet>
</DescribeInstancesResponse>`

// TestMutations changes a page in 20,000 ways. Nothing may panic, what is
// accepted must be XML, and its documents must be the oracle's.
func TestMutations(t *testing.T) {
	t.Parallel()
	whole := []byte(small)
	r := rand.New(rand.NewPCG(1, 2))
	p, red := new(wire.Page), wire.NewRedactor(testKey)
	accepted, refused := 0, 0
	for range 20000 {
		body, what := mutate(r, whole)
		var docs [][]byte
		_, err := p.Parse(body, instances, red, func(d wire.Doc) error {
			if len(d.Redacted) == 0 {
				docs = append(docs, d.JSON)
			}
			return nil
		})
		if err != nil {
			refused++
			continue
		}
		accepted++
		want, err := oracleInstances(body, instances.Sets)
		if err != nil {
			t.Fatalf("after %s accepted what encoding/xml refuses: %v", what, err)
		}
		if len(docs) != len(want) {
			t.Fatalf("after %s %d documents, want %d", what, len(docs), len(want))
		}
		for i := range want {
			if !bytes.Equal(want[i], docs[i]) {
				t.Fatalf("after %s\ngot  %s\nwant %s", what, docs[i], want[i])
			}
		}
	}
	if accepted < 2000 || refused < 2000 {
		t.Errorf("%d accepted and %d refused: the changes prove nothing", accepted, refused)
	}
}

var fragments = []string{
	"<", ">", "/", "&amp;", "&", "<!--x-->", "<![CDATA[y]]>", "<item>", "</item>", "<item/>", "\x00", "\xff", "]]>",
	` a="b"`, ` xmlns="b"`, "<?p?>", "\r\n", "é", "&#65;", "&#0;", "<a:b>", "'", "\"", "\\", "\u2028", "\ufffe", "<a>", "</a>", "<a/>", "<-a/>",
}

func mutate(r *rand.Rand, whole []byte) (body []byte, what string) {
	b := bytes.Clone(whole)
	i := r.IntN(len(b))
	switch r.IntN(3) {
	case 0:
		f := fragments[r.IntN(len(fragments))]
		return append(b[:i:i], append([]byte(f), b[i:]...)...), fmt.Sprintf("%q inserted at %d", f, i)
	case 1:
		n := min(len(b)-i, 1+r.IntN(6))
		return append(b[:i:i], b[i+n:]...), fmt.Sprintf("%d bytes deleted at %d", n, i)
	default:
		b[i] ^= 1 << r.IntN(8)
		return b, fmt.Sprintf("byte %d flipped to %q", i, b[i])
	}
}

func TestTheWholeReplyIsTheDocument(t *testing.T) {
	t.Parallel()
	s := &wire.Shape{Split: wire.Split{Whole: true}}
	for body, want := range map[string]string{
		`<GetEbsResponse xmlns="u"><requestId>r</requestId><on>true</on></GetEbsResponse>`:       `{"on":"true"}`,
		`<GetEbsResponse><b>1</b><nextToken>n</nextToken><a><item>1</item></a></GetEbsResponse>`: `{"a":["1"],"b":"1"}`,
		`<GetEbsResponse><requestId>r</requestId></GetEbsResponse>`:                              `{}`,
		`<GetEbsResponse/>`: `{}`,
		`<GetSumResponse><GetSumResult><M><entry><key>k</key></entry></M></GetSumResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetSumResponse>`: `{"M":[{"key":"k"}]}`,
		`<GetSumResponse><ResponseMetadata/><GetSumResult/></GetSumResponse>`:                                                                                           `{}`,
	} {
		docs, lists, rest, err := documents(s, body)
		if err != nil || len(docs) != 1 || docs[0] != want || rest != body || lists[0] != "" {
			t.Errorf("%s: documents %s, rest %s, %v", body, docs, rest, err)
		}
	}
	for _, body := range []string{
		`<html><body>x</body></html>`, `<ErrorResponse><Error/></ErrorResponse>`, `<Response><Errors/></Response>`, `<GetResponse>x</GetResponse>`,
		`<GetResponse><item>1</item></GetResponse>`, `<GetSumResponse><GetSumResult><a>1</a></GetSumResult><b>1</b></GetSumResponse>`,
		`<GetSumResponse><GetSumResult/><GetSumResult/></GetSumResponse>`, `<GetResponse><a>1</a></GetResponse>x`,
	} {
		if docs, _, _, err := documents(s, body); err == nil {
			t.Errorf("%s gave %s", body, docs)
		}
	}
}

func TestAListThatTheCallMayLeaveOut(t *testing.T) {
	t.Parallel()
	s := &wire.Shape{Split: wire.Split{List: "set", Optional: true}}
	if docs, _, _, err := documents(s, `<GetResponse><n>1</n></GetResponse>`); err != nil || len(docs) != 0 {
		t.Errorf("%q, %v", docs, err)
	}
	for _, body := range []string{`<html/>`, `<ErrorResponse><Error/></ErrorResponse>`, `<Response><Errors/></Response>`, `<GetResponse><set>x</set></GetResponse>`} {
		if docs, _, _, err := documents(s, body); err == nil {
			t.Errorf("%s gave %s", body, docs)
		}
	}
}

func TestKindsOfSeveralLists(t *testing.T) {
	t.Parallel()
	s := &wire.Shape{Kind: "aws.role", Kinds: map[string]string{"Users": "aws.user"}}
	if r, u := s.KindOf("Roles"), s.KindOf("Users"); r != "aws.role" || u != "aws.user" {
		t.Error(r, u)
	}
}
