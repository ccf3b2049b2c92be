package secret

import (
	"bytes"
	"fmt"
	"io"
	"mime/quotedprintable"
	"regexp"
	"strings"
)

var (
	mimeStart = regexp.MustCompile(`(?i)^(from [^\n]*\n)?(mime-version|content-type|content-transfer-encoding|content-disposition)[ \t]*:`)
	mimeType  = regexp.MustCompile(`(?i)^multipart/`)
	boundary  = regexp.MustCompile(`(?i);\s*boundary\s*=\s*(?:"([^"\n]+)"|([^\s;"]+))`)
)

// isMIME reports that a text begins with the header of a MIME message.
func isMIME(start []byte) bool { return mimeStart.Match(start) }

// message looks through a MIME message (RFC 2045, 2046), or a part of one.
func (s *scanner) message(place string, msg []byte, depth int) {
	head, body := cutHeader(msg)
	ctype := head["content-type"]
	if !mimeType.MatchString(strings.TrimSpace(ctype)) {
		if body = s.transferred(place, head["content-transfer-encoding"], body); body != nil {
			s.unpack(place, body, depth+1, false)
		}
		return
	}
	m := boundary.FindStringSubmatch(ctype)
	if m == nil {
		s.unread(place, "a MIME message of several parts does not say where they end")
		s.text(place, body)
		return
	}
	s.several(place, m[1]+m[2], body, depth)
}

// several looks through the parts of a message.
func (s *scanner) several(place, limit string, body []byte, depth int) {
	if depth >= s.o.MaxDepth {
		s.unread(place, "it is packed too deep")
		return
	}
	parts, around := splitParts(body, limit)
	s.text(place, around)
	if len(parts) == 0 {
		s.unread(place, "a MIME message without its parts")
	}
	for i, part := range parts {
		in := strings.TrimSpace(fmt.Sprintf("%s part %d", place, i+1))
		if s.parts == 0 {
			s.unread(in, "there are more parts than are looked through")
			return
		}
		s.parts--
		s.message(in, part, depth+1)
	}
}

// splitParts cuts a body at its boundary lines. around is what stands before
// the first and after the last, which no program reads, but people.
func splitParts(body []byte, limit string) (parts [][]byte, around []byte) {
	delimiter := []byte("--" + limit)
	in := -1
	for at := 0; at < len(body); {
		end := at + lineLen(body[at:])
		line := bytes.TrimRight(body[at:end], " \t\r\n")
		rest, is := bytes.CutPrefix(line, delimiter)
		switch {
		case is && (len(rest) == 0 || string(rest) == "--"):
			if in >= 0 {
				parts = append(parts, body[in:at])
			}
			in = end
			if len(rest) > 0 {
				return parts, append(around, body[end:]...)
			}
		case in < 0:
			around = append(around, body[at:end]...)
		}
		at = end
	}
	if in >= 0 {
		parts = append(parts, body[in:])
	}
	return parts, around
}

// lineLen is the length of the line that b begins with, its end included.
func lineLen(b []byte) int {
	if n := bytes.IndexByte(b, '\n'); n >= 0 {
		return n + 1
	}
	return len(b)
}

// cutHeader reads a message's header, names in lower case.
func cutHeader(msg []byte) (head map[string]string, body []byte) {
	head = map[string]string{}
	name := ""
	for len(msg) > 0 {
		n := lineLen(msg)
		line := strings.TrimRight(string(msg[:n]), "\r\n")
		before, value, ok := strings.Cut(line, ":")
		switch {
		case line == "":
			return head, msg[n:]
		case (line[0] == ' ' || line[0] == '\t') && name != "":
			head[name] += " " + strings.TrimSpace(line)
		case ok && !strings.ContainsAny(before, " \t#"):
			name = strings.ToLower(before)
			head[name] = strings.TrimSpace(value)
		case strings.HasPrefix(line, "From "):
		default:
			return head, msg // no header at all: a part may have none
		}
		msg = msg[n:]
	}
	return head, nil
}

// transferred undoes a part's transfer encoding; nil if it cannot.
func (s *scanner) transferred(place, encoding string, body []byte) []byte {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		out, ok := unbase64(body)
		if !ok {
			s.unread(place, "it is not the base64 that it is said to be")
			s.text(place, body)
			return nil
		}
		if !s.take(place, len(out)) {
			return nil
		}
		return out
	case "quoted-printable":
		out, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
		if err != nil {
			s.unread(place, "it is not the quoted-printable text that it is said to be")
		}
		if !s.take(place, len(out)) {
			return nil
		}
		return out
	case "", "7bit", "8bit", "binary":
		return body
	}
	s.unread(place, "it has a transfer encoding that is not known")
	s.text(place, body)
	return nil
}
