package awsfact

import "testing"

func TestSensitive(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key, value string
		want       bool
	}{
		{"Name", "web-1", false},
		{"env", "prod", false},
		{"aws:autoscaling:groupName", "app-prod", false},
		{"password", "x", true},
		{"DBPassword", "x", true},
		{"dbpassword", "x", true},
		{"db_passwd", "x", true},
		{"root pwd", "x", true},
		{"client-secret", "x", true},
		{"clientsecret", "x", true},
		{"secretary", "Ann", false},
		{"token", "x", true},
		{"githubToken", "x", true},
		{"API_TOKENS", "x", true},
		{"tokenizer", "v2", false},
		{"api key", "x", true},
		{"api-key", "x", true},
		{"APIKey", "x", true},
		{"apikey", "x", true},
		{"PrivateKey", "x", true},
		{"access.key.id", "x", true},
		{"monkey", "x", false},
		{"ssh-key", "x", false},
		{"credentials", "x", true},
		{"note", "the password is hunter2", true},
		{"note", "token=abc", true},
		{"classification", "secret", true},
		{"note", "see vault", false},
		{"db_pass", "x", true},
		{"pass-through", "x", false},
		{"smoke-test", "pass", false},
		{"db", "[redacted:named_secret:9f86d081884c7d65]", true},
		{"Owner", "ann", true},
		{"owner-email", "ann@example.com", true},
		{"role", "owner", false}, // as a value it says nothing
		{"cost-center", "42", true},
		{"CostCenter", "42", true},
		{"costcentre", "42", true},
		{"coast", "east", false},
		{"tier", "low cost", false},
		{"note", "[redacted:jwt:9f86d081884c7d65]", true},
		{"[redacted:jwt:9f86d081884c7d65]", "", true},
		{"", "", false},
	} {
		if got := sensitive(c.key, c.value); got != c.want {
			t.Errorf("%q = %q: %v", c.key, c.value, got)
		}
	}
}
