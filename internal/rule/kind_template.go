package rule

import "plumbline/internal/estate"

// templates is the table of a template's fields.
var templates = bare[*estate.Template](estate.KindTemplate, "t",
	"What new workloads are made from: a launch template or configuration, an instance template.",
	func() estate.Object { return new(estate.Template) }, "account_region", "account", "organisation")
