package awssim

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"plumbline/internal/cloud/sim"
)

// templateOps are the calls of EC2 about launch templates.
var templateOps = map[string]queryOp{
	ec2 + "DescribeLaunchTemplates":        (*Server).describeTemplates,
	ec2 + "DescribeLaunchTemplateVersions": (*Server).describeVersions,
	ec2 + "CreateLaunchTemplateVersion":    (*Server).createVersion,
	ec2 + "ModifyLaunchTemplate":           (*Server).modifyTemplate,
}

var templates = listing{action: "DescribeLaunchTemplates", set: "launchTemplates", least: 1, most: 200,
	id: "LaunchTemplateId", member: "LaunchTemplateId", missing: "InvalidLaunchTemplateId.NotFound", filters: map[string]string{"launch-template-name": "LaunchTemplateName"}}

func (s *Server) describeTemplates(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "LaunchTemplateId.", "MaxResults", "NextToken", "Filter."); no != nil {
		return nil, no
	}
	var rows []any
	c.region.Fleet().View(func(f *sim.Fleet) { rows = anys(f.Templates) })
	rows, no := templates.pick(rows, q)
	if no != nil {
		return nil, no
	}
	return templates.send(s, c, q, rows)
}

// describeVersions tells versions of one template, or, where none is named,
// the default or latest versions of all: "you can specify $Latest, $Default,
// or both", API reference of DescribeLaunchTemplateVersions.
func (s *Server) describeVersions(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "LaunchTemplateId", "LaunchTemplateName", "LaunchTemplateVersion.", "MinVersion", "MaxVersion", "MaxResults", "NextToken", "Filter.", "ResolveAlias"); no != nil {
		return nil, no
	}
	words := numbered(q, "LaunchTemplateVersion")
	var versions []*sim.TemplateVersion
	var no *refusal
	c.region.Fleet().View(func(f *sim.Fleet) { versions, no = versionsOf(f, q, words) })
	if no != nil {
		return nil, no
	}
	versions, next, no := ec2Page(s, c, q, versions, 1, 200)
	if no != nil {
		return nil, no
	}
	p := c.reply("DescribeLaunchTemplateVersionsResponse", len(versions)*2048)
	p.rows("launchTemplateVersionSet", anys(versions), s.rng())
	p.known("nextToken", next)
	return p.finish(), nil
}

func versionsOf(f *sim.Fleet, q url.Values, words []string) ([]*sim.TemplateVersion, *refusal) {
	name := q.Get("LaunchTemplateId") + q.Get("LaunchTemplateName")
	if name == "" {
		return aliasVersions(f, words)
	}
	n := f.Template(name)
	if n < 0 {
		return nil, noSuchTemplate(q)
	}
	if len(words) == 0 {
		return slices.DeleteFunc(slices.Clone(f.Templates[n].Versions), func(v *sim.TemplateVersion) bool { return v == nil }), nil
	}
	var out []*sim.TemplateVersion
	for _, w := range words {
		v := f.Templates[n].Version(w)
		if v == nil {
			return nil, badRequest("InvalidLaunchTemplateId.VersionNotFound", "Could not find the specified version for the launch template: "+w)
		}
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out, nil
}

func aliasVersions(f *sim.Fleet, words []string) ([]*sim.TemplateVersion, *refusal) {
	var out []*sim.TemplateVersion
	for _, w := range words {
		if w != "$Latest" && w != "$Default" {
			return nil, badRequest("InvalidParameterCombination", "A version number needs a launch template id or name.")
		}
		for _, t := range f.Templates {
			if v := t.Version(w); v != nil && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	if len(words) == 0 {
		return nil, badRequest("MissingParameter", "You must specify a launch template id, a name, or versions.")
	}
	return out, nil
}

func noSuchTemplate(q url.Values) *refusal {
	if name := q.Get("LaunchTemplateName"); name != "" {
		return badRequest("InvalidLaunchTemplateName.NotFoundException", "At least one of the launch templates specified in the request does not exist: "+name)
	}
	return badRequest("InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID "+q.Get("LaunchTemplateId")+", does not exist.")
}

// changeTemplate changes a copy of the template that is named.
func (c *caller) changeTemplate(q url.Values, change func(*sim.LaunchTemplate) *refusal) (t sim.LaunchTemplate, no *refusal) {
	c.region.Fleet().Change(func(f *sim.Fleet) {
		n := f.Template(q.Get("LaunchTemplateId") + q.Get("LaunchTemplateName"))
		if n < 0 {
			no = noSuchTemplate(q)
			return
		}
		t = *f.Templates[n]
		t.Versions = slices.Clone(t.Versions)
		if no = change(&t); no == nil {
			f.Templates[n] = &t
		}
	})
	return t, no
}

// createVersion makes a version from another, with the metadata options that
// are named changed.
func (s *Server) createVersion(c *caller, q url.Values) (*page, *refusal) {
	const data = "LaunchTemplateData."
	known := []string{"DryRun", "ClientToken", "LaunchTemplateId", "LaunchTemplateName", "SourceVersion", "VersionDescription", data + "ImageId", data + "UserData", data + "MetadataOptions.", data + "NetworkInterface."}
	if no := only(q, known...); no != nil {
		return nil, no
	}
	o := data + "MetadataOptions."
	hop := 0
	if v := q.Get(o + "HttpPutResponseHopLimit"); v != "" {
		var no *refusal
		if hop, no = hopLimit(v, false); no != nil {
			return nil, no
		}
	}
	faces, no := interfacesIn(q, data+"NetworkInterface.")
	if no != nil {
		return nil, no
	}
	var made *sim.TemplateVersion
	_, no = c.changeTemplate(q, func(t *sim.LaunchTemplate) *refusal {
		v := sim.TemplateVersion{LaunchTemplateId: t.LaunchTemplateId, LaunchTemplateName: t.LaunchTemplateName}
		if from := q.Get("SourceVersion"); from != "" {
			of := t.Version(from)
			if of == nil {
				return badRequest("InvalidLaunchTemplateId.VersionNotFound", "Could not find the specified version for the launch template: "+from)
			}
			v = *of
		}
		v.VersionNumber, v.DefaultVersion, v.VersionDescription = len(t.Versions)+1, false, q.Get("VersionDescription")
		v.CreateTime, v.CreatedBy = s.opt.Now(), c.arn
		set(&v.LaunchTemplateData.ImageId, q.Get(data+"ImageId"))
		set(&v.LaunchTemplateData.UserData, q.Get(data+"UserData"))
		v.LaunchTemplateData.MetadataOptions = merge(v.LaunchTemplateData.MetadataOptions, q, o, hop)
		if faces != nil {
			v.LaunchTemplateData.NetworkInterfaces = faces
		}
		made = &v
		t.Versions, t.LatestVersionNumber = append(t.Versions, made), v.VersionNumber
		return nil
	})
	if no != nil {
		return nil, no
	}
	p := c.reply("CreateLaunchTemplateVersionResponse", 2048)
	writer{p, ec2Style, nil}.value("launchTemplateVersion", reflect.ValueOf(made))
	return p.finish(), nil
}

// merge changes the options that are named; nil stays nil where none is.
func merge(was *sim.TemplateOptions, q url.Values, prefix string, hop int) *sim.TemplateOptions {
	if !hasPrefix(q, prefix) {
		return was
	}
	o := sim.TemplateOptions{}
	if was != nil {
		o = *was
	}
	set(&o.HttpTokens, q.Get(prefix+"HttpTokens"))
	set(&o.HttpEndpoint, q.Get(prefix+"HttpEndpoint"))
	set(&o.HttpProtocolIpv6, q.Get(prefix+"HttpProtocolIpv6"))
	set(&o.InstanceMetadataTags, q.Get(prefix+"InstanceMetadataTags"))
	if hop > 0 {
		o.HttpPutResponseHopLimit = &hop
	}
	return &o
}

// modifyTemplate names another version the default.
func (s *Server) modifyTemplate(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "ClientToken", "LaunchTemplateId", "LaunchTemplateName", "SetDefaultVersion"); no != nil {
		return nil, no
	}
	t, no := c.changeTemplate(q, func(t *sim.LaunchTemplate) *refusal {
		n, err := strconv.Atoi(q.Get("SetDefaultVersion"))
		if err != nil || t.Version(q.Get("SetDefaultVersion")) == nil {
			return badRequest("InvalidLaunchTemplateId.VersionNotFound", "Could not find the specified version for the launch template: "+q.Get("SetDefaultVersion"))
		}
		t.DefaultVersionNumber = n
		for i, v := range t.Versions {
			if v != nil {
				changed := *v
				changed.DefaultVersion = v.VersionNumber == n
				t.Versions[i] = &changed
			}
		}
		return nil
	})
	if no != nil {
		return nil, no
	}
	p := c.reply("ModifyLaunchTemplateResponse", 1024)
	writer{p, ec2Style, nil}.value("launchTemplate", reflect.ValueOf(&t))
	return p.finish(), nil
}
