package awssim

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// An object is a JSON object in the making.
type object = map[string]any

// into reads the body of a request. Members that the simulated call does not
// know are refused, so that none is silently ignored.
func (a ask) into(v any) *refusal {
	if len(a.body) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return badRequest("ValidationException", "The request is not what the simulated AWS knows: "+err.Error())
	}
	return nil
}

// knows refuses arguments of the URL that the simulated call does not know.
func (a ask) knows(names ...string) *refusal {
	for name := range a.args {
		if !knows(names, name) {
			return badRequest("ValidationException", "The parameter "+name+" is not recognized")
		}
	}
	return nil
}

// seconds is a time as JSON services tell it: seconds since 1970, with
// thousandths, as a number. A zero time is null.
func seconds(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return json.Number(strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', -1, 64))
}

// paged puts one page of a list into an answer, and the token of the next page
// where there is one.
func paged[T any](s *Server, c *caller, out object, name string, all []T, size int, token, next string) (any, *refusal) {
	part, after, no := pageOf(s, c, all, size, token)
	if no != nil {
		return nil, no
	}
	out[name] = part
	if after != "" {
		out[next] = after
	}
	return out, nil
}

// sized reads a page size of a JSON request; 0 is none.
func sized(c *caller, n, least, most, otherwise int) (int, *refusal) {
	if n == 0 {
		return otherwise, nil
	}
	return sizeOf(c, strconv.Itoa(n), least, most, otherwise)
}

// known drops members that are empty texts or nil: JSON services leave out what
// is not set.
func known(o object) object {
	for k, v := range o {
		if v == nil || v == "" {
			delete(o, k)
		}
	}
	return o
}
