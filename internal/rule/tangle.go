package rule

import (
	"bytes"
	"fmt"
	"iter"
)

// Tangled finds where brackets, or lists and keys, stand within one another deeper
// than deepest in a YAML file: no file of ours needs that, and the YAML library's
// time grows with the square of the depth. why is "" if they nowhere do. It does
// not read YAML: what stands in a text counts as well.
func Tangled(file []byte, deepest int) (line, col int, why string) {
	var open int    // brackets
	var began []int // columns at which lists and keys began that have not ended
	for l := range lines(file) {
		line++
		starts := beginnings(l)
		if len(starts) > 0 {
			for len(began) > 0 && began[len(began)-1] >= starts[0] {
				began = began[:len(began)-1]
			}
		}
		for _, at := range starts {
			if began = append(began, at); len(began) > deepest {
				return line, at + 1, fmt.Sprintf("lists begin within lists here, or keys within keys, %d deep", deepest)
			}
		}
		for i, c := range l {
			switch c {
			case '[', '{':
				if open++; open > deepest {
					return line, i + 1, fmt.Sprintf("brackets are open %d deep here", deepest)
				}
			case ']', '}':
				open = max(open-1, 0)
			}
		}
	}
	return 0, 0, ""
}

// lines are the lines of a file, as YAML ends them: with a line feed, a carriage
// return, or both (YAML 1.2, 5.4).
func lines(file []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(file) > 0 {
			end := bytes.IndexAny(file, "\r\n") + 1
			switch {
			case end == 0:
				end = len(file)
			case file[end-1] == '\r' && end < len(file) && file[end] == '\n':
				end++
			}
			if !yield(file[:end]) {
				return
			}
			file = file[end:]
		}
	}
}

// beginnings are the columns, from 0, at which something begins on a line: the
// elements of lists, one within the other, and what they hold. The mark of a
// document, anchors and tags hold nothing themselves.
func beginnings(line []byte) (at []int) {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case blank(line, i):
		case (c == '-' || c == '?' || c == ':') && blank(line, i+1):
			at = append(at, i)
		case i == 0 && bytes.HasPrefix(line, []byte("---")) && blank(line, len("---")):
			i += len("---") - 1
		case c == '&' || c == '!':
			for !blank(line, i+1) {
				i++
			}
		default:
			return append(at, i)
		}
	}
	return at
}

// blank says that a line has nothing at a place, or ends there.
func blank(line []byte, i int) bool {
	return i >= len(line) || bytes.IndexByte([]byte(" \t\r\n"), line[i]) >= 0
}
