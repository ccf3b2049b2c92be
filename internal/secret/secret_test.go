package secret_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/secret"
	"plumbline/internal/wire"
)

// What stands for secrets is put together here, so that no scanner of source
// code takes this file for a leak.
var (
	keyID    = "AKIA" + "IOSFODNN7EXAMPLE"
	awsKey   = "wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYEXAMPLEKEY"
	ghToken  = "ghp_" + strings.Repeat("aB3d", 9)
	jwt      = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
	password = "Tr0ub4dor" + "-hunter2"
	apiKey   = "9c57d3f6f0a1" + "b2c4e5f60718"
	hash     = "$6$" + "rounds=4096$saltsalt$" + strings.Repeat("aB3d", 8)
	pem      = "-----BEGIN " + "RSA PRIVATE KEY-----\n" + strings.Repeat("MIIEowIBAAKCAQEA\n", 4) + "-----END RSA PRIVATE KEY-----"
)

// fill puts the secrets into a text.
func fill(text string) string {
	return strings.NewReplacer("KEYID", keyID, "AWSKEY", awsKey, "GHTOKEN", ghToken, "JWT", jwt, "PASSWORD_", password, "APIKEY_", apiKey, "HASH_", hash, "PEM", pem,
		"BASIC", b64("bot:"+password)).Replace(text)
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func gz(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

func scan(text string) secret.Report { return secret.Scan([]byte(b64(text)), secret.Options{}) }

// told writes finds as "kind place:line".
func told(r secret.Report) []string {
	var out []string
	for _, f := range r.Finds {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s:%d", f.Kind, f.Place, f.Line)))
	}
	return out
}

// TestSecretsAreFound has one secret in each line, but for lines that are not
// its own: each find is in line 1 unless it is said.
func TestSecretsAreFound(t *testing.T) {
	t.Parallel()
	const assigned, given, token, hashed = "password_assignment", "password_argument", "token_assignment", "password_hash"
	for text, kind := range map[string]string{
		"export AWS_ACCESS_KEY_ID=KEYID":                                               "aws_access_key",
		"aws_access_key_id = KEYID":                                                    "aws_access_key",
		"export AWS_SECRET_ACCESS_KEY=AWSKEY":                                          "aws_secret_key",
		"aws_secret_access_key = AWSKEY":                                               "aws_secret_key",
		`"SecretAccessKey": "AWSKEY",`:                                                 "aws_secret_key",
		"AWS_SECRET_KEY: AWSKEY":                                                       "aws_secret_key",
		"aws configure set aws_secret_access_key AWSKEY":                               "aws_secret_key",
		"aws configure set default.aws_secret_access_key AWSKEY --profile x":           "aws_secret_key",
		"cat > k <<EOF\nPEM\nEOF":                                                      "private_key 2",
		"git clone https://GHTOKEN@github.com/example/app":                             "github_token",
		"curl -H 'Authorization: Bearer JWT' https://x":                                "jwt",
		"DATABASE_URL=postgres://app:PASSWORD_@db/app":                                 "url_password",
		"git clone https://bot:PASSWORD_@git.example.com/app":                          "url_password",
		"DB_PASSWORD=PASSWORD_":                                                        assigned,
		"export DB_PASSWORD='PASSWORD_'":                                               assigned,
		`MYSQL_ROOT_PASSWORD="PASSWORD_"`:                                              assigned,
		"DB_PASSWORD=changeme":                                                         assigned,
		"PGPASSWORD=PASSWORD_ psql -h db":                                              assigned,
		"docker run -e DB_PASSWORD=PASSWORD_ app":                                      assigned,
		"docker run --env=DB_PASSWORD=PASSWORD_ app":                                   assigned,
		"kubectl create secret generic x --from-literal=password=PASSWORD_":            assigned,
		"# the password\nADMIN_PASS=PASSWORD_":                                         assigned + " 2",
		"password = PASSWORD_":                                                         assigned,
		"spring.datasource.password=PASSWORD_":                                         assigned,
		"password: PASSWORD_":                                                          assigned,
		"  password: 'PASSWORD_' # of the database":                                    assigned,
		"# password: PASSWORD_":                                                        assigned,
		"- password: Pa$word1":                                                         assigned,
		`{"user": "app", "password": "PASSWORD_"}`:                                     assigned,
		`$db['password'] = 'PASSWORD_';`:                                               assigned,
		`'password' => 'PASSWORD_',`:                                                   assigned,
		`$password = "PASSWORD_"`:                                                      assigned,
		`$env:DB_PASSWORD = "PASSWORD_"`:                                               assigned,
		"set DB_PASSWORD=PASSWORD_":                                                    assigned,
		"<password>PASSWORD_</password>":                                               assigned,
		`<add key="x" password="PASSWORD_" />`:                                         assigned,
		"machine git.example.com login bot password PASSWORD_":                         assigned,
		"sed -i 's/^password=.*/password=PASSWORD_/' /etc/app.conf":                    assigned,
		"echo 'password=PASSWORD_' >> /etc/app.conf":                                   assigned,
		"Server=db;User Id=app;Password=PASSWORD_;":                                    assigned,
		"chpasswd <<EOF\nubuntu:PASSWORD_\nEOF":                                        assigned + " 2",
		"helm install x --set auth.password=PASSWORD_,auth.user=u":                     assigned,
		"define('DB_PASSWORD', 'PASSWORD_');":                                          assigned,
		"setx DB_PASSWORD PASSWORD_":                                                   assigned,
		`setx /M DB_PASSWORD "PASSWORD_"`:                                              assigned,
		`setx AWS_SECRET_ACCESS_KEY AWSKEY`:                                            "aws_secret_key",
		`[Environment]::SetEnvironmentVariable("DB_PASSWORD", "PASSWORD_", "Machine")`: assigned,
		`[System.Environment]::SetEnvironmentVariable('API_TOKEN','APIKEY_')`:          token,
		"FROM x\nENV DB_PASSWORD PASSWORD_":                                            assigned + " 2",
		"env:\n- name: DB_PASSWORD\n  value: PASSWORD_":                                assigned + " 3",
		`{"environment": [{"name": "DB_PASSWORD", "value": "PASSWORD_"}]}`:             assigned,
		"tailscale up --authkey APIKEY_":                                               token,
		"mysql -uroot -pPASSWORD_<x.sql":                                               given,
		"app --password PASSWORD_ --verbose":                                           given,
		"app --password 'PASSWORD_'":                                                   given,
		"app --password=PASSWORD_":                                                     assigned,
		"aws rds create-db-instance --master-user-password PASSWORD_":                  given,
		"Connect-App -Password 'PASSWORD_'":                                            given,
		"curl -u bot:PASSWORD_ https://x":                                              given,
		"curl -sS --user 'bot:PASSWORD_' https://x":                                    given,
		"curl -fsSL \\\n  -u bot:PASSWORD_ \\\n  https://x":                            given + " 2",
		"mysql -u root -pPASSWORD_ -e 'select 1'":                                      given,
		"mysqldump -uroot -p'PASSWORD_' app":                                           given,
		"mysqladmin -u root password PASSWORD_":                                        given,
		"sshpass -p PASSWORD_ ssh host":                                                given,
		"docker login -u bot -p PASSWORD_ registry.example.com":                        given,
		"redis-cli -h cache -a PASSWORD_ ping":                                         given,
		"ldapsearch -x -D cn=admin -w PASSWORD_ -b dc=example":                         given,
		"htpasswd -bc /etc/nginx/htpasswd admin PASSWORD_":                             given,
		"openssl rsa -in k -passin pass:PASSWORD_":                                     given,
		"rabbitmqctl add_user app PASSWORD_":                                           given,
		"echo 'ubuntu:PASSWORD_' | chpasswd":                                           given,
		"echo ubuntu:PASSWORD_ | sudo chpasswd":                                        given,
		"echo PASSWORD_ | passwd ec2-user --stdin":                                     given,
		"echo PASSWORD_ | docker login -u bot --password-stdin":                        given,
		"net user Administrator PASSWORD_":                                             given,
		"net user ops PASSWORD_ /add":                                                  given,
		`net use Z: \\files\share /user:ops PASSWORD_`:                                 given,
		"cmdkey /add:files /user:ops /pass:PASSWORD_":                                  given,
		`$p = ConvertTo-SecureString "PASSWORD_" -AsPlainText -Force`:                  given,
		`$p = ConvertTo-SecureString -AsPlainText -Force -String 'PASSWORD_'`:          given,
		"mysql -e \"CREATE USER 'app' IDENTIFIED BY 'PASSWORD_'\"":                     given,
		"psql -c \"ALTER USER app WITH PASSWORD 'PASSWORD_'\"":                         given,
		"curl -H 'Authorization: Bearer APIKEY_' https://x":                            "authorization_header",
		"curl -H 'Authorization: Basic BASIC' https://x":                               "authorization_header",
		`{"auths": {"registry.example.com": {"auth": "BASIC"}}}`:                       "authorization_header",
		`ECS_ENGINE_AUTH_DATA={"https://index.docker.io/v1/":{"auth":"BASIC"}}`:        "authorization_header",
		`echo "{\"auths\":{\"x\":{\"auth\":\"BASIC\"}}}" > ~/.docker/config.json`:      "authorization_header",
		"export DD_API_KEY=APIKEY_":                                                    token,
		"api_key: APIKEY_":                                                             token,
		"curl -H 'X-Api-Key: APIKEY_' https://x":                                       token,
		"kubeadm join --token abcdef.0123456789abcdef 10.0.0.1:6443":                   token,
		"K3S_TOKEN=K10APIKEY_::server:APIKEY_":                                         token,
		"client_secret: APIKEY_":                                                       token,
		"//registry.npmjs.org/:_authToken=APIKEY_":                                     token,
		"usermod -p 'HASH_' ubuntu":                                                    hashed,
		"echo 'ubuntu:HASH_' | chpasswd -e":                                            hashed,
		"passwd: HASH_":                                                                hashed,
	} {
		text = fill(text)
		kind, line, ok := strings.Cut(kind, " ")
		if !ok {
			line = "1"
		}
		r := scan(text)
		if diff := cmp.Diff([]string{kind + " :" + line}, told(r)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", text, diff)
		}
		if !r.Readable || r.Why != "" {
			t.Errorf("%s: %+v", text, r)
		}
		for _, f := range r.Finds {
			if !strings.Contains(text, string(f.Secret)) {
				t.Errorf("%q is not in %s", f.Secret, text)
			}
		}
	}
}

const two = "#!/bin/bash\nyum -y update\nDB_PASSWORD=PASSWORD_\nAWS_ACCESS_KEY_ID=KEYID\n"

func mimeOf(parts ...string) string {
	b := "Content-Type: multipart/mixed; boundary=\"==B==\"\nMIME-Version: 1.0\n\n"
	for _, p := range parts {
		b += "--==B==\n" + p + "\n"
	}
	return b + "--==B==--\n"
}

func TestPackingsAreUnpacked(t *testing.T) {
	t.Parallel()
	script := fill(two)
	env := fill("A=1\nDB_PASSWORD=PASSWORD_\n")
	shell := "Content-Type: text/x-shellscript\n\n" + script
	found := func(place string) []string {
		return []string{strings.TrimSpace("password_assignment "+place) + ":3", strings.TrimSpace("aws_access_key "+place) + ":4"}
	}
	at := func(s ...string) []string { return s }
	for about, c := range map[string]struct {
		data   string
		format string
		want   []string
	}{
		"a script":              {script, "script", at("password_assignment :3", "aws_access_key :4")},
		"a script after a line": {"\n" + script, "script", at("password_assignment :4", "aws_access_key :5")},
		"plain text":            {env, "text", at("password_assignment :2")},
		"line ends of Windows":  {strings.ReplaceAll("<script>\r\n"+env, "\n", "\r\n"), "windows", at("password_assignment :3")},
		"powershell":            {fill("<powershell>\n$password = 'PASSWORD_'\n</powershell>"), "windows", at("password_assignment :2")},
		"gzip":                  {gz(script), "gzip+script", at("password_assignment :3", "aws_access_key :4")},
		"gzip of gzip":          {gz(gz(script)), "gzip+gzip+script", at("password_assignment :3", "aws_access_key :4")},
		"base64 twice":          {b64(script), "base64+script", at("password_assignment :3", "aws_access_key :4")},
		"utf-16":                {utf16of(script), "utf-16+script", at("password_assignment :3", "aws_access_key :4")},
		"nothing":               {"", "empty", at()},
		"an include":            {fill("#include\nhttps://bot:PASSWORD_@x.example.com/a"), "include", at("url_password :2")},
		"mime":                  {mimeOf("Content-Type: text/plain\n\nhello", shell), "mime", found("part 2")},
		"gzip of mime":          {gz(mimeOf(shell)), "gzip+mime", found("part 1")},
		"mime in mime":          {mimeOf("Content-Type: text/plain\n\nx", mimeInMime(shell)), "mime", found("part 2 part 1")},
		"a part in base64":      {mimeOf("Content-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\n" + b64(script)), "mime", found("part 1")},
		"a part in gzip":        {mimeOf("Content-Type: application/x-gzip\nContent-Transfer-Encoding: base64\n\n" + b64(gz(script))), "mime", found("part 1")},
		"a quoted-printable part": {mimeOf("Content-Transfer-Encoding: quoted-printable\n\n" + strings.ReplaceAll(script, "=", "=3D")), "mime",
			found("part 1")},
		"a boundary on a line of its own": {strings.Replace(mimeOf(shell), "; boundary", ";\n boundary", 1), "mime", found("part 1")},
		"line ends of mail":               {strings.ReplaceAll(mimeOf(shell), "\n", "\r\n"), "mime", found("part 1")},
		"a message of one part":           {"MIME-Version: 1.0\nContent-Type: text/x-shellscript\n\n" + script, "mime", at("password_assignment :3", "aws_access_key :4")},
		"cloud-config in a part": {mimeOf("Content-Type: text/plain\n\nx", "Content-Type: text/cloud-config\n\n#cloud-config\nwrite_files:\n- path: /etc/app.env\n  content: |\n    A=1\n    DB_PASSWORD="+password+"\n"), "mime",
			at("password_assignment part 2 /etc/app.env:2")},
		"an archive": {"#cloud-config-archive\n- type: text/x-shellscript\n  content: |\n    #!/bin/sh\n    DB_PASSWORD=" + password + "\n", "cloud-config-archive", at("password_assignment part 1:2")},
		"a template": {"## template: jinja\n#cloud-config\npassword: " + password + "\n", "cloud-config", at("password_assignment :3")},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			r := scan(c.data)
			if diff := cmp.Diff(c.want, told(r)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if r.Format != c.format || !r.Readable || r.Bytes != len(c.data) {
				t.Errorf("%+v", r)
			}
		})
	}
}

func mimeInMime(part string) string { return strings.ReplaceAll(mimeOf(part), "==B==", "==C==") }

func utf16of(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func TestCloudConfig(t *testing.T) {
	t.Parallel()
	env := fill("A=1\nDB_PASSWORD=PASSWORD_\n")
	for about, c := range map[string]struct {
		text string
		want []string
	}{
		"a password":           {"password: PASSWORD_\n", []string{"password_assignment :2"}},
		"a password in braces": {"chpasswd: {expire: false, users: [{name: u, password: PASSWORD_, type: text}]}\n", []string{"password_assignment :2"}},
		"lines of chpasswd":    {"chpasswd:\n  list: |\n    ubuntu:PASSWORD_\n    root:RANDOM\n    ops:HASH_\n", []string{"password_assignment :4", "password_hash :6"}},
		"a list of chpasswd":   {"chpasswd:\n  list:\n    - ubuntu:PASSWORD_\n    - root:RANDOM\n", []string{"password_assignment :4"}},
		"users":                {"users:\n  - name: a\n    passwd: HASH_\n  - name: b\n    plain_text_passwd: PASSWORD_\n", []string{"password_hash :4", "password_assignment :6"}},
		"a command":            {"runcmd:\n  - mysql -u root -pPASSWORD_ app\n", []string{"password_argument :3"}},
		"a command of words":   {"runcmd:\n  - [curl, -u, \"bot:PASSWORD_\", https://x]\n", []string{"password_argument :3"}},
		"words on lines":       {"runcmd:\n  -\n    - app\n    - --password\n    - PASSWORD_\n", []string{"password_argument :4"}},
		"a file":               {"write_files:\n  - path: /etc/app.env\n    content: |\n      A=1\n      DB_PASSWORD=PASSWORD_\n    owner: root\n", []string{"password_assignment /etc/app.env:2"}},
		"a file on one line":   {"write_files:\n  - {path: /etc/app.env, content: \"A=1\\nDB_PASSWORD=PASSWORD_\\nB=2\"}\n", []string{"password_assignment /etc/app.env:2"}},
		"a file in base64":     {"write_files:\n- encoding: b64\n  content: " + b64(env) + "\n  path: /etc/app.env\n", []string{"password_assignment /etc/app.env:2"}},
		"a file in gzip":       {"write_files:\n- encoding: gz+b64\n  content: |\n    " + b64(gz(env)) + "\n  path: /etc/app.env\n", []string{"password_assignment /etc/app.env:2"}},
		"a binary file":        {"write_files:\n- content: !!binary |\n    " + b64(gz(env)) + "\n  path: /etc/app.env\n  encoding: \"\"\n", []string{"password_assignment /etc/app.env:2"}},
		"a file with a secret for a name": {"write_files:\n- content: DB_PASSWORD=PASSWORD_\n  path: /etc/KEYID\n",
			[]string{"aws_access_key :4", "password_assignment a file:1"}},
		"a comment":                   {"# DB_PASSWORD=PASSWORD_\npackages: [jq]\n", []string{"password_assignment :2"}},
		"a secret beside a file":      {"write_files:\n- path: /a\n  content: |\n    DB_PASSWORD=PASSWORD_\npassword: PASSWORD_\n", []string{"password_assignment :6", "password_assignment /a:1"}},
		"a secret in any other place": {"apt:\n  sources:\n    x: {source: \"deb https://bot:PASSWORD_@apt.example.com\"}\n", []string{"url_password :4"}},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			r := scan("#cloud-config\n" + fill(c.text))
			if diff := cmp.Diff(c.want, told(r)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if r.Format != "cloud-config" || !r.Readable {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestWhatWasNotReadIsNotClean(t *testing.T) {
	t.Parallel()
	bomb := gz(strings.Repeat("\x00", 20<<20))
	deep := "x"
	for range 12 {
		deep = gz(deep)
	}
	nested := "Content-Type: text/plain\n\nx"
	for i := range 12 {
		nested = strings.ReplaceAll(mimeOf(nested), "==B==", fmt.Sprintf("==%d==", i))
	}
	for about, c := range map[string]struct{ data, why string }{
		"a bomb":                      {b64(bomb), "more than is looked through"},
		"gzip in gzip in gzip":        {b64(deep), "packed too deep"},
		"mime in mime in mime":        {b64(nested), "packed too deep"},
		"parts without end":           {b64(mimeOf(strings.Split(strings.Repeat("\n\nx|", 300), "|")...)), "more parts"},
		"no base64":                   {"#!/bin/sh\necho", "not base64"},
		"gzip that is cut":            {b64(gz(strings.Repeat("echo 1\n", 99))[:30]), "gzip ends early"},
		"gzip that is none":           {b64("\x1f\x8bxxxx"), "is not"},
		"something else":              {b64("PK\x03\x04\x00\x00\x00\x00"), "neither text"},
		"a file of another form":      {b64("#cloud-config\nwrite_files: [{path: /a, encoding: rot13, content: x}]\n"), "/a: it has an encoding"},
		"a file that is no b64":       {b64("#cloud-config\nwrite_files: [{path: /a, encoding: b64, content: '{}'}]\n"), "/a: it is not the base64"},
		"a cloud-config that is none": {b64("#cloud-config\na: [b\n"), "not YAML"},
		"YAML without end":            {b64("#cloud-config\na: " + strings.Repeat("[", 5000)), "not YAML"},
		"parts without boundary":      {b64("Content-Type: multipart/mixed\n\nx"), "where they end"},
		"a message without parts":     {b64("Content-Type: multipart/mixed; boundary=b\n\nx"), "without its parts"},
		"an unknown transfer":         {b64(mimeOf("Content-Transfer-Encoding: uuencode\n\nx")), "part 1: it has a transfer encoding"},
		"secrets without end":         {b64(numbered(3000)), "more secrets"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			r := secret.Scan([]byte(c.data), secret.Options{})
			if r.Readable || !strings.Contains(r.Why, c.why) || len(r.Finds) > 1000 {
				t.Errorf("readable %v, %q, %d finds", r.Readable, r.Why, len(r.Finds))
			}
		})
	}
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "DB_PASSWORD=hunter-%d\n", i)
	}
	return b.String()
}

func TestWhatWasReadBeforeItBrokeIsTold(t *testing.T) {
	t.Parallel()
	for about, data := range map[string]string{
		"the second part is broken": mimeOf("\n"+fill(two), "Content-Transfer-Encoding: base64\n\n!!"),
		"not YAML":                  "#cloud-config\n" + fill(two) + "a: [b\n",
	} {
		if r := scan(data); r.Readable || len(r.Finds) != 2 {
			t.Errorf("%s: %+v", about, r)
		}
	}
}

func TestAReportTellsNoSecret(t *testing.T) {
	t.Parallel()
	r := scan(fill(two))
	out, err := json.Marshal(r)
	if err != nil || len(r.Finds) != 2 || bytes.Contains(out, []byte(password)) || bytes.Contains(out, []byte(b64(password)[:12])) {
		t.Errorf("%s, %v", out, err)
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	red := wire.NewRedactor([32]byte{1})
	data := []byte(b64(fill(two)))
	got := secret.Digest(data, red.Mark)
	want := fmt.Sprintf(`{"bytes":%d,"finds":[{"hash":%q,"kind":"password_assignment","line":3,"place":""},{"hash":%q,"kind":"aws_access_key","line":4,"place":""}],"format":"script","readable":true,"why":""}`,
		len(fill(two)), red.Mark("password_assignment", []byte(password)), red.Mark("aws_access_key", []byte(keyID)))
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	var p wire.Page
	shape := &wire.Shape{Split: wire.Split{Whole: true}, Digest: map[string]wire.Digest{"userData/value": secret.Digest}}
	body := []byte(`<DescribeInstanceAttributeResponse><instanceId>i-1</instanceId><userData><value>` + string(data) + `</value></userData></DescribeInstanceAttributeResponse>`)
	if _, err := p.Parse(body, shape, red, func(d wire.Doc) error {
		if diff := cmp.Diff(`{"instanceId":"i-1","userData":{"value":`+want+`}}`, string(d.JSON)); diff != "" {
			t.Error(diff)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
