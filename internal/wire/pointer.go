package wire

import (
	"strconv"
	"strings"
)

// Pointer finds the value that an RFC 6901 pointer names in a document, for
// showing evidence. ok is false if the document is malformed or has none.
func Pointer(doc []byte, ptr string) (raw []byte, ok bool) {
	var r Reader
	v, err := r.Read(doc)
	if err != nil || ptr != "" && ptr[0] != '/' {
		return nil, false
	}
	if ptr == "" {
		return v.Raw(), true
	}
	for token := range strings.SplitSeq(ptr[1:], "/") {
		if v, ok = v.step(token); !ok {
			return nil, false
		}
	}
	return v.Raw(), true
}

var (
	fromToken = strings.NewReplacer("~1", "/", "~0", "~")
	toToken   = strings.NewReplacer("~", "~0", "/", "~1")
)

func (v Value) step(token string) (Value, bool) {
	if !v.IsList() {
		v = v.Get(fromToken.Replace(token))
		return v, v.Exists()
	}
	n, err := strconv.Atoi(token)
	if err != nil || strconv.Itoa(n) != token {
		return Value{}, false
	}
	for i, item := range v.Items() {
		if i == n {
			return item, true
		}
	}
	return Value{}, false
}

// pointerTo names the value in v that begins at byte at of the document.
func (v Value) pointerTo(at int) string {
	var b strings.Builder
	for v.Exists() && v.begin() < at {
		v = v.towards(at, &b)
	}
	return b.String()
}

// towards goes one step down to the byte at and notes it.
func (v Value) towards(at int, b *strings.Builder) Value {
	list, n := v.IsList(), 0
	for c := v.firstChild(); c.Exists(); c, n = c.nextSibling(), n+1 {
		if at >= c.stop() {
			continue
		}
		b.WriteByte('/')
		if list {
			b.WriteString(strconv.Itoa(n))
		} else {
			b.WriteString(toToken.Replace(c.name()))
		}
		return c
	}
	return Value{}
}
