package clerk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/cloud/ibm/ibmevents"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// Events is a listing.Events. It acts through the clerk's store and writes into
// the clerk's audit log.
type Events struct {
	*Clerk
	Now func() time.Time // nil is time.Now
}

var _ listing.Events = (*Events)(nil)

// mostImports is how many imports one account may be given within 24 hours: the
// counts of each are kept.
const mostImports = 100

// mostAsked is how many counts of servers and days are kept of an account.
const mostAsked = 1_000_000

// longestUnpacked is how long a file may be once it is unpacked: reading it holds
// a connection to the database.
const longestUnpacked = 256 << 20

func (c *Events) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// Imports lists those of an account, the last first.
func (c *Events) Imports(ctx context.Context, account int64) ([]listing.EventImport, error) {
	if _, err := c.allowed(ctx, access.ReadEstate, account); err != nil {
		return nil, err
	}
	return c.Store.Reader().Imports(ctx, account, c.now())
}

// Import gives one of an account.
func (c *Events) Import(ctx context.Context, account, id int64) (i listing.EventImport, err error) {
	if _, err := c.allowed(ctx, access.ReadEstate, account); err != nil {
		return i, err
	}
	return c.Store.Reader().Import(ctx, account, id)
}

// ImportEvents reads audit events and keeps what they tell.
func (c *Events) ImportEvents(ctx context.Context, account int64, u listing.EventUpload) (i listing.EventImport, err error) {
	a, err := c.allowed(ctx, access.ImportEvents, account)
	if err != nil {
		return i, err
	}
	if a.Provider != "ibm" {
		return i, problem.New(problem.Invalid, "Audit events are understood of IBM Cloud alone. Account %s is none of its.", a.External)
	}
	at := c.now().UTC().Truncate(time.Second)
	n, err := c.Store.ImportsSince(ctx, account, at.Add(-24*time.Hour))
	if err != nil {
		return i, err
	}
	if n >= mostImports {
		return i, problem.New(problem.Conflict, "%d files were imported within 24 hours, which is the most. Put the events of more days or regions into one file.", n)
	}
	claim, err := ibmevents.ParseClaim(u.From, u.Until, at)
	if err != nil {
		return i, err
	}
	r := ibmevents.New(a.External, claim, at).Within(longestUnpacked)
	hash := sha256.New()
	body := io.TeeReader(u.Body, hash)
	if err := r.Read("", body); err != nil {
		return i, err
	}
	if _, err := io.Copy(io.Discard, body); err != nil { // what follows where reading ended
		return i, err
	}
	sum := r.Summary()
	i = importOf(&sum)
	i.SHA256 = [32]byte(hash.Sum(nil))
	i.At, i.Who, i.Name = at, who(ctx), nameOf(u.Name)
	if i.ID, err = c.Store.KeepEvents(ctx, account, &i, sum.Asked, mostAsked); err != nil {
		return i, err
	}
	return i, c.Audit(ctx, Line{Action: "audit events imported", Object: a.Provider + " " + a.External, Account: account,
		Detail: map[string]string{"import": fmt.Sprint(i.ID), "file": i.Name, "sha256": hex.EncodeToString(i.SHA256[:]), "events": fmt.Sprint(i.Events), "requests": fmt.Sprint(i.Requests), "not understood": fmt.Sprint(i.Unread),
			"from": strings.TrimSpace(u.From), "until": strings.TrimSpace(u.Until), "covers": coversOf(&i)}})
}

func importOf(s *ibmevents.Summary) listing.EventImport {
	i := listing.EventImport{Events: s.Events, Requests: s.Metadata, Unread: s.Unread, First: s.First, Last: s.Last, Covers: s.Covers, Doubts: slices.Clone(s.Doubts)}
	for _, p := range s.Places {
		i.Doubts = append(i.Doubts, "Not understood: "+p.String()+".")
	}
	servers := map[string]bool{}
	for _, a := range s.Asked {
		servers[a.Region+" "+a.Workload] = true
	}
	i.Servers = int64(len(servers))
	return i
}

// nameOf is the name of a file as it can be shown; "" for none.
func nameOf(name string) string {
	if name == "" {
		return ""
	}
	return listing.FileName(name)
}

func coversOf(i *listing.EventImport) string {
	var all []string
	for _, c := range i.Covers {
		all = append(all, fmt.Sprintf("%s %s to %s", c.Region, c.From.Format(time.RFC3339), c.Until.Format(time.RFC3339)))
	}
	return strings.Join(all, ", ")
}

// WithdrawEvents makes that an import counts for nothing.
func (c *Events) WithdrawEvents(ctx context.Context, account, id int64) error {
	a, err := c.allowed(ctx, access.ImportEvents, account)
	if err != nil {
		return err
	}
	if err := c.Store.WithdrawEvents(ctx, account, id, who(ctx), c.now().UTC().Truncate(time.Second)); err != nil {
		return err
	}
	return c.Audit(ctx, Line{Action: "audit events withdrawn", Object: a.Provider + " " + a.External, Account: account, Detail: map[string]string{"import": fmt.Sprint(id)}})
}
