package wire

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// stringEnd reads the string whose opening quote is at i and returns where it
// ends, after the closing quote.
func (t *jsonTree) stringEnd(i int) (int, error) {
	i++
	if !t.slow {
		n := bytes.IndexByte(t.src[i:], '"')
		if n < 0 {
			return len(t.src), errJSONCut
		}
		return i + n + 1, nil
	}
	for i < len(t.src) {
		switch c := t.src[i]; {
		case c == '"':
			return i + 1, nil
		case c < ' ':
			return i, errJSON(i)
		case c != '\\':
			i++
		default:
			n := t.escape(i)
			if n == 0 && isCutEscape(t.src[i:]) {
				return len(t.src), errJSONCut
			}
			if n == 0 {
				return i, errJSON(i)
			}
			i += n
		}
	}
	return i, errJSONCut
}

// escape returns the length of the escape at i, 0 if it is malformed or, where
// only canonical form is allowed, not the shortest.
func (t *jsonTree) escape(i int) int {
	if i+1 >= len(t.src) {
		return 0
	}
	switch t.src[i+1] {
	case '"', '\\', 'b', 'f', 'n', 'r', 't':
		return 2
	case '/':
		if t.canon {
			return 0
		}
		return 2
	case 'u':
		r, n := hexEscape(t.src[i:])
		if n > 0 && t.canon && (r >= 0x20 || string(appendEscape(nil, byte(r&0x1f))) != string(t.src[i:i+n])) {
			return 0
		}
		return n
	}
	return 0
}

// isCutEscape reports that b begins an escape and ends within it.
func isCutEscape(b []byte) bool {
	if r, ok := hex4(b); ok && r >= 0xd800 && r < 0xdc00 {
		b = b[6:] // and its other half
	}
	switch {
	case len(b) < 2:
		return len(b) == 0 || b[0] == '\\'
	case b[0] != '\\' || b[1] != 'u' || len(b) >= 6:
		return false
	}
	_, ok := hex4(append(bytes.Clone(b), "0000"[len(b)-2:]...))
	return ok
}

// isCutNumber reports that b begins a number and ends within it.
func isCutNumber(b []byte) bool {
	return number(append(bytes.Clone(b[:min(len(b), 64)]), '0')) == len(b)+1
}

// hexEscape reads \uXXXX, or two of them that are one character. n is 0 if
// there is none, or half of one.
func hexEscape(b []byte) (r rune, n int) {
	r, ok := hex4(b)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	low, ok := hex4(b[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	for _, c := range b[2:6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unquote appends what a string's inside, which was read before, stands for.
func unquote(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '\\')
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		b = b[i:]
		n := 2
		switch b[1] {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			var r rune
			r, n = hexEscape(b)
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, b[1])
		}
		b = b[n:]
	}
}

// literal reads null, true, false or a number.
func (t *jsonTree) literal(i int) (int, error) {
	b := t.src[i:]
	for _, w := range [...]string{"null", "true", "false"} {
		if b[0] == w[0] {
			if bytes.HasPrefix(b, []byte(w)) {
				return i + len(w), nil
			}
			if bytes.HasPrefix([]byte(w), b) {
				return len(t.src), errJSONCut
			}
			return i, errJSON(i)
		}
	}
	n := number(b)
	if n == 0 && isCutNumber(b) {
		return len(t.src), errJSONCut
	}
	if n == 0 {
		return i, errJSON(i)
	}
	return i + n, nil
}

// number returns the length of the number that b begins with, 0 if none.
func number(b []byte) int {
	i := 0
	if b[0] == '-' {
		i = 1
	}
	whole := digits(b[i:])
	if whole == 0 || whole > 1 && b[i] == '0' {
		return 0
	}
	i += whole
	if i < len(b) && b[i] == '.' {
		n := digits(b[i+1:])
		if n == 0 {
			return 0
		}
		i += 1 + n
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		e := i + 1
		if e < len(b) && (b[e] == '+' || b[e] == '-') {
			e++
		}
		n := digits(b[e:])
		if n == 0 {
			return 0
		}
		i = e + n
	}
	return i
}

func digits(b []byte) int {
	for i, c := range b {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(b)
}
