package awssim

import (
	"net/url"
	"reflect"
	"slices"

	"plumbline/internal/cloud/sim"
)

// scalingOps are the calls of Auto Scaling.
var scalingOps = map[string]queryOp{
	scaling + "DescribeAutoScalingGroups":    (*Server).describeScalingGroups,
	scaling + "DescribeLaunchConfigurations": (*Server).describeConfigurations,
}

func (s *Server) describeScalingGroups(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "AutoScalingGroupNames.member.", "IncludeInstances", "MaxRecords", "NextToken"); no != nil {
		return nil, no
	}
	var all []*sim.ScalingGroup
	c.region.Fleet().View(func(f *sim.Fleet) { all = slices.Clone(f.Groups) })
	all = namedRows(all, list(q, "AutoScalingGroupNames"), func(g *sim.ScalingGroup) string { return g.AutoScalingGroupName })
	return scalingPage(s, c, q, "AutoScalingGroups", all, func(g *sim.ScalingGroup) any {
		told := *g
		told.Instances = c.region.Members(g)
		told.DesiredCapacity = len(told.Instances)
		if q.Get("IncludeInstances") == "false" {
			told.Instances = nil
		}
		return &told
	})
}

func (s *Server) describeConfigurations(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "LaunchConfigurationNames.member.", "MaxRecords", "NextToken"); no != nil {
		return nil, no
	}
	var all []*sim.LaunchConfiguration
	c.region.Fleet().View(func(f *sim.Fleet) { all = slices.Clone(f.Configurations) })
	all = namedRows(all, list(q, "LaunchConfigurationNames"), func(l *sim.LaunchConfiguration) string { return l.LaunchConfigurationName })
	return scalingPage(s, c, q, "LaunchConfigurations", all, func(l *sim.LaunchConfiguration) any { return l })
}

// namedRows keeps what is named, all where nothing is. Auto Scaling says
// nothing of names that it does not know.
func namedRows[T any](all []T, names []string, name func(T) string) []T {
	if len(names) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(x T) bool { return !slices.Contains(names, name(x)) })
}

// scalingPage writes one page: "MaxRecords … The default value is 50 and the
// maximum value is 100", API reference of Auto Scaling.
func scalingPage[T any](s *Server, c *caller, q url.Values, set string, all []T, told func(T) any) (*page, *refusal) {
	size, no := sizeOf(c, q.Get("MaxRecords"), 1, 100, 50)
	if no != nil {
		return nil, no
	}
	part, next, no := pageOf(s, c, all, size, q.Get("NextToken"))
	if no != nil {
		return nil, no
	}
	p := c.result()
	w := writer{p, elbStyle, s.rng()}
	p.list(set, func() {
		for _, x := range part {
			w.value("member", reflect.ValueOf(told(x)))
		}
	})
	p.known("NextToken", next)
	return c.endResult(p), nil
}
