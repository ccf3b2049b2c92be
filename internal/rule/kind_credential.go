package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

// credential is the table of a credential's fields.
var credential = &kind{
	kind:   estate.KindCredential,
	name:   "c",
	parent: []string{"principal", "account", "organisation"},
	doc:    "A key or a password that somebody holds for a principal.",
	blank:  func() estate.Object { return new(estate.Credential) },
	live: func(o estate.Object) {
		o.(*estate.Credential).Type = "access_key"
	},
	manager: nobody,
	risk:    noRisk,
	fields: head[*estate.Credential](
		plain("type", "What kind of credential it is.",
			func(c *estate.Credential) *string { return &c.Type }, "access_key", "password", "api_key"),
		plain("owner", "Whose it is, by the principal's uid.",
			func(c *estate.Credential) *string { return &c.Owner }),
		yes("active", "It can be used.",
			func(c *estate.Credential) *fact.Of[bool] { return &c.Active }),
		number("age", "Days since it was made or last changed.",
			func(c *estate.Credential) *fact.Of[int64] { return &c.Age }),
		number("idle", "Days since it was used; where it never was, since it was made.",
			func(c *estate.Credential) *fact.Of[int64] { return &c.Idle }),
		yes("expires", "It ends by itself on a set day.",
			func(c *estate.Credential) *fact.Of[bool] { return &c.Expires }),
	),
}
