// Package finding holds what the rules concluded, and how two conclusions on
// the same estate differ.
//
// It judges nothing and stores nothing.
package finding

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

// An Outcome is the answer to a rule's question. The order matters: the worst
// outcome of several is the smallest.
type Outcome int8

// The outcomes. The zero value is none of them.
const (
	Fail Outcome = iota + 1
	Unknown
	Pass
	NotApplicable
)

var outcomeNames = [...]string{"", "fail", "unknown", "pass", "not_applicable"}

func (o Outcome) String() string {
	if o < 0 || int(o) >= len(outcomeNames) {
		return ""
	}
	return outcomeNames[o]
}

// ParseOutcome is the inverse of String; ok is false for any other word.
func ParseOutcome(s string) (o Outcome, ok bool) {
	for i := Fail; i <= NotApplicable; i++ {
		if i.String() == s {
			return i, true
		}
	}
	return 0, false
}

// A Severity is a rule's own, fixed weight. The larger is the worse.
type Severity int8

// The severities. Info weighs nothing and has no due date.
const (
	Info Severity = iota + 1
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"", "info", "low", "medium", "high", "critical"}

func (s Severity) String() string {
	if s < 0 || int(s) >= len(severityNames) {
		return ""
	}
	return severityNames[s]
}

// ParseSeverity is the inverse of String; ok is false for any other word.
func ParseSeverity(w string) (s Severity, ok bool) {
	for i := Info; i <= Critical; i++ {
		if i.String() == w {
			return i, true
		}
	}
	return 0, false
}

// A Key identifies a finding for ever: sha256 over the length-prefixed pair
// (rule id, subject uid). Ports and settings are details, not identity.
type Key [32]byte

// KeyOf makes the key of a rule's verdict on a subject.
func KeyOf(rule, uid string) Key {
	b := make([]byte, 0, 16+len(rule)+len(uid))
	b = binary.BigEndian.AppendUint64(b, uint64(len(rule)))
	b = append(b, rule...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(uid)))
	b = append(b, uid...)
	return sha256.Sum256(b)
}

func (k Key) String() string { return hex.EncodeToString(k[:]) }

// Evidence is one value that a verdict rests on, and where it stands in the
// cloud's reply.
type Evidence struct {
	Field  string       // as the rule names it, "metadata.tokens"
	Value  string       // as JSON, "\"optional\""; "" if unknown
	Path   string       // JSON pointer in the document
	Why    *fact.Reason // set if the value is unknown
	Origin *fact.Origin // the document or refusal; nil where there is none
}

// A Verdict is what one rule says of one subject.
type Verdict struct {
	Rule      string // "AWS-IMDS-001"
	Version   string // of the rule file: first 12 hex digits of its sha256
	Severity  Severity
	Subject   estate.Subject
	Outcome   Outcome
	Gap       bool   // the subject is a place where we could not look
	Fault     string // a fault of the rule itself, "" if none; then Outcome is Unknown
	Say       string // the decisive values, in words
	Reasons   []fact.Reason
	Evidence  []Evidence
	Risk      int  // 0 to 100; for an unknown outcome the potential risk
	Potential bool // Risk stands in no sum
	Factors   []Factor
}

// Key of the verdict's finding.
func (v *Verdict) Key() Key { return KeyOf(v.Rule, v.Subject.UID) }

// A Factor is one step of how a risk was worked out.
type Factor struct {
	Name  string // severity, exposure, power, controls
	Value string // "high", "internet: unknown, scored as reachable"
	Basis int    // basis points (10,000 = 1); for severity the points × 100
}
