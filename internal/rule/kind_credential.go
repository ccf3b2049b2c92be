package rule

import "plumbline/internal/estate"

// credential is the table of a credential's fields.
var credential = bare[*estate.Credential](estate.KindCredential, "c",
	"A key that somebody holds for a principal.",
	func() estate.Object { return new(estate.Credential) }, "principal", "account", "organisation")
