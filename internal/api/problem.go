package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"plumbline/internal/problem"
	"plumbline/internal/query"
)

// A Problem is what goes wrong, as RFC 9457 has it.
type Problem struct {
	Type      string  `json:"type" format:"uri-reference" example:"about:blank" doc:"What sort of problem. about:blank says that the status says it."`
	Title     string  `json:"title" example:"Unprocessable Entity" doc:"The status in words."`
	Status    int     `json:"status" example:"422" doc:"The status of the reply."`
	Detail    string  `json:"detail" example:"There is no key “severty”. Did you mean severity:high?" doc:"What happened and what to do, in sentences."`
	Reference string  `json:"reference,omitempty" example:"K3QZ7MWB" doc:"Where the program's log says more."`
	Errors    []Fault `json:"errors,omitempty" doc:"What is wrong with single parts of the request."`
}

// A Fault is what is wrong with one part of a request.
type Fault struct {
	Location   string `json:"location" example:"query.q" doc:"path, query or body, and the name in it."`
	Message    string `json:"message" doc:"What is wrong."`
	Value      string `json:"value,omitempty" example:"severty:high" doc:"The part as it was sent, unless it is long."`
	Position   int    `json:"position,omitempty" example:"1" doc:"Of a filter: where in it, in characters counted from 1."`
	Suggestion string `json:"suggestion,omitempty" example:"severity:high" doc:"What was probably meant in place of the value."`
	Try        string `json:"try,omitempty" example:"severity:high" doc:"Of a filter: all of it as it was probably meant."`
}

// Error is the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the status of the reply.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// Error is the message.
func (f *Fault) Error() string { return f.Message }

func (p *Problem) details() []error {
	all := make([]error, len(p.Errors))
	for i := range p.Errors {
		all[i] = &p.Errors[i]
	}
	return all
}

func problemOf(status int, detail string, faults ...Fault) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Errors: faults}
}

// The library has one function for the errors of all APIs of a program, and one
// setting for their lists; this is the only API. A list that is empty is [].
func init() {
	huma.NewError = func(status int, detail string, errs ...error) huma.StatusError {
		return libraryProblem(status, detail, errs)
	}
	huma.DefaultArrayNullable = false
}

// libraryProblem tells what the library found in a request before any of our
// operations saw it.
func libraryProblem(status int, detail string, errs []error) *Problem {
	p := problemOf(status, detail)
	for _, err := range errs {
		var f *Fault
		var d *huma.ErrorDetail
		switch {
		case errors.As(err, &f):
			p.Errors = append(p.Errors, *f)
		case errors.As(err, &d):
			p.Errors = append(p.Errors, Fault{Location: d.Location, Message: d.Message, Value: short(d.Value)})
		case err != nil && status < http.StatusInternalServerError:
			p.Errors = append(p.Errors, Fault{Message: err.Error()})
		}
	}
	switch {
	case status == http.StatusRequestEntityTooLarge:
		longest := int64(largest)
		_, _ = fmt.Sscanf(detail, "request body is too large limit=%d bytes", &longest) // what the operation takes
		p.Detail = fmt.Sprintf("The body is too long: it may have %d bytes.", longest-1)
	case detail == "validation failed":
		p.Detail = "The request is not understood, and nothing was done. " + listed(p.Errors)
	case detail == "request body is required":
		p.Detail = "The request needs a body, in JSON."
	case status >= http.StatusInternalServerError:
		p.Detail = "Something went wrong. Nothing was lost; the log of the program says more."
	}
	return p
}

// listed says each fault in words: "query.limit: expected number <= 200."
func listed(all []Fault) string {
	var out []string
	for _, f := range all {
		out = append(out, strings.TrimSuffix(f.Location+": "+f.Message, ".")+".")
	}
	return strings.Join(out, " ")
}

// short is a value as text, "" if it is not worth repeating.
func short(v any) string {
	s, ok := v.(string)
	if !ok {
		b, err := json.Marshal(v)
		if s = string(b); err != nil || v == nil {
			return ""
		}
	}
	if utf8.RuneCountInString(s) > 120 {
		return ""
	}
	return s
}

// problem turns what an operation returned into what is told. What is no
// problem of whoever asked goes to the log, with a reference.
func (s *server) problem(ctx context.Context, err error) error {
	var ready *Problem
	if errors.As(err, &ready) {
		return ready
	}
	if kind, ok := problem.KindOf(err); ok && kind != problem.Away {
		if kind == problem.Tampered {
			s.Log.ErrorContext(ctx, "api", "path", address(ctx).Path, "err", err)
		}
		return problemOf(statuses[kind], said(err))
	}
	p := problemOf(http.StatusInternalServerError, "Something went wrong. Nothing was lost.")
	if problem.Is(err, problem.Away) {
		p = problemOf(http.StatusServiceUnavailable, "The database cannot be asked at the moment. Nothing was lost; try again in a little while.")
	}
	if ctx.Err() == nil {
		p.Reference = rand.Text()[:8]
		p.Detail += " The log of the program says more, under reference " + p.Reference + "."
		s.Log.ErrorContext(ctx, "api", "path", address(ctx).Path, "ref", p.Reference, "err", err)
	}
	return p
}

var statuses = map[problem.Kind]int{
	problem.NotFound: http.StatusNotFound, problem.Invalid: http.StatusUnprocessableEntity,
	problem.Forbidden: http.StatusForbidden, problem.Conflict: http.StatusConflict, problem.Tampered: http.StatusConflict,
}

// said is the sentence of the problem that err is or wraps.
func said(err error) string {
	var p *problem.Error
	if errors.As(err, &p) {
		return p.Error()
	}
	return err.Error()
}

// filterProblem says what of a filter is not understood, with the same words as
// the pages.
func filterProblem(err error) error {
	var e *query.Error
	if !errors.As(err, &e) {
		return err
	}
	return problemOf(http.StatusUnprocessableEntity, e.Error(), Fault{Location: "query.q", Message: e.Sentence,
		Value: short(e.Token), Position: e.Position, Suggestion: e.Suggestion, Try: e.Try})
}

// invalid is a problem with one part of a request.
func invalid(location, value, format string, a ...any) *Problem {
	text := fmt.Sprintf(format, a...)
	return problemOf(http.StatusUnprocessableEntity, text, Fault{Location: location, Message: text, Value: short(value)})
}

// write sends a problem where the library has no part in the reply.
func write(w http.ResponseWriter, r *http.Request, p *Problem) {
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_ = json.NewEncoder(w).Encode(p) // whoever asked may have gone
	}
}
