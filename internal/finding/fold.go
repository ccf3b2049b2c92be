package finding

// A Move is one step that a finding took.
type Move struct {
	From, To State
	Change   Change
}

// Fold says in one word what several moves, in order, came to. Void scans move
// findings too, and nobody is told; the next scan that is finished tells what
// became of each since the last one that was.
//
// The folded changes add up as single ones do: of the findings that are open or
// lost there are more by those that are New or CameBack, and fewer by those
// that are Fixed, GoneAway or Retired.
func Fold(moves []Move) Change {
	if len(moves) == 0 {
		return NoChange
	}
	was, is := moves[0].From, moves[len(moves)-1].To
	switch {
	case was.failing() && is.failing():
		return foldFailing(was, is)
	case is.failing() && was == Resolved:
		return CameBack
	case is.failing():
		return New
	case was.failing():
		return lastEnd(moves)
	case is == NoData && was != NoData:
		return Untold
	case is == Resolved && was == NoData:
		return Told
	}
	return NoChange
}

func foldFailing(was, is State) Change {
	switch {
	case is == Open:
		return Still
	case was == Open:
		return LostIt
	}
	return NoChange
}

// lastEnd is how the finding last ceased to fail.
func lastEnd(moves []Move) Change {
	end := NoChange
	for _, m := range moves {
		if m.From.failing() && !m.To.failing() {
			end = m.Change
		}
	}
	return end
}
