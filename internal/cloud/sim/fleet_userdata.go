package sim

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"strings"
)

// A Find is a secret that truly stands in user data. Kinds are those that the
// issuers' forms tell; the place is the part of a MIME archive ("part 2"), the
// file that cloud-init writes ("/etc/app.env"), both with a comma between, or
// "" for the text itself. Lines count from 1 in that place.
type Find struct {
	Kind, Place string
	Line        int
}

// A UserDataCase is user data, with what is hidden in it.
type UserDataCase struct {
	Name  string
	Data  string // as given to EC2, before base64; "" is none
	Finds []Find
}

// Base64 is the data as EC2 tells it, "" where there is none.
func (c UserDataCase) Base64() string {
	if c.Data == "" {
		return ""
	}
	return base64.StdEncoding.EncodeToString([]byte(c.Data))
}

// UserDataCases returns every case, in a fixed order.
func UserDataCases() []UserDataCase { return userDataCases }

// Secrets that were never anybody's, put together here so that none is a
// literal anywhere.
var (
	fakeKey    = "AKIA" + strings.Repeat("Q7", 4) + "PLUMBLIN"
	fakeGitHub = "ghp_" + strings.Repeat("x9Kd", 9)
	fakeURL    = "postgres://app:" + "correct-horse" + "@db.internal:5432/app"
	fakePEM    = "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END " + "RSA PRIVATE KEY-----"
	fakeStripe = "sk_" + "live_" + strings.Repeat("4e", 12)
	fakeSlack  = "xoxb-" + "123456789012-" + strings.Repeat("aB", 6)
)

const plainScript = "#!/bin/bash\nset -e\nyum update -y\n"

var userDataCases = []UserDataCase{
	{Name: "none"},
	{Name: "a plain script without secrets", Data: plainScript + "systemctl enable --now app\n"},
	{Name: "an access key in a script", Data: plainScript + "export AWS_ACCESS_KEY_ID=" + fakeKey + "\n", Finds: []Find{{"aws_access_key", "", 4}}},
	{Name: "a password in a URL", Data: plainScript + "\nDATABASE_URL='" + fakeURL + "' ./migrate\n", Finds: []Find{{"url_password", "", 5}}},
	{Name: "a private key", Data: "#!/bin/sh\ncat > /etc/app.pem <<END\n" + fakePEM + "\nEND\n", Finds: []Find{{"private_key", "", 3}}},
	{Name: "two of them", Data: "#!/bin/sh\nA=" + fakeGitHub + "\nB=1\nC=" + fakeStripe + "\n", Finds: []Find{{"github_token", "", 2}, {"stripe_key", "", 4}}},
	{Name: "lines that end as on Windows", Data: "<powershell>\r\n$k = '" + fakeSlack + "'\r\n</powershell>\r\n", Finds: []Find{{"slack_token", "", 2}}},
	{Name: "compressed", Data: zip(plainScript + "token=" + fakeGitHub + "\n"), Finds: []Find{{"github_token", "", 4}}},
	{Name: "compressed, without secrets", Data: zip(plainScript)},
	{Name: "a MIME archive", Data: mimeParts(
		[2]string{"text/cloud-config", "#cloud-config\npackages:\n  - nginx\n"},
		[2]string{"text/x-shellscript", "#!/bin/sh\nexport KEY=" + fakeKey + "\n"}), Finds: []Find{{"aws_access_key", "part 2", 2}}},
	{Name: "cloud-config that writes a file", Data: "#cloud-config\nwrite_files:\n  - path: /etc/app.env\n    permissions: '0600'\n    content: |\n      PORT=8080\n      DATABASE_URL=" + fakeURL + "\n",
		Finds: []Find{{"url_password", "/etc/app.env", 2}}},
	{Name: "cloud-config that writes a file in base64", Data: "#cloud-config\nwrite_files:\n  - path: /etc/app.env\n    encoding: b64\n    content: " +
		base64.StdEncoding.EncodeToString([]byte("PORT=8080\nGITHUB="+fakeGitHub+"\n")) + "\n", Finds: []Find{{"github_token", "/etc/app.env", 2}}},
	{Name: "cloud-config that writes a compressed file", Data: "#cloud-config\nwrite_files:\n  - encoding: gz+b64\n    content: " +
		base64.StdEncoding.EncodeToString([]byte(zip("one\ntwo\nkey="+fakeKey+"\n"))) + "\n    path: /root/key\n", Finds: []Find{{"aws_access_key", "/root/key", 3}}},
	{Name: "look-alikes", Data: "#!/bin/sh\n# the key AKIA is in the vault; see arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf\nPASSWORD=$(aws secretsmanager get-secret-value --secret-id db)\n" +
		"ROLE=AROA" + strings.Repeat("Q7", 8) + "\ncurl -fsSL https://user@example.com/install.sh | sh\nsha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n" +
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\nTOKEN=${TOKEN:?}\nssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 ops\n"},
	{Name: "bytes that are no text", Data: "\x7fELF\x02\x01\x01\x00\xff\xfe\x00\x00" + strings.Repeat("\x00\x90", 40)},
}

// UserDataNamed finds a case by name; there must be one. "" is none.
func UserDataNamed(name string) UserDataCase {
	if name == "" {
		return userDataCases[0]
	}
	for _, c := range userDataCases {
		if c.Name == name {
			return c
		}
	}
	panic("no such user data: " + name)
}

func zip(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text)) // to memory
	_ = z.Close()
	return b.String()
}

// mimeParts is a MIME multi-part archive as cloud-init reads it, of media types
// and texts.
func mimeParts(parts ...[2]string) string {
	const edge = "==plumb=="
	var b strings.Builder
	b.WriteString("Content-Type: multipart/mixed; boundary=\"" + edge + "\"\nMIME-Version: 1.0\n\n")
	for _, p := range parts {
		b.WriteString("--" + edge + "\nContent-Type: " + p[0] + "; charset=\"us-ascii\"\nMIME-Version: 1.0\nContent-Transfer-Encoding: 7bit\n\n" + p[1] + "\n")
	}
	b.WriteString("--" + edge + "--\n")
	return b.String()
}
