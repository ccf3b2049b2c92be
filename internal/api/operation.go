package api

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"plumbline/internal/access"
)

// An operation is a line of the table of contents.
type operation struct {
	method, path string
	id           string // as programs that are made from the document call it
	summary      string // a line
	about        string // the rest, in Markdown
	tag          string
	action       access.Action
	status       int                        // of success; 0 is 200
	content      map[string]*huma.MediaType // of success, where it is not JSON made from the output
	longest      int64                      // of its body, in bytes; 0 is largest
	takes        map[string]*huma.MediaType // its body, where that is a file: no type that a form can send
	also         []int                      // statuses of problems beside the usual ones
}

func get(path, id, tag, summary, about string) operation {
	return operation{method: http.MethodGet, path: path, id: id, tag: tag, summary: summary, about: about, action: access.ReadEstate}
}

func act(method, path, id, tag, summary, about string, a access.Action) operation {
	return operation{method: method, path: path, id: id, tag: tag, summary: summary, about: about, action: a}
}

// largest is how long the body of a request may be. Nothing that is said to us
// comes near.
const largest = 64 << 10

// routeKey is where an operation keeps its route.
const routeKey = "route"

// add registers an operation; what its handler returns as an error is told as
// a problem.
func add[I, O any](s *server, o operation, do func(context.Context, *I) (*O, error)) {
	route := access.Route{Method: o.method, Pattern: Prefix + o.path, Action: o.action}
	s.routes = append(s.routes, route)
	op := huma.Operation{
		Method: o.method, Path: o.path, OperationID: o.id, Tags: []string{o.tag}, Summary: o.summary, Description: o.about,
		DefaultStatus: o.status, MaxBodyBytes: cmp.Or(o.longest, largest), Metadata: map[string]any{routeKey: route},
		Security: []map[string][]string{{"token": {}}, {"session": {}}}, Responses: responses(o),
	}
	if o.takes != nil {
		op.RequestBody, op.SkipValidateBody = &huma.RequestBody{Required: true, Content: o.takes}, true // what is in it is for the handler to say
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
}

// responses names the problems that an operation can answer with.
func responses(o operation) map[string]*huma.Response {
	codes := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusInternalServerError}
	if strings.Contains(o.path, "{") {
		codes = append(codes, http.StatusNotFound)
	}
	if o.method != http.MethodGet {
		codes = append(codes, http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	codes = append(codes, o.also...)
	all := map[string]*huma.Response{}
	for _, c := range codes {
		all[strconv.Itoa(c)] = &huma.Response{Ref: "#/components/responses/" + strings.ReplaceAll(http.StatusText(c), " ", "")}
	}
	if o.content != nil {
		all["200"] = &huma.Response{Description: "OK", Content: o.content}
	}
	return all
}

// addressKey is where the context keeps the address of the request.
type addressKey struct{}

// within remembers the address of the request for links to further pages.
func (s *server) within(ctx huma.Context, next func(huma.Context)) {
	next(huma.WithValue(ctx, addressKey{}, ctx.URL()))
}

// address is that of the request.
func address(ctx context.Context) url.URL {
	u, _ := ctx.Value(addressKey{}).(url.URL)
	return u
}

// guard is the one place that asks whether the viewer may do what the operation
// does. What a grant over some accounts reaches is for the store to say.
func (s *server) guard(ctx huma.Context, next func(huma.Context)) {
	route, _ := ctx.Operation().Metadata[routeKey].(access.Route)
	viewer := access.From(ctx.Context())
	switch {
	case viewer == nil:
		ctx.SetHeader("WWW-Authenticate", "Bearer")
		s.refuse(ctx, problemOf(http.StatusUnauthorized, "Nobody is signed in. Send a token: Authorization: Bearer, a space, and the token."))
	case route.Action != "" && !viewer.May(route.Action):
		s.refuse(ctx, problemOf(http.StatusForbidden, mayNot(viewer, route.Action)))
	default:
		next(ctx)
	}
}

// mayNot says who lacks what.
func mayNot(v *access.Viewer, a access.Action) string {
	if v.Token != "" {
		return "The token “" + v.Token + "” may not " + string(a) + ": it lacks the scope, or its owner the role. Nothing was changed."
	}
	return "None of your roles lets you " + string(a) + ". Ask an administrator. Nothing was changed."
}

func (s *server) refuse(ctx huma.Context, p *Problem) {
	_ = huma.WriteErr(s.api, ctx, p.Status, p.Detail, p.details()...) // whoever asked may have gone
}
