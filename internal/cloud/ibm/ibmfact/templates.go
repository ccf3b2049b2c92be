package ibmfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/power"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// Who decides what a new server gets.
const (
	byTemplate = "template"
	byService  = "service"
	unset      = "unset"
)

// templates lists the instance templates.
func templates(c *snapshot.Context) (out []estate.Object) {
	rs := c.Resources(KindTemplate)
	for i := range rs {
		t := &estate.Template{Subject: subjectOf(estate.KindTemplate, &rs[i]), Type: "instance_template"}
		eachOf(rs[i:i+1], func(_ *snapshot.Resource, s source, v wire.Value) {
			t.ID = text(v.Get("id"))
			t.InUse = inGroup(c, t.Region, t.ID)
			fillTemplate(t, s, v)
			forecast(c, t, s, v)
		})
		out = append(out, t) // one that cannot be read is there, with nothing known of it
	}
	return out
}

// inGroup says that an instance group launches from a template.
func inGroup(c *snapshot.Context, region, id string) fact.Of[bool] {
	found, h := fact.Of[bool]{}, unlisted(c, CallInstanceGroups, region, "")
	broken := eachOf(inRegion(c.Resources(KindInstanceGroup), region), func(_ *snapshot.Resource, s source, v wire.Value) {
		switch said := v.Get("instance_template").Get("id"); {
		case said.Is(id):
			found = fact.Known(true, s.from, "/instance_template/id")
		case text(said) == "":
			h = either(h, &hole{s.oddly(said, "/instance_template/id"), s.from})
		}
	})
	switch h = either(h, broken); {
	case found.Known():
		return found
	case h != nil:
		return unknownBy[bool](h)
	}
	return fact.Known(false, refusal(c.Answer(CallInstanceGroups, region, "")), "")
}

// fillTemplate reads what a template says. It has one version for ever: its
// metadata service cannot be changed. What it leaves out is left to the service,
// whose choices are off, http and one hop (InstanceMetadataServicePrototype in
// the VPC API reference).
func fillTemplate(t *estate.Template, s source, v wire.Value) {
	m := v.Get("metadata_service")
	if !nothing(m) && !m.IsObject() {
		word, number := fact.Unknown[string](s.strange(m), s.from, metadataPath), fact.Unknown[int64](s.strange(m), s.from, metadataPath)
		t.Next.Endpoint, t.Next.Protocol, t.Next.HopLimit = word, word, number
		t.Versions = fact.Listed[estate.TemplateVersion](nil, s.from, metadataPath, s.strange(m))
		return
	}
	enabled, protocol, hops := m.Get("enabled"), m.Get("protocol"), m.Get("response_hop_limit")
	n := &t.Next
	n.Tokens, n.TokensBy = fact.Known("required", s.from, metadataPath), fact.Known(byService, s.from, metadataPath)
	n.Endpoint, n.EndpointBy = fact.Known("disabled", s.from, metadataPath), s.by(enabled)
	if !nothing(enabled) {
		n.Endpoint = fact.Map(s.truth(enabled, metadataPath+"/enabled"), endpointWord)
	}
	n.Protocol = fact.Known("http", s.from, metadataPath)
	if !nothing(protocol) {
		n.Protocol = s.word(protocol, metadataPath+"/protocol", "http", "https")
	}
	n.HopLimit, n.HopLimitBy = fact.Known[int64](1, s.from, metadataPath), s.by(hops)
	if !nothing(hops) {
		n.HopLimit = s.whole(hops, metadataPath+"/response_hop_limit", minHops, maxHops)
	}
	n.PublicIP = fact.Known("no", s.from, "/primary_network_attachment") // a floating IP is bound to a server that is there

	version := estate.TemplateVersion{Path: metadataPath, InUse: fact.Known(true, s.from, ""), Tokens: n.Tokens, Endpoint: n.Endpoint,
		HopLimit: n.HopLimit, PublicIP: n.PublicIP, Secrets: s.secrets(v.Get("user_data"), "/user_data")}
	if nothing(enabled) {
		version.Endpoint = fact.Known(unset, s.from, metadataPath)
	}
	if nothing(hops) {
		version.HopLimit = fact.Known[int64](0, s.from, metadataPath)
	}
	t.Versions = fact.Listed([]estate.TemplateVersion{version}, s.from, "")
}

func endpointWord(on bool) string {
	if on {
		return "enabled"
	}
	return "disabled"
}

func (s source) by(v wire.Value) fact.Of[string] {
	if nothing(v) {
		return fact.Known(byService, s.from, metadataPath)
	}
	return fact.Known(byTemplate, s.from, metadataPath)
}

// secrets counts what was found in a template's user data, of which the document
// holds a digest alone. The VPC API leaves the member out where there are none.
func (s source) secrets(v wire.Value, path string) fact.Of[int64] {
	finds := v.Get("finds")
	switch said, _ := v.Text(); {
	case nothing(v):
		return fact.Known[int64](0, s.from, path)
	case wire.IsRedacted(said):
		return fact.Unknown[int64](s.why(snapshot.OutOfScope, path), s.from, path)
	case !finds.IsList():
		return fact.Unknown[int64](s.why(snapshot.UnknownValue, path), s.from, path)
	case finds.Len() == 0 && string(v.Get("readable").Raw()) != "true":
		return fact.Unknown[int64](s.why(snapshot.Unreadable, called(text(v.Get("why")), path)), s.from, path)
	}
	return fact.Known(int64(finds.Len()), s.from, path)
}

// forecast says what the next server may become: its default profile where that
// is linked to it at once, which it is unless the template says otherwise
// (InstanceDefaultTrustedProfilePrototype), and profiles of which a claim rule
// fits whatever is made from the template.
func forecast(c *snapshot.Context, t *estate.Template, s source, v wire.Value) {
	const path = "/default_trusted_profile"
	m, d := iamOf(c), v.Get("default_trusted_profile")
	target := d.Get("target")
	switch linked := d.Get("auto_link"); {
	case nothing(d):
		t.AutoLink = fact.Known(false, s.from, path)
	case nothing(linked):
		t.AutoLink = fact.Known(true, s.from, path)
	default:
		t.AutoLink = s.truth(linked, path+"/auto_link")
	}
	all := worth{most: power.None, least: power.None, certain: power.None}
	if auto, known := t.AutoLink.Get(); auto || !known {
		p := m.named(text(target.Get("crn")), text(target.Get("id")))
		if p == nil {
			h := m.noProfile(text(target.Get("id")))
			all.doubt(power.Admin, h.why, h.origin)
		} else {
			w := p.judge(m)
			all.doubt(w.most, firstWhy(w.why, t.AutoLink.Why()), s.from)
			if known {
				all.least, all.certain = w.least, w.certain
			}
		}
	}
	m.byRules(&all, s, claimant{
		"region": {t.Region}, "zone": {text(v.Get("zone").Get("name"))}, "vpc_id": {text(v.Get("vpc").Get("id"))},
		"resource_group_id": {text(v.Get("resource_group").Get("id"))}, "resource_group_name": {text(v.Get("resource_group").Get("name"))},
	})
	t.Next.Power, t.Next.AtLeast = all.power(s.from), all.atLeast(s.from)
}

// byRules adds what claim rules give to a claimant.
func (m *iam) byRules(all *worth, s source, c claimant) {
	for _, r := range m.rules {
		is := r.fits(typeInstance, c)
		if !is.may {
			continue
		}
		w := r.of.judge(m)
		if is.must {
			all.least, all.certain = power.Max(all.least, w.least), power.Max(all.certain, w.certain)
		}
		all.doubt(w.most, firstWhy(is.why, w.why), s.from)
	}
	if m.unlisted != nil {
		all.doubt(power.Admin, m.unlisted.why, m.unlisted.origin)
	}
	for _, p := range m.hidden {
		if p.rulesHole != nil {
			all.doubt(p.judge(m).most, p.rulesHole.why, p.rulesHole.origin)
		}
	}
}

// named finds a profile by its CRN or its id.
func (m *iam) named(crn, id string) *profile {
	if p := m.byUID[crn]; p != nil {
		return p
	}
	for _, p := range m.profiles {
		if p.id == id && id != "" {
			return p
		}
	}
	return nil
}
