// Package recording writes what a cloud answered to a file and reads it back
// as a source, so that a scan can be judged again anywhere, by anyone.
//
// A recording is text, one JSON object a line: a head, the resources that are
// not workloads, the workloads, the answers, and an end that counts them and
// hashes every line before it. Documents in it are canonical and redacted; the
// redaction key is never in it. This package never judges and never asks a
// cloud.
package recording

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"plumbline/internal/snapshot"
)

// Version of the file format.
const Version = 1

type head struct {
	Version  int       `json:"plumbline_recording"`
	Provider string    `json:"provider"`
	Account  string    `json:"account"`
	TakenAt  time.Time `json:"taken_at"`
	Engine   string    `json:"engine,omitempty"`
}

type line struct {
	Resource *resource `json:"resource,omitempty"`
	Answer   *answer   `json:"answer,omitempty"`
	End      *end      `json:"end,omitempty"`
}

type end struct {
	Resources int    `json:"resources"`
	Answers   int    `json:"answers"`
	SHA256    string `json:"sha256"`
}

type resource struct {
	Kind     string          `json:"kind"`
	Region   string          `json:"region"`
	UID      string          `json:"uid"`
	Name     string          `json:"name,omitempty"`
	Call     string          `json:"call"`
	Format   int             `json:"doc_format"`
	SHA256   string          `json:"sha256"`
	Redacted []string        `json:"redacted,omitempty"`
	Doc      json.RawMessage `json:"doc"`
}

func fromResource(r *snapshot.Resource) *resource {
	return &resource{Kind: r.Kind, Region: r.Region, UID: r.UID, Name: r.Name, Call: r.Call, Format: r.Format,
		SHA256: hex.EncodeToString(r.Hash[:]), Redacted: r.Redacted, Doc: r.Doc}
}

func (r *resource) resource(h head) (snapshot.Resource, error) {
	out := snapshot.Resource{Kind: r.Kind, Scope: snapshot.Scope{Provider: h.Provider, Account: h.Account, Region: r.Region},
		UID: r.UID, Name: r.Name, Call: r.Call, Doc: r.Doc, Redacted: r.Redacted, Format: r.Format}
	if r.Format != snapshot.DocFormat {
		return out, fmt.Errorf("the document of %s has format %d and this program reads format %d", r.UID, r.Format, snapshot.DocFormat)
	}
	sum, err := hex.DecodeString(r.SHA256)
	switch {
	case r.Kind == "" || r.Region == "" || r.UID == "" || r.Call == "":
		return out, errors.New("a resource lacks its kind, region, uid or call")
	case len(r.Doc) == 0 || r.Doc[0] != '{':
		return out, fmt.Errorf("the document of %s is not an object", r.UID)
	case err != nil || len(sum) != len(out.Hash):
		return out, fmt.Errorf("the sha256 of %s is not one", r.UID)
	}
	copy(out.Hash[:], sum)
	if !out.Intact() {
		return out, fmt.Errorf("the document of %s is not the one that was recorded: its sha256 differs", r.UID)
	}
	return out, nil
}

type answer struct {
	Call      string          `json:"call"`
	Region    string          `json:"region"`
	Subject   string          `json:"subject,omitempty"`
	Lists     string          `json:"lists,omitempty"`
	Status    snapshot.Status `json:"status"`
	Cause     snapshot.Cause  `json:"cause,omitempty"`
	Code      string          `json:"code,omitempty"`
	Message   string          `json:"message,omitempty"`
	HTTP      int             `json:"http,omitempty"`
	Pages     int             `json:"pages"`
	Items     int             `json:"items"`
	Repeats   int             `json:"repeats,omitempty"` // of the items, those that were named before
	Attempts  int             `json:"attempts"`
	RequestID string          `json:"request_id,omitempty"`
	AskedAt   time.Time       `json:"asked_at"`
	EndedAt   time.Time       `json:"ended_at"`
}

func fromAnswer(a *snapshot.Answer) *answer {
	return &answer{Call: a.Call, Region: a.Region, Subject: a.Subject, Lists: a.Lists, Status: a.Status, Cause: a.Cause,
		Code: a.Code, Message: a.Message, HTTP: a.HTTP, Pages: a.Pages, Items: a.Items, Attempts: a.Attempts,
		RequestID: a.RequestID, AskedAt: a.AskedAt, EndedAt: a.EndedAt}
}

func (a *answer) answer(h head) (snapshot.Answer, error) {
	switch a.Status {
	case snapshot.Unasked, snapshot.Complete, snapshot.Partial, snapshot.Refused:
	default:
		return snapshot.Answer{}, fmt.Errorf("the answer to %s has the status %q, which this program does not know", a.Call, a.Status)
	}
	return snapshot.Answer{Key: snapshot.Key{Call: a.Call, Subject: a.Subject,
		Scope: snapshot.Scope{Provider: h.Provider, Account: h.Account, Region: a.Region}},
		Lists: a.Lists, Status: a.Status, Cause: a.Cause, Code: a.Code, Message: a.Message, HTTP: a.HTTP, Pages: a.Pages,
		Items: a.Items, Attempts: a.Attempts, RequestID: a.RequestID, AskedAt: a.AskedAt, EndedAt: a.EndedAt}, nil
}
