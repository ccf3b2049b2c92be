package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// anything stands for what a shell, or the page, puts in: it may be any one
// word.
const anything = "¤"

// A shellCommand is one simple command of a script: its words, and what it
// reads from the lines that follow it.
type shellCommand struct {
	words    []string
	document string
	after    string // the operator before it: "", "&&", "||", "|", ";"
}

var (
	placeholder = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	assignment  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)
	reserved    = []string{"do", "done", "then", "else", "fi", "if", "while", "until", "{", "}", "!"}
)

// shellCommands reads as much of a POSIX shell's language as fixes use: words
// and quotes, variables, substitutions, lists, loops, and documents that follow.
func shellCommands(script string) ([]shellCommand, error) {
	s := &shell{rest: placeholder.ReplaceAllString(script, anything)}
	for s.rest != "" && s.err == nil {
		s.step()
	}
	s.end("")
	return s.found, s.err
}

type shell struct {
	rest    string
	word    strings.Builder
	inWord  bool
	current shellCommand
	skip    bool     // the next word is the name of a file
	groups  int      // that are open
	tags    []string // of documents that begin after this line
	found   []shellCommand
	err     error
}

func (s *shell) step() {
	c := s.rest[0]
	switch {
	case strings.HasPrefix(s.rest, "\\\n"):
		s.rest = s.rest[2:]
	case c == '\\' && len(s.rest) > 1:
		s.put(s.rest[1:2])
		s.rest = s.rest[2:]
	case c == '\'' || c == '"' || c == '$':
		s.inWord = true
		s.quoted(c)
	case c == '#' && !s.inWord:
		_, s.rest, _ = strings.Cut(s.rest, "\n")
		s.rest = "\n" + s.rest
	case c == '<' || c == '>':
		s.redirect()
	case c == ' ' || c == '\t':
		s.endWord()
		s.rest = s.rest[1:]
	case strings.IndexByte("\n;&|()", c) >= 0:
		s.operator()
	default:
		s.put(s.rest[:1])
		s.rest = s.rest[1:]
	}
}

func (s *shell) put(text string) {
	s.inWord = true
	s.word.WriteString(text)
}

func (s *shell) quoted(c byte) {
	switch c {
	case '$':
		s.expand()
	case '\'':
		text, rest, ok := strings.Cut(s.rest[1:], "'")
		if !ok {
			s.err = fmt.Errorf("a quote is not closed: %q", s.rest)
		}
		s.put(text)
		s.rest = rest
	default:
		for s.rest = s.rest[1:]; s.rest != "" && s.rest[0] != '"' && s.err == nil; {
			switch {
			case s.rest[0] == '$':
				s.expand()
			case s.rest[0] == '\\' && len(s.rest) > 1:
				s.put(s.rest[1:2])
				s.rest = s.rest[2:]
			default:
				s.put(s.rest[:1])
				s.rest = s.rest[1:]
			}
		}
		if s.rest == "" {
			s.err = fmt.Errorf("a quote is not closed")
			return
		}
		s.rest = s.rest[1:]
	}
}

var variable = regexp.MustCompile(`^\$[A-Za-z_][A-Za-z0-9_]*`)

// whereSet is what stands there if a variable is set, of which it is taken that
// it is.
var whereSet = regexp.MustCompile(`^\$\{[A-Za-z_][A-Za-z0-9_]*:\+([^{}]*)\}`)

// expand reads a variable or a substitution; its commands are commands too.
func (s *shell) expand() {
	if m := whereSet.FindStringSubmatch(s.rest); m != nil {
		s.rest = m[1] + s.rest[len(m[0]):]
		return
	}
	s.put(anything)
	if m := variable.FindString(s.rest); m != "" {
		s.rest = s.rest[len(m):]
		return
	}
	open := map[string]byte{"$(": ')', "${": '}'}[s.rest[:min(2, len(s.rest))]]
	if open == 0 {
		s.err = fmt.Errorf("what is expanded here: %q", s.rest)
		return
	}
	depth, n := 1, 2
	for ; n < len(s.rest) && depth > 0; n++ {
		switch s.rest[n] {
		case s.rest[1]:
			depth++
		case open:
			depth--
		}
	}
	if depth > 0 {
		s.err = fmt.Errorf("it is not closed: %q", s.rest)
		return
	}
	inner := s.rest[2 : n-1]
	s.rest = s.rest[n:]
	if open == ')' && !strings.HasPrefix(inner, "(") { // "$((" reckons
		more, err := shellCommands(inner)
		s.found, s.err = append(s.found, more...), err
	}
}

func (s *shell) redirect() {
	if w := s.word.String(); w == "2" || w == "1" {
		s.word.Reset()
		s.inWord = false
	}
	s.endWord()
	if tag, ok := strings.CutPrefix(s.rest, "<<"); ok {
		n := strings.IndexAny(tag, " \n|;&")
		if n < 0 {
			s.err = fmt.Errorf("a document has no end: %q", s.rest)
			return
		}
		s.tags, s.rest = append(s.tags, strings.Trim(tag[:n], `"'`)), tag[n:]
		return
	}
	s.rest = strings.TrimLeft(s.rest, "<>&")
	s.skip = true
}

func (s *shell) operator() {
	n := 1
	if len(s.rest) > 1 && (s.rest[:2] == "&&" || s.rest[:2] == "||") {
		n = 2
	}
	op := s.rest[:n]
	s.rest = s.rest[n:]
	s.endWord()
	for op == "\n" && len(s.tags) > 0 {
		doc, rest, ok := strings.Cut("\n"+s.rest, "\n"+s.tags[0]+"\n")
		if !ok {
			if doc, ok = strings.CutSuffix("\n"+s.rest, "\n"+s.tags[0]); !ok {
				s.err = fmt.Errorf("the document is not closed by %s", s.tags[0])
				return
			}
		}
		s.current.document, s.rest, s.tags = s.expanded(doc), rest, s.tags[1:]
	}
	s.end(op)
}

// expanded is a document with what a shell puts in.
func (s *shell) expanded(doc string) string {
	in := &shell{rest: doc}
	for in.rest != "" && in.err == nil {
		if in.rest[0] == '$' {
			in.expand()
			continue
		}
		in.put(in.rest[:1])
		in.rest = in.rest[1:]
	}
	s.found, s.err = append(s.found, in.found...), in.err
	return in.word.String()
}

func (s *shell) endWord() {
	if !s.inWord {
		return
	}
	w := s.word.String()
	s.word.Reset()
	s.inWord = false
	switch {
	case s.skip:
		s.skip = false
	case len(s.current.words) == 0 && (slices.Contains(reserved, w) || assignment.MatchString(w)):
	default:
		s.current.words = append(s.current.words, w)
	}
}

func (s *shell) end(op string) {
	s.endWord()
	pattern := op == ")" && s.groups == 0 // the end of one, in a "case"
	switch {
	case op == "(":
		s.groups++
	case op == ")" && !pattern:
		s.groups--
	}
	if w := s.current.words; len(w) > 0 && !pattern && !slices.Contains([]string{"for", "case", "esac"}, w[0]) {
		s.found = append(s.found, s.current)
	}
	s.current = shellCommand{after: op}
}

func TestTheShellsLanguage(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"aws ec2 x --a 'one word' \"two $THREE\"":                                           "aws|ec2|x|--a|one word|two ¤",
		"# a word\naws a b # and more\naws c d":                                             "aws|a|b / aws|c|d",
		"for u in $USERS root; do id \"$u\"; done":                                          "id|¤",
		"ID=$(aws a b --query \"x[0]\") && aws c d \\\n --e $ID":                            "aws|a|b|--query|x[0] / aws|c|d|--e|¤",
		"iptables -N A 2>/dev/null || iptables -F A":                                        "iptables|-N|A / iptables|-F|A",
		"echo a > /etc/x && { b || c; }":                                                    "echo|a / b / c",
		"nft -f - <<END\ntable $(id -u) {\n}\nEND\nls":                                      "id|-u / nft|-f|- / ls",
		"case $A in\nx-*) aws a b ;;\n*) aws c d --n $((1 + 2)) ;;\nesac\n[ $A = b ] || ls": "aws|a|b / aws|c|d|--n|¤ / [|¤|=|b|] / ls",
		"( aws a b ; aws c d )":                                                             "aws|a|b / aws|c|d",
		"aws a --b ${C:+--c $C -d e} f":                                                     "aws|a|--b|--c|¤|-d|e|f",
		"aws a --b {{ w.id }} --c ${D:?which}":                                              "aws|a|--b|¤|--c|¤",
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			all, err := shellCommands(script)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range all {
				got = append(got, strings.Join(c.words, "|"))
			}
			if is := strings.Join(got, " / "); is != want {
				t.Errorf("%s\nwant %s", is, want)
			}
		})
	}
	for _, script := range []string{"aws 'a", "aws \"a", "aws $(b", "nft -f - <<END\nx", "aws ${a"} {
		if all, err := shellCommands(script); err == nil {
			t.Errorf("%q is read as %v", script, all)
		}
	}
}
