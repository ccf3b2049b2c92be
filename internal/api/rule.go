package api

import (
	"context"
	"io/fs"

	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/words"
)

const tagRules = "Rules"

func (s *server) rules() {
	add(s, get("/rules", "list-rules", tagRules, "List rules", "All of the catalogue, by id."), s.listRules)
	add(s, get("/rules/{id}", "get-rule", tagRules, "Get a rule", "With its question, what to do, its examples, and its file."), s.getRule)
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
	Version  string `json:"version" doc:"First 12 hex digits of the sha256 of its file."`
}

type wholeRule struct {
	RuleRow
	Applies    string    `json:"applies,omitempty" doc:"CEL: when it is asked; always if it is absent."`
	Pass       string    `json:"pass" doc:"CEL: when it passes."`
	Reads      []string  `json:"reads" doc:"The fields that decide."`
	Say        string    `json:"say" doc:"Template: the decisive values in words."`
	Why        string    `json:"why"`
	Note       string    `json:"note,omitempty"`
	Fix        *fix      `json:"fix" doc:"Templates: a finding has them filled in. Null if there is none."`
	References []string  `json:"references"`
	Examples   []example `json:"examples" doc:"They are its tests."`
	YAML       string    `json:"yaml,omitempty" doc:"Its file."`
}

type example struct {
	Name  string         `json:"name"`
	Want  string         `json:"want" doc:"What the rule must say of it."`
	Say   string         `json:"say,omitempty" doc:"What say must read."`
	Facts map[string]any `json:"facts" doc:"What is known of the subject; all else is unknown."`
}

func ruleOf(r *rule.Rule) RuleRow {
	return RuleRow{r.ID, r.Name, r.Title, r.Fault, r.Severity.String(), string(r.For), r.Provider, r.Version}
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
}

func (s *server) listRules(_ context.Context, in *rulesIn) (*replied[list[RuleRow]], error) {
	out := list[RuleRow]{Items: []RuleRow{}}
	for _, r := range s.Rules.Rules() {
		if (in.Provider == "" || r.Provider == "" || r.Provider == in.Provider) && (in.Severity == "" || r.Severity.String() == in.Severity) {
			out.Items = append(out.Items, ruleOf(r))
		}
	}
	return reply(out), nil
}

type ruleIn struct {
	ID string `path:"id" maxLength:"40" example:"AWS-IMDS-001" doc:"Id of the rule."`
}

func (s *server) getRule(_ context.Context, in *ruleIn) (*replied[wholeRule], error) {
	r, ok := s.Rules.Rule(in.ID)
	if !ok {
		return nil, s.noRule(in.ID)
	}
	out := wholeRule{RuleRow: ruleOf(r), Applies: r.Applies, Pass: r.Pass, Reads: each(r.Reads(), same), Say: r.Say, Why: r.Why, Note: r.Note,
		Fix: fixOf(r.Fix), References: each(r.References, same), Examples: each(r.Examples, exampleOf)}
	if s.Files != nil && r.File != "" {
		b, err := fs.ReadFile(s.Files, r.File)
		if err != nil {
			return nil, err
		}
		out.YAML = string(b)
	}
	return reply(out), nil
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
