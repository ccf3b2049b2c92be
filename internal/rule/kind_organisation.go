package rule

import "plumbline/internal/estate"

// organisation is the table of an organisation's fields.
var organisation = bare[*estate.Organisation](estate.KindOrganisation, "o",
	"What accounts belong to.",
	func() estate.Object { return new(estate.Organisation) })
