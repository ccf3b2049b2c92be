package rule

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
)

// A Judge is the scratch with which rules are asked, reused from one subject
// to the next. It serves one goroutine.
type Judge struct {
	rule    *Rule
	object  estate.Object
	outcome finding.Outcome
	fault   string

	root     view
	elem     view   // the element that a loop is at
	reads    []read // facts read since the question was put
	open     []int  // of reads: the unknowns that left the question open
	only     int    // show one list as if it held this element alone; -1: as it is
	of       *field // which list that is
	gapSeen  bool   // a list with gaps was read
	extra    ref.Val
	unknowns []*types.Unknown
	words    *lexicon
	frame    *interpreter.ExecutionFrame
	sitting  estate.Object // that does not change until the next Sit
	asked    []applied     // what its rules' applies came to
	kept     []read        // the facts that were read for that
	filler   *Judge        // a second scratch, with which templates are filled in
}

// A read is a fact that a predicate asked for. Its place in Judge.reads, plus
// one, is the id of the CEL unknown that it may have become.
type read struct {
	field *field
	of    any
}

// NewJudge makes the scratch for the rules of a set.
func NewJudge(*Set) *Judge {
	j := &Judge{only: -1, words: &lexicon{all: map[string]ref.Val{}}}
	j.root.judge, j.elem.judge = j, j
	return j
}

// An applied is what an applies without parameters came to, for one subject.
type applied struct {
	src      string
	value    ref.Val
	from, to int // of Judge.kept: the facts that were read for it
}

// Sit says that questions about one subject follow, and that it does not change
// before the next Sit. Most rules of a kind have the same applies, which is then
// worked out once.
func (j *Judge) Sit(o estate.Object) {
	j.sitting = o
	clear(j.asked)
	clear(j.kept)
	j.asked, j.kept = j.asked[:0], j.kept[:0]
}

// applies works out whether the rule applies. What it came to before for the
// same subject is taken over with the facts that were read for it, which stand
// first among the reads of every rule that asks the same.
func (j *Judge) applies() ref.Val {
	p := j.rule.applies
	if j.sitting != j.object || len(p.params) > 0 {
		return j.eval(p)
	}
	for i := range j.asked {
		if a := &j.asked[i]; a.src == j.rule.Applies {
			j.reads = append(j.reads, j.kept[a.from:a.to]...)
			return a.value
		}
	}
	v := j.eval(p)
	if !types.IsError(v) {
		from := len(j.kept)
		j.kept = append(j.kept, j.reads...)
		j.asked = append(j.asked, applied{j.rule.Applies, v, from, len(j.kept)})
	}
	return v
}

// Judge puts a rule's question about a subject. Applies false is not
// applicable; either unknown is unknown; pass true is a pass; else it fails.
// Where it is not known whether the rule applies, a pass would be an answer
// that learning more could take back.
// Whatever goes wrong on the way is unknown, with the fault noted.
func (j *Judge) Judge(r *Rule, o estate.Object) finding.Outcome {
	j.begin(r, o)
	if head := o.Head(); head.Kind != r.For {
		j.fault = fmt.Sprintf("%s is about a %s and was asked about a %s.", r.ID, r.For, head.Kind)
		j.outcome = finding.Unknown
		return j.outcome
	}
	j.outcome = j.ask()
	return j.outcome
}

func (j *Judge) begin(r *Rule, o estate.Object) {
	j.rule, j.object, j.root.of = r, o, o
	j.reads, j.open = j.reads[:0], j.open[:0]
	j.fault, j.only, j.gapSeen, j.extra = "", -1, false, nil
}

func (j *Judge) ask() finding.Outcome {
	applies := types.True
	if j.rule.applies != nil {
		switch v := j.applies(); v {
		case types.True:
		case types.False:
			return finding.NotApplicable
		default:
			applies = types.False
			j.note(v)
		}
	}
	v := j.eval(j.rule.pass)
	switch {
	case v != types.True && v != types.False:
		j.note(v)
		return finding.Unknown
	case applies != types.True:
		return finding.Unknown
	case v == types.True:
		return finding.Pass
	}
	return finding.Fail
}

// eval returns True, False, an unknown or an error, and nothing else.
func (j *Judge) eval(p *program) ref.Val {
	v, err := j.run(p)
	switch v := v.(type) {
	case types.Bool, *types.Unknown:
		if err == nil {
			return v
		}
	}
	if err == nil {
		err = fmt.Errorf("the answer is a %T", v)
	}
	return types.NewErr("%s: %v", p.what, err)
}

// run evaluates in a frame that is kept from one question to the next. After a
// fault it is made anew, for nobody knows how it was left.
func (j *Judge) run(p *program) (ref.Val, error) {
	if j.frame == nil {
		frame, err := interpreter.NewExecutionFrame(j)
		if err != nil {
			return nil, err
		}
		j.frame = frame
	}
	v, _, err := p.prg.Eval(j.frame)
	if err != nil {
		j.frame = nil
	}
	return v, err
}

// note keeps why a question stayed open.
func (j *Judge) note(v ref.Val) {
	switch v := v.(type) {
	case *types.Unknown:
		for _, id := range v.IDs() {
			if i := int(id) - 1; i >= 0 && i < len(j.reads) && !slices.Contains(j.open, i) {
				j.open = append(j.open, i)
			}
		}
		slices.Sort(j.open)
	case *types.Err:
		j.fault = fmt.Sprintf("The rule %s could not be worked out: %v", j.rule.ID, v)
	}
}

// ResolveName gives CEL the subject under its kind's name, and to templates
// the outcome.
func (j *Judge) ResolveName(name string) (any, bool) {
	if name == outcomeVar {
		return j.extra, j.extra != nil
	}
	return &j.root, true
}

// Parent is nil: there is nothing behind the subject.
func (j *Judge) Parent() cel.Activation { return nil }

// saw records that a fact was asked for and returns its id.
func (j *Judge) saw(f *field, of any) int {
	for i := range j.reads {
		if j.reads[i].field == f && j.reads[i].of == of {
			return i
		}
	}
	j.reads = append(j.reads, read{f, of})
	return len(j.reads) - 1
}

// unknown is the CEL unknown for a read; it is never changed, so it is made once.
func (j *Judge) unknown(i int) *types.Unknown {
	for len(j.unknowns) <= i {
		j.unknowns = append(j.unknowns, types.NewUnknown(int64(len(j.unknowns)+1), nil))
	}
	return j.unknowns[i]
}

// A lexicon keeps strings as CEL has them: the words of a cloud are few, so
// that most have been seen before and need no allocation.
type lexicon struct {
	recent [64]struct {
		word string
		val  ref.Val
	}
	all map[string]ref.Val
}

const manyWords = 1024

func (j *Judge) text(s string) ref.Val {
	if s == "" {
		return types.String("")
	}
	l := j.words
	at := &l.recent[(len(s)+7*int(s[0])+31*int(s[len(s)-1]))%len(l.recent)]
	if at.word == s {
		return at.val
	}
	v, ok := l.all[s]
	if !ok {
		v = types.String(s)
		if len(s) <= 32 && len(l.all) < manyWords {
			l.all[s] = v
		}
	}
	at.word, at.val = s, v
	return v
}

func (j *Judge) list(f *field, of any, length int, gaps bool) ref.Val {
	l := j.listed(f, of, length, gaps)
	return &l
}

// listed records that a list was asked for.
func (j *Judge) listed(f *field, of any, length int, gaps bool) gapList {
	l := gapList{judge: j, field: f, of: of, length: length}
	id := j.saw(f, of)
	switch {
	case j.only >= 0 && j.of == f && j.only < length:
		l.length = 1
	case gaps:
		j.gapSeen = true
		l.gap = j.unknown(id)
	}
	return l
}

// element is the place of what a loop over a list asks next.
func (j *Judge) element(f *field, i int) int {
	if j.only >= 0 && j.of == f {
		return j.only
	}
	return i
}

// reasons are what the unknowns of the answer rest on, each once.
func (j *Judge) reasons() []fact.Reason {
	var rs []fact.Reason
	for _, i := range j.open {
		for _, r := range j.reads[i].field.why(j.reads[i].of) {
			if !slices.Contains(rs, *r) {
				rs = append(rs, *r)
			}
		}
	}
	return rs
}
