package serve

import (
	"net/http"
	"strconv"
)

// InTurn says that the nth call that fits a fault, counted from 1, is one that
// goes wrong: those from a call on, 0 and 1 being the first, and so many of
// them, 0 being all that follow.
func InTurn(n, from, count int) bool {
	from = max(from, 1)
	return n >= from && (count == 0 || n < from+count)
}

// Maintenance is a page for people, as whatever stands in between shows it.
const Maintenance = "<html><head><title>Maintenance</title></head><body>We will be back soon.<br></body></html>"

// Respond sends a short reply. A client that is gone cannot be told.
func Respond(w http.ResponseWriter, status int, b []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// Cut sends half of a reply: clean, with a length that fits it; else the
// connection is lost midway, and Cut does not return.
func Cut(w http.ResponseWriter, status int, b []byte, clean bool) {
	half := b[:len(b)/2]
	if clean {
		Respond(w, status, half)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(half) // the connection is thrown away next
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// Hang answers nothing until the client gives up. It does not return.
func Hang(r *http.Request) {
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// Reset drops the connection with a TCP reset where it can.
func Reset(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
		return
	}
	panic(http.ErrAbortHandler)
}
