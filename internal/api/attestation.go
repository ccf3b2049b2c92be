package api

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

const tagAttestations = "Attestations"

// longestAttestation is how long the body of a proposal may be: a file in it,
// in base64, and the texts.
const longestAttestation = 1 << 20

func (s *server) attestations() {
	add(s, get("/attestations", "list-attestations", tagAttestations, "List attestations",
		"What people state where no machine can check. In pages, the last proposed first. It is attested, not measured: it counts as no pass and stands in no score."), s.listAttestations)
	propose := act(http.MethodPost, "/attestations", "propose-attestation", tagAttestations, "Propose an attestation",
		"Somebody else approves or refuses it, signed in to the pages; no token does.", access.ProposeRules)
	propose.status, propose.longest = http.StatusCreated, longestAttestation
	add(s, propose, s.proposeAttestation)
	add(s, get("/attestations/{id}", "get-attestation", tagAttestations, "Get an attestation", "With all that happened to it."), s.getAttestation)
	add(s, act(http.MethodPost, "/attestations/{id}/withdraw", "withdraw-attestation", tagAttestations, "Withdraw an attestation",
		"It counts for nothing from now on and stays in the history.", access.ProposeRules), s.withdrawAttestation)
	file := get("/attestations/{id}/evidence", "get-attestation-evidence", tagAttestations, "Download the file of an attestation",
		"Byte by byte as it was uploaded, always as an attachment. Its sha256 is checked before it is sent, and stands in the header Repr-Digest (RFC 9530).")
	file.content = map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}
	add(s, file, s.attestationFile)
}

var errNoAttestations = problem.New(problem.NotFound, "Nothing is attested here.")

type attestationsIn struct {
	State     string `query:"state" enum:"proposed,upcoming,valid,expired,refused,withdrawn" doc:"Only those that stand so now."`
	Framework string `query:"framework" maxLength:"100" doc:"Only about controls of this framework."`
	Control   string `query:"control" maxLength:"100" doc:"Only about this control."`
	Topic     string `query:"topic" maxLength:"100" doc:"Only about this topic."`
	Place
}

func (s *server) listAttestations(ctx context.Context, in *attestationsIn) (*pageOf[attestation], error) {
	if s.Attestations == nil {
		return nil, errNoAttestations
	}
	at, err := in.place()
	if err != nil {
		return nil, err
	}
	all, cursors, err := s.Attestations.Attestations(ctx, listing.AttestationFilter{
		State: listing.AttestationState(in.State), Framework: in.Framework, Control: in.Control, Topic: in.Topic, At: s.Now()}, at)
	if err != nil {
		return nil, err
	}
	return page(ctx, all, cursors, "", s.attestationOf), nil
}

// An attestation is what somebody states.
type attestation struct {
	ID        int64             `json:"id"`
	State     string            `json:"state" enum:"proposed,upcoming,valid,expired,refused,withdrawn" doc:"Only what is valid counts, as attested and never as measured. Expired is no data."`
	Statement string            `json:"statement"`
	Framework string            `json:"framework,omitempty" doc:"Id of the framework; absent where it is about a topic."`
	Control   string            `json:"control,omitempty" doc:"Id of the control."`
	Topic     string            `json:"topic,omitempty" doc:"Absent where it is about a control."`
	All       bool              `json:"all_accounts" doc:"It is about every account, those to come included."`
	Accounts  []attestedAccount `json:"accounts" doc:"Where it is about some: those that are seen by whoever asks."`
	Owner     string            `json:"owner" doc:"E-mail of who answers for it."`
	Link      string            `json:"link,omitempty" doc:"Evidence that is kept elsewhere."`
	File      *attestedFile     `json:"file,omitempty" doc:"Evidence that was uploaded."`
	From      string            `json:"valid_from" format:"date" doc:"First day, in UTC."`
	Until     string            `json:"valid_until" format:"date" doc:"Last day, in UTC."`
	Days      *int              `json:"days_left,omitempty" doc:"Of a valid one: days after today on which it still holds."`
	Renews    int64             `json:"renews,omitempty" doc:"The one that it takes the place of."`
	RenewedBy int64             `json:"renewed_by,omitempty" doc:"The latest that takes its place."`
	Proposed  attestedAct       `json:"proposed"`
	Decided   *attestedAct      `json:"decided,omitempty" doc:"Absent while nobody has."`
	Withdrawn *attestedAct      `json:"withdrawn,omitempty"`
}

type attestedAccount struct {
	ID       int64  `json:"id"`
	Provider string `json:"provider"`
	Account  string `json:"account" doc:"The provider's own id of the account."`
	Name     string `json:"name"`
}

type attestedFile struct {
	Name   string `json:"name"`
	Size   int    `json:"size" doc:"In bytes."`
	SHA256 string `json:"sha256" doc:"Worked out when it arrived."`
	URL    string `json:"url" format:"uri-reference" doc:"Where it is downloaded."`
}

type attestedAct struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind" enum:"proposed,approved,refused,withdrawn"`
	By   string    `json:"by" doc:"E-mail, with the token's name where it was a token."`
	Note string    `json:"note,omitempty"`
}

func (s *server) attestationOf(a listing.Attestation) attestation {
	state := a.StateAt(s.Now())
	out := attestation{ID: a.ID, State: string(state), Statement: a.Statement, Framework: a.Framework, Control: a.Control, Topic: a.Topic, All: a.Whole,
		Accounts: each(a.Accounts, func(x listing.Account) attestedAccount { return attestedAccount{x.ID, x.Provider, x.External, x.Name} }),
		Owner:    a.Owner, Link: a.Link, From: a.From.Format(time.DateOnly), Until: a.Until.Format(time.DateOnly), Renews: a.Renews, RenewedBy: a.RenewedBy,
		Proposed: actOf(a.Proposed), Decided: actOr(a.Decided), Withdrawn: actOr(a.Withdrawn)}
	if a.File != nil {
		out.File = &attestedFile{a.File.Name, a.File.Size, hex.EncodeToString(a.File.SHA256[:]), attestationAddress(a.ID) + "/evidence"}
	}
	if state == listing.AttestValid {
		left := a.DaysLeft(s.Now())
		out.Days = &left
	}
	return out
}

func actOf(e listing.AttestationEvent) attestedAct {
	return attestedAct{e.At.UTC(), e.Kind, e.Who, e.Note}
}

func actOr(e listing.AttestationEvent) *attestedAct {
	if e.Kind == "" {
		return nil
	}
	a := actOf(e)
	return &a
}

func attestationAddress(id int64) string {
	return Prefix + "/attestations/" + strconv.FormatInt(id, 10)
}

// AttestationIn is the parameter of everything that is about one attestation.
type AttestationIn struct {
	ID int64 `path:"id" minimum:"1" example:"3" doc:"Id of the attestation."`
}

type wholeAttestation struct {
	attestation
	History []attestedAct `json:"history" doc:"All that happened to it, in order. That it expired follows from its last day."`
}

func (s *server) getAttestation(ctx context.Context, in *AttestationIn) (*replied[wholeAttestation], error) {
	if s.Attestations == nil {
		return nil, errNoAttestations
	}
	a, events, err := s.Attestations.Attestation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return reply(wholeAttestation{s.attestationOf(a), each(events, actOf)}), nil
}

type proposeAttestationIn struct {
	Body struct {
		Statement string  `json:"statement" maxLength:"4000" doc:"What holds, who does it, and how somebody else could see it."`
		Framework string  `json:"framework,omitempty" maxLength:"100" doc:"Id of the framework, together with control."`
		Control   string  `json:"control,omitempty" maxLength:"100" doc:"Id of the control."`
		Topic     string  `json:"topic,omitempty" enum:"metadata_unneeded,recovery_plan,credential_theft_plan,training" doc:"Instead of a control."`
		All       bool    `json:"all_accounts,omitempty" doc:"It is about every account, those to come included."`
		Accounts  []int64 `json:"accounts,omitempty" maxItems:"1000" doc:"Ids of the accounts that it is about, where it is not about all."`
		Owner     string  `json:"owner" maxLength:"320" doc:"E-mail of who answers for it: somebody who may sign in."`
		Link      string  `json:"link,omitempty" maxLength:"2000" doc:"Evidence that is kept elsewhere. A link, a file, or both."`
		File      *struct {
			Name   string `json:"name" maxLength:"1000"`
			Base64 string `json:"base64" contentEncoding:"base64" maxLength:"960000" doc:"Its content; at most 720,000 bytes. The form of the pages takes up to 1 MB."`
		} `json:"file,omitempty" nameHint:"AttestationUpload"`
		From   string `json:"valid_from" format:"date" doc:"First day, in UTC."`
		Until  string `json:"valid_until" format:"date" doc:"Last day, in UTC: at most 400 days, both included."`
		Renews int64  `json:"renews,omitempty" minimum:"1" doc:"The one that it takes the place of; about the same control or topic."`
	} `nameHint:"ProposeAttestation"`
}

type proposedAttestation struct {
	Location string `header:"Location" doc:"Address of the attestation."`
	Body     wholeAttestation
}

func (s *server) proposeAttestation(ctx context.Context, in *proposeAttestationIn) (*proposedAttestation, error) {
	if s.Attester == nil || s.Attestations == nil {
		return nil, errNoAttestations
	}
	d, err := in.draft()
	if err != nil {
		return nil, err
	}
	id, err := s.Attester.Attest(ctx, d)
	if err != nil {
		return nil, faulty(err)
	}
	out, err := s.getAttestation(ctx, &AttestationIn{id})
	if err != nil {
		return nil, err
	}
	return &proposedAttestation{attestationAddress(id), out.Body}, nil
}

func (in *proposeAttestationIn) draft() (listing.AttestationDraft, error) {
	b := &in.Body
	d := listing.AttestationDraft{Statement: b.Statement, Framework: b.Framework, Control: b.Control, Topic: b.Topic, Whole: b.All, Accounts: b.Accounts,
		Owner: b.Owner, Link: strings.TrimSpace(b.Link), Renews: b.Renews}
	var err error
	if d.From, err = time.Parse(time.DateOnly, b.From); err != nil {
		return d, invalid("body.valid_from", b.From, "This is no day. Give it as 2026-11-22.")
	}
	if d.Until, err = time.Parse(time.DateOnly, b.Until); err != nil {
		return d, invalid("body.valid_until", b.Until, "This is no day. Give it as 2026-11-22.")
	}
	if b.File != nil {
		content, err := base64.StdEncoding.Strict().DecodeString(b.File.Base64)
		if err != nil {
			return d, invalid("body.file.base64", "", "The content of the file is not in base64.")
		}
		d.File = &listing.Upload{Name: b.File.Name, Content: content}
	}
	return d, nil
}

// members are where in the body the parts of a draft stand.
var members = map[string]string{"about": "control", "from": "valid_from", "until": "valid_until", "evidence": "link"}

// faulty says each fault of a draft by its place in the body.
func faulty(err error) error {
	var faults listing.DraftFaults
	if !errors.As(err, &faults) {
		return err
	}
	var all []Fault
	for _, f := range faults {
		member := f.Field
		if m, ok := members[member]; ok {
			member = m
		}
		all = append(all, Fault{Location: "body." + member, Message: f.Say})
	}
	return problemOf(http.StatusUnprocessableEntity, faults.Error(), all...)
}

type withdrawAttestationIn struct {
	AttestationIn
	Body *struct {
		Note string `json:"note,omitempty" maxLength:"1000" doc:"Why. Needed where it was approved."`
	} `required:"false" nameHint:"WithdrawAttestation"`
}

func (s *server) withdrawAttestation(ctx context.Context, in *withdrawAttestationIn) (*replied[wholeAttestation], error) {
	if s.Attester == nil {
		return nil, errNoAttestations
	}
	note := ""
	if in.Body != nil {
		note = in.Body.Note
	}
	if err := s.Attester.WithdrawAttestation(ctx, in.ID, note); err != nil {
		return nil, err
	}
	return s.getAttestation(ctx, &in.AttestationIn)
}

type attestationFileOut struct {
	Type        string `header:"Content-Type" hidden:"true"`
	Disposition string `header:"Content-Disposition" doc:"attachment, with the name of the file."`
	Policy      string `header:"Content-Security-Policy" hidden:"true"`
	Digest      string `header:"Repr-Digest" doc:"sha-256=:, the hash in base64, and a colon."`
	Body        []byte
}

func (s *server) attestationFile(ctx context.Context, in *AttestationIn) (*attestationFileOut, error) {
	if s.Attestations == nil {
		return nil, errNoAttestations
	}
	f, err := s.Attestations.AttestationFile(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	name := mime.FormatMediaType("attachment", map[string]string{"filename": listing.FileName(f.Name)})
	if name == "" {
		name = "attachment"
	}
	return &attestationFileOut{Type: "application/octet-stream", Disposition: name, Policy: "default-src 'none'; sandbox",
		Digest: "sha-256=:" + base64.StdEncoding.EncodeToString(f.SHA256[:]) + ":", Body: f.Content}, nil
}
