package snapshot

// The codes of our own, for what ends a question without a word from the
// cloud. No cloud's code begins like them.
const (
	ours            = "plumbline:"
	CodeCutOff      = ours + string(CutOff)      // a reply that ended early
	CodeUnreadable  = ours + string(Unreadable)  // a reply, but not the cloud's
	CodeUnreachable = ours + string(Unreachable) // no reply
	CodeInterrupted = ours + string(Interrupted) // the scan was stopped
	CodeLogin       = ours + string(BadLogin)    // the login could not be renewed
	CodeTokenLoop   = ours + "token_loop"        // a page names, as the next, one that came before
	CodeNoRegions   = ours + "no_regions"        // an empty list of regions
	CodeElsewhere   = ours + "elsewhere"         // a region whose address is not the cloud's
	CodeNotSent     = ours + "not_sent"          // the request could not be made
)

var ourCauses = map[string]Cause{
	CodeCutOff:      CutOff,
	CodeUnreadable:  Unreadable,
	CodeUnreachable: Unreachable,
	CodeInterrupted: Interrupted,
	CodeLogin:       BadLogin,
	CodeTokenLoop:   Unreadable,
	CodeNoRegions:   Unreadable,
	CodeElsewhere:   OtherRefusal,
	CodeNotSent:     OtherRefusal,
}

// OurCause is what a code of our own means; ok is false for a cloud's.
func OurCause(code string) (c Cause, ok bool) {
	c, ok = ourCauses[code]
	return c, ok
}
