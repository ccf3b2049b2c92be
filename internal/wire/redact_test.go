package wire_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/wire"
)

// The secrets are put together here, so that no scanner of source code takes
// this file for a leak.
var secrets = []struct{ kind, text string }{
	{"aws_access_key", "AKIA" + "IOSFODNN7EXAMPLE"},
	{"aws_access_key", "ASIA" + "IOSFODNN7EXAMPLE"},
	{"aws_access_key", "id=" + "AKIA" + "IOSFODNN7EXAMPLE" + ";key=wJalrXUtnFEMI"},
	{"private_key", "-----BEGIN " + "PRIVATE KEY-----\nMIIE"},
	{"private_key", "-----BEGIN " + "RSA PRIVATE KEY-----"},
	{"private_key", "-----BEGIN " + "OPENSSH PRIVATE KEY-----"},
	{"private_key", "-----BEGIN " + "PGP PRIVATE KEY BLOCK-----"},
	{"private_key", "-----BEGIN " + "ENCRYPTED PRIVATE KEY-----"},
	{"github_token", "ghp_" + strings.Repeat("aB3d", 9)},
	{"github_token", "ghs_" + strings.Repeat("aB3d", 9)},
	{"github_token", "github_pat_" + strings.Repeat("11ABCDEFG_", 5)},
	{"gitlab_token", "glpat-" + "aB3dEfGh1jKlMn0pQrSt"},
	{"google_api_key", "AIza" + strings.Repeat("aB3d-", 7)},
	{"vault_token", "hvs." + strings.Repeat("CAESIJ", 5)},
	{"npm_token", "npm_" + strings.Repeat("aB3d", 9)},
	{"docker_token", "dckr_pat_" + "aB3dEfGh1jKlMn0pQrSt-_x"},
	{"sendgrid_key", "SG." + strings.Repeat("aB", 11) + "." + strings.Repeat("c", 43)},
	{"slack_token", "xoxb-" + "123456789012-abcdefABCDEF"},
	{"slack_token", "xapp-" + "1-A0123456789-abcdef"},
	{"slack_token", "https://" + "hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"},
	{"stripe_key", "sk_live_" + "51H8aBcDeFgHiJkLmNoP"},
	{"stripe_key", "rk_test_" + "51H8aBcDeFgHiJkLmNoP"},
	{"jwt", "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"},
	{"gcp_service_account_key", `{"type": "service_account", "project_id": "p", "private` + `_key_id": "0123"}`},
	{"url_password", "postgres://app:" + "hunter2@db.example.com:5432/app"},
	{"url_password", "see https://bot:" + "hunter2@git.example.com"},
	{"url_password", "redis://:" + "hunter2@cache:6379"},
}

// decoys look like secrets to a careless pattern.
var decoys = []string{
	"", "web-1", "password", "secret", "arn:aws:iam::111122223333:instance-profile/web",
	"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf", "AIPAIOSFODNN7EXAMPLE", "AROAIOSFODNN7EXAMPLE",
	"AKIA", "AKIAIOSFODNN7", "xAKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLEX", "AKIAiosfodnn7example",
	"5d9bb8b4-6a1e-4f5a-9c57-0d3f6f0a1b2c", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "i-0123456789abcdef0", "ami-0abcdef1234567890",
	"eyJ2IjoiMiJ9", "eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJIUzI1NiJ9.not.enough", "dGhpcyBpcyBub3QgYSBzZWNyZXQgYXQgYWxs", "4f5aQmFzZTY0SWQ9PQ==",
	"-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7", "ghp_short", "ghp_ is a prefix",
	"github_pattern", "glpat-short", "npm_config_registry", "AIzaShort", "hvs.short", "MSG.text.more", "dckr_pat_", "xoxo", "xoxb-", "sk_live_", "task_live_migration_of_everything", "risk_test_suite_for_the_platform",
	"https://example.com:8443/a@b", "https://example.com/?q=a:b@c", "https://user@example.com", "10.0.0.1:80", "mailto:a@b.example",
	"ip-10-0-1-10.eu-west-1.compute.internal", "s3://bucket/key", "https://a.example/x:y@z", "service_account", `{"type":"service_account"}`,
	"https://hooks.slack.com/", "the AKIA prefix of keys", "2026-01-01T00:00:00.000Z", "payments & ledger", "cost:center@finance",
}

func TestSecretKind(t *testing.T) {
	t.Parallel()
	for _, s := range secrets {
		if got := wire.SecretKind([]byte(s.text)); got != s.kind {
			t.Errorf("%.24q… is told as %q, want %q", s.text, got, s.kind)
		}
	}
	for _, d := range decoys {
		if got := wire.SecretKind([]byte(d)); got != "" {
			t.Errorf("%q is no secret, told as %q", d, got)
		}
	}
}

func tagged(key, value string) string {
	esc := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace
	return "<r><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><tagSet><item><key>z</key><value>last</value></item><item><key>" +
		esc(key) + "</key><value>" + esc(value) + "</value></item></tagSet><userData><value>c2VjcmV0</value></userData></item></instancesSet></item></reservationSet></r>"
}

func TestSecretsNeverReachADocument(t *testing.T) {
	t.Parallel()
	for _, s := range secrets {
		for _, text := range []string{s.text, "before " + s.text + " after", "ü\n\"" + s.text} {
			var p wire.Page
			var doc wire.Doc
			rest, err := p.Parse([]byte(tagged("a", text)), instances, wire.NewRedactor(testKey), func(d wire.Doc) error { doc = d; return nil })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"/tagSet/0/value", "/userData"}, doc.Redacted); diff != "" {
				t.Errorf("%s (-want +got)\n%s", s.kind, diff)
			}
			for _, where := range [][]byte{doc.JSON, rest} {
				if bytes.Contains(where, []byte(s.text[len(s.text)-10:])) || bytes.Contains(where, []byte("c2VjcmV0")) {
					t.Errorf("a secret of kind %s is in %s", s.kind, where)
				}
			}
			for _, ptr := range doc.Redacted {
				raw, ok := wire.Pointer(doc.JSON, ptr)
				if !ok || !wire.IsRedacted(strings.Trim(string(raw), `"`)) {
					t.Errorf("%s holds %s", ptr, raw)
				}
			}
		}
	}
}

func TestHarmlessTextStays(t *testing.T) {
	t.Parallel()
	for _, d := range decoys {
		docs, _, _, err := documents(instances, tagged("a", d))
		if err != nil {
			t.Fatal(err)
		}
		var r wire.Reader
		v, err := r.Read([]byte(docs[0]))
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range v.Get("tagSet").Items() {
			if got, _ := tag.Get("value").Text(); tag.Get("key").Is("a") && got != d {
				t.Errorf("%q became %q", d, got)
			}
		}
	}
}

func TestMarksTellEqualSecretsAndNothingElse(t *testing.T) {
	t.Parallel()
	one, two := wire.NewRedactor([32]byte{1}), wire.NewRedactor([32]byte{2})
	key := []byte(secrets[0].text)
	a, ok := one.Replace(key)
	b, _ := one.Replace(bytes.Clone(key))
	c, _ := two.Replace(key)
	d, _ := one.Replace([]byte(secrets[1].text))
	if !ok || a != b || a == c || a == d {
		t.Errorf("marks %s %s %s %s", a, b, c, d)
	}
	if want := "[redacted:aws_access_key:"; !strings.HasPrefix(a, want) || len(a) != len(want)+17 {
		t.Errorf("the mark is %s", a)
	}
}

func TestIsRedacted(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"[redacted:aws_access_key:9f86d081884c7d65]": true,
		"[redacted:hidden:0000000000000000]":         true,
		"":                                           false,
		"[redacted]":                                 false,
		"[redacted::9f86d081884c7d65]":               false,
		"[redacted:jwt:9f86d081884c7d6]":             false,
		"[redacted:jwt:9f86d081884c7d65":             false,
		"[redacted:jwt:9F86D081884C7D65]":            false,
		"[redacted:jwt:9f86d081884c7d65] and more":   false,
		"x[redacted:jwt:9f86d081884c7d65]":           false,
		"[redacted:j w t:9f86d081884c7d65]":          false,
	} {
		if got := wire.IsRedacted(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestFindSecrets(t *testing.T) {
	t.Parallel()
	for _, s := range secrets {
		text := []byte("ü " + s.text + "\n" + s.text + " ")
		found := wire.FindSecrets(text)
		n := 0
		for _, m := range found {
			if m.Kind == s.kind {
				n++
			}
			if m.From < 0 || m.From >= m.To || m.To > len(text) || strings.HasPrefix(string(text[m.From:m.To]), " ") {
				t.Errorf("%s stands at %d to %d", m.Kind, m.From, m.To)
			}
		}
		if want := 2; n != want && (s.kind != "gcp_service_account_key" || n != 1) {
			t.Errorf("%s was found %d times: %v", s.kind, n, found)
		}
	}
	for _, d := range decoys {
		if got := wire.FindSecrets([]byte(d)); got != nil {
			t.Errorf("%q: %v", d, got)
		}
	}
}
