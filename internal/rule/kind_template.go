package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/power"
)

// templates is the table of a template's fields.
var templates = &kind{
	kind:    estate.KindTemplate,
	name:    "t",
	parent:  []string{"account_region", "account", "organisation"},
	doc:     "What new workloads are made from: a launch template or configuration, or a group that launches from one.",
	blank:   func() estate.Object { return new(estate.Template) },
	live:    func(estate.Object) {},
	manager: nobody,
	risk:    noRisk,
	fields: head[*estate.Template](append([]*field{
		plain("type", "What kind of template it is.",
			func(t *estate.Template) *string { return &t.Type }, "launch_template", "launch_configuration", "auto_scaling_group", "instance_template"),
		yes("in_use", "A group launches from it; of a group: it may launch.",
			func(t *estate.Template) *fact.Of[bool] { return &t.InUse }),
		text("default", "Of a launch template: the number of the version that a launch takes which names none.",
			func(t *estate.Template) *fact.Of[string] { return &t.Default }),
		number("members", "Of a group: how many instances it has.",
			func(t *estate.Template) *fact.Of[int64] { return &t.Members }),
		yes("auto_link", "The next workload is linked to its default trusted profile without anybody's further doing.",
			func(t *estate.Template) *fact.Of[bool] { return &t.AutoLink }),
		list("versions", "Its versions that are used or may be at any time: the default, the latest, and those that groups name. A launch configuration has one.", "template_version",
			func(t *estate.Template) *fact.List[estate.TemplateVersion] { return &t.Versions },
			showVersion, versionFields()...),
	}, forecastFields(func(t *estate.Template) *estate.Forecast { return &t.Next })...)...),
}

func versionFields() []*field {
	return []*field{
		plain("number", "Its number; empty for a launch configuration.", func(v *estate.TemplateVersion) *string { return &v.Number }),
		yes("in_use", "It is the default, or a group names it.", func(v *estate.TemplateVersion) *fact.Of[bool] { return &v.InUse }),
		text("tokens", "What it says of session tokens.",
			func(v *estate.TemplateVersion) *fact.Of[string] { return &v.Tokens }, "required", "optional", "unset"),
		text("endpoint", "What it says of the metadata endpoint.",
			func(v *estate.TemplateVersion) *fact.Of[string] { return &v.Endpoint }, "enabled", "disabled", "unset"),
		number("hop_limit", "The hop limit that it sets, 1 to 64; 0: none.",
			func(v *estate.TemplateVersion) *fact.Of[int64] { return &v.HopLimit }),
		text("public_ip", "Whether it gives a public address, or leaves that to the subnet.",
			func(v *estate.TemplateVersion) *fact.Of[string] { return &v.PublicIP }, "yes", "no", "subnet"),
		number("secrets", "How many secrets were found in its user data.",
			func(v *estate.TemplateVersion) *fact.Of[int64] { return &v.Secrets }),
	}
}

// showVersion tells what is known of a version, and never a secret.
func showVersion(v *estate.TemplateVersion) any {
	m := map[string]any{"number": v.Number, "path": v.Path}
	shownWord(m, "tokens", v.Tokens)
	shownWord(m, "public_ip", v.PublicIP)
	shownWord(m, "secrets", v.Secrets)
	return m
}

func shownWord[T any](m map[string]any, name string, f fact.Of[T]) {
	if v, known := f.Get(); known {
		m[name] = v
	}
}

// forecastFields are what the next workload will get, and who says so.
func forecastFields[O any](of func(O) *estate.Forecast) []*field {
	by := []string{"template", "account", "image", "service"}
	return []*field{
		yes("next.launches", "A launch succeeds; it does not where tokens are enforced and its settings do not require them.",
			func(o O) *fact.Of[bool] { return &of(o).Launches }),
		text("next.tokens", "Whether the next workload's metadata service wants a session token, whoever decides.",
			func(o O) *fact.Of[string] { return &of(o).Tokens }, "required", "optional"),
		text("next.tokens_by", "Who decides that.", func(o O) *fact.Of[string] { return &of(o).TokensBy }, by...),
		text("next.endpoint", "Whether its metadata service answers at all.",
			func(o O) *fact.Of[string] { return &of(o).Endpoint }, "enabled", "disabled"),
		text("next.endpoint_by", "Who decides that.", func(o O) *fact.Of[string] { return &of(o).EndpointBy }, by...),
		number("next.hop_limit", "Its hop limit, 1 to 64.", func(o O) *fact.Of[int64] { return &of(o).HopLimit }),
		text("next.hop_limit_by", "Who decides that.", func(o O) *fact.Of[string] { return &of(o).HopLimitBy }, by...),
		text("next.protocol", "How a client will talk to its metadata service, where the provider lets its owner choose.",
			func(o O) *fact.Of[string] { return &of(o).Protocol }, "http", "https"),
		text("next.public_ip", "Whether it gets a public address, or as its subnet has it.",
			func(o O) *fact.Of[string] { return &of(o).PublicIP }, "yes", "no", "subnet"),
		text("next.power", "What its identity will be allowed at most.", func(o O) *fact.Of[string] { return &of(o).Power }, power.Words()...),
		text("next.at_least", "What its identity will be allowed for certain.", func(o O) *fact.Of[string] { return &of(o).AtLeast }, power.Words()...),
		yes("next.container_host", "A container platform will run on it.", func(o O) *fact.Of[bool] { return &of(o).ContainerHost }),
	}
}
