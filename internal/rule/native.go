package rule

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// asked is a field of the subject, or of the element that a loop of ours is at. It
// is CEL's node for a path without the walk along it.
type asked struct {
	id    int64
	field *field
	elem  bool
}

// ID is the expression's.
func (a *asked) ID() int64 { return a.id }

// Exec reads the field.
func (a *asked) Exec(frame *interpreter.ExecutionFrame) ref.Val { return a.in(judgeOf(frame)) }

// Eval reads the field.
func (a *asked) Eval(at cel.Activation) ref.Val { return a.in(judgeAt(at)) }

func (a *asked) in(j *Judge) ref.Val { return a.field.read(a.view(j), a.field) }

func (a *asked) view(j *Judge) *view {
	if a.elem {
		return &j.elem
	}
	return &j.root
}

// A loop is exists or all over a list of the subject, as the macros of
// macro.go have them: CEL's "or", or "and", of the answers for each element and of
// what a gap says.
type loop struct {
	id   int64
	list *asked
	body interpreter.InterpretableV2
	all  bool
}

// ID is the expression's.
func (l *loop) ID() int64 { return l.id }

// Eval makes a frame and goes over the list.
func (l *loop) Eval(at cel.Activation) ref.Val {
	frame, err := interpreter.NewExecutionFrame(at)
	if err != nil {
		return types.WrapErr(err)
	}
	defer frame.Close()
	return l.Exec(frame)
}

// Exec goes over the list until an element settles it. What is unknown goes
// before an error, and of errors the first stays.
func (l *loop) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	j := judgeOf(frame)
	f, of := l.list.field, l.list.view(j).of
	settles := types.Bool(!l.all)
	seen := j.listed(f, of, f.item.length(of), !f.whole(of))
	open := seen.gap
	var fault ref.Val
	for i := range seen.length {
		j.elem.of = f.item.at(of, j.element(f, i))
		switch v := l.body.Exec(frame).(type) {
		case types.Bool:
			if v == settles {
				return v
			}
		case *types.Unknown:
			open = types.MergeUnknowns(open, v)
		default:
			if fault == nil {
				fault = types.LabelErrNode(l.id, types.MaybeNoSuchOverloadErr(v))
			}
		}
	}
	switch {
	case open != nil:
		return open
	case fault != nil:
		return fault
	}
	return !settles
}

// aJudge is a name that no rule can spell, under which a Judge is found from within
// a loop of CEL's.
const aJudge = "@judge"

func judgeOf(frame *interpreter.ExecutionFrame) *Judge {
	if j, ok := frame.Scope().(*Judge); ok {
		return j
	}
	return judgeAt(frame)
}

func judgeAt(at cel.Activation) *Judge {
	v, _ := at.ResolveName(aJudge)
	return v.(*view).judge
}
