package people

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/problem"
)

// A Group is accounts that are granted together.
type Group struct {
	ID       int64
	Name     string
	Accounts []int64 // row numbers, sorted
	Persons  int     // with a role over it
}

// An Account is one that a group may hold.
type Account struct {
	ID         int64
	Provider   string
	ExternalID string
	Name       string // "" where nobody named it
}

// Groups lists all groups by name.
func (p *People) Groups(ctx context.Context) ([]Group, error) { return p.groups(ctx, 0) }

// Group gives one group.
func (p *People) Group(ctx context.Context, id int64) (Group, error) {
	list, err := p.groups(ctx, id)
	if err == nil && (id == 0 || len(list) == 0) {
		err = problem.New(problem.NotFound, "There is no such group of accounts.")
	}
	if err != nil {
		return Group{}, err
	}
	return list[0], nil
}

func (p *People) groups(ctx context.Context, id int64) ([]Group, error) {
	rows, err := p.store.On(ctx).Query(ctx, `
		select ag.id, ag.name,
			array(select account_id from account_group_member m where m.account_group = ag.id order by 1) as accounts,
			(select count(distinct person) from role_grant g where g.account_group = ag.id)::int as persons
		from account_group ag
		where $1 = 0 or ag.id = $1
		order by ag.name`, id)
	if err != nil {
		return nil, fmt.Errorf("groups: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Group])
}

// GroupByName gives the group of that name.
func (p *People) GroupByName(ctx context.Context, name string) (Group, error) {
	list, err := p.Groups(ctx)
	if err != nil {
		return Group{}, err
	}
	var names []string
	for _, g := range list {
		if g.Name == name {
			return g, nil
		}
		names = append(names, g.Name)
	}
	if len(names) == 0 {
		return Group{}, problem.New(problem.NotFound, "There is no group of accounts %q, and no other. Groups are made on the page Settings, Account groups.", name)
	}
	return Group{}, problem.New(problem.NotFound, "There is no group of accounts %q. There are: %s.", name, strings.Join(names, ", "))
}

// Accounts lists the accounts that a group may hold.
func (p *People) Accounts(ctx context.Context) ([]Account, error) {
	rows, err := p.store.On(ctx).Query(ctx, `
		select id, provider, external_id, name
		from account
		order by name = '', name, provider, external_id`)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Account])
}

// AddGroup makes a group of accounts.
func (p *People) AddGroup(ctx context.Context, name string, accounts []int64) (id int64, err error) {
	return id, p.store.Within(ctx, func(ctx context.Context) error {
		if name, err = groupName(name); err != nil {
			return err
		}
		err := p.store.On(ctx).QueryRow(ctx, `insert into account_group (name) values ($1) returning id`, name).Scan(&id)
		if err := taken(err, name); err != nil {
			return err
		}
		return p.fill(ctx, "account group added", id, name, accounts)
	})
}

// ChangeGroup renames a group and sets its accounts. Who has a role over the
// group has it over the new accounts from then on.
func (p *People) ChangeGroup(ctx context.Context, id int64, name string, accounts []int64) error {
	return p.store.Within(ctx, func(ctx context.Context) (err error) {
		if name, err = groupName(name); err != nil {
			return err
		}
		tag, err := p.store.On(ctx).Exec(ctx, `update account_group set name = $2 where id = $1`, id, name)
		if err := taken(err, name); err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return problem.New(problem.NotFound, "There is no such group of accounts.")
		}
		return p.fill(ctx, "account group changed", id, name, accounts)
	})
}

func (p *People) fill(ctx context.Context, action string, id int64, name string, accounts []int64) error {
	if accounts == nil {
		accounts = []int64{}
	}
	if _, err := p.store.On(ctx).Exec(ctx, `delete from account_group_member where account_group = $1 and account_id <> all($2)`, id, accounts); err != nil {
		return fmt.Errorf("group: %w", err)
	}
	_, err := p.store.On(ctx).Exec(ctx, `
		insert into account_group_member (account_group, account_id)
		select $1, unnest($2::bigint[])
		on conflict do nothing`, id, accounts)
	if broke(err, "23503") {
		return problem.New(problem.NotFound, "One of the accounts does not exist any more. Load the page again.")
	}
	if err != nil {
		return fmt.Errorf("group: %w", err)
	}
	var held string // in names that the log still tells when row numbers tell nothing
	err = p.store.On(ctx).QueryRow(ctx, `
		select coalesce(string_agg(provider || ' ' || external_id, ', ' order by provider, external_id), 'none')
		from account
		where id = any($1)`, accounts).Scan(&held)
	if err != nil {
		return fmt.Errorf("group: %w", err)
	}
	return p.Append(ctx, Entry{Action: action, Object: name, Detail: map[string]string{"accounts": held}})
}

// RemoveGroup removes a group that nobody has a role over.
func (p *People) RemoveGroup(ctx context.Context, id int64) error {
	return p.store.Within(ctx, func(ctx context.Context) error {
		g, err := p.Group(ctx, id)
		if err != nil {
			return err
		}
		if g.Persons > 0 {
			return problem.New(problem.Conflict, "%s is in use: %d people have a role over it. Withdraw those roles first; nothing was changed.", g.Name, g.Persons)
		}
		if _, err := p.store.On(ctx).Exec(ctx, `delete from account_group where id = $1`, id); err != nil {
			return fmt.Errorf("remove group: %w", err)
		}
		return p.Append(ctx, Entry{Action: "account group removed", Object: g.Name})
	})
}

func groupName(s string) (string, error) {
	if s = clean(s, 60); s == "" {
		return "", problem.New(problem.Invalid, "Give the group a name.")
	}
	return s, nil
}

func taken(err error, name string) error {
	if broke(err, "23505") { // unique
		return problem.New(problem.Conflict, "There is already a group %q. Choose another name.", name)
	}
	return err
}
