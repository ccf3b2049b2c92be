package main

import (
	"slices"
	"strings"

	"plumbline/internal/cloud/sim"
)

// An account's images are all there is to be judged, beside those of others
// that a template or a configuration in use names. Where images are not to be
// listed, there are none.
func (a *answers) images(c *stage) {
	acct := c.account()
	for _, r := range acct.Regions {
		if !r.Enabled() || c.refuse == "DescribeImages" {
			continue
		}
		for _, i := range r.Fleet().Images {
			own := i.ImageOwnerId == acct.ID
			if !own && !launchesFrom(r.Fleet(), i.ImageId) {
				continue
			}
			uid := "arn:aws:ec2:" + r.Name + "::image/" + i.ImageId
			a.there("image", uid)
			a.judge("AWS-IMDS-008", uid, isTrue(own && i.ImageState == "available"), oneTrue(isTrue(i.ImdsSupport == "v2.0"), tokensOf(saysNothing(r).Tokens)))
		}
	}
}

func tokensOf(word string) string { return wordOf(word, "required", "optional") }

// saysNothing is what a launch gets in a region that says nothing and whose
// image is not marked.
func saysNothing(r *sim.Region) sim.ForecastCase {
	n := slices.IndexFunc(sim.ForecastCases(), func(c sim.ForecastCase) bool { return c.Region == r.Case && c.Says == "" && c.Image == "" })
	return sim.ForecastCases()[n]
}

// looked are the versions of a template that count: the default, the latest,
// and those that groups name. Others only hold what leads astray.
func looked(f *sim.Fleet, t *sim.LaunchTemplate) []*sim.TemplateVersion {
	all := []*sim.TemplateVersion{t.Version("$Default"), t.Version("$Latest")}
	for _, g := range f.Groups {
		for _, ref := range namedBy(g) {
			if ref != nil && ref.LaunchTemplateId == t.LaunchTemplateId {
				all = append(all, t.Version(ref.Version))
			}
		}
	}
	return all
}

func namedBy(g *sim.ScalingGroup) []*sim.TemplateRef {
	all := []*sim.TemplateRef{g.LaunchTemplate}
	if m := g.MixedInstancesPolicy; m != nil {
		all = append(all, m.LaunchTemplate.LaunchTemplateSpecification)
		for _, o := range m.LaunchTemplate.Overrides {
			all = append(all, o.LaunchTemplateSpecification)
		}
	}
	return all
}

func launchesFrom(f *sim.Fleet, image string) bool {
	for _, t := range f.Templates {
		if slices.ContainsFunc(looked(f, t), func(v *sim.TemplateVersion) bool { return v.LaunchTemplateData.ImageId == image }) {
			return true
		}
	}
	return slices.ContainsFunc(f.Configurations, func(l *sim.LaunchConfiguration) bool { return l.ImageId == image })
}

// templates are answered for by the forecasts that they were made for.
func (a *answers) templates(c *stage) {
	acct := c.account()
	secrets := map[string]sim.SecretExpectation{}
	for _, x := range c.estate.ExpectedSecrets() {
		if was, is := secrets[x.UID]; !is || len(was.Finds) == 0 {
			secrets[x.UID] = x
		}
	}
	made, byDefault := map[string]sim.ForecastExpectation{}, map[string]bool{}
	for _, x := range c.estate.ExpectedForecast() {
		made[x.From] = x
		byDefault[x.UID] = true // of a template: whoever launches from it without a word gets this
	}
	hides := func(rule, uid string) {
		if secrets[uid].Case == "bytes that are no text" {
			a.judge(rule, uid, sim.Yes, sim.Uncertain)
			return
		}
		a.well(rule, uid, len(secrets[uid].Finds) == 0)
	}
	for _, r := range acct.Regions {
		if !r.Enabled() {
			continue
		}
		f := r.Fleet()
		for _, g := range f.Groups {
			a.there("template", "arn:aws:autoscaling:"+r.Name+":"+acct.ID+":autoScalingGroup:autoScalingGroupName/"+g.AutoScalingGroupName)
		}
		for _, t := range f.Templates {
			uid := "arn:aws:ec2:" + r.Name + ":" + acct.ID + ":launch-template/" + t.LaunchTemplateId
			a.there("template", uid)
			hides("AWS-DATA-002", uid)
			x, used := made[uid]
			// Beside the launch that another version makes, one that is refused counts
			// for nothing.
			refused := allTrue(isTrue(!byDefault[uid]), wordOf(x.Launches, "no", "yes"))
			a.judge("AWS-NET-015", uid, sim.Yes, oneTrue(isTrue(x.PublicIP != "yes"), refused))
			switch {
			case t.LaunchTemplateName == "idle":
				a.judge("AWS-IMDS-006", uid, sim.Yes, launchIs(c, forecastOf(saysNothing(r))))
			case t.LaunchTemplateName == "other": // of which a group launches both versions
				a.judge("AWS-IMDS-006", uid, sim.Yes, astray(r))
			case used && byDefault[uid]:
				a.judge("AWS-IMDS-006", uid, sim.Yes, launchIs(c, x))
			case x.Tokens == "required": // the default version says the contrary
				a.judge("AWS-IMDS-006", uid, sim.Yes, allTrue(launchIs(c, x), astray(r)))
			default:
				a.judge("AWS-IMDS-006", uid, sim.Yes, launchIs(c, x))
			}
		}
		for _, l := range f.Configurations {
			uid := l.LaunchConfigurationARN
			a.there("template", uid)
			hides("AWS-DATA-007", uid)
			x, used := made[uid]
			a.judge("AWS-IMDS-007", uid, sim.Yes, oneTrue(isTrue(!used), launchIs(c, x)))
		}
	}
}

func forecastOf(c sim.ForecastCase) sim.ForecastExpectation {
	return sim.ForecastExpectation{Tokens: c.Tokens, TokensBy: c.TokensBy, Endpoint: c.Endpoint, EndpointBy: c.EndpointBy, Launches: c.Launches}
}

// launchIs says whether what comes of a launch is well: nothing, an instance
// without the service, or one that requires tokens. What the image decides, or
// the service where the image says nothing, is not known where images are not
// told.
func launchIs(c *stage, x sim.ForecastExpectation) string {
	tokens := tokensOf(x.Tokens)
	if c.refuse == "DescribeImages" && strings.Contains("image service", x.TokensBy) {
		tokens = sim.Uncertain
	}
	return oneTrue(wordOf(x.Launches, "no", "yes"), wordOf(x.Endpoint, "disabled", "enabled"), tokens)
}

// astray is what comes of a launch that says that tokens are optional: where
// the region enforces them, nothing.
func astray(r *sim.Region) string {
	switch r.Case {
	case "tokens required and enforced", "by declarative policy":
		return sim.Yes
	case "enforcement an unknown word":
		return sim.Uncertain
	}
	return sim.No
}
