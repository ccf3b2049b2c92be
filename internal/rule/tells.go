package rule

import "slices"

// Tells are the fields on which all that a verdict says rests, as a rule names
// them: those that decide, those that its words name, and those of the risk.
func (r *Rule) Tells() []string {
	names := r.Reads()
	if r.say != nil {
		var said []string
		for _, p := range r.say.parts {
			if p.expr != nil {
				said = append(said, p.expr.uses...)
			}
		}
		for _, f := range kindOfName[r.For].within(said) {
			names = append(names, f.name)
		}
	}
	names = append(names, kindOfName[r.For].weighs...)
	slices.Sort(names)
	return slices.Compact(names)
}
