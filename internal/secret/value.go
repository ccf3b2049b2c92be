package secret

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// isHash tells the forms of crypt(3), LDAP and Apache. Whoever has one can try
// candidates, so that it is worth a word of its own.
var isHash = regexp.MustCompile(`^(\$(1|2[abxy]?|5|6|7|y|gy|apr1|sha1|argon2[a-z]*|pbkdf2[a-z0-9-]*|scrypt)\$[^\s]{12,}|\{(SSHA|SHA|SMD5|MD5|CRYPT|SSHA256|SSHA512)\}[^\s]{8,})$`)

// What stands where a secret will be put later, or says where it is kept.
var stands = []*regexp.Regexp{
	regexp.MustCompile(`^\$[A-Za-z_{(!@*#?0-9]`),                                   // $VAR ${VAR} $(command) $1
	regexp.MustCompile("[$#]\\{|\\$\\(|\\{\\{|\\}\\}|<%|\\{%|`|@@|\\$\\$\\{|%\\{"), // templates, substitutions
	regexp.MustCompile(`^\$?%[A-Za-z_][A-Za-z0-9_]*%$|^@[A-Za-z_]+@$|^__\w+__`),    // %VAR% @VAR@ __VAR__
	regexp.MustCompile(`^[<\[{(].*[>\]})]?$`),                                      // <password> [password] {password}
	regexp.MustCompile(`^(/|\./|\.\./|~|[A-Za-z]:\\|\\\\|@/)`),                     // files, parameter paths
	regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`),                              // addresses
	regexp.MustCompile(`(?i)^(arn|ssm|vault|secretsmanager|awssm|awsps|sm|env|file|pass|fd|gcpsm|akv|ref\+[a-z]+|op|resolve|secret|keyring|base64):`), // where it is kept
	regexp.MustCompile(`^[!*&][A-Za-z]`),                                                // YAML's tags, aliases
	regexp.MustCompile(`(?i)^(your|my|insert|enter|put|replace|fill|set|use|add)[-_ ]`), // your-password
	regexp.MustCompile(`(?i)(replace.?me|place.?holder|redacted|not.?set|fix.?me|to.?be.?(set|replaced|changed)|_goes_here|-goes-here)`),
	regexp.MustCompile(`\.[*+]|\[\^|\\[sSwWdD]|\(\?`), // regular expressions
	regexp.MustCompile(`(?i)^[a-z0-9_./-]+\.(txt|pem|key|json|env|ya?ml|cfg|conf|ini|file|pwd|passwd|crt|cer|p12|pfx|jks|gpg|asc|xml|sh|ps1)$`),
	regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.:]*(\(|\[)`), // calls, members
	regexp.MustCompile(`^(os|process|env|var|local|data|module|self|this|config|settings|secrets|vault|ssm|params?|node|args|opts|options|each|values|Values)\.[A-Za-z_]`),
	regexp.MustCompile(`^(None|nil|null|true|false|undefined)\b`),
}

// nothings are words that stand where a secret could.
var nothings = strings.Fields(`true false yes no on off none null nil undefined required optional enabled disabled enable disable
	prompt ask stdin file env environment auto random generated generate r n/a na tbd todo string str text int integer bool boolean
	password: hidden secure securestring trust peer md5 scram-sha-256 sufficient requisite include default unset empty any never always
	pam_unix.so plain plaintext from the is for and or to with of in has was not must will should can if`)

// placeholder reports that a value is no secret but stands for one.
func placeholder(v []byte) bool {
	v = bytes.Trim(v, " \t\"'")
	if len(v) == 0 || alike(v) || slices.Contains(nothings, strings.ToLower(string(v))) {
		return true
	}
	for _, r := range stands {
		if r.Match(v) {
			return true
		}
	}
	return false
}

// alike reports that v has no letter or digit, or one only: "xxxx", "***".
func alike(v []byte) bool {
	var seen byte
	for _, c := range v {
		switch {
		case !isWord(c) || c == '_':
		case seen == 0 || c|0x20 == seen:
			seen = c | 0x20
		default:
			return false
		}
	}
	return true
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c == '_' || c >= 0x80
}
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isPassword reports that a value that stands where a password does is one.
func isPassword(v []byte) bool {
	if placeholder(v) || len(v) > maxValue {
		return false
	}
	return len(v) >= 4 || len(v) == 3 && bytes.ContainsFunc(v, func(r rune) bool { return r < '0' || r > '9' })
}

// weak are passwords that people use for keys and tokens too.
var weak = strings.Fields("changeme changeit change_me change-me secret supersecret topsecret password admin letmein qwerty")

// isToken reports that a value that stands where a key or token does looks as
// if a machine had made it. Names of keys stand there as often.
func isToken(v []byte) bool {
	if slices.Contains(weak, strings.ToLower(string(v))) {
		return true
	}
	if placeholder(v) || len(v) < 8 || len(v) > maxValue || bytes.ContainsAny(v, " \t<>\"'") || isReference(v) {
		return false
	}
	letters, digits := 0, 0
	for _, c := range v {
		switch {
		case isDigit(c):
			digits++
		case isWord(c):
			letters++
		}
	}
	return letters > 0 && digits > 0 || letters >= 24 && mixedCase(v)
}

func mixedCase(v []byte) bool {
	return bytes.ContainsFunc(v, func(r rune) bool { return r >= 'a' && r <= 'z' }) && bytes.ContainsFunc(v, func(r rune) bool { return r >= 'A' && r <= 'Z' })
}

// piece is a part of a name that a person chose: "prod", "v2", "db01", "2024".
var piece = regexp.MustCompile(`^([A-Za-z]*[0-9]{0,4}|v[0-9]+)$`)

// isReference reports that v is words put together, as names of things are.
func isReference(v []byte) bool {
	pieces := strings.FieldsFunc(string(v), func(r rune) bool { return strings.ContainsRune("-_./:@#", r) })
	return len(pieces) > 1 && !slices.ContainsFunc(pieces, func(p string) bool { return !piece.MatchString(p) })
}

// awsSecret is the form of a secret access key, which its name alone tells
// from a hash.
var awsSecret = regexp.MustCompile(`^[A-Za-z0-9/+]{40}$`)

func isAWSSecret(v []byte) bool {
	return awsSecret.Match(v) && mixedCase(v) && bytes.ContainsAny(v, "0123456789")
}

// maxValue is longer than any password.
const maxValue = 512
