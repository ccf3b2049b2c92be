package ui

import (
	"cmp"
	"fmt"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// hiddenOf says what stands in a workload that should not, or that matters to
// whoever gets in: never a secret itself.
func hiddenOf(w *estate.Workload) (pages.Question, []pages.Secret) {
	if w.Provider == ibm && untold(w) {
		return hiddenOfIBM(w), nil
	}
	u := &w.UserData
	q := pages.Question{Answer: hiddenAnswer(u), Facts: []parts.Fact{
		userData(u.Present),
		known("Container host", w.ContainerHost, yesNo("a container platform runs on it", "none that the provider tells of")),
		known("Managed", w.Patches.Managed, yesNo("an agent of the provider's management service reports", "no agent of the provider's management service reports")),
		known("Patches", w.Patches.State, wordsOf(map[string]string{"compliant": "all that should be are installed", "non_compliant": "some are missing", "none": "no patch was ever looked for"})),
		known("Operated by", w.ManagedBy, func(s string) string { return cmp.Or(s, "its owner") }),
		known("Image", w.Image, func(s string) string { return s }),
	}}
	if off := switchedOff(u.Secrets.Gaps()); !off {
		q.Gaps = gapsOf(u.Secrets)
	}
	var all []pages.Secret
	for _, s := range u.Secrets.Items() {
		place := s.Place
		if s.Line > 0 {
			place = strings.TrimPrefix(fmt.Sprintf("%s, line %d", s.Place, s.Line), ", ")
		}
		all = append(all, pages.Secret{Kind: secretName(s.Kind), Place: place, Mark: short(s.Hash)})
	}
	if len(all) > 0 {
		q.Say = "The secrets themselves are not kept. The same secret has the same mark wherever it stands."
	}
	all, q.More = cutList(all)
	return q, all
}

// secretName is what a kind of secret is called.
func secretName(kind string) string {
	words := strings.ReplaceAll(kind, "_", " ")
	if rest, ok := strings.CutPrefix(words, "aws "); ok {
		return "AWS " + rest
	}
	return sentenceName(words)
}

// short is the beginning of a long hash.
func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}

func hiddenAnswer(u *estate.UserData) *pages.State {
	n := len(u.Secrets.Items())
	present, known := u.Present.Get()
	switch {
	case n > 0:
		return &pages.State{Tone: "err", Icon: "alert", Word: some(n, "secret", "secrets") + " in its user data"}
	case known && !present:
		return &pages.State{Tone: "ok", Icon: "check", Word: "No user data"}
	case u.Secrets.Whole():
		return &pages.State{Tone: "ok", Icon: "check", Word: "No secret was found"}
	case switchedOff(u.Secrets.Gaps()):
		return &pages.State{Tone: "q", Icon: "eye", Word: "Not looked through"}
	}
	return &unknownState
}

// switchedOff says whether nobody was to read user data, which is a choice and
// no fault.
func switchedOff(gaps []*fact.Reason) bool {
	for _, g := range gaps {
		if g.Cause == snapshot.OutOfScope {
			return true
		}
	}
	return false
}

func userData(f fact.Of[bool]) parts.Fact {
	if !f.Known() && f.Why().Cause == snapshot.OutOfScope {
		return parts.Fact{Name: "User data", Tag: &parts.Tag{Icon: "eye", Text: "Not read"}, Sub: "Reading it is switched off for this account, or the region was left out of the scan."}
	}
	return known("User data", f, yesNo("there is some, and it was looked through for secrets", "none"))
}
