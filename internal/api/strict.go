package api

import (
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"plumbline/internal/words"
)

// strict refuses what would otherwise be passed over in silence: parameters that
// the operation does not have or that come twice, and bodies that are not JSON
// where the operation takes no other.
func (s *server) strict(ctx huma.Context, next func(huma.Context)) {
	for _, check := range []func(huma.Context) *Problem{parameters, jsonOnly} {
		if p := check(ctx); p != nil {
			s.refuse(ctx, p)
			return
		}
	}
	next(ctx)
}

func parameters(ctx huma.Context) *Problem {
	u := ctx.URL()
	sent, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return problemOf(http.StatusBadRequest, "What follows the question mark of the address cannot be read: escape %, & and ; in values.")
	}
	var known []string
	for _, p := range ctx.Operation().Parameters {
		if p.In == "query" {
			known = append(known, p.Name)
		}
	}
	var faults []Fault
	for name, values := range sent {
		f := Fault{Location: "query." + name, Value: short(name)}
		switch {
		case !slices.Contains(known, name):
			f.Message = "there is no such parameter"
			if near, _ := words.Nearest(strings.ToLower(name), known, 3); near != "" && len(name) > 1 {
				f.Suggestion = near
				f.Message += "; did you mean " + near + "?"
			}
		case len(values) > 1:
			f.Message = "the parameter is given more than once"
		default:
			continue
		}
		faults = append(faults, f)
	}
	if len(faults) == 0 {
		return nil
	}
	slices.SortFunc(faults, func(a, b Fault) int { return strings.Compare(a.Location, b.Location) })
	has := "The operation has no parameters."
	if len(known) > 0 {
		has = "The parameters are " + strings.Join(known, ", ") + "."
	}
	return problemOf(http.StatusUnprocessableEntity, "The request is not understood, and nothing was done. "+listed(faults)+" "+has, faults...)
}

// jsonOnly keeps out the bodies that a form on another site could send.
func jsonOnly(ctx huma.Context) *Problem {
	if ctx.Method() == http.MethodGet || ctx.Method() == http.MethodHead {
		return nil
	}
	if r, _ := humachi.Unwrap(ctx); r.ContentLength == 0 {
		return nil // no body; whether there must be one is for the operation to say
	}
	kind, _, err := mime.ParseMediaType(ctx.Header("Content-Type"))
	if b := ctx.Operation().RequestBody; ctx.Operation().SkipValidateBody && b != nil {
		if err == nil && b.Content[kind] != nil {
			return nil // a file, as the operation takes it
		}
		return problemOf(http.StatusUnsupportedMediaType, "The body is a file: send it with a Content-Type of "+strings.Join(slices.Sorted(maps.Keys(b.Content)), ", ")+". Nothing was changed.")
	}
	if err != nil || kind != "application/json" {
		return problemOf(http.StatusUnsupportedMediaType, "The body must be JSON: send it with Content-Type: application/json. Nothing was changed.")
	}
	return nil
}
