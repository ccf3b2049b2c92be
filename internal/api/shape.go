package api

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/problem"
)

// A subject is what a rule was asked of.
type subject struct {
	Kind     string `json:"kind" example:"workload"`
	Provider string `json:"provider" example:"aws"`
	Account  string `json:"account" example:"111122223333" doc:"The provider's own id of the account."`
	Region   string `json:"region" example:"eu-west-1"`
	UID      string `json:"uid" doc:"Stable for ever, such as an ARN."`
	ID       string `json:"id" example:"i-0abc" doc:"The provider's short id."`
	Name     string `json:"name" doc:"What its owner calls it; empty if nothing."`
}

func subjectOf(s estate.Subject) subject {
	return subject{Kind: string(s.Kind), Provider: s.Provider, Account: s.Account, Region: s.Region, UID: s.UID, ID: s.ID, Name: s.Name}
}

// A reason is why something is not known.
type reason struct {
	Cause  string `json:"cause" example:"denied"`
	Call   string `json:"call,omitempty" example:"ec2:DescribeInstances" doc:"The call that should have told."`
	Region string `json:"region,omitempty"`
	Detail string `json:"detail,omitempty" doc:"The cloud's own code, the unknown value, or the missing field."`
	Text   string `json:"text" doc:"The same in words."`
}

func reasonOf(r fact.Reason) reason {
	return reason{Cause: string(r.Cause), Call: r.Call, Region: r.Region, Detail: r.Detail, Text: r.String()}
}

// A factor is one step of how a risk was worked out.
type factor struct {
	Name  string `json:"name" example:"exposure"`
	Value string `json:"value"`
	Basis int    `json:"basis_points" doc:"10,000 is times one; for severity the points times 100."`
}

func factorOf(f finding.Factor) factor { return factor{f.Name, f.Value, f.Basis} }

// A piece of evidence is one value that a verdict rests on.
type evidence struct {
	Field    string          `json:"field" example:"metadata.tokens" doc:"As the rule names it."`
	Known    bool            `json:"known" doc:"Whether the value could be told. If not, value is null and reason says why."`
	Value    json.RawMessage `json:"value" doc:"As JSON; null if it is not known."`
	Reason   *reason         `json:"reason,omitempty"`
	Path     string          `json:"path,omitempty" doc:"JSON pointer to the value in the document."`
	Call     string          `json:"call,omitempty" doc:"The call whose reply the document is."`
	Kind     string          `json:"document_kind,omitempty"`
	UID      string          `json:"document_uid,omitempty"`
	SHA256   string          `json:"document_sha256,omitempty"`
	Document string          `json:"document,omitempty" format:"uri-reference" doc:"Address of the document."`
}

func evidenceOf(number int64, e finding.Evidence) evidence {
	out := evidence{Field: e.Field, Path: e.Path, Known: e.Why == nil && e.Value != "", Value: json.RawMessage("null")}
	if out.Known {
		out.Value = json.RawMessage(e.Value)
	}
	if e.Why != nil {
		r := reasonOf(*e.Why)
		out.Reason = &r
	}
	if o := e.Origin; o != nil {
		out.Call = o.Call
		if o.HasDoc {
			out.Kind, out.UID, out.SHA256 = o.Kind, o.UID, hex.EncodeToString(o.Hash[:])
			out.Document = Prefix + "/findings/" + idOf(number) + "/documents/" + out.SHA256
		}
	}
	return out
}

// idOf is the public id of a finding.
func idOf(number int64) string { return fmt.Sprintf("FND-%d", number) }

// numberOf reads a public id.
func numberOf(id string) (int64, error) {
	var n int64
	digits, ok := strings.CutPrefix(id, "FND-")
	if _, err := fmt.Sscanf(digits, "%d", &n); !ok || err != nil || n < 1 || idOf(n) != id {
		return 0, problem.New(problem.NotFound, "There is no finding %q: the id of a finding looks like FND-12.", shorten(id))
	}
	return n, nil
}

// shorten cuts what is too long to be repeated.
func shorten(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return s
}

// moment is a time in UTC; nil if there is none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// orUnknown says of what is not known that it is not.
func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
