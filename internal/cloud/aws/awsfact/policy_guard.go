package awsfact

import (
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/fact"
)

// Denials that guard credentials and settings. Each is found in the form that
// AWS publishes; a denial that is narrower than that, by another condition or
// by fewer actions, is not counted.

// everythingDenied says that a statement denies every action on everything,
// wherever its conditions are met.
func (s *statement) everythingDenied() bool {
	return !s.allow && !s.notAction && !s.notRes && slices.Contains(s.actionWords, "*") && slices.Contains(s.resourceWords, "*")
}

// deniesV1 says that a statement denies everything to credentials that were
// handed out without a token: ec2:RoleDelivery below 2.0 (EC2 user guide,
// "Example policies": instance metadata). It may stand with IfExists, and must
// stand alone.
func (s *statement) deniesV1() bool {
	if !s.everythingDenied() || len(s.conditions) != 1 {
		return false
	}
	c := s.conditions[0]
	if c.key != "ec2:roledelivery" || c.op != "numericlessthan" && c.op != "numericlessthanifexists" || len(c.values) != 1 {
		return false
	}
	n, err := strconv.ParseFloat(c.values[0], 64)
	return err == nil && n == 2
}

// perimeterOf says which half of the network perimeter a statement is: "vpc"
// denies everything to an instance's credentials that come from another VPC
// than its own, "address" from another address ("How to use policies to
// restrict where EC2 instance credentials can be used from", AWS security
// blog). The published form leaves out calls that a service makes for the
// instance, and the role with which EC2 mounts encrypted volumes.
func (s *statement) perimeterOf() string {
	if !s.everythingDenied() {
		return ""
	}
	half := ""
	for _, c := range s.conditions {
		switch {
		case c.is("stringnotequals", "aws:ec2instancesourcevpc", "${aws:SourceVpc}"):
			half += "vpc"
		case c.is("stringnotequals", "aws:ec2instancesourceprivateipv4", "${aws:VpcSourceIp}"):
			half += "address"
		case c.is("null", "ec2:sourceinstancearn", "false"), c.is("boolifexists", "aws:viaawsservice", "false"), c.infrastructure():
		default:
			return ""
		}
	}
	return half
}

// is compares a condition with one value; a policy variable is alike in any
// case, and so are yes and no.
func (c *condition) is(op, key, value string) bool {
	return c.op == op && c.key == key && len(c.values) == 1 && strings.EqualFold(c.values[0], value)
}

// infrastructure is the exception for encrypted volumes.
func (c *condition) infrastructure() bool {
	if c.key != "aws:principalarn" || !strings.Contains(c.op, "not") {
		return false
	}
	return !slices.ContainsFunc(c.values, func(v string) bool { return !strings.HasSuffix(v, ":role/aws:ec2-infrastructure") })
}

// excepts is a condition that leaves named principals out of a denial. One that
// leaves out everybody, or everybody of an account, leaves nothing of it.
func (c *condition) excepts(home arnPlace) bool {
	if c.key != "aws:principalarn" || !strings.Contains(c.op, "not") {
		return false
	}
	return !slices.ContainsFunc(c.values, func(v string) bool {
		name := v[strings.LastIndexByte(v, '/')+1:]
		all := compileGlob(v, false)
		return compileGlob(name, false).free() || all.matches(everyRole.at(home)) || all.matches(everyUser.at(home))
	})
}

// deniesLaunch says that a statement denies every launch whose tokens are not
// required: ec2:MetadataHttpTokens other than "required". Where the launch does
// not say, the key is absent and StringNotEquals is met. Exceptions for named
// principals may stand beside it.
func (s *statement) deniesLaunch(home arnPlace) bool {
	if s.allow || !s.about("ec2:runinstances", newInstance.at(home)) {
		return false
	}
	return s.onlyUnless(home, "ec2:metadatahttptokens", true)
}

// deniesOptional says that a statement denies making tokens optional: the
// change as a whole, or to any value of ec2:Attribute/HttpTokens other than
// "required".
func (s *statement) deniesOptional(home arnPlace) bool {
	if s.allow || !s.about("ec2:modifyinstancemetadataoptions", everyInstance.at(home)) {
		return false
	}
	return s.onlyUnless(home, "ec2:attribute/httptokens", false)
}

// onlyUnless says that a denial's conditions hold wherever a key is not
// "required"; launching wants the condition, for without it nothing could be
// launched at all, which is no guardrail but a ban, and counts as one too.
func (s *statement) onlyUnless(home arnPlace, key string, absentToo bool) bool {
	for _, c := range s.conditions {
		switch {
		case c.is("stringnotequals", key, "required"), c.is("stringnotequalsifexists", key, "required"):
		case c.is("stringequals", key, "optional") && !absentToo:
		case c.is("null", key, "false") && !absentToo: // a change that names no tokens changes none
		case c.excepts(home):
		default:
			return false
		}
	}
	return true
}

// found says whether a denial is among sets of policies: yes if it is, no if
// they were read to the end. Of each set that was not, why says so.
func found(is func(*statement) bool, sets ...[]*policy) (yes *statement, why *fact.Reason) {
	for _, set := range sets {
		for _, p := range set {
			if i := slices.IndexFunc(p.statements, is); i >= 0 {
				return p.statements[i], nil
			}
			if p.less != nil {
				why = p.less
			}
		}
	}
	return nil, why
}
