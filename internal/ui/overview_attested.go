package ui

import (
	"context"
	"fmt"

	"plumbline/internal/listing"
	"plumbline/web/pages"
)

// attested says on the overview which attestations wait for the viewer, and
// which end soon and were not renewed.
func (o *outlook) attested(ctx context.Context) error {
	if o.Attestations == nil {
		return nil
	}
	due, err := o.Attestations.DueAttestations(ctx, o.Now())
	if err != nil {
		return fmt.Errorf("attestations that are due: %w", err)
	}
	if n := len(o.undecided(ctx, due)); n > 0 {
		o.page.Look = append(o.page.Look, pages.Matter{Icon: "seal", Tone: "wait", Sub: "somebody else proposed it; until you decide, it counts for nothing",
			Link: pages.Link{Text: some(n, "attestation waits", "attestations wait") + " for your decision", Href: attestationsOf(listing.AttestationFilter{State: listing.AttestProposed})}})
	}
	var ends []listing.Reminder
	for _, r := range listing.Reminders(due, o.Now()) {
		if r.Renewal == 0 {
			ends = append(ends, r)
		}
	}
	switch {
	case len(ends) == 1:
		o.page.Look = append(o.page.Look, pages.Matter{Icon: "seal", Tone: "no", Sub: "then what it states is no data",
			Link: pages.Link{Text: fmt.Sprintf("Attestation %d %s", ends[0].Attestation.ID, endsIn(ends[0].Days)), Href: attestationPath(ends[0].Attestation.ID)}})
	case len(ends) > 1:
		o.page.Look = append(o.page.Look, pages.Matter{Icon: "seal", Tone: "no", Sub: "then what they state is no data; the first " + endsIn(ends[0].Days),
			Link: pages.Link{Text: number(len(ends)) + " attestations end within 30 days", Href: attestationsOf(listing.AttestationFilter{State: listing.AttestValid})}})
	}
	return nil
}
