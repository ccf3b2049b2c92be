package awsfact

import (
	"strconv"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// unset is an option that a template leaves to others.
const unset = "unset"

// The words of where a public address comes from.
const (
	publicYes    = "yes"
	publicNo     = "no"
	publicSubnet = "subnet" // as the subnet has it
)

// templateVersion reads one version of a launch template. EC2 leaves out what
// the version does not set (ResponseLaunchTemplateData), so that absence is an
// answer here: unset.
func (s source) templateVersion(v wire.Value, number string) *version {
	const path = "/launchTemplateData"
	data := v.Get("launchTemplateData")
	if !data.IsObject() && !data.IsNull() {
		why := s.why(snapshot.Absent, path)
		if data.Exists() {
			why = s.strange(data)
		}
		lost := lostVersion(&hole{why, s.from})
		lost.told.Number = number
		return lost
	}
	options := s.options(data.Get("metadataOptions"), path+"/metadataOptions", "httpTokens", "httpEndpoint", "httpPutResponseHopLimit")
	options.Number, options.Path = number, path
	options.PublicIP = s.interfacesPublic(data.Get("networkInterfaceSet"), path+"/networkInterfaceSet")
	options.Secrets = s.secretsIn(data.Get("userData"), path+"/userData")
	return &version{
		from: s.from, told: options,
		image:      s.filled(data.Get("imageId"), path+"/imageId"),
		profile:    s.templateProfile(data.Get("iamInstanceProfile"), path+"/iamInstanceProfile"),
		containers: s.launchTags(data.Get("tagSpecificationSet"), path+"/tagSpecificationSet"),
	}
}

// launchConfig reads a launch configuration. Auto Scaling leaves out what it
// does not set (LaunchConfiguration in the Auto Scaling API reference).
func (s source) launchConfig(v wire.Value) *version {
	options := s.options(v.Get("MetadataOptions"), "/MetadataOptions", "HttpTokens", "HttpEndpoint", "HttpPutResponseHopLimit")
	options.PublicIP = s.addressed(v.Get("AssociatePublicIpAddress"), "/AssociatePublicIpAddress")
	options.Secrets = s.secretsIn(v.Get("UserData"), "/UserData")
	return &version{
		from: s.from, told: options,
		image:   s.filled(v.Get("ImageId"), "/ImageId"),
		profile: s.named(v.Get("IamInstanceProfile"), "/IamInstanceProfile"),
		containers: fact.Unknown[bool](&fact.Reason{Cause: snapshot.Absent, Call: s.from.Call, Region: s.from.Region,
			Detail: "what its instances run"}, s.from, ""),
	}
}

// options reads the metadata options of a template.
func (s source) options(v wire.Value, path, tokens, endpoint, hops string) estate.TemplateVersion {
	if v.Exists() && !v.IsObject() && !v.IsNull() {
		why := s.strange(v)
		word := fact.Unknown[string](why, s.from, path)
		return estate.TemplateVersion{Tokens: word, Endpoint: word, HopLimit: fact.Unknown[int64](why, s.from, path)}
	}
	return estate.TemplateVersion{
		Tokens:   s.setting(v.Get(tokens), path+"/"+tokens, "required", "optional"),
		Endpoint: s.setting(v.Get(endpoint), path+"/"+endpoint, "enabled", "disabled"),
		HopLimit: s.hopSetting(v.Get(hops), path+"/"+hops),
	}
}

// setting reads one of the given words where something is set.
func (s source) setting(v wire.Value, path string, words ...string) fact.Of[string] {
	if !v.Exists() {
		return fact.Known(unset, s.from, path)
	}
	return s.word(v, path, words...)
}

func (s source) hopSetting(v wire.Value, path string) fact.Of[int64] {
	if !v.Exists() {
		return fact.Known(int64(0), s.from, path)
	}
	return s.hops(v, path)
}

// filled reads a text that is always there, such as an id.
func (s source) filled(v wire.Value, path string) fact.Of[string] {
	text, ok := filled(v)
	switch {
	case !v.Exists():
		return fact.Unknown[string](s.why(snapshot.Absent, path), s.from, path)
	case !ok:
		return fact.Unknown[string](s.strange(v), s.from, path)
	}
	return fact.Known(text, s.from, path)
}

// templateProfile reads the instance profile of a launch template, which names
// it by ARN or by name.
func (s source) templateProfile(v wire.Value, path string) fact.Of[string] {
	if v.IsObject() && v.Get("name").Exists() && !v.Get("arn").Exists() {
		return s.filled(v.Get("name"), path+"/name")
	}
	if v.IsObject() {
		return s.filled(v.Get("arn"), path+"/arn")
	}
	return s.named(v, path)
}

// named reads a text that is left out where there is nothing.
func (s source) named(v wire.Value, path string) fact.Of[string] {
	if !v.Exists() || v.IsNull() {
		return fact.Known("", s.from, path)
	}
	return s.filled(v, path)
}

// addressed reads whether a new interface gets a public address. Left out, the
// subnet decides.
func (s source) addressed(v wire.Value, path string) fact.Of[string] {
	if !v.Exists() {
		return fact.Known(publicSubnet, s.from, path)
	}
	return fact.Map(s.flag(v, path, "true", "false"), func(yes bool) string {
		if yes {
			return publicYes
		}
		return publicNo
	})
}

// interfacesPublic reads the interfaces that a version makes: the public
// address of any of them is the instance's. An interface that exists already
// has the addresses it has, which the template does not tell.
func (s source) interfacesPublic(v wire.Value, path string) fact.Of[string] {
	switch {
	case !v.Exists() || v.IsNull():
		return fact.Known(publicSubnet, s.from, path)
	case !v.IsList():
		return fact.Unknown[string](s.strange(v), s.from, path)
	}
	answer := fact.Known(publicSubnet, s.from, path)
	for i, item := range v.Items() {
		at := path + "/" + strconv.Itoa(i)
		one := s.addressed(item.Get("associatePublicIpAddress"), at+"/associatePublicIpAddress")
		if id, ok := filled(item.Get("networkInterfaceId")); ok {
			one = fact.Unknown[string](s.why(snapshot.Absent, "the addresses of "+id), s.from, at)
		}
		word, known := one.Get()
		switch {
		case word == publicYes:
			return one
		case !known:
			answer = one
		case word == publicNo && answer.Known():
			answer = one
		}
	}
	return answer
}

// secretsIn counts what was found in a template's user data. Where not all of
// it could be looked through, what was found is there all the same, and that
// nothing was found tells nothing.
func (s source) secretsIn(v wire.Value, path string) fact.Of[int64] {
	d := s.digest(v, path)
	n := int64(len(d.Secrets.Items()))
	if n == 0 && !d.Secrets.Whole() {
		return fact.Unknown[int64](d.Secrets.Gaps()[0], s.from, path)
	}
	return fact.Known(n, s.from, path)
}

// launchTags looks for the tags of a container platform among those that an
// instance is launched with. Without them it may run containers all the same.
func (s source) launchTags(v wire.Value, path string) fact.Of[bool] {
	for i, spec := range v.Items() {
		if !spec.Get("resourceType").Is("instance") {
			continue
		}
		for _, tag := range spec.Get("tagSet").Items() {
			if key, _ := tag.Get("key").Text(); clusterTag(key) {
				return fact.Known(true, s.from, path+"/"+strconv.Itoa(i))
			}
		}
	}
	return fact.Unknown[bool](s.why(snapshot.Absent, "what its instances run"), s.from, path)
}
