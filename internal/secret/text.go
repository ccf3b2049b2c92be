package secret

import (
	"bytes"
	"slices"
	"sort"

	"plumbline/internal/wire"
)

// A spot is a secret's place in one text.
type spot struct {
	kind     string
	from, to int
}

// spots are the secrets of one text that do not overlap: what was found first
// stands.
type spots struct {
	text []byte
	all  []spot
	full bool
	left int // names that may still be looked at
}

// text looks through a text for secrets and tells of them at a place.
func (s *scanner) text(place string, text []byte) { s.add(s.look(place, text)) }

// look finds the secrets of a text.
func (s *scanner) look(place string, text []byte) []Find {
	if len(text) == 0 {
		return nil
	}
	s.seen(text)
	p := &spots{text: text, left: s.names}
	p.known()
	p.commands()
	p.assignments()
	s.names = p.left
	if p.full {
		s.unread(place, "it holds more secrets than are told")
	}
	lines := lineStarts(text)
	finds := make([]Find, len(p.all))
	for i, sp := range p.all {
		finds[i] = Find{Kind: sp.kind, Place: place, Line: sort.SearchInts(lines, sp.from+1), Secret: text[sp.from:sp.to]}
	}
	slices.SortStableFunc(finds, func(a, b Find) int { return a.Line - b.Line })
	return finds
}

func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// add notes a secret, unless what stands there was told already.
func (p *spots) add(kind string, from, to int) {
	switch {
	case from >= to || slices.ContainsFunc(p.all, func(s spot) bool { return from < s.to && s.from < to }):
	case len(p.all) == maxFinds:
		p.full = true
	default:
		p.all = append(p.all, spot{kind, from, to})
	}
}

// known finds what has a form that its issuer documents.
func (p *spots) known() {
	service := false
	found := wire.FindSecrets(p.text)
	for _, m := range found {
		service = service || m.Kind == "gcp_service_account_key"
	}
	for _, m := range found {
		switch m.Kind {
		case "gcp_service_account_key": // its key is a private key, and told as that
		case "private_key":
			kind := m.Kind
			if service && bytes.Contains(p.text[max(0, m.From-24):m.From], []byte(`"private_key"`)) {
				kind = "gcp_service_account_key"
			}
			if to, ok := keyEnd(p.text, m.To); ok {
				p.add(kind, m.From, to)
			}
		case "url_password":
			if v := p.text[m.From:m.To]; !placeholder(v) && !bytes.ContainsAny(v, "$%{") {
				p.add(m.Kind, m.From, m.To)
			}
		default:
			p.add(m.Kind, m.From, m.To)
		}
	}
}

// keyEnd returns where a private key ends whose first line ends at byte from;
// ok is false where no key follows, as in a command that looks for one.
func keyEnd(text []byte, from int) (end int, ok bool) {
	const longest = 32 << 10
	body := text[from:min(len(text), from+longest)]
	if n := bytes.Index(body, []byte("-----")); n >= 0 {
		body = body[:n]
	}
	if len(body) == 0 || body[0] != '\n' && body[0] != '\r' && body[0] != '\\' && body[0] != ' ' {
		return 0, false
	}
	run, most := 0, 0
	for _, c := range body {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' {
			run++
			most = max(most, run)
		} else {
			run = 0
		}
	}
	return from + len(body), most >= 16
}
