package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

// image is the table of an image's fields.
var image = &kind{
	kind:    estate.KindImage,
	name:    "i",
	parent:  []string{"account_region", "account", "organisation"},
	doc:     "What a workload boots from.",
	blank:   func() estate.Object { return new(estate.Image) },
	live:    func(estate.Object) {},
	manager: nobody,
	risk:    noRisk,
	fields: head[*estate.Image](append([]*field{
		yes("owned", "It is the account's own.", func(i *estate.Image) *fact.Of[bool] { return &i.Owned }),
		text("state", "Whether it can be launched from: available, or another word of the provider's.",
			func(i *estate.Image) *fact.Of[string] { return &i.State }),
		text("tokens", "Whether it asks for session tokens where the launch and the account say nothing.",
			func(i *estate.Image) *fact.Of[string] { return &i.Tokens }, "required", "unset"),
		yes("in_use", "A template or a group names it.", func(i *estate.Image) *fact.Of[bool] { return &i.InUse }),
		yes("constraint", "It may be used only where the metadata service is off or set in a certain way.", func(i *estate.Image) *fact.Of[bool] { return &i.Constraint }),
	}, notOfAnImage(forecastFields(func(i *estate.Image) *estate.Forecast { return &i.Next }))...)...),
}

// notOfAnImage marks what the launch decides and an image does not.
func notOfAnImage(fields []*field) []*field {
	for _, f := range fields {
		switch f.name {
		case "next.power", "next.at_least", "next.container_host", "next.protocol":
			uncalled(f)
		}
	}
	return fields
}
