package wire

// A Word is looked for in names. It is spelled in lower case, with one space
// where a name has a space, hyphen, underscore, other punctuation or a change
// from small to capital letters.
type Word struct {
	Word   string
	Inside bool // told wherever it stands ("dbpassword"); else only as a word of its own ("token", not "tokenizer")
	Last   bool // told only at the end of a name ("db-pass", not "pass-through"), and never in a text
}

// Words are looked for together. They are sorted by their first letter, so
// that a name is read once.
type Words [256][]Word

// WordsOf makes Words.
func WordsOf(words ...Word) *Words {
	t := new(Words)
	for _, w := range words {
		t[w.Word[0]] = append(t[w.Word[0]], w)
	}
	return t
}

// secretNames are the words under which people keep secrets.
var secretNames = WordsOf(
	Word{Word: "password", Inside: true},
	Word{Word: "passwd", Inside: true},
	Word{Word: "passphrase", Inside: true},
	Word{Word: "credential", Inside: true},
	Word{Word: "pass", Last: true},
	Word{Word: "pwd"},
	Word{Word: "secret"},
	Word{Word: "secrets"},
	Word{Word: "secretkey", Inside: true},
	Word{Word: "clientsecret", Inside: true},
	Word{Word: "token"},
	Word{Word: "tokens"},
	Word{Word: "api key"},
	Word{Word: "api keys"},
	Word{Word: "apikey", Inside: true},
	Word{Word: "private key"},
	Word{Word: "privatekey", Inside: true},
	Word{Word: "access key"},
	Word{Word: "accesskey", Inside: true},
)

// NamesSecret reports that a name says that what stands under it is a secret:
// "db-password", "AWS_SECRET_ACCESS_KEY".
func NamesSecret[T ~string | ~[]byte](name T) bool { return speaks(secretNames, name, true) }

// MentionsSecret reports that a text has a word under which people keep
// secrets. Whether it holds one nobody can tell.
func MentionsSecret(text string) bool { return speaks(secretNames, text, false) }

// Name reports that a name has one of the words.
func (t *Words) Name(name string) bool { return speaks(t, name, true) }

func speaks[T ~string | ~[]byte](words *Words, s T, isName bool) bool {
	var room [96]byte
	b := spell(room[:0], s)
	for i, c := range b {
		for _, w := range words[c] {
			if (isName || !w.Last) && w.at(b, i) {
				return true
			}
		}
	}
	return false
}

// at reports that the word stands in a name from i on.
func (w *Word) at(b []byte, i int) bool {
	end := i + len(w.Word)
	if len(b) < end || string(b[i:end]) != w.Word {
		return false
	}
	begins, ends := i == 0 || b[i-1] == ' ', end == len(b) || b[end] == ' '
	return w.Inside || begins && ends && (!w.Last || end == len(b))
}

// spell appends a name as words are spelled.
func spell[T ~string | ~[]byte](dst []byte, s T) []byte {
	for i := range len(s) {
		c := s[i]
		switch {
		case isLower(c), c >= '0' && c <= '9', c >= 0x80:
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
