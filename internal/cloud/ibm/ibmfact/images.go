package ibmfact

import (
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// images lists what servers boot from.
func images(c *snapshot.Context) (out []estate.Object) {
	rs := c.Resources(KindImage)
	for i := range rs {
		o := &estate.Image{Subject: subjectOf(estate.KindImage, &rs[i])}
		eachOf(rs[i:i+1], func(_ *snapshot.Resource, s source, v wire.Value) { fillImage(c, o, s, v) })
		out = append(out, o) // one that cannot be read is there, with nothing known of it
	}
	return out
}

func fillImage(c *snapshot.Context, o *estate.Image, s source, v wire.Value) {
	o.ID = text(v.Get("id"))
	o.Owned = fact.Map(s.word(v.Get("visibility"), "/visibility", "private", "public"), func(w string) bool { return w == "private" })
	o.State = s.word(v.Get("status"), "/status", "available", "deleting", "deprecated", "failed", "obsolete", "partially_available", "pending", "unusable")
	o.Constraint = s.constraint(v.Get("allowed_use").Get("instance"))
	o.InUse = inTemplate(c, o.Region, o.ID)
}

// guards are the ways to say that the metadata service is off or speaks https,
// without spaces and with one kind of quotes.
var guards = []string{
	"!metadata_service.enabled", "metadata_service.enabled==false", "metadata_service.enabled!=true",
	"metadata_service.protocol=='https'", "metadata_service.protocol!='http'",
}

// constraint reads the expression that a server made from the image has to meet
// (ImageAllowedUse in vpcv1), in Common Expression Language. It guards the
// metadata service if each of its alternatives demands that the service is off or
// speaks https. One that speaks of the service in another way is not worked out.
func (s source) constraint(v wire.Value) fact.Of[bool] {
	const path = "/allowed_use/instance"
	said, ok := v.Text()
	if !ok {
		return fact.Unknown[bool](s.oddly(v, path), s.from, path)
	}
	plain := strings.NewReplacer(" ", "", "\t", "", "\n", "", `"`, "'").Replace(said)
	if !strings.Contains(plain, "metadata_service") {
		return fact.Known(false, s.from, path)
	}
	if !plainlyNested(plain) {
		return fact.Unknown[bool](s.strange(v), s.from, path)
	}
	for _, alternative := range strings.Split(plain, "||") {
		guarded := false
		for _, part := range strings.Split(strings.Trim(alternative, "()"), "&&") {
			for _, g := range guards {
				guarded = guarded || strings.Trim(part, "()") == g
			}
		}
		if !guarded || strings.Contains(alternative, "?") {
			return fact.Unknown[bool](s.strange(v), s.from, path)
		}
	}
	return fact.Known(true, s.from, path)
}

// plainlyNested says that the parentheses of an expression group what && and ||
// join, and nothing else: one that is turned round, compared with something, or
// handed to a function may mean the contrary of what stands in it.
func plainlyNested(plain string) bool {
	joins := func(s string) bool {
		return s == "" || strings.HasSuffix(s, "&&") || strings.HasSuffix(s, "||")
	}
	for i, c := range plain {
		before, after := strings.TrimRight(plain[:i], "("), strings.TrimLeft(plain[i+1:], ")")
		switch {
		case c == '(' && !joins(before):
			return false
		case c == ')' && after != "" && !strings.HasPrefix(after, "&&") && !strings.HasPrefix(after, "||"):
			return false
		}
	}
	return !strings.Contains(plain, "//") // what follows is a comment
}

// inTemplate says that an instance template names an image. Servers are not read
// together with images.
func inTemplate(c *snapshot.Context, region, id string) fact.Of[bool] {
	found, h := fact.Of[bool]{}, unlisted(c, CallTemplates, region, "")
	broken := eachOf(inRegion(c.Resources(KindTemplate), region), func(_ *snapshot.Resource, s source, v wire.Value) {
		switch said := v.Get("image"); {
		case said.Get("id").Is(id):
			found = fact.Known(true, s.from, "/image/id")
		case !nothing(said) && text(said.Get("id")) == "": // a template of a snapshot or an offering names none
			h = either(h, &hole{s.oddly(said.Get("id"), "/image/id"), s.from})
		}
	})
	switch h = either(h, broken); {
	case found.Known():
		return found
	case h != nil:
		return unknownBy[bool](h)
	}
	return fact.Known(false, refusal(c.Answer(CallTemplates, region, "")), "")
}
