package clerk

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// mostWaiting is how many proposals of one person may wait to be decided, of
// attestations and of changes of the rules each: one may carry a file.
const mostWaiting = 50

// mostFiles is how many files one person may propose within 24 hours. A file is
// kept whatever becomes of its proposal, so that withdrawing one makes no room
// for the next.
const mostFiles = 20

// An Attester is a listing.Attester. It acts through the clerk's store and
// writes into the clerk's audit log.
type Attester struct {
	*Clerk
	// Practices are the controls that there are. Where it is nil none can be
	// attested, only topics.
	Practices func() []listing.Practice
	Now       func() time.Time // nil is time.Now
}

var _ listing.Attester = (*Attester)(nil)

// Attest keeps a draft until somebody else decides.
func (c *Attester) Attest(ctx context.Context, d listing.AttestationDraft) (id int64, err error) {
	if !access.From(ctx).May(access.ProposeRules) {
		return 0, problem.New(problem.Forbidden, "Your roles do not let you propose an attestation.")
	}
	by := c.event(ctx, "proposed", "")
	d = tidy(d)
	faults := d.Faults(by.At)
	accounts, err := c.lookUp(ctx, &d, &faults, by.At)
	if err != nil {
		return 0, err
	}
	if len(faults) > 0 {
		return 0, problem.New(problem.Invalid, "%w", faults)
	}
	n, err := c.Store.WaitingAttestations(ctx, by)
	if err != nil {
		return 0, err
	}
	if n >= mostWaiting {
		return 0, problem.New(problem.Conflict, "%d of your proposals wait for somebody to decide. Withdraw some, or have them decided, before you propose more.", n)
	}
	if d.File != nil {
		files, err := c.Store.AttestationFiles(ctx, by, by.At.Add(-24*time.Hour))
		if err != nil {
			return 0, err
		}
		if files >= mostFiles {
			return 0, problem.New(problem.Conflict, "You proposed %d files within 24 hours, which is the most: a file is kept, though its proposal is withdrawn. Wait, or name a link.", files)
		}
	}
	if id, err = c.Store.ProposeAttestation(ctx, d, by); err != nil {
		return 0, err
	}
	line := attestationLine("proposed", id, accounts)
	line.Detail = map[string]string{"statement": strings.Join(strings.Fields(d.Statement), " "), "about": aboutOf(d.Framework, d.Control, d.Topic), "accounts": accountNames(d.Whole, accounts),
		"owner": d.Owner, "from": d.From.Format(time.DateOnly), "until": d.Until.Format(time.DateOnly), "link": d.Link}
	if d.File != nil {
		line.Detail["file"] = listing.FileName(d.File.Name)
		line.Detail["sha256"] = fmt.Sprintf("%x", sha256.Sum256(d.File.Content))
	}
	if d.Renews != 0 {
		line.Detail["renews"] = fmt.Sprint(d.Renews)
	}
	return id, c.Audit(ctx, line)
}

// tidy takes off what is around the texts, and what stands twice.
func tidy(d listing.AttestationDraft) listing.AttestationDraft {
	d.Statement = strings.TrimSpace(strings.ReplaceAll(d.Statement, "\r\n", "\n"))
	d.Link, d.Owner = strings.TrimSpace(d.Link), strings.ToLower(strings.TrimSpace(d.Owner))
	d.Accounts = slices.Clone(d.Accounts)
	slices.Sort(d.Accounts)
	d.Accounts = slices.Compact(d.Accounts)
	return d
}

// lookUp adds the faults that only somebody else can tell: whether accounts,
// owner, control and the former attestation are there.
func (c *Attester) lookUp(ctx context.Context, d *listing.AttestationDraft, f *listing.DraftFaults, now time.Time) ([]listing.Account, error) {
	accounts, err := c.Store.AttestationAccounts(ctx, d.Accounts)
	if err != nil {
		return nil, err
	}
	v := access.From(ctx)
	if len(accounts) < len(d.Accounts) || slices.ContainsFunc(d.Accounts, func(id int64) bool { return !v.Reach().Covers(id) }) {
		*f = append(*f, listing.DraftFault{Field: "accounts", Say: "One of these accounts is not there."})
	}
	if d.Owner != "" {
		if err := c.owner(ctx, d, f); err != nil {
			return nil, err
		}
	}
	if d.Framework != "" && d.Control != "" && !c.there(d.Framework, d.Control) {
		*f = append(*f, listing.DraftFault{Field: "about", Say: "There is no such control of a framework here."})
	}
	if d.Renews == 0 {
		return accounts, nil
	}
	return accounts, c.former(ctx, d, f, now)
}

// owner makes sure that the owner may sign in here, or is the viewer.
func (c *Attester) owner(ctx context.Context, d *listing.AttestationDraft, f *listing.DraftFaults) error {
	if strings.EqualFold(d.Owner, access.From(ctx).Email) {
		return nil
	}
	_, ok, err := c.Store.ActivePerson(ctx, d.Owner)
	if err == nil && !ok {
		*f = append(*f, listing.DraftFault{Field: "owner", Say: "Nobody with this e-mail may sign in here. Choose somebody from the list."})
	}
	return err
}

func (c *Attester) there(framework, control string) bool {
	return c.Practices != nil && slices.ContainsFunc(c.Practices(), func(p listing.Practice) bool { return p.Framework == framework && p.Control == control })
}

// former makes sure that what is renewed may be, and is about the same.
func (c *Attester) former(ctx context.Context, d *listing.AttestationDraft, f *listing.DraftFaults, now time.Time) error {
	was, _, err := c.Store.Reader().Attestation(ctx, d.Renews)
	if problem.Is(err, problem.NotFound) {
		*f = append(*f, listing.DraftFault{Field: "renews", Say: fmt.Sprintf("There is no attestation %d to renew.", d.Renews)})
		return nil
	}
	if err != nil {
		return err
	}
	if err := was.Renewing(access.From(ctx), now); err != nil {
		*f = append(*f, listing.DraftFault{Field: "renews", Say: err.Error()})
	} else if was.Framework != d.Framework || was.Control != d.Control || was.Topic != d.Topic {
		*f = append(*f, listing.DraftFault{Field: "renews", Say: fmt.Sprintf("Attestation %d is about something else. A renewal is about the same.", d.Renews)})
	}
	return nil
}

// DecideAttestation approves or refuses a proposal.
func (c *Attester) DecideAttestation(ctx context.Context, id int64, approve bool, note string) error {
	kind := "approved"
	if !approve {
		kind = "refused"
	}
	return c.act(ctx, id, kind, note, func(a *listing.Attestation, e listing.AttestationEvent) error {
		if err := a.Deciding(access.From(ctx), e.At); err != nil {
			return err
		}
		if !approve && e.Note == "" {
			return problem.New(problem.Invalid, "Say why you refuse it.")
		}
		return nil
	})
}

// WithdrawAttestation takes a proposal, or what was approved, back.
func (c *Attester) WithdrawAttestation(ctx context.Context, id int64, note string) error {
	return c.act(ctx, id, "withdrawn", note, func(a *listing.Attestation, e listing.AttestationEvent) error {
		if err := a.Withdrawing(access.From(ctx), e.At); err != nil {
			return err
		}
		if a.Approved() && e.Note == "" {
			return problem.New(problem.Invalid, "Say why what was approved no longer holds.")
		}
		return nil
	})
}

func (c *Attester) act(ctx context.Context, id int64, kind, note string, may func(*listing.Attestation, listing.AttestationEvent) error) error {
	a, _, err := c.Store.Reader().Attestation(ctx, id)
	if err != nil {
		return err
	}
	e := c.event(ctx, kind, note)
	if err := may(&a, e); err != nil {
		return err
	}
	if say := listing.TextFault(e.Note, listing.LongestNote); say != "" {
		return problem.New(problem.Invalid, "The note %s.", say)
	}
	if err := c.Store.NoteAttestation(ctx, &a, e); err != nil {
		return err
	}
	line := attestationLine(kind, id, a.Accounts)
	line.Detail = map[string]string{"about": aboutOf(a.Framework, a.Control, a.Topic), "accounts": accountNames(a.Whole, a.Accounts), "proposed by": a.Proposed.Who, "note": e.Note}
	if a.File != nil {
		line.Detail["sha256"] = fmt.Sprintf("%x", a.File.SHA256)
	}
	return c.Audit(ctx, line)
}

// event is what the viewer does now, as it is kept.
func (c *Attester) event(ctx context.Context, kind, note string) listing.AttestationEvent {
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	e := listing.AttestationEvent{At: now().UTC().Truncate(time.Microsecond), Kind: kind, Who: who(ctx), Note: strings.TrimSpace(strings.ReplaceAll(note, "\r\n", "\n"))}
	if v := access.From(ctx); v != nil {
		e.Person = v.Person
	}
	return e
}

// attestationLine begins a line of the audit log. It is about an account only
// where the attestation is about one and no other: who reads the log of an
// account must not read in it of others.
func attestationLine(kind string, id int64, accounts []listing.Account) Line {
	l := Line{Action: "attestation " + kind, Object: fmt.Sprintf("attestation %d", id)}
	if len(accounts) == 1 {
		l.Account = accounts[0].ID
	}
	return l
}

func aboutOf(framework, control, topic string) string {
	if topic != "" {
		return "topic " + topic
	}
	return framework + " " + control
}

func accountNames(whole bool, accounts []listing.Account) string {
	if whole {
		return "all"
	}
	var all []string
	for _, a := range accounts {
		all = append(all, a.Provider+" "+a.External)
	}
	return strings.Join(all, ", ")
}
