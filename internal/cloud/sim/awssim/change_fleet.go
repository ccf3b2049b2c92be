package awssim

import (
	"net/url"
	"slices"
	"strconv"

	"plumbline/internal/cloud/sim"
)

// fleetChanges are the calls of Auto Scaling that change what groups launch
// from.
var fleetChanges = map[string]queryOp{
	scaling + "UpdateAutoScalingGroup":    (*Server).updateGroup,
	scaling + "DeleteLaunchConfiguration": (*Server).deleteConfiguration,
}

// updateGroup gives a group another template or configuration to launch from,
// in place of what it had.
func (s *Server) updateGroup(c *caller, q url.Values) (*page, *refusal) {
	const template = "LaunchTemplate."
	if no := only(q, "AutoScalingGroupName", "LaunchConfigurationName", template+"LaunchTemplateId", template+"LaunchTemplateName", template+"Version"); no != nil {
		return nil, no
	}
	configuration, name := q.Get("LaunchConfigurationName"), q.Get(template+"LaunchTemplateId")+q.Get(template+"LaunchTemplateName")
	if (configuration == "") == (name == "") {
		return nil, badRequest("ValidationError", "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.")
	}
	no := badRequest("ValidationError", "AutoScalingGroup name not found - "+q.Get("AutoScalingGroupName"))
	c.region.Fleet().Change(func(f *sim.Fleet) {
		if configuration != "" && !slices.ContainsFunc(f.Configurations, called(configuration)) {
			no = badRequest("ValidationError", "Launch configuration name not found - "+configuration)
			return
		}
		var from *sim.TemplateRef
		if name != "" {
			n := f.Template(name)
			if n < 0 || f.Templates[n].Version(q.Get(template+"Version")) == nil {
				no = badRequest("ValidationError", "You must use a valid fully-formed launch template. The specified launch template, "+name+", or its version does not exist.")
				return
			}
			from = &sim.TemplateRef{LaunchTemplateId: f.Templates[n].LaunchTemplateId, LaunchTemplateName: f.Templates[n].LaunchTemplateName, Version: q.Get(template + "Version")}
		}
		changed := sim.Replace(&f.Groups, func(g *sim.ScalingGroup) bool { return g.AutoScalingGroupName == q.Get("AutoScalingGroupName") }, func(g *sim.ScalingGroup) {
			g.LaunchConfigurationName, g.LaunchTemplate, g.MixedInstancesPolicy = configuration, from, nil
		})
		if changed {
			no = nil
		}
	})
	if no != nil {
		return nil, no
	}
	return c.done(), nil
}

func called(name string) func(*sim.LaunchConfiguration) bool {
	return func(l *sim.LaunchConfiguration) bool { return l.LaunchConfigurationName == name }
}

// deleteConfiguration is refused while a group launches from it.
func (s *Server) deleteConfiguration(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "LaunchConfigurationName"); no != nil {
		return nil, no
	}
	name := q.Get("LaunchConfigurationName")
	var no *refusal
	c.region.Fleet().Change(func(f *sim.Fleet) {
		switch {
		case slices.ContainsFunc(f.Groups, func(g *sim.ScalingGroup) bool { return g.LaunchConfigurationName == name }):
			no = badRequest("ResourceInUse", "Cannot delete launch configuration "+name+" because it is attached to an AutoScalingGroup")
		case !slices.ContainsFunc(f.Configurations, called(name)):
			no = badRequest("ValidationError", "Launch configuration name not found - Launch configuration "+name+" not found")
		default:
			f.Configurations = slices.DeleteFunc(slices.Clone(f.Configurations), called(name))
		}
	})
	if no != nil {
		return nil, no
	}
	return c.done(), nil
}

// interfacesOf reads the interfaces that a version is to have in place of
// those of its source, nil where none are named.
func interfacesIn(q url.Values, list string) ([]sim.TemplateInterface, *refusal) {
	var out []sim.TemplateInterface
	for n := 1; hasPrefix(q, list+strconv.Itoa(n)+"."); n++ {
		x := within(q, list+strconv.Itoa(n)+".")
		if no := only(x, "DeviceIndex", "AssociatePublicIpAddress", "DeleteOnTermination", "SecurityGroupId.", "SubnetId"); no != nil {
			return nil, no
		}
		i := sim.TemplateInterface{SubnetId: x.Get("SubnetId")}
		i.DeviceIndex, _ = strconv.Atoi(x.Get("DeviceIndex")) // 0 where it is left out
		for name, to := range map[string]**bool{"AssociatePublicIpAddress": &i.AssociatePublicIpAddress, "DeleteOnTermination": &i.DeleteOnTermination} {
			if on, err := strconv.ParseBool(x.Get(name)); err == nil {
				*to = &on
			}
		}
		if groups := append(numbered(x, "SecurityGroupId"), ""); groups[0] != "" {
			if len(groups) > 3 {
				return nil, badRequest("InvalidParameterValue", "The simulated AWS keeps two groups of an interface.")
			}
			i.GroupSet = &sim.InterfaceGroups{First: groups[0], Second: groups[1]}
		}
		out = append(out, i)
	}
	return out, nil
}
