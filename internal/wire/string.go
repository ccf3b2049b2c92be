package wire

// The classes of bytes in text.
const (
	plain   = iota // stands for itself
	quoted         // needs a backslash in JSON
	control        // below 0x20: white space, or not allowed in XML
	closer         // '>', which may end a CDATA section that never began
	nonChar        // 0xEF, which may begin U+FFFE or U+FFFF
)

var class = func() (p [256]uint8) {
	for c := range 0x20 {
		p[c] = control
	}
	p['"'], p['\\'], p['>'], p[0xef] = quoted, quoted, closer, nonChar
	return
}()

// appendText appends the text of a leaf as a JSON string. raw says that it
// stands in the page as it is here, and is checked for the first time.
func appendText(dst, s []byte, raw bool) ([]byte, error) {
	dst = append(dst, '"')
	from := 0
	for i, c := range s {
		switch class[c] {
		case plain:
			continue
		case quoted:
		case control:
			if !isSpace(c) {
				return dst, errBadChar
			}
		case closer:
			if raw && i >= 2 && s[i-1] == ']' && s[i-2] == ']' {
				return dst, errBadChar
			}
			continue
		case nonChar:
			if isNonChar(s[i:]) {
				return dst, errBadChar
			}
			continue
		}
		dst = appendEscape(append(dst, s[from:i]...), c)
		from = i + 1
	}
	return append(append(dst, s[from:]...), '"'), nil
}

// AppendString appends s, which must be UTF-8, as RFC 8785 writes strings:
// only what must be escaped is.
func AppendString(dst, s []byte) []byte {
	dst = append(dst, '"')
	from := 0
	for i, c := range s {
		if k := class[c]; k == quoted || k == control {
			dst = appendEscape(append(dst, s[from:i]...), c)
			from = i + 1
		}
	}
	return append(append(dst, s[from:]...), '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '\b':
		c = 'b'
	case '\f':
		c = 'f'
	case '\n':
		c = 'n'
	case '\r':
		c = 'r'
	case '\t':
		c = 't'
	case '"', '\\':
	default:
		const hex = "0123456789abcdef"
		return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	}
	return append(dst, '\\', c)
}
