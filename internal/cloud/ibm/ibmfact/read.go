package ibmfact

import (
	"slices"
	"strconv"
	"strings"
	"time"

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

// oddly is the reason for a value that is absent or not known.
func (s source) oddly(v wire.Value, path string) *fact.Reason {
	if !v.Exists() || v.IsNull() {
		return s.why(snapshot.Absent, path)
	}
	return s.strange(v)
}

// shorten keeps a reason a line.
func shorten(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// word reads one of the given words. Absent is unknown, and so is any other
// word: IBM says of nearly every list of words that it may grow.
func (s source) word(v wire.Value, path string, words ...string) fact.Of[string] {
	if i := slices.IndexFunc(words, v.Is); i >= 0 {
		return fact.Known(words[i], s.from, path)
	}
	return fact.Unknown[string](s.oddly(v, path), s.from, path)
}

// truth reads a JSON boolean.
func (s source) truth(v wire.Value, path string) fact.Of[bool] {
	switch string(v.Raw()) {
	case "true":
		return fact.Known(true, s.from, path)
	case "false":
		return fact.Known(false, s.from, path)
	}
	return fact.Unknown[bool](s.oddly(v, path), s.from, path)
}

// whole reads a whole number between two bounds.
func (s source) whole(v wire.Value, path string, least, most int64) fact.Of[int64] {
	n, err := strconv.ParseInt(string(v.Raw()), 10, 64)
	if err != nil || n < least || n > most {
		return fact.Unknown[int64](s.oddly(v, path), s.from, path)
	}
	return fact.Known(n, s.from, path)
}

// The ways in which IBM spells a time.
var stamps = []string{time.RFC3339Nano, "2006-01-02T15:04-0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05-0700"}

// timeOf reads a time; ok is false where none stands there.
func timeOf(v wire.Value) (t time.Time, ok bool) {
	for _, stamp := range stamps {
		if t, err := time.Parse(stamp, text(v)); err == nil {
			return t, true
		}
	}
	return t, false
}

// day reads how many whole days before the scan a time was. A time after it, as
// clocks have it, is today.
func (s source) day(c *snapshot.Context, v wire.Value, path string) fact.Of[int64] {
	if t, ok := timeOf(v); ok {
		return fact.Known(max(0, int64(c.TakenAt.Sub(t)/(24*time.Hour))), s.from, path)
	}
	return fact.Unknown[int64](s.oddly(v, path), s.from, path)
}

// text is a string's value, "" if none stands there.
func text(v wire.Value) string {
	s, _ := v.Text()
	return s
}

// number is a whole number's value.
func number(v wire.Value) (int64, bool) {
	n, err := strconv.ParseInt(string(v.Raw()), 10, 64)
	return n, err == nil
}

// nothing says that nothing stands at a place.
func nothing(v wire.Value) bool { return !v.Exists() || v.IsNull() }

// eachOf reads documents one after the other. A value is good until read
// returns. What it returns is set if one of them could not be read.
func eachOf(rs []snapshot.Resource, read func(*snapshot.Resource, source, wire.Value)) (broken *hole) {
	var rd wire.Reader
	for i := range rs {
		s := source{originOf(&rs[i])}
		v, err := rd.Read(rs[i].Doc)
		if err != nil {
			broken = &hole{s.why(snapshot.Unreadable, rs[i].UID), s.from}
			continue
		}
		read(&rs[i], s, v)
	}
	return broken
}
