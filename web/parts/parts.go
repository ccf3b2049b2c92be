// Package parts holds the pieces that every page is made of: the frame with
// its navigation, severity marks, tags, code blocks and bars.
//
// A part is given words and numbers that are ready to be shown; it decides
// nothing, and knows no rule, no finding and no request.
package parts

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"
)

// A Frame is what surrounds every page.
type Frame struct {
	Title   string // of the browser's tab, without the product's name
	Section string // the entry that is open, "" for none
	Theme   string // "light", "dark", or "" to follow the system
	Back    string // address to return to after the theme was changed
	Version string
	Main    []Entry  // what everybody reads
	Manage  []Entry  // what is looked after
	Scan    *ScanBox // the running scan or the newest, nil if there is none
	Person  *Person  // who is signed in, nil if nobody is by name
}

// An Entry of the navigation.
type Entry struct {
	Section    string
	Text, Href string
	Icon       string
	Count, Of  string // "124" and "open"; both "" without a count
}

// A Person is who is signed in.
type Person struct {
	Name, Initials, Roles string
	Profile               string // address of their own page
	Leave                 string // address of the form that signs out
}

// A ScanBox is a scan, as the foot of the navigation shows it.
type ScanBox struct {
	Href, Title, Text string
	Running           bool
}

// A Tag is a short word with a colour and, where it carries a status, an icon.
type Tag struct{ Tone, Icon, Text string }

// A Severity is a rule's weight as a mark of four bars and a word.
type Severity struct {
	Tone string // crit, high, med, low, info
	Word string // "Critical"
	Bars int    // 0 to 4
}

// A Fact is one line of a list of names and values.
type Fact struct {
	Name  string
	Parts []Span
	Sub   string
	Tag   *Tag
}

// A Span is a run of text, in a fixed-width face if it is code, and a link if
// it leads somewhere.
type Span struct {
	Text, Href string
	Code, Dim  bool
	Strong     bool
}

// A Code is a block of text that somebody will copy or check.
type Code struct {
	ID, Label string
	Lines     []Line
}

// A Line of a code block. A marked line holds a value that decided something.
type Line struct{ Runs []Run }

// A Run is a stretch of a line in one role: k a name, s a string, c a comment,
// "mark" a decisive value, "read" one that was read beside it, "" plain.
type Run struct{ Role, Text string }

// Plain makes a code block of text without any marks.
func Plain(id, label, text string) Code {
	c := Code{ID: id, Label: label}
	for _, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		role := ""
		if strings.HasPrefix(strings.TrimSpace(l), "#") {
			role = "c"
		}
		c.Lines = append(c.Lines, Line{Runs: []Run{{role, l}}})
	}
	return c
}

// A Bar shows how a whole divides, by width and in a sentence.
type Bar struct {
	Words    string // what the picture shows, for those who do not see it
	Segments []Segment
}

// A Segment of a bar: a colour class and its share of the whole.
type Segment struct {
	Class string
	Count int
}

// A slice is a segment laid out on a width of 100.
type slice struct{ class, x, width string }

// layout spreads the segments over 100 units, with gaps between them, so that
// they can be told apart without colour. What is there is never thinner than
// it takes to see it.
func (b Bar) layout() []slice {
	const gap, thinnest = 0.6, 0.8
	total, shown := 0, 0
	for _, s := range b.Segments {
		total += s.Count
		if s.Count > 0 {
			shown++
		}
	}
	if total == 0 {
		return nil
	}
	room := 100 - gap*float64(shown-1) - thinnest*float64(shown)
	var out []slice
	x := 0.0
	for _, s := range b.Segments {
		if s.Count == 0 {
			continue
		}
		w := thinnest + room*float64(s.Count)/float64(total)
		out = append(out, slice{s.Class, fmt.Sprintf("%.2f", x), fmt.Sprintf("%.2f", w)})
		x += w + gap
	}
	return out
}

// text writes the lines of a block. It is written here and not in a template,
// because in a preformatted block every space counts.
func (c Code) text() templ.Component {
	var b strings.Builder
	for i, l := range c.Lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, r := range l.Runs {
			text := templ.EscapeString(r.Text)
			switch r.Role {
			case "":
				b.WriteString(text)
			case "mark":
				b.WriteString("<mark>" + text + "</mark>")
			case "read":
				b.WriteString(`<mark class="read">` + text + "</mark>")
			default:
				b.WriteString(`<span class="` + templ.EscapeString(r.Role) + `">` + text + "</span>")
			}
		}
	}
	return templ.Raw(b.String())
}

var paths = map[string]string{
	"gauge":  `<path d="M2.500 12.500a6 6 0 1 1 11 0"/><path d="M8 10.500 10.800 6"/>`,
	"shield": `<path d="M8 1.800 13.200 4v3.700c0 3.200-2.100 5.400-5.200 6.500-3.100-1.100-5.200-3.300-5.200-6.500V4z"/><path d="m5.800 8 1.600 1.600 2.900-3.100"/>`,
	"box":    `<path d="m8 1.800 5.500 3v6.400l-5.500 3-5.500-3V4.800z"/><path d="m2.700 4.900 5.300 3 5.300-3M8 8v6"/>`,
	"cloud":  `<path d="M4.600 12.500a3 3 0 0 1-.2-6A3.900 3.900 0 0 1 12 7.100a2.700 2.700 0 0 1-.3 5.400z"/>`,
	"doc":    `<path d="M4 1.900h5.200L12.500 5v9.100H4z"/><path d="M9 2v3.300h3.300M6.300 8.400h4M6.300 11h4"/>`,
	"people": `<circle cx="6" cy="5.200" r="2.500"/><path d="M1.500 13.500c.4-2.800 2.100-4 4.500-4s4.100 1.200 4.500 4M10.500 2.900a2.500 2.500 0 0 1 0 4.600M12 9.900c1.500.5 2.300 1.700 2.500 3.600"/>`,
	"search": `<circle cx="7" cy="7" r="4.600"/><path d="m10.500 10.500 3.300 3.300"/>`,
	"export": `<path d="M8 2v8M4.800 7.200 8 10.400l3.200-3.200M2.500 13.500h11"/>`,
	"leave":  `<path d="M6.500 13.500h-4v-11h4M6.500 8h7M10.700 5l3 3-3 3"/>`,
	"up":     `<path d="M8 13V3.500M4 7.300 8 3.300l4 4"/>`,
	"list":   `<path d="M6 4h8M6 8h8M6 12h8M2.2 4h.01M2.2 8h.01M2.2 12h.01"/>`,
	"pulse":  `<path d="M1.8 8.5h2.7l1.9-5 3.2 9 1.900-4h2.700"/>`,
	"clock":  `<circle cx="8" cy="8" r="6"/><path d="M8 4.700V8l2.300 1.500"/>`,
	"x":      `<path d="m4 4 8 8M12 4l-8 8"/>`,
	"right":  `<path d="m6 3.500 4.500 4.500L6 12.500"/>`,
	"down":   `<path d="m3.500 6 4.500 4.500L12.500 6"/>`,
	"left":   `<path d="M10 3.500 5.500 8l4.500 4.500"/>`,
	"menu":   `<path d="M2.500 4.500h11M2.500 8h11M2.500 11.500h11"/>`,
	"check":  `<path d="m3 8.500 3.200 3.200L13 4.800"/>`,
	"alert":  `<path d="M8 2.200 14.300 13H1.700z"/><path d="M8 6.500v3M8 11.300v.01"/>`,
	"info":   `<circle cx="8" cy="8" r="6"/><path d="M8 7.300v3.500M8 5.100v.01"/>`,
	"half":   `<circle cx="8" cy="8" r="6"/><path d="M8 2v12M8 4.500h4.500M8 8h5.800M8 11.500h4.500"/>`,
	"sun":    `<circle cx="8" cy="8" r="2.800"/><path d="M8 1.500v1.700M8 12.800v1.700M1.500 8h1.700M12.800 8h1.700M3.400 3.400l1.200 1.200M11.400 11.400l1.200 1.200M12.600 3.400l-1.200 1.200M4.600 11.400l-1.200 1.200"/>`,
	"moon":   `<path d="M13.500 9.600A5.900 5.900 0 0 1 6.400 2.500a5.900 5.900 0 1 0 7.100 7.100z"/>`,
	"copy":   `<rect x="5.500" y="5.500" width="8" height="8" rx="1.500"/><path d="M10.500 5.500V4A1.500 1.500 0 0 0 9 2.500H4A1.500 1.500 0 0 0 2.500 4v5A1.500 1.500 0 0 0 4 10.500h1.500"/>`,
	"eye":    `<path d="M1.800 8S4 3.800 8 3.800 14.200 8 14.200 8 12 12.200 8 12.200 1.800 8 1.800 8z"/><path d="m3 13.500 10-11"/>`,
	"spin":   `<path d="M8 2a6 6 0 1 0 6 6"/>`,
	"dash":   `<path d="M4 8h8"/>`,
	"seal":   `<circle cx="8" cy="6.300" r="4.300"/><path d="m6.200 6.400 1.300 1.300 2.400-2.500M5.600 10.200 4.800 14.300 8 12.600l3.200 1.700-.8-4.100"/>`,
	"key":    `<circle cx="5" cy="11" r="2.800"/><path d="m7 9 6.300-6.300M10.700 5.300l1.900 1.900"/>`,
}

// Icon draws a small picture that says nothing alone: a word always stands
// beside it. An unknown name draws nothing, which a test over all names sees.
func Icon(name string) templ.Component {
	return templ.Raw(`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">` + paths[name] + `</svg>`)
}

// Mark draws the four bars of a severity.
func (s Severity) Mark() templ.Component {
	var b strings.Builder
	b.WriteString(`<svg viewBox="0 0 15 14" aria-hidden="true">`)
	for i := range 4 {
		on := ""
		if i < s.Bars {
			on = ` class="on"`
		}
		fmt.Fprintf(&b, `<rect%s x="%d" y="%d" width="3" height="%d" rx="1"></rect>`, on, i*4, 9-3*i, 5+3*i)
	}
	b.WriteString(`</svg>`)
	return templ.Raw(b.String())
}
