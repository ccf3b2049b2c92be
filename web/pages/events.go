package pages

// Events is what was imported of audit events of an account, and the form that
// imports more.
type Events struct {
	None string // in place of the list
	Rows []EventRow
	Form *EventForm // nil where the reader may not
}

// An EventRow is one import.
type EventRow struct {
	When, Day, Who string
	File           string
	Counts         []string
	Covers         []string // regions and days
	Doubts         []string // why it covers nothing, or not a region
	Withdrawn      string   // when and by whom; "" where nobody did
	Withdraw       string   // address of the page that asks
}

// An EventForm imports a file of audit events.
type EventForm struct {
	Action      string
	Fault       string // of the form as a whole
	From, Until Field
	File        string // what is wrong with it
}
