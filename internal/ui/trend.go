package ui

import (
	"fmt"
	"strings"
	"time"

	"plumbline/internal/listing"
	"plumbline/internal/score"
	"plumbline/web/parts"
)

// A canvas is where a trend is drawn: a time across, a score up.
type canvas struct {
	width, height          float64
	left, right, top, foot float64
	from, to               time.Time
	low                    int // score at the foot, in points
	labels                 int // how many dates
}

// trendOf draws the posture of days; nil where there are too few to draw. A
// posture holds until it changes, so the line goes in steps.
func trendOf(all []listing.Point, now time.Time) *parts.Trend {
	var ps []listing.Point
	for _, p := range all {
		if p.Posture.Assessed {
			ps = append(ps, p)
		}
	}
	if len(ps) < 2 || !ps[0].Day.Before(now) {
		return nil
	}
	t := &parts.Trend{Words: trendWords(ps)}
	lowest := 100
	for i, p := range ps {
		lowest = min(lowest, score.Whole(p.Posture.Low))
		d := parts.Day{Date: date(p.Day), Score: fmt.Sprint(score.Whole(p.Posture.Score)), Coverage: percent(p.Posture.Coverage),
			Range: fmt.Sprintf("%d–%d", score.Whole(p.Posture.Low), score.Whole(p.Posture.High))}
		if i > 0 && jumped(ps[i-1].Posture, p.Posture) {
			d.Note, t.Jumps = "not comparable with the day before", true
		}
		t.Days = append(t.Days, d)
	}
	low := max(0, min(lowest/10*10, 80))
	t.Wide = canvas{width: 740, height: 250, left: 34, right: 710, top: 22, foot: 220, from: ps[0].Day, to: now, low: low, labels: 6}.plot(ps)
	t.Narrow = canvas{width: 350, height: 206, left: 34, right: 326, top: 22, foot: 176, from: ps[0].Day, to: now, low: low, labels: 3}.plot(ps)
	return t
}

// jumped says that a step may not be called a rise or a fall: less was
// assessed, by more than two points, or at all while the score rose.
func jumped(was, is score.Posture) bool {
	fell := was.Coverage - is.Coverage
	return fell > 200 || fell > 0 && is.Score > was.Score
}

func trendWords(ps []listing.Point) string {
	first, last, jumps := ps[0], ps[len(ps)-1], 0
	for i := 1; i < len(ps); i++ {
		if jumped(ps[i-1].Posture, ps[i].Posture) {
			jumps++
		}
	}
	w := fmt.Sprintf("Posture over time: %d on %s, %d now, which could be between %d and %d.", score.Whole(first.Posture.Score), date(first.Day),
		score.Whole(last.Posture.Score), score.Whole(last.Posture.Low), score.Whole(last.Posture.High))
	if jumps > 0 {
		w += fmt.Sprintf(" %s not comparable with the day before, because less was assessed.", some(jumps, "day is", "days are"))
	}
	return w
}

func (c canvas) x(t time.Time) float64 {
	return c.left + (c.right-c.left)*float64(t.Sub(c.from))/float64(c.to.Sub(c.from))
}

func (c canvas) y(hundredths int) float64 {
	return c.foot - (c.foot-c.top)*(float64(hundredths)/100-float64(c.low))/float64(100-c.low)
}

func (c canvas) plot(ps []listing.Point) parts.Plot {
	f := func(v float64) string { return fmt.Sprintf("%.1f", v) }
	p := parts.Plot{Width: f(c.width), Height: f(c.height), Left: f(c.left), Right: f(c.right), Foot: f(c.foot + 24)}
	step := 10
	if 100-c.low > 50 {
		step = 25
	}
	for v := 100; v >= c.low; v -= step {
		p.Grid = append(p.Grid, parts.Mark{Text: fmt.Sprint(v), At: f(c.y(v * 100))})
	}
	p.Range, p.Line, p.Jumps = c.band(ps), c.steps(ps, false), c.steps(ps, true)
	x, y := c.x(c.to), c.y(ps[len(ps)-1].Posture.Score)
	p.Cord = fmt.Sprintf("M%.1f 2V%.1f", x, y-9)
	p.Bob = fmt.Sprintf("M%.1f %.1fl6.5 4.5-6.5 12-6.5-12z", x, y-11)
	p.Dates = c.dates()
	return p
}

// steps is the path of the score; with jumps, of those steps alone that are
// not comparable, and otherwise of all others.
func (c canvas) steps(ps []listing.Point, jumps bool) string {
	var b strings.Builder
	for i, p := range ps {
		x, y := c.x(p.Day), c.y(p.Posture.Score)
		jump := i > 0 && jumped(ps[i-1].Posture, p.Posture)
		switch {
		case jump && jumps:
			fmt.Fprintf(&b, "M%.1f %.1fV%.1f", x, c.y(ps[i-1].Posture.Score), y)
		case jumps:
			continue
		case i == 0 || jump:
			fmt.Fprintf(&b, "M%.1f %.1f", x, y)
		default:
			fmt.Fprintf(&b, "V%.1f", y)
		}
		if jumps {
			continue
		}
		end := c.to
		if i+1 < len(ps) {
			end = ps[i+1].Day
		}
		fmt.Fprintf(&b, "H%.1f", c.x(end))
	}
	return b.String()
}

// band is the path around what the score could come to.
func (c canvas) band(ps []listing.Point) string {
	var top, foot strings.Builder
	for i, p := range ps {
		end := c.to
		if i+1 < len(ps) {
			end = ps[i+1].Day
		}
		from, to := c.x(p.Day), c.x(end)
		fmt.Fprintf(&top, "L%.1f %.1fH%.1f", from, c.y(p.Posture.High), to)
	}
	for i := len(ps) - 1; i >= 0; i-- {
		end := c.to
		if i+1 < len(ps) {
			end = ps[i+1].Day
		}
		fmt.Fprintf(&foot, "L%.1f %.1fH%.1f", c.x(end), c.y(ps[i].Posture.Low), c.x(ps[i].Day))
	}
	return "M" + strings.TrimPrefix(top.String(), "L") + foot.String() + "Z"
}

func (c canvas) dates() []parts.Mark {
	var out []parts.Mark
	whole := c.to.Sub(c.from)
	for i := range c.labels - 1 {
		t := c.from.Add(whole * time.Duration(i) / time.Duration(c.labels-1))
		out = append(out, parts.Mark{Text: t.UTC().Format("2 Jan"), At: fmt.Sprintf("%.1f", c.x(t)), Anchor: map[bool]string{true: "start", false: "middle"}[i == 0]})
	}
	return append(out, parts.Mark{Text: "Today", At: fmt.Sprintf("%.1f", c.x(c.to)), Anchor: "end", Strong: true})
}
