package rule

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/parser"
)

// gapFunc tells of a list whether things may be missing: false, or unknown.
// No rule can spell it.
const gapFunc = "@gap"

// predicateMacros are exists and all as they must be over lists with gaps, and
// a sentence in place of everything that cannot be had soundly.
//
// A gap stands for any number of things, none included. Therefore no element
// is invented for it: exists is true if something seen matches, else
// "may something be missing?", which is false or unknown; all likewise.
func predicateMacros() []cel.Macro {
	return []cel.Macro{
		cel.ReceiverMacro(operators.Exists, 2, quantifier(parser.MakeExists, operators.LogicalOr, false)),
		cel.ReceiverMacro(operators.All, 2, quantifier(parser.MakeAll, operators.LogicalAnd, true)),
		refusedGlobal(operators.Has, 1, "has() asks whether we know, and no verdict may rest on that: compare the field with a value; an unknown stays unknown"),
		refused(operators.ExistsOne, 2, "exists_one cannot be answered where things may be missing: use exists or all"),
		refused("existsOne", 2, "existsOne cannot be answered where things may be missing: use exists or all"),
		refused(operators.Map, 2, "map would lose that things may be missing: use exists or all"),
		refused(operators.Map, 3, "map would lose that things may be missing: use exists or all"),
		refused(operators.Filter, 2, "filter would lose that things may be missing: use exists or all"),
	}
}

// quantifier is CEL's own comprehension with the gap added to its result.
func quantifier(std parser.MacroExpander, op string, negate bool) cel.MacroFactory {
	return func(eh cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
		again := eh.Copy(target)
		made, err := std(eh, target, args)
		if err != nil {
			return nil, err
		}
		c := made.AsComprehension()
		missing := eh.NewCall(gapFunc, again)
		if negate {
			missing = eh.NewCall(operators.LogicalNot, missing)
		}
		return eh.NewComprehension(c.IterRange(), c.IterVar(), c.AccuVar(), c.AccuInit(), c.LoopCondition(), c.LoopStep(),
			eh.NewCall(op, c.Result(), missing)), nil
	}
}

func refused(name string, args int, why string) cel.Macro {
	return cel.ReceiverMacro(name, args, func(eh cel.MacroExprFactory, t ast.Expr, _ []ast.Expr) (ast.Expr, *common.Error) {
		return nil, eh.NewError(t.ID(), why)
	})
}

func refusedGlobal(name string, args int, why string) cel.Macro {
	return cel.GlobalMacro(name, args, func(eh cel.MacroExprFactory, _ ast.Expr, a []ast.Expr) (ast.Expr, *common.Error) {
		return nil, eh.NewError(a[0].ID(), why)
	})
}

// gapOf implements gapFunc.
func gapOf(v ref.Val) ref.Val {
	if l, ok := v.(*gapList); ok && l.gap != nil {
		return l.gap
	}
	return types.False
}
