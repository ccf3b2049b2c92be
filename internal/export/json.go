package export

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/internal/snapshot"
)

// JSON writes the report as one object: scan, workloads, findings. failOn is
// the severity at which the exit status says so.
func (r *Report) JSON(w io.Writer, failOn finding.Severity) error {
	doc := struct {
		Scan      jsonScan       `json:"scan"`
		Workloads []jsonWorkload `json:"workloads"`
		Paths     []jsonWay      `json:"attack_paths"`
		Findings  []jsonFinding  `json:"findings"`
	}{r.jsonScan(failOn), make([]jsonWorkload, 0, len(r.Workloads)), make([]jsonWay, 0, len(r.Paths)), make([]jsonFinding, 0, len(r.Verdicts))}
	for i := range r.Paths {
		doc.Paths = append(doc.Paths, wayJSON(&r.Paths[i]))
	}
	for _, wl := range r.Workloads {
		doc.Workloads = append(doc.Workloads, workloadJSON(wl))
	}
	for i := range r.Verdicts {
		doc.Findings = append(doc.Findings, r.findingJSON(&r.Verdicts[i]))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

type jsonScan struct {
	Engine      string        `json:"engine"`
	Provider    string        `json:"provider"`
	Account     string        `json:"account"`
	TakenAt     time.Time     `json:"taken_at"`
	Workloads   int           `json:"workloads"`
	LeftOut     []string      `json:"regions_left_out"`
	Posture     *jsonPosture  `json:"posture"`
	Failing     bool          `json:"failing"`
	FailOn      string        `json:"fail_on"`
	NotAssessed bool          `json:"not_assessed"`
	Coverage    []jsonAnswer  `json:"coverage"`
	Rules       []jsonOutcome `json:"rules"`
}

type jsonPosture struct {
	Score    float64 `json:"score"`
	Assessed float64 `json:"assessed_percent"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Text     string  `json:"text"`
}

type jsonAnswer struct {
	Call      string    `json:"call"`
	Region    string    `json:"region"`
	Status    string    `json:"status"`
	Cause     string    `json:"cause,omitempty"`
	Code      string    `json:"code,omitempty"`
	Message   string    `json:"message,omitempty"`
	HTTP      int       `json:"http,omitempty"`
	Pages     int       `json:"pages"`
	Items     int       `json:"items"`
	Attempts  int       `json:"attempts"`
	RequestID string    `json:"request_id,omitempty"`
	AskedAt   time.Time `json:"asked_at"`
}

type jsonOutcome struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Pass     int    `json:"pass"`
	Fail     int    `json:"fail"`
	Unknown  int    `json:"unknown"`
	NA       int    `json:"not_applicable"`
}

func (r *Report) jsonScan(failOn finding.Severity) jsonScan {
	s := jsonScan{Engine: r.Engine, Provider: r.Provider, Account: r.Account, TakenAt: r.TakenAt.UTC(),
		Workloads: len(r.Workloads), LeftOut: r.LeftOut(), Posture: postureJSON(r.Posture), Failing: r.Failing(failOn), FailOn: failOn.String(),
		NotAssessed: r.NotAssessed(), Coverage: []jsonAnswer{}, Rules: outcomesJSON(r.Tallies)}
	for _, a := range r.Answers {
		s.Coverage = append(s.Coverage, answerJSON(&a))
	}
	return s
}

func answerJSON(a *snapshot.Answer) jsonAnswer {
	status := string(a.Status)
	if a.Status == snapshot.Unasked {
		status = "unasked"
	}
	return jsonAnswer{Call: a.Call, Region: a.Region, Status: status, Cause: string(a.Cause), Code: a.Code,
		Message: a.Message, HTTP: a.HTTP, Pages: a.Pages, Items: a.Items, Attempts: a.Attempts, RequestID: a.RequestID,
		AskedAt: a.AskedAt.UTC()}
}

func outcomesJSON(ts []scan.Tally) []jsonOutcome {
	out := []jsonOutcome{}
	for _, t := range ts {
		if n := len(out); n == 0 || out[n-1].Rule != t.Rule {
			out = append(out, jsonOutcome{Rule: t.Rule, Severity: t.Severity.String()})
		}
		o := &out[len(out)-1]
		o.Pass, o.Fail, o.Unknown, o.NA = o.Pass+t.Pass, o.Fail+t.Fail, o.Unknown+t.Unknown, o.NA+t.NA
	}
	return out
}

func postureJSON(p score.Posture) *jsonPosture {
	if !p.Assessed {
		return nil
	}
	return &jsonPosture{Score: percent(p.Score), Assessed: percent(p.Coverage), Low: percent(p.Low), High: percent(p.High), Text: p.String()}
}

// percent turns hundredths of a percent into percent.
func percent(n int) float64 { return float64(n) / 100 }

type jsonWorkload struct {
	Provider string                `json:"provider"`
	Account  string                `json:"account"`
	Region   string                `json:"region"`
	UID      string                `json:"uid"`
	ID       string                `json:"id"`
	Name     string                `json:"name"`
	State    *string               `json:"state"`
	Group    *string               `json:"group"`
	Metadata jsonMetadata          `json:"metadata"`
	Exposure jsonExposure          `json:"exposure"`
	Identity jsonIdentity          `json:"identity"`
	Secrets  []jsonSecret          `json:"secrets"`
	Unknown  map[string]jsonReason `json:"unknown"`
}

type jsonMetadata struct {
	Endpoint *string `json:"endpoint"`
	Tokens   *string `json:"tokens"`
	Protocol *string `json:"protocol,omitempty"` // of IBM Cloud
	HopLimit *int64  `json:"hop_limit"`
	Applied  *bool   `json:"applied"`
	IPv6     *bool   `json:"ipv6"`
	Tags     *bool   `json:"tags"`
	Class    *string `json:"class"`
}

type jsonExposure struct {
	Internet *string       `json:"internet"`
	Latent   *bool         `json:"latent"`
	Public   *bool         `json:"public_path"`
	Open     []jsonOpening `json:"open"`
}

type jsonOpening struct {
	Family    string `json:"family"`
	Protocol  string `json:"protocol"`
	From      int64  `json:"from"`
	To        int64  `json:"to"`
	FrontFrom int64  `json:"front_from"`
	FrontTo   int64  `json:"front_to"`
	Layer     string `json:"layer"`
	Via       string `json:"via,omitempty"`
	Address   string `json:"address,omitempty"`
	Return    string `json:"return"`
	AnySource *bool  `json:"any_source"` // null: it may be open
	Sources   string `json:"sources,omitempty"`
}

type jsonIdentity struct {
	Name      *string     `json:"name"`
	Mechanism *string     `json:"mechanism"`
	Role      *string     `json:"role"`
	Power     *string     `json:"power"`
	AtLeast   *string     `json:"at_least"`
	Because   []jsonGrant `json:"because"`

	// Of IBM Cloud, where a server may become one of several trusted profiles.
	Count    *int64       `json:"count,omitempty"`
	Profiles []jsonBecome `json:"profiles,omitempty"`
	Default  *string      `json:"default,omitempty"`
	Stale    *bool        `json:"stale,omitempty"`
}

type jsonGrant struct {
	Level     string `json:"level"`
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	Policy    string `json:"policy"`
	Statement string `json:"statement"`
	Why       string `json:"why,omitempty"`
	Inferred  bool   `json:"inferred"`
}

type jsonSecret struct {
	Kind  string `json:"kind"`
	Place string `json:"place"`
	Line  int64  `json:"line"`
	Hash  string `json:"hash"`
}

type jsonWay struct {
	Workload string     `json:"workload"`
	State    string     `json:"state"`
	Steps    []jsonStep `json:"steps"`
	Cuts     []jsonCut  `json:"cuts"`
}

type jsonStep struct {
	Kind    string `json:"kind"`
	Title   string `json:"title"`
	Detail  string `json:"detail,omitempty"`
	ID      string `json:"id,omitempty"`
	Certain bool   `json:"certain"`
}

type jsonCut struct {
	Kind    string   `json:"kind"`
	Title   string   `json:"title"`
	Why     string   `json:"why,omitempty"`
	Command string   `json:"command,omitempty"`
	Rules   []string `json:"rules"`
}

func wayJSON(w *WayIn) jsonWay {
	j := jsonWay{Workload: w.Workload.UID, State: string(w.Path.State), Steps: []jsonStep{}, Cuts: []jsonCut{}}
	for _, s := range w.Path.Steps {
		j.Steps = append(j.Steps, jsonStep{Kind: s.Kind, Title: s.Title, Detail: s.Detail, ID: s.ID, Certain: s.Certain})
	}
	for _, c := range w.Path.Cuts {
		j.Cuts = append(j.Cuts, jsonCut{Kind: c.Kind, Title: c.Title, Why: c.Why, Command: c.Command, Rules: append([]string{}, c.Rules...)})
	}
	return j
}

type jsonReason struct {
	Cause  string `json:"cause"`
	Call   string `json:"call,omitempty"`
	Region string `json:"region,omitempty"`
	Detail string `json:"detail,omitempty"`
	Text   string `json:"text"`
}

func reasonJSON(why *fact.Reason) jsonReason {
	return jsonReason{Cause: string(why.Cause), Call: why.Call, Region: why.Region, Detail: why.Detail, Text: why.String()}
}

func workloadJSON(w *estate.Workload) jsonWorkload {
	un := map[string]jsonReason{}
	m := &w.Metadata
	j := jsonWorkload{Provider: w.Provider, Account: w.Account, Region: w.Region, UID: w.UID, ID: w.ID, Name: w.Name,
		State: value(un, "state", w.State), Group: value(un, "group", w.Group),
		Metadata: jsonMetadata{
			Endpoint: value(un, "metadata.endpoint", m.Endpoint), Tokens: value(un, "metadata.tokens", m.Tokens),
			HopLimit: value(un, "metadata.hop_limit", m.HopLimit), Applied: value(un, "metadata.applied", m.Applied),
			IPv6: value(un, "metadata.ipv6", m.IPv6), Tags: value(un, "metadata.tags", m.Tags), Class: value(un, "metadata.class", m.Class)},
		Exposure: exposureJSON(un, &w.Exposure), Identity: identityJSON(un, &w.Identity), Secrets: secretsJSON(un, w.UserData.Secrets), Unknown: un}
	if w.Provider == "ibm" { // where a server chooses, and its metadata service has a protocol
		j.Metadata.Protocol = value(un, "metadata.protocol", m.Protocol)
		j.Identity.choose(un, &w.Identity)
	}
	return j
}

func exposureJSON(un map[string]jsonReason, e *estate.Exposure) jsonExposure {
	j := jsonExposure{Internet: value(un, "exposure.internet", e.Internet), Latent: value(un, "exposure.latent", e.Latent),
		Public: value(un, "exposure.public_path", e.Public), Open: []jsonOpening{}}
	for _, o := range e.Open.Items() {
		x := jsonOpening{Family: o.Family, Protocol: o.Protocol, From: o.From, To: o.To, FrontFrom: o.FrontFrom, FrontTo: o.FrontTo,
			Layer: o.Layer, Via: o.Via, Address: o.Address, Return: o.Return, Sources: o.Sources}
		if any, known := o.AnySource.Get(); known {
			x.AnySource = &any
		}
		j.Open = append(j.Open, x)
	}
	gaps(un, "exposure.open", e.Open)
	return j
}

func identityJSON(un map[string]jsonReason, i *estate.Identity) jsonIdentity {
	j := jsonIdentity{Name: value(un, "identity.name", i.Name), Mechanism: value(un, "identity.mechanism", i.Mechanism), Role: value(un, "identity.role", i.Role),
		Power: value(un, "identity.power", i.Power), AtLeast: value(un, "identity.at_least", i.AtLeast), Because: []jsonGrant{}}
	for _, g := range i.Grants.Items() {
		j.Because = append(j.Because, jsonGrant{Level: g.Level, Action: g.Action, Resource: g.Resource, Policy: g.Policy, Statement: g.Statement, Why: g.Why, Inferred: g.Inferred})
	}
	gaps(un, "identity.because", i.Grants)
	return j
}

func secretsJSON(un map[string]jsonReason, l fact.List[estate.Secret]) []jsonSecret {
	out := []jsonSecret{}
	for _, s := range l.Items() {
		out = append(out, jsonSecret{Kind: s.Kind, Place: s.Place, Line: s.Line, Hash: s.Hash})
	}
	gaps(un, "secrets", l)
	return out
}

// gaps notes why a list is not whole.
func gaps[T any](un map[string]jsonReason, name string, l fact.List[T]) {
	if why := l.Gaps(); len(why) > 0 {
		un[name] = reasonJSON(why[0])
	}
}

// value is a pointer to the known value; an unknown leaves nil and its reason.
func value[T any](un map[string]jsonReason, name string, f fact.Of[T]) *T {
	v, ok := f.Get()
	if !ok {
		un[name] = reasonJSON(f.Why())
		return nil
	}
	return &v
}

type jsonFinding struct {
	Rule      string         `json:"rule"`
	Version   string         `json:"rule_version"`
	Title     string         `json:"title"`
	Severity  string         `json:"severity"`
	Outcome   string         `json:"outcome"`
	Gap       bool           `json:"gap"`
	RuleFault string         `json:"rule_fault,omitempty"`
	Key       string         `json:"key"`
	Subject   jsonSubject    `json:"subject"`
	Say       string         `json:"say"`
	Reasons   []jsonReason   `json:"reasons"`
	Risk      int            `json:"risk"`
	Potential bool           `json:"potential"`
	Factors   []jsonFactor   `json:"factors"`
	Evidence  []jsonEvidence `json:"evidence"`
	Fix       *jsonFix       `json:"fix"`
}

type jsonSubject struct {
	Kind     string `json:"kind"`
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region"`
	UID      string `json:"uid"`
	ID       string `json:"id"`
	Name     string `json:"name"`
}

type jsonFactor struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Basis int    `json:"basis_points"`
}

type jsonEvidence struct {
	Field  string          `json:"field"`
	Value  json.RawMessage `json:"value"`
	Reason *jsonReason     `json:"reason,omitempty"`
	Path   string          `json:"path,omitempty"`
	Call   string          `json:"call,omitempty"`
	Kind   string          `json:"document_kind,omitempty"`
	UID    string          `json:"document_uid,omitempty"`
	SHA256 string          `json:"document_sha256,omitempty"`
}

type jsonFix struct {
	CLI       string `json:"cli,omitempty"`
	Terraform string `json:"terraform,omitempty"`
	Console   string `json:"console,omitempty"`
	Undo      string `json:"undo,omitempty"`
	Source    string `json:"source,omitempty"`
}

func (r *Report) findingJSON(v *finding.Verdict) jsonFinding {
	title := v.Rule
	if ru, ok := r.set.Rule(v.Rule); ok {
		title = ru.Fault
	}
	s := &v.Subject
	f := jsonFinding{Rule: v.Rule, Version: v.Version, Title: title, Severity: v.Severity.String(), Outcome: v.Outcome.String(),
		Gap: v.Gap, RuleFault: v.Fault, Key: v.Key().String(), Say: v.Say, Reasons: []jsonReason{}, Risk: v.Risk,
		Potential: v.Potential, Factors: []jsonFactor{}, Evidence: []jsonEvidence{},
		Subject: jsonSubject{Kind: string(s.Kind), Provider: s.Provider, Account: s.Account, Region: s.Region, UID: s.UID, ID: s.ID, Name: s.Name}}
	for i := range v.Reasons {
		f.Reasons = append(f.Reasons, reasonJSON(&v.Reasons[i]))
	}
	for _, x := range v.Factors {
		f.Factors = append(f.Factors, jsonFactor(x))
	}
	for i := range v.Evidence {
		f.Evidence = append(f.Evidence, evidenceJSON(&v.Evidence[i]))
	}
	if fix, ok := r.Fixes[v.Key()]; ok {
		f.Fix = fixJSON(fix)
	}
	return f
}

func fixJSON(f rule.Fix) *jsonFix {
	return &jsonFix{CLI: f.CLI, Terraform: f.Terraform, Console: f.Console, Undo: f.Undo, Source: f.Source}
}

func evidenceJSON(e *finding.Evidence) jsonEvidence {
	j := jsonEvidence{Field: e.Field, Value: json.RawMessage("null"), Path: e.Path}
	if e.Value != "" {
		j.Value = json.RawMessage(e.Value)
	}
	if e.Why != nil {
		why := reasonJSON(e.Why)
		j.Reason = &why
	}
	if o := e.Origin; o != nil {
		j.Call, j.Kind, j.UID = o.Call, o.Kind, o.UID
		if o.HasDoc {
			j.SHA256 = hex.EncodeToString(o.Hash[:])
		}
	}
	return j
}
