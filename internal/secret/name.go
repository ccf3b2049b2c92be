package secret

import (
	"slices"
	"strings"
)

// A sort of name says what stands under it.
type nameSort int

const (
	harmless nameSort = iota
	forPassword
	forToken // a key or token: made by a machine
	forAWS   // an AWS secret access key
)

var (
	passwordWords = []string{"password", "passwd", "passphrase", "pass", "pwd", "passwort", "pw", "userpassword", "rootpw"}
	tokenWords    = []string{"secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "clientsecret", "authtoken", "authkey", "apitoken", "accesstoken"}
	beforeKey     = []string{"api", "access", "secret", "private", "auth", "encryption", "account", "master", "signing", "storage", "app", "application", "shared", "sas", "license"}
	// notTokens come before "token" where it is no secret: of pages, of requests.
	notTokens = []string{"next", "continuation", "client", "csrf", "xsrf", "page", "idempotency", "cancellation"}
	// environments are what people add to a name.
	environments = []string{"prod", "production", "dev", "stage", "staging", "test", "default", "old", "new", "live"}
)

// sortOf tells by its last word what stands under a name: DB_PASSWORD is a
// password, PASSWORD_FILE is a file.
func sortOf(name string) nameSort {
	words := wordsOf(name)
	for len(words) > 1 && slices.Contains(environments, words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	if len(words) == 0 {
		return harmless
	}
	last := strings.TrimRight(words[len(words)-1], "0123456789")
	if last == "" && len(words) > 1 {
		words = words[:len(words)-1]
		last = words[len(words)-1]
	}
	before := ""
	if len(words) > 1 {
		before = words[len(words)-2]
	}
	whole := strings.Join(words, "")
	switch {
	case strings.HasSuffix(whole, "secretaccesskey"), strings.HasSuffix(whole, "awssecretkey"), strings.HasSuffix(whole, "awssecret"):
		return forAWS
	case slices.Contains(passwordWords, last), strings.HasSuffix(last, "password"), strings.HasSuffix(last, "passwd"):
		return forPassword
	case last == "token" && slices.Contains(notTokens, before):
		return harmless
	case slices.Contains(tokenWords, last), last == "key" && slices.Contains(beforeKey, before):
		return forToken
	}
	return harmless
}

// wordsOf splits a name at what is no letter or digit and where small letters
// turn to capitals, and writes the words small.
func wordsOf(name string) (words []string) {
	from := 0
	cut := func(to int) {
		if to > from {
			words = append(words, strings.ToLower(name[from:to]))
		}
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case !isWord(c) || c == '_':
			cut(i)
			from = i + 1
		case i > from && isUpper(c) && (!isUpper(name[i-1]) || i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z'):
			cut(i)
			from = i
		}
	}
	cut(len(name))
	return words
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// kindOf tells which secret stands under a name, "" if none does. given is the
// kind of a password: people write it in files and give it to commands.
func kindOf(name string, value []byte, given string) string {
	sort := sortOf(name)
	switch {
	case sort == harmless:
		return ""
	case isHash.Match(value):
		if sort == forPassword {
			return KindPasswordHash
		}
		return ""
	case sort == forAWS && isAWSSecret(value), sort == forToken && isAWSSecret(value) && strings.Contains(strings.ToLower(name), "aws"):
		return KindAWSSecretKey
	case sort == forPassword && isPassword(value):
		return given
	case sort != forPassword && isToken(value):
		return KindTokenAssignment
	}
	return ""
}
