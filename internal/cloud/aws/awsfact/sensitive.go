package awsfact

import "plumbline/internal/wire"

// A word is looked for in tags. Words are spelled in lower case, with one
// space where a tag has a space, hyphen, underscore, other punctuation or a
// change from small to capital letters.
type word struct {
	word   string
	inside bool // told wherever it stands ("dbpassword"); else only as a word of its own ("token", not "tokenizer")
	keys   bool // looked for in keys only: as a value it says nothing
}

// The words, by the catalogue's AWS-IMDS-014: secrets, and who owns and who
// pays, which helps a deceiver.
var words = []word{
	{word: "password", inside: true},
	{word: "passwd", inside: true},
	{word: "passphrase", inside: true},
	{word: "credential", inside: true},
	{word: "pwd"},
	{word: "secret"},
	{word: "secrets"},
	{word: "secretkey", inside: true},
	{word: "clientsecret", inside: true},
	{word: "token"},
	{word: "tokens"},
	{word: "api key"},
	{word: "api keys"},
	{word: "apikey", inside: true},
	{word: "private key"},
	{word: "privatekey", inside: true},
	{word: "access key"},
	{word: "accesskey", inside: true},
	{word: "owner", keys: true},
	{word: "cost", keys: true}, // "cost-center", "CostCentre"
	{word: "costcenter", keys: true},
	{word: "costcentre", keys: true},
}

// byLetter finds the words that begin with a letter: a tag is read once.
var byLetter = func() (t [256][]word) {
	for _, w := range words {
		t[w.word[0]] = append(t[w.word[0]], w)
	}
	return
}()

// sensitive reports that a tag should not be told to every process that can
// ask the metadata service.
func sensitive(key, value string) bool {
	return wire.IsRedacted(value) || wire.IsRedacted(key) || speaks(key, true) || speaks(value, false)
}

// speaks reports that s has one of the words.
func speaks(s string, isKey bool) bool {
	var room [96]byte
	b := spell(room[:0], s)
	for i, c := range b {
		for _, w := range byLetter[c] {
			if w.keys && !isKey || !hasPrefix(b[i:], w.word) {
				continue
			}
			if w.inside || standsAlone(b, i, i+len(w.word)) {
				return true
			}
		}
	}
	return false
}

func hasPrefix(b []byte, w string) bool { return len(b) >= len(w) && string(b[:len(w)]) == w }

func standsAlone(b []byte, from, to int) bool {
	return (from == 0 || b[from-1] == ' ') && (to == len(b) || b[to] == ' ')
}

// spell appends s as the words above are spelled.
func spell(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		switch {
		case isLower(c), isDigit(c), c >= 0x80:
			dst = append(dst, c)
		case !isUpper(c):
			dst = gap(dst)
		default:
			if i > 0 && !isUpper(s[i-1]) || i+1 < len(s) && isLower(s[i+1]) {
				dst = gap(dst)
			}
			dst = append(dst, c|0x20)
		}
	}
	return dst
}

func gap(dst []byte) []byte {
	if len(dst) > 0 && dst[len(dst)-1] != ' ' {
		dst = append(dst, ' ')
	}
	return dst
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
