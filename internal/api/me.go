package api

import (
	"context"
	"net/http"

	"plumbline/internal/access"
)

const tagMe = "Me"

func (s *server) people() {
	add(s, act(http.MethodGet, "/me", "get-me", tagMe, "Get who is asking", "And what they may do.", ""), s.me)
}

type me struct {
	Email   string   `json:"email"`
	Name    string   `json:"name"`
	Token   string   `json:"token,omitempty" doc:"Name of the token that was shown; absent where a person's session was."`
	Scopes  []string `json:"scopes,omitempty" doc:"What the token is narrowed to; absent if it is not narrowed."`
	Grants  []grant  `json:"grants"`
	Actions []string `json:"actions" doc:"What may be done, on some accounts at least."`
}

type grant struct {
	Role     string  `json:"role" example:"viewer"`
	All      bool    `json:"all_accounts" doc:"Over every account, those to come included."`
	Group    string  `json:"group,omitempty" doc:"The group of accounts that the grant is over."`
	Accounts []int64 `json:"accounts" doc:"Ids of the accounts, where it is not over all."`
}

func (s *server) me(ctx context.Context, _ *struct{}) (*replied[me], error) {
	v := access.From(ctx)
	out := me{Email: v.Email, Name: v.Name, Token: v.Token, Actions: []string{},
		Grants: each(v.Grants, func(g access.Grant) grant {
			return grant{string(g.Role), g.All, g.Group, each(g.Accounts, same)}
		})}
	for _, sc := range v.Scopes {
		out.Scopes = append(out.Scopes, string(sc))
	}
	for _, a := range access.Actions() {
		if v.May(a) {
			out.Actions = append(out.Actions, string(a))
		}
	}
	return reply(out), nil
}
