package awssim

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"plumbline/internal/cloud/sim"
)

func (s *Server) prefixListEntries(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "PrefixListId", "MaxResults", "NextToken", "TargetVersion"); no != nil {
		return nil, no
	}
	lists := c.region.Network().PrefixLists
	n := slices.IndexFunc(lists, func(l *sim.PrefixList) bool { return l.PrefixListId == q.Get("PrefixListId") })
	if n < 0 {
		return nil, badRequest("InvalidPrefixListID.NotFound", "The prefix list ID '"+q.Get("PrefixListId")+"' does not exist")
	}
	entries, next, no := ec2Page(s, c, q, lists[n].Entries, 1, 100)
	if no != nil {
		return nil, no
	}
	p := c.reply(c.action+"Response", len(entries)*128)
	p.rows("entrySet", anys(entries), nil)
	if next != "" {
		p.text("nextToken", next)
	}
	return p.finish(), nil
}

func (s *Server) blockPublicAccess(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun"); no != nil {
		return nil, no
	}
	p := c.reply(c.action+"Response", 1024)
	writer{p, ec2Style, nil}.value("vpcBlockPublicAccessOptions", reflect.ValueOf(c.region.Network().BlockPublicAccess))
	return p.finish(), nil
}

var snapshots = listing{action: "DescribeSnapshots", set: "snapshotSet", least: 5, most: 1000,
	id: "SnapshotId", member: "SnapshotId", missing: "InvalidSnapshot.NotFound", filters: map[string]string{"encrypted": "Encrypted", "volume-id": "VolumeId", "status": "State"}}

// describeSnapshots knows those of the account only: Owner "self" or its
// number, RestorableBy "all" for those that anybody may restore.
func (s *Server) describeSnapshots(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "MaxResults", "NextToken", "Owner.", "RestorableBy.", "SnapshotId.", "Filter."); no != nil {
		return nil, no
	}
	mine := slices.ContainsFunc(numbered(q, "Owner"), func(o string) bool { return o == "self" || o == c.account.ID })
	public := slices.Contains(numbered(q, "RestorableBy"), "all")
	if !mine {
		return nil, badRequest("InvalidParameterValue", "The simulated AWS knows snapshots of the account itself only: name the owner self.")
	}
	var rows []any
	for _, x := range c.region.Network().Snapshots {
		if !public || x.Public {
			rows = append(rows, x)
		}
	}
	rows, no := snapshots.pick(rows, q)
	if no != nil {
		return nil, no
	}
	return snapshots.send(s, c, q, rows)
}

func (s *Server) encryptionByDefault(c *caller, q url.Values) (*page, *refusal) {
	return c.fields(q, "ebsEncryptionByDefault", strconv.FormatBool(c.region.Storage().EncryptionByDefault))
}

func (s *Server) snapshotBlock(c *caller, q url.Values) (*page, *refusal) {
	return c.fields(q, "state", c.region.Storage().SnapshotBlock, "managedBy", "account")
}

func (s *Server) imageBlock(c *caller, q url.Values) (*page, *refusal) {
	return c.fields(q, "imageBlockPublicAccessState", c.region.Storage().ImageBlock, "managedBy", "account")
}

func (s *Server) serialConsole(c *caller, q url.Values) (*page, *refusal) {
	return c.fields(q, "serialConsoleAccessEnabled", strconv.FormatBool(c.region.Storage().SerialConsole), "managedBy", "account")
}

// fields is a reply of a few texts.
func (c *caller) fields(q url.Values, pairs ...string) (*page, *refusal) {
	if no := only(q, "DryRun"); no != nil {
		return nil, no
	}
	p := c.reply(c.action+"Response", 256)
	for i := 0; i < len(pairs); i += 2 {
		p.text(pairs[i], pairs[i+1])
	}
	return p.finish(), nil
}

var interfaces = listing{action: "DescribeNetworkInterfaces", set: "networkInterfaceSet", least: 5, most: 1000,
	id: "NetworkInterfaceId", member: "NetworkInterfaceId", missing: "InvalidNetworkInterfaceID.NotFound",
	filters: map[string]string{"attachment.instance-id": "Attachment.InstanceId", "vpc-id": "VpcId", "subnet-id": "SubnetId", "group-id": "Groups.GroupId",
		"requester-managed": "RequesterManaged", "interface-type": "InterfaceType", "status": "Status", "description": "Description"}}

// mostFilterValues is how many values a filter may have, from the page on
// filtering of the EC2 user guide.
const mostFilterValues = 200

// describeInterfaces lists the interfaces of instances and of services. Those
// of named instances are found without looking at all the others.
func (s *Server) describeInterfaces(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "MaxResults", "NextToken", "NetworkInterfaceId.", "Filter.", "IncludeManagedResources"); no != nil {
		return nil, no
	}
	of := filters(q)["attachment.instance-id"]
	if len(of) > mostFilterValues {
		return nil, badRequest("FilterLimitExceeded", "The maximum number of filter values specified on a single call is 200")
	}
	rows := []any{}
	if of == nil {
		rows = anys(c.region.Network().Interfaces)
		for i := range c.region.Len() {
			rows = c.interfacesOf(i, rows)
		}
	}
	for _, id := range of {
		if i := c.region.Find(id); i >= 0 {
			rows = c.interfacesOf(i, rows)
		}
	}
	rows, no := interfaces.pick(rows, q)
	if no != nil {
		return nil, no
	}
	return interfaces.send(s, c, q, rows)
}

func (c *caller) interfacesOf(n int, rows []any) []any {
	i := c.region.Instance(n)
	for k := range i.Interfaces {
		rows = append(rows, i.Describe(k, c.account.ID))
	}
	return rows
}
