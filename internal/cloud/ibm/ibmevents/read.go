package ibmevents

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"

	"plumbline/internal/problem"
)

// A reading is one file while it is read. It may be JSON objects, one a line, as
// Activity Tracker Event Routing writes them into a bucket; an array, as IBM Cloud
// Logs exports it; or what a DataPrime query answers: server-sent events, each with
// the results in an envelope (package logsv0 of IBM's logs-go-sdk). Any of them may
// be packed with gzip.
type reading struct {
	r      *Reader
	name   string
	unit   string // what number counts: line, record
	number int64
	events int64 // that were understood
	before int64 // of those, before the lot that is being read
	inLot  bool
	unread int64
	first  *Place  // that was not understood
	chunk  *capped // what a record is read from; nil where lines are

	answered bool // not all of it is as Event Routing writes it: IBM Cloud Logs answered, within a limit
}

func (f *reading) at() string { return f.unit + " " + strconv.FormatInt(f.number, 10) }

func (f *reading) read(file io.Reader) error {
	in := bufio.NewReader(file)
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return problem.New(problem.Invalid, "%s begins as a gzip file does and is none: %v.", begins(f.name), err)
		}
		in = bufio.NewReader(z)
	}
	capped := &capped{in: in, left: f.r.most}
	in = bufio.NewReader(capped)
	if head, _ := in.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	first, err := firstByte(in)
	if err == nil && first == '[' {
		err = f.stream(in)
	} else if err == nil {
		err = f.lines(in)
	}
	switch {
	case capped.over:
		return problem.New(problem.Invalid, "%s is longer than %d bytes unpacked. Give shorter periods, each in a file of its own.", begins(f.name), f.r.most)
	case errors.Is(err, io.EOF):
		return nil
	case isGzip(err):
		return problem.New(problem.Invalid, "%s cannot be unpacked: %v. Was it copied whole?", begins(f.name), err)
	}
	return err
}

func isGzip(err error) bool {
	return errors.As(err, new(flate.CorruptInputError)) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum)
}

// firstByte is the first that is no space, which stays to be read.
func firstByte(in *bufio.Reader) (byte, error) {
	for {
		b, err := in.ReadByte()
		if err != nil {
			return 0, err
		}
		if !bytes.ContainsRune([]byte(" \t\r\n"), rune(b)) {
			return b, in.UnreadByte()
		}
	}
}

// lines reads JSON objects, one a line.
func (f *reading) lines(in *bufio.Reader) error {
	f.unit = "line"
	var buf []byte
	for {
		line, long, err := readLine(in, buf[:0])
		buf = line
		if len(line) == 0 && err != nil {
			return err
		}
		f.number++
		data, isData := payload(line)
		switch {
		case long:
			f.miss("the line is too long")
		case !isData:
		case f.number == 1 && err == nil && !json.Valid(data) && data[0] == '{':
			// An object over several lines, as a program prints it for people.
			return f.stream(io.MultiReader(bytes.NewReader(slices.Clone(data)), in))
		case data[0] == '{' || data[0] == '[':
			f.answered = f.answered || len(data) != len(bytes.TrimSpace(line)) // a server-sent event
			if err := f.whole(data); err != nil {
				return err
			}
		default:
			f.miss("it is no JSON object")
		}
		if err != nil {
			return err
		}
	}
}

// whole reads the values of one line: one, or several where files without an end
// of their last line were put together.
func (f *reading) whole(data []byte) error {
	if len(data) <= longestRow {
		if e, ok := plain(data); ok {
			return f.event(e)
		}
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	for {
		switch err := f.value(dec, 0); {
		case err == nil:
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errDeep):
			f.miss(err.Error())
			return nil
		case isBroken(err):
			f.miss("it is not JSON")
			return nil
		default:
			return err
		}
	}
}

func isBroken(err error) bool {
	var syntax *json.SyntaxError
	return errors.As(err, &syntax) || errors.Is(err, errEarly)
}

// payload is what a line holds; ok is false where that is nothing. Lines of
// server-sent events have a name before a colon, and only data is one.
func payload(line []byte) (data []byte, ok bool) {
	line = bytes.TrimSpace(line)
	if rest, found := bytes.CutPrefix(line, []byte("data:")); found {
		line = bytes.TrimSpace(rest)
	}
	for _, name := range []string{":", "event:", "id:", "retry:"} {
		if bytes.HasPrefix(line, []byte(name)) {
			return nil, false
		}
	}
	return line, len(line) > 0
}

// readLine appends a line to buf. What is longer than longestLine is read and
// dropped, and long says so.
func readLine(in *bufio.Reader, buf []byte) (line []byte, long bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(buf)+len(part) > longestLine {
			buf, long = append(buf[:0], '?'), true
		} else {
			buf = append(buf, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return buf, long, err
		}
	}
}

// stream reads JSON values one after the other, whatever their lines. What is
// not JSON cannot be passed over: the rest of the file is not understood.
func (f *reading) stream(in io.Reader) error {
	f.unit, f.number, f.answered = "record", 0, true
	f.chunk = &capped{in: in, left: longestRow}
	dec := json.NewDecoder(f.chunk)
	for {
		err := f.value(dec, 0)
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return nil
		case f.chunk.over:
			f.number++
			f.miss("the record is too long, and what follows was not read")
			return nil
		case isBroken(err), errors.Is(err, errDeep):
			f.number++
			f.miss("it is not JSON, and what follows was not read")
			return nil
		default:
			return err
		}
	}
}

// The members of an answer of a DataPrime query that hold further rows.
var envelope = []string{"result", "results"}

// deepest is how deep rows stand in envelopes at most.
const deepest = 6

// value reads a value token by token: rows in an array or an envelope are taken
// one at a time, however many there are. io.EOF means that no further value
// begins.
func (f *reading) value(dec *json.Decoder, depth int) error {
	tok, err := dec.Token()
	if err != nil {
		return early(err, depth)
	}
	switch tok {
	case nil: // null, as for results that there are none of
	case json.Delim('['):
		if depth == deepest {
			return errDeep
		}
		if depth == 0 {
			f.lot(true)
			defer f.lot(false)
		}
		for dec.More() {
			if err := f.value(dec, depth+1); err != nil {
				return err
			}
		}
		_, err = dec.Token()
		return early(err, depth+1)
	case json.Delim('{'):
		return f.object(dec, depth)
	default:
		f.count()
		f.miss("it is no JSON object")
	}
	return nil
}

func (f *reading) object(dec *json.Decoder, depth int) error {
	row, enveloped, length := map[string]json.RawMessage{}, false, 0
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return early(err, depth+1)
		}
		name, _ := tok.(string)
		if depth == 0 && name == "query_id" {
			f.lot(true)
		}
		if depth < deepest && slices.Contains(envelope, name) && row["action"] == nil {
			enveloped = true
			if err := f.value(dec, depth+1); err != nil {
				return err
			}
			continue
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return early(err, depth+1)
		}
		if length += len(name) + len(raw); length <= longestRow && len(row) <= mostMembers {
			row[name] = raw
		}
	}
	if _, err := dec.Token(); err != nil {
		return early(err, depth+1)
	}
	if length > longestRow || len(row) > mostMembers {
		f.count()
		f.miss("it is too long, or has too many members")
		return nil
	}
	return f.row(row, enveloped)
}

// early tells an end between values, which is one, from an end within a value.
func early(err error, depth int) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) && depth > 0 {
		return errEarly
	}
	return err
}

// row takes what stands at one place.
func (f *reading) row(row map[string]json.RawMessage, enveloped bool) error {
	if row["action"] == nil || row["target.id"] != nil {
		f.answered = true // an envelope, or columns
	}
	if said := remark(row); said {
		f.r.doubt("IBM Cloud Logs remarks in %s that its answer is not whole, or failed: %s", called(f.name), shown(row))
		return nil
	}
	if _, id := row["query_id"]; enveloped && row["action"] == nil || id && len(row) == 1 {
		return nil
	}
	f.count()
	e, ok := find(flat(row), 4)
	if !ok {
		f.miss("there is no event of Activity Tracker in it")
		return nil
	}
	return f.event(e)
}

func (f *reading) event(e event) error {
	why, err := f.take(e)
	if why != "" {
		f.miss(why)
	}
	return err
}

// count numbers a row where lines do not, and allows the next its length.
func (f *reading) count() {
	if f.unit == "record" {
		f.number++
	}
	if f.chunk != nil {
		f.chunk.left = longestRow
	}
}

// miss notes what was not understood and may have been a request to a metadata
// service.
func (f *reading) miss(why string) {
	f.unread++
	f.r.sum.Unread++
	if f.first == nil {
		f.first = &Place{f.name, f.at(), why}
	}
	if len(f.r.sum.Places) < mostPlaces {
		f.r.sum.Places = append(f.r.sum.Places, Place{f.name, f.at(), why})
	}
}

var (
	errEarly = errors.New("it ends early")
	errDeep  = errors.New("its lists stand too deep in each other")
)
