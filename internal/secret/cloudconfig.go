package secret

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"plumbline/internal/wire"
)

// Bounds of YAML: what nests deeper or is longer, nobody wrote by hand and the
// parser need not see.
const (
	maxYAML      = 256 << 10
	maxYAMLDepth = 64
)

// A config is a cloud-config that is being looked through.
type config struct {
	*scanner
	place string
	depth int
	found []Find   // of the text itself
	files []region // that were looked through as texts of their own
}

// A region is the lines of a value, as they stand in the YAML, with the value.
type region struct {
	from, to int
	value    string // "" where it was unpacked
}

// cloudConfig looks through a #cloud-config, or through an archive of several
// texts. As text everything is seen but what is packed; as YAML files and
// commands are told apart.
func (s *scanner) cloudConfig(place string, text []byte, depth int, archive bool) {
	c := &config{scanner: s, place: place, depth: depth}
	root, ok := parseYAML(text)
	if !ok {
		s.unread(place, "a cloud-config that is not YAML")
		s.text(place, text)
		return
	}
	held := s.finds
	s.finds = nil
	if archive {
		c.archive(root, text)
	} else {
		c.top(root, text)
	}
	inner := s.finds
	s.finds = held
	raw := s.look(place, text)
	var own []Find
	for _, f := range raw {
		if !c.covered(f) {
			own = append(own, f)
		}
	}
	for _, f := range c.found {
		if !told(own, f) {
			own = append(own, f)
		}
	}
	s.add(own)
	s.finds = append(s.finds, inner...)
}

// told reports that the same secret was found in a line already, or in the
// lines of the same value.
func told(finds []Find, f Find) bool {
	for _, g := range finds {
		if g.Line == f.Line && (bytes.Contains(g.Secret, f.Secret) || bytes.Contains(f.Secret, g.Secret)) {
			return true
		}
	}
	return false
}

// covered reports that a find stands in a file that was looked through.
func (c *config) covered(f Find) bool {
	for _, r := range c.files {
		if f.Line >= r.from && f.Line <= r.to && (r.value == "" || r.from == r.to || strings.Contains(r.value, string(f.Secret))) {
			return true
		}
	}
	return false
}

// parseYAML reads one YAML document. The parser is not trusted with what nobody
// writes.
func parseYAML(text []byte) (root ast.Node, ok bool) {
	if len(text) > maxYAML || tooDeep(text) {
		return nil, false
	}
	defer func() {
		if recover() != nil {
			root, ok = nil, false
		}
	}()
	f, err := parser.ParseBytes(text, 0)
	if err != nil || len(f.Docs) > 1 {
		return nil, false
	}
	if len(f.Docs) == 0 {
		return nil, true
	}
	return f.Docs[0].Body, true
}

// tooDeep reports that brackets, dashes or indentation nest deeper than people
// write.
func tooDeep(text []byte) bool {
	brackets := 0
	for at := 0; at < len(text); {
		end := at + lineLen(text[at:])
		lead := 0
		for _, c := range text[at:end] {
			switch {
			case c == '[' || c == '{':
				brackets++
			case (c == ']' || c == '}') && brackets > 0:
				brackets--
			}
			if lead >= 0 && (c == '-' || c == '?' || c == ':' || c == '!' || c == '&' || c == '*') {
				lead++
			} else if c != ' ' {
				lead = -1
			}
			if brackets > maxYAMLDepth || lead > maxYAMLDepth {
				return true
			}
		}
		at = end
	}
	return false
}

// top looks through the members of a #cloud-config.
func (c *config) top(root ast.Node, text []byte) {
	for _, m := range entries(root) {
		switch key := keyOf(m); key {
		case "write_files":
			for _, file := range items(m.Value) {
				c.file(file, text)
			}
		case "runcmd", "bootcmd":
			for _, cmd := range items(m.Value) {
				c.command(cmd)
			}
		case "chpasswd":
			for _, l := range entries(m.Value) {
				if keyOf(l) == "list" {
					c.userLines(l.Value)
				}
			}
		}
	}
	c.pairs(root, 0)
}

// file looks through one of write_files.
func (c *config) file(n ast.Node, text []byte) {
	var path, encoding string
	var content *ast.MappingValueNode
	for _, m := range entries(n) {
		switch keyOf(m) {
		case "path":
			path, _ = scalar(m.Value)
		case "encoding":
			encoding, _ = scalar(m.Value)
		case "content":
			content = m
		}
	}
	if content == nil {
		return
	}
	value, ok := scalar(content.Value)
	place := strings.TrimSpace(c.place + " " + tellable(path))
	if !ok {
		c.unread(place, "its content is no text")
		return
	}
	if t, is := content.Value.(*ast.TagNode); is && t.Start.Value == "!!binary" && encoding == "" {
		encoding = "base64"
	}
	r := c.regionOf(content, text)
	data, packed, ok := c.decode(place, []byte(value), encoding)
	switch {
	case !ok:
		return
	case packed:
		c.files = append(c.files, r)
		c.unpack(place, data, c.depth+1, false)
	default:
		if !escaped(content.Value) {
			r.value = value
		}
		c.files = append(c.files, r)
		c.text(place, data)
	}
}

// escaped reports that a value stands in the text in another spelling than it
// has.
func escaped(n ast.Node) bool {
	s, ok := bare(n).(*ast.StringNode)
	return ok && s.Token != nil && s.Token.Type == token.DoubleQuoteType
}

// tellable is a path that may be told.
func tellable(path string) string {
	path = strings.ToValidUTF8(path, "\ufffd")
	if path == "" || len(path) > 200 || wire.SecretKind([]byte(path)) != "" || strings.ContainsAny(path, "=\n") {
		return "a file"
	}
	return path
}

// decode undoes the encodings that cloud-init knows.
func (c *config) decode(place string, value []byte, encoding string) (data []byte, packed, ok bool) {
	switch strings.ToLower(encoding) {
	case "", "text/plain":
		return value, false, true
	case "b64", "base64", "gz+b64", "gz+base64", "gzip+b64", "gzip+base64":
		out, ok := unbase64(value)
		if !ok {
			c.unread(place, "it is not the base64 that it is said to be")
			return nil, true, false
		}
		return out, true, c.take(place, len(out))
	case "gz", "gzip":
		return value, true, true
	}
	c.unread(place, "it has an encoding that is not known")
	return nil, false, false
}

// regionOf is where the value of an entry stands in the text: its own line and
// those below that are indented deeper than its name.
func (c *config) regionOf(m *ast.MappingValueNode, text []byte) region {
	first, column := position(m.Key)
	if line, _ := position(m.Value); line > 0 {
		first = min(max(first, 1), line)
	}
	lines := bytes.Split(text, []byte("\n"))
	last := first
	for last < len(lines) {
		l := lines[last]
		indent := len(l) - len(bytes.TrimLeft(l, " "))
		if len(bytes.TrimSpace(l)) > 0 && indent < column {
			break
		}
		last++
	}
	for last > first && len(bytes.TrimSpace(lines[last-1])) == 0 {
		last--
	}
	return region{from: first, to: last}
}

// command looks through a command that is a list of words.
func (c *config) command(n ast.Node) {
	words := items(n)
	if len(words) == 0 {
		return
	}
	var b strings.Builder
	for i, w := range words {
		text, ok := scalar(w)
		if !ok {
			return
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		if strings.ContainsAny(text, " \t'\"") && !strings.Contains(text, "\n") {
			text = "'" + strings.ReplaceAll(text, "'", "\"") + "'"
		}
		b.WriteString(text)
	}
	line, _ := position(words[0])
	for _, f := range c.look(c.place, []byte(b.String())) {
		f.Line = line
		c.found = append(c.found, f)
	}
}

// userLines reads chpasswd's list: user:password, as lines or as a list.
func (c *config) userLines(n ast.Node) {
	line, _ := position(n)
	if texts := items(n); len(texts) > 0 {
		for _, t := range texts {
			text, _ := scalar(t)
			at, _ := position(t)
			c.userLine(text, at)
		}
		return
	}
	text, ok := scalar(n)
	if !ok {
		return
	}
	if _, is := n.(*ast.LiteralNode); is {
		line++
	}
	for i, l := range strings.Split(text, "\n") {
		c.userLine(l, line+i)
	}
}

func (c *config) userLine(text string, line int) {
	p := &spots{text: []byte(text)}
	p.userLine(0, len(text))
	c.seen(p.text)
	for _, s := range p.all {
		c.found = append(c.found, Find{Kind: s.kind, Place: c.place, Line: line, Secret: p.text[s.from:s.to]})
	}
}

// pairs looks at every name with a value, wherever it stands.
func (c *config) pairs(n ast.Node, depth int) {
	if n == nil || depth > maxYAMLDepth {
		return
	}
	for _, i := range items(n) {
		c.pairs(i, depth+1)
	}
	for _, m := range entries(n) {
		value, ok := scalar(m.Value)
		if !ok {
			c.pairs(m.Value, depth+1)
			continue
		}
		if _, long := m.Value.(*ast.LiteralNode); long || strings.Contains(value, "\n") {
			continue
		}
		if kind := kindOf(keyOf(m), []byte(value), KindPasswordAssignment); kind != "" {
			c.seen([]byte(value))
			line, _ := position(m.Value)
			c.found = append(c.found, Find{Kind: kind, Place: c.place, Line: line, Secret: []byte(value)})
		}
	}
}

// archive looks through the texts of a #cloud-config-archive.
func (c *config) archive(root ast.Node, text []byte) {
	for i, n := range items(root) {
		place := strings.TrimSpace(fmt.Sprintf("%s part %d", c.place, i+1))
		if value, ok := scalar(n); ok {
			c.files = append(c.files, region{})
			c.unpack(place, []byte(value), c.depth+1, false)
			continue
		}
		for _, m := range entries(n) {
			if value, ok := scalar(m.Value); ok && keyOf(m) == "content" {
				r := c.regionOf(m, text)
				r.value = value
				c.files = append(c.files, r)
				c.unpack(place, []byte(value), c.depth+1, false)
			}
		}
	}
}

// entries are the members of a mapping.
func entries(n ast.Node) []*ast.MappingValueNode {
	switch m := bare(n).(type) {
	case *ast.MappingNode:
		return m.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}
	}
	return nil
}

// items are the items of a list.
func items(n ast.Node) []ast.Node {
	if l, ok := bare(n).(*ast.SequenceNode); ok {
		return l.Values
	}
	return nil
}

// bare is a node without its tag and anchor.
func bare(n ast.Node) ast.Node {
	for range maxYAMLDepth {
		switch x := n.(type) {
		case *ast.TagNode:
			n = x.Value
		case *ast.AnchorNode:
			n = x.Value
		default:
			return n
		}
	}
	return nil
}

// scalar is the text of a node that is no list and no mapping.
func scalar(n ast.Node) (string, bool) {
	switch x := bare(n).(type) {
	case *ast.StringNode:
		return x.Value, true
	case *ast.LiteralNode:
		if x.Value == nil {
			return "", true
		}
		return x.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return x.GetToken().Value, true
	case *ast.NullNode:
		return "", true
	}
	return "", false
}

func keyOf(m *ast.MappingValueNode) string {
	if m.Key == nil || m.Key.GetToken() == nil {
		return ""
	}
	return m.Key.GetToken().Value
}

// position is where a node begins, both from 1; 0 if that is not known.
func position(n ast.Node) (line, column int) {
	if n == nil {
		return 0, 0
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return 0, 0
	}
	return t.Position.Line, t.Position.Column
}
