package rule

import "plumbline/internal/estate"

// image is the table of an image's fields.
var image = bare[*estate.Image](estate.KindImage, "i",
	"What a workload boots from.",
	func() estate.Object { return new(estate.Image) }, "account_region", "account", "organisation")
