// Package access says who may do what: roles, actions, and the table that
// joins them.
//
// It is data. It signs nobody in, reads no request and stores nothing; every
// route and every operation names the action that it needs, and one place asks
// this table.
package access

import "context"

// A Grant gives a role over all accounts, or over some.
type Grant struct {
	Role     Role
	All      bool    // every account, those to come included
	Accounts []int64 // row numbers of accounts, where not All
	Group    string  // name of the account group the accounts come from; "" where All
}

// A Viewer is whoever asks: a person in a browser, or a program with a
// person's token.
type Viewer struct {
	Person int64 // row number
	Email  string
	Name   string
	Grants []Grant
	// Token is the name of the token that a program shows; "" in a browser.
	Token string
	// Scopes narrow what a token may do; nil does not narrow.
	Scopes []Scope
}

// A Reach is which accounts a viewer may see.
type Reach struct {
	All      bool
	Accounts []int64 // sorted, each once; empty where All
}

type key struct{}

// With puts the viewer into a context.
func With(ctx context.Context, v *Viewer) context.Context { return context.WithValue(ctx, key{}, v) }

// From gives the viewer of a context; nil if nobody is signed in.
func From(ctx context.Context) *Viewer {
	v, _ := ctx.Value(key{}).(*Viewer)
	return v
}

// A Route is an address with the action that it needs.
type Route struct {
	Method  string // GET stands for HEAD too
	Pattern string // as http.ServeMux writes it: "/findings/{id}"
	Action  Action // "" for whoever is signed in; see Open
	Open    bool   // for anybody, signed in or not
	Live    bool   // answers for long, as an event stream does: not buffered, and no transaction is held for it
}
