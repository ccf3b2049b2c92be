package ui

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"plumbline/internal/listing"
	"plumbline/web/parts"
)

// around is how many lines that stayed are shown before and after those that
// did not.
const around = 3

// widest is how many lines a comparison looks at line by line. Files of rules
// have a few hundred; of longer ones the whole middle is shown as replaced.
const widest = 2000

// A diffLine is a line that stayed, went or came.
type diffLine struct {
	role string // "", del, add
	text string
}

// changeDiff is what a change does to the file that holds, nil where it touches
// none.
func changeDiff(id string, c listing.RuleChange, before string) *parts.Code {
	switch c.Kind {
	case listing.DraftFile, listing.DraftFramework:
		return diffBlock(id, fmt.Sprintf("Change %d: lines with − go, lines with + come", c.ID), before, c.YAML)
	case listing.DraftRemove, listing.DraftOff, listing.DraftOn, listing.DraftParams:
	}
	return nil
}

// diffBlock shows in what two files differ; nil where they do not.
func diffBlock(id, label, before, after string) *parts.Code {
	if before == after {
		return nil
	}
	c := &parts.Code{ID: id, Label: label}
	skipped := 0
	all := diff(fileLines(before), fileLines(after))
	near := nearChanges(all)
	for i, l := range all {
		if !near[i] {
			skipped++
			continue
		}
		if skipped > 0 {
			c.Lines = append(c.Lines, skippedLine(skipped))
			skipped = 0
		}
		c.Lines = append(c.Lines, parts.Line{Runs: []parts.Run{{Role: l.role, Text: marks[l.role] + visible(l.text)}}})
	}
	if skipped > 0 {
		c.Lines = append(c.Lines, skippedLine(skipped))
	}
	return c
}

// visible shows signs that turn or hide what stands beside them: whoever
// approves a file must see what will be read.
func visible(line string) string {
	return strings.Map(func(c rune) rune {
		if c != '\t' && !unicode.IsPrint(c) {
			return '·'
		}
		return c
	}, line)
}

var marks = map[string]string{"": "  ", "del": "− ", "add": "+ "}

func skippedLine(n int) parts.Line {
	return parts.Line{Runs: []parts.Run{{Role: "c", Text: fmt.Sprintf("  … %s that stay", some(n, "line", "lines"))}}}
}

// nearChanges marks the lines that are shown.
func nearChanges(all []diffLine) []bool {
	near := make([]bool, len(all))
	for i, l := range all {
		if l.role == "" {
			continue
		}
		for j := max(i-around, 0); j < min(i+around+1, len(all)); j++ {
			near[j] = true
		}
	}
	return near
}

func fileLines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// diff finds the fewest lines that go and come. Equal beginnings and ends are
// left out of the search.
func diff(before, after []string) []diffLine {
	head := 0
	for head < len(before) && head < len(after) && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < len(before)-head && tail < len(after)-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	var out []diffLine
	for _, l := range before[:head] {
		out = append(out, diffLine{"", l})
	}
	out = append(out, middle(before[head:len(before)-tail], after[head:len(after)-tail])...)
	for _, l := range before[len(before)-tail:] {
		out = append(out, diffLine{"", l})
	}
	return out
}

// middle compares by the longest common subsequence.
func middle(before, after []string) []diffLine {
	if len(before) > widest || len(after) > widest {
		return replaced(before, after)
	}
	common := make([][]int16, len(before)+1) // how long it is from here on
	for i := range common {
		common[i] = make([]int16, len(after)+1)
	}
	for i := len(before) - 1; i >= 0; i-- {
		for j := len(after) - 1; j >= 0; j-- {
			if before[i] == after[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var out []diffLine
	i, j := 0, 0
	for i < len(before) && j < len(after) {
		switch {
		case before[i] == after[j]:
			out = append(out, diffLine{"", before[i]})
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, diffLine{"del", before[i]})
			i++
		default:
			out = append(out, diffLine{"add", after[j]})
			j++
		}
	}
	return append(out, replaced(before[i:], after[j:])...)
}

func replaced(before, after []string) []diffLine {
	var out []diffLine
	for _, l := range before {
		out = append(out, diffLine{"del", l})
	}
	for _, l := range after {
		out = append(out, diffLine{"add", l})
	}
	return slices.Clip(out)
}
