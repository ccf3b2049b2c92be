package ask

import (
	"errors"

	"plumbline/internal/snapshot"
)

// Why a listing is not followed any further.
var (
	ErrTooMany   = errors.New("it has more pages than any listing")
	ErrNoEnd     = errors.New("page after page is empty and names another as the next")
	ErrTokenLoop = errors.New("a page names, as the one after it, a page that came before")
)

const mostPages = 100_000

// mostEmpty pages may follow each other. A cloud may return one with nothing in
// it and a token; a listing that does nothing else never ends.
const mostEmpty = 100

// Pages guard a listing against never ending. The zero value is ready.
type Pages struct {
	seen         map[string]bool
	count, empty int
}

// Follow says what is wrong with the token of the next page, as a *BadReply,
// nil if nothing is. items came with it.
func (p *Pages) Follow(token string, items int) error {
	if err := p.follow(token, items); err != nil {
		return &BadReply{Code: snapshot.CodeTokenLoop, Err: err}
	}
	return nil
}

func (p *Pages) follow(token string, items int) error {
	p.count++
	p.empty++
	if items > 0 {
		p.empty = 0
	}
	switch {
	case p.seen[token]:
		return ErrTokenLoop
	case p.empty > mostEmpty:
		return ErrNoEnd
	case p.count > mostPages:
		return ErrTooMany
	}
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	p.seen[token] = true
	return nil
}
