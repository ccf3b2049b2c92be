package awssim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// signedBy checks a signature as "Signature Version 4 signing process" in the
// IAM user guide says. Paths are those that need no escaping.
func signedBy(secret string, c credential, r *http.Request, body []byte) bool {
	var canonical strings.Builder
	canonical.WriteString(r.Method + "\n" + r.URL.EscapedPath() + "\n" + strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20") + "\n")
	for _, name := range c.signed {
		v := strings.Join(strings.Fields(r.Header.Get(name)), " ")
		switch name {
		case "host":
			v = r.Host
		case "content-length":
			v = strings.TrimSpace(r.Header.Get("Content-Length"))
		}
		canonical.WriteString(name + ":" + v + "\n")
	}
	canonical.WriteString("\n" + strings.Join(c.signed, ";") + "\n" + hexHash(body))
	scope := c.date + "/" + c.region + "/" + c.service + "/aws4_request"
	text := "AWS4-HMAC-SHA256\n" + r.Header.Get("X-Amz-Date") + "\n" + scope + "\n" + hexHash([]byte(canonical.String()))
	key := []byte("AWS4" + secret)
	for _, part := range []string{c.date, c.region, c.service, "aws4_request"} {
		key = keyed(key, part)
	}
	return hmac.Equal([]byte(hex.EncodeToString(keyed(key, text))), []byte(c.signature))
}

func keyed(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hexHash(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
