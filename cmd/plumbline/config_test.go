package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/rule"
)

// good is a configuration without a fault.
func good(t *testing.T) serveCmd {
	return serveCmd{databaseFlags: databaseFlags{DataDir: t.TempDir()}, webFlags: webFlags{Listen: "127.0.0.1:0"}, workerFlags: workerFlags{Workers: "4", Stale: "1m", SweepEvery: "1m"}}
}

// ruleDir is a directory with one rule, that asks something else where pass is
// not empty.
func ruleDir(t *testing.T, pass string) string {
	t.Helper()
	_, text, err := rule.Skeleton("ORG-AWS-NET-001", estate.KindWorkload)
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`(?m)^name: \S+`)
	text = name.ReplaceAllString(text, "name: org-aws-net-001")
	if pass != "" {
		text = regexp.MustCompile(`(?m)^pass: .*$`).ReplaceAllString(text, "pass: '"+pass+"'")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "org-aws-net-001.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestEachFaultOfAConfigurationNamesFlagAndVariable(t *testing.T) {
	t.Setenv(keyVariable, "")
	cert, key := certificate(t)
	for name, c := range map[string]struct {
		set  func(*serveCmd)
		want string // "" is no fault
	}{
		"as it comes":                         {func(*serveCmd) {}, ""},
		"an address without a port":           {func(c *serveCmd) { c.Listen = "127.0.0.1" }, "--listen (PLUMBLINE_LISTEN): \"127.0.0.1\" is not an address"},
		"a port that is none":                 {func(c *serveCmd) { c.Listen = "127.0.0.1:http" }, "--listen"},
		"a port that is too high":             {func(c *serveCmd) { c.Listen = "127.0.0.1:70000" }, "--listen"},
		"a name to listen at":                 {func(c *serveCmd) { c.Listen = "plumbline.example.com:80" }, "--listen"},
		"IPv6":                                {func(c *serveCmd) { c.Listen = "[::1]:8460" }, ""},
		"every address, and none to type":     {func(c *serveCmd) { c.Listen = "0.0.0.0:8460" }, "--base-url (PLUMBLINE_BASE_URL): it is missing"},
		"every address, by no name":           {func(c *serveCmd) { c.Listen = ":8460" }, "--base-url (PLUMBLINE_BASE_URL): it is missing"},
		"every address behind a proxy":        {func(c *serveCmd) { c.Listen, c.BaseURL = ":8460", "https://plumbline.example.com" }, ""},
		"every address, reached on loopback":  {func(c *serveCmd) { c.Listen, c.BaseURL = ":8460", "http://localhost:8460/" }, ""},
		"passwords in the clear":              {func(c *serveCmd) { c.Listen, c.BaseURL = ":8460", "http://plumbline.example.com" }, "passwords in the clear"},
		"an address of the network, no HTTPS": {func(c *serveCmd) { c.Listen = "10.0.0.7:8460" }, "--listen (PLUMBLINE_LISTEN): 10.0.0.7:8460 can be reached from elsewhere"},
		"an address of the network, HTTPS":    {func(c *serveCmd) { c.Listen, c.Cert, c.Key = "10.0.0.7:8460", cert, key }, ""},
		"a base with a path":                  {func(c *serveCmd) { c.BaseURL = "https://example.com/plumbline" }, "--base-url"},
		"a base that is no address":           {func(c *serveCmd) { c.BaseURL = "example.com" }, "--base-url"},
		"a certificate without its key":       {func(c *serveCmd) { c.Cert = cert }, "--tls-key (PLUMBLINE_TLS_KEY): it is missing"},
		"a key without its certificate":       {func(c *serveCmd) { c.Key = key }, "--tls-cert (PLUMBLINE_TLS_CERT): it is missing"},
		"a key in place of the certificate":   {func(c *serveCmd) { c.Cert, c.Key = key, key }, "PLUMBLINE_TLS_CERT, PLUMBLINE_TLS_KEY"},
		"no worker":                           {func(c *serveCmd) { c.Workers = "0" }, "--workers (PLUMBLINE_WORKERS): \"0\" is not a number from 1 to 64"},
		"too many workers":                    {func(c *serveCmd) { c.Workers = "65" }, "--workers"},
		"workers in words":                    {func(c *serveCmd) { c.Workers = "four" }, "--workers"},
		"proxies":                             {func(c *serveCmd) { c.Proxies = "10.0.0.7, 10.1.0.0/16,fd00::/8" }, ""},
		"a proxy by name":                     {func(c *serveCmd) { c.Proxies = "proxy" }, "--trusted-proxies (PLUMBLINE_TRUSTED_PROXIES): \"proxy\""},
		"a time that is none":                 {func(c *serveCmd) { c.Stale = "soon" }, "--stale"},
		"a database that is no address":       {func(c *serveCmd) { c.Database = "postgres://u:hidden@h:port/x" }, "--database-url (DATABASE_URL)"},
		"rules that hold":                     {func(c *serveCmd) { c.RulesDir = ruleDir(t, "") }, ""},
		"a rule with a flaw":                  {func(c *serveCmd) { c.RulesDir = ruleDir(t, "w.metadata.tokns == \"required\"") }, "--rules-dir (PLUMBLINE_RULES_DIR): the rules there cannot be used"},
		"the flaw's place":                    {func(c *serveCmd) { c.RulesDir = ruleDir(t, "w.metadata.tokns == \"required\"") }, "org-aws-net-001.yaml:"},
		"programs that are not there":         {func(c *serveCmd) { c.PgBin = "/nowhere" }, "--pg-bin (PLUMBLINE_PG_BIN)"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := good(t)
			c.set(&cmd)
			_, err := cmd.config()
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v, want a word of %q", err, c.want)
			case err != nil && (strings.Contains(err.Error(), "hidden") || !strings.Contains(err.Error(), "nothing was started")):
				t.Error(err)
			}
		})
	}
}

// Whoever mends one fault should not meet the next.
func TestAllFaultsAreToldAtOnce(t *testing.T) {
	for name, value := range map[string]string{"DATABASE_URL": "nothing", "PLUMBLINE_PG_BIN": "/nowhere", "PLUMBLINE_LISTEN": "8460", "PLUMBLINE_BASE_URL": "ftp://me:hidden@x",
		"PLUMBLINE_TLS_CERT": "/nowhere", "PLUMBLINE_TRUSTED_PROXIES": "proxy", "PLUMBLINE_WORKERS": "many", keyVariable: "hidden"} {
		t.Setenv(name, value)
	}
	code, _, said := plumbline(t, "serve", "--data-dir", t.TempDir())
	if code != exitError || !strings.Contains(said, "has 8 faults, so nothing was started") {
		t.Errorf("status %d", code)
	}
	for _, variable := range []string{"DATABASE_URL", "PLUMBLINE_PG_BIN", "PLUMBLINE_LISTEN", "PLUMBLINE_BASE_URL", "PLUMBLINE_TLS_KEY", "PLUMBLINE_TRUSTED_PROXIES", "PLUMBLINE_WORKERS", keyVariable} {
		if !strings.Contains(said, variable) {
			t.Errorf("%s is not named", variable)
		}
	}
	if strings.Contains(said, "hidden") {
		t.Error("a secret is shown")
	}
	if t.Failed() {
		t.Log(said)
	}
}

// certificate makes a certificate and its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	is := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	public, err := x509.CreateCertificate(rand.Reader, is, is, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, kind string, b []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	return file("cert.pem", "CERTIFICATE", public), file("key.pem", "PRIVATE KEY", secret)
}

// What the document says of flags and variables is what the program takes: the
// same names, the same defaults, for the same commands.
func TestTheDocumentListsEveryFlagAndVariable(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `(--[a-z-]+)` \\| (`[A-Z_]+`|–) \\| (`[^`]+`|–) \\| ([a-z, ]+) \\|")
	var told []string
	for _, m := range row.FindAllStringSubmatch(string(b), -1) {
		told = append(told, strings.Join(m[1:], " "))
	}
	flags := map[string][]string{}
	var names []string
	for _, c := range []struct {
		name string
		cmd  any
	}{{"serve", serveCmd{}}, {"work", workCmd{}}, {"migrate", migrateCmd{}}} {
		for _, f := range flagsOf(reflect.TypeOf(c.cmd)) {
			if flags[f] == nil {
				names = append(names, f)
			}
			flags[f] = append(flags[f], c.name)
		}
	}
	var taken []string
	for _, f := range names {
		taken = append(taken, f+" "+strings.Join(flags[f], ", "))
	}
	slices.Sort(told)
	slices.Sort(taken)
	if !slices.Equal(told, taken) {
		t.Errorf("the document says\n%s\nand the program takes\n%s", strings.Join(told, "\n"), strings.Join(taken, "\n"))
	}
	if !strings.Contains(string(b), "`"+keyVariable+"`") {
		t.Errorf("the document does not name %s", keyVariable)
	}
}

// flagsOf lists flag, variable and default of a command's struct.
func flagsOf(c reflect.Type) (all []string) {
	or := func(s string) string {
		if s == "" {
			return "–"
		}
		return "`" + s + "`"
	}
	for i := range c.NumField() {
		f := c.Field(i)
		if f.Anonymous {
			all = append(all, flagsOf(f.Type)...)
			continue
		}
		if _, hidden := f.Tag.Lookup("hidden"); hidden {
			continue
		}
		name := f.Tag.Get("name")
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		all = append(all, "--"+name+" "+or(f.Tag.Get("env"))+" "+or(f.Tag.Get("default")))
	}
	return all
}
