package secret

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
)

// word is one argument of a command.
const word = `("[^"\n]*"|'[^'\n]*'|[^\s"'|;&)<>]+)`

// A command is one way of giving a secret to a program. The secret is the last
// group that matched.
type command struct {
	literal string // stands in every match, in small letters
	match   *regexp.Regexp
	kind    string
	after   string // the secret is what stands behind it, in the group
	sure    func(secret []byte) bool
}

// Commands, as their manuals write them. What goes on after a backslash at the
// end of a line is the same command.
var commandForms = []command{
	{"aws_secret_access_key", regexp.MustCompile(`\baws\s+configure\s+set\s+(?:\S+\.)?aws_secret_access_key\s+` + word), KindAWSSecretKey, "", isAWSSecret},
	{"curl", regexp.MustCompile(`\bcurl\b[^|;]*?\s(?:-u|--user|-U|--proxy-user)[\s=]*` + word), KindPasswordArgument, ":", isPassword},
	{"mysql", regexp.MustCompile(`\bmysql(?:dump|admin|import|sh|check|_upgrade)?\b[^|;]*?\s-p` + word), KindPasswordArgument, "", isPassword},
	{"mariadb", regexp.MustCompile(`\bmariadb(?:-\w+)?\b[^|;]*?\s-p` + word), KindPasswordArgument, "", isPassword},
	{"mysqladmin", regexp.MustCompile(`\bmysqladmin\b[^|;]*?\spassword\s+` + word), KindPasswordArgument, "", isPassword},
	{"sshpass", regexp.MustCompile(`\bsshpass\s+-p\s*` + word), KindPasswordArgument, "", isPassword},
	{"login", regexp.MustCompile(`\b(?:docker|podman|buildah|skopeo|nerdctl|helm|oc|az)\b[^|;]*?\blogin\b[^|;]*?\s-p[\s=]+` + word), KindPasswordArgument, "", isPassword},
	{"redis-cli", regexp.MustCompile(`\bredis-cli\b[^|;]*?\s-a\s+` + word), KindPasswordArgument, "", isPassword},
	{"ldap", regexp.MustCompile(`\bldap(?:search|add|modify|delete|passwd|whoami)\b[^|;]*?\s-w\s*` + word), KindPasswordArgument, "", isPassword},
	{"htpasswd", regexp.MustCompile(`\bhtpasswd\s+-[a-zA-Z]*b[a-zA-Z]*\s+(?:-\S+\s+)*\S+\s+(?:\S+\s+)??` + word + `\s*(?:$|[|;&>\n])`), KindPasswordArgument, "", isPassword},
	{"pass:", regexp.MustCompile(`\s-pass(?:in|out)?\s+["']?(pass:[^\s"']+)`), KindPasswordArgument, ":", isPassword},
	{"rabbitmqctl", regexp.MustCompile(`\brabbitmqctl\s+(?:add_user|change_password)\s+\S+\s+` + word), KindPasswordArgument, "", isPassword},
	{"cmdkey", regexp.MustCompile(`(?i)\bcmdkey(?:\.exe)?\b[^|;\n]*?/pass:` + word), KindPasswordArgument, "", isPassword},
	{"user", regexp.MustCompile(`(?i)\bnet1?(?:\.exe)?\s+user\s+(?:"[^"\n]+"|[^\s/]\S*)[ \t]+` + word), KindPasswordArgument, "", notSwitch},
	{"/user:", regexp.MustCompile(`(?i)\bnet(?:\.exe)?\s+use\s+\S+\s+\\\\\S+\s+(?:/user:\S+\s+)?` + word), KindPasswordArgument, "", notSwitch},
	{"securestring", regexp.MustCompile(`(?i)\bConvertTo-SecureString\s+(?:-AsPlainText\s+)?(?:-Force\s+)?(?:-String\s+)?("[^"\n]*"|'[^'\n]*')[^\n|]*-AsPlainText`), KindPasswordArgument, "", isPassword},
	{"securestring", regexp.MustCompile(`(?i)\bConvertTo-SecureString\s+-AsPlainText\s+(?:-Force\s+)?(?:-String\s+)?("[^"\n]*"|'[^'\n]*')`), KindPasswordArgument, "", isPassword},
	{"chpasswd", regexp.MustCompile(`\becho\s+(?:-\w+\s+)*(["']?[^\s:"'|]+:[^"'|\s]+["']?)\s*\|\s*(?:sudo\s+)?(?:/usr/sbin/)?chpasswd\b`), KindPasswordArgument, ":", isPassword},
	{"chpasswd", regexp.MustCompile(`\bchpasswd\b[^\n<]*<<<\s*(["']?[^\s:"'|]+:[^"'|\s]+["']?)`), KindPasswordArgument, ":", isPassword},
	{"--stdin", regexp.MustCompile(`\becho\s+(?:-\w+\s+)*` + word + `\s*\|\s*(?:sudo\s+)?passwd\b[^\n]*--stdin`), KindPasswordArgument, "", isPassword},
	{"-stdin", regexp.MustCompile(`\becho\s+(?:-\w+\s+)*` + word + `\s*\|\s*(?:sudo\s+)?(?:docker|podman|helm)\b[^\n]*--password-stdin`), KindPasswordArgument, "", isPassword},
	{"user", regexp.MustCompile(`\buser(?:add|mod)\b[^|;\n]*?\s(?:-p|--password)[\s=]+` + word), KindPasswordArgument, "", isPassword},
	{"identified", regexp.MustCompile(`(?i)\bIDENTIFIED\s+(?:WITH\s+\S+\s+)?BY\s+(?:PASSWORD\s+)?\\?('[^'\n]*'|"[^"\n]*")`), KindPasswordArgument, "", isPassword},
	{"password", regexp.MustCompile(`(?i)\b(?:USER|ROLE)\b[^;\n]*?\bPASSWORD\s+('[^'\n]*')`), KindPasswordArgument, "", isPassword},
	{"password(", regexp.MustCompile(`(?i)=\s*PASSWORD\(\s*('[^'\n]*'|"[^"\n]*")`), KindPasswordArgument, "", isPassword},
	{"authorization", regexp.MustCompile(`(?i)\bAuthorization["']?\s*[:=]\s*["']?(?:Bearer|token|Splunk|GenieKey)\s+([A-Za-z0-9._~+/=-]{8,})`), KindAuthorization, "", isToken},
	{"authorization", regexp.MustCompile(`(?i)\bAuthorization["']?\s*[:=]\s*["']?Basic\s+([A-Za-z0-9+/=]{8,})`), KindAuthorization, "", isBasic},
	{"auth", regexp.MustCompile(`\\?"auth\\?"\s*:\s*\\?"([A-Za-z0-9+/=]{8,})`), KindAuthorization, "", isBasic}, // of a registry, as Docker and ECS keep it
}

// commands finds secrets that are given to programs.
func (p *spots) commands() {
	lower := lowered(p.text)
	for i := range commandForms {
		c := &commandForms[i]
		for at := 0; at < len(p.text); {
			n := bytes.Index(lower[at:], []byte(c.literal))
			if n < 0 {
				break
			}
			from, to := logicalLine(p.text, at+n)
			p.matches(c, from, to)
			at = to
		}
	}
	p.hereDocument(lower)
}

// lowered is a text in small letters, byte by byte: places stay the same.
func lowered(text []byte) []byte {
	out := bytes.Clone(text)
	for i, c := range out {
		if isUpper(c) {
			out[i] = c | 0x20
		}
	}
	return out
}

// matches finds a command in one logical line.
func (p *spots) matches(c *command, from, to int) {
	for at := from; at < to; {
		m := c.match.FindSubmatchIndex(p.text[at:to])
		if m == nil {
			return
		}
		p.argument(c, at+m[2], at+m[3])
		at += max(m[1], 1)
	}
}

// argument takes the secret out of an argument.
func (p *spots) argument(c *command, from, to int) {
	l := line{p.text}
	v := l.unquoted(from, to)
	if c.after != "" {
		n := bytes.Index(p.text[v.from:v.to], []byte(c.after))
		if n < 0 {
			return
		}
		v.from += n + len(c.after)
	}
	secret := p.text[v.from:v.to]
	switch {
	case v.quote != '\'' && l.expands(v):
	case isHash.Match(secret):
		p.add(KindPasswordHash, v.from, v.to)
	case c.sure(secret):
		p.add(c.kind, v.from, v.to)
	}
}

// logicalLine is the command around byte i, lines that end with a backslash or
// PowerShell's backtick joined.
func logicalLine(text []byte, i int) (from, to int) {
	from = bytes.LastIndexByte(text[:i], '\n') + 1
	for from > 1 && continues(text[:from]) {
		from = bytes.LastIndexByte(text[:from-1], '\n') + 1
	}
	to = i + lineLen(text[i:])
	for to < len(text) && continues(text[:to]) {
		to += lineLen(text[to:])
	}
	return from, to
}

// continues reports that the last line of b goes on.
func continues(b []byte) bool {
	b = bytes.TrimRight(b, "\r\n")
	return len(b) > 0 && (b[len(b)-1] == '\\' || b[len(b)-1] == '`')
}

// notSwitch reports that an argument of Windows' net is a password, not one of
// its switches.
func notSwitch(v []byte) bool { return isPassword(v) && v[0] != '/' && v[0] != '*' && v[0] != '>' }

// isBasic reports that v is a user and a password, as RFC 7617 joins them.
func isBasic(v []byte) bool {
	plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(string(v), "="))
	_, password, ok := bytes.Cut(plain, []byte(":"))
	return err == nil && ok && (len(password) > 0 && !placeholder(password))
}

// chpasswdDocument is chpasswd with its lines below it.
var chpasswdDocument = regexp.MustCompile(`\bchpasswd\b[^\n<]*<<-?[ \t]*["'\\]?(\w+)["']?[^\n]*\n`)

// hereDocument finds the user:password lines that chpasswd reads.
func (p *spots) hereDocument(lower []byte) {
	if !bytes.Contains(lower, []byte("chpasswd")) {
		return
	}
	done := 0
	for _, m := range chpasswdDocument.FindAllSubmatchIndex(p.text, -1) {
		if m[0] < done {
			continue
		}
		end := p.text[m[2]:m[3]]
		for at := m[1]; at < len(p.text); {
			next := at + lineLen(p.text[at:])
			if bytes.Equal(bytes.TrimSpace(p.text[at:next]), end) {
				break
			}
			p.userLine(at, next)
			at, done = next, next
		}
	}
}

// userLine reads user:password.
func (p *spots) userLine(from, to int) {
	b := bytes.TrimRight(p.text[from:to], " \t\r\n")
	n := bytes.IndexByte(b, ':')
	if n < 1 {
		return
	}
	p.argument(&command{kind: KindPasswordAssignment, sure: isPassword}, from+n+1, from+len(b))
}
