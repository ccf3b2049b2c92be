package wire

import (
	"bytes"
	"slices"
)

// CanonicalJSON appends the JSON text src to dst in canonical form: members
// sorted by the bytes of their names, no white space, strings escaped as
// little as may be, numbers as the cloud wrote them (a float would break
// 9007199254740993). Malformed text, a name twice in one object, half a
// surrogate pair and values nested too deep are refused.
func CanonicalJSON(dst, src []byte) ([]byte, error) {
	var t jsonTree
	if err := t.parse(src, false); err != nil {
		return dst, err
	}
	out, err := t.append(dst, 0)
	if err != nil {
		return dst, err
	}
	return out, nil
}

func (t *jsonTree) append(dst []byte, i int32) ([]byte, error) {
	n := &t.nodes[i]
	switch n.kind {
	case '"':
		return t.appendString(dst, n.val), nil
	case '[':
		return t.appendList(dst, i)
	case '{':
		return t.appendObject(dst, i)
	default:
		return append(dst, t.src[n.val.from:n.val.to]...), nil
	}
}

func (t *jsonTree) appendString(dst []byte, s span) []byte {
	q := t.src[s.from:s.to]
	if bytes.IndexByte(q, '\\') < 0 {
		return append(dst, q...)
	}
	return AppendString(dst, unquote(nil, q[1:len(q)-1]))
}

func (t *jsonTree) appendList(dst []byte, i int32) (_ []byte, err error) {
	dst = append(dst, '[')
	for c := t.nodes[i].first; c >= 0; c = t.nodes[c].next {
		if c != t.nodes[i].first {
			dst = append(dst, ',')
		}
		if dst, err = t.append(dst, c); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func (t *jsonTree) appendObject(dst []byte, i int32) (_ []byte, err error) {
	from := len(t.ord)
	for c := t.nodes[i].first; c >= 0; c = t.nodes[c].next {
		t.ord = append(t.ord, c)
	}
	to := len(t.ord)
	slices.SortFunc(t.ord[from:to], t.compare)
	dst = append(dst, '{')
	for k := from; k < to; k++ {
		c := t.ord[k]
		if k > from {
			if t.compare(t.ord[k-1], c) == 0 {
				return dst, errJSONTwice
			}
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, t.bare(c)), ':')
		if dst, err = t.append(dst, c); err != nil {
			return dst, err
		}
	}
	t.ord = t.ord[:from]
	return append(dst, '}'), nil
}
