package listing

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// An AttestationDraft is an attestation that nobody has proposed yet.
type AttestationDraft struct {
	Statement          string
	Framework, Control string // or
	Topic              string
	Whole              bool    // about all accounts, or
	Accounts           []int64 // about these
	Owner              string  // e-mail
	Link               string  // evidence elsewhere, or
	File               *Upload // evidence to be kept here, or both
	From, Until        time.Time
	Renews             int64 // 0: none
}

// An Upload is a file as it was sent. Its name may be anything.
type Upload struct {
	Name    string
	Content []byte
}

// DraftFaults are what is wrong with a draft. They are an error whose text says
// each.
type DraftFaults []DraftFault

// A DraftFault is what is wrong with one part of a draft, and what to do.
type DraftFault struct {
	Field string // statement, about, accounts, owner, link, file, evidence, from, until, renews
	Say   string // a sentence
}

// Error says each fault.
func (f DraftFaults) Error() string {
	var all []string
	for _, one := range f {
		all = append(all, one.Say)
	}
	return strings.Join(all, " ")
}

// Of is what is wrong with a part; "" if nothing is.
func (f DraftFaults) Of(field string) string {
	for _, one := range f {
		if one.Field == field {
			return one.Say
		}
	}
	return ""
}

func (f *DraftFaults) add(field, format string, a ...any) {
	*f = append(*f, DraftFault{field, fmt.Sprintf(format, a...)})
}

// Faults lists what can be told to be wrong without asking anybody: whether
// owner, accounts, control and former attestation are there is not among it.
func (d *AttestationDraft) Faults(now time.Time) DraftFaults {
	var f DraftFaults
	d.stated(&f)
	d.evidenced(&f)
	d.dated(&f, now)
	return f
}

func (d *AttestationDraft) stated(f *DraftFaults) {
	if say := TextFault(d.Statement, LongestStatement); say != "" {
		f.add("statement", "The statement %s.", say)
	} else if strings.TrimSpace(d.Statement) == "" {
		f.add("statement", "Say what holds, in a sentence or two.")
	}
	_, topic := TopicOf(d.Topic)
	switch {
	case d.Topic != "" && !topic:
		f.add("about", "There is no topic %q.", d.Topic)
	case d.Topic != "" && d.Framework+d.Control != "":
		f.add("about", "An attestation is about a control or about a topic, not about both.")
	case d.Topic == "" && (d.Framework == "" || d.Control == ""):
		f.add("about", "Choose what the statement is about.")
	case TextFault(d.Framework+d.Control, 200) != "" || strings.ContainsAny(d.Framework+d.Control, " \n\t"):
		f.add("about", "This is no control of a framework.")
	}
	switch {
	case d.Whole && len(d.Accounts) > 0:
		f.add("accounts", "An attestation is about all accounts or about some, not about both.")
	case !d.Whole && len(d.Accounts) == 0:
		f.add("accounts", "Choose at least one account, or all of them.")
	}
	if d.Owner == "" {
		f.add("owner", "Choose who answers for it.")
	}
}

func (d *AttestationDraft) evidenced(f *DraftFaults) {
	if d.Link == "" && d.File == nil {
		f.add("evidence", "Give evidence: a link to it, or a file.")
	}
	if d.Link != "" {
		if say := linkFault(d.Link); say != "" {
			f.add("link", "%s", say)
		}
	}
	if d.File == nil {
		return
	}
	switch n := len(d.File.Content); {
	case n == 0:
		f.add("file", "The file is empty. Choose one that holds the evidence.")
	case n > LongestFile:
		f.add("file", "The file is longer than 1 MB (%d bytes). Put it where it can be linked to, or send a smaller one.", LongestFile)
	}
}

// linkFault says what is wrong with an address. One that carries a password is
// refused: it would be shown to everybody who reads the attestation.
func linkFault(s string) string {
	a, err := url.Parse(s)
	switch {
	case len(s) > LongestLink:
		return fmt.Sprintf("The link is longer than %d bytes.", LongestLink)
	case err != nil || TextFault(s, LongestLink) != "" || strings.ContainsAny(s, " \n\t\\"):
		return "This is no address that can be opened."
	case a.Scheme != "https" && a.Scheme != "http" || a.Host == "":
		return "A link begins with https:// and names a site."
	case a.User != nil:
		return "The link carries a name or a password. Leave it out: everybody who reads this would see it."
	}
	return ""
}

func (d *AttestationDraft) dated(f *DraftFaults, now time.Time) {
	day := func(field string, t time.Time, what string) bool {
		switch {
		case t.IsZero():
			f.add(field, "Give the %s day, as 2026-11-22.", what)
		case !t.Equal(dayOf(t)):
			f.add(field, "The %s day is a day of UTC, without a time.", what)
		case t.Before(dayOf(now).AddDate(-5, 0, 0)) || t.After(dayOf(now).AddDate(5, 0, 0)):
			f.add(field, "The %s day is more than five years away.", what)
		default:
			return true
		}
		return false
	}
	first, last := day("from", d.From, "first"), day("until", d.Until, "last")
	if !first || !last {
		return
	}
	switch {
	case d.Until.Before(d.From):
		f.add("until", "The last day is before the first.")
	case d.Until.Before(dayOf(now)):
		f.add("until", "The last day is over already.")
	case d.Until.Sub(d.From) >= LongestValidity*aDay:
		f.add("until", "An attestation holds for at most %d days: until %s if it begins on %s. Then it is renewed.",
			LongestValidity, d.From.Add((LongestValidity-1)*aDay).Format("2 Jan 2006"), d.From.Format("2 Jan 2006"))
	}
}

// TextFault says why a text of at most so many characters cannot be kept, "" if
// it can: "has 5000 characters; at most 4000 are kept". Letters that are not
// seen, or that turn others round, could make it read as what it is not.
func TextFault(s string, most int) string {
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unseen):
		return "holds what is no text"
	case n > most:
		return fmt.Sprintf("has %d characters; at most %d are kept", n, most)
	}
	return ""
}

func unseen(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
}

const longestFileName = 120

// FileName makes of whatever a file was called a name without a path, without
// letters that are not seen, and without those that a file system may take for
// something else.
func FileName(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || unseen(r):
			return -1
		case strings.ContainsRune(`<>:"|?*%;`, r):
			return '_'
		}
		return r
	}, s)
	s = strings.Trim(s, ". ")
	if r := []rune(s); len(r) > longestFileName {
		end := []rune(path.Ext(s))
		if len(end) > 10 {
			end = nil
		}
		s = strings.Trim(string(r[:longestFileName-len(end)])+string(end), ". ")
	}
	if s == "" {
		return "evidence"
	}
	return s
}
