package rule

import (
	"fmt"
	"maps"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/interpreter"
)

// A lowering puts nodes of our own in the place of the two that cost a predicate
// most: the walk along the path of a field, and the loop over a list. All else is
// planned and evaluated by CEL, and so is a loop with another in it. The answers
// stay the same: TestLoweringChangesNothing holds them against the predicate as
// CEL alone plans it.
type lowering struct {
	ast   *ast.AST
	fac   ast.ExprFactory
	asked map[string]*asked // by the name that stands for it
}

// Names of our nodes until the plan is made. No rule can spell them.
const (
	existsFunc = "@exists"
	allFunc    = "@all"
)

// A scope is what the names of an expression stand for: the subject, or an element
// of the list that a loop of ours goes over. What it does not have is CEL's.
type scope map[string]bound

type bound struct {
	fields []*field
	elem   bool
}

// lower rewrites a checked predicate, and returns the option with which it is to
// be planned.
func lower(a *ast.AST, k *kind) cel.ProgramOption {
	l := &lowering{ast: a, fac: ast.NewExprFactory(), asked: map[string]*asked{}}
	l.rewrite(a.Expr(), scope{k.name: {fields: k.fields}})
	return cel.CustomDecoratorV2(l.plan)
}

func (l *lowering) rewrite(e ast.Expr, s scope) {
	if f, b := s.field(e); f != nil {
		name := fmt.Sprintf("@%d", len(l.asked))
		l.asked[name] = &asked{id: e.ID(), field: f, elem: b.elem}
		l.ast.SetReference(e.ID(), ast.NewIdentReference(name, nil))
		e.SetKindCase(l.fac.NewIdent(e.ID(), name))
		return
	}
	if e.Kind() == ast.ComprehensionKind {
		l.loop(e, s)
		return
	}
	for _, part := range parts(e) {
		l.rewrite(part, s)
	}
}

// loop makes exists and all over a list of the subject a node of ours, if they
// need nothing of an element but its fields.
func (l *lowering) loop(e ast.Expr, s scope) {
	c := e.AsComprehension()
	l.rewrite(c.IterRange(), s)
	a := l.named(c.IterRange())
	function, body := quantified(c)
	inner := s.without(c.IterVar(), c.AccuVar())
	if a != nil && a.field.item != nil && body != nil {
		own := inner.with(c.IterVar(), bound{fields: a.field.item.fields, elem: true})
		if own.fieldsOnly(body, c.IterVar()) {
			l.rewrite(body, own)
			e.SetKindCase(l.fac.NewCall(e.ID(), function, c.IterRange(), body))
			return
		}
	}
	l.rewrite(c.LoopCondition(), inner)
	l.rewrite(c.LoopStep(), inner)
	l.rewrite(c.Result(), inner)
}

// named is the node of ours that an expression has become.
func (l *lowering) named(e ast.Expr) *asked {
	if e.Kind() != ast.IdentKind {
		return nil
	}
	return l.asked[e.AsIdent()]
}

// quantified says which of our two macros made a loop, and what it asks of each
// element; nothing if it was neither.
func quantified(c ast.ComprehensionExpr) (function string, body ast.Expr) {
	step := c.LoopStep()
	if c.HasIterVar2() || step.Kind() != ast.CallKind {
		return "", nil
	}
	call := step.AsCall()
	if args := call.Args(); len(args) != 2 || args[0].Kind() != ast.IdentKind || args[0].AsIdent() != c.AccuVar() {
		return "", nil
	}
	switch call.FunctionName() {
	case operators.LogicalOr:
		return existsFunc, call.Args()[1]
	case operators.LogicalAnd:
		return allFunc, call.Args()[1]
	}
	return "", nil
}

// parts are the expressions that one is made of, but for a loop's, which has
// names of its own.
func parts(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			return append([]ast.Expr{c.Target()}, c.Args()...)
		}
		return c.Args()
	}
	return nil
}

// plan puts our nodes in the places that were named for them.
func (l *lowering) plan(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	switch n := i.(type) {
	case interpreter.InterpretableAttribute:
		if at, ok := n.Attr().(interpreter.NamespacedAttribute); ok {
			if a := l.asked[at.CandidateVariableNames()[0]]; a != nil {
				return a, nil
			}
		}
	case interpreter.InterpretableCall:
		if fn := n.Function(); fn == existsFunc || fn == allFunc {
			return &loop{id: n.ID(), list: n.Args()[0].(*asked), body: n.Args()[1], all: fn == allFunc}, nil
		}
	}
	return i, nil
}

// field is the one that a path of names leads to; nil if it is no path.
func (s scope) field(e ast.Expr) (*field, bound) {
	root := e
	for root.Kind() == ast.SelectKind {
		root = root.AsSelect().Operand()
	}
	if root == e || root.Kind() != ast.IdentKind {
		return nil, bound{}
	}
	b := s[root.AsIdent()]
	name, _ := dotted(e, root.AsIdent())
	for _, f := range b.fields {
		if f.name == name {
			return f, b
		}
	}
	return nil, bound{}
}

// fieldsOnly says that an expression has no loop, and uses a name for its fields
// alone.
func (s scope) fieldsOnly(e ast.Expr, name string) bool {
	if f, _ := s.field(e); f != nil {
		return true
	}
	if e.Kind() == ast.ComprehensionKind || e.Kind() == ast.IdentKind && e.AsIdent() == name {
		return false
	}
	for _, part := range parts(e) {
		if !s.fieldsOnly(part, name) {
			return false
		}
	}
	return true
}

func (s scope) without(names ...string) scope {
	s = maps.Clone(s)
	for _, n := range names {
		delete(s, n)
	}
	return s
}

func (s scope) with(name string, b bound) scope {
	s = maps.Clone(s)
	s[name] = b
	return s
}
