package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// outcomeVar is the outcome's name in templates.
const outcomeVar = "outcome"

// budget is what a predicate may cost at worst, in CEL's units, for lists of
// the length and texts of the size below. Two nested lists are over it.
const (
	budget     = 600_000
	longList   = 1_000
	longString = 64
	longSource = 4_096
)

// A program is a predicate or a template's expression, ready to run.
type program struct {
	what   string // "pass", for messages
	prg    cel.Program
	uses   []string // dotted names below the variable
	params []string // parameters that it reads
	cost   uint64   // what it may cost at worst, in CEL's units
	// It reads something of the subject, or the outcome.
	subject bool
}

// A complaint is a fault of an expression and where in it.
type complaint struct {
	line, col int // from 1, within the expression
	text      string
}

// A language is what one kind's expressions may say.
type language struct {
	kind      *kind
	predicate *cel.Env
	template  *cel.Env
	params    []string // of the rule in whose file the expressions stand

	// CEL 0.33.2 makes its catalogue of names at the first unknown one, and
	// copies the field without a lock where another expression has a list.
	compiling *sync.Mutex
}

var languages = sync.OnceValues(func() (map[string]*language, error) {
	all := map[string]*language{}
	for _, k := range kinds {
		l, err := newLanguage(k)
		if err != nil {
			return nil, fmt.Errorf("language of %s: %w", k.kind, err)
		}
		all[string(k.kind)] = l
	}
	return all, nil
})

func newLanguage(k *kind) (*language, error) {
	p, err := newProvider(k)
	if err != nil {
		return nil, err
	}
	common := []cel.EnvOption{
		cel.CustomTypeProvider(p), cel.CustomTypeAdapter(p),
		cel.Variable(k.name, cel.ObjectType(string(k.kind))),
		cel.HomogeneousAggregateLiterals(),
		cel.ParserExpressionSizeLimit(longSource), cel.ParserRecursionLimit(50),
		cel.Function("lower", cel.Overload("lower_string", []*cel.Type{cel.StringType}, cel.StringType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.String(strings.ToLower(string(v.(types.String)))) }))),
	}
	elem := cel.TypeParamType("T")
	predicate := append(common[:len(common):len(common)], cel.ClearMacros(), cel.Macros(predicateMacros()...),
		cel.Function(gapFunc, cel.Overload("gap_any", []*cel.Type{cel.DynType}, cel.BoolType, cel.UnaryBinding(gapOf))))
	l := &language{kind: k, compiling: new(sync.Mutex)}
	if l.predicate, err = cel.NewEnv(predicate...); err != nil {
		return nil, err
	}
	template := append(common[:len(common):len(common)], cel.Variable(outcomeVar, cel.StringType),
		cel.Function("known_or", cel.Overload("known_or", []*cel.Type{elem, elem}, elem, cel.OverloadIsNonStrict(),
			cel.BinaryBinding(knownOr))))
	l.template, err = cel.NewEnv(template...)
	return l, err
}

// paramsVar begins the names of parameters.
const paramsVar = "params"

// with is the language of a rule with parameters. They are constants: compiled
// expressions hold their values, so that asking costs nothing.
func (l *language) with(params []Param) (*language, error) {
	if len(params) == 0 {
		return l, nil
	}
	var constants []cel.EnvOption
	own := &language{kind: l.kind, compiling: l.compiling}
	for i := range params {
		typ, value := params[i].value()
		constants = append(constants, cel.Constant(paramsVar+"."+params[i].Name, typ, value))
		own.params = append(own.params, params[i].Name)
	}
	l.compiling.Lock()
	defer l.compiling.Unlock()
	var err error
	if own.predicate, err = l.predicate.Extend(constants...); err != nil {
		return nil, err
	}
	own.template, err = l.template.Extend(constants...)
	return own, err
}

// knownOr is for texts alone: the fallback where the value is not known.
func knownOr(v, fallback ref.Val) ref.Val {
	if types.IsUnknown(v) {
		return fallback
	}
	return v
}

// compile makes a program of a yes-or-no expression, or says everything that is wrong
// with it.
func (l *language) compile(what, src string) (*program, []complaint) {
	ast, bad := l.check(l.predicate, src)
	if bad != nil {
		return nil, bad
	}
	if !ast.OutputType().IsExactType(cel.BoolType) {
		return nil, []complaint{{1, 1, fmt.Sprintf("the answer is a %s and must be true or false: compare it with something", ast.OutputType())}}
	}
	if bad := refuse(ast.NativeRep()); bad != nil {
		return nil, bad
	}
	p := l.program(what, ast)
	if bad := p.price(l.predicate, ast); bad != nil {
		return nil, bad
	}
	return p.planned(l.predicate, ast, lower(ast.NativeRep(), l.kind))
}

func (l *language) program(what string, ast *cel.Ast) *program {
	e := ast.NativeRep().Expr()
	return &program{what: what, uses: uses(e, l.kind.name), params: constants(e), subject: reads(e, l.kind.name, outcomeVar)}
}

// planned makes a program ready to run.
func (p *program) planned(env *cel.Env, ast *cel.Ast, also ...cel.ProgramOption) (*program, []complaint) {
	var err error
	if p.prg, err = env.Program(ast, append(also, cel.EvalOptions(cel.OptOptimize))...); err != nil {
		return nil, []complaint{{1, 1, err.Error()}}
	}
	return p, nil
}

func (l *language) check(env *cel.Env, src string) (*cel.Ast, []complaint) {
	l.compiling.Lock()
	ast, iss := env.Compile(src)
	l.compiling.Unlock()
	if iss == nil || iss.Err() == nil {
		return ast, nil
	}
	var bad []complaint
	for _, e := range iss.Errors() {
		bad = append(bad, complaint{e.Location.Line(), e.Location.Column() + 1, l.better(e.Message, src)})
	}
	return nil, bad
}

var (
	undefinedField = regexp.MustCompile(`^undefined field '([^']*)'`)
	paramRead      = regexp.MustCompile(`\bparams\.(\w+)`)
	undeclared     = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
)

// better turns CEL's commonest complaints about a source into advice.
func (l *language) better(msg, src string) string {
	if m := undefinedField.FindStringSubmatch(msg); m != nil {
		return fmt.Sprintf("a %s has no field '%s'%s", l.kind.kind, m[1], didYouMean(m[1], l.lastNames()))
	}
	m := undeclared.FindStringSubmatch(msg)
	if m == nil {
		return msg
	}
	if name, ok := strings.CutPrefix(m[1], paramsVar+"."); ok {
		return noParam(name, l.params)
	}
	if m[1] == paramsVar {
		return noParam(l.strange(src), l.params)
	}
	return fmt.Sprintf("there is no '%s' here%s; a rule for %s speaks of '%s'", m[1],
		didYouMean(m[1], append([]string{"lower", "size", "matches"}, l.kind.name)), l.kind.kind, l.kind.name)
}

// strange is the first parameter of a source that the rule does not declare.
func (l *language) strange(src string) string {
	for _, m := range paramRead.FindAllStringSubmatch(src, -1) {
		if !slices.Contains(l.params, m[1]) {
			return m[1]
		}
	}
	return ""
}

// noParam says that a rule declares no such parameter.
func noParam(name string, has []string) string {
	return fmt.Sprintf("the rule has no parameter '%s'%s; it is declared under 'params'", name, didYouMean(name, has))
}

func (l *language) lastNames() []string {
	var names []string
	for _, f := range l.kind.fields {
		names = append(names, strings.Split(f.name, ".")...)
		if f.item != nil {
			for _, e := range f.item.fields {
				names = append(names, e.name)
			}
		}
	}
	return names
}

// price refuses what could take too long on the largest subject we expect.
func (p *program) price(env *cel.Env, ast *cel.Ast) []complaint {
	est, err := env.EstimateCost(ast, sizes{})
	if err != nil {
		return []complaint{{1, 1, "its cost cannot be told: " + err.Error()}}
	}
	p.cost = est.Max
	if est.Max > budget {
		return []complaint{{1, 1, fmt.Sprintf("it could cost %d steps and may cost %d: ask one list at a time, and no list within a list", est.Max, budget)}}
	}
	return nil
}

// sizes tells CEL's estimate how large our lists and texts may be.
type sizes struct{}

// EstimateSize is the largest we expect.
func (sizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	switch n.Type().Kind() {
	case types.ListKind:
		return &cost.SizeEstimate{Max: longList}
	case types.StringKind:
		return &cost.SizeEstimate{Max: longString}
	}
	return nil
}

// EstimateCallCost prices our own functions; the rest is CEL's to know.
func (sizes) EstimateCallCost(function, _ string, _ *cost.AstNode, _ []cost.AstNode) *cost.CallEstimate {
	switch function {
	case gapFunc, "lower", "known_or":
		return &cost.CallEstimate{CostEstimate: cost.Estimate{Min: 1, Max: longString}}
	}
	return nil
}
