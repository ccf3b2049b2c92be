package awssim

import (
	"slices"
	"time"

	"plumbline/internal/cloud/sim"
)

// organizationOps are the calls of Organizations.
var organizationOps = map[string]jsonOp{
	"organizations:DescribeOrganization":    (*Server).describeOrganization,
	"organizations:ListParents":             (*Server).listParents,
	"organizations:DescribeEffectivePolicy": (*Server).effectivePolicy,
	"organizations:ListPoliciesForTarget":   (*Server).policiesForTarget,
	"organizations:DescribePolicy":          (*Server).describePolicy,
}

// organisation is the caller's; an account that is in none is told so.
func (c *caller) organisation() (*sim.Organisation, *refusal) {
	if c.account.Org == nil {
		return nil, badRequest("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
	}
	return c.account.Org, nil
}

func (s *Server) describeOrganization(c *caller, a ask) (any, *refusal) {
	if no := a.into(&struct{}{}); no != nil {
		return nil, no
	}
	o, no := c.organisation()
	if no != nil {
		return nil, no
	}
	arn := "arn:aws:organizations::" + o.Manager
	return object{"Organization": object{
		"Id": o.ID, "Arn": arn + ":organization/" + o.ID, "FeatureSet": "ALL", "MasterAccountId": o.Manager,
		"MasterAccountArn": arn + ":account/" + o.ID + "/" + o.Manager, "MasterAccountEmail": "aws@example.com", "AvailablePolicyTypes": []object{{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}},
	}}, nil
}

type organizationRequest struct {
	ChildId, TargetId, PolicyId, Filter, PolicyType, NextToken string
	MaxResults                                                 int
}

func (s *Server) listParents(c *caller, a ask) (any, *refusal) {
	var q organizationRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	o, no := c.organisation()
	if no != nil {
		return nil, no
	}
	parent := object{"Id": o.Unit, "Type": "ORGANIZATIONAL_UNIT"}
	switch q.ChildId {
	case c.account.ID:
	case o.Unit:
		parent = object{"Id": o.Root, "Type": "ROOT"}
	default:
		return nil, badRequest("ChildNotFoundException", "We can't find an organizational unit (OU) or AWS account with the ChildId that you specified.")
	}
	c.items = 1
	return object{"Parents": []object{parent}}, nil
}

func (s *Server) effectivePolicy(c *caller, a ask) (any, *refusal) {
	var q organizationRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	o, no := c.organisation()
	switch {
	case no != nil:
		return nil, no
	case q.PolicyType != "DECLARATIVE_POLICY_EC2":
		return nil, badRequest("InvalidInputException", "The simulated AWS knows DECLARATIVE_POLICY_EC2 only.")
	case q.TargetId != "" && q.TargetId != c.account.ID:
		return nil, badRequest("TargetNotFoundException", "We can't find a root, OU, or account with the TargetId that you specified.")
	case o.Declarative == "":
		return nil, badRequest("EffectivePolicyNotFoundException", "If you ran this action on the management account, this policy type is not enabled, or the account has none.")
	}
	return object{"EffectivePolicy": object{"PolicyContent": o.Declarative, "PolicyType": q.PolicyType, "TargetId": c.account.ID, "LastUpdatedTimestamp": seconds(time.Date(2026, 1, 12, 9, 0, 0, 0, time.UTC))}}, nil
}

func (c *caller) summary(o *sim.Organisation, p *sim.ControlPolicy) object {
	by, arn := p.ID == "p-FullAWSAccess", "arn:aws:organizations::"+o.Manager+":policy/"+o.ID+"/service_control_policy/"+p.ID
	if by {
		arn = "arn:aws:organizations::aws:policy/service_control_policy/" + p.ID
	}
	return object{"Id": p.ID, "Arn": arn, "Name": p.Name, "Description": p.Description, "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": by}
}

func (s *Server) policiesForTarget(c *caller, a ask) (any, *refusal) {
	var q organizationRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	o, no := c.organisation()
	switch {
	case no != nil:
		return nil, no
	case q.Filter != "SERVICE_CONTROL_POLICY":
		return nil, badRequest("InvalidInputException", "The simulated AWS knows SERVICE_CONTROL_POLICY only.")
	case !slices.Contains([]string{c.account.ID, o.Unit, o.Root}, q.TargetId):
		return nil, badRequest("TargetNotFoundException", "We can't find a root, OU, or account with the TargetId that you specified.")
	}
	all := []object{}
	for _, id := range o.Targets[q.TargetId] {
		all = append(all, c.summary(o, o.Policy(id)))
	}
	size, no := sized(c, q.MaxResults, 1, 20, 20)
	if no != nil {
		return nil, no
	}
	return paged(s, c, object{}, "Policies", all, size, q.NextToken, "NextToken")
}

func (s *Server) describePolicy(c *caller, a ask) (any, *refusal) {
	var q organizationRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	o, no := c.organisation()
	if no != nil {
		return nil, no
	}
	p := o.Policy(q.PolicyId)
	if p == nil {
		return nil, badRequest("PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified.")
	}
	return object{"Policy": object{"PolicySummary": c.summary(o, p), "Content": p.Content}}, nil
}
