package api

import (
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/rule"
)

// A ruleParam is a value that an organisation may set.
type ruleParam struct {
	Name    string   `json:"name" example:"max_age_days"`
	Doc     string   `json:"doc" doc:"What it decides."`
	Type    string   `json:"type" enum:"number,yes_no,word"`
	Is      string   `json:"is" doc:"The value that holds, as text."`
	Default string   `json:"default" doc:"The file's."`
	Least   *int64   `json:"least,omitempty" doc:"Of a number: the smallest that may be set."`
	Most    *int64   `json:"most,omitempty" doc:"Of a number: the largest."`
	OneOf   []string `json:"one_of,omitempty" doc:"Of a word: those that may be set."`
}

func ruleParamOf(p rule.Param) ruleParam {
	out := ruleParam{Name: p.Name, Doc: p.Doc, Type: string(p.Type), Is: p.Is, Default: p.Default, OneOf: p.OneOf}
	if p.Type == rule.ParamNumber {
		out.Least, out.Most = &p.Least, &p.Most
	}
	return out
}

// A ruleChange is a draft that somebody proposed.
type ruleChange struct {
	ID int64 `json:"id" example:"7"`
	RuleDraft
	State       string     `json:"state" enum:"proposed,approved,refused,withdrawn"`
	ProposedBy  string     `json:"proposed_by" doc:"E-mail of who proposed it."`
	ProposedAt  time.Time  `json:"proposed_at"`
	DecidedBy   string     `json:"decided_by,omitempty"`
	DecidedAt   *time.Time `json:"decided_at,omitempty"`
	Note        string     `json:"note,omitempty" doc:"Of who decided."`
	MayDecide   bool       `json:"may_decide" doc:"Whoever asks holds the right, and did not propose it."`
	MayWithdraw bool       `json:"may_withdraw" doc:"Whoever asks proposed it, and it waits."`
	Before      string     `json:"before,omitempty" doc:"The file as it held when it was proposed; absent if there was none."`
}

func ruleChangeOf(c listing.RuleChange) ruleChange {
	return ruleChange{
		ID: c.ID, RuleDraft: RuleDraft{Kind: string(c.Kind), Rule: c.Rule, YAML: c.YAML, Params: c.Params, Why: c.Why},
		State: string(c.State), ProposedBy: c.By, ProposedAt: c.At.UTC(), DecidedBy: c.DecidedBy, DecidedAt: moment(c.DecidedAt), Note: c.Note,
		MayDecide: c.MayDecide, MayWithdraw: c.MyProposal, Before: c.Before,
	}
}

// A ruleFlaw is one thing that is wrong with a file.
type ruleFlaw struct {
	Line   int    `json:"line" doc:"Counted from 1."`
	Column int    `json:"column" doc:"Counted from 1."`
	Text   string `json:"text" doc:"What is wrong, and what to do."`
}

// A ruleCheck is what reading and proving a draft told.
type ruleCheck struct {
	Whole    bool           `json:"whole" doc:"Nothing is wrong with it."`
	Rule     *RuleRow       `json:"rule" doc:"The rule as it was read; null where it cannot be read."`
	Flaws    []ruleFlaw     `json:"flaws" doc:"What keeps it from being read."`
	Problems []string       `json:"problems" doc:"Promises that do not hold: examples, laws."`
	Examples map[string]int `json:"examples" doc:"Counts of examples by what they want."`
}

func ruleCheckOf(c listing.RuleCheck) ruleCheck {
	out := ruleCheck{Whole: c.Whole(), Problems: each(c.Problems, same), Examples: c.Counts,
		Flaws: each(c.Flaws, func(f rule.Flaw) ruleFlaw { return ruleFlaw{f.Line, f.Col, f.Text} })}
	if out.Examples == nil {
		out.Examples = map[string]int{}
	}
	if c.Rule != nil {
		row := ruleOf(c.Rule)
		out.Rule = &row
	}
	return out
}

// ruleOutcomes count what a rule says.
type ruleOutcomes struct {
	Fail          int `json:"fail"`
	Unknown       int `json:"unknown"`
	Pass          int `json:"pass"`
	NotApplicable int `json:"not_applicable"`
}

func ruleOutcomesOf(o listing.Outcomes) ruleOutcomes {
	return ruleOutcomes{o.Fail, o.Unknown, o.Pass, o.NotApplicable}
}

// A ruleMove is one subject of which something else would be said.
type ruleMove struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region"`
	UID      string `json:"uid"`
	ID       string `json:"id"`
	Name     string `json:"name"`
	Before   string `json:"before" doc:"What is said now; empty if nothing is."`
	After    string `json:"after" doc:"What would be said; empty if nothing."`
	Say      string `json:"say,omitempty"`
}

// A rulePreview is what a draft would change.
type rulePreview struct {
	Subjects     int          `json:"subjects" doc:"How many were judged."`
	Accounts     int          `json:"accounts" doc:"In how many accounts. 0: nothing is stored, and nothing is known of what the change would do."`
	Before       ruleOutcomes `json:"before"`
	After        ruleOutcomes `json:"after"`
	Moves        []ruleMove   `json:"moves" doc:"The worst first."`
	More         int          `json:"more" doc:"Moves that are left out."`
	Milliseconds int64        `json:"took_ms"`
}

func rulePreviewOf(p listing.Preview) rulePreview {
	return rulePreview{
		Subjects: p.Subjects, Accounts: p.Accounts, Before: ruleOutcomesOf(p.Before), After: ruleOutcomesOf(p.After), More: p.More, Milliseconds: p.Took.Milliseconds(),
		Moves: each(p.Moves, func(m listing.Move) ruleMove {
			return ruleMove{m.Provider, m.Account, m.Region, m.UID, m.ID, m.Name, saidWord(m.Before), saidWord(m.After), m.Say}
		}),
	}
}

// saidWord is an outcome as a word; "" where nothing is said.
func saidWord(o finding.Outcome) string {
	if o == 0 {
		return ""
	}
	return o.String()
}

// A judging is one that is judged again.
type judging struct {
	Account int64      `json:"account" doc:"Id of the account."`
	Name    string     `json:"name"`
	Why     string     `json:"why" example:"rule AWS-IMDS-001 was changed"`
	State   string     `json:"state" enum:"waiting,running,done,failed"`
	Reason  string     `json:"reason,omitempty" doc:"Why it failed."`
	Done    int        `json:"done"`
	All     int        `json:"all" doc:"0 where it is not known yet."`
	Began   *time.Time `json:"began_at,omitempty"`
	Ended   *time.Time `json:"ended_at,omitempty"`
	Scan    int64      `json:"scan,omitempty" doc:"Number of the scan that it is kept as; absent before it began."`
}

func judgingOf(j listing.Rejudgement) judging {
	name := j.Name
	if name == "" {
		name = j.External
	}
	return judging{j.Account, name, j.Why, j.State, j.Reason, j.Progress.Done, j.Progress.All, moment(j.Began), moment(j.Ended), j.Scan}
}
