package path

import (
	"plumbline/internal/estate"
	"plumbline/internal/power"
)

// Kinds of steps, and of the step that a cut path lacks.
const (
	KindInternet = "internet"
	KindGate     = "gate"
	KindWorkload = "workload"
	KindMetadata = "metadata"
	KindIdentity = "identity"
	KindPower    = "power"
)

// Of finds the way to a workload's credentials.
//
// It is whole where each step is certain: any source reaches the workload, its
// metadata service answers a request that a program can be made to send, and the
// identity behind it may do harm. It is cut as soon as one step is certainly
// missing, whatever is unknown of the others. A workload that is gone has none.
func Of(w *estate.Workload) Path {
	if state, _ := w.State.Get(); state == "terminated" || state == "shutting-down" {
		return Path{}
	}
	p := Path{State: Whole, Steps: append(wayIn(w), workloadStep(w), metadataStep(w))}
	identity := identityStep(w)
	p.Steps = append(p.Steps, identity)
	if identity.Passes {
		p.Steps = append(p.Steps, powerStep(w))
	}
	for _, s := range p.Steps {
		if !s.Passes {
			p.State, p.Broken = Cut, s.Kind
			return p
		}
		if !s.Certain {
			p.State = Possible
		}
	}
	p.Cuts = cuts(w)
	return p
}

func workloadStep(w *estate.Workload) Step {
	title := w.ID
	if w.Name != "" {
		title += " (" + w.Name + ")"
	}
	request := "a request"
	if choosesProtocol(w) {
		request = "a PUT with a header of its own" // as protocolStep wants it
	}
	return Step{Kind: KindWorkload, Title: title, Detail: "a program on it can be made to send " + request + ", or is taken over",
		ID: w.UID, Passes: true, Certain: true, From: w.State.From()}
}

// metadataStep says whether the service answers what a program can be made to
// send. A session token has to be fetched by a request that programs are not
// made to send, and a bound process is not theirs.
func metadataStep(w *estate.Workload) Step {
	m := &w.Metadata
	s := Step{Kind: KindMetadata, Title: "Metadata service", ID: w.UID, From: m.Class.From(), Path: m.Class.Path(), Certain: m.Class.Known()}
	class, known := m.Class.Get()
	if choosesProtocol(w) && (!known || class == estate.ClassSessionToken) {
		return protocolStep(s, m)
	}
	s.Detail, s.Passes = classes[class].detail, classes[class].passes
	if known {
		return s
	}
	s.Detail, s.Passes = "what it takes to be answered is not known: "+m.Class.Why().String(), true
	tokens, _ := m.Tokens.Get()
	if inForce, _ := m.Applied.Get(); inForce && tokens == "required" {
		s.Detail, s.Passes, s.Certain = "answers only with a session token, if it answers at all", false, true
	}
	return s
}

// choosesProtocol says that the owner may have the service answer by plain HTTP
// or by HTTPS. It wants a session token in any case: the weakness is that a
// program that passes whole requests on can be made to fetch one.
func choosesProtocol(w *estate.Workload) bool { return protocolChosen[w.Provider] }

func protocolStep(s Step, m *estate.Metadata) Step {
	protocol, known := m.Protocol.Get()
	s.Passes = protocol != "https"
	switch {
	case !known:
		s.Certain, s.Detail = false, "wants a session token; whether it answers by plain HTTP is not known: "+m.Protocol.Why().String()
		return s
	case s.Passes && !s.Certain:
		s.Detail = "answers by plain HTTP, if it answers at all, whoever first fetches a session token by a PUT"
	case s.Passes:
		s.Detail = "answers by plain HTTP whoever first fetches a session token by a PUT"
	default:
		s.Certain, s.Detail = true, "answers only by HTTPS, by its own name and with a session token"
	}
	s.From, s.Path = m.Protocol.From(), m.Protocol.Path()
	return s
}

var classes = map[string]struct {
	detail string
	passes bool
}{
	estate.ClassUnauthGet:    {"answers a plain request", true},
	estate.ClassStaticHeader: {"answers every request with a fixed header, which no setting changes", true},
	estate.ClassSessionToken: {"answers only with a session token", false},
	estate.ClassProcessBound: {"answers only certain processes", false},
	estate.ClassOff:          {"does not answer", false},
}

func identityStep(w *estate.Workload) Step {
	i := &w.Identity
	s := Step{Kind: KindIdentity, Title: "Identity", From: i.Name.From(), Path: i.Name.Path()}
	name, known := i.Name.Get()
	role, roleKnown := i.Role.Get()
	switch {
	case known && name == "":
		s.Certain, s.Detail = true, "nothing is bound to the workload, so there are no credentials to read"
	case roleKnown && role == "":
		s.Certain, s.Detail = true, "no role stands behind "+name
	case !known:
		s.Passes, s.Detail = true, "what is bound is not known: "+i.Name.Why().String()
	default:
		s.Passes, s.Certain, s.ID = true, true, name
		s.Title, s.Detail = "Identity "+last(name), becoming(i, name)+"its credentials are handed to whoever asks"
		if role != "" {
			s.ID, s.Title = role, "Role "+last(role)
		}
		if how, _ := i.Mechanism.Get(); how == estate.ByDefault || how == estate.ByLink || how == estate.ByClaimRule {
			s.Title = "Trusted profile " + calledBy(i, s.ID)
		}
	}
	return s
}

// calledBy is what the owner calls a profile, or else the last part of its uid.
func calledBy(i *estate.Identity, uid string) string {
	for _, b := range i.Profiles.Items() {
		if b.Principal == uid && b.Name != "" {
			return b.Name
		}
	}
	return last(uid)
}

// becoming says by what a workload may become an identity, where that is not
// bound to it outright; "" otherwise.
func becoming(i *estate.Identity, name string) string {
	for _, b := range i.Profiles.Items() {
		if b.Principal != name && b.Name != name {
			continue
		}
		switch b.Mechanism {
		case estate.ByClaimRule:
			return "the server fits the claim rule " + b.By + " and may become it; "
		case estate.ByLink:
			return "it is linked to the server; "
		case estate.ByDefault:
			return "it is the server's default; "
		}
	}
	return ""
}

// harmful says whether a power is worth the way: an attacker changes something,
// reads what is stored, or gets more. Where no setting of the service can close
// the way, or a token has to be fetched first, only what takes the account over
// counts.
func harmful(level string, w *estate.Workload) bool {
	least := power.DataRead
	if class, _ := w.Metadata.Class.Get(); class == estate.ClassStaticHeader || choosesProtocol(w) {
		least = power.Escalation
	}
	return power.Level(level).Rank() >= least.Rank()
}

func powerStep(w *estate.Workload) Step {
	i := &w.Identity
	s := Step{Kind: KindPower, Title: "Power", ID: stepID(i), From: i.Power.From(), Path: i.Power.Path()}
	most, known := i.Power.Get()
	least, sure := i.AtLeast.Get()
	switch {
	case sure && harmful(least, w):
		s.Passes, s.Certain, s.Detail = true, true, mayDo(least)
		s.From, s.Path = i.AtLeast.From(), i.AtLeast.Path()
	case known && !harmful(most, w):
		s.Certain, s.Detail = true, mayDo(most)
		if power.Level(most).Rank() >= power.DataRead.Rank() {
			s.Detail += ", which takes no account over: where no plain request is answered, only that counts"
		}
	case known: // by statements whose conditions are taken to be met, see Grant.Inferred
		s.Passes, s.Certain, s.Detail = true, true, mayDo(most)
	default:
		s.Passes, s.Detail = true, "what it may do is not known: "+i.Power.Why().String()
	}
	if g := i.Grants.Items(); len(g) > 0 && s.Passes {
		s.Detail += "; " + granted(&g[0])
		if g[0].From != nil && s.Certain {
			s.From, s.Path = g[0].From, g[0].Path
		}
	}
	return s
}

func stepID(i *estate.Identity) string {
	if role, _ := i.Role.Get(); role != "" {
		return role
	}
	name, _ := i.Name.Get()
	return name
}

func granted(g *estate.Grant) string {
	text := g.Policy + " allows " + g.Action + " on " + g.Resource
	if g.Why != "" {
		text += ": " + g.Why
	}
	if g.Inferred {
		text += " (its conditions are taken to be met)"
	}
	return text
}

// mayDo says a level of power in words that go on after "it".
func mayDo(level string) string {
	if words, ok := levels[power.Level(level)]; ok {
		return words
	}
	return "has the power " + level
}

var levels = map[power.Level]string{
	power.Admin:      "may do everything in the account",
	power.Escalation: "may give itself more than it has",
	power.Write:      "may change data, security or network services",
	power.DataRead:   "may read what is stored",
	power.Read:       "may list and describe, and no more",
	power.Limited:    "may write logs and metrics, or touch single things, and no more",
	power.None:       "may do nothing",
}
