package wire_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/wire"
)

// Keys under which people keep secrets, as they spell them.
var secretNames = []string{
	"password", "db-password", "DBPassword", "dbpassword", "MYSQL_ROOT_PASSWORD", "db_passwd", "root pwd", "passphrase",
	"AWS_SECRET_ACCESS_KEY", "client-secret", "clientsecret", "app/secrets", "SecretKey", "token", "githubToken", "API_TOKENS",
	"api key", "api-key", "APIKey", "apikey", "private-key", "PrivateKey", "privatekey", "access.key.id", "credentials", "db:credential",
	"DB_PASS", "pass", "adminPass",
}

// Names that only look like them.
var harmlessNames = []string{
	"", "Name", "owner", "Owner", "cost-center", "CostCentre", "env", "aws:autoscaling:groupName", "secretary", "tokenizer", "monkey",
	"ssh-key", "KeyName", "kms-key-id", "compass", "passenger", "bypass", "pass-through", "author", "keyboard", "privatelink", "api", "access",
}

func TestNamesSecret(t *testing.T) {
	t.Parallel()
	for _, n := range secretNames {
		if !wire.NamesSecret(n) {
			t.Errorf("%q names a secret and is not told", n)
		}
	}
	for _, n := range harmlessNames {
		if wire.NamesSecret(n) {
			t.Errorf("%q names no secret and is told as one", n)
		}
	}
}

func TestTheValueBesideANameOfASecretNeverReachesADocument(t *testing.T) {
	t.Parallel()
	for _, name := range secretNames {
		for _, value := range []string{"Tr0ub4dor-hunter2", "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY", "a&b", "ü", " "} {
			docs, redacted := named(t, tagged(name, value))
			if diff := cmp.Diff([]string{"/tagSet/0/value", "/userData"}, redacted); diff != "" {
				t.Errorf("%q (-want +got)\n%s", name, diff)
			}
			if value != " " && bytes.Contains(docs, []byte(value)) || !bytes.Contains(docs, []byte("[redacted:named_secret:")) {
				t.Errorf("%q is told: %s", name, docs)
			}
		}
	}
}

func TestWhatANameDoesNotHideStays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ case_, page, want string }{
		{"a harmless name", tagged("env", "prod"), `{"key":"env","value":"prod"}`},
		{"no value, and that may be told", tagged("password", ""), `{"key":"password","value":null}`},
		{"a token that is known keeps its kind", tagged("token", "ghp_"+strings.Repeat("aB3d", 9)), "[redacted:github_token:"},
		{"the neighbour of a secret", tagged("a-password", "x"), `{"key":"z","value":"last"}`},
		{"the value before the name", strings.Replace(tagged("password", "q7"), "<key>password</key><value>q7</value>", "<value>q7</value><key>password</key>", 1), "[redacted:named_secret:"},
		{"two values", strings.Replace(tagged("password", "q7"), "<value>q7</value>", "<value>q7</value><value>q8</value>", 1), `"value":["[redacted:named_secret:`},
		{"two names", strings.Replace(tagged("password", "q7"), "<key>password</key>", "<key>env</key><key>password</key>", 1), `"value":"[redacted:named_secret:`},
	} {
		t.Run(c.case_, func(t *testing.T) {
			t.Parallel()
			doc, _ := named(t, c.page)
			if !bytes.Contains(doc, []byte(c.want)) || bytes.Contains(doc, []byte("q7")) || bytes.Contains(doc, []byte("q8")) {
				t.Errorf("want %s in\n%s", c.want, doc)
			}
		})
	}
}

func TestNamesWithoutARedactorAreRefused(t *testing.T) {
	t.Parallel()
	var p wire.Page
	shape := &wire.Shape{Split: wire.Split{List: "l"}, Named: map[string]wire.Pair{"tagSet": {Name: "key", Value: "value"}}}
	if _, err := p.Parse([]byte("<r><l/></r>"), shape, nil, func(wire.Doc) error { return nil }); err == nil {
		t.Error("it was read without a redactor")
	}
}

func named(t *testing.T, page string) (doc []byte, redacted []string) {
	t.Helper()
	var p wire.Page
	if _, err := p.Parse([]byte(page), instances, wire.NewRedactor(testKey), func(d wire.Doc) error {
		doc, redacted = bytes.Clone(d.JSON), d.Redacted
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return doc, redacted
}
