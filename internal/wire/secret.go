package wire

import (
	"bytes"
	"regexp"
)

// A pattern recognises one kind of secret. Patterns are few and sure: a
// document in which harmless text is replaced is not the cloud's reply any
// more. What only might be a secret is told by the facts, not hidden, unless its
// own name says that it is one: see Shape.Named.
type pattern struct {
	kind    string
	literal []string // one of them stands in every match: cheap to look for
	match   *regexp.Regexp
}

// The patterns, each by the form its issuer documents. The first group, where
// there is one, is the secret itself.
var patterns = []pattern{
	{"aws_access_key", []string{"AKIA", "ASIA"}, // IAM unique id prefixes
		regexp.MustCompile(`(?:^|[^A-Za-z0-9])(A[KS]IA[A-Z2-7]{16})(?:$|[^A-Za-z0-9])`)},
	{"private_key", []string{"-----BEGIN "}, // RFC 7468, OpenSSH, PGP
		regexp.MustCompile(`-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----`)},
	{"gcp_service_account_key", []string{"service_account"},
		regexp.MustCompile(`"type"\s*:\s*"service_account"[\s\S]*"private_key|"private_key[\s\S]*"type"\s*:\s*"service_account"`)},
	{"github_token", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"},
		regexp.MustCompile(`(?:^|[^A-Za-z0-9])(gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})`)},
	{"gitlab_token", []string{"glpat-", "glrt-", "gldt-", "glptt-"}, // GitLab token prefixes
		regexp.MustCompile(`(?:^|[^A-Za-z0-9])(gl(?:pat|rt|dt|ptt)-[A-Za-z0-9_-]{20,255})`)},
	{"slack_token", []string{"xoxa-", "xoxb-", "xoxe.", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-", "hooks.slack.com/"},
		regexp.MustCompile(`(?:^|[^A-Za-z0-9])(xox[abeoprs][.-][A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,})`)},
	{"stripe_key", []string{"sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"},
		regexp.MustCompile(`(?:^|[^A-Za-z0-9])([sr]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,})`)},
	{"google_api_key", []string{"AIza"},
		regexp.MustCompile(`(?:^|[^A-Za-z0-9_-])(AIza[A-Za-z0-9_-]{35})(?:$|[^A-Za-z0-9_-])`)},
	{"vault_token", []string{"hvs.", "hvb.", "hvr."}, // HashiCorp Vault 1.10 and later
		regexp.MustCompile(`(?:^|[^A-Za-z0-9])(hv[sbr]\.[A-Za-z0-9_-]{24,})`)},
	{"npm_token", []string{"npm_"},
		regexp.MustCompile(`(?:^|[^A-Za-z0-9_])(npm_[A-Za-z0-9]{36})(?:$|[^A-Za-z0-9])`)},
	{"docker_token", []string{"dckr_pat_", "dckr_oat_"},
		regexp.MustCompile(`(?:^|[^A-Za-z0-9_])(dckr_[po]at_[A-Za-z0-9_-]{20,})`)},
	{"sendgrid_key", []string{"SG."},
		regexp.MustCompile(`(?:^|[^A-Za-z0-9])(SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})`)},
	{"jwt", []string{"eyJ"}, // RFC 7519: two base64url JSON objects and a signature
		regexp.MustCompile(`(?:^|[^A-Za-z0-9_-])(eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})`)},
	{"url_password", []string{"://"}, // RFC 3986 userinfo with a password
		regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:@"'<>]*:([^\s/?#@"'<>]+)@[^\s/?#@"'<>]`)},
}

// A trigger is a literal with the patterns that it may begin.
type trigger struct {
	literal []byte
	pattern int
}

// triggers by first byte: most text has none of these bytes before the rest
// of a literal, and is read once.
var triggers = func() (t [256][]trigger) {
	for i, p := range patterns {
		for _, l := range p.literal {
			t[l[0]] = append(t[l[0]], trigger{[]byte(l), i})
		}
	}
	return
}()

// SecretKind names the kind of secret that text holds, "" if it holds none
// that is known.
func SecretKind(text []byte) (kind string) {
	try(text, func(p *pattern) bool {
		if p.match.Match(text) {
			kind = p.kind
		}
		return kind == ""
	})
	return kind
}

// A Match is a secret of a known form: bytes From to To of a text. Of a private
// key it is the first line, of a service account's key it reaches to the name
// of the key's member.
type Match struct {
	Kind     string
	From, To int
}

// FindSecrets finds all secrets of known forms in a text, by the patterns that
// SecretKind knows, in the order of the patterns.
func FindSecrets(text []byte) (found []Match) {
	try(text, func(p *pattern) bool {
		for at := 0; at < len(text); {
			m := p.match.FindSubmatchIndex(text[at:])
			if m == nil {
				break
			}
			from, to := m[0], m[1]
			if len(m) > 2 {
				from, to = m[2], m[3]
			}
			found = append(found, Match{p.kind, at + from, at + to})
			at += to // what ends one may begin the next
		}
		return true
	})
	return found
}

// try calls f with each pattern that text has a literal of, until f is done.
func try(text []byte, f func(*pattern) (more bool)) {
	var tried uint32
	for i, c := range text {
		for _, t := range triggers[c] {
			bit := uint32(1) << t.pattern
			if tried&bit != 0 || !bytes.HasPrefix(text[i:], t.literal) {
				continue
			}
			tried |= bit
			if !f(&patterns[t.pattern]) {
				return
			}
		}
	}
}
