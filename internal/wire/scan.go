package wire

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
)

// walk reads token after token to the end of the page.
func (p *Page) walk() error {
	for {
		j := bytes.IndexByte(p.src[p.pos:], '<')
		if j < 0 {
			return p.end()
		}
		if err := p.token(p.pos + j); err != nil {
			return err
		}
	}
}

func (p *Page) end() error {
	switch {
	case !p.root && !p.noText(len(p.src)):
		return errors.New("the reply is not XML")
	case !p.root || len(p.stack) > 0:
		return p.cut()
	case !p.noText(len(p.src)):
		return errors.New("text after the end of the reply")
	}
	return nil
}

func (p *Page) token(lt int) error {
	if lt+1 == len(p.src) {
		return p.cut()
	}
	switch p.src[lt+1] {
	case '/':
		return p.endTag(lt)
	case '!':
		return p.markup(lt)
	case '?':
		return p.instruction(lt)
	default:
		return p.startTag(lt)
	}
}

// startTag reads "<name>", "<name/>" or "<name xmlns="…">".
func (p *Page) startTag(lt int) error {
	at := lt + 1
	if !startsName(p.src[at]) {
		return fmt.Errorf("a bad tag at byte %d", lt)
	}
	i := at + 1
	for i < len(p.src) && isName[p.src[i]] {
		i++
	}
	name := span{off(at), off(i)}
	if i < len(p.src) && isSpace(p.src[i]) {
		var err error
		if i, err = p.namespaces(i, name); err != nil {
			return err
		}
	}
	closed := i < len(p.src) && p.src[i] == '/'
	if closed {
		i++
	}
	switch {
	case i >= len(p.src):
		return p.cut()
	case p.src[i] != '>':
		return fmt.Errorf("a bad tag at byte %d", lt)
	}
	return p.open(lt, i+1, name, closed)
}

// namespaces reads attributes. Only name spaces are known: any other attribute
// would be lost in the document, so it is refused.
func (p *Page) namespaces(i int, elem span) (int, error) {
	for {
		for i < len(p.src) && isSpace(p.src[i]) {
			i++
		}
		if i == len(p.src) {
			return i, p.cut()
		}
		if p.src[i] == '>' || p.src[i] == '/' {
			return i, nil
		}
		if !isSpace(p.src[i-1]) {
			return i, fmt.Errorf("a bad attribute in %s", p.quote(elem))
		}
		var err error
		if i, err = p.attribute(i, elem); err != nil {
			return i, err
		}
	}
}

func (p *Page) attribute(i int, elem span) (int, error) {
	at := i
	for i < len(p.src) && (isName[p.src[i]] || p.src[i] == ':') {
		i++
	}
	name := p.src[at:i]
	i = p.skip(i)
	if i == len(p.src) {
		return i, p.cut()
	}
	if p.src[i] != '=' || string(name) != "xmlns" && !(bytes.HasPrefix(name, []byte("xmlns:")) && len(name) > 6) {
		return i, fmt.Errorf("an attribute in %s", p.quote(elem))
	}
	i = p.skip(i + 1)
	if i == len(p.src) {
		return i, p.cut()
	}
	q := p.src[i]
	if q != '"' && q != '\'' {
		return i, fmt.Errorf("a bad attribute in %s", p.quote(elem))
	}
	n := bytes.IndexByte(p.src[i+1:], q)
	if n < 0 {
		return i, p.cut()
	}
	v := p.src[i+1 : i+1+n]
	if bytes.IndexByte(v, '<') >= 0 || bytes.IndexByte(v, '&') >= 0 || !isText(v, false) {
		return i, fmt.Errorf("a bad attribute in %s", p.quote(elem))
	}
	return i + n + 2, nil
}

func (p *Page) skip(i int) int {
	for i < len(p.src) && isSpace(p.src[i]) {
		i++
	}
	return i
}

// endTag reads "</name>".
func (p *Page) endTag(lt int) error {
	if len(p.stack) == 0 {
		return fmt.Errorf("an end without a beginning at byte %d", lt)
	}
	f := &p.stack[len(p.stack)-1]
	name := p.src[f.name.from:f.name.to]
	i := lt + 2 + len(name)
	if i >= len(p.src) {
		if bytes.HasPrefix(name, p.src[lt+2:]) || bytes.HasPrefix(p.src[lt+2:], name) {
			return p.cut()
		}
		return fmt.Errorf("%s is closed by another name", p.quote(f.name))
	}
	if string(p.src[lt+2:i]) != string(name) {
		return fmt.Errorf("%s is closed by another name", p.quote(f.name))
	}
	if i = p.skip(i); i == len(p.src) {
		return p.cut()
	}
	if p.src[i] != '>' {
		return fmt.Errorf("%s is closed by another name", p.quote(f.name))
	}
	return p.close(lt, i+1)
}

// markup reads comments and CDATA; whatever else begins with "<!" is a
// document type declaration, which no cloud sends and attackers do.
func (p *Page) markup(lt int) error {
	r := p.src[lt:]
	switch {
	case bytes.HasPrefix(r, []byte("<!--")):
		n := bytes.Index(r[4:], []byte("--"))
		if n < 0 || 4+n+2 >= len(r) {
			return p.cut()
		}
		if r[4+n+2] != '>' || !isText(r[4:4+n], false) {
			return fmt.Errorf("a bad comment at byte %d", lt)
		}
		return p.splice(lt, nil, lt+4+n+3)
	case bytes.HasPrefix(r, []byte("<![CDATA[")):
		n := bytes.Index(r[9:], []byte("]]>"))
		if n < 0 {
			return p.cut()
		}
		if len(p.stack) == 0 {
			return errors.New("text outside the reply")
		}
		return p.splice(lt, r[9:9+n], lt+9+n+3)
	case bytes.HasPrefix([]byte("<!--"), r) || bytes.HasPrefix([]byte("<![CDATA["), r):
		return p.cut()
	default:
		return errors.New("a document type declaration")
	}
}

// splice puts the text so far, and data as it stands, aside: the text that
// goes on at byte next is in several pieces.
func (p *Page) splice(lt int, data []byte, next int) error {
	if p.cooked < 0 {
		p.cooked = len(p.side)
	}
	var err error
	if p.side, err = unescape(p.side, p.src[p.textAt:lt]); err != nil {
		return err
	}
	if !isText(data, false) {
		return errBadChar
	}
	p.side = appendLines(p.side, data)
	p.pos, p.textAt = next, next
	return nil
}

// instruction reads the XML declaration. Other instructions, and encodings but
// UTF-8, are refused.
func (p *Page) instruction(lt int) error {
	in, _, ok := bytes.Cut(p.src[lt+2:], []byte("?>"))
	if !ok {
		return p.cut()
	}
	if p.root || p.decl || p.cooked >= 0 || !blank(p.src[p.textAt:lt]) || !bytes.HasPrefix(in, []byte("xml ")) {
		return fmt.Errorf("a processing instruction at byte %d", lt)
	}
	if !declaration.Match(in) {
		return errors.New("not XML 1.0 in UTF-8")
	}
	next := lt + 2 + len(in) + 2
	p.decl, p.pos, p.textAt = true, next, next
	return nil
}

// declaration is the XML declaration of version 1.0 in UTF-8.
var declaration = regexp.MustCompile(`^xml\s+version\s*=\s*["']1\.0["'](\s+encoding\s*=\s*["'](?i:utf-8)["'])?(\s+standalone\s*=\s*["'](yes|no)["'])?\s*$`)

func (p *Page) quote(name span) string {
	n := p.src[name.from:name.to]
	if len(n) > 60 {
		n = n[:60]
	}
	return "<" + string(n) + ">"
}
