package api

import (
	"context"
	"net/http"
	"strconv"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
)

// longestRule is how long the body of a draft may be: a file of 64 KB, written
// as JSON does.
const longestRule = 256 << 10

func (s *server) ruleChanges() {
	add(s, get("/rule-changes", "list-rule-changes", tagRules, "List changes of rules", "What somebody proposed, and what somebody else made of it. In pages, the newest first."), s.listRuleChanges)
	propose := act(http.MethodPost, "/rule-changes", "propose-rule-change", tagRules, "Propose a change of the rules",
		"It is kept until somebody else decides. A file with flaws is not kept: the reply names each by line and column.", access.ProposeRules)
	propose.status, propose.longest = http.StatusCreated, longestRule
	add(s, propose, s.proposeRuleChange)
	add(s, get("/rule-changes/{id}", "get-rule-change", tagRules, "Get a change of the rules", "With the file as it held when the change was proposed."), s.getRuleChange)
	add(s, act(http.MethodPost, "/rule-changes/{id}/decision", "decide-rule-change", tagRules, "Approve or refuse a change of the rules",
		"For an officer who did not propose it, with the session of a browser: no token may. What is approved holds at once, and all accounts are judged again from what is stored.", access.ApproveChanges), s.decideRuleChange)
	add(s, act(http.MethodPost, "/rule-changes/{id}/withdraw", "withdraw-rule-change", tagRules, "Withdraw one's own proposal", "Nothing is changed.", access.ProposeRules), s.withdrawRuleChange)
	check := act(http.MethodPost, "/rule-check", "check-rule", tagRules, "Check a rule's file", "Reads it and proves it by its examples. Nothing is kept; what is wrong with the file is the answer, and no problem.", access.ProposeRules)
	check.longest = longestRule
	add(s, check, s.checkRule)
	preview := act(http.MethodPost, "/rule-preview", "preview-rule-change", tagRules, "Preview a change of the rules",
		"Judges what is stored of all accounts within reach by the draft, and says what would change. Asks no cloud, and keeps nothing. It takes seconds.", access.ProposeRules)
	preview.longest = longestRule
	add(s, preview, s.previewRule)
	add(s, get("/rule-judging", "list-rule-judging", tagRules, "List the accounts that are judged again", "After a change of the rules; none is listed longer than a day after its end."), s.listJudging)
}

// book is the rulebook, or the problem that there is none.
func (s *server) book() (listing.Rulebook, error) {
	if s.Rulebook == nil {
		return nil, problem.New(problem.NotFound, "This installation keeps no changes of rules.")
	}
	return s.Rulebook, nil
}

// A RuleDraft is a change that nobody has proposed yet.
type RuleDraft struct {
	Kind   string            `json:"kind" enum:"file,remove,off,on,params,framework" doc:"file writes a rule, anew or for the first time; remove takes back what was written here; off and on switch it; params sets parameters; framework writes a framework."`
	Rule   string            `json:"rule,omitempty" maxLength:"80" example:"AWS-IMDS-001" doc:"Id of the rule or framework. A file says it itself."`
	YAML   string            `json:"yaml,omitempty" maxLength:"65536" doc:"The file, where the kind is file or framework."`
	Params map[string]string `json:"params,omitempty" doc:"Parameters as text, where the kind is params; those that are not named are as the file says."`
	Why    string            `json:"why,omitempty" maxLength:"500" doc:"What for, in a sentence. Needed to propose."`
}

func (d RuleDraft) draft() listing.RuleDraft {
	return listing.RuleDraft{Kind: listing.DraftKind(d.Kind), Rule: d.Rule, YAML: d.YAML, Params: d.Params, Why: d.Why}
}

type ruleDraftIn struct {
	Body struct{ RuleDraft } `nameHint:"RuleDraft"`
}

type ruleChangesIn struct {
	State string `query:"state" enum:"proposed,approved,refused,withdrawn" doc:"Only changes in this state."`
	Place
}

func (s *server) listRuleChanges(ctx context.Context, in *ruleChangesIn) (*pageOf[ruleChange], error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	at, err := in.place()
	if err != nil {
		return nil, err
	}
	all, cursors, err := book.Changes(ctx, listing.ChangeState(in.State), at)
	if err != nil {
		return nil, err
	}
	return page(ctx, all, cursors, "", ruleChangeOf), nil
}

// ChangeIn is the parameter of everything that is about one change.
type ChangeIn struct {
	ID int64 `path:"id" minimum:"1" example:"7" doc:"Number of the change."`
}

func (s *server) getRuleChange(ctx context.Context, in *ChangeIn) (*replied[ruleChange], error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	c, err := book.Change(ctx, in.ID)
	return reply(ruleChangeOf(c)), err
}

type proposedChange struct {
	ID  int64  `json:"id" doc:"Number of the change."`
	URL string `json:"url" format:"uri-reference" doc:"Where to see what becomes of it."`
}

type proposedOut struct {
	Location string `header:"Location" doc:"Address of the change."`
	Body     proposedChange
}

// proposeRuleChange keeps a draft. What is wrong with its file is told by line
// and column.
func (s *server) proposeRuleChange(ctx context.Context, in *ruleDraftIn) (*proposedOut, error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	d := in.Body.draft()
	if d.Why == "" {
		return nil, invalid("body.why", "", "Say in a sentence what the change is for: whoever decides reads it.")
	}
	if d.Kind == listing.DraftFile {
		check, err := book.Check(ctx, d)
		if err != nil {
			return nil, err
		}
		if !check.Whole() {
			return nil, notWhole(check)
		}
	}
	n, err := book.Propose(ctx, d)
	if err != nil {
		return nil, err
	}
	at := Prefix + "/rule-changes/" + strconv.FormatInt(n, 10)
	return &proposedOut{at, proposedChange{n, at}}, nil
}

// notWhole is the problem of a file that cannot be kept.
func notWhole(c listing.RuleCheck) error {
	var faults []Fault
	for _, f := range c.Flaws {
		faults = append(faults, Fault{Location: "body.yaml:" + strconv.Itoa(f.Line) + ":" + strconv.Itoa(f.Col), Message: f.Text})
	}
	for _, p := range c.Problems {
		faults = append(faults, Fault{Location: "body.yaml", Message: p})
	}
	return problemOf(http.StatusUnprocessableEntity, "The file is not whole, and nothing was proposed. What is wrong stands under errors.", faults...)
}

type decisionIn struct {
	ChangeIn
	Body struct {
		Approve bool   `json:"approve" doc:"Whether it is to hold."`
		Note    string `json:"note,omitempty" maxLength:"500" doc:"Needed to refuse: it says why."`
	} `nameHint:"RuleDecision"`
}

func (s *server) decideRuleChange(ctx context.Context, in *decisionIn) (*replied[ruleChange], error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	if !in.Body.Approve && in.Body.Note == "" {
		return nil, invalid("body.note", "", "Say why you refuse it: whoever proposed it reads it.")
	}
	if err := book.Decide(ctx, in.ID, in.Body.Approve, in.Body.Note); err != nil {
		return nil, err
	}
	c, err := book.Change(ctx, in.ID)
	return reply(ruleChangeOf(c)), err
}

func (s *server) withdrawRuleChange(ctx context.Context, in *ChangeIn) (*replied[ruleChange], error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	if err := book.Withdraw(ctx, in.ID); err != nil {
		return nil, err
	}
	c, err := book.Change(ctx, in.ID)
	return reply(ruleChangeOf(c)), err
}

func (s *server) checkRule(ctx context.Context, in *ruleDraftIn) (*replied[ruleCheck], error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	c, err := book.Check(ctx, in.Body.draft())
	if err != nil {
		return nil, err
	}
	return reply(ruleCheckOf(c)), nil
}

func (s *server) previewRule(ctx context.Context, in *ruleDraftIn) (*replied[rulePreview], error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	d := in.Body.draft()
	if d.Kind == listing.DraftFile {
		check, err := book.Check(ctx, d)
		if err != nil {
			return nil, err
		}
		if check.Rule == nil || len(check.Flaws) > 0 {
			return nil, notWhole(check)
		}
	}
	p, err := book.Preview(ctx, d, nil)
	if err != nil {
		return nil, err
	}
	return reply(rulePreviewOf(p)), nil
}

func (s *server) listJudging(ctx context.Context, _ *struct{}) (*replied[list[judging]], error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	all, err := book.Rejudgements(ctx)
	return reply(list[judging]{Items: each(all, judgingOf)}), err
}

// ruleSchema serves the JSON Schema of a rule's file, to anybody: it holds
// nothing of the estate, and editors ask for it without a token.
func (s *server) ruleSchema() {
	s.serve("/rules/schema", "application/schema+json", func() ([]byte, error) { return rule.Schema(), nil })
}
