package awsfact

import "strings"

// A glob is a pattern of a policy: an action or a resource with wildcards. In
// it anyRun and anyOne stand for * and ?, so that a star that was meant as
// itself, written ${*}, stays one.
type glob string

const (
	anyRun = '\x00'
	anyOne = '\x01'
)

// fresh stands for a name that nobody gave. No name of AWS's has a tilde, so
// that only a wildcard matches it, and what matches it matches every other.
const fresh = "~any~"

// actionGlob reads an action pattern. Actions are alike in any case.
func actionGlob(s string) glob { return compileGlob(strings.ToLower(s), false) }

// A language is what a policy's patterns are read by: its version, and the
// account whose identities it decides about.
type language struct{ version, account string }

// ownAccount is the one variable that stands for the same in every request of
// an account's identities.
const ownAccount = "${aws:PrincipalAccount}"

// resourceGlob reads a resource pattern. Policy variables are read since the
// version of 2012, and their names are alike in any case. A variable whose value
// is not known here, such as ${aws:PrincipalTag/team}, stays as it is written:
// one name, equal to no other.
func (l language) resourceGlob(s string) glob {
	variables := l.version != version2008
	if variables && l.account != "" {
		s = withAccount(s, l.account)
	}
	return compileGlob(s, variables)
}

// withAccount writes an account in place of the variable for it.
func withAccount(s, account string) string {
	for i := 0; i+len(ownAccount) <= len(s); i++ {
		if s[i] == '$' && strings.EqualFold(s[i:i+len(ownAccount)], ownAccount) {
			s = s[:i] + account + s[i+len(ownAccount):]
		}
	}
	return s
}

func compileGlob(s string, variables bool) glob {
	if s == "*" {
		return glob([]byte{anyRun})
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case variables && isLiteral(s[i:]):
			b = append(b, s[i+2])
			i += len("${*}") - 1
		case s[i] == '*':
			if len(b) == 0 || b[len(b)-1] != anyRun {
				b = append(b, anyRun)
			}
		case s[i] == '?':
			b = append(b, anyOne)
		default:
			b = append(b, s[i])
		}
	}
	return glob(b)
}

// isLiteral says that ${*}, ${?} or ${$} begins here: the three characters as
// themselves (IAM user guide, "IAM policy elements: variables and tags").
func isLiteral(s string) bool {
	return len(s) >= 4 && s[0] == '$' && s[1] == '{' && s[3] == '}' && strings.IndexByte("*?$", s[2]) >= 0
}

// matches says that the whole of s is one of the pattern's. A star stands for
// any run of characters, colons and slashes among them.
func (g glob) matches(s string) bool {
	at, star, mark := 0, -1, 0
	for i := 0; i < len(s); {
		switch {
		case at < len(g) && g[at] == anyRun:
			star, mark, at = at, i, at+1
		case at < len(g) && (g[at] == anyOne || g[at] == s[i]):
			at, i = at+1, i+1
		case star >= 0:
			mark++
			at, i = star+1, mark
		default:
			return false
		}
	}
	for at < len(g) && g[at] == anyRun {
		at++
	}
	return at == len(g)
}

// one is a string that the pattern matches, with fresh for each star.
func (g glob) one() string {
	if strings.IndexByte(string(g), anyRun) < 0 && strings.IndexByte(string(g), anyOne) < 0 {
		return string(g)
	}
	var b strings.Builder
	for i := range len(g) {
		switch g[i] {
		case anyRun:
			b.WriteString(fresh)
		case anyOne:
			b.WriteByte('~')
		default:
			b.WriteByte(g[i])
		}
	}
	return b.String()
}

// common is a pattern of what both match; false if they have nothing in common.
// Of two stars that cross there is more than one such pattern, of which this is
// the one where the first pattern's text comes late: "s3:*Object" and "s3:Get*"
// have "s3:Get*Object".
func common(a, b glob) (glob, bool) {
	c := crossing{a: a, b: b, dead: map[[2]int]bool{}}
	ok := c.from(0, 0)
	return glob(c.out), ok
}

// alike is a quick look at how two patterns begin.
func alike(a, b glob) bool {
	for i := 0; i < len(a) && i < len(b) && a[i] > anyOne && b[i] > anyOne; i++ {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// A crossing looks for a pattern of what two patterns share.
type crossing struct {
	a, b glob
	out  []byte
	dead map[[2]int]bool // from where nothing leads on
}

// from goes on at places of both patterns.
func (c *crossing) from(i, j int) bool {
	if i == len(c.a) && j == len(c.b) {
		return true
	}
	if c.dead[[2]int{i, j}] {
		return false
	}
	inA, inB := i < len(c.a), j < len(c.b)
	starA, starB := inA && c.a[i] == anyRun, inB && c.b[j] == anyRun
	switch {
	case starA && starB && (c.step(anyRun, i+1, j) || c.step(anyRun, i, j+1)):
		return true
	case starA && !starB && inB && c.step(c.b[j], i, j+1), starB && !starA && inA && c.step(c.a[i], i+1, j):
		return true
	case starA && c.from(i+1, j), starB && c.from(i, j+1):
		return true
	case inA && inB && !starA && !starB && (c.a[i] == c.b[j] || c.a[i] == anyOne || c.b[j] == anyOne) && c.step(max(c.a[i], c.b[j]), i+1, j+1):
		return true
	}
	c.dead[[2]int{i, j}] = true
	return false
}

// step goes on with one more character of what they share.
func (c *crossing) step(with byte, i, j int) bool {
	n := len(c.out)
	c.out = append(c.out, with)
	if c.from(i, j) {
		return true
	}
	c.out = c.out[:n]
	return false
}

// free says that the pattern leaves everything open: nothing but stars, with
// the marks between the parts of a name.
func (g glob) free() bool {
	stars := false
	for i := range len(g) {
		switch g[i] {
		case anyRun:
			stars = true
		case '/', ':', '.':
		default:
			return false
		}
	}
	return stars
}

func anyMatches(gs []glob, s string) bool {
	for _, g := range gs {
		if g.matches(s) {
			return true
		}
	}
	return false
}
