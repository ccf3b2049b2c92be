package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/owner"
	"plumbline/internal/problem"
)

const tagOwners = "Owners"

// longestOwnerRules is how long a list of rules may be as it is sent.
const longestOwnerRules = 1 << 20

func (s *server) owners() {
	rules := get("/owner-rules", "get-owner-rules", tagOwners, "Get the rules that say who owns what",
		"In their order: the first that matches a finding decides. The ETag is the version, which changing them takes.")
	rules.action = access.ManageOwners
	add(s, rules, s.ownerRules)
	put := act(http.MethodPut, "/owner-rules", "put-owner-rules", tagOwners, "Put other rules in their place",
		"All of them at once, in their order. They are applied to the findings that stand before this answers, and whenever a scan has finished. "+
			"If-Match names the version that they were made from; where somebody else was faster the answer is 412, and nothing is changed.", access.ManageOwners)
	put.longest, put.also = longestOwnerRules, []int{http.StatusPreconditionFailed, http.StatusPreconditionRequired}
	add(s, put, s.putOwnerRules)
	preview := act(http.MethodPost, "/owner-rules/preview", "preview-owner-rules", tagOwners, "Say what rules would do", "Nothing is changed.", access.ManageOwners)
	preview.longest = longestOwnerRules
	add(s, preview, s.previewOwnerRules)
	add(s, act(http.MethodPut, "/findings/{id}/owner", "assign-finding", tagOwners, "Give a finding to an owner",
		"Whatever the rules say, until it is left to them again. Of an owner that is known the name is enough.", access.ManageOwners), s.assignFinding)
	add(s, act(http.MethodDelete, "/findings/{id}/owner", "return-finding", tagOwners, "Leave a finding to the rules again", "", access.ManageOwners), s.returnFinding)
}

// An ownerShape is somebody who is to mend something.
type ownerShape struct {
	Name  string `json:"name" maxLength:"80" example:"payments"`
	Kind  string `json:"kind" enum:"team,person,queue"`
	Email string `json:"email,omitempty" maxLength:"254" doc:"Where to write to; absent if nowhere."`
}

func shapeOf(o owner.Owner) ownerShape { return ownerShape{o.Name, string(o.Kind), o.Email} }

func (o ownerShape) owner() owner.Owner {
	return owner.Owner{Name: o.Name, Kind: owner.Kind(o.Kind), Email: o.Email}
}

// An ownership is who owns a finding, and why.
type ownership struct {
	ownerShape
	Rule *int       `json:"rule" doc:"Which rule gave it, counted from 1; null where a person assigned it."`
	By   string     `json:"assigned_by,omitempty" doc:"The person who assigned it by hand."`
	At   *time.Time `json:"assigned_at,omitempty" doc:"When they did."`
}

// ownershipOf is null where nobody owns it.
func ownershipOf(o listing.Ownership) *ownership {
	if o.None() {
		return nil
	}
	out := &ownership{ownerShape: shapeOf(o.Owner), By: o.By}
	if o.ByHand() {
		out.At = moment(o.At)
	} else {
		out.Rule = &o.Rule
	}
	return out
}

// An ownerTag is asked for by its key, and by its value unless that is absent.
type ownerTag struct {
	Key   string  `json:"key" maxLength:"256" example:"team"`
	Value *string `json:"value,omitempty" maxLength:"256" example:"payments" doc:"Absent: any value."`
}

// An ownerCondition is met where all that it says holds.
type ownerCondition struct {
	Tag      *ownerTag `json:"tag,omitempty" doc:"Of the workload, or of all workloads of a group. Letters count as written."`
	Account  string    `json:"account,omitempty" maxLength:"512" doc:"Its id, or its name here, whatever the case of its letters."`
	Group    string    `json:"account_group,omitempty" maxLength:"512" doc:"A group of accounts, by name."`
	Provider string    `json:"provider,omitempty" maxLength:"20" example:"aws"`
	Region   string    `json:"region,omitempty" maxLength:"512" example:"eu-west-1"`
	Kind     string    `json:"kind,omitempty" maxLength:"40" example:"workload"`
	Name     string    `json:"name,omitempty" maxLength:"512" example:"web-*" doc:"A pattern over the resource's name: a star stands for any text."`
	UID      string    `json:"uid,omitempty" maxLength:"512" example:"arn:aws:ec2:*:instance/*" doc:"A pattern over its address."`
}

// An ownerRule gives to its owner whatever meets its condition.
type ownerRule struct {
	When  ownerCondition `json:"when" doc:"All that is given must hold; something must be."`
	Owner ownerShape     `json:"owner"`
}

func ownerRuleOf(r owner.Rule) ownerRule {
	w := r.When
	out := ownerRule{ownerCondition{nil, w.Account, w.Group, w.Provider, w.Region, w.Kind, w.Name, w.UID}, shapeOf(r.To)}
	if w.Tag != nil {
		out.When.Tag = &ownerTag{w.Tag.Key, w.Tag.Value}
	}
	return out
}

func (r ownerRule) rule() owner.Rule {
	w := r.When
	out := owner.Rule{To: r.Owner.owner(), When: owner.Condition{Account: w.Account, Group: w.Group, Provider: w.Provider, Region: w.Region, Kind: w.Kind, Name: w.Name, UID: w.UID}}
	if w.Tag != nil {
		out.When.Tag = &owner.Tag{Key: w.Tag.Key, Value: w.Tag.Value}
	}
	return out
}

// OwnerRulesIn is a list of rules as it is sent.
type OwnerRulesIn struct {
	Body struct {
		Rules []ownerRule `json:"rules" maxItems:"200" doc:"In their order."`
	} `nameHint:"PutOwnerRules"`
}

// list is what was sent, if it can be kept.
func (in *OwnerRulesIn) list() (owner.List, error) {
	l := owner.List(each(in.Body.Rules, ownerRule.rule)).Tidy()
	var faults []Fault
	for _, f := range l.Check() {
		at := "body.rules"
		if f.Rule > 0 {
			at = strings.TrimSuffix(fmt.Sprintf("body.rules[%d].%s", f.Rule-1, f.Field), ".")
		}
		faults = append(faults, Fault{Location: at, Message: f.Text})
	}
	if len(faults) > 0 {
		return nil, problemOf(http.StatusUnprocessableEntity, "These rules cannot be kept, and nothing was changed. "+listed(faults), faults...)
	}
	return l, nil
}

type ownerRules struct {
	Version int64       `json:"version" doc:"0 where nobody ever kept any."`
	KeptAt  *time.Time  `json:"kept_at" doc:"Null where nobody ever kept any."`
	KeptBy  string      `json:"kept_by,omitempty"`
	Changed *int        `json:"findings_with_another_owner,omitempty" doc:"Of rules that were just put: how many findings have another owner for it."`
	Rules   []ownerRule `json:"rules" doc:"In their order."`
}

type ownerRulesOut struct {
	ETag string `header:"ETag" doc:"The version, as If-Match takes it."`
	Body ownerRules
}

func ownerRulesOf(r listing.OwnerRules) *ownerRulesOut {
	return &ownerRulesOut{ETag: strconv.Quote(strconv.FormatInt(r.Version, 10)), Body: ownerRules{Version: r.Version, KeptAt: moment(r.At), KeptBy: r.By, Rules: each(r.Rules, ownerRuleOf)}}
}

// hasOwners says that nobody keeps who owns what, where that is so.
func (s *server) hasOwners() error {
	if s.Owners == nil {
		return problem.New(problem.NotFound, "Nobody keeps here who owns what.")
	}
	return nil
}

func (s *server) ownerRules(ctx context.Context, _ *struct{}) (*ownerRulesOut, error) {
	if err := s.hasOwners(); err != nil {
		return nil, err
	}
	r, err := s.Owners.OwnerRules(ctx)
	return ownerRulesOf(r), err
}

type putOwnerRulesIn struct {
	IfMatch string `header:"If-Match" maxLength:"30" example:"\"3\"" doc:"The version that these rules were made from: the ETag of getting them."`
	OwnerRulesIn
}

// version is what If-Match names.
func (in *putOwnerRulesIn) version() (int64, error) {
	if in.IfMatch == "" {
		return 0, problemOf(http.StatusPreconditionRequired, "Which version these rules were made from is missing: send its ETag as If-Match, \"0\" where there are none yet. Nothing was changed.",
			Fault{Location: "header.If-Match", Message: "it is needed"})
	}
	text, err := strconv.Unquote(in.IfMatch)
	n, bad := strconv.ParseInt(text, 10, 64)
	if err != nil || bad != nil || n < 0 {
		return 0, invalid("header.If-Match", in.IfMatch, "If-Match is no version: it is a number in quotation marks, such as \"3\".")
	}
	return n, nil
}

func (s *server) putOwnerRules(ctx context.Context, in *putOwnerRulesIn) (*ownerRulesOut, error) {
	if err := s.hasOwners(); err != nil {
		return nil, err
	}
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	l, err := in.list()
	if err != nil {
		return nil, err
	}
	r, err := s.Owners.KeepOwners(ctx, l, version)
	if problem.Is(err, problem.Conflict) {
		return nil, problemOf(http.StatusPreconditionFailed, said(err)+" Get the rules, make your change again, and send it with their ETag.")
	}
	if err != nil {
		return nil, err
	}
	out := ownerRulesOf(r)
	out.Body.Changed = &r.Changed
	return out, nil
}

type ownerShare struct {
	Open   int    `json:"open" doc:"Findings that fail and would be the rule's."`
	Others int    `json:"not_assessed" doc:"Findings that cannot be told, or are lost from sight, and would be the rule's."`
	Passed int    `json:"could_not_be_asked" doc:"Findings of which it could not be told whether it matches: a tag is not known."`
	Note   string `json:"note,omitempty" doc:"That it names an account or a group that is not there."`
}

type ownerMove struct {
	ID   string `json:"id" example:"FND-12"`
	From string `json:"from" doc:"Name of the owner now; empty for nobody."`
	To   string `json:"to" doc:"Name of the owner then; empty for nobody."`
	Rule int    `json:"rule" doc:"The rule that would own it, counted from 1; 0 for none."`
}

type ownerPreview struct {
	Rules         []ownerShare `json:"rules" doc:"In their order."`
	Owned         int          `json:"owned" doc:"Findings that stand and would have an owner."`
	Unowned       int          `json:"unowned" doc:"Findings that stand and would have none."`
	UnownedOpen   int          `json:"unowned_open" doc:"Of these: those that fail."`
	UnownedBefore int          `json:"unowned_now" doc:"Findings that stand and have none now."`
	ByHand        int          `json:"assigned_by_hand" doc:"Findings that the rules leave alone."`
	Changes       int          `json:"changes" doc:"Findings that would have another owner."`
	Moves         []ownerMove  `json:"moves" doc:"The worst of them, at most 100."`
}

func (s *server) previewOwnerRules(ctx context.Context, in *OwnerRulesIn) (*replied[ownerPreview], error) {
	if err := s.hasOwners(); err != nil {
		return nil, err
	}
	l, err := in.list()
	if err != nil {
		return nil, err
	}
	p, err := s.Owners.PreviewOwners(ctx, l)
	return reply(ownerPreview{
		Rules: each(p.Rules, func(r listing.OwnerShare) ownerShare { return ownerShare(r) }),
		Owned: p.After.Owned, Unowned: p.After.Unowned, UnownedOpen: p.After.UnownedOpen, UnownedBefore: p.Before.Unowned, ByHand: p.ByHand, Changes: p.Changes,
		Moves: each(p.Moves, func(m listing.OwnerMove) ownerMove { return ownerMove{idOf(m.Number), m.From, m.To, m.By} }),
	}), err
}

type assignIn struct {
	IDIn
	Body struct {
		Name  string `json:"name" maxLength:"80" example:"payments"`
		Kind  string `json:"kind,omitempty" enum:"team,person,queue" doc:"Needed of an owner that nobody named before."`
		Email string `json:"email,omitempty" maxLength:"254"`
	} `nameHint:"AssignFinding"`
}

func (s *server) assignFinding(ctx context.Context, in *assignIn) (*replied[FindingRow], error) {
	return s.owned(ctx, in.ID, func(n int64) error {
		return s.Owners.AssignOwner(ctx, n, ownerShape{in.Body.Name, in.Body.Kind, in.Body.Email}.owner())
	})
}

func (s *server) returnFinding(ctx context.Context, in *IDIn) (*replied[FindingRow], error) {
	return s.owned(ctx, in.ID, func(n int64) error { return s.Owners.TakeBackOwner(ctx, n) })
}

// owned does something to the owner of a finding, and gives the finding.
func (s *server) owned(ctx context.Context, id string, do func(int64) error) (*replied[FindingRow], error) {
	if err := s.hasOwners(); err != nil {
		return nil, err
	}
	n, err := numberOf(id)
	if err != nil {
		return nil, err
	}
	if err := do(n); err != nil {
		return nil, err
	}
	f, _, err := s.Reader.Finding(ctx, n)
	return reply(s.row(f)), err
}
