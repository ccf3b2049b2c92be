package awssim

import (
	"net/url"

	"plumbline/internal/cloud/sim"
)

// userDataOps is the call of EC2 that tells one attribute of one instance.
var userDataOps = map[string]queryOp{ec2 + "DescribeInstanceAttribute": (*Server).describeAttribute}

// describeAttribute knows one attribute. An instance without user data has an
// empty element.
func (s *Server) describeAttribute(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "InstanceId", "Attribute"); no != nil {
		return nil, no
	}
	if q.Get("Attribute") != "userData" {
		return nil, badRequest("InvalidParameterValue", "The simulated AWS knows the attribute userData only.")
	}
	n := c.region.Find(q.Get("InstanceId"))
	if n < 0 {
		return nil, noSuchInstance(q.Get("InstanceId"))
	}
	c.items = 1
	i := c.region.Instance(n)
	data := sim.UserDataNamed(i.UserData).Base64()
	p := c.reply("DescribeInstanceAttributeResponse", len(data)+256)
	p.text("instanceId", i.ID)
	if data == "" {
		p.empty("userData")
		return p.finish(), nil
	}
	p.open("userData")
	p.text("value", data)
	p.close("userData")
	return p.finish(), nil
}
