package awsfact

import (
	"slices"
	"strconv"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A source is the document that facts are read from.
type source struct{ from *fact.Origin }

func originOf(res *snapshot.Resource) *fact.Origin {
	return &fact.Origin{
		Call: res.Call, Region: res.Region, Kind: res.Kind, UID: res.UID, Hash: res.Hash,
		Answer: snapshot.Key{Call: res.Call, Scope: res.Scope}, HasDoc: true,
	}
}

func (s source) why(cause snapshot.Cause, detail string) *fact.Reason {
	return &fact.Reason{Cause: cause, Call: s.from.Call, Region: s.from.Region, Detail: shorten(detail)}
}

// strange is the reason for a value that this version does not know.
func (s source) strange(v wire.Value) *fact.Reason {
	detail, ok := v.Text()
	if !ok {
		detail = string(v.Raw())
	}
	return s.why(snapshot.UnknownValue, detail)
}

// shorten keeps a reason a line.
func shorten(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	for i := range s {
		if i > most {
			return s[:i] + "…"
		}
	}
	return s
}

// word reads one of the given words. Absent is unknown, and so is any other
// word: AWS may add one at any time, and we cannot know what it means.
func (s source) word(v wire.Value, path string, words ...string) fact.Of[string] {
	if !v.Exists() {
		return fact.Unknown[string](s.why(snapshot.Absent, path), s.from, path)
	}
	if i := slices.IndexFunc(words, v.Is); i >= 0 {
		return fact.Known(words[i], s.from, path)
	}
	return fact.Unknown[string](s.strange(v), s.from, path)
}

// flag reads one of two words.
func (s source) flag(v wire.Value, path, yes, no string) fact.Of[bool] {
	switch {
	case !v.Exists():
		return fact.Unknown[bool](s.why(snapshot.Absent, path), s.from, path)
	case v.Is(yes):
		return fact.Known(true, s.from, path)
	case v.Is(no):
		return fact.Known(false, s.from, path)
	default:
		return fact.Unknown[bool](s.strange(v), s.from, path)
	}
}

// The bounds of HttpPutResponseHopLimit in the EC2 API reference.
const minHops, maxHops = 1, 64

func (s source) hops(v wire.Value, path string) fact.Of[int64] {
	if !v.Exists() {
		return fact.Unknown[int64](s.why(snapshot.Absent, path), s.from, path)
	}
	text, _ := v.Text()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < minHops || n > maxHops || strconv.FormatInt(n, 10) != text {
		return fact.Unknown[int64](s.strange(v), s.from, path)
	}
	return fact.Known(n, s.from, path)
}
