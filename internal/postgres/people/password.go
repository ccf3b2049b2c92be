package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"plumbline/internal/problem"
)

// What a password costs to try. The parameters stand in each hash, so that they
// can be raised without locking anybody out.
const (
	memory  = 19 * 1024 // KiB
	passes  = 2
	lanes   = 1
	saltLen = 16
	keyLen  = 32
)

const (
	shortest = 12
	longest  = 256 // a bound for the work of hashing, not for anybody's taste
)

// hash makes the argon2id hash of a password, in PHC form. Only so many are
// made at a time as there are processors: each takes 19 MiB.
func (p *People) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLen)
	_, _ = rand.Read(salt) // never fails
	key, err := p.derive(ctx, password, salt, passes, memory, lanes)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes, b64(salt), b64(key)), nil
}

func (p *People) derive(ctx context.Context, password string, salt []byte, t, m uint32, l uint8) ([]byte, error) {
	select {
	case p.busy <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.busy }()
	return argon2.IDKey([]byte(password), salt, t, m, l, keyLen), nil
}

// nobodys is the hash that the password of somebody unknown is compared with:
// it takes as long as a known person's, and no password fits it.
var nobodys = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes,
	base64.RawStdEncoding.EncodeToString(make([]byte, saltLen)), base64.RawStdEncoding.EncodeToString(make([]byte, keyLen)))

// fits says whether the password is the one that was hashed.
func (p *People) fits(ctx context.Context, password, phc string) (bool, error) {
	var version int
	var m, t uint32
	var l uint8
	f := strings.Split(phc, "$")
	if len(f) != 6 || f[1] != "argon2id" {
		return false, fmt.Errorf("a stored password is hashed in an unknown way")
	}
	_, err := fmt.Sscanf(f[2]+" "+f[3], "v=%d m=%d,t=%d,p=%d", &version, &m, &t, &l)
	salt, errSalt := base64.RawStdEncoding.DecodeString(f[4])
	want, errKey := base64.RawStdEncoding.DecodeString(f[5])
	if err != nil || errSalt != nil || errKey != nil || version != argon2.Version || t < 1 || l < 1 || m > 1<<20 || len(want) != keyLen {
		return false, fmt.Errorf("the hash of a stored password cannot be read")
	}
	if len(password) > longest {
		password = password[:longest] // as much work as for any other; it fits nothing, see good
	}
	got, err := p.derive(ctx, password, salt, t, m, l)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

// good says what is wrong with a password that somebody chose.
func good(password, email string) error {
	name, _, _ := strings.Cut(email, "@")
	low := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case n < shortest:
		return problem.New(problem.Invalid, "The new password has %d characters; it needs at least %d. Four or five words that do not belong together are easy to keep in mind.", n, shortest)
	case len(password) >= longest:
		return problem.New(problem.Invalid, "The new password is longer than %d bytes.", longest-1)
	case low == email || len(name) > 3 && strings.Contains(low, name):
		return problem.New(problem.Invalid, "The new password holds your own address: it is among the first that are tried.")
	case strings.Count(low, low[:1]) == len(low):
		return problem.New(problem.Invalid, "The new password is one character again and again: it is among the first that are tried.")
	}
	return nil
}

// randomPassword makes a password that can be read aloud: five groups of four
// letters and digits, 100 bits.
func randomPassword() string {
	s := strings.ToLower(rand.Text())
	return strings.Join([]string{s[:4], s[4:8], s[8:12], s[12:16], s[16:20]}, "-")
}
