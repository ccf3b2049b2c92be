package parts

// A Trend is a line over time, laid out twice so that its text is never too
// small to be read: for wide screens and for narrow ones.
type Trend struct {
	Words        string // what the picture shows, for those who do not see it
	Wide, Narrow Plot
	Jumps        bool // there are steps that are no rise and no fall
	Days         []Day
}

// A Day of a trend, for the table that holds the same.
type Day struct{ Date, Score, Range, Coverage, Note string }

// A Plot is a trend laid out: every number is a coordinate.
type Plot struct {
	Width, Height string
	Left, Right   string // ends of the lines across
	Grid          []Mark // values, with the height of each
	Dates         []Mark // dates, with where each stands
	Foot          string // height of the dates
	Range         string // path around what the score could come to
	Line          string // path of the score
	Jumps         string // path of the steps that are not comparable
	NowX, NowY    string
	Cord          string // path of the cord
	Bob           string // path of the bob
}

// A Mark is a text at a place.
type Mark struct {
	Text, At, Anchor string
	Strong           bool
}
