package secret

import (
	"bytes"
	"regexp"
)

// assignments finds values beside names that say what they are, line by line.
func (p *spots) assignments() {
	for at := 0; at < len(p.text); {
		end := at + lineLen(p.text[at:])
		l := line{p.text[at:end:end]}
		l.each(func(name string, v value, kind string) {
			if !p.may(name) {
				return
			}
			if k := kindOf(name, l.b[v.from:v.to], kind); k != "" {
				p.add(k, at+v.from, at+v.to)
			}
		})
		at = end
	}
	p.labels()
}

// may reports that the value of a name is to be looked at.
func (p *spots) may(name string) bool {
	switch {
	case sortOf(name) == harmless:
		return false
	case p.left == 0:
		p.full = true
		return false
	}
	p.left--
	return true
}

// labelled is a name and a value as Kubernetes and ECS write them.
var labelled = regexp.MustCompile(`(?i)(?:^|[\s{,"'-])name["']?\s*:\s*["']?([A-Za-z_][A-Za-z0-9_.-]*)["']?\s*,?\s*["']?value["']?\s*:[ \t]*("[^"\n]*"|'[^'\n]*'|[^\s"',}]+)`)

// labels finds values beside names that stand in members of their own.
func (p *spots) labels() {
	for _, m := range labelled.FindAllSubmatchIndex(p.text, -1) {
		name := string(p.text[m[2]:m[3]])
		if !p.may(name) {
			continue
		}
		v := line{p.text}.unquoted(m[4], m[5])
		if k := kindOf(name, p.text[v.from:v.to], KindPasswordAssignment); k != "" {
			p.add(k, v.from, v.to)
		}
	}
}

// A line of a text.
type line struct{ b []byte }

// A value is where a value stands in a line, and its quote, if it has one.
type value struct {
	from, to int
	quote    byte
}

// element is an XML element, option an option with its value behind it, define
// a constant of PHP, image a line of a Dockerfile, netrc one of ~/.netrc, setx
// and setenv variables of Windows.
var (
	element = regexp.MustCompile(`<([A-Za-z][A-Za-z0-9_.-]*)>([^<>\s]+)</([A-Za-z][A-Za-z0-9_.-]*)>`)
	option  = regexp.MustCompile(`(?:^|[\s"'\[(,])--?([A-Za-z][A-Za-z0-9-]*)["']?(?:\s+|\s*,\s*)("[^"\n]*"|'[^'\n]*'|[^\s"';|&)\],]+)`)
	define  = regexp.MustCompile(`\bdefine\(\s*["'](\w+)["']\s*,\s*["']([^"']+)["']`)
	image   = regexp.MustCompile(`^\s*ENV\s+(\w+)[ \t]+(\S+)\s*$`)
	setx    = regexp.MustCompile(`(?i)\bsetx(?:\.exe)?\s+(?:/M\s+)?["']?(\w+)["']?\s+["']?([^\s"'&|<>]+)`)
	setenv  = regexp.MustCompile(`(?i)\bSetEnvironmentVariable\(\s*["'](\w+)["']\s*,\s*["']([^"'\n]+)["']`)
	netrc   = regexp.MustCompile(`\blogin\s+\S+\s+(password)\s+(\S+)`)
)

// each tells of each name with a value in the line.
func (l line) each(tell func(name string, v value, kind string)) {
	for i, c := range l.b {
		switch c {
		case '=':
			l.equals(i, tell)
		case ':':
			l.colon(i, tell)
		}
	}
	if bytes.IndexByte(l.b, '<') >= 0 {
		for _, m := range element.FindAllSubmatchIndex(l.b, -1) {
			if name := string(l.b[m[2]:m[3]]); name == string(l.b[m[6]:m[7]]) {
				tell(name, value{m[4], m[5], 0}, KindPasswordAssignment)
			}
		}
	}
	if bytes.IndexByte(l.b, '-') >= 0 {
		for at := 0; at < len(l.b); {
			m := option.FindSubmatchIndex(l.b[at:])
			if m == nil {
				break
			}
			if v := l.unquoted(at+m[4], at+m[5]); l.b[v.from] != '-' {
				tell(string(l.b[at+m[2]:at+m[3]]), v, KindPasswordArgument)
			}
			at += m[3] // the value may be an option itself
		}
	}
	for _, form := range []*regexp.Regexp{define, image, netrc, setx, setenv} {
		if m := form.FindSubmatchIndex(l.b); m != nil {
			tell(string(l.b[m[2]:m[3]]), value{m[4], m[5], 0}, KindPasswordAssignment)
		}
	}
}

// equals reads NAME=value, name = "value", 'name' => 'value'.
func (l line) equals(i int, tell func(string, value, string)) {
	if i > 0 && bytes.IndexByte([]byte("=!<>~+:"), l.b[i-1]) >= 0 || i+1 < len(l.b) && (l.b[i+1] == '=' || l.b[i+1] == '~') {
		return
	}
	name, from, spaced, ok := l.nameBefore(i)
	if !ok {
		return
	}
	at, arrow := i+1, false
	if at < len(l.b) && l.b[at] == '>' {
		at, arrow = at+1, true
	}
	start := l.skip(at)
	spaced = spaced || start > at
	v, ok := l.valueAt(start, spaced)
	switch {
	case !ok, arrow && v.quote == 0:
	case spaced && v.quote == 0 && !l.ends(v.to): // prose, a test, an expression
	case spaced && v.quote == 0 && from > 0 && l.b[from-1] == '$':
	case v.quote != '\'' && l.expands(v):
	case v.quote == 0 && l.isCode(from, v):
	default:
		tell(name, v, KindPasswordAssignment)
	}
}

// colon reads YAML's and JSON's name: value, and "Header: value".
func (l line) colon(i int, tell func(string, value, string)) {
	name, from, spaced, ok := l.nameBefore(i)
	if !ok || spaced && l.b[i-1] == ' ' && !l.isQuoted(from) {
		return
	}
	start := l.skip(i + 1)
	quoted := l.isQuoted(from)
	first := len(bytes.Trim(l.b[:from], " \t-#?;/\"'")) == 0
	if start == i+1 && !quoted || start >= len(l.b) {
		return
	}
	if !quoted && from > 0 && (l.b[from-1] == '"' || l.b[from-1] == '\'') { // "Header: value"
		if n := bytes.IndexByte(l.b[start:], l.b[from-1]); n > 0 {
			tell(name, value{start, start + n, l.b[from-1]}, KindPasswordAssignment)
		}
		return
	}
	v, ok := l.valueAt(start, true)
	switch {
	case !ok:
	case v.quote == 0 && quoted: // JSON writes numbers so, and YAML in braces what it likes
	case v.quote == 0 && !(first && l.ends(v.to)):
	case !first && !quoted:
	default:
		tell(name, v, KindPasswordAssignment)
	}
}

// isQuoted reports that the name that begins at from is in quotes of its own.
func (l line) isQuoted(from int) bool {
	if from == 0 || l.b[from-1] != '"' && l.b[from-1] != '\'' {
		return false
	}
	end := from
	for end < len(l.b) && isName(l.b[end]) {
		end++
	}
	return end < len(l.b) && l.b[end] == l.b[from-1]
}

func isName(c byte) bool { return isWord(c) || c == '-' || c == '.' }

// nameBefore reads the name that ends before byte i.
func (l line) nameBefore(i int) (name string, from int, spaced, ok bool) {
	end := i
	for end > 0 && (l.b[end-1] == ' ' || l.b[end-1] == '\t') {
		end, spaced = end-1, true
	}
	if end > 1 && l.b[end-1] == ']' {
		end--
	}
	var quote byte
	if end > 0 && (l.b[end-1] == '"' || l.b[end-1] == '\'') {
		end--
		quote = l.b[end]
	}
	from = end
	for from > 0 && end-from < 128 && isName(l.b[from-1]) {
		from--
	}
	if from == end || quote != 0 && (from == 0 || l.b[from-1] != quote) {
		return "", 0, false, false
	}
	return string(l.b[from:end]), from, spaced, true
}

func (l line) skip(i int) int {
	for i < len(l.b) && (l.b[i] == ' ' || l.b[i] == '\t') {
		i++
	}
	return i
}

// valueAt reads a value: in quotes, or up to where the line's language ends a
// word. A quote that does not end is no value.
func (l line) valueAt(i int, spaced bool) (value, bool) {
	if i >= len(l.b) {
		return value{}, false
	}
	if q := l.b[i]; q == '"' || q == '\'' {
		for j := i + 1; j < len(l.b) && j-i <= maxValue; j++ {
			switch {
			case l.b[j] == '\\' && q == '"':
				j++
			case l.b[j] == q:
				return value{i + 1, j, q}, j > i+1
			}
		}
		return value{}, false
	}
	ends := " \t\r\n"
	if !spaced {
		ends += ";&|)<>`\"'"
	}
	j := i
	for j < len(l.b) && j-i <= maxValue && bytes.IndexByte([]byte(ends), l.b[j]) < 0 {
		j++
	}
	if m := nextPair.FindIndex(l.b[i:j]); m != nil && !spaced {
		j = i + m[0]
	}
	if spaced && j > i && (l.b[j-1] == ';' || l.b[j-1] == ',') {
		j--
	}
	return value{i, j, 0}, j > i
}

// nextPair begins the next of several names with values: "a=1,b=2".
var nextPair = regexp.MustCompile(`,[A-Za-z_][A-Za-z0-9_.-]*=`)

// unquoted takes the quotes off.
func (l line) unquoted(from, to int) value {
	if to-from < 3 {
		return value{from, to, 0}
	}
	if q := l.b[from]; (q == '"' || q == '\'') && l.b[to-1] == q {
		return value{from + 1, to - 1, q}
	}
	return value{from, to, 0}
}

// ends reports that nothing but a comment stands after byte i.
func (l line) ends(i int) bool {
	rest := bytes.TrimLeft(bytes.TrimSpace(l.b[i:]), ",;")
	return len(rest) == 0 || rest[0] == '#' || bytes.HasPrefix(rest, []byte("//"))
}

// variable is what a shell puts something in place of.
var variable = regexp.MustCompile(`\$[A-Za-z_]`)

// expands reports that a shell would put a variable into the value.
func (l line) expands(v value) bool {
	b := l.b[v.from:v.to]
	return bytes.IndexByte(b, '$') >= 0 && !isHash.Match(b) && variable.Match(b)
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)

// isCode reports that an unquoted value is a name in a program: an argument
// within parentheses, or a member of something.
func (l line) isCode(from int, v value) bool {
	b := bytes.TrimRight(l.b[v.from:v.to], ",;")
	if !identifier.Match(b) {
		return false
	}
	before := l.b[max(0, from-256):from]
	open := bytes.LastIndexByte(before, '(')
	inCall := open >= 0 && bytes.IndexByte(before[open:], ')') < 0 && (open == 0 || before[open-1] != '$')
	return inCall || bytes.Count(b, []byte(".")) > 1 || bytes.IndexByte(b, '.') >= 0 && sortOf(string(b)) != harmless
}
