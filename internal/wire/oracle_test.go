package wire_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// The oracle makes the same documents by encoding/xml, maps and encoding/json.
// It shares no code with the package, is slow, and is plainly right.
type oracleElement struct {
	name string
	text strings.Builder
	kids []*oracleElement
}

func oracleTree(page []byte) (*oracleElement, error) {
	d := xml.NewDecoder(bytes.NewReader(page))
	top := &oracleElement{}
	stack := []*oracleElement{top}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		in := stack[len(stack)-1]
		switch x := token.(type) {
		case xml.StartElement:
			e := &oracleElement{name: x.Name.Local}
			in.kids = append(in.kids, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			in.text.Write(x)
		}
	}
	if len(top.kids) != 1 {
		return nil, errors.New("not one root")
	}
	return top.kids[0], nil
}

func (e *oracleElement) child(name string) *oracleElement {
	for _, k := range e.kids {
		if k.name == name {
			return k
		}
	}
	return &oracleElement{}
}

// value is the element as Go values; sets maps paths to sort members.
func (e *oracleElement) value(path string, sets map[string]string) any {
	if len(e.kids) == 0 {
		if e.text.Len() == 0 {
			return nil
		}
		return e.text.String()
	}
	items := 0
	for _, k := range e.kids {
		if k.name == "item" || k.name == "member" || k.name == "entry" || k.name == "groupId" && e.name == "groupSet" {
			items++
		}
	}
	if items == len(e.kids) {
		return oracleList(e.kids, path, sets)
	}
	by := map[string][]*oracleElement{}
	for _, k := range e.kids {
		by[k.name] = append(by[k.name], k)
	}
	m := map[string]any{}
	for name, kids := range by {
		p := strings.TrimPrefix(path+"/"+name, "/")
		if len(kids) == 1 {
			m[name] = kids[0].value(p, sets)
		} else {
			m[name] = oracleList(kids, p, sets)
		}
	}
	return m
}

func oracleList(kids []*oracleElement, path string, sets map[string]string) []any {
	list := make([]any, len(kids))
	for i, k := range kids {
		list[i] = k.value(path, sets)
	}
	key, isSet := sets[path]
	if !isSet {
		return list
	}
	text := func(v any) string {
		m, _ := v.(map[string]any)
		s, _ := m[key].(string)
		return s
	}
	slices.SortStableFunc(list, func(a, b any) int {
		return cmp.Or(cmp.Compare(text(a), text(b)), bytes.Compare(oracleJSON(a), oracleJSON(b)))
	})
	return list
}

// oracleJSON is encoding/json without its escapes for browsers.
func oracleJSON(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	out := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	for _, c := range []string{"\u2028", "\u2029"} {
		esc, _ := json.Marshal(c)
		out = replaceEscape(out, esc[1:len(esc)-1], []byte(c))
	}
	return out
}

// replaceEscape replaces an escape where its backslash is not itself escaped.
func replaceEscape(s, esc, by []byte) []byte {
	var out []byte
	for i := 0; i < len(s); {
		switch {
		case bytes.HasPrefix(s[i:], esc):
			out = append(out, by...)
			i += len(esc)
		case s[i] == '\\':
			out = append(out, s[i], s[i+1])
			i += 2
		default:
			out = append(out, s[i])
			i++
		}
	}
	return out
}

// oracleInstances makes the documents of a DescribeInstances page.
func oracleInstances(page []byte, sets map[string]string) ([][]byte, error) {
	root, err := oracleTree(page)
	if err != nil {
		return nil, err
	}
	var docs [][]byte
	for _, res := range root.child("reservationSet").kids {
		up := &oracleElement{name: res.name}
		for _, k := range res.kids {
			if k.name != "instancesSet" {
				up.kids = append(up.kids, k)
			}
		}
		for _, in := range res.child("instancesSet").kids {
			m, ok := in.value("", sets).(map[string]any)
			if !ok {
				return nil, errors.New("not an object")
			}
			if len(up.kids) == 0 {
				m["^"] = map[string]any{}
			} else {
				m["^"] = up.value("^", sets)
			}
			docs = append(docs, oracleJSON(m))
		}
	}
	return docs, nil
}

// oracleEscaped is encoding/json with its escapes for browsers.
func oracleEscaped(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return out
}

// oracleMap reads a JSON object.
func oracleMap(t interface{ Fatal(...any) }, b []byte) map[string]any {
	var m map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		t.Fatal(string(b), err)
	}
	return m
}

// oracleAlarms makes the documents of a JSON page of alarms.
func oracleAlarms(t interface{ Fatal(...any) }, page []byte) (docs [][]byte) {
	items, _ := oracleMap(t, page)["Alarms"].([]any)
	for _, v := range items {
		m, ok := v.(map[string]any)
		if !ok {
			m = map[string]any{"value": v}
		}
		for name, key := range alarms.Sets {
			if list, ok := m[name].([]any); ok {
				slices.SortStableFunc(list, func(a, b any) int {
					return cmp.Or(cmp.Compare(oracleKey(a, key), oracleKey(b, key)), bytes.Compare(oracleJSON(a), oracleJSON(b)))
				})
			}
		}
		docs = append(docs, oracleJSON(m))
	}
	return docs
}

func oracleKey(v any, key string) string {
	m, _ := v.(map[string]any)
	k, there := m[key]
	if s, ok := k.(string); ok && key != "" {
		return s
	}
	if !there || key == "" {
		return ""
	}
	return string(oracleJSON(k))
}
