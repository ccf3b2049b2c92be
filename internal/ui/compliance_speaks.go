package ui

import "plumbline/web/pages"

// speaksAbout names the controls that the finding's rule speaks about, framework
// by framework; nil where there are none.
func (d *detail) speaksAbout() *pages.Speaks {
	if d.Controls == nil {
		return nil
	}
	s := &pages.Speaks{}
	n, names := 0, map[string]bool{}
	for _, c := range d.Controls(d.rec.Rule) {
		n++
		names[c.Framework] = true
		if last := len(s.Rows) - 1; last < 0 || s.Rows[last].Name != c.Framework || s.Rows[last].Says != saysSo(c) {
			s.Rows = append(s.Rows, pages.SpeaksRow{Name: c.Framework, Says: saysSo(c)})
		}
		last := &s.Rows[len(s.Rows)-1]
		last.Controls = append(last.Controls, pages.ControlRow{Href: c.Path, ID: c.Control, Title: c.Title})
	}
	if n == 0 {
		return nil
	}
	s.Sum = some(n, "control", "controls") + " in " + some(len(names), "framework", "frameworks")
	return s
}

func saysSo(c Spoken) string { return "says " + c.Says }
