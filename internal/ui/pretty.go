package ui

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"plumbline/web/parts"
)

// pretty lays a JSON document out over lines and gives the values at the given
// JSON pointers their role. It changes no value: numbers stay as they were written.
func pretty(doc []byte, marks map[string]string) ([]parts.Line, error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	p := &printer{d: d, marks: marks}
	if err := p.value("", "", ""); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	p.flush()
	return p.lines, nil
}

type printer struct {
	d     *json.Decoder
	marks map[string]string
	line  []parts.Run
	lines []parts.Line
}

func (p *printer) add(role, text string) { p.line = append(p.line, parts.Run{Role: role, Text: text}) }

func (p *printer) flush() {
	p.lines = append(p.lines, parts.Line{Runs: p.line})
	p.line = nil
}

// value prints one value at a pointer. after is what follows it on its line.
func (p *printer) value(indent, at, after string) error {
	t, err := p.d.Token()
	if err != nil {
		return err
	}
	if open, ok := t.(json.Delim); ok {
		return p.nested(indent, at, after, open)
	}
	text, role := scalar(t)
	if m := p.marks[at]; m != "" {
		role = m
	}
	p.add(role, text)
	p.add("", after)
	return nil
}

func (p *printer) nested(indent, at, after string, open json.Delim) error {
	closing := map[json.Delim]string{'{': "}", '[': "]"}[open]
	role := ""
	if at != "" {
		role = p.marks[at]
	}
	p.add(role, open.String())
	if !p.d.More() {
		if _, err := p.d.Token(); err != nil {
			return err
		}
		p.add(role, closing)
		p.add("", after)
		return nil
	}
	p.flush()
	for i := 0; p.d.More(); i++ {
		if err := p.member(indent+"  ", at, i, open == '{'); err != nil {
			return err
		}
	}
	if _, err := p.d.Token(); err != nil {
		return err
	}
	p.add("", indent)
	p.add(role, closing)
	p.add("", after)
	return nil
}

func (p *printer) member(indent, at string, i int, named bool) error {
	p.add("", indent)
	place := at + "/" + strconv.Itoa(i)
	if named {
		t, err := p.d.Token()
		if err != nil {
			return err
		}
		name := fmt.Sprint(t)
		place = at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
		p.add("k", quoted(name))
		p.add("", ": ")
	}
	if err := p.value(indent, place, ""); err != nil {
		return err
	}
	if p.d.More() {
		p.add("", ",")
	}
	p.flush()
	return nil
}

func scalar(t json.Token) (text, role string) {
	switch v := t.(type) {
	case string:
		return quoted(v), "s"
	case json.Number:
		return v.String(), ""
	case nil:
		return "null", ""
	default:
		return fmt.Sprint(v), ""
	}
}

// quoted writes a string as JSON, without the escapes that only matter inside
// of HTML: the template escapes for itself.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can always be encoded
	return strings.TrimSuffix(b.String(), "\n")
}

// pointerName undoes the escapes of one step of a JSON pointer.
func pointerName(step string) string { return strings.NewReplacer("~1", "/", "~0", "~").Replace(step) }
