package awsfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/power"
	"plumbline/internal/snapshot"
)

// worst is what a new instance gets at worst, where it may come to be in
// several ways: each option by itself, but only from ways in which it matters.
// Of a launch that is refused nothing matters, and where the endpoint is off
// neither tokens nor hop limit do. So "optional" here means that there is one
// way in which an instance is launched, its endpoint is on, and tokens are
// optional; and what is not known of one way leaves open what it could worsen.
func worst(ways []estate.Forecast) estate.Forecast {
	if len(ways) == 1 {
		return ways[0]
	}
	var w estate.Forecast
	w.Launches = anyLaunches(ways)
	launched := func(n *estate.Forecast) fact.Of[bool] { return n.Launches }
	w.Tokens, w.TokensBy = worstOption(ways, answers, rankOf("required", "optional"),
		func(n *estate.Forecast) (fact.Of[string], fact.Of[string]) { return n.Tokens, n.TokensBy })
	w.Endpoint, w.EndpointBy = worstOption(ways, launched, rankOf("disabled", "enabled"),
		func(n *estate.Forecast) (fact.Of[string], fact.Of[string]) { return n.Endpoint, n.EndpointBy })
	w.HopLimit, w.HopLimitBy = worstOption(ways, answers, ranking[int64]{maxHops, func(n int64) int { return int(n) }},
		func(n *estate.Forecast) (fact.Of[int64], fact.Of[string]) { return n.HopLimit, n.HopLimitBy })
	w.PublicIP = worstWord(ways, launched, rankOf(publicNo, publicSubnet, publicYes), func(n *estate.Forecast) fact.Of[string] { return n.PublicIP })
	levels := ranking[string]{power.Admin.Rank(), func(s string) int { return power.Level(s).Rank() }}
	w.Power = worstWord(ways, launched, levels, func(n *estate.Forecast) fact.Of[string] { return n.Power })
	w.AtLeast = worstWord(ways, launched, levels, func(n *estate.Forecast) fact.Of[string] { return n.AtLeast })
	w.ContainerHost = worstWord(ways, launched, ranking[bool]{1, rankBool}, func(n *estate.Forecast) fact.Of[bool] { return n.ContainerHost })
	return w
}

// answers says whether a way ends in an instance whose endpoint is on.
func answers(n *estate.Forecast) fact.Of[bool] {
	launches, known := n.Launches.Get()
	endpoint, on := n.Endpoint.Get()
	switch {
	case known && !launches:
		return n.Launches
	case on && endpoint == "disabled":
		return fact.Map(n.Endpoint, func(string) bool { return false })
	case !known:
		return n.Launches
	}
	return fact.Map(n.Endpoint, func(string) bool { return true })
}

// anyLaunches: one way that succeeds is enough for an instance to come to be.
func anyLaunches(ways []estate.Forecast) fact.Of[bool] {
	answer := fact.Of[bool]{}
	for i := range ways {
		yes, known := ways[i].Launches.Get()
		switch {
		case yes:
			return ways[i].Launches
		case i == 0 || !known:
			answer = ways[i].Launches
		}
	}
	return answer
}

// A ranking orders the values of an option, the worst highest.
type ranking[T comparable] struct {
	top  int
	rank func(T) int
}

// rankOf orders words from the best to the worst.
func rankOf(words ...string) ranking[string] {
	return ranking[string]{len(words) - 1, func(s string) int {
		for i, w := range words {
			if w == s {
				return i
			}
		}
		return -1
	}}
}

func rankBool(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A part is what one way adds to an option.
type part[T comparable] struct {
	value   fact.Of[T]
	by      fact.Of[string]
	matters fact.Of[bool]
}

func worstWord[T comparable](ways []estate.Forecast, matters func(*estate.Forecast) fact.Of[bool], r ranking[T],
	option func(*estate.Forecast) fact.Of[T]) fact.Of[T] {
	v, _ := worstOption(ways, matters, r, func(n *estate.Forecast) (fact.Of[T], fact.Of[string]) { return option(n), fact.Of[string]{} })
	return v
}

// worstOption finds the worst value of an option with who decides it.
func worstOption[T comparable](ways []estate.Forecast, matters func(*estate.Forecast) fact.Of[bool], r ranking[T],
	option func(*estate.Forecast) (fact.Of[T], fact.Of[string])) (fact.Of[T], fact.Of[string]) {
	var live, idle []part[T]
	for i := range ways {
		p := part[T]{matters: matters(&ways[i])}
		p.value, p.by = option(&ways[i])
		if yes, known := p.matters.Get(); known && !yes {
			idle = append(idle, p)
			continue
		}
		live = append(live, p)
	}
	if len(live) == 0 {
		return same(idle, true)
	}
	return r.worst(live)
}

// worst of the parts that matter, or may.
func (r ranking[T]) worst(live []part[T]) (fact.Of[T], fact.Of[string]) {
	var worst *part[T]
	high := -1
	for i := range live {
		p := &live[i]
		v, known := p.value.Get()
		if known && p.matters.Known() && r.rank(v) > high {
			worst, high = p, r.rank(v)
		}
	}
	if worst == nil {
		return same(live, false)
	}
	for i := range live {
		p := &live[i]
		v, known := p.value.Get()
		switch {
		case high == r.top:
		case !known:
			return p.value, unknownLike(p.value)
		case !p.matters.Known() && r.rank(v) > high:
			return fact.Unknown[T](p.matters.Why(), p.matters.From(), p.matters.Path()), unknownLike(p.matters)
		}
	}
	return worst.value, whoDecides(live, worst)
}

// whoDecides names the layer if all ways that lead to the worst agree on it,
// and nothing is open.
func whoDecides[T comparable](live []part[T], worst *part[T]) fact.Of[string] {
	value, _ := worst.value.Get()
	name, _ := worst.by.Get()
	for i := range live {
		v, known := live[i].value.Get()
		by, told := live[i].by.Get()
		if !known || !live[i].matters.Known() || v == value && (!told || by != name) {
			return differ[string](&live[i])
		}
	}
	return worst.by
}

// same is the value that all parts have. sure says that none of them matters;
// else it is not known whether they do, and not who decides either.
func same[T comparable](parts []part[T], sure bool) (fact.Of[T], fact.Of[string]) {
	first := parts[0]
	value, _ := first.value.Get()
	by, _ := first.by.Get()
	agreed := sure
	for i := range parts {
		v, known := parts[i].value.Get()
		name, told := parts[i].by.Get()
		switch {
		case !known:
			return parts[i].value, unknownLike(parts[i].value)
		case v != value:
			return differ[T](&parts[i]), differ[string](&parts[i])
		}
		agreed = agreed && told && name == by
	}
	if !agreed {
		return first.value, differ[string](&first)
	}
	return first.value, first.by
}

// differ: the ways lead to different answers, and none of them is certain to
// be the one.
func differ[U any, T comparable](p *part[T]) fact.Of[U] {
	return fact.Unknown[U](&fact.Reason{Cause: snapshot.UnknownValue, Detail: "differs from one way of launching to another"}, p.value.From(), p.value.Path())
}

func unknownLike[T any](f fact.Of[T]) fact.Of[string] {
	return fact.Map(f, func(T) string { return "" })
}
