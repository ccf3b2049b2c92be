package sim

import (
	"slices"
	"sync"
)

// A trailBook holds an account's trails as they are now.
type trailBook struct {
	mu   sync.RWMutex
	list []Trail
}

// TrailsNow are the account's trails as they are set now. Trails stay as they
// were made.
func (a *Account) TrailsNow() []Trail {
	if a.book == nil {
		return a.Trails
	}
	a.book.mu.RLock()
	defer a.book.mu.RUnlock()
	return a.book.list
}

// ChangeTrails calls a function that may change a copy of the list.
func (a *Account) ChangeTrails(change func(*[]Trail)) {
	a.book.mu.Lock()
	defer a.book.mu.Unlock()
	list := slices.Clone(a.book.list)
	change(&list)
	a.book.list = list
}
