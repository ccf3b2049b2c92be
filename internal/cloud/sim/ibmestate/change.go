package ibmestate

import (
	"fmt"
	"slices"
)

// Changes that a server of the estate makes where a field alone will not do.
// What is true of the servers stays as it was made, see Want.

// Add puts a rule into a group, with an id and a name of its own.
func (g *SecurityGroup) Add(x *Rule) {
	g.added++
	x.Name = fmt.Sprintf("added-%d", g.added)
	x.ID = g.VPC.Region.prefix() + "-" + uuid(g.ID, x.Name)
	g.Rules = append(g.Rules, x)
}

// Insert puts a rule before the one at a place of the list.
func (a *ACL) Insert(at int, x *ACLRule) {
	a.added++
	x.ID = a.VPC.Region.prefix() + "-" + uuid(a.ID, fmt.Sprint("added-", a.added))
	if x.Name == "" {
		x.Name = fmt.Sprintf("added-%d", a.added)
	}
	a.Rules = slices.Insert(slices.Clone(a.Rules), at, x)
}

// AddFlowLog makes a flow log collector of a VPC.
func (r *Region) AddFlowLog(name string, v *VPC) *FlowLog {
	f := r.flowLog(name)
	f.VPC = v
	return f
}
