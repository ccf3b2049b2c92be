package ibmevents

// lot ends a lot: an array or the answer to a query, of which one file may hold
// several that were put together. begins says that another follows.
func (f *reading) lot(begins bool) {
	f.answered = f.answered || begins
	events := f.events - f.before
	f.atLimit(events)
	if f.inLot && events == 0 {
		f.r.doubt("Part of %s is an array or the answer to a query that holds no event, as after one that failed.", called(f.name))
	}
	f.before, f.inLot = f.events, begins
}

// atLimit doubts a number of events that a limit may have made. Event Routing has
// none: what it wrote may be of any number.
func (f *reading) atLimit(events int64) {
	if f.answered && events > 0 && events%1000 == 0 {
		f.r.doubt("Exactly %d events stand together in %s, which is how an export looks that was cut off at a limit. Export shorter periods, each into a file of its own.", events, called(f.name))
	}
}
