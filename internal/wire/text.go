package wire

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"
)

var (
	errBadChar   = errors.New("a character that XML does not allow")
	errBadEntity = errors.New("a bad entity")
)

func needsCooking(b []byte) bool {
	return bytes.IndexByte(b, '&') >= 0 || bytes.IndexByte(b, '\r') >= 0
}

// appendLines appends b with the line ends that XML wants.
func appendLines(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(append(dst, b[:i]...), '\n')
		b = b[i+1:]
		if len(b) > 0 && b[0] == '\n' {
			b = b[1:]
		}
	}
}

// unescape appends raw text with its entities resolved.
func unescape(dst, b []byte) ([]byte, error) {
	if !isText(b, true) {
		return dst, errBadChar
	}
	for {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			return appendLines(dst, b), nil
		}
		dst = appendLines(dst, b[:i])
		b = b[i+1:]
		j := bytes.IndexByte(b, ';')
		if j < 0 || j > 12 {
			return dst, errBadEntity
		}
		r, ok := entity(string(b[:j]))
		if !ok {
			return dst, errBadEntity
		}
		dst = utf8.AppendRune(dst, r)
		b = b[j+1:]
	}
}

func entity(e string) (rune, bool) {
	switch e {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(e) < 2 || e[0] != '#' {
		return 0, false
	}
	digits, base := e[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 31)
	return rune(n), err == nil && isChar(rune(n)) // parsed with 31 bits
}

// isChar tells the characters of XML 1.0, section 2.2.
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= utf8.MaxRune
}

// isText reports that b, known to be UTF-8, has only characters of XML. In
// raw text the end of a CDATA section must not stand.
func isText(b []byte, raw bool) bool {
	for i := 0; i < len(b); i++ {
		switch class[b[i]] {
		case plain, quoted:
		case closer:
			if raw && i >= 2 && b[i-1] == ']' && b[i-2] == ']' {
				return false
			}
		case control:
			if !isSpace(b[i]) {
				return false
			}
		case nonChar:
			if isNonChar(b[i:]) {
				return false
			}
		}
	}
	return true
}

// isNonChar reports that b begins with U+FFFE or U+FFFF.
func isNonChar(b []byte) bool {
	return len(b) >= 3 && b[0] == 0xef && b[1] == 0xbf && b[2] >= 0xbe
}
