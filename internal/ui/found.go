package ui

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/snapshot"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

var (
	notAssessed = parts.Tag{Icon: "eye", Text: "Not assessed"}
	considered  = parts.Tag{Tone: "line", Text: "Taken into account"}
	failing     = parts.Tag{Tone: "crit", Icon: "x", Text: "Fails"}
	decides     = parts.Tag{Tone: "crit", Icon: "x", Text: "Decides"}
)

// read compares a value with what the rule's fix would set it to; that is
// what the rule expects. A list is never compared: what it should hold no fix
// can say.
func (d *detail) read(e finding.Evidence) pages.Found {
	f := pages.Found{Setting: setting(e), Field: e.Field, Found: value(e.Value)}
	if q, ok := question(e.Value); ok {
		f.List, f.Setting, f.Field, f.Found, f.Outcome = true, q.Call, q.Region, q.words(), decides
		return f
	}
	if l, ok := listOf(e.Value); ok {
		f.List, f.Found, f.Outcome = true, l.words(), considered
		switch {
		case len(l.Decisive) > 0:
			f.Outcome = decides
		case e.Why != nil:
			f.Outcome = notAssessed
		}
		if e.Why != nil {
			f.Found += ", and what could not be listed: " + fact.CauseText(e.Why.Cause)
		}
		return f
	}
	want, expects := d.rule.Fix.Sets[e.Field]
	if expects {
		f.Expected = fmt.Sprint(want)
	}
	switch {
	case e.Why != nil || e.Value == "":
		f.Unknown, f.Found = true, "not known"
		if e.Why != nil {
			f.Found = "not known: " + fact.CauseText(e.Why.Cause)
		}
		f.Outcome = notAssessed
	case !expects:
		f.Outcome = considered
	case f.Found == f.Expected:
		f.Outcome = parts.Tag{Tone: "pass", Icon: "check", Text: "As expected"}
	default:
		f.Outcome = parts.Tag{Tone: "crit", Icon: "x", Text: "Differs"}
	}
	return f
}

// A told is what evidence says of a list.
type told struct {
	Seen     *int `json:"seen"`
	More     int  `json:"more"`
	Decisive []struct {
		Key  string `json:"key"`
		Path string `json:"path"`
	} `json:"decisive"`
}

// listOf reads evidence of a list.
func listOf(raw string) (l told, ok bool) {
	ok = strings.HasPrefix(raw, "{") && json.Unmarshal([]byte(raw), &l) == nil && l.Seen != nil
	return l, ok
}

func (l told) words() string {
	w := number(*l.Seen) + " seen"
	var keys []string
	for _, d := range l.Decisive {
		if d.Key != "" {
			keys = append(keys, d.Key)
		}
	}
	if l.More > 0 {
		keys = append(keys, number(l.More)+" more")
	}
	switch {
	case len(l.Decisive) == 0 && l.More > 0:
		return w + fmt.Sprintf("; %s decide beside those below", number(l.More))
	case len(keys) > 0:
		return w + ", deciding: " + join(keys)
	}
	return w
}

// An asked is one question to the cloud, as evidence tells it.
type asked struct {
	Call   string          `json:"call"`
	Region string          `json:"region"`
	Status snapshot.Status `json:"status"`
	Cause  snapshot.Cause  `json:"cause"`
	Code   string          `json:"code"`
}

// question reads evidence of one question.
func question(raw string) (q asked, ok bool) {
	ok = strings.HasPrefix(raw, "{") && json.Unmarshal([]byte(raw), &q) == nil && q.Call != ""
	return q, ok
}

func (q asked) words() string {
	w := map[snapshot.Status]string{snapshot.Unasked: "not asked", snapshot.Partial: "answered in part", snapshot.Refused: "not answered"}[q.Status]
	w = cmpOr(w, string(q.Status))
	if q.Cause != "" {
		w += ": " + fact.CauseText(q.Cause)
	}
	if q.Code != "" {
		w += " (" + q.Code + ")"
	}
	return w
}

// setting is what the cloud calls a field: the last name of its path.
func setting(e finding.Evidence) string {
	i := strings.LastIndexByte(e.Path, '/')
	if i < 0 || i+1 == len(e.Path) {
		return e.Field
	}
	name := pointerName(e.Path[i+1:])
	if _, err := strconv.Atoi(name); err == nil {
		return e.Field // an element of a list has no name
	}
	return name
}

// value is a JSON value without the quotation marks of a string.
func value(raw string) string {
	var s string
	if json.Unmarshal([]byte(raw), &s) == nil {
		return s
	}
	return raw
}
