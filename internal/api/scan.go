package api

import (
	"context"
	"net/http"
	"strconv"

	"plumbline/internal/access"
	"plumbline/internal/problem"
)

const tagScans = "Scans"

func (s *server) scans() {
	add(s, get("/scans", "list-scans", tagScans, "List scans", "In pages, the newest first."), s.listScans)
	start := act(http.MethodPost, "/scans", "start-scan", tagScans, "Start a scan", "Workers do it; the reply says where to watch it.", access.StartScan)
	start.status = http.StatusAccepted
	add(s, start, s.startScan)
	add(s, get("/scans/{number}", "get-scan", tagScans, "Get a scan", "With the posture that it measured and the outcomes of each rule."), s.getScan)
	add(s, act(http.MethodPost, "/scans/{number}/cancel", "cancel-scan", tagScans, "Cancel a running scan", "What it has stored so far stays.", access.StartScan), s.cancelScan)
	add(s, get("/scans/{number}/shards", "list-scan-shards", tagScans, "List the shards of a scan", "The units of its work, and how far each is."), s.scanShards)
	add(s, get("/scans/{number}/answers", "list-scan-answers", tagScans, "List what a scan asked and how it was answered",
		"The coverage ledger: refusals are answers too."), s.scanAnswers)
}

type scansIn struct {
	Account int64 `query:"account" minimum:"1" doc:"Only scans of this account."`
	Place
}

func (s *server) listScans(ctx context.Context, in *scansIn) (*pageOf[ScanRow], error) {
	at, err := in.place()
	if err != nil {
		return nil, err
	}
	all, cursors, err := s.Reader.Scans(ctx, in.Account, at)
	if err != nil {
		return nil, err
	}
	return page(ctx, all, cursors, "", scanOf), nil
}

// NumberIn is the parameter of everything that is about one scan.
type NumberIn struct {
	Number int64 `path:"number" minimum:"1" example:"7" doc:"Number of the scan."`
}

func (s *server) getScan(ctx context.Context, in *NumberIn) (*replied[wholeScan], error) {
	rec, err := s.Reader.Scan(ctx, in.Number)
	return reply(wholeScanOf(rec)), err
}

type startIn struct {
	Body struct {
		Account int64 `json:"account" minimum:"1" doc:"Id of the account, as the list of accounts gives it."`
	} `nameHint:"StartScan"`
}

type started struct {
	Scan int64  `json:"scan" doc:"Number of the scan."`
	URL  string `json:"url" format:"uri-reference" doc:"Where to watch it."`
}

type startOut struct {
	Location string `header:"Location" doc:"Address of the scan."`
	Body     started
}

func (s *server) startScan(ctx context.Context, in *startIn) (*startOut, error) {
	if err := s.reaches(ctx, access.StartScan, in.Body.Account); err != nil {
		return nil, err
	}
	n, err := s.Clerk.StartScan(ctx, in.Body.Account)
	if err != nil {
		return nil, err
	}
	at := scanAddress(n)
	return &startOut{at, started{n, at}}, nil
}

// reaches makes sure that the viewer sees the account and may do the action
// there. An account that is not seen is one that is not there.
func (s *server) reaches(ctx context.Context, a access.Action, account int64) error {
	if _, err := s.Reader.Account(ctx, account); err != nil {
		return err
	}
	if !access.From(ctx).MayOn(a, account) {
		return problem.New(problem.Forbidden, "You see this account, but may not %s there. Ask an administrator. Nothing was changed.", a)
	}
	return nil
}

func scanAddress(n int64) string { return Prefix + "/scans/" + strconv.FormatInt(n, 10) }

type cancelIn struct {
	NumberIn
	Body *struct{} `required:"false" nameHint:"Nothing"`
}

func (s *server) cancelScan(ctx context.Context, in *cancelIn) (*replied[wholeScan], error) {
	if err := s.Clerk.CancelScan(ctx, in.Number); err != nil {
		return nil, err
	}
	return s.getScan(ctx, &in.NumberIn)
}

func (s *server) scanShards(ctx context.Context, in *NumberIn) (*replied[list[shard]], error) {
	all, err := s.Reader.ScanShards(ctx, in.Number)
	return reply(list[shard]{Items: each(all, shardOf)}), err
}

type answersIn struct {
	NumberIn
	Status string `query:"status" enum:"complete,partial,refused,unasked" doc:"Only questions that ended so."`
}

func (s *server) scanAnswers(ctx context.Context, in *answersIn) (*replied[list[answer]], error) {
	rec, err := s.Reader.Scan(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	out := list[answer]{Items: []answer{}}
	for _, a := range rec.Answers {
		if row := answerOf(a); in.Status == "" || row.Status == in.Status {
			out.Items = append(out.Items, row)
		}
	}
	return reply(out), nil
}
