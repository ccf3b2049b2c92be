package score

import "plumbline/internal/finding"

// A Share is what the rules of one severity bring to a posture.
type Share struct {
	Severity            finding.Severity
	Weight              int // of one judgement
	Rules               int // rules, each account's by itself
	Scaled              int // of Rules: asked of more than 50 subjects, and scaled down
	Pass, Fail, Unknown int // judgements, as they are

	// Weights in millionths, as in Posture: their sums over all shares are its.
	Passed, Told, All int64
}

// SharesOf says how a posture adds up, the most severe first. Severities that
// weigh nothing are among them where they were asked.
func SharesOf(counts []Count) []Share {
	by := map[finding.Severity]*Share{}
	for _, c := range counts {
		s := by[c.Severity]
		if s == nil {
			s = &Share{Severity: c.Severity, Weight: int(weights[c.Severity])}
			by[c.Severity] = s
		}
		pass, fail, unknown := weigh(c)
		s.Rules++
		s.Pass, s.Fail, s.Unknown = s.Pass+c.Pass, s.Fail+c.Fail, s.Unknown+c.Unknown
		s.Passed, s.Told, s.All = s.Passed+pass, s.Told+pass+fail, s.All+pass+fail+unknown
		if c.Pass+c.Fail+c.Unknown > atMost {
			s.Scaled++
		}
	}
	var out []Share
	for sev := finding.Critical; sev >= finding.Info; sev-- {
		if s := by[sev]; s != nil {
			out = append(out, *s)
		}
	}
	return out
}
