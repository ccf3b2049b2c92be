package api

import (
	"context"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/inspect"
	"plumbline/internal/listing"
	attack "plumbline/internal/path"
	"plumbline/internal/problem"
	"plumbline/internal/reach"
)

// A wholeWorkload is a workload with what a close look at the documents of the
// last finished scan tells.
type wholeWorkload struct {
	Workload
	Detail  *detail `json:"detail" doc:"What a close look at the replies of the last finished scan tells, in the words of plumbline scan --output json; null if it could not be had, see detail_missing."`
	Missing string  `json:"detail_missing,omitempty" doc:"Why there is no detail."`
}

// A detail is everything that is known of a workload.
type detail struct {
	TakenAt  time.Time         `json:"taken_at" doc:"When the scan looked."`
	State    *string           `json:"state" example:"running" doc:"Null, as each value below, if it is not known; unknown says why."`
	Group    *string           `json:"group" doc:"uid of the group that launched it; empty if none did."`
	Metadata metadata          `json:"metadata"`
	Exposure exposure          `json:"exposure"`
	Identity identity          `json:"identity"`
	Secrets  []secret          `json:"secrets" doc:"Found in its user data: kinds and places, never a secret. Whether there may be more stands in unknown under secrets."`
	Path     attackPath        `json:"attack_path" doc:"From the internet to what its credentials may do."`
	Outcomes []ruled           `json:"outcomes" doc:"What every rule that applies to it said, passes too."`
	Unknown  map[string]reason `json:"unknown" doc:"Why a value is not known, or a list not whole, by its name. What is not known is no good news."`
}

type metadata struct {
	Endpoint *string `json:"endpoint" example:"enabled"`
	Tokens   *string `json:"tokens" example:"optional" doc:"As asked for; applied says whether it is in force."`
	Protocol *string `json:"protocol,omitempty" example:"https" doc:"On IBM Cloud; left out elsewhere, and where it is not known, see unknown."`
	HopLimit *int64  `json:"hop_limit"`
	Applied  *bool   `json:"applied" doc:"Whether the settings are in force, and not pending."`
	IPv6     *bool   `json:"ipv6"`
	Tags     *bool   `json:"tags"`
	Class    *string `json:"class" example:"unauth_get" doc:"What it takes to read credentials: off, unauth_get (a plain request), static_header, session_token, process_bound."`
}

type exposure struct {
	Internet *string   `json:"internet" example:"reachable" doc:"reachable, restricted, via_lb, internal or isolated."`
	Latent   *bool     `json:"latent" doc:"It does not run, and would be reached if it did."`
	Public   *bool     `json:"public_path" doc:"A public address or a load balancer leads to it, whatever gates say."`
	Open     []opening `json:"open"`
	Ways     []wayIn   `json:"ways" doc:"Every way in that was looked at, gate by gate."`
}

type opening struct {
	Family    string `json:"family" example:"ipv4"`
	Protocol  string `json:"protocol" example:"tcp"`
	From      int64  `json:"from" doc:"First of the workload's own ports."`
	To        int64  `json:"to"`
	FrontFrom int64  `json:"front_from" doc:"What a client connects to."`
	FrontTo   int64  `json:"front_to"`
	Layer     string `json:"layer" example:"l4"`
	Via       string `json:"via,omitempty" doc:"uid of the load balancer."`
	Address   string `json:"address,omitempty"`
	Return    string `json:"return" example:"full" doc:"Whether replies come back: full, partial, one_way."`
	AnySource *bool  `json:"any_source" doc:"From any address, and not only from chosen ones; null: it may be open, or may not."`
	Sources   string `json:"sources,omitempty"`
}

type wayIn struct {
	Family    string `json:"family"`
	Address   string `json:"address"`
	Interface string `json:"interface"`
	Via       string `json:"via,omitempty"`
	Open      bool   `json:"open" doc:"Something passes for certain."`
	Maybe     bool   `json:"maybe" doc:"Something passes, or may."`
	Gates     []gate `json:"gates" doc:"From the internet inwards."`
}

type gate struct {
	Kind   string `json:"kind" example:"security_group"`
	ID     string `json:"id"`
	Says   string `json:"says" doc:"What it does to packets from the internet."`
	Passes string `json:"passes" enum:"open,partly,closed,unknown"`
}

type identity struct {
	Name      *string     `json:"name" doc:"What is bound to it; empty if nothing is."`
	Mechanism *string     `json:"mechanism"`
	Role      *string     `json:"role"`
	Power     *string     `json:"power" example:"admin" doc:"What it may do at most: admin, escalation, write, data_read, read, limited or none."`
	AtLeast   *string     `json:"at_least" doc:"What it may do for certain."`
	Because   []statement `json:"because" doc:"The statements that give it, the strongest first."`

	Count    *int64   `json:"count,omitempty" doc:"On IBM Cloud: how many trusted profiles it may become. Power and because are those of the strongest."`
	Profiles []become `json:"profiles,omitempty" doc:"On IBM Cloud: the trusted profiles that it may become, one line for each thing that lets it. Whether there may be more stands in unknown under identity.profiles."`
	Default  *string  `json:"default,omitempty" doc:"On IBM Cloud: uid of the trusted profile that it was created with; empty if none."`
	Stale    *bool    `json:"stale,omitempty" doc:"On IBM Cloud: that one is gone, or is not bound to it any more."`
}

type become struct {
	UID       string  `json:"uid"`
	Name      string  `json:"name"`
	Mechanism string  `json:"mechanism" example:"claim_rule" doc:"default_profile, link or claim_rule."`
	By        string  `json:"by" doc:"Name or id of the link or the claim rule."`
	Power     *string `json:"power" doc:"What the profile may do at most; null if it is not known."`
	AtLeast   *string `json:"at_least" doc:"What it may do for certain."`
	Unknown   *reason `json:"unknown,omitempty" doc:"Why that is not known."`
}

type statement struct {
	Level     string `json:"level"`
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	Policy    string `json:"policy"`
	Statement string `json:"statement"`
	Why       string `json:"why,omitempty"`
	Inferred  bool   `json:"inferred" doc:"A condition stands beside it that is taken to be met."`
}

type secret struct {
	Kind  string `json:"kind"`
	Place string `json:"place"`
	Line  int64  `json:"line"`
	Hash  string `json:"hash" doc:"Keyed: the same secret has the same hash."`
}

type attackPath struct {
	State string `json:"state" enum:"none,whole,possible,cut" doc:"whole: each step is certain. possible: nothing known cuts it. cut: a step is missing. none: there is none to tell of."`
	Steps []step `json:"steps" doc:"From the internet inwards; of a cut path those that are there, and the missing one."`
	Cuts  []cut  `json:"cuts" doc:"Single changes of which each breaks it, the cheapest first."`
}

type step struct {
	Kind    string `json:"kind"`
	Title   string `json:"title"`
	Detail  string `json:"detail,omitempty"`
	ID      string `json:"id,omitempty"`
	Passes  bool   `json:"passes" doc:"False for the step that is missing."`
	Certain bool   `json:"certain"`
}

type cut struct {
	Kind    string   `json:"kind"`
	Title   string   `json:"title"`
	Why     string   `json:"why,omitempty"`
	Command string   `json:"command,omitempty"`
	Rules   []string `json:"rules"`
}

type ruled struct {
	Rule     string   `json:"rule"`
	Severity string   `json:"severity"`
	Outcome  string   `json:"outcome" enum:"fail,unknown,pass"`
	Say      string   `json:"say"`
	Reasons  []reason `json:"reasons" doc:"Why it could not be told."`
}

func (s *server) getWorkload(ctx context.Context, in *uidIn) (*replied[wholeWorkload], error) {
	w, err := s.Reader.Workload(ctx, in.UID)
	if err != nil {
		return nil, err
	}
	out := wholeWorkload{Workload: workloadOf(w)}
	out.Detail, out.Missing, err = s.closely(ctx, w)
	return reply(out), err
}

// closely looks at a workload, or says why that cannot be done.
func (s *server) closely(ctx context.Context, w listing.Workload) (*detail, string, error) {
	if s.Inspect == nil {
		return nil, "This installation cannot read the stored replies again.", nil
	}
	rep, err := s.Inspect(ctx, w)
	if problem.Is(err, problem.NotFound) || err == nil && rep == nil {
		return nil, "The last finished scan of the account did not see this workload.", nil
	}
	if err != nil {
		return nil, "", err
	}
	return detailOf(rep), "", nil
}

func detailOf(rep *inspect.Report) *detail {
	w, un := rep.Workload, map[string]reason{}
	m, i := &w.Metadata, &w.Identity
	d := &detail{
		TakenAt: rep.TakenAt.UTC(), State: value(un, "state", w.State), Group: value(un, "group", w.Group),
		Metadata: metadata{
			Endpoint: value(un, "metadata.endpoint", m.Endpoint), Tokens: value(un, "metadata.tokens", m.Tokens), HopLimit: value(un, "metadata.hop_limit", m.HopLimit),
			Applied: value(un, "metadata.applied", m.Applied), IPv6: value(un, "metadata.ipv6", m.IPv6), Tags: value(un, "metadata.tags", m.Tags), Class: value(un, "metadata.class", m.Class)},
		Exposure: exposureOf(un, &w.Exposure),
		Identity: identity{
			Name: value(un, "identity.name", i.Name), Mechanism: value(un, "identity.mechanism", i.Mechanism), Role: value(un, "identity.role", i.Role),
			Power: value(un, "identity.power", i.Power), AtLeast: value(un, "identity.at_least", i.AtLeast), Because: items(un, "identity.because", i.Grants, statementOf)},
		Secrets:  items(un, "secrets", w.UserData.Secrets, func(s estate.Secret) secret { return secret{s.Kind, s.Place, s.Line, s.Hash} }),
		Path:     pathOf(&rep.Path),
		Outcomes: each(rep.Verdicts, ruledOf), Unknown: un,
	}
	if w.Provider == "ibm" { // where a server chooses, and its metadata service has a protocol
		d.Metadata.Protocol = value(un, "metadata.protocol", m.Protocol)
		d.Identity.Count, d.Identity.Profiles = value(un, "identity.count", i.Count), items(un, "identity.profiles", i.Profiles, becomeOf)
		d.Identity.Default, d.Identity.Stale = value(un, "identity.default", i.Default), value(un, "identity.stale", i.Stale)
	}
	return d
}

func becomeOf(b estate.Becomes) become {
	x := become{UID: b.Principal, Name: b.Name, Mechanism: b.Mechanism, By: b.By}
	if word, ok := b.Power.Get(); ok {
		x.Power = &word
	} else {
		why := reasonOf(*b.Power.Why())
		x.Unknown = &why
	}
	if word, ok := b.AtLeast.Get(); ok {
		x.AtLeast = &word
	}
	return x
}

// value is a pointer to the known value; an unknown leaves nil and its reason.
func value[T any](un map[string]reason, name string, f fact.Of[T]) *T {
	v, ok := f.Get()
	if !ok {
		un[name] = reasonOf(*f.Why())
		return nil
	}
	return &v
}

// items are those of a list; that it is not whole leaves a reason.
func items[F, T any](un map[string]reason, name string, l fact.List[F], shape func(F) T) []T {
	if why := l.Gaps(); len(why) > 0 {
		un[name] = reasonOf(*why[0])
	}
	return each(l.Items(), shape)
}

func exposureOf(un map[string]reason, e *estate.Exposure) exposure {
	return exposure{Internet: value(un, "exposure.internet", e.Internet), Latent: value(un, "exposure.latent", e.Latent), Public: value(un, "exposure.public_path", e.Public),
		Open: items(un, "exposure.open", e.Open, openingOf), Ways: each(e.Paths, wayInOf)}
}

func openingOf(o estate.Opening) opening {
	x := opening{Family: o.Family, Protocol: o.Protocol, From: o.From, To: o.To, FrontFrom: o.FrontFrom, FrontTo: o.FrontTo,
		Layer: o.Layer, Via: o.Via, Address: o.Address, Return: o.Return, Sources: o.Sources}
	if anyone, known := o.AnySource.Get(); known {
		x.AnySource = &anyone
	}
	return x
}

func wayInOf(p reach.Path) wayIn {
	return wayIn{Family: p.Family, Address: p.Address, Interface: p.Interface, Via: p.Via, Open: p.Open, Maybe: p.Maybe,
		Gates: each(p.Gates, func(g reach.Gate) gate {
			passes := string(g.Passes)
			if passes == "" {
				passes = string(reach.Unknown)
			}
			return gate{g.Kind, g.ID, g.Says, passes}
		})}
}

func statementOf(g estate.Grant) statement {
	return statement{Level: g.Level, Action: g.Action, Resource: g.Resource, Policy: g.Policy, Statement: g.Statement, Why: g.Why, Inferred: g.Inferred}
}

func pathOf(p *attack.Path) attackPath {
	out := attackPath{State: string(p.State),
		Steps: each(p.Steps, func(s attack.Step) step { return step{s.Kind, s.Title, s.Detail, s.ID, s.Passes, s.Certain} }),
		Cuts: each(p.Cuts, func(f attack.Fix) cut {
			return cut{Kind: f.Kind, Title: f.Title, Why: f.Why, Command: f.Command, Rules: each(f.Rules, same)}
		})}
	if p.State == attack.None {
		out.State = "none"
	}
	return out
}

func ruledOf(v finding.Verdict) ruled {
	return ruled{Rule: v.Rule, Severity: v.Severity.String(), Outcome: v.Outcome.String(), Say: v.Say, Reasons: each(v.Reasons, func(r fact.Reason) reason { return reasonOf(r) })}
}
