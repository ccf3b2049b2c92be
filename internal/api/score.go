package api

import (
	"context"
	"time"

	"plumbline/internal/problem"
	"plumbline/internal/score"
)

const tagPosture = "Posture"

func (s *server) scores() {
	add(s, get("/posture", "get-posture", tagPosture, "Get the posture and what moved it",
		"Of all accounts within reach by their last finished scans, as the page “How the score works” shows it."), s.getPosture)
}

type postureIn struct {
	Since time.Time `query:"since" doc:"A moment to compare with. Absent: the finished scan before the last, of each account by itself."`
}

type wholePosture struct {
	Posture *posture  `json:"posture" doc:"Null if nothing was told."`
	Shares  []share   `json:"shares" doc:"How it adds up, the most severe first."`
	Moved   *movement `json:"moved" doc:"What moved it; null if there was no posture then, or is none now."`
}

type share struct {
	Severity string  `json:"severity"`
	Weight   int     `json:"weight" doc:"Of one judgement."`
	Rules    int     `json:"rules" doc:"Rules, each account's by itself."`
	Scaled   int     `json:"scaled" doc:"Of these: asked of more than 50 subjects, and scaled down to 50."`
	Pass     int     `json:"pass"`
	Fail     int     `json:"fail"`
	Unknown  int     `json:"unknown" doc:"Could not be told; no pass."`
	Passed   float64 `json:"weight_passed" doc:"In hundredths, rounded, as those that follow. The score is worked out before that."`
	Told     float64 `json:"weight_told" doc:"Passed and failed; the score is 100 × the sum of weight_passed ÷ the sum of this."`
	All      float64 `json:"weight_all" doc:"With what could not be told."`
}

type movement struct {
	Before     posture   `json:"before"`
	Comparable bool      `json:"comparable" doc:"False: the difference is neither a rise nor a fall, for less was told than then."`
	Points     float64   `json:"points" doc:"What the steps come to, exactly."`
	Steps      []movedBy `json:"steps" doc:"Reckoned one after another, in this order."`
}

type movedBy struct {
	Cause  string  `json:"cause" enum:"accounts left,accounts joined,rules changed,fixed,removed,newly failing,coverage,passing resources"`
	Points float64 `json:"points"`
	Count  int     `json:"judgements" doc:"How many it is about."`
}

func (s *server) getPosture(ctx context.Context, in *postureIn) (*replied[wholePosture], error) {
	if s.Scores == nil {
		return nil, problem.New(problem.NotFound, "This service keeps no scores.")
	}
	if in.Since.After(s.Now()) {
		return nil, problem.New(problem.Invalid, "since is in the future.")
	}
	counts, err := s.Scores.Counts(ctx)
	if err != nil {
		return nil, err
	}
	out := wholePosture{Posture: postureOf(score.PostureOf(counts)), Shares: each(score.SharesOf(counts), shareOf)}
	shifts, err := s.Scores.Shifts(ctx, in.Since)
	if err != nil {
		return nil, err
	}
	if m := score.MovementOf(shifts); m.Before.Assessed && m.After.Assessed {
		out.Moved = &movement{Before: *postureOf(m.Before), Comparable: m.Comparable, Points: percent(m.After.Score - m.Before.Score),
			Steps: each(m.Steps, func(x score.Step) movedBy { return movedBy{string(x.Cause), percent(x.Points), x.Count} })}
	}
	return reply(out), nil
}

func shareOf(s score.Share) share {
	return share{s.Severity.String(), s.Weight, s.Rules, s.Scaled, s.Pass, s.Fail, s.Unknown, weight(s.Passed), weight(s.Told), weight(s.All)}
}

// weight is a weight in millionths, rounded to hundredths.
func weight(millionths int64) float64 {
	return float64((millionths+5_000)/10_000) / 100
}
