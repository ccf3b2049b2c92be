package pages

import "github.com/a-h/templ"

func currentPage(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

func currentTrue(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-current": "true"}
	}
	return nil
}

func expandLabel(g Group) string {
	if g.IsOpen {
		return "Close " + g.Name
	}
	return "Open " + g.Name
}
