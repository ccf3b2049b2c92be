package api

import (
	"time"

	"plumbline/internal/listing"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/internal/snapshot"
)

// A ScanRow is a scan as lists show it.
type ScanRow struct {
	Number    int64          `json:"number"`
	Provider  string         `json:"provider"`
	Account   string         `json:"account" doc:"The provider's own id of the account."`
	State     string         `json:"state" enum:"running,finished,interrupted,failed,cancelled" doc:"finished: every question ended with an answer or a refusal. Only a finished scan speaks for its account."`
	Reason    string         `json:"reason,omitempty" doc:"Why it failed or was interrupted."`
	StartedAt time.Time      `json:"started_at"`
	EndedAt   *time.Time     `json:"ended_at" doc:"Null while it runs."`
	Engine    string         `json:"engine" doc:"Version of the program."`
	Workloads int            `json:"workloads" doc:"How many were judged."`
	Written   int            `json:"documents_written" doc:"How many documents were new or had changed."`
	Look      int64          `json:"judged_again,omitempty" doc:"The scan whose documents it judged again by changed rules, without asking the cloud. Absent where it asked."`
	Changes   map[string]int `json:"changes" doc:"How many findings it moved, by what happened to them: new, reopened, fixed, gone, lost and so on."`
}

type wholeScan struct {
	ScanRow
	Posture *posture  `json:"posture" doc:"What it measured; null if nothing could be told."`
	Rules   []outcome `json:"rules" doc:"Outcomes of each rule."`
	LeftOut []string  `json:"regions_left_out" doc:"Regions that whoever started it left out."`
	Refused int       `json:"refused" doc:"Questions that were refused, or answered in part only."`
}

type posture struct {
	Score    float64 `json:"score" doc:"Percent of what was told; higher is better. Never to be shown without the three that follow."`
	Assessed float64 `json:"assessed_percent" doc:"How much of everything could be told."`
	Low      float64 `json:"low" doc:"The score if everything untold failed."`
	High     float64 `json:"high" doc:"The score if everything untold passed."`
	Text     string  `json:"text" example:"82, 93 % assessed (80–87)"`
}

type outcome struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Pass     int    `json:"pass"`
	Fail     int    `json:"fail"`
	Unknown  int    `json:"unknown" doc:"Could not be told; no pass."`
	NA       int    `json:"not_applicable"`
}

func scanOf(r scan.Record) ScanRow {
	out := ScanRow{
		Number: r.Number, Provider: r.Provider, Account: r.Account, State: string(r.State), Reason: r.Reason,
		StartedAt: r.StartedAt.UTC(), EndedAt: moment(r.EndedAt), Engine: r.Engine, Workloads: r.Workloads, Written: r.Written, Look: r.Look, Changes: map[string]int{},
	}
	for change, n := range r.Changes {
		out.Changes[string(change)] = n
	}
	return out
}

func wholeScanOf(r scan.Record) wholeScan {
	out := wholeScan{ScanRow: scanOf(r), Posture: postureOf(scan.Posture(r.Tally)), Rules: []outcome{}, LeftOut: snapshot.LeftOut(r.Answers)}
	at := map[string]int{}
	for _, t := range r.Tally {
		i, ok := at[t.Rule]
		if !ok {
			i = len(out.Rules)
			at[t.Rule] = i
			out.Rules = append(out.Rules, outcome{Rule: t.Rule, Severity: t.Severity.String()})
		}
		o := &out.Rules[i]
		o.Pass, o.Fail, o.Unknown, o.NA = o.Pass+t.Pass, o.Fail+t.Fail, o.Unknown+t.Unknown, o.NA+t.NA
	}
	for _, a := range r.Answers {
		if a.Status == snapshot.Refused || a.Status == snapshot.Partial {
			out.Refused++
		}
	}
	return out
}

func postureOf(p score.Posture) *posture {
	if !p.Assessed {
		return nil
	}
	return &posture{percent(p.Score), percent(p.Coverage), percent(p.Low), percent(p.High), p.String()}
}

// percent turns hundredths of a percent into percent.
func percent(n int) float64 { return float64(n) / 100 }

type shard struct {
	Part      string     `json:"part"`
	Region    string     `json:"region"`
	State     string     `json:"state" enum:"waiting,running,finished,interrupted,failed,cancelled"`
	Reason    string     `json:"reason,omitempty" doc:"Why it failed, or was begun again."`
	Worker    string     `json:"worker,omitempty" doc:"Who works on it, or did last."`
	Attempt   int        `json:"attempt"`
	Pages     int        `json:"pages" doc:"Stored by the present attempt."`
	Items     int        `json:"items" doc:"Documents in them."`
	StartedAt *time.Time `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
	BeatAt    *time.Time `json:"beat_at" doc:"Last sign of life of its worker."`
}

func shardOf(s listing.ScanShard) shard {
	return shard{s.Part, s.Region, s.State, s.Reason, s.Worker, s.Attempt, s.Pages, s.Items, moment(s.StartedAt), moment(s.EndedAt), moment(s.BeatAt)}
}

type answer struct {
	Call      string     `json:"call" example:"ec2:DescribeInstances"`
	Region    string     `json:"region"`
	Subject   string     `json:"subject,omitempty" doc:"What was asked about, where it is not a listing."`
	Status    string     `json:"status" enum:"complete,partial,refused,unasked" doc:"Only a complete answer can show that something is not there."`
	Cause     string     `json:"cause,omitempty" doc:"Why it is not complete, in one of our words."`
	Code      string     `json:"code,omitempty" doc:"The cloud's own."`
	Message   string     `json:"message,omitempty" doc:"The cloud's own words, shortened."`
	HTTP      int        `json:"http,omitempty" doc:"Status of the last reply."`
	Pages     int        `json:"pages"`
	Items     int        `json:"items"`
	Attempts  int        `json:"attempts"`
	RequestID string     `json:"request_id,omitempty"`
	AskedAt   *time.Time `json:"asked_at"`
	EndedAt   *time.Time `json:"ended_at"`
}

func answerOf(a snapshot.Answer) answer {
	status := string(a.Status)
	if a.Status == snapshot.Unasked {
		status = "unasked"
	}
	return answer{Call: a.Call, Region: a.Region, Subject: a.Subject, Status: status, Cause: string(a.Cause), Code: a.Code, Message: a.Message, HTTP: a.HTTP,
		Pages: a.Pages, Items: a.Items, Attempts: a.Attempts, RequestID: a.RequestID, AskedAt: moment(a.AskedAt), EndedAt: moment(a.EndedAt)}
}
