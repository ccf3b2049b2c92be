package api

import (
	"context"
	"io/fs"

	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/words"
)

const tagRules = "Rules"

func (s *server) rules() {
	s.ruleSchema()
	add(s, get("/rules", "list-rules", tagRules, "List rules", "All that hold here, by id, and those that are switched off."), s.listRules)
	add(s, get("/rules/{id}", "get-rule", tagRules, "Get a rule", "With its question, what to do, its examples, and its file."), s.getRule)
	s.ruleChanges()
}

// A RuleRow is a rule as the list shows it.
type RuleRow struct {
	ID       string `json:"id" example:"AWS-IMDS-001" doc:"Permanent, never given twice."`
	Name     string `json:"name" example:"metadata-requires-token"`
	Title    string `json:"title" doc:"What is true when all is well."`
	Fault    string `json:"fault" doc:"What is wrong otherwise."`
	Severity string `json:"severity"`
	Kind     string `json:"kind" doc:"What it is asked of."`
	Provider string `json:"provider" doc:"Empty for a rule that holds on every cloud."`
	Version  string `json:"version" doc:"12 hex digits of a sha256: of its file, and of parameters that are set otherwise than it says."`
	Origin   string `json:"origin,omitempty" enum:"shipped,directory,own" doc:"With Plumbline, from the directory of the service, or written here; absent where nobody keeps that."`
	Off      bool   `json:"off" doc:"It is switched off: not asked, and not counted."`
	Edited   bool   `json:"edited" doc:"It came with Plumbline, and was written anew here."`
	Waiting  int    `json:"waiting" doc:"Proposals that wait for a decision."`
}

type wholeRule struct {
	RuleRow
	Applies    string      `json:"applies,omitempty" doc:"CEL: when it is asked; always if it is absent."`
	Pass       string      `json:"pass" doc:"CEL: when it passes."`
	Reads      []string    `json:"reads" doc:"The fields that decide."`
	Say        string      `json:"say" doc:"Template: the decisive values in words."`
	Why        string      `json:"why"`
	Note       string      `json:"note,omitempty"`
	Fix        *fix        `json:"fix" doc:"Templates: a finding has them filled in. Null if there is none."`
	Params     []ruleParam `json:"params" doc:"What an organisation may set."`
	Assumes    []string    `json:"assumes" doc:"What it takes for granted, and nobody has verified."`
	References []string    `json:"references"`
	Examples   []example   `json:"examples" doc:"They are its tests."`
	YAML       string      `json:"yaml,omitempty" doc:"Its file."`
}

type example struct {
	Name  string         `json:"name"`
	Want  string         `json:"want" doc:"What the rule must say of it."`
	Say   string         `json:"say,omitempty" doc:"What say must read."`
	Facts map[string]any `json:"facts" doc:"What is known of the subject; all else is unknown."`
}

func ruleOf(r *rule.Rule) RuleRow {
	return RuleRow{ID: r.ID, Name: r.Name, Title: r.Title, Fault: r.Fault, Severity: r.Severity.String(), Kind: string(r.For), Provider: r.Provider, Version: r.Version, Off: r.Off}
}

func ruleEntryOf(e listing.RuleEntry) RuleRow {
	row := ruleOf(e.Rule)
	row.Origin, row.Off, row.Edited, row.Waiting = string(e.Origin), e.Off, e.Edited, e.Pending
	return row
}

func exampleOf(e rule.Example) example {
	facts := e.Facts
	if facts == nil {
		facts = map[string]any{}
	}
	return example{e.Name, e.Want.String(), e.Say, facts}
}

type rulesIn struct {
	Provider string `query:"provider" enum:"aws,ibm,gcp,azure" doc:"Only rules of this cloud. Those that hold on every cloud are among them."`
	Severity string `query:"severity" enum:"critical,high,medium,low,info" doc:"Only rules of this severity."`
	Origin   string `query:"origin" enum:"shipped,directory,own" doc:"Only rules that come from there."`
}

func (s *server) listRules(ctx context.Context, in *rulesIn) (*replied[list[RuleRow]], error) {
	all, err := s.entries(ctx)
	if err != nil {
		return nil, err
	}
	out := list[RuleRow]{Items: []RuleRow{}}
	for _, e := range all {
		r := e.Rule
		if r != nil && (in.Provider == "" || r.Provider == "" || r.Provider == in.Provider) && (in.Severity == "" || r.Severity.String() == in.Severity) && (in.Origin == "" || string(e.Origin) == in.Origin) {
			out.Items = append(out.Items, ruleEntryOf(e))
		}
	}
	return reply(out), nil
}

// entries are all rules, as the rulebook has them, or else the catalogue.
func (s *server) entries(ctx context.Context) ([]listing.RuleEntry, error) {
	if s.Rulebook != nil {
		return s.Rulebook.Entries(ctx)
	}
	var all []listing.RuleEntry
	for _, r := range s.Rules.Rules() {
		all = append(all, listing.RuleEntry{Rule: r, Off: r.Off})
	}
	return all, nil
}

type ruleIn struct {
	ID string `path:"id" maxLength:"40" example:"AWS-IMDS-001" doc:"Id of the rule."`
}

func (s *server) getRule(ctx context.Context, in *ruleIn) (*replied[wholeRule], error) {
	e, err := s.entry(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	r := e.Rule
	return reply(wholeRule{RuleRow: ruleEntryOf(e), Applies: r.Applies, Pass: r.Pass, Reads: each(r.Reads(), same), Say: r.Say, Why: r.Why, Note: r.Note,
		Fix: fixOf(r.Fix), Params: each(r.Params, ruleParamOf), Assumes: each(r.Assumes, same), References: each(r.References, same), Examples: each(r.Examples, exampleOf), YAML: e.YAML}), nil
}

// entry is one rule with its file, as the rulebook has it, or else the
// catalogue.
func (s *server) entry(ctx context.Context, id string) (listing.RuleEntry, error) {
	if s.Rulebook != nil {
		e, _, err := s.Rulebook.Entry(ctx, id)
		if problem.Is(err, problem.NotFound) || err == nil && e.Rule == nil {
			return e, s.noRule(id)
		}
		return e, err
	}
	r, ok := s.Rules.Rule(id)
	if !ok {
		return listing.RuleEntry{}, s.noRule(id)
	}
	e := listing.RuleEntry{Rule: r, Off: r.Off}
	if s.Files != nil && r.File != "" {
		b, err := fs.ReadFile(s.Files, r.File)
		if err != nil {
			return e, err
		}
		e.YAML = string(b)
	}
	return e, nil
}

func (s *server) noRule(id string) error {
	var all []string
	for _, r := range s.Rules.Rules() {
		all = append(all, r.ID)
	}
	if near, _ := words.Nearest(id, all, 3); near != "" && len(id) <= 40 {
		return problem.New(problem.NotFound, "There is no rule %q. Did you mean %s?", id, near)
	}
	return problem.New(problem.NotFound, "There is no rule %q. %s/rules lists all.", shorten(id), Prefix)
}
