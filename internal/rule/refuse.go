package rule

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// allowed are the functions of a predicate: those whose three-valued answer is
// proved by TestKnownAnswersHoldInEveryWorld, and no others.
var allowed = map[string]bool{
	operators.LogicalAnd: true, operators.LogicalOr: true, operators.LogicalNot: true, operators.Conditional: true,
	operators.Equals: true, operators.NotEquals: true, operators.In: true,
	operators.Less: true, operators.LessEquals: true, operators.Greater: true, operators.GreaterEquals: true,
	operators.Add: true, operators.Subtract: true, operators.Multiply: true, operators.Negate: true,
	operators.NotStrictlyFalse: true, gapFunc: true,
	"size": true, "startsWith": true, "endsWith": true, "contains": true, "matches": true, "lower": true,
}

// refuse says what a checked predicate must not contain.
func refuse(a *ast.AST) []complaint {
	var bad []complaint
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if why := refusal(a, e); why != "" {
			at := a.SourceInfo().GetStartLocation(e.ID())
			bad = append(bad, complaint{at.Line(), at.Column() + 1, why})
		}
	}))
	return bad
}

func refusal(a *ast.AST, e ast.Expr) string {
	switch e.Kind() {
	case ast.CallKind:
		return refusedCall(a, e.AsCall())
	case ast.LiteralKind:
		switch e.AsLiteral().Type() {
		case types.BoolType, types.IntType, types.StringType:
		case types.NullType:
			return "there is no null: a fact that is not known stays unknown by itself"
		default:
			return "only texts, whole numbers, true and false can be written here"
		}
	case ast.MapKind, ast.StructKind:
		return "no map or structure can be made here"
	case ast.SelectKind:
		if e.AsSelect().IsTestOnly() {
			return "no verdict may rest on whether we know a field: compare it with a value"
		}
	case ast.IdentKind:
		if a.GetType(e.ID()).Kind() == types.TypeKind {
			return "types are no values here"
		}
	}
	return ""
}

func refusedCall(a *ast.AST, c ast.CallExpr) string {
	fn := c.FunctionName()
	args := c.Args()
	if c.IsMemberFunction() {
		args = append([]ast.Expr{c.Target()}, args...)
	}
	compound := func(e ast.Expr) bool {
		switch a.GetType(e.ID()).Kind() {
		case types.BoolKind, types.IntKind, types.StringKind:
			return false
		}
		return true
	}
	switch {
	case fn == operators.Index || fn == operators.OldIn || strings.HasPrefix(fn, "_[?"):
		return "a list is not to be indexed: its order means nothing and things may be missing; use exists or all"
	case !allowed[fn]:
		return fmt.Sprintf("'%s' cannot be used in a predicate", strings.Trim(fn, "_@"))
	case fn == operators.In && compound(args[0]):
		return "only a text or number can be looked for in a list: use exists"
	case (fn == operators.Equals || fn == operators.NotEquals) && slices.ContainsFunc(args, compound):
		return "lists and structures cannot be compared: things may be missing from a list; use exists or all"
	case fn == operators.Add && slices.ContainsFunc(args, compound):
		return "lists cannot be joined: things may be missing from a list; ask each with exists or all"
	case fn == operators.Conditional && compound(args[1]):
		return "choose between answers, not between lists or structures"
	}
	return ""
}

// uses lists the dotted names that an expression reads below the variable.
func uses(e ast.Expr, variable string) []string {
	var names []string
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if n, ok := dotted(e, variable); ok && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}))
	return names
}

// constants lists the parameters that a checked expression reads; the checker
// has made one name of each.
func constants(e ast.Expr) (names []string) {
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.IdentKind {
			return
		}
		if name, ok := strings.CutPrefix(strings.TrimPrefix(e.AsIdent(), "."), paramsVar+"."); ok {
			names = append(names, name)
		}
	}))
	return names
}

// reads says that an expression names one of some variables.
func reads(e ast.Expr, variables ...string) (does bool) {
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		does = does || e.Kind() == ast.IdentKind && slices.Contains(variables, e.AsIdent())
	}))
	return does
}

func dotted(e ast.Expr, variable string) (string, bool) {
	if e.Kind() != ast.SelectKind {
		return "", false
	}
	s := e.AsSelect()
	if o := s.Operand(); o.Kind() == ast.IdentKind {
		return s.FieldName(), o.AsIdent() == variable
	}
	head, ok := dotted(s.Operand(), variable)
	return head + "." + s.FieldName(), ok
}
