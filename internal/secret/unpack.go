package secret

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unpack looks through data of any form. outer says that it is no part of
// something else, so that its form is the report's.
func (s *scanner) unpack(place string, data []byte, depth int, outer bool) {
	note := func(format string) {
		if outer {
			s.formats = append(s.formats, format)
		}
	}
	if depth > s.o.MaxDepth {
		note("unknown")
		s.unread(place, "it is packed too deep")
		return
	}
	start := bytes.TrimLeft(data, " \t\r\n\ufeff")
	switch {
	case len(start) == 0:
		note("empty")
	case bytes.HasPrefix(data, []byte{0x1f, 0x8b}):
		note("gzip")
		s.unpack(place, s.gunzip(place, data), depth+1, outer)
	case isUTF16(data):
		note("utf-16")
		s.unpack(place, s.fromUTF16(place, data), depth+1, outer)
	case isMIME(start):
		note("mime")
		s.message(place, start, depth)
	case isBinary(data):
		note("unknown")
		s.unread(place, "it is neither text nor packed in a way that is known")
		s.text(place, data)
	case s.twice(place, data, depth, outer):
	default:
		s.textual(place, data, start, depth, note)
	}
}

// textual looks through a text. cloud-init tells its forms by the first line,
// or by the second where the first says that it is a template.
func (s *scanner) textual(place string, data, start []byte, depth int, note func(string)) {
	first, rest, _ := bytes.Cut(start, []byte("\n"))
	if bytes.HasPrefix(bytes.ReplaceAll(first, []byte(" "), nil), []byte("##template:jinja")) {
		first, _, _ = bytes.Cut(rest, []byte("\n"))
	}
	is := func(prefix string) bool {
		return len(first) >= len(prefix) && strings.EqualFold(string(first[:len(prefix)]), prefix)
	}
	switch {
	case is("#cloud-config"):
		archive := is("#cloud-config-archive")
		if archive {
			note("cloud-config-archive")
		} else {
			note("cloud-config")
		}
		s.cloudConfig(place, data, depth, archive)
		return
	case is("#include"):
		note("include")
	case is("#!"), is("#cloud-boothook"), is("#part-handler"):
		note("script")
	case is("<powershell"), is("<script"):
		note("windows")
	default:
		note("text")
	}
	s.text(place, data)
}

// twice looks through data that were put into base64 once more than they
// should have been: a mistake, and readable.
func (s *scanner) twice(place string, data []byte, depth int, outer bool) bool {
	trimmed := bytes.TrimSpace(data)
	if len(trimmed) < 24 || bytes.ContainsAny(trimmed, " #<>$:;,.'\"") {
		return false
	}
	inner, ok := unbase64(trimmed)
	if !ok || !bytes.HasPrefix(inner, []byte{0x1f, 0x8b}) && (isBinary(inner) || !utf8.Valid(inner)) {
		return false
	}
	if !s.take(place, len(inner)) {
		return true
	}
	if outer {
		s.formats = append(s.formats, "base64")
	}
	s.unpack(place, inner, depth+1, outer)
	return true
}

// gunzip unpacks as much as may be.
func (s *scanner) gunzip(place string, data []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		s.unread(place, "it begins as gzip and is not")
		return nil
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(s.left)+1))
	if len(out) > s.left {
		out = out[:s.left]
		s.take(place, s.left+1)
		return out
	}
	s.take(place, len(out))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		s.unread(place, "its gzip ends early")
	case err != nil:
		s.unread(place, "its gzip is damaged")
	}
	return out
}

func isUTF16(data []byte) bool {
	return len(data) > 2 && (data[0] == 0xff && data[1] == 0xfe || data[0] == 0xfe && data[1] == 0xff)
}

// fromUTF16 makes UTF-8 of the text that Windows' editors write.
func (s *scanner) fromUTF16(place string, data []byte) []byte {
	high := 0
	if data[0] == 0xff {
		high = 1
	}
	var units []uint16
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, uint16(data[i+high])<<8|uint16(data[i+1-high]))
	}
	out := []byte(string(utf16.Decode(units)))
	if !s.take(place, len(out)) {
		return nil
	}
	return out
}

// isBinary reports that data are no text, in UTF-8 or an older encoding.
func isBinary(data []byte) bool {
	odd := 0
	for _, c := range data {
		switch {
		case c == 0:
			return true
		case c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b:
			odd++
		}
	}
	if !utf8.Valid(data) {
		for _, c := range data {
			if c >= 0x80 {
				odd++
			}
		}
	}
	return odd*5 > len(data)
}
