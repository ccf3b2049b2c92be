package wire

import "encoding/binary"

// isName tells the bytes of element names. No cloud uses others; a prefix
// with a colon is refused, for it would make a member name of its own.
var isName = func() (p [256]bool) {
	for c := range p {
		p[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
	}
	return
}()

func startsName(c byte) bool {
	return isName[c] && c != '-' && c != '.' && (c < '0' || c > '9')
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

const eightSpaces = 0x2020202020202020

// blank reports that b is white space only. Indentation is most of a page, so
// it is read in eights.
func blank(b []byte) bool {
	for i := 0; i < len(b); {
		if len(b)-i >= 8 && binary.LittleEndian.Uint64(b[i:]) == eightSpaces {
			i += 8
			continue
		}
		if !isSpace(b[i]) {
			return false
		}
		i++
	}
	return true
}

// isItem tells the element names that stand for an item of a list.
func isItem(b []byte) bool {
	return string(b) == "item" || string(b) == "member" || string(b) == "entry"
}

// orderKey is the first eight bytes of a name, so that most names are ordered
// by one comparison of numbers. end is where the name ends in src.
func orderKey(src []byte, at, end int) uint64 {
	if at+8 <= len(src) {
		k := binary.BigEndian.Uint64(src[at:])
		if n := end - at; n < 8 {
			k &= ^uint64(0) << (8 * (8 - n))
		}
		return k
	}
	var b [8]byte
	copy(b[:], src[at:end])
	return binary.BigEndian.Uint64(b[:])
}

// off makes an offset or the number of a node of n.
func off(n int) int32 {
	return int32(n) //nolint:gosec // replies and JSON texts over a gigabyte are refused before
}
