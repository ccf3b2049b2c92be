package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/score"
)

// Verdict is the whole of what the last call of Judge concluded: the outcome
// with the words, the reasons of what stayed unknown, every fact that was
// read, and the risk.
func (j *Judge) Verdict() finding.Verdict {
	r := j.rule
	v := r.verdict(j.object.Head())
	v.Outcome, v.Fault = j.outcome, j.fault
	v.Reasons = j.reasons()
	v.Evidence = j.evidence()
	if j.outcome == finding.Fail || j.outcome == finding.Unknown {
		v.Potential = j.outcome == finding.Unknown
		v.Risk, v.Factors = r.risk(j.object)
	}
	v.Say = j.say()
	return v
}

func (r *Rule) verdict(s *estate.Subject) finding.Verdict {
	return finding.Verdict{Rule: r.ID, Version: r.Version, Severity: r.Severity, Subject: *s}
}

// Gap is the verdict on a place where we could not look: what may be wrong
// there is unknown, for the reason why, as from shows.
func (r *Rule) Gap(s estate.Subject, why *fact.Reason, from *fact.Origin) finding.Verdict {
	if why == nil {
		why = fact.NobodyAsked
	}
	v := r.verdict(&s)
	v.Outcome, v.Gap, v.Potential = finding.Unknown, true, true
	v.Reasons = []fact.Reason{*why}
	v.Evidence = []finding.Evidence{{Field: string(r.For), Why: why, Origin: from}}
	v.Say = "not looked at: " + why.String()
	exposure, power := score.NoExposure, score.NoPower
	if r.For == estate.KindWorkload {
		exposure, power = score.ExposureUnknown, score.PowerUnknown
	}
	v.Risk, v.Factors = score.Risk(r.Severity, exposure, power)
	return v
}

// risk scores the subject. A rule across clouds demands exposure and power
// itself, so that they do not count twice, and so does one about what is
// everything in itself, such as the keys of a root user.
func (r *Rule) risk(o estate.Object) (int, []finding.Factor) {
	if r.worst {
		return score.Risk(r.Severity, score.ExposureJudged, score.PowerJudged)
	}
	exposure, power := kindOfName[r.For].risk(o)
	return score.Risk(r.Severity, score.Exposure(exposure), score.Power(power))
}

// evidence shows each fact that was read, in the order of reading, and of a
// list those elements that decide.
func (j *Judge) evidence() []finding.Evidence {
	reads := append([]read(nil), j.reads...)
	out := make([]finding.Evidence, 0, len(reads))
	for _, rd := range reads {
		e := rd.field.show(rd.of)
		if rd.field.item == nil {
			out = append(out, e)
			continue
		}
		t := j.elements(rd)
		var own []finding.Evidence
		if rd.field.item.from != nil {
			own, t.Decisive = t.lines(rd.field), nil
		}
		e.Value = asJSON(t)
		out = append(append(out, e), own...)
	}
	return out
}

// lines gives each element that decides a line with its own origin.
func (t *told) lines(f *field) []finding.Evidence {
	out := make([]finding.Evidence, 0, len(t.elems))
	for i, elem := range t.elems {
		out = append(out, finding.Evidence{Field: f.name, Value: asJSON(t.Decisive[i]), Origin: f.item.from(elem)})
	}
	return out
}

const mostElements = 20

// told is what evidence says of a list: how many things it shows, and which of
// them decide.
type told struct {
	Seen     int   `json:"seen"`
	Decisive []any `json:"decisive,omitempty"`
	More     int   `json:"more,omitempty"` // that decide as well
	elems    []any // the things themselves of Decisive
}

// elements tells how many things a list shows, and which of them are enough for
// the outcome, each taken for the whole list.
func (j *Judge) elements(rd read) told {
	n := rd.field.item.length(rd.of)
	t := told{Seen: n}
	if j.outcome == finding.Fail {
		for i := range n {
			if !j.alone(rd.field, i) {
				continue
			}
			if len(t.Decisive) == mostElements {
				t.More++
				continue
			}
			elem := rd.field.item.at(rd.of, i)
			t.elems = append(t.elems, elem)
			t.Decisive = append(t.Decisive, rd.field.item.show(elem))
		}
	}
	return t
}

// alone asks the question again as if element i were all there is in a list.
func (j *Judge) alone(f *field, i int) bool {
	o := Judge{only: i, of: f, words: j.words, rule: j.rule, object: j.object}
	o.root, o.elem = view{judge: &o, of: j.object}, view{judge: &o}
	return o.ask() == finding.Fail
}

// say fills in the rule's words; a fault in them is told, never hidden.
func (j *Judge) say() string {
	if j.fault != "" {
		return j.fault
	}
	return j.fill(j.rule.say, j.outcome, asText).text
}

// fill fills a template in. Its reads stay in the filler, for the verdict rests
// on what was judged and not on what was said.
func (j *Judge) fill(t *template, o finding.Outcome, style func(any) string) filled {
	if j.filler == nil {
		j.filler = &Judge{words: j.words}
		j.filler.root.judge, j.filler.elem.judge = j.filler, j.filler
	}
	j.filler.begin(j.rule, j.object)
	j.filler.extra = j.text(o.String())
	return t.fill(j.filler, style)
}
