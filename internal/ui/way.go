package ui

import (
	"strconv"
	"strings"

	"plumbline/internal/path"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

var wayWords = map[path.State]struct {
	state pages.State
	lead  string
}{
	path.Whole:    {pages.State{Tone: "err", Icon: "alert", Word: "Whole"}, "Each step from the internet to what its credentials may do is certain."},
	path.Possible: {pages.State{Tone: "q", Icon: "eye", Word: "Possible"}, "Nothing that is known cuts this way, and not all of it is known. The steps that are not certain say why."},
	path.Cut:      {pages.State{Tone: "ok", Icon: "check", Word: "Cut"}, "There is no whole way from the internet to what its credentials may do: a step is missing."},
}

// way is the attack path of a workload, nil where there is nothing to tell.
func (u *ui) way(p *path.Path) *pages.Way {
	words, ok := wayWords[p.State]
	if !ok {
		return nil
	}
	w := &pages.Way{State: words.state, Lead: words.lead, Shut: p.State == path.Cut}
	for i := range p.Steps {
		s := &p.Steps[i]
		w.Hops = append(w.Hops, hop(s))
		if w.Shut && !s.Passes {
			w.State.Sub = "at " + s.Title
			break // what lies behind it does not matter
		}
	}
	for i := range p.Cuts {
		c := u.cut(&p.Cuts[i], i)
		if i == 0 {
			w.Cheapest = &c
			continue
		}
		w.Others = append(w.Others, c)
	}
	return w
}

// hop is a step. What a workload's owner can mend stands out, so does what is
// missing, and what is not certain.
func hop(s *path.Step) pages.Hop {
	h := pages.Hop{Title: s.Title, Detail: sentence(s.Detail), ID: s.ID}
	if strings.Contains(s.Title, s.ID) {
		h.ID = "" // the title says it
	}
	switch {
	case !s.Passes:
		h.Tone, h.Tag = "shut", &parts.Tag{Tone: "pass", Icon: "x", Text: "Stops here"}
	case !s.Certain:
		h.Tone, h.Tag = "unsure", &parts.Tag{Icon: "eye", Text: "Not certain"}
	case s.Kind == "metadata" || s.Kind == "power":
		h.Tone = "weak"
	}
	return h
}

func (u *ui) cut(f *path.Fix, n int) pages.Cut {
	c := pages.Cut{Title: f.Title, Why: f.Why}
	if f.Command != "" {
		code := parts.Plain("cut-"+strconv.Itoa(n+1), "Command: "+f.Title, f.Command)
		c.Command = &code
	}
	for _, id := range f.Rules {
		if _, ok := u.Rules.Rule(id); ok {
			c.Rules = append(c.Rules, pages.Link{Text: id, Href: onlyRule("", id)})
		}
	}
	return c
}
