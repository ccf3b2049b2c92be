package awssim

import (
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A style is how a service spells members and items.
type style struct {
	item  string
	small bool // members begin with a small letter
}

var (
	ec2Style = style{"item", true}
	elbStyle = style{"member", false}
)

// A writer writes a thing of the estate, member by member, as its service
// spells it. Lists inside it come in an order of their own.
type writer struct {
	*page
	style
	rng *rand.Rand
}

// members writes all members of a struct: empty texts, zero times and nil
// pointers are left out.
func (w writer) members(v reflect.Value) {
	for _, f := range namesOf(v.Type(), w.small) {
		w.value(f.name, v.Field(f.index))
	}
}

var timeType = reflect.TypeFor[time.Time]()

func (w writer) value(name string, v reflect.Value) {
	switch {
	case v.Type() == timeType:
		if t := v.Interface().(time.Time); !t.IsZero() {
			w.time(name, t)
		}
		return
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			w.value(name, v.Elem())
		}
		return
	case v.Kind() == reflect.String:
		w.known(name, v.String())
		return
	case v.Kind() == reflect.Slice:
		w.list(name, v)
		return
	case v.Kind() == reflect.Struct:
		w.open(name)
		w.members(v)
		w.close(name)
		return
	}
	w.text(name, scalar(v))
}

// scalar is the text of a member that is no struct.
func scalar(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.String:
		return v.String()
	default:
		panic("awssim: no text for a " + v.Type().String())
	}
}

// ranked are lists whose order means something: which type is tried first,
// which policy ends an instance first (Auto Scaling API reference), and which
// action of a listener is done first.
var ranked = map[string]bool{"Overrides": true, "TerminationPolicies": true, "DefaultActions": true, "Actions": true}

func (w writer) list(name string, v reflect.Value) {
	if v.Len() == 0 {
		w.empty(name)
		return
	}
	w.open(name)
	rng := w.rng
	if ranked[name] {
		rng = nil
	}
	t := turned(v.Len(), rng)
	for k := range v.Len() {
		x := v.Index(t.at(k))
		if x.Kind() == reflect.String {
			w.text(w.item, x.String())
			continue
		}
		w.value(w.item, x)
	}
	w.close(name)
}

// A named field is one that stands on the wire.
type named struct {
	name  string
	index int
}

type namedKey struct {
	t     reflect.Type
	small bool
}

var namedFields sync.Map // namedKey to []named

func namesOf(t reflect.Type, small bool) []named {
	k := namedKey{t, small}
	if l, ok := namedFields.Load(k); ok {
		return l.([]named)
	}
	var out []named
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("aws")
		switch {
		case name == "-" || !f.IsExported():
			continue
		case name == "" && small:
			name = strings.ToLower(f.Name[:1]) + f.Name[1:]
		case name == "":
			name = f.Name
		}
		out = append(out, named{name, i})
	}
	namedFields.Store(k, out)
	return out
}

// at collects the texts of a member by its path in Go, "Attachments.VpcId".
func at(v reflect.Value, path string) []string {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	if v.Kind() == reflect.Slice {
		var out []string
		for i := range v.Len() {
			out = append(out, at(v.Index(i), path)...)
		}
		return out
	}
	if path == "" {
		return []string{scalar(v)}
	}
	name, rest, _ := strings.Cut(path, ".")
	return at(v.FieldByName(name), rest)
}
