package secret

import (
	"strconv"

	"plumbline/internal/wire"
)

// Digest tells of user data what may be told, as canonical JSON: how large they
// are, whether they could be read, and of each secret its kind, its place and
// its mark. It is a wire.Digest.
func Digest(text []byte, mark func(kind string, secret []byte) string) []byte {
	return digest(Scan(text, Options{}), mark)
}

// PlainDigest is the same for a cloud that sends user data as they are, and not
// as base64.
func PlainDigest(text []byte, mark func(kind string, secret []byte) string) []byte {
	return digest(Scan(text, Options{Plain: true}), mark)
}

func digest(r Report, mark func(kind string, secret []byte) string) []byte {
	out := strconv.AppendInt([]byte(`{"bytes":`), int64(r.Bytes), 10)
	out = append(out, `,"finds":[`...)
	for i, f := range r.Finds {
		if i > 0 {
			out = append(out, ',')
		}
		out = member(append(out, '{'), "hash", mark(f.Kind, f.Secret))
		out = member(append(out, ','), "kind", f.Kind)
		out = strconv.AppendInt(append(out, `,"line":`...), int64(f.Line), 10)
		out = append(member(append(out, ','), "place", f.Place), '}')
	}
	out = member(append(out, `],`...), "format", r.Format)
	out = strconv.AppendBool(append(out, `,"readable":`...), r.Readable)
	return append(member(append(out, ','), "why", r.Why), '}')
}

var _, _ wire.Digest = Digest, PlainDigest

func member(dst []byte, name, value string) []byte {
	dst = append(append(append(dst, '"'), name...), `":`...)
	return wire.AppendString(dst, []byte(value))
}
