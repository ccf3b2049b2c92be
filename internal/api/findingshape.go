package api

import (
	"time"

	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
)

// A FindingRow is a finding as lists show it.
type FindingRow struct {
	ID        string     `json:"id" example:"FND-12"`
	Rule      string     `json:"rule" example:"AWS-IMDS-001"`
	Title     string     `json:"title" doc:"What is wrong."`
	Severity  string     `json:"severity" enum:"critical,high,medium,low,info"`
	State     string     `json:"state" enum:"open,nodata,lost,resolved,gone" doc:"open: fails. nodata: cannot be told. lost: failed when last told, and cannot be told now. resolved: was told to pass. gone: the subject is no more, or the question is no longer asked."`
	Outcome   string     `json:"outcome" enum:"fail,unknown,pass,not_applicable" doc:"What the rule says now. unknown is never a pass."`
	Gap       bool       `json:"gap" doc:"Whether the subject is a place where nobody could look."`
	Say       string     `json:"say" doc:"The decisive values in words, as last told."`
	Causes    []string   `json:"causes" doc:"Why it cannot be told, or is gone though nobody looked."`
	Risk      int        `json:"risk" minimum:"0" maximum:"100" doc:"Higher is worse."`
	Potential bool       `json:"potential" doc:"Whether the risk is that of a failure nobody could rule out. It stands in no sum."`
	Subject   subject    `json:"subject"`
	FirstSeen time.Time  `json:"first_seen"`
	ChangedAt time.Time  `json:"changed_at" doc:"When it last moved from state to state."`
	SeenAt    time.Time  `json:"seen_at" doc:"When the last scan told it."`
	Due       *time.Time `json:"due" doc:"Null if it has no due date."`
	FirstScan int64      `json:"first_scan"`
	LastScan  int64      `json:"last_scan"`
	Owner     *ownership `json:"owner" doc:"Who is to mend it; null where nobody owns it."`
	Passed    int        `json:"owner_rule_passed,omitempty" doc:"The first rule of ownership that could not be asked, for a tag is not known."`
}

// A whole is a finding with the verdict that it rests on.
type whole struct {
	FindingRow
	VerdictBody
	Key string `json:"key" doc:"Identity for ever: sha256 of rule and subject."`
	Fix *fix   `json:"fix" doc:"What to do, filled in for this subject; null where nothing is to be done or known."`
}

// A VerdictBody is what a verdict rests on.
type VerdictBody struct {
	Version   string     `json:"rule_version" doc:"First 12 hex digits of the sha256 of the rule's file."`
	RuleFault string     `json:"rule_fault,omitempty" doc:"A fault of the rule itself; the outcome is then unknown."`
	Reasons   []reason   `json:"reasons" doc:"Why it could not be told."`
	Factors   []factor   `json:"factors" doc:"How the risk was worked out."`
	Evidence  []evidence `json:"evidence"`
}

// A verdict is what a rule said of a subject for some time.
type verdict struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Outcome  string `json:"outcome" enum:"fail,unknown,pass,not_applicable"`
	Gap      bool   `json:"gap"`
	Say      string `json:"say"`
	VerdictBody
	Risk      int        `json:"risk"`
	Potential bool       `json:"potential"`
	Engine    string     `json:"engine" doc:"Version of the program that judged."`
	Scan      int64      `json:"scan" doc:"The scan that first told it."`
	From      time.Time  `json:"from"`
	To        *time.Time `json:"to" doc:"Null while it stands."`
}

func (s *server) row(f listing.Finding) FindingRow {
	return FindingRow{
		ID: idOf(f.Number), Rule: f.Rule, Title: s.fault(f.Rule), Severity: f.Severity.String(), State: string(f.State), Outcome: outcomeOf(f.State).String(),
		Gap: f.Gap, Say: f.Say, Causes: each(f.Cause, same), Risk: f.Risk, Potential: f.Potential, Subject: subjectOf(f.Subject),
		FirstSeen: f.FirstSeen.UTC(), ChangedAt: f.ChangedAt.UTC(), SeenAt: f.SeenAt.UTC(), Due: moment(f.Due), FirstScan: f.FirstScan, LastScan: f.LastScan,
		Owner: ownershipOf(f.Owner), Passed: f.Owner.Passed,
	}
}

// outcomeOf is what a rule says now of a finding's subject. What a finding
// keeps of its verdict may be older: of one that is lost, the last failure.
func outcomeOf(s finding.State) finding.Outcome {
	switch s {
	case finding.Open:
		return finding.Fail
	case finding.Resolved:
		return finding.Pass
	case finding.Gone:
		return finding.NotApplicable
	default:
		return finding.Unknown
	}
}

func verdictOf(number int64, v *finding.Verdict) VerdictBody {
	return VerdictBody{
		Version: v.Version, RuleFault: v.Fault,
		Reasons: each(v.Reasons, func(r fact.Reason) reason { return reasonOf(r) }), Factors: each(v.Factors, factorOf),
		Evidence: each(v.Evidence, func(e finding.Evidence) evidence { return evidenceOf(number, e) }),
	}
}

func same[T any](v T) T { return v }
