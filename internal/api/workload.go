package api

import (
	"context"

	"plumbline/internal/listing"
	"plumbline/internal/query"
)

const tagWorkloads = "Workloads"

func (s *server) workloads() {
	add(s, get("/workloads", "list-workloads", tagWorkloads, "List workloads", "The inventory, in pages."), s.listWorkloads)
	add(s, get("/workload-count", "count-workloads", tagWorkloads, "Count workloads", "Exactly, or how many at least."), s.countWorkloads)
	add(s, get("/workload-facets", "facet-workloads", tagWorkloads, "Count workloads by the values of keys", "For each key the values that the workloads of the filter have."), s.workloadFacets)
	add(s, get("/workloads/{uid}", "get-workload", tagWorkloads, "Get a workload", "With what a close look at the last finished scan tells: what reaches it, what it may do, which secrets stand in it, the way from the internet to its credentials, and what every rule says of it."), s.getWorkload)
}

// WorkloadFilter is the parameter of everything that is about some workloads.
type WorkloadFilter struct {
	Q string `query:"q" example:"tokens:optional internet:reachable" doc:"A filter over workloads, in the grammar of the description of this document."`
}

func (s *server) workloadQuery(q string) (query.Query, error) {
	parsed, err := query.Parse(q, listing.WorkloadFields, s.Now())
	return parsed, filterProblem(err)
}

type workloadsIn struct {
	WorkloadFilter
	Place
}

// A Workload is a row of the inventory.
type Workload struct {
	UID         string   `json:"uid" doc:"Stable for ever, such as an ARN."`
	ID          string   `json:"id" example:"i-0abc"`
	Name        string   `json:"name" doc:"What its owner calls it; empty if nothing."`
	Provider    string   `json:"provider"`
	Account     string   `json:"account" doc:"The provider's own id of the account."`
	AccountName string   `json:"account_name"`
	Region      string   `json:"region"`
	Type        string   `json:"type" example:"instance"`
	State       string   `json:"state" example:"running"`
	Endpoint    string   `json:"endpoint" example:"enabled" doc:"The metadata service: enabled, disabled or unknown."`
	Tokens      string   `json:"tokens" example:"optional" doc:"Metadata tokens: required, optional or unknown."`
	HopLimit    *int     `json:"hop_limit" doc:"Hops that a token's reply may travel; null if it is not known, see unknown."`
	Internet    string   `json:"internet" doc:"How it can be reached from the internet, or unknown."`
	Power       string   `json:"power" doc:"What its identity may do, or unknown."`
	Identity    string   `json:"identity" doc:"Name of what is bound to it, or unknown."`
	Group       string   `json:"group" doc:"uid of the group that launched it; empty if none is known."`
	Unknown     []string `json:"unknown" doc:"Which of the fields above are not known. What is not known is no good news."`
	Open        int      `json:"open_findings" doc:"Findings on it that fail."`
	NoData      int      `json:"no_data" doc:"Judgements on it that could not be made."`
	Risk        int      `json:"risk" doc:"Of its worst open finding, 0 to 100. It says nothing of what could not be judged."`
	Severity    string   `json:"severity" enum:"critical,high,medium,low,info,none" doc:"Of its worst open finding; none if none is open."`
}

func workloadOf(w listing.Workload) Workload {
	out := Workload{
		UID: w.UID, ID: w.ID, Name: w.Name, Provider: w.Provider, Account: w.Account, AccountName: w.AccountName, Region: w.Region, Group: w.Group,
		Open: w.Open, NoData: w.NoData, Risk: w.Risk, Severity: w.Severity.String(), Unknown: []string{},
	}
	for _, f := range []struct {
		name string
		to   *string
		from string
	}{
		{"type", &out.Type, w.Type}, {"state", &out.State, w.State}, {"endpoint", &out.Endpoint, w.Endpoint}, {"tokens", &out.Tokens, w.Tokens},
		{"internet", &out.Internet, w.Internet}, {"power", &out.Power, w.Power}, {"identity", &out.Identity, w.Identity},
	} {
		if *f.to = orUnknown(f.from); *f.to == "unknown" {
			out.Unknown = append(out.Unknown, f.name)
		}
	}
	if w.HopLimit > 0 {
		out.HopLimit = &w.HopLimit
	} else {
		out.Unknown = append(out.Unknown, "hop_limit")
	}
	if out.Severity == "" {
		out.Severity = "none"
	}
	return out
}

func (s *server) listWorkloads(ctx context.Context, in *workloadsIn) (*pageOf[Workload], error) {
	q, err := s.workloadQuery(in.Q)
	if err != nil {
		return nil, err
	}
	at, err := in.place()
	if err != nil {
		return nil, err
	}
	all, cursors, err := s.Reader.Workloads(ctx, q, at)
	if err != nil {
		return nil, err
	}
	return page(ctx, all, cursors, q.String(), workloadOf), nil
}

func (s *server) countWorkloads(ctx context.Context, in *WorkloadFilter) (*replied[count], error) {
	q, err := s.workloadQuery(in.Q)
	if err != nil {
		return nil, err
	}
	n, err := s.Reader.CountWorkloads(ctx, q)
	return reply(count{n.N, n.More, q.String()}), err
}

type uidIn struct {
	UID string `path:"uid" maxLength:"2000" doc:"The uid of the workload, with every / in it written as %2F."`
}
