package awsfact

import (
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

// A principalPart is the Principal of a statement: by type, "AWS", "Service",
// "Federated", "CanonicalUser", who is named. "*" alone is anyone.
type principalPart struct {
	not   bool
	named []namedPrincipal
}

type namedPrincipal struct{ kind, name string }

func readPrincipals(v any, not bool) (*principalPart, bool) {
	p := &principalPart{not: not}
	if v == "*" {
		p.named = []namedPrincipal{{"AWS", "*"}}
		return p, true
	}
	o, ok := v.(polObject)
	if !ok || len(o) == 0 {
		return nil, false
	}
	for _, m := range o {
		if !slices.Contains([]string{"AWS", "Service", "Federated", "CanonicalUser"}, m.name) {
			return nil, false
		}
		names, ok := polTexts(m.value)
		if !ok {
			return nil, false
		}
		for _, n := range names {
			p.named = append(p.named, namedPrincipal{m.name, n})
		}
	}
	return p, true
}

// assume are the actions by which somebody becomes a role.
var assume = []string{"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"}

// trusted lists who may become a role, by its trust policy. What a denial
// takes away again is not taken away here: it is rare, and a list that says
// too much is looked at, one that says too little is not.
func trusted(p *policy, account string) fact.List[estate.Trusted] {
	list := []estate.Trusted{}
	for _, s := range p.statements {
		if !s.allow || !slices.ContainsFunc(assume, s.ofAction) {
			continue
		}
		if s.principal.not {
			list = append(list, estate.Trusted{Principal: "everyone but " + shortly(names(s.principal.named)), Type: "anyone", Outside: true, Guarded: len(s.conditions) > 0, Path: p.path})
			continue
		}
		for _, n := range s.principal.named {
			t := n.trusted(account)
			t.Guarded, t.Path = len(s.conditions) > 0, p.path
			list = append(list, t)
		}
	}
	var gaps []*fact.Reason
	if p.more != nil {
		gaps = append(gaps, p.more)
	}
	return fact.Listed(list, p.from, p.path, gaps...)
}

func names(ns []namedPrincipal) (out []string) {
	for _, n := range ns {
		out = append(out, n.name)
	}
	return out
}

// trusted says what one name means. In AWS's own type a star is anyone, twelve
// digits are an account, and a word without colons is the id of somebody who
// was deleted and whom nobody can be any more (IAM user guide, "Principal").
func (n namedPrincipal) trusted(account string) estate.Trusted {
	t := estate.Trusted{Principal: n.name}
	switch n.kind {
	case "Service":
		t.Type = "service"
	case "Federated":
		t.Type = "federated"
		t.Outside = partitionOf(n.name) != "" && accountIn(n.name) != account
	default:
		t.Type = "account"
		switch {
		case strings.Trim(n.name, "*") == "":
			t.Type, t.Outside = "anyone", true
		case partitionOf(n.name) != "":
			t.Outside = accountIn(n.name) != account
		case len(n.name) == 12 && strings.Trim(n.name, "0123456789") == "":
			t.Outside = n.name != account
		}
	}
	return t
}

// accountIn is the account in an ARN, "" if it has none.
func accountIn(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[4]
}
