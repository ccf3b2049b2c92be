package awsfact

import (
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// blockAccess is a region's setting that keeps internet gateways from letting
// in, whatever everything behind them says.
type blockAccess struct {
	mode, state string
	s           source
}

// An exclusion takes a VPC or a subnet out of it.
type exclusion struct{ mode, state string }

func (a *terrain) takeBlock(v wire.Value, s source) bool {
	a.block = &blockAccess{text(v.Get("internetGatewayBlockMode")), text(v.Get("state")), s}
	return true
}

func (a *terrain) takeExclusion(v wire.Value, _ source) bool {
	arn := text(v.Get("resourceArn"))
	id := arn[strings.LastIndexByte(arn, '/')+1:]
	if id == "" {
		return false
	}
	a.exclusions[id] = append(a.exclusions[id], exclusion{text(v.Get("internetGatewayExclusionMode")), text(v.Get("state"))})
	return true
}

// A yesno is an answer that may not be known: known as soon as one of must and
// !may holds.
type yesno struct {
	must, may bool
	why       *fact.Reason
	from      *fact.Origin
}

func sure(is bool) yesno { return yesno{must: is, may: is} }

func unsure(why *fact.Reason, from *fact.Origin) yesno { return yesno{may: true, why: why, from: from} }

// admits says that blocking public access lets packets in to a subnet.
func (a *terrain) admits(sub, vpcID string) yesno {
	shown := a.shownMode(sub, vpcID)
	if a.foreign(sub, vpcID) {
		// The setting is the owner's, whom nobody asked; EC2 tells what it comes to.
		if shown == "" {
			return unsure(&fact.Reason{Cause: snapshot.NotCollected, Call: CallBlockAccess, Region: a.region, Detail: "the network is another account's"}, nil)
		}
		return a.modeAdmits(shown)
	}
	told := a.toldAdmits(sub, vpcID)
	if shown == "" || told.must != told.may {
		return told
	}
	if is := a.modeAdmits(shown); is.must != told.must || is.may != told.may {
		return unsure(&fact.Reason{Cause: snapshot.UnknownValue, Call: CallSubnets, Region: a.region, Detail: "the region's setting and the subnet's own state disagree: " + shown}, nil)
	}
	return told
}

// shownMode is what EC2 says the setting comes to: for the subnet, or else for
// its VPC.
func (a *terrain) shownMode(sub, vpcID string) string {
	if s := a.subnets[sub]; s != nil && s.mode != "" {
		return s.mode
	}
	if v := a.vpcs[vpcID]; v != nil && a.subnets[sub] == nil {
		return v.mode
	}
	return ""
}

// foreign says that a subnet is another account's, which shares it.
func (a *terrain) foreign(sub, vpcID string) bool {
	owner := ""
	if v := a.vpcs[vpcID]; v != nil {
		owner = v.owner
	}
	if s := a.subnets[sub]; s != nil && s.owner != "" {
		owner = s.owner
	}
	return owner != "" && owner != a.c.Account
}

func (a *terrain) modeAdmits(mode string) yesno {
	switch mode {
	case "off":
		return sure(true)
	case "block-ingress", "block-bidirectional":
		return sure(false)
	}
	return unsure(&fact.Reason{Cause: snapshot.UnknownValue, Call: CallBlockAccess, Region: a.region, Detail: shorten(mode)}, nil)
}

// toldAdmits works it out from the region's setting and its exclusions.
func (a *terrain) toldAdmits(sub, vpcID string) yesno {
	if h := a.hole(CallBlockAccess, ""); h != nil || a.block == nil {
		h = a.missing(CallBlockAccess, "internetGatewayBlockMode")
		return unsure(h.why, h.origin)
	}
	b := a.block
	switch b.state {
	case "default-state", "update-complete":
	default: // a change is under way, and either mode may be in force
		return unsure(b.s.why(snapshot.Pending, "/state "+b.state), b.s.from)
	}
	if b.mode == "" {
		return unsure(b.s.why(snapshot.Absent, "/internetGatewayBlockMode"), b.s.from)
	}
	is := a.modeAdmits(b.mode)
	if is.must || is.may {
		return is
	}
	return a.excluded(sub, vpcID)
}

// excluded says that a subnet is taken out of blocking, itself or with its VPC.
// An exclusion holds unless it was never made, or was taken away.
func (a *terrain) excluded(sub, vpcID string) yesno {
	both, egress, odd := false, false, (*fact.Reason)(nil)
	for _, id := range []string{sub, vpcID} {
		for _, e := range a.exclusions[id] {
			switch e.state {
			case "create-in-progress", "create-failed", "delete-complete", "disable-complete":
				continue
			case "create-complete", "update-in-progress", "update-complete", "update-failed", "delete-in-progress", "disable-in-progress":
			default:
				odd = &fact.Reason{Cause: snapshot.UnknownValue, Call: CallBlockExclusions, Region: a.region, Detail: "state " + shorten(e.state)}
				continue
			}
			switch e.mode {
			case "allow-bidirectional":
				both = true
			case "allow-egress":
				egress = true
			default:
				odd = &fact.Reason{Cause: snapshot.UnknownValue, Call: CallBlockExclusions, Region: a.region, Detail: shorten(e.mode)}
			}
		}
	}
	h := a.hole(CallBlockExclusions, "")
	switch {
	case both && !egress:
		return sure(true)
	case both:
		return unsure(&fact.Reason{Cause: snapshot.UnknownValue, Call: CallBlockExclusions, Region: a.region, Detail: "the VPC and the subnet are excluded in different ways"}, nil)
	case odd != nil:
		return unsure(odd, nil)
	case h != nil:
		return unsure(h.why, h.origin)
	}
	return sure(false)
}

// sieve is an answer as something that packets pass: all of them, or none.
func (y yesno) sieve(family string) sieve {
	all := reach.From(reach.All(family))
	switch {
	case y.must:
		return sieve{Both: reach.Sure(all)}
	case y.may:
		return sieve{reach.Maybe(all), y.why, y.from}
	}
	return sieve{}
}
