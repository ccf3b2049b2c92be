package ibmfact

import (
	"encoding/json"
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A claimRule lets every compute resource of a type become a profile that meets
// its conditions, all of them.
type claimRule struct {
	of                *profile
	id, name, compute string
	conditions        []condition
	odd               *fact.Reason // what could not be read
	s                 source
}

// A condition compares a claim of a compute resource with values.
type condition struct {
	claim, operator string
	values          []string
	list            bool         // the value is a list
	odd             *fact.Reason // what could not be read
	said            string
}

// The types of claim rules: of compute resources, and of people that a directory
// signs in.
const (
	ruleOfCompute = "Profile-CR"
	ruleOfPeople  = "Profile-SAML"
)

func (m *iam) takeRule(res *snapshot.Resource, s source, v wire.Value) {
	r := &claimRule{of: m.holder(v, res), id: text(v.Get("id")), name: text(v.Get("name")), compute: text(v.Get("cr_type")), s: s}
	if r.of == nil || v.Get("type").Is(ruleOfPeople) {
		return
	}
	if !v.Get("type").Is(ruleOfCompute) {
		r.odd = s.oddly(v.Get("type"), "/type")
	} else if r.compute == "" {
		r.odd = s.oddly(v.Get("cr_type"), "/cr_type")
	}
	list := v.Get("conditions")
	if !list.IsList() {
		r.odd = s.oddly(list, "/conditions")
	}
	for _, item := range list.Items() {
		r.conditions = append(r.conditions, s.condition(item))
	}
	r.of.rules = append(r.of.rules, r)
	m.rules = append(m.rules, r)
}

// condition reads one. Its value is JSON within a string: a string, or a list of
// strings (ProfileClaimRuleConditions in iamidentityv1).
func (s source) condition(v wire.Value) condition {
	c := condition{claim: text(v.Get("claim")), operator: text(v.Get("operator"))}
	raw := text(v.Get("value"))
	c.said = c.claim + " " + c.operator + " " + raw
	var one string
	switch {
	case raw == "" || wire.IsRedacted(raw):
		c.odd = s.oddly(v.Get("value"), "/conditions/value")
	case json.Unmarshal([]byte(raw), &one) == nil:
		c.values = []string{one}
	case json.Unmarshal([]byte(raw), &c.values) == nil:
		c.list = true
	default:
		c.odd = s.strange(v.Get("value"))
	}
	return c
}

// A claimant is what a compute resource says of itself, claim by claim. The
// first value is the one that counts; others may count.
type claimant map[string][]string

// claims are a server's, by the names that IBM's account documentation gives
// them ("IAM condition properties", claims of virtual servers).
func (in *reading) claims() claimant {
	v := in.v
	c := claimant{
		"resource":            {text(v.Get("id")), in.res.UID},
		"resource_group_id":   {text(v.Get("resource_group").Get("id"))},
		"resource_group_name": {text(v.Get("resource_group").Get("name"))},
		"instance_group_name": {text(v.Get("instance_group_membership").Get("instance_group").Get("name"))},
		"region":              {in.res.Region},
		"zone":                {text(v.Get("zone").Get("name"))},
		"vpc_id":              {text(v.Get("vpc").Get("id"))},
	}
	var subnets []string
	for _, first := range []string{"primary_network_attachment", "primary_network_interface"} {
		if id := text(v.Get(first).Get("subnet").Get("id")); id != "" {
			subnets = append(subnets, id)
		}
	}
	for _, list := range []string{"network_attachments", "network_interfaces"} {
		for _, n := range v.Get(list).Items() {
			if id := text(n.Get("subnet").Get("id")); !slices.Contains(subnets, id) {
				subnets = append(subnets, id)
			}
		}
	}
	c["subnet_id"] = subnets
	return c
}

// compute is the word of claim rules and links for a type of workload.
var compute = map[string]string{typeInstance: "VSI", typeBareMetal: "BMS"}

// computes are the words that this version knows (ProfileClaimRule.cr_type in
// iamidentityv1).
var computes = []string{"VSI", "PVS", "BMS", "IKS_SA", "ROKS_SA", "CE"}

// fits says whether a server meets a rule.
func (r *claimRule) fits(typ string, c claimant) yesno {
	if r.compute != compute[typ] && slices.Contains(computes, r.compute) {
		return sure(false)
	}
	all := sure(true)
	if r.odd != nil {
		all = unsure(r.odd, r.s.from)
	} else if r.compute != compute[typ] {
		all = unsure(r.s.why(snapshot.UnknownValue, r.compute), r.s.from)
	}
	for i := range r.conditions {
		one := r.conditions[i].met(c, r.s)
		if !one.may {
			return sure(false)
		}
		if !one.must && all.must {
			all = one
		}
	}
	return all
}

// met says whether a claimant meets one condition. Of a claim that this version
// does not know, or that the server does not make, nothing is known.
func (k *condition) met(c claimant, s source) yesno {
	claims, known := c[k.claim]
	dunno := func() yesno { return unsure(s.why(snapshot.UnknownValue, k.said), s.from) }
	switch {
	case k.odd != nil:
		return unsure(k.odd, s.from)
	case !known || len(claims) == 0 || claims[0] == "":
		if k.claim == "instance_group_name" && known && k.operator == "EQUALS" && !k.list {
			return sure(len(k.values) == 1 && k.values[0] == "") // it is in no group
		}
		return dunno()
	}
	is, not := func(a, b string) bool { return a == b }, false
	switch k.operator {
	case "EQUALS", "IN":
	case "NOT_EQUALS":
		not = true
	case "EQUALS_IGNORE_CASE":
		is = strings.EqualFold
	case "NOT_EQUALS_IGNORE_CASE":
		is, not = strings.EqualFold, true
	case "CONTAINS":
		return k.contains(claims, dunno)
	default:
		return dunno()
	}
	if k.list != (k.operator == "IN") {
		return dunno() // a list where one value belongs, or the other way about
	}
	named := func(claim string) bool {
		return slices.ContainsFunc(k.values, func(v string) bool { return is(claim, v) })
	}
	must := named(claims[0])
	if !must && slices.ContainsFunc(claims[1:], named) {
		return dunno()
	}
	return sure(must != not)
}

// contains is the operator of claims that are lists. A server's are single
// values: one that is the value holds it; whether a part of it is enough is not
// documented.
func (k *condition) contains(claims []string, dunno func() yesno) yesno {
	if k.list || len(k.values) != 1 {
		return dunno()
	}
	for i, claim := range claims {
		switch {
		case claim == k.values[0] && i == 0:
			return sure(true)
		case strings.Contains(claim, k.values[0]):
			return dunno()
		}
	}
	return sure(false)
}

// scopes are the claims that narrow a rule, the narrowest first, by what they
// narrow it to.
var scopes = []struct{ claim, scope string }{
	{"resource", estate.ScopeResource},
	{"subnet_id", estate.ScopeSubnet},
	{"instance_group_name", estate.ScopeInstanceGroup},
	{"resource_group_id", estate.ScopeResourceGroup},
	{"resource_group_name", estate.ScopeResourceGroup},
	{"vpc_id", estate.ScopeVPC},
	{"zone", estate.ScopeZone},
	{"region", estate.ScopeRegion},
}

// ofServiceAccount are the claims that together name one service account of a
// cluster (IKS_SA and ROKS_SA).
var ofServiceAccount = []string{"service_instance", "namespace", "name"}

// pins says that a condition names what it lets in, and not what it keeps out.
func (k *condition) pins() bool {
	return k.odd == nil && (k.operator == "EQUALS" || k.operator == "IN" || k.operator == "EQUALS_IGNORE_CASE") && len(k.values) > 0
}

func (r *claimRule) pinned(claim string) bool {
	return slices.ContainsFunc(r.conditions, func(k condition) bool { return k.claim == claim && k.pins() })
}

// scope is what narrows a rule most.
func (r *claimRule) scope() string {
	if r.compute == "IKS_SA" || r.compute == "ROKS_SA" {
		all := !slices.ContainsFunc(ofServiceAccount, func(c string) bool { return !r.pinned(c) })
		switch {
		case all:
			return estate.ScopeServiceAccount
		case r.pinned("service_instance"):
			return estate.ScopeResource
		}
		return estate.ScopeAny
	}
	for _, s := range scopes {
		if r.pinned(s.claim) {
			return s.scope
		}
	}
	return estate.ScopeAny
}

// narrow says that a rule holds for named resources only. A server's has to name
// servers, or a subnet: whoever may make servers may give an instance group any
// name, and a VPC or a resource group holds whatever comes later. A service
// account's has to name its cluster, its namespace and itself. Conditions that
// this version does not know may narrow a rule, too.
func (r *claimRule) narrow() fact.Of[bool] {
	const path = "/conditions"
	scope := r.scope()
	switch {
	case r.odd != nil:
		return fact.Unknown[bool](r.odd, r.s.from, path)
	case scope == estate.ScopeServiceAccount:
		return fact.Known(true, r.s.from, path)
	case r.compute == "IKS_SA", r.compute == "ROKS_SA":
	case scope == estate.ScopeResource, scope == estate.ScopeSubnet:
		return fact.Known(true, r.s.from, path)
	}
	for i := range r.conditions {
		if k := &r.conditions[i]; k.odd != nil || !k.knownClaim() {
			return fact.Unknown[bool](r.s.why(snapshot.UnknownValue, k.said), r.s.from, path)
		}
	}
	return fact.Known(false, r.s.from, path)
}

func (k *condition) knownClaim() bool {
	if slices.ContainsFunc(scopes, func(s struct{ claim, scope string }) bool { return s.claim == k.claim }) {
		return true
	}
	return slices.Contains(ofServiceAccount, k.claim) || k.claim == "pod" || k.claim == "location"
}

// words spells a rule's conditions.
func (r *claimRule) words() string {
	if len(r.conditions) == 0 {
		return "none"
	}
	var said []string
	for i := range r.conditions {
		said = append(said, r.conditions[i].said)
	}
	return strings.Join(said, ", ")
}
