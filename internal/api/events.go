package api

import (
	"bytes"
	"context"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plumbline/internal/access"
	"plumbline/internal/house"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// eventFiles are the types of body that an import takes. None is one that a form
// on another site could send.
var eventFiles = []string{"application/x-ndjson", "application/json", "application/gzip", "application/octet-stream"}

func (s *server) events() {
	const path = "/accounts/{id}/metadata-events"
	add(s, get(path, "list-metadata-events", tagAccounts, "List imports of audit events",
		"The last first: the latest "+strconv.Itoa(listing.MostImports)+", withdrawn ones too, and every older one that counts still. No event is kept: of each server and day how often it asked its metadata service, and which days of which regions are covered."), s.listEvents)
	bring := act(http.MethodPost, path, "import-metadata-events", tagAccounts, "Import audit events",
		"IBM Cloud only: events as IBM Cloud Logs exports them or Activity Tracker Event Routing writes them into a bucket, JSON, packed with gzip or not. At most 16 MiB as sent. They count from the next scan on. "+
			"That a server asked is believed of any event; that it did not is concluded of covered days alone.", access.ImportEvents)
	bring.status, bring.longest, bring.takes = http.StatusCreated, listing.LongestEvents, map[string]*huma.MediaType{}
	for _, kind := range eventFiles {
		bring.takes[kind] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	}
	add(s, bring, s.importEvents)
	add(s, act(http.MethodPost, path+"/{import}/withdraw", "withdraw-metadata-events", tagAccounts, "Withdraw an import of audit events",
		"It counts for nothing from the next scan on.", access.ImportEvents), s.withdrawEvents)
}

var errNoEvents = problem.New(problem.NotFound, "No audit events are imported here.")

// An eventImport is what a file of audit events told.
type eventImport struct {
	ID          int64        `json:"id"`
	At          time.Time    `json:"at" doc:"When it was imported."`
	By          string       `json:"by" doc:"E-mail, with the token's name where it was a token."`
	File        string       `json:"file,omitempty" doc:"Its name."`
	Events      int64        `json:"events" doc:"How many were understood."`
	Requests    int64        `json:"requests" doc:"Of those, requests to a metadata service."`
	Servers     int64        `json:"servers" doc:"How many servers sent those."`
	SHA256      string       `json:"sha256" doc:"Of the file as it was sent, in hexadecimal digits."`
	Unread      int64        `json:"not_understood" doc:"What was not understood and may have been such a request."`
	First       *time.Time   `json:"first,omitempty" doc:"Time of the earliest event."`
	Last        *time.Time   `json:"last,omitempty" doc:"Time of the latest event."`
	Covers      []eventCover `json:"covers" doc:"Regions and periods of which it holds every event."`
	Doubts      []string     `json:"doubts" doc:"Why it covers nothing, or not a region of its events, in sentences, and the first places that were not understood."`
	Withdrawn   *time.Time   `json:"withdrawn,omitempty"`
	WithdrawnBy string       `json:"withdrawn_by,omitempty"`
}

type eventCover struct {
	Region string    `json:"region"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until" doc:"The first moment that is not covered."`
}

func eventImportOf(i listing.EventImport) eventImport {
	return eventImport{ID: i.ID, At: i.At.UTC(), By: i.Who, File: i.Name, Events: i.Events, Requests: i.Requests, Servers: i.Servers, SHA256: hex.EncodeToString(i.SHA256[:]), Unread: i.Unread,
		First: timeOr(i.First), Last: timeOr(i.Last), Withdrawn: timeOr(i.Withdrawn), WithdrawnBy: i.WithdrawnBy,
		Covers: each(i.Covers, func(c house.Cover) eventCover { return eventCover{c.Region, c.From.UTC(), c.Until.UTC()} }),
		Doubts: each(i.Doubts, func(d string) string { return d })}
}

func timeOr(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func (s *server) listEvents(ctx context.Context, in *AccountIn) (*replied[list[eventImport]], error) {
	if s.Events == nil {
		return nil, errNoEvents
	}
	all, err := s.Events.Imports(ctx, in.ID)
	return reply(list[eventImport]{Items: each(all, eventImportOf)}), err
}

type importEventsIn struct {
	AccountIn
	From    string `query:"from" maxLength:"40" example:"2026-10-20" doc:"First day, in UTC, of which the file holds all events, or a time (RFC 3339); together with until. Without both, it covers nothing."`
	Until   string `query:"until" maxLength:"40" example:"2026-11-20" doc:"Last day, in UTC, of which it holds all events; or the time before which."`
	File    string `query:"file" maxLength:"1000" doc:"Name of the file, to be recognised by."`
	RawBody []byte `contentType:"application/octet-stream"`
}

type importEventsOut struct {
	Location string `header:"Location" doc:"Address of the imports of the account."`
	Body     eventImport
}

func (s *server) importEvents(ctx context.Context, in *importEventsIn) (*importEventsOut, error) {
	if s.Events == nil {
		return nil, errNoEvents
	}
	i, err := s.Events.ImportEvents(ctx, in.ID, listing.EventUpload{Name: in.File, From: in.From, Until: in.Until, Body: bytes.NewReader(in.RawBody)})
	if err != nil {
		return nil, err
	}
	return &importEventsOut{Prefix + "/accounts/" + strconv.FormatInt(in.ID, 10) + "/metadata-events", eventImportOf(i)}, nil
}

type withdrawEventsIn struct {
	AccountIn
	Import int64     `path:"import" minimum:"1" doc:"Id of the import."`
	Body   *struct{} `required:"false" nameHint:"Nothing"`
}

func (s *server) withdrawEvents(ctx context.Context, in *withdrawEventsIn) (*replied[list[eventImport]], error) {
	if s.Events == nil {
		return nil, errNoEvents
	}
	if err := s.Events.WithdrawEvents(ctx, in.ID, in.Import); err != nil {
		return nil, err
	}
	return s.listEvents(ctx, &in.AccountIn)
}

// Uploads is how long the body of a request may be where it holds a file: for
// who may import one. 0 for all others.
func Uploads(r *http.Request) int64 {
	account, found := strings.CutPrefix(r.URL.Path, Prefix+"/accounts/")
	id, found2 := strings.CutSuffix(account, "/metadata-events")
	if _, err := strconv.ParseInt(id, 10, 64); r.Method == http.MethodPost && found && found2 && err == nil && access.From(r.Context()).May(access.ImportEvents) {
		return listing.LongestEvents
	}
	return 0
}
