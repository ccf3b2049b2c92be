package rule

import "plumbline/internal/estate"

// principal is the table of a principal's fields.
var principal = bare[*estate.Principal](estate.KindPrincipal, "p",
	"Who may act: a role, a service account, a trusted profile, a user.",
	func() estate.Object { return new(estate.Principal) }, "account", "organisation")
