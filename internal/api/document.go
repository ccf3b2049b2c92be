package api

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

func (s *server) documents() {
	o := get("/findings/{id}/documents/{sha256}", "get-finding-document", tagFindings, "Get a document that a finding rests on",
		"The cloud's own reply, canonical and with secrets replaced: the very bytes that were hashed, without line breaks. "+
			"Its sha256 is checked before it is sent, and stands in the header Repr-Digest (RFC 9530).")
	o.content = map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Description: "Whatever the cloud replied."}}}
	add(s, o, s.findingDocument)
}

type documentIn struct {
	IDIn
	SHA256 string `path:"sha256" minLength:"64" maxLength:"64" pattern:"^[0-9a-f]{64}$" doc:"Of the document, in hex, as the evidence of the finding names it."`
}

type documentOut struct {
	Type   string    `header:"Content-Type" hidden:"true"`
	Digest string    `header:"Repr-Digest" doc:"sha-256=:, the hash in base64, and a colon."`
	Since  time.Time `header:"Last-Modified" doc:"Since when the reply has been the same."`
	Call   string    `header:"Plumbline-Call" doc:"The call whose reply this is."`
	Format string    `header:"Plumbline-Document-Format" doc:"Number of the rules by which it was made canonical."`
	Secret int       `header:"Plumbline-Redacted" doc:"How many secrets were replaced."`
	Body   []byte
}

func (s *server) findingDocument(ctx context.Context, in *documentIn) (*documentOut, error) {
	f, _, err := s.one(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	o, err := s.origin(ctx, f, in.SHA256)
	if err != nil {
		return nil, err
	}
	doc, since, err := s.Reader.Document(ctx, refOf(f.Subject.Provider, f.Subject.Account, o))
	if err != nil {
		return nil, err
	}
	if doc.Hash != o.Hash || !doc.Intact() {
		return nil, problem.New(problem.Tampered, "The stored reply does not match its hash. It was changed or damaged after it was stored, so it is not shown. "+
			"Find out who or what wrote to the database, restore it from a backup, or scan again.")
	}
	return &documentOut{
		Type: "application/json", Digest: "sha-256=:" + base64.StdEncoding.EncodeToString(doc.Hash[:]) + ":",
		Since: since.UTC(), Call: doc.Call, Format: strconv.Itoa(doc.Format), Secret: len(doc.Redacted), Body: doc.Doc,
	}, nil
}

// origin finds the document of that hash among those that the finding rests on
// or once rested on: other documents are not shown here.
func (s *server) origin(ctx context.Context, f listing.Finding, sha256 string) (*fact.Origin, error) {
	if o := among(f.Evidence, sha256); o != nil {
		return o, nil
	}
	verdicts, err := s.Reader.Verdicts(ctx, f.Number)
	if err != nil {
		return nil, err
	}
	for _, v := range verdicts {
		if o := among(v.Evidence, sha256); o != nil {
			return o, nil
		}
	}
	return nil, problem.New(problem.NotFound, "%s rests on no document with this sha256. Its evidence lists those that it does rest on.", idOf(f.Number))
}

func among(all []finding.Evidence, sha256 string) *fact.Origin {
	for _, e := range all {
		if e.Origin != nil && e.Origin.HasDoc && hex.EncodeToString(e.Origin.Hash[:]) == sha256 {
			return e.Origin
		}
	}
	return nil
}

// refOf names the document. One that came without an answer is of the
// finding's own account.
func refOf(provider, account string, o *fact.Origin) listing.Ref {
	if o.Answer.Provider != "" {
		provider, account = o.Answer.Provider, o.Answer.Account
	}
	return listing.Ref{Provider: provider, Account: account, Kind: o.Kind, Region: o.Region, UID: o.UID, Hash: o.Hash}
}
