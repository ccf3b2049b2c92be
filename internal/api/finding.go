package api

import (
	"context"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/query"
	"plumbline/internal/rule"
	"plumbline/internal/words"
)

const tagFindings = "Findings"

func (s *server) findings() {
	add(s, get("/findings", "list-findings", tagFindings, "List findings",
		"In pages, the worst first unless sort says otherwise. Without a filter all are listed, those that are resolved or gone included."), s.listFindings)
	add(s, get("/finding-count", "count-findings", tagFindings, "Count findings", "Exactly, or how many at least."), s.countFindings)
	add(s, get("/finding-groups", "group-findings", tagFindings, "Count findings by rule", "One group for each rule that has findings which the filter lets through."), s.groupFindings)
	add(s, get("/finding-facets", "facet-findings", tagFindings, "Count findings by the values of keys", "For each key the values that the findings of the filter have."), s.findingFacets)
	add(s, get("/findings/{id}", "get-finding", tagFindings, "Get a finding", "With the evidence of its present verdict, and what to do."), s.getFinding)
	add(s, get("/findings/{id}/history", "get-finding-history", tagFindings, "Get what happened to a finding", "The oldest first."), s.findingHistory)
	add(s, get("/findings/{id}/verdicts", "list-finding-verdicts", tagFindings, "List the verdicts of a finding",
		"What its rule said of its subject, and from when to when."), s.findingVerdicts)
	s.documents()
}

// FindingFilter is the parameter of everything that is about some findings.
type FindingFilter struct {
	Q string `query:"q" example:"is:open severity:critical,high" doc:"A filter over findings, in the grammar of the description of this document."`
}

func (s *server) findingQuery(q string) (query.Query, error) {
	parsed, err := query.Parse(q, listing.FindingFields, s.Now())
	return parsed, filterProblem(err)
}

type findingsIn struct {
	FindingFilter
	Sort string `query:"sort" enum:"worst,newest,due" default:"worst" doc:"worst: severity, then risk. newest: the newest number first. due: what is due first."`
	Place
}

func sortOf(word string) listing.Sort {
	if word == "worst" {
		return listing.Worst
	}
	return listing.Sort(word)
}

func (s *server) listFindings(ctx context.Context, in *findingsIn) (*pageOf[FindingRow], error) {
	q, err := s.findingQuery(in.Q)
	if err != nil {
		return nil, err
	}
	at, err := in.place()
	if err != nil {
		return nil, err
	}
	all, cursors, err := s.Reader.Findings(ctx, q, sortOf(in.Sort), at)
	if err != nil {
		return nil, err
	}
	return page(ctx, all, cursors, q.String(), s.row), nil
}

type count struct {
	Count int    `json:"count"`
	More  bool   `json:"more" doc:"Whether there are more than count: counting stopped there."`
	Query string `json:"query,omitempty" doc:"The filter as it was understood."`
}

func (s *server) countFindings(ctx context.Context, in *FindingFilter) (*replied[count], error) {
	q, err := s.findingQuery(in.Q)
	if err != nil {
		return nil, err
	}
	n, err := s.Reader.CountFindings(ctx, q)
	return reply(count{n.N, n.More, q.String()}), err
}

type group struct {
	Rule     string `json:"rule" example:"AWS-IMDS-001"`
	Title    string `json:"title" doc:"What is wrong."`
	Severity string `json:"severity"`
	Count    int    `json:"count" doc:"Findings that the filter lets through."`
	Open     int    `json:"open" doc:"Of these: those that fail."`
	NoData   int    `json:"no_data" doc:"Of these: those that cannot be told."`
	Lost     int    `json:"lost" doc:"Of these: those that failed when last told, and cannot be told now."`
	Subjects int    `json:"subjects" doc:"What the rule was asked of in the accounts of the filter, whatever came out."`
	Risk     int    `json:"risk" doc:"The highest, 0 to 100."`
	AtMost   int    `json:"risk_at_most" doc:"The highest potential risk among those that cannot be told: what the worst of them could come to."`
	New      int    `json:"new" doc:"Of these: failing since the last finished scan of their account."`
	Overdue  int    `json:"overdue"`
}

func (s *server) groupFindings(ctx context.Context, in *FindingFilter) (*replied[list[group]], error) {
	q, err := s.findingQuery(in.Q)
	if err != nil {
		return nil, err
	}
	all, err := s.Reader.Groups(ctx, q)
	return reply(list[group]{Query: q.String(), Items: each(all, func(g listing.Group) group {
		return group{g.Rule, s.fault(g.Rule), g.Severity.String(), g.Count, g.Open, g.NoData, g.Lost, g.Subjects, g.Risk, g.AtMost, g.New, g.Overdue}
	})}), err
}

// IDIn is the parameter of everything that is about one finding.
type IDIn struct {
	ID string `path:"id" example:"FND-12" maxLength:"40" doc:"Id of the finding."`
}

func (s *server) getFinding(ctx context.Context, in *IDIn) (*replied[whole], error) {
	f, _, err := s.one(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := whole{FindingRow: s.row(f), VerdictBody: verdictOf(f.Number, &f.Verdict), Key: f.Key().String()}
	out.Fix, err = s.fix(ctx, f.Record)
	return reply(out), err
}

func (s *server) one(ctx context.Context, id string) (listing.Finding, []listing.Event, error) {
	n, err := numberOf(id)
	if err != nil {
		return listing.Finding{}, nil, err
	}
	return s.Reader.Finding(ctx, n)
}

type event struct {
	At     time.Time `json:"at"`
	Scan   *int64    `json:"scan" doc:"The scan that did it; null if none did."`
	Change string    `json:"change" example:"new"`
	From   string    `json:"from" doc:"State before; none if it was not there."`
	To     string    `json:"to" doc:"State after."`
	Who    string    `json:"who,omitempty" doc:"A person, where no scan did it."`
	Note   string    `json:"note,omitempty"`
}

func eventOf(e listing.Event) event {
	out := event{At: e.At.UTC(), Change: string(e.Change), From: stateName(e.From), To: stateName(e.To), Who: e.Who, Note: e.Note}
	if e.Scan != 0 {
		out.Scan = &e.Scan
	}
	return out
}

func stateName(s finding.State) string {
	if s == finding.None {
		return "none"
	}
	return string(s)
}

func (s *server) findingHistory(ctx context.Context, in *IDIn) (*replied[list[event]], error) {
	_, events, err := s.one(ctx, in.ID)
	return reply(list[event]{Items: each(events, eventOf)}), err
}

func (s *server) findingVerdicts(ctx context.Context, in *IDIn) (*replied[list[verdict]], error) {
	n, err := numberOf(in.ID)
	if err != nil {
		return nil, err
	}
	all, err := s.Reader.Verdicts(ctx, n)
	return reply(list[verdict]{Items: each(all, func(v listing.Verdict) verdict {
		return verdict{VerdictBody: verdictOf(n, &v.Verdict), Rule: v.Rule, Severity: v.Severity.String(), Outcome: v.Outcome.String(), Gap: v.Gap, Say: v.Say,
			Risk: v.Risk, Potential: v.Potential, Engine: v.Engine, Scan: v.Scan, From: v.From.UTC(), To: moment(v.To)}
	})}), err
}

// fault is what is wrong where a rule fails; its id if the rule is no longer in
// the catalogue.
func (s *server) fault(id string) string {
	if r, ok := s.Rules.Rule(id); ok {
		return r.Fault
	}
	return id
}

// fix is what to do, filled in for the finding; nil where nothing is to be done
// or known.
func (s *server) fix(ctx context.Context, r finding.Record) (*fix, error) {
	if s.Fix == nil || r.State == finding.Resolved || r.State == finding.Gone {
		return nil, nil
	}
	f, err := s.Fix(ctx, r)
	if _, ours := problem.KindOf(err); ours {
		return nil, nil // what it would be filled in from is not kept any more
	}
	if err != nil {
		return nil, err
	}
	return fixOf(f), nil
}

type fix struct {
	Source    string `json:"source,omitempty" doc:"Where the setting comes from; change it there first, or it comes back."`
	CLI       string `json:"cli,omitempty" doc:"Commands."`
	Terraform string `json:"terraform,omitempty"`
	Console   string `json:"console,omitempty" doc:"The way through the provider's pages."`
	Undo      string `json:"undo,omitempty" doc:"Commands that take it back."`
}

func fixOf(f rule.Fix) *fix {
	out := fix{f.Source, f.CLI, f.Terraform, f.Console, f.Undo}
	if out == (fix{}) {
		return nil
	}
	return &out
}

// facetKeys checks the keys of facets.
func facetKeys(keys []string, fields query.Fields) error {
	for _, k := range keys {
		if _, ok := fields.Find(k); ok {
			continue
		}
		near, _ := words.Nearest(k, fields.Keys(), 3)
		text := "There is no key “" + shorten(k) + "”."
		if near != "" {
			text += " Did you mean " + near + "?"
		}
		p := invalid("query.keys", k, "%s", text)
		p.Errors[0].Suggestion = near
		return p
	}
	return nil
}
