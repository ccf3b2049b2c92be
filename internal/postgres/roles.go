package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"plumbline/internal/problem"
)

// Roles are the names of the database's roles. Nobody signs in as one of them:
// the program's login is a member of all three, and a transaction takes one on.
type Roles struct {
	Owner string // owns the tables
	Web   string // pages and the API: sees the accounts that its viewer may see
	Work  string // workers
}

// DefaultRoles are the names that the program uses.
var DefaultRoles = Roles{Owner: "plumbline_owner", Web: "plumbline_web", Work: "plumbline_work"}

func (r Roles) all() []string { return []string{r.Owner, r.Web, r.Work} }

// make makes the roles that are missing and the login a member of each.
func (r Roles) make(ctx context.Context, c *sql.Conn) error {
	missing, err := r.missing(ctx, c)
	if err != nil || len(missing) == 0 {
		return err
	}
	for _, sql := range missing {
		_, err := c.ExecContext(ctx, sql)
		if code := codeOf(err); code == "42710" || code == "23505" || code == "XX000" {
			continue // another process was faster; what is left is seen below
		}
		if codeOf(err) == "42501" {
			return r.explain(ctx, c, missing, err)
		}
		if err != nil {
			return fmt.Errorf("make roles: %w", explain(err))
		}
	}
	again, err := r.missing(ctx, c)
	if err == nil && len(again) > 0 && len(again) < len(missing) {
		return r.make(ctx, c)
	}
	if err == nil && len(again) > 0 {
		err = fmt.Errorf("make roles: %s had no effect", strings.Join(again, "; "))
	}
	return err
}

// missing are the statements that remain to be run. A superuser may take on any
// role without being its member.
func (r Roles) missing(ctx context.Context, c *sql.Conn) (all []string, err error) {
	var login string
	var super bool
	var version int
	err = c.QueryRowContext(ctx, `
		select current_user, rolsuper, current_setting('server_version_num')::int
		from pg_roles
		where rolname = current_user`).Scan(&login, &super, &version)
	if err != nil {
		return nil, explain(err)
	}
	for _, name := range r.all() {
		var is bool
		if err := c.QueryRowContext(ctx, `select exists (select from pg_roles where rolname = $1)`, name).Scan(&is); err != nil {
			return nil, explain(err)
		}
		if !is {
			all = append(all, "create role "+quote(name)+" nologin")
		}
		member := super
		if is && !super {
			if err := c.QueryRowContext(ctx, `select pg_has_role($1::name, $2)`, name, memberOf(version)).Scan(&member); err != nil {
				return nil, explain(err)
			}
		}
		if !member {
			all = append(all, "grant "+quote(name)+" to "+quote(login)+memberWith(version))
		}
	}
	return all, nil
}

// memberOf is what a login needs of a role. Since version 16 whoever makes a
// role is its member without the right to take it on.
func memberOf(version int) string {
	if version < 160000 {
		return "member"
	}
	return "set"
}

func memberWith(version int) string {
	if version < 160000 {
		return ""
	}
	return " with inherit true, set true"
}

func (r Roles) explain(ctx context.Context, c *sql.Conn, missing []string, err error) error {
	var login string
	_ = c.QueryRowContext(ctx, `select current_user`).Scan(&login)
	return problem.New(problem.Forbidden, "The database login %s may not make the roles that keep people's reach apart. Let an administrator of the database run: %s; then start again. (%w)",
		login, strings.Join(missing, "; "), err)
}

func codeOf(err error) string {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return said.Code
	}
	return ""
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// CheckRoles refuses a web role to which row-level security would not apply,
// in a sentence that says what to do.
func (s *Store) CheckRoles(ctx context.Context) error {
	web := s.roles.Web
	var is, super, bypass, may bool
	var owns, login string
	err := s.pool.QueryRow(ctx, `
		select w.oid is not null, coalesce(w.rolsuper, false), coalesce(w.rolbypassrls, false), current_user,
			coalesce(pg_has_role(current_user, w.oid, 'member'), false),
			coalesce((
				select c.relname
				from pg_class c
				where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and pg_has_role(w.oid, c.relowner, 'member')
				order by c.relname
				limit 1), '')
		from (select) one
		left join pg_roles w on w.rolname = $1`, web).Scan(&is, &super, &bypass, &login, &may, &owns)
	if err != nil {
		return explain(err)
	}
	const why = " Row-level security would not apply to it, and everybody would see all accounts."
	switch {
	case !is:
		return problem.New(problem.Conflict, "The database has no role %s, which pages and the API take on. Run plumbline migrate, then start again.", web)
	case super:
		return problem.New(problem.Conflict, "The database role %s is a superuser."+why+" Run: alter role %s nosuperuser; then start again.", web, quote(web))
	case bypass:
		return problem.New(problem.Conflict, "The database role %s has BYPASSRLS."+why+" Run: alter role %s nobypassrls; then start again.", web, quote(web))
	case owns != "":
		return problem.New(problem.Conflict, "The database role %s owns the table %s, or is a member of its owner."+why+
			" Run: reassign owned by %s to %s; revoke %s from %s; then start again.", web, owns, quote(web), quote(s.roles.Owner), quote(s.roles.Owner), quote(web))
	case !may:
		return problem.New(problem.Conflict, "The database login %s may not take on the role %s. Let an administrator of the database run: grant %s to %s; then start again.",
			login, web, quote(web), quote(login))
	}
	return nil
}
