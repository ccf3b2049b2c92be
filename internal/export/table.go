package export

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/path"
	"plumbline/internal/snapshot"
)

// A TableStyle says how the table looks.
type TableStyle struct {
	Color bool // paint severities
	Width int  // columns of the terminal; 0 is unlimited
	Most  int  // findings shown at most; 0 is all
}

// Table writes the report for a person: what fails, what nobody could see,
// and what it comes to.
func (r *Report) Table(w io.Writer, st TableStyle) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s account %s, %d workloads, %s\n", Printable(estate.CloudName(r.Provider)), Printable(r.Account), len(r.Workloads), r.TakenAt.UTC().Format("2 Jan 2006 15:04 UTC"))
	if out := r.LeftOut(); len(out) > 0 {
		fmt.Fprintf(&b, "This is not the whole account: %s left out of the scan.\n", plural(len(out), "enabled region was", "enabled regions were"))
	}
	b.WriteByte('\n')
	r.ways(&b, st)
	r.failing(&b, st)
	r.open(&b, st)
	r.summary(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// ways tells the attack paths, a block each: who can come in, past what, to
// what, and the cheapest cut.
func (r *Report) ways(b *strings.Builder, st TableStyle) {
	if len(r.Paths) == 0 {
		return
	}
	sure := 0
	for i := range r.Paths {
		if r.Paths[i].Path.State == path.Whole {
			sure++
		}
	}
	fmt.Fprintf(b, "%s from the internet to what credentials may do", plural(len(r.Paths), "way"))
	if sure < len(r.Paths) {
		fmt.Fprintf(b, ", %d of them certain", sure)
	}
	b.WriteString("\n")
	const most = 10
	for i := range r.Paths {
		if st.Most > 0 && i == most {
			fmt.Fprintf(b, "  … and %d more; --output json lists them all.\n", len(r.Paths)-most)
			break
		}
		r.Paths[i].tell(b)
	}
	b.WriteByte('\n')
}

func (w *WayIn) tell(b *strings.Builder) {
	s := &w.Workload.Subject
	name := s.ID
	if s.Name != "" {
		name = s.Name + " (" + s.ID + ")"
	}
	fmt.Fprintf(b, "  %s in %s", Printable(name), Printable(s.Region))
	if w.Path.State == path.Possible {
		b.WriteString(", possible: not every step could be looked at")
	}
	b.WriteByte('\n')
	for _, step := range w.Path.Steps {
		fmt.Fprintf(b, "    %s %s", arrow(step), Printable(step.Title))
		if step.Detail != "" {
			fmt.Fprintf(b, ": %s", Printable(step.Detail))
		}
		b.WriteByte('\n')
	}
	if len(w.Path.Cuts) > 0 {
		cut := &w.Path.Cuts[0]
		fmt.Fprintf(b, "    cut it: %s", Printable(cut.Title))
		if cut.Command != "" {
			fmt.Fprintf(b, "\n      %s", Printable(cut.Command))
		}
		b.WriteByte('\n')
	}
}

func arrow(s path.Step) string {
	if s.Certain {
		return "→"
	}
	return "?"
}

func (r *Report) failing(b *strings.Builder, st TableStyle) {
	rows := [][]string{{"SEVERITY", "RISK", "RULE", "WORKLOAD", "REGION", "WHAT IS WRONG"}}
	var sev []finding.Severity
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		if v.Outcome != finding.Fail {
			continue
		}
		sev = append(sev, v.Severity)
		if st.Most == 0 || len(rows) <= st.Most {
			rows = append(rows, []string{v.Severity.String(), fmt.Sprint(v.Risk), v.Rule, subjectName(v), v.Subject.Region, v.Say})
		}
	}
	if len(sev) == 0 {
		b.WriteString("Nothing that was assessed fails.\n\n")
		return
	}
	columns(b, rows, st, func(row int, cell string) string { return paint(st, sev[row-1], cell) })
	if hidden := len(sev) - len(rows) + 1; hidden > 0 {
		fmt.Fprintf(b, "… and %d more; --output json lists them all.\n", hidden)
	}
	b.WriteByte('\n')
}

// open groups what could not be told by its cause: one permission, n judgements.
func (r *Report) open(b *strings.Builder, st TableStyle) {
	type line struct {
		why   fact.Reason
		count int
	}
	var order []string
	by := map[string]*line{}
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		if v.Outcome != finding.Unknown {
			continue
		}
		why := fact.Reason{Detail: v.Fault}
		if len(v.Reasons) > 0 {
			why = v.Reasons[0]
		}
		k := why.String()
		if by[k] == nil {
			by[k] = &line{why: why}
			order = append(order, k)
		}
		by[k].count++
	}
	if len(order) == 0 {
		return
	}
	rows := [][]string{{"NOT ASSESSED", "CALL", "REGION", "WHY"}}
	for _, k := range order {
		l := by[k]
		rows = append(rows, []string{plural(l.count, "judgement"), l.why.Call, l.why.Region, because(&l.why)})
	}
	columns(b, rows, st, nil)
	b.WriteByte('\n')
}

func because(why *fact.Reason) string {
	text := fact.CauseText(why.Cause)
	if why.Detail != "" {
		text = strings.TrimSpace(text + " (" + why.Detail + ")")
	}
	return text
}

func (r *Report) summary(b *strings.Builder) {
	var pass, fail, unknown int
	for _, t := range r.Tallies {
		pass, fail, unknown = pass+t.Pass, fail+t.Fail, unknown+t.Unknown
	}
	if r.Posture.Assessed {
		fmt.Fprintf(b, "Posture %s. ", r.Posture)
	} else {
		b.WriteString("No posture: nothing could be assessed. ")
	}
	fmt.Fprintf(b, "%d failed, %d passed, %d not assessed.\n", fail, pass, unknown)
	if un := r.Unanswered(); len(un) > 0 {
		fmt.Fprintf(b, "%s not answered whole: %s.\n", plural(len(un), "question was", "questions were"), Printable(questions(un)))
	}
	if fail > 0 {
		b.WriteString("How to mend a finding: plumbline rules show RULE, or \"fix\" in --output json.\n")
	}
}

func questions(as []snapshot.Answer) string {
	var out []string
	for i, a := range as {
		if i == 3 {
			return strings.Join(out, ", ") + fmt.Sprintf(" and %d more", len(as)-3)
		}
		where := ""
		if a.Region != snapshot.Global {
			where = " in " + a.Region
		}
		out = append(out, fmt.Sprintf("%s%s (%s)", a.Call, where, fact.CauseText(a.Cause)))
	}
	return strings.Join(out, ", ")
}

// plural says "1 judgement" or "2 judgements"; a second word replaces the s.
func plural(n int, one string, many ...string) string {
	switch {
	case n == 1:
		return "1 " + one
	case len(many) > 0:
		return fmt.Sprintf("%d %s", n, many[0])
	default:
		return fmt.Sprintf("%d %ss", n, one)
	}
}

func subjectName(v *finding.Verdict) string {
	s := &v.Subject
	switch {
	case s.Name != "" && s.ID != "" && s.Name != s.ID:
		return s.Name + " (" + s.ID + ")"
	case s.ID != "":
		return s.ID
	default:
		return s.UID
	}
}

var ansi = map[finding.Severity]string{finding.Critical: "1;31", finding.High: "31", finding.Medium: "33", finding.Low: "34", finding.Info: "2"}

func paint(st TableStyle, s finding.Severity, cell string) string {
	if !st.Color {
		return cell
	}
	return "\x1b[" + ansi[s] + "m" + cell + "\x1b[0m"
}

// widestCell is the widest that any column but the last becomes.
const widestCell = 60

// columns aligns rows; the first is the head. first paints the first cell of a
// row. The last column is broken to the width of the terminal. Control characters,
// which a tag may hold, are shown as a dot.
func columns(b *strings.Builder, rows [][]string, st TableStyle, first func(row int, cell string) string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, c := range row {
			row[i] = Printable(c)
			if i < len(row)-1 { // one odd name does not push the rest out of sight
				row[i] = cut(row[i], widestCell, 1)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	for n, row := range rows {
		left := st.Width
		for i, c := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
			if i == len(row)-1 {
				c, pad = wrap(c, left, st.Width), ""
			}
			left -= widths[i] + 2
			if i == 0 && n > 0 && first != nil {
				c = first(n, c)
			}
			b.WriteString(c + pad)
			if i < len(row)-1 {
				b.WriteString("  ")
			}
		}
		b.WriteByte('\n')
	}
}

// wrap breaks the last cell between words, each line under the first: what is
// wrong is the last thing to be cut off.
func wrap(c string, left, width int) string {
	if width == 0 || left < 20 {
		return c
	}
	return Folded(c, left, "\n"+strings.Repeat(" ", width-left))
}

// Folded breaks a paragraph between words into lines of at most most letters,
// with end between them. A longer word stands on a line of its own.
func Folded(text string, most int, end string) string {
	var b strings.Builder
	at := 0
	for i, w := range strings.Fields(text) {
		n := utf8.RuneCountInString(w)
		switch {
		case i == 0:
		case at+1+n > most:
			b.WriteString(end)
			at = 0
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(w)
		at += n
	}
	return b.String()
}

func cut(c string, left, width int) string {
	if width == 0 || left < 12 || utf8.RuneCountInString(c) <= left {
		return c
	}
	return string([]rune(c)[:left-1]) + "…"
}

// Printable shows a text in one line of a terminal, which it cannot move, paint
// or mislead: controls, line ends and what turns or hides text become dots.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) { // control and direction characters, and what else has no shape
			return '·'
		}
		return r
	}, s)
}
