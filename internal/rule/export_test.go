package rule

import "fmt"

// ByCEL is the rule with its predicates as CEL alone plans them, which is what
// they have to answer.
func (r *Rule) ByCEL() (*Rule, error) {
	all, err := languages()
	if err != nil {
		return nil, err
	}
	l, err := all[string(r.For)].with(r.Params)
	if err != nil {
		return nil, err
	}
	plain := *r
	if r.Applies != "" {
		if plain.applies, err = l.byCEL("applies", r.Applies); err != nil {
			return nil, err
		}
	}
	plain.pass, err = l.byCEL("pass", r.Pass)
	return &plain, err
}

func (l *language) byCEL(what, src string) (*program, error) {
	ast, bad := l.check(l.predicate, src)
	if bad == nil {
		var p *program
		if p, bad = l.program(what, ast).planned(l.predicate, ast); bad == nil {
			return p, nil
		}
	}
	return nil, fmt.Errorf("%s: %v", src, bad)
}
