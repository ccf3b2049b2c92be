package awsfact

import (
	"slices"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// Tags by which Kubernetes and EKS mark their nodes: kubernetes.io/cluster/NAME
// (EKS user guide, "Amazon EKS VPC and subnet requirements" and self-managed
// nodes), the others on what managed node groups launch.
const clusterTagPrefix = "kubernetes.io/cluster/"

var clusterTags = []string{"eks:cluster-name", "eks:nodegroup-name", "aws:eks:cluster-name"}

func clusterTag(key string) bool {
	return strings.HasPrefix(key, clusterTagPrefix) || slices.Contains(clusterTags, key)
}

// operators that run containers on the instances they launch.
var containerOperators = []string{"eks.amazonaws.com", "ecs.amazonaws.com"}

// containers reads whether a container platform that AWS tells of runs on the
// instance. That none does is known only where every such place was looked at.
func (in *reading) containers() { in.w.ContainerHost = in.containerHost() }

func (in *reading) containerHost() fact.Of[bool] {
	for _, t := range in.w.Tags.Items() {
		if clusterTag(t.Key) {
			return fact.Known(true, in.s.from, t.Path)
		}
	}
	if by, _ := in.w.ManagedBy.Get(); slices.Contains(containerOperators, by) {
		return fact.Known(true, in.w.ManagedBy.From(), in.w.ManagedBy.Path())
	}
	hosts := containerHostsOf(in.c)
	if from, is := hosts.by[spot{in.res.Region, in.w.ID}]; is {
		return fact.Known(true, from, "/ec2InstanceId")
	}
	if !in.w.Tags.Whole() {
		return fact.Unknown[bool](in.w.Tags.Gaps()[0], in.s.from, tagSet)
	}
	if h := hosts.hole(in.c, in.res.Region); h != nil {
		return fact.Unknown[bool](h.why, h.origin, "")
	}
	return fact.Known(false, in.s.from, tagSet)
}

// A spot is a thing of a region, by its short id or name.
type spot struct{ region, id string }

// containerHosts are the instances that ECS places containers on, and where
// its listings have holes.
type containerHosts struct {
	by    map[spot]*fact.Origin
	holes map[string]*hole // by region; of what was listed
}

type containerHostsKey struct{}

func containerHostsOf(c *snapshot.Context) *containerHosts {
	return c.Derive(containerHostsKey{}, func(c *snapshot.Context) any { return findContainerHosts(c) }).(*containerHosts)
}

func findContainerHosts(c *snapshot.Context) *containerHosts {
	h := &containerHosts{by: map[spot]*fact.Origin{}, holes: map[string]*hole{}}
	var rd wire.Reader
	described := map[string]bool{}
	for i := range c.Resources(KindContainer) {
		res := &c.Resources(KindContainer)[i]
		from := originOf(res)
		described[res.UID] = true
		v, err := rd.Read(res.Doc)
		if err != nil {
			h.holes[res.Region] = &hole{source{from}.why(snapshot.Unreadable, res.UID), from}
			continue
		}
		// A container instance outside AWS (ECS Anywhere) has another id here,
		// which is no instance's.
		if id, ok := filled(v.Get("ec2InstanceId")); ok {
			h.by[spot{res.Region, id}] = from
		}
	}
	for _, a := range c.Answers() {
		if (a.Call == CallContainers || a.Call == CallContainer) && !a.Whole() {
			h.holes[a.Region] = holeOf(a)
		}
	}
	h.unasked(c)
	h.undescribed(c, described)
	return h
}

// unasked notes clusters of which nobody asked what stands in them.
func (h *containerHosts) unasked(c *snapshot.Context) {
	for i := range c.Resources(KindCluster) {
		res := &c.Resources(KindCluster)[i]
		if a := c.Answer(CallContainers, res.Region, res.UID); a.Status == snapshot.Unasked {
			h.holes[res.Region] = holeOf(a)
		}
	}
}

// undescribed notes container instances that were listed, and of which nothing
// more was told.
func (h *containerHosts) undescribed(c *snapshot.Context, described map[string]bool) {
	for i := range c.Resources(KindContainerID) {
		res := &c.Resources(KindContainerID)[i]
		if !described[res.UID] && h.holes[res.Region] == nil {
			why := &fact.Reason{Cause: snapshot.Absent, Call: CallContainer, Region: res.Region, Detail: shorten(res.UID)}
			h.holes[res.Region] = &hole{why, originOf(res)}
		}
	}
}

// hole says why there may be more of them in a region, nil if there are not.
func (h *containerHosts) hole(c *snapshot.Context, region string) *hole {
	if a := c.Answer(CallClusters, region, ""); !a.Whole() {
		return holeOf(a)
	}
	return h.holes[region]
}
