package awsfact

import (
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// groupTag is the tag that Auto Scaling gives each instance of a group. Tags
// that begin with "aws:" can be set by AWS alone (Tag your Amazon EC2
// resources, "Tag restrictions").
const groupTag = "aws:autoscaling:groupName"

// ScalingGroupUID names an Auto Scaling group. It is the group's ARN without
// the random part that only its listing tells: a group's name is unique in a
// region of an account, and an instance knows no more than the name.
func ScalingGroupUID(partition, region, account, name string) string {
	return arn(partition, "autoscaling", region, account, "autoScalingGroup:autoScalingGroupName/"+name)
}

// group reads which group launched the instance, and from which image.
func (in *reading) group() {
	in.w.Group = in.groupUID()
	in.w.Subject.Group, _ = in.w.Group.Get()
	in.w.Image = in.s.filled(in.v.Get("imageId"), "/imageId")
}

func (in *reading) groupUID() fact.Of[string] {
	for _, t := range in.w.Tags.Items() {
		if t.Key == groupTag && t.Value != "" {
			return fact.Known(ScalingGroupUID(in.partition(), in.res.Region, in.owner(), t.Value), in.s.from, t.Path)
		}
	}
	if !in.w.Tags.Whole() {
		return fact.Unknown[string](in.w.Tags.Gaps()[0], in.s.from, tagSet)
	}
	return fact.Known("", in.s.from, tagSet)
}

// partition and owner are parts of the instance's own ARN.
func (in *reading) partition() string { return in.part(1) }

// owner is the account that owns the instance, whoever listed it.
func (in *reading) owner() string { return in.part(4) }

func (in *reading) part(n int) string {
	parts := strings.SplitN(in.res.UID, ":", 6)
	if len(parts) <= n {
		return ""
	}
	return parts[n]
}

// answered finds how a question about the instance ended: about it alone, or
// about all instances of the region.
func (in *reading) answered(call string) snapshot.Answer {
	for _, subject := range []string{in.w.ID, in.res.UID} {
		if a := in.c.Answer(call, in.res.Region, subject); a.Status != snapshot.Unasked || a.Cause != snapshot.NotCollected {
			return a
		}
	}
	return in.c.Answer(call, in.res.Region, "")
}
