package clerk

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// How often an account may be scanned on schedule.
const (
	often = 5 * time.Minute
	rare  = 31 * 24 * time.Hour
)

// Try signs in and tests each permission.
func (c *Clerk) Try(ctx context.Context, provider string, l listing.Login) (listing.Tried, error) {
	if err := mayAnywhere(ctx, access.ManageAccounts); err != nil {
		return listing.Tried{}, err
	}
	return c.Login(ctx, provider, l)
}

// Connect signs in, notes the account, and begins its first scan.
func (c *Clerk) Connect(ctx context.Context, to listing.Connection) (account, scan int64, err error) {
	if err := mayAnywhere(ctx, access.ManageAccounts); err != nil {
		return 0, 0, err
	}
	if err := soundSchedule(to.Every); err != nil {
		return 0, 0, err
	}
	if to.Name, err = soundName(to.Name); err != nil {
		return 0, 0, err
	}
	tried, err := c.Login(ctx, to.Provider, to.Login)
	if err != nil {
		return 0, 0, err
	}
	if to.External != "" && tried.Account != to.External {
		return 0, 0, problem.New(problem.Conflict, "The login leads to account %s, and not to %s. Nothing was connected. Name an identity of account %[2]s.", tried.Account, to.External)
	}
	if account, err = c.Store.ConnectAccount(ctx, tried.Account, to, tried.Checks); err != nil {
		return 0, 0, err
	}
	err = c.Audit(ctx, Line{Action: "account connected", Object: to.Provider + " " + tried.Account, Account: account,
		Detail: withLogin(to.Login, map[string]string{"name": to.Name, "principal": tried.Principal, "scanned": inWords(to.Every), "user data": lookedThrough(!to.Login.NoUserData)})})
	if err != nil {
		return 0, 0, err
	}
	scan, err = c.begin(ctx, account)
	return account, scan, err
}

// withLogin adds by what an account is signed in to, as far as anything is named.
// A login holds references and no secret.
func withLogin(l listing.Login, detail map[string]string) map[string]string {
	for name, text := range map[string]string{"role": l.RoleARN, "trusted profile": l.Profile, "regions": strings.Join(l.Regions, ", ")} {
		if text != "" {
			detail[name] = text
		}
	}
	return detail
}

// Test tries an account's permissions again and notes the result.
func (c *Clerk) Test(ctx context.Context, account int64) ([]listing.Check, error) {
	a, err := c.allowed(ctx, access.ManageAccounts, account)
	if err != nil {
		return nil, err
	}
	if a.State != "connected" {
		return nil, problem.New(problem.Conflict, "The account %s is not connected, so there is no login to test. Connect it first.", a.External)
	}
	tried, err := c.Login(ctx, a.Provider, a.Login)
	if err != nil {
		return nil, err
	}
	if tried.Account != a.External {
		return nil, problem.New(problem.Conflict, "The login of account %s now leads to account %s. Correct it, or connect that account by itself.", a.External, tried.Account)
	}
	if err := c.Store.NoteTest(ctx, account, tried.Checks); err != nil {
		return nil, err
	}
	refused := 0
	for _, t := range tried.Checks {
		if t.Status != "complete" {
			refused++
		}
	}
	return tried.Checks, c.Audit(ctx, Line{Action: "account tested", Object: a.Provider + " " + a.External, Account: account,
		Detail: map[string]string{"refused": fmt.Sprintf("%d of %d", refused, len(tried.Checks))}})
}

// Change renames an account or sets how often it is scanned.
func (c *Clerk) Change(ctx context.Context, account int64, name string, every time.Duration) error {
	a, err := c.allowed(ctx, access.ManageAccounts, account)
	if err != nil {
		return err
	}
	if err := soundSchedule(every); err != nil {
		return err
	}
	if name, err = soundName(name); err != nil {
		return err
	}
	if err := c.Store.ChangeAccount(ctx, account, name, every); err != nil {
		return err
	}
	return c.Audit(ctx, Line{Action: "account changed", Object: a.Provider + " " + a.External, Account: account,
		Detail: map[string]string{"name": name, "name before": a.Name, "scanned": inWords(every), "scanned before": inWords(a.Every)}})
}

// ReadUserData says whether scans of an account look through user data for
// secrets. It holds from the next scan on.
func (c *Clerk) ReadUserData(ctx context.Context, account int64, read bool) error {
	a, err := c.allowed(ctx, access.ManageAccounts, account)
	if err != nil {
		return err
	}
	if a.State != "connected" {
		return problem.New(problem.Conflict, "The account %s is not connected, so nothing is read of it.", a.External)
	}
	if a.Login.NoUserData == !read {
		return nil
	}
	if err := c.Store.ReadUserData(ctx, account, read); err != nil {
		return err
	}
	return c.Audit(ctx, Line{Action: "account changed", Object: a.Provider + " " + a.External, Account: account,
		Detail: map[string]string{"user data": lookedThrough(read), "user data before": lookedThrough(!read)}})
}

func lookedThrough(read bool) string {
	if read {
		return "looked through for secrets"
	}
	return "not read"
}

// Disconnect stops scanning an account; a scan that runs is cancelled.
func (c *Clerk) Disconnect(ctx context.Context, account int64) error {
	a, err := c.allowed(ctx, access.ManageAccounts, account)
	if err != nil {
		return err
	}
	if a.State != "connected" {
		return problem.New(problem.Conflict, "The account %s is not connected. There is nothing to disconnect.", a.External)
	}
	if err := c.Store.DisconnectAccount(ctx, account); err != nil { // first: it waits for a scan that is just being begun
		return err
	}
	running, err := c.Store.RunningScan(ctx, account)
	if err != nil {
		return err
	}
	if running > 0 {
		err := c.Store.CancelScan(ctx, running, who(ctx)+", who disconnected the account")
		if err != nil && !problem.Is(err, problem.Conflict) { // one of the command line ends by itself
			return err
		}
	}
	return c.Audit(ctx, Line{Action: "account disconnected", Object: a.Provider + " " + a.External, Account: account,
		Detail: withLogin(a.Login, map[string]string{})})
}

// soundSchedule refuses what would ask a cloud without end, or hardly ever.
func soundSchedule(every time.Duration) error {
	if every == 0 || every >= often && every <= rare {
		return nil
	}
	return problem.New(problem.Invalid, "An account is scanned every 5 minutes to every 31 days, or on demand; %s is neither.", every)
}

const longestName = 100

func soundName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unseen) {
		return "", problem.New(problem.Invalid, "The name holds what is no text. Type it anew.")
	}
	if len(name) > longestName {
		return "", problem.New(problem.Invalid, "The name is %d bytes long; at most %d are kept. Shorten it.", len(name), longestName)
	}
	return name, nil
}

// unseen says of a letter that it is not seen, or turns others round: an account
// could pass for another one.
func unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
}

// inWords says how often an account is scanned.
func inWords(every time.Duration) string {
	switch {
	case every == 0:
		return "on demand"
	case every%(24*time.Hour) == 0 && every > 24*time.Hour:
		return fmt.Sprintf("every %d days", every/(24*time.Hour))
	case every%time.Hour == 0:
		return fmt.Sprintf("every %d h", every/time.Hour)
	}
	return fmt.Sprintf("every %d min", every/time.Minute)
}
