package awssim

import (
	"net/url"
	"slices"

	"plumbline/internal/cloud/sim"
)

// word checks a parameter that must be one of few words; "" is not given.
func word(q url.Values, name string, words ...string) (string, *refusal) {
	v := q.Get(name)
	if v == "" || slices.Contains(words, v) {
		return v, nil
	}
	return "", badRequest("InvalidParameterValue", "Value ("+v+") for parameter "+name+" is invalid.")
}

// words reads several such parameters; the first wrong one is refused.
func words(q url.Values, names []string, allowed map[string][]string) (map[string]string, *refusal) {
	got := map[string]string{}
	for _, n := range names {
		v, no := word(q, n, allowed[n]...)
		if no != nil {
			return nil, no
		}
		got[n] = v
	}
	return got, nil
}

var (
	optionNames = []string{"HttpTokens", "HttpEndpoint", "HttpProtocolIpv6", "InstanceMetadataTags"}
	onOff       = []string{"enabled", "disabled"}
	optionWords = map[string][]string{"HttpTokens": {"optional", "required"}, "HttpEndpoint": onOff, "HttpProtocolIpv6": onOff, "InstanceMetadataTags": onOff}

	defaultNames = []string{"HttpTokens", "HttpTokensEnforced", "HttpEndpoint", "InstanceMetadataTags"}
	onOffAny     = []string{"enabled", "disabled", "no-preference"}
	defaultWords = map[string][]string{"HttpTokens": {"optional", "required", "no-preference"}, "HttpTokensEnforced": onOffAny, "HttpEndpoint": onOffAny, "InstanceMetadataTags": onOffAny}
)

// modifyOptions changes the options that are named and leaves the others
// alone. The reply says pending; what is read afterwards says applied.
func (s *Server) modifyOptions(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, append([]string{"InstanceId", "HttpPutResponseHopLimit", "DryRun"}, optionNames...)...); no != nil {
		return nil, no
	}
	n := c.region.Find(q.Get("InstanceId"))
	if n < 0 {
		return nil, noSuchInstance(q.Get("InstanceId"))
	}
	w, no := words(q, optionNames, optionWords)
	if no != nil {
		return nil, no
	}
	hop := 0
	if v := q.Get("HttpPutResponseHopLimit"); v != "" {
		if hop, no = hopLimit(v, false); no != nil {
			return nil, no
		}
	}
	if no = c.mayModify(c.region.Instance(n), w); no != nil {
		return nil, no
	}
	o := c.region.SetOptions(n, func(o *sim.Options) {
		set(&o.Tokens, w["HttpTokens"])
		set(&o.Endpoint, w["HttpEndpoint"])
		set(&o.IPv6, w["HttpProtocolIpv6"])
		set(&o.Tags, w["InstanceMetadataTags"])
		if hop > 0 {
			o.HopLimit = hop
		}
		o.State = "applied"
	})
	o.State = "pending"
	p := c.reply("ModifyInstanceMetadataOptionsResponse", 1024)
	p.text("instanceId", q.Get("InstanceId"))
	p.options("instanceMetadataOptions", &o)
	return p.finish(), nil
}

// mayModify refuses what EC2 refuses: an instance that is over, and tokens
// made optional where the account enforces them.
func (c *caller) mayModify(i sim.Instance, w map[string]string) *refusal {
	if i.State == "terminated" || i.State == "shutting-down" {
		return badRequest("IncorrectInstanceState", "The instance '"+i.ID+"' is not in a state from which its metadata options can be modified.")
	}
	if w["HttpTokens"] == "optional" && c.region.Defaults().Enforced == "enabled" {
		return badRequest("UnsupportedOperation", "You can't set httpTokens to optional because IMDSv2 is enforced for this account in this Region.")
	}
	return nil
}

func set(v *string, to string) {
	if to != "" {
		*v = to
	}
}

// modifyDefaults changes the defaults that are named. "no-preference" and -1
// take a default away.
func (s *Server) modifyDefaults(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, append([]string{"HttpPutResponseHopLimit", "DryRun"}, defaultNames...)...); no != nil {
		return nil, no
	}
	if c.region.Defaults().ManagedBy == "declarative-policy" {
		return nil, &refusal{403, "UnauthorizedOperation", "You are not authorized to perform this operation. This operation is denied by a declarative policy. " + c.region.Defaults().Exception}
	}
	w, no := words(q, defaultNames, defaultWords)
	if no != nil {
		return nil, no
	}
	hop, given := 0, q.Get("HttpPutResponseHopLimit")
	if given != "" {
		if hop, no = hopLimit(given, true); no != nil {
			return nil, no
		}
	}
	c.region.SetDefaults(func(d *sim.Defaults) {
		prefer(&d.Tokens, w["HttpTokens"])
		prefer(&d.Enforced, w["HttpTokensEnforced"])
		prefer(&d.Endpoint, w["HttpEndpoint"])
		prefer(&d.Tags, w["InstanceMetadataTags"])
		if given != "" {
			d.HopLimit = hop
		}
	})
	p := c.reply("ModifyInstanceMetadataDefaultsResponse", 256)
	p.text("return", "true")
	return p.finish(), nil
}

func prefer(v *string, to string) {
	set(v, to)
	if to == "no-preference" {
		*v = ""
	}
}
