package awsfact

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A policy is JSON that somebody wrote by hand: lists may be single values, and
// encoding/json would let the last of two equal names win in silence. Here a
// name twice is a fault, for AWS may have read the other.
type (
	// A polObject keeps its members in their order.
	polObject []polMember
	polMember struct {
		name  string
		value any // polObject, []any, string, json.Number, bool or nil
	}
)

// The bounds of what is read. The longest policy of IAM has 6,144 characters
// without white space, of a role's inline policies 10,240 together (IAM user
// guide, "IAM and AWS STS quotas"); white space does not count, so that
// a document may be longer.
const (
	longestPolicy = 256 << 10
	deepestPolicy = 16
)

var errPolicyTwice = errors.New("a name stands twice")

func readPolicyJSON(text string) (polObject, error) {
	if len(text) > longestPolicy {
		return nil, errors.New("longer than any policy")
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := polValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands after its end")
	}
	o, ok := v.(polObject)
	if !ok {
		return nil, errors.New("not an object")
	}
	return o, nil
}

func polValue(d *json.Decoder, depth int) (any, error) {
	if depth > deepestPolicy {
		return nil, errors.New("nested too deep")
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		return polMembers(d, depth)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := polValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	if s, ok := t.(string); ok && strings.ContainsAny(s, "\x00\x01") {
		return nil, errors.New("a control character")
	}
	return t, nil
}

func polMembers(d *json.Decoder, depth int) (any, error) {
	o := polObject{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := t.(string)
		if !ok {
			return nil, errors.New("a member without a name")
		}
		if _, twice := o.get(name); twice {
			return nil, fmt.Errorf("%w: %s", errPolicyTwice, name)
		}
		v, err := polValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		o = append(o, polMember{name, v})
	}
	_, err := d.Token()
	return o, err
}

func (o polObject) get(name string) (any, bool) {
	for _, m := range o {
		if m.name == name {
			return m.value, true
		}
	}
	return nil, false
}

// polTexts reads a string, or a list of them.
func polTexts(v any) ([]string, bool) {
	switch v := v.(type) {
	case string:
		return []string{v}, true
	case []any:
		out := make([]string, 0, len(v))
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, true
	}
	return nil, false
}

// polScalars reads the values of a condition: texts, numbers, yes and no, one
// or a list of them, each as it would be written in text.
func polScalars(v any) ([]string, bool) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	out := make([]string, 0, len(list))
	for _, e := range list {
		switch e := e.(type) {
		case string:
			out = append(out, e)
		case json.Number:
			out = append(out, e.String())
		case bool:
			out = append(out, fmt.Sprint(e))
		default:
			return nil, false
		}
	}
	return out, true
}
