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

// resourceGlob reads a resource pattern. Policy variables are read since the
// version of 2012. A variable whose value is not known here, such as
// ${aws:PrincipalTag/team}, stays as it is written: one name, equal to no other.
func resourceGlob(s, version string) glob { return compileGlob(s, version != version2008) }

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
