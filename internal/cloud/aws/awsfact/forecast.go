package awsfact

import (
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// Who decides an option of a launch, in this order, each option for itself:
// what the launch or its template says; what the account prefers in the
// region; what the image asks for; what EC2 does by itself. Source: "Configure
// instance metadata options for new instances" in the EC2 user guide, with its
// table of examples.
const (
	layerTemplate = "template"
	layerAccount  = "account"
	layerImage    = "image"
	layerService  = "service"
)

// What EC2 does where nobody says anything, and what an image with
// ImdsSupport v2.0 asks for; of the endpoint an image says nothing.
const (
	serviceTokens   = "optional"
	serviceEndpoint = "enabled"
	serviceHops     = int64(1)
	imageHops       = int64(2)
)

// A layer is one of those who decide, and what it says of an option; silent is
// the value by which it leaves the option to the next.
type layer[T comparable] struct {
	name   string
	says   fact.Of[T]
	silent T
}

// decide asks the layers in turn. One that could not be read leaves the option
// open, for it might have decided; those after one that decides are not asked.
func decide[T comparable](layers ...layer[T]) (fact.Of[T], fact.Of[string]) {
	last := layers[len(layers)-1]
	for _, l := range layers {
		v, known := l.says.Get()
		if !known || v != l.silent {
			return l.says, fact.Map(l.says, func(T) string { return l.name })
		}
	}
	return last.says, fact.Map(last.says, func(T) string { return last.name })
}

// otherwise is what the service does by itself. It is no document's: what
// shows it is the place where the first layer leaves the option open.
func otherwise[T comparable](v T, none T, asked fact.Of[T]) layer[T] {
	return layer[T]{layerService, fact.Known(v, asked.From(), asked.Path()), none}
}

// noOverride leaves a version the image that it names.
var noOverride = fact.Known("", nil, "")

// forecast says what the next instance gets from a version; override is the
// image that takes the place of the version's, "" where none does.
func (f *fleet) forecast(region string, v *version, override fact.Of[string]) estate.Forecast {
	image := v.image
	if id, known := override.Get(); !known || id != "" {
		image = override
	}
	n := f.next(region, &v.told, f.support(region, image), v.containers)
	n.Power, n.AtLeast = f.powerOf(v.profile)
	return n
}

// powerOf says what the profile that a version names gives, by its ARN or its
// name, which is unique in the account.
func (f *fleet) powerOf(profile fact.Of[string]) (most, least fact.Of[string]) {
	name, known := profile.Get()
	var is *holder
	switch {
	case !known:
		is = unknownHolder(profile.Why(), profile.From(), profile.Path())
	case name == "":
		is = powerless(profile.From(), profile.Path())
	default:
		is = iamOf(f.c).holder(f.profileARN(name))
	}
	return is.power, is.atLeast
}

// profileARN finds the ARN of a profile, which has its path as well as its name.
func (f *fleet) profileARN(name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	for i := range f.c.Resources(KindProfile) {
		if uid := f.c.Resources(KindProfile)[i].UID; strings.HasSuffix(uid, "/"+name) {
			return uid
		}
	}
	return arn(Partition(f.c), "iam", "", f.c.Account, "instance-profile/"+name)
}

// next applies the order of the layers, and then enforcement.
func (f *fleet) next(region string, t *estate.TemplateVersion, support fact.Of[string], containers fact.Of[bool]) estate.Forecast {
	d := f.defaultsIn(region)
	n := estate.Forecast{PublicIP: t.PublicIP, ContainerHost: containers}
	n.Tokens, n.TokensBy = decide(
		layer[string]{layerTemplate, t.Tokens, unset},
		layer[string]{layerAccount, d.Tokens, noPreference},
		layer[string]{layerImage, support, unset},
		otherwise(serviceTokens, "", t.Tokens))
	n.Endpoint, n.EndpointBy = decide(
		layer[string]{layerTemplate, t.Endpoint, unset},
		layer[string]{layerAccount, d.Endpoint, noPreference},
		otherwise(serviceEndpoint, "", t.Endpoint))
	n.HopLimit, n.HopLimitBy = decide(
		layer[int64]{layerTemplate, t.HopLimit, 0},
		layer[int64]{layerAccount, d.HopLimit, -1},
		layer[int64]{layerImage, fact.Map(support, hopsOf), 0},
		otherwise(serviceHops, 0, t.HopLimit))
	n.Launches = launchesUnder(d.Enforced, n.Tokens)
	return n
}

// hopsOf is the hop limit that an image asks for.
func hopsOf(support string) int64 {
	if support == "required" {
		return imageHops
	}
	return 0
}

// launchesUnder says whether a launch succeeds: where tokens are enforced, one
// that does not end in required is refused.
func launchesUnder(enforced, tokens fact.Of[string]) fact.Of[bool] {
	rule, ruled := enforced.Get()
	word, known := tokens.Get()
	switch {
	case known && word == "required":
		return fact.Map(tokens, func(string) bool { return true })
	case !ruled || rule != "enabled":
		return fact.Map(enforced, func(string) bool { return true })
	}
	return fact.Map(tokens, func(string) bool { return false })
}

// defaultsIn are the account's of a region. A region that no listing names
// was not asked about.
func (f *fleet) defaultsIn(region string) estate.MetadataDefaults {
	if d, ok := f.defaults[region]; ok {
		return d
	}
	return unknownDefaults(&fact.Reason{Cause: snapshot.NotCollected, Call: CallDefaults, Region: region}, nil)
}

// support says whether an image asks for tokens. One that a parameter names is
// found out at the launch and can change from one to the next.
func (f *fleet) support(region string, image fact.Of[string]) fact.Of[string] {
	id, known := image.Get()
	if !known {
		return image
	}
	if strings.HasPrefix(id, "resolve:ssm:") {
		return fact.Unknown[string](&fact.Reason{Cause: snapshot.UnknownValue, Call: image.From().Call, Region: region, Detail: shorten(id)},
			image.From(), image.Path())
	}
	if m := f.images[spot{region, id}]; m != nil {
		return m.support
	}
	for _, subject := range []string{"", SubjectUsed} {
		if a := f.c.Answer(CallImages, region, subject); !a.Whole() {
			return fact.Unknown[string](reasonOf(a), refusal(a), "")
		}
	}
	return fact.Unknown[string](&fact.Reason{Cause: snapshot.Absent, Call: CallImages, Region: region, Detail: shorten(id)}, image.From(), image.Path())
}

// forecastOf says what one way of a group leads to.
func (f *fleet) forecastOf(region string, l *groupLaunch) estate.Forecast {
	switch t := f.template(l); {
	case l.lost != nil:
		return unknownForecast(l.lost.why, l.lost.origin)
	case t != nil:
		return f.forecast(region, f.version(t, l.version), l.image)
	case l.config == "":
		h := f.missing(CallTemplates, region, l.id+l.template)
		return unknownForecast(h.why, h.origin)
	}
	if config := f.byConfig[spot{region, l.config}]; config != nil {
		return f.forecast(region, &config.version, l.image)
	}
	h := f.missing(CallLaunchConfigs, region, l.config)
	return unknownForecast(h.why, h.origin)
}

// missing says why something is not among what a call listed: a template
// may be another account's.
func (f *fleet) missing(call, region, id string) *hole {
	a := f.c.Answer(call, region, "")
	if a.Whole() {
		return &hole{&fact.Reason{Cause: snapshot.Absent, Call: call, Region: region, Detail: shorten(id)}, refusal(a)}
	}
	return holeOf(a)
}

func unknownForecast(why *fact.Reason, from *fact.Origin) estate.Forecast {
	word := fact.Unknown[string](why, from, "")
	yes := fact.Unknown[bool](why, from, "")
	return estate.Forecast{
		Launches: yes, Tokens: word, TokensBy: word, Endpoint: word, EndpointBy: word,
		HopLimit: fact.Unknown[int64](why, from, ""), HopLimitBy: word,
		PublicIP: word, Power: word, AtLeast: word, ContainerHost: yes,
	}
}
