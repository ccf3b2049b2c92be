package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	osuser "os/user"
	"strings"
	"text/tabwriter"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/export"
	"plumbline/internal/postgres/people"
)

type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Add a person, or give one another role."`
	List     userListCmd     `cmd:"" help:"List all people with their roles."`
	Disable  userDisableCmd  `cmd:"" help:"Shut a person out at once."`
	Enable   userEnableCmd   `cmd:"" help:"Let a disabled person sign in again."`
	Password userPasswordCmd `cmd:"" help:"Make a new password for a person, and print it once."`
}

type userAddCmd struct {
	databaseFlags
	Email string   `arg:"" help:"What the person signs in with." placeholder:"EMAIL"`
	Role  string   `required:"" help:"viewer, auditor, engineer, officer or administrator." placeholder:"ROLE"`
	Name  string   `help:"What others call the person." placeholder:"NAME"`
	Group []string `sep:"none" help:"Account group that the role is over; may be given more than once. Without it the role is over all accounts." placeholder:"GROUP"`
}

// Help shows how the command is used.
func (userAddCmd) Help() string {
	var b strings.Builder
	b.WriteString("A new person is given a password, which is printed once. Who is there already is\ngiven the role, and keeps password and other roles. The roles:\n\n")
	for _, r := range access.Roles() {
		fmt.Fprintf(&b, "  %-14s %s\n", r, r.About())
	}
	return b.String() + `
Examples:
  plumbline user add ada@example.org --role engineer --name "Ada Lovelace"
  plumbline user add audit@example.com --role auditor --group payments --group shop`
}

// Run adds the person or the roles.
func (c userAddCmd) Run(ctx context.Context, s streams) error {
	role, err := access.ParseRole(c.Role)
	if err != nil {
		return err
	}
	return c.book(ctx, s, func(ctx context.Context, folk *people.People, out io.Writer) error {
		grants, err := c.grants(ctx, folk, role)
		if err != nil {
			return err
		}
		list, err := folk.List(ctx)
		if err != nil {
			return err
		}
		for _, p := range list {
			if strings.EqualFold(p.Email, strings.TrimSpace(c.Email)) {
				return c.more(ctx, out, folk, p, grants)
			}
		}
		_, password, err := folk.Add(ctx, c.Email, c.Name, grants...)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s may sign in, with this password. It is shown this once; it is to be changed at the first sign-in.\n\n  %s\n", c.Email, password)
		return err
	})
}

func (c userAddCmd) grants(ctx context.Context, folk *people.People, role access.Role) ([]people.Grant, error) {
	if len(c.Group) == 0 {
		return []people.Grant{{Role: role}}, nil
	}
	var grants []people.Grant
	for _, name := range c.Group {
		g, err := folk.GroupByName(ctx, name)
		if err != nil {
			return nil, err
		}
		grants = append(grants, people.Grant{Role: role, Group: g.ID, Name: g.Name})
	}
	return grants, nil
}

// more gives roles to somebody who is there already.
func (c userAddCmd) more(ctx context.Context, out io.Writer, folk *people.People, p people.Person, grants []people.Grant) error {
	for _, g := range grants {
		if err := folk.Grant(ctx, p.ID, g.Role, g.Group); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s is there already, and is %s now.\n", p.Email, export.Printable(g.Say())); err != nil {
			return err
		}
	}
	return nil
}

type userListCmd struct {
	databaseFlags
}

// Help shows how the command is used.
func (userListCmd) Help() string { return "Example:\n  plumbline user list" }

// Run lists the people.
func (c userListCmd) Run(ctx context.Context, s streams) error {
	return c.book(ctx, s, func(ctx context.Context, folk *people.People, out io.Writer) error {
		list, err := folk.List(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "E-MAIL\tNAME\tSTATE\tLAST SIGNED IN\tROLES")
		for _, p := range list {
			state, last, roles := "enabled", "never", []string{}
			if !p.Disabled.IsZero() {
				state = "disabled"
			}
			if !p.SignedIn.IsZero() {
				last = p.SignedIn.UTC().Format(time.DateTime)
			}
			for _, g := range p.Grants {
				roles = append(roles, g.Say())
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", export.Printable(p.Email), export.Printable(p.Name), state, last, export.Printable(strings.Join(roles, "; ")))
		}
		return w.Flush()
	})
}

// A person named on the command line.
type personArg struct {
	databaseFlags
	Email string `arg:"" help:"What the person signs in with." placeholder:"EMAIL"`
}

// with opens the book at the person's page.
func (a personArg) with(ctx context.Context, s streams, do func(context.Context, *people.People, people.Person, io.Writer) error) error {
	return a.book(ctx, s, func(ctx context.Context, folk *people.People, out io.Writer) error {
		p, err := folk.ByEmail(ctx, a.Email)
		if err != nil {
			return err
		}
		return do(ctx, folk, p, out)
	})
}

type userDisableCmd struct{ personArg }

// Help shows how the command is used.
func (userDisableCmd) Help() string {
	return "All sessions end and all tokens are refused at once. The last administrator over all\naccounts is not disabled.\n\nExample:\n  plumbline user disable ada@example.org"
}

// Run disables the person.
func (c userDisableCmd) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(ctx context.Context, folk *people.People, p people.Person, out io.Writer) error {
		if err := folk.Disable(ctx, p.ID); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "%s is shut out.\n", p.Email)
		return err
	})
}

type userEnableCmd struct{ personArg }

// Help shows how the command is used.
func (userEnableCmd) Help() string { return "Example:\n  plumbline user enable ada@example.org" }

// Run enables the person.
func (c userEnableCmd) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(ctx context.Context, folk *people.People, p people.Person, out io.Writer) error {
		if err := folk.Enable(ctx, p.ID); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "%s may sign in again.\n", p.Email)
		return err
	})
}

type userPasswordCmd struct{ personArg }

// Help shows how the command is used.
func (userPasswordCmd) Help() string {
	return "The new password replaces the present one and ends all sessions.\n\nExample:\n  plumbline user password ada@example.org"
}

// Run makes the password.
func (c userPasswordCmd) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(ctx context.Context, folk *people.People, p people.Person, out io.Writer) error {
		password, err := folk.ResetPassword(ctx, p.ID)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "A new password for %s. It is shown this once.\n\n  %s\n", p.Email, password)
		return err
	})
}

// book opens the service's book of people, beside a service that runs or
// without one. What is changed is noted as done on this machine; what do writes is
// printed once it is kept.
func (f databaseFlags) book(ctx context.Context, s streams, do func(context.Context, *people.People, io.Writer) error) error {
	return f.within(ctx, s, func(ctx context.Context, db *database, out io.Writer) error {
		return do(people.WithOrigin(ctx, people.Origin{Who: operator()}), people.New(db.Store, time.Now), out)
	})
}

// within opens the service's database, beside a service that runs or without
// one, for one transaction. What do writes is printed once it is kept.
func (f databaseFlags) within(ctx context.Context, s streams, do func(context.Context, *database, io.Writer) error) error {
	var wrong faults
	cfg := &config{wait: patience}
	f.read(cfg, &wrong)
	if err := wrong.err(); err != nil {
		return err
	}
	if _, err := os.Stat(cfg.dir); cfg.database == "" && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("There is no service in %s. Name the directory of yours by --data-dir (PLUMBLINE_DATA_DIR), or its database by DATABASE_URL", cfg.dir)
	}
	db, err := cfg.reach(ctx, s.err)
	if err != nil {
		return err
	}
	if _, err = migrate(ctx, cfg.url(db), db.Store, false); err == nil {
		var told bytes.Buffer
		err = db.Within(ctx, func(ctx context.Context) error { return do(ctx, db, &told) })
		if err == nil {
			_, err = told.WriteTo(s.out)
		}
	}
	return db.close(ctx, err)
}

// operator names who sits at the machine.
func operator() string {
	name := os.Getenv("SUDO_USER")
	if u, err := osuser.Current(); err == nil && name == "" {
		name = u.Username
	}
	if name == "" {
		name = "unknown"
	}
	return "command line (" + name + ")"
}
