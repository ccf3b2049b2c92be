package postgres

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"

	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/snapshot"
)

// A body is the part of a verdict that is stored as JSON, and the digest of
// all that a reader is told.
type body struct {
	factors, reasons, evidence []byte
	digest                     [32]byte
}

// evidenceDoc is one piece of evidence as it is stored.
type evidenceDoc struct {
	Field  string     `json:"field"`
	Value  string     `json:"value,omitempty"`
	Path   string     `json:"path,omitempty"`
	Why    *reasonDoc `json:"why,omitempty"`
	Origin *originDoc `json:"origin,omitempty"`
}

type reasonDoc struct {
	Cause  snapshot.Cause `json:"cause"`
	Call   string         `json:"call,omitempty"`
	Region string         `json:"region,omitempty"`
	Detail string         `json:"detail,omitempty"`
}

type originDoc struct {
	Call    string      `json:"call"`
	Region  string      `json:"region"`
	Kind    string      `json:"kind,omitempty"`
	UID     string      `json:"uid,omitempty"`
	Hash    string      `json:"hash,omitempty"` // hexadecimal; empty where there is no document
	Answer  *keyDoc     `json:"answer,omitempty"`
	Refusal *refusalDoc `json:"refusal,omitempty"`
}

type keyDoc struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region"`
	Call     string `json:"call"`
	Subject  string `json:"subject,omitempty"`
}

type refusalDoc struct {
	Key    keyDoc          `json:"key"`
	Status snapshot.Status `json:"status"`
	Cause  snapshot.Cause  `json:"cause"`
	Code   string          `json:"code"`
}

type factorDoc struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Basis int    `json:"basis"`
}

func bodyOf(v *finding.Verdict) (b body, err error) {
	reasons := make([]reasonDoc, len(v.Reasons))
	for i := range v.Reasons {
		reasons[i] = *reasonOut(&v.Reasons[i])
	}
	factors := make([]factorDoc, len(v.Factors))
	for i, f := range v.Factors {
		factors[i] = factorDoc(f)
	}
	evidence := make([]evidenceDoc, len(v.Evidence))
	for i := range v.Evidence {
		evidence[i] = evidenceOut(&v.Evidence[i])
	}
	for _, part := range []struct {
		to   *[]byte
		what any
	}{{&b.reasons, reasons}, {&b.factors, factors}, {&b.evidence, evidence}} {
		if *part.to, err = json.Marshal(part.what); err != nil {
			return b, fmt.Errorf("verdict of %s on %s: %w", v.Rule, v.Subject.UID, err)
		}
	}
	b.digest = digest(v, &b)
	return b, nil
}

// digest covers all that a reader is told. The engine's version is left out:
// another program that says the same says nothing new.
func digest(v *finding.Verdict, b *body) (d [32]byte) {
	h := sha256.New()
	for _, s := range []string{v.Rule, v.Version, v.Severity.String(), v.Outcome.String(), v.Fault, v.Say} {
		part(h, []byte(s))
	}
	part(h, binary.BigEndian.AppendUint64(nil, uint64(v.Risk))) //nolint:gosec // 0 to 100, and any other number has its own digest
	part(h, fmt.Append(nil, v.Gap, v.Potential))
	part(h, b.reasons)
	part(h, b.factors)
	part(h, b.evidence)
	h.Sum(d[:0])
	return d
}

func part(h hash.Hash, b []byte) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b)))
	h.Write(n[:])
	h.Write(b)
}

func reasonOut(r *fact.Reason) *reasonDoc {
	if r == nil {
		return nil
	}
	return &reasonDoc{r.Cause, clean(r.Call), clean(r.Region), clean(r.Detail)}
}

func reasonIn(d *reasonDoc) *fact.Reason {
	if d == nil {
		return nil
	}
	return &fact.Reason{Cause: d.Cause, Call: d.Call, Region: d.Region, Detail: d.Detail}
}

func evidenceOut(e *finding.Evidence) evidenceDoc {
	return evidenceDoc{Field: e.Field, Value: clean(e.Value), Path: clean(e.Path), Why: reasonOut(e.Why), Origin: originOut(e.Origin)}
}

func originOut(o *fact.Origin) *originDoc {
	if o == nil {
		return nil
	}
	d := &originDoc{Call: o.Call, Region: o.Region, Kind: o.Kind, UID: o.UID}
	if o.HasDoc {
		d.Hash = hex.EncodeToString(o.Hash[:])
	}
	if o.Answer != (snapshot.Key{}) {
		k := keyOut(o.Answer)
		d.Answer = &k
	}
	if r := o.Refusal; r != nil {
		d.Refusal = &refusalDoc{keyOut(r.Key), r.Status, r.Cause, clean(r.Code)}
	}
	return d
}

func originIn(d *originDoc) (*fact.Origin, error) {
	if d == nil {
		return nil, nil
	}
	o := &fact.Origin{Call: d.Call, Region: d.Region, Kind: d.Kind, UID: d.UID}
	if d.Hash != "" {
		b, err := hex.DecodeString(d.Hash)
		if err != nil || len(b) != len(o.Hash) {
			return nil, fmt.Errorf("%q is no hash of a document", d.Hash)
		}
		o.Hash, o.HasDoc = [32]byte(b), true
	}
	if d.Answer != nil {
		o.Answer = keyIn(*d.Answer)
	}
	if r := d.Refusal; r != nil {
		o.Refusal = &snapshot.Answer{Key: keyIn(r.Key), Status: r.Status, Cause: r.Cause, Code: r.Code}
	}
	return o, nil
}

func keyOut(k snapshot.Key) keyDoc {
	return keyDoc{k.Provider, k.Account, k.Region, k.Call, k.Subject}
}

func keyIn(d keyDoc) snapshot.Key {
	return snapshot.Key{Call: d.Call, Scope: snapshot.Scope{Provider: d.Provider, Account: d.Account, Region: d.Region}, Subject: d.Subject}
}

// read fills a verdict from what was stored.
func (b *body) read(v *finding.Verdict) error {
	var reasons []reasonDoc
	var factors []factorDoc
	var evidence []evidenceDoc
	for _, p := range []struct {
		from []byte
		to   any
	}{{b.reasons, &reasons}, {b.factors, &factors}, {b.evidence, &evidence}} {
		if err := json.Unmarshal(p.from, p.to); err != nil {
			return fmt.Errorf("stored verdict of %s on %s: %w", v.Rule, v.Subject.UID, err)
		}
	}
	for i := range reasons {
		v.Reasons = append(v.Reasons, *reasonIn(&reasons[i]))
	}
	for _, f := range factors {
		v.Factors = append(v.Factors, finding.Factor(f))
	}
	for i := range evidence {
		d := &evidence[i]
		o, err := originIn(d.Origin)
		if err != nil {
			return fmt.Errorf("stored verdict of %s on %s: %w", v.Rule, v.Subject.UID, err)
		}
		v.Evidence = append(v.Evidence, finding.Evidence{Field: d.Field, Value: d.Value, Path: d.Path, Why: reasonIn(d.Why), Origin: o})
	}
	return nil
}
