package pages

import (
	"strconv"

	"github.com/a-h/templ"
)

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

func invalid(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-invalid": "true", "aria-describedby": "problem"}
	}
	return nil
}

func selected(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"data-current": "true"}
	}
	return nil
}

func sorted(c Column) templ.Attributes {
	if c.Sort != "" {
		return templ.Attributes{"aria-sort": c.Sort}
	}
	return nil
}

func chosen(n int) string { return strconv.Itoa(n) }

func either(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
