package cloud

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"plumbline/internal/wire"
)

// maxWords is how much of a cloud's message is kept.
const maxWords = 500

// Words makes a cloud's own message fit to be kept and shown: one line, at
// most 500 bytes, and without what could be a secret. Clouds do put secrets
// there: a refused signature is answered with the request that was signed,
// session token included, and a refused permission with an encoded blob.
func Words(message string) string {
	for _, mark := range blobs {
		if i := strings.Index(message, mark); i >= 0 {
			message = message[:i]
		}
	}
	message = longRun.ReplaceAllString(message, "[…]")
	words := strings.FieldsFunc(strings.ToValidUTF8(message, "�"), func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) })
	for i, w := range words {
		if wire.SecretKind([]byte(w)) != "" {
			words[i] = "[…]"
		}
	}
	message = strings.Join(words, " ")
	return shorten(strings.TrimRight(message, " :"))
}

// What follows one of these is of no use to a reader, or a secret.
var blobs = []string{
	"Encoded authorization failure message", // EC2, since 2012; IAM names it an encoded message
	"The Canonical String for this request",
	"The String-to-Sign should have been",
	"x-amz-security-token",
	"X-Amz-Security-Token",
}

// A run of 40 characters of Base64 is a key, a token or a blob; names and ARNs
// have a colon, a hyphen or a dot before they grow so long.
var longRun = regexp.MustCompile(`[A-Za-z0-9+/=]{40,}`)

func shorten(s string) string {
	if len(s) <= maxWords {
		return s
	}
	end := maxWords - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
