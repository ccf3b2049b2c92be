// Package secret looks for secrets in user data: the text that a workload is
// started with and that each of its processes may read.
//
// It unpacks what cloud-init and EC2Launch unpack, tells secrets by the form
// that their issuer documents or by the name that stands beside them, and says
// so where it could not read: what was not read is unknown, never clean. It is
// precise before it is complete, for a finding that is none teaches people to
// look away.
package secret

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
)

// Options bound a scan. The zero value has bounds far above what any cloud
// takes as user data.
type Options struct {
	Plain    bool // the data are the text itself, not base64 of it
	MaxBytes int  // of all that is unpacked; 0 is 1 MiB
	MaxDepth int  // of packings within packings; 0 is 8
	MaxParts int  // of all MIME messages; 0 is 256
}

const (
	defaultBytes = 1 << 20
	defaultDepth = 8
	defaultParts = 256
	maxFinds     = 1000
	maxNames     = 4000 // that are names of secrets, in all texts
)

// A Report is what was found in one user data.
type Report struct {
	Format   string `json:"format"`   // of the packings, from outside, and of the text: "gzip+mime", "cloud-config"
	Bytes    int    `json:"bytes"`    // of the data as the workload gets them
	Readable bool   `json:"readable"` // all of it was read; where it was not, no find says nothing
	Why      string `json:"why"`      // it was not
	Finds    []Find `json:"finds"`    // in the order of the text
}

// A Find is one secret.
type Find struct {
	Kind   string `json:"kind"`  // "aws_access_key"
	Place  string `json:"place"` // "part 2 /etc/app.env"; "" is the data itself
	Line   int    `json:"line"`  // of the text that stands at the place, from 1
	Secret []byte `json:"-"`     // in memory only
}

// Kinds that wire's patterns do not tell.
const (
	KindAWSSecretKey       = "aws_secret_key"
	KindAuthorization      = "authorization_header"
	KindPasswordArgument   = "password_argument"
	KindPasswordAssignment = "password_assignment"
	KindPasswordHash       = "password_hash"
	KindTokenAssignment    = "token_assignment"
)

// Scan reads user data as DescribeInstanceAttribute and launch templates give
// them: base64.
func Scan(data []byte, o Options) Report {
	s := newScanner(o)
	s.scan(data)
	return s.report()
}

// A scanner is one scan.
type scanner struct {
	o       Options
	left    int // bytes that may still be unpacked
	parts   int // that may still be read
	names   int // that may still be looked at
	formats []string
	bytes   int
	why     string
	finds   []Find
	seen    func(text []byte) // is told of each text that is looked through; for tests
}

func newScanner(o Options) *scanner {
	o.MaxBytes = cmp.Or(o.MaxBytes, defaultBytes)
	o.MaxDepth = cmp.Or(o.MaxDepth, defaultDepth)
	o.MaxParts = cmp.Or(o.MaxParts, defaultParts)
	return &scanner{o: o, left: o.MaxBytes, parts: o.MaxParts, names: maxNames, seen: func([]byte) {}}
}

func (s *scanner) scan(data []byte) {
	if !s.o.Plain {
		var ok bool
		if data, ok = unbase64(data); !ok {
			s.unread("", "it is not base64")
			s.formats = []string{"unknown"}
			return
		}
	}
	s.bytes = len(data)
	if !s.take("", len(data)) {
		data = data[:s.o.MaxBytes]
	}
	s.unpack("", data, 0, true)
}

func (s *scanner) report() Report {
	return Report{Format: strings.Join(s.formats, "+"), Bytes: s.bytes, Readable: s.why == "", Why: s.why, Finds: s.finds}
}

// unread notes that something could not be read, and what first.
func (s *scanner) unread(place, why string) {
	if s.why != "" {
		return
	}
	if place != "" {
		why = place + ": " + why
	}
	s.why = why
}

// take accounts for n bytes that were unpacked.
func (s *scanner) take(place string, n int) bool {
	if n > s.left {
		s.left = 0
		s.unread(place, "it unpacks to more than is looked through")
		return false
	}
	s.left -= n
	return true
}

// add notes the finds of one place, in the order of its lines. The same secret
// is told once a line.
func (s *scanner) add(finds []Find) {
	slices.SortStableFunc(finds, func(a, b Find) int { return cmp.Compare(a.Line, b.Line) })
	from := len(s.finds)
	for _, f := range finds {
		if slices.ContainsFunc(s.finds[from:], func(g Find) bool { return g.Line == f.Line && bytes.Equal(g.Secret, f.Secret) }) {
			continue
		}
		if len(s.finds) == maxFinds {
			s.unread(f.Place, "it holds more secrets than are told")
			return
		}
		f.Secret = bytes.Clone(f.Secret)
		s.finds = append(s.finds, f)
	}
}

// unbase64 reads base64 with or without line ends and padding, of either
// alphabet.
func unbase64(data []byte) ([]byte, bool) {
	plain := make([]byte, 0, len(data))
	for _, c := range data {
		switch c {
		case ' ', '\t', '\r', '\n':
		case '-':
			plain = append(plain, '+')
		case '_':
			plain = append(plain, '/')
		default:
			plain = append(plain, c)
		}
	}
	plain = bytes.TrimRight(plain, "=")
	out, err := base64.RawStdEncoding.AppendDecode(nil, plain)
	return out, err == nil
}
