package cloud

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWords(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("wJalrXUtnFEMI/K7", 3)
	for name, c := range map[string]struct{ say, want string }{
		"a plain message stays":                 {"Request limit exceeded.", "Request limit exceeded."},
		"an ARN stays whole":                    {"User: arn:aws:sts::111122223333:assumed-role/plumbline-scanner/plumbline is not authorized", "User: arn:aws:sts::111122223333:assumed-role/plumbline-scanner/plumbline is not authorized"},
		"the encoded authorization blob goes":   {"You are not authorized to perform this operation. Encoded authorization failure message: xY_z-" + key, "You are not authorized to perform this operation."},
		"the signed request goes":               {"The signature does not match.\n\nThe Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:abc'", "The signature does not match."},
		"a session token goes where it stands":  {"bad header x-amz-security-token:abc", "bad header"},
		"a key in the middle goes":              {"key " + key + " is not valid", "key […] is not valid"},
		"lines become one":                      {"<html>\r\n  <body>\tno", "<html> <body> no"},
		"bytes that are no text are marked":     {"a\xffb", "a�b"},
		"nothing stays nothing":                 {"", ""},
		"a message of only a blob says nothing": {"Encoded authorization failure message: " + key, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Words(c.say); got != c.want {
				t.Errorf("Words(%q)\n got %q\nwant %q", c.say, got, c.want)
			}
		})
	}
}

func TestWordsAreShort(t *testing.T) {
	t.Parallel()
	for n := 490; n < 520; n++ {
		got := Words(strings.Repeat("x ", n/2) + strings.Repeat("ü ", 300))
		if len(got) > 500 || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
			t.Fatalf("%d bytes, valid %v: …%q", len(got), utf8.ValidString(got), got[len(got)-10:])
		}
	}
}
