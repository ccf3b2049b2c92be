package ask

import "fmt"

// A trouble is an error that is a sentence for a person: what happened, and
// what to do.
type trouble struct {
	sentence string
	err      error
}

// Error is the sentence.
func (t *trouble) Error() string { return t.sentence }

// Unwrap is the error behind it.
func (t *trouble) Unwrap() error { return t.err }

// Say makes an error that is a sentence for a person, and nothing but it: err,
// nil if there is none, stands behind it.
func Say(err error, format string, args ...any) error {
	return &trouble{sentence: fmt.Sprintf(format, args...), err: err}
}

// Capital begins a sentence with s, which is not empty.
func Capital(s string) string {
	if s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}
