package pages

import "plumbline/web/parts"

// Workload is one workload's page: what is known of it under four questions,
// the way in if there is one, and what the rules say.
type Workload struct {
	Frame    parts.Frame
	Title    string
	Provider string
	Lead     string
	Facts    []parts.Fact
	Blind    *Notice // why it could not be looked at closely
	Way      *Way    // the attack path; nil where there is none to tell of

	Metadata  Question
	Next      *Named // what the next instance of its group gets
	Reach     Question
	Openings  []Opening
	Ways      []Gateway // ways in that were looked at
	Power     Question
	Becomings []Becoming // trusted profiles that it may become; none where it does not choose
	Grants    []Grant
	Hidden    Question
	Secrets   []Secret

	Rows     []WorkloadFinding
	More     string // that there are more
	None     string // why no findings are listed
	All      Link   // the list of them
	Asked    *Asked // every rule that was asked of it
	Document *Link  // what the cloud said of it
}

// A WorkloadFinding is one finding on a workload.
type WorkloadFinding struct {
	Href, Title, Code string
	Severity          parts.Severity
	State             parts.Tag
	Risk, Say         string
}

// A Question about a workload: its answer in a word and in a sentence, and what
// is known.
type Question struct {
	Answer *State // nil where the workload was not looked at closely
	Say    string
	Facts  []parts.Fact
	Gaps   []string // why the lists below it may not be whole
	More   string   // that there is more than is shown
}

// Named facts.
type Named struct {
	Title, Lead string
	Facts       []parts.Fact
}

// An Opening is a range of ports that packets from the internet reach.
type Opening struct {
	Port, Family, From, Through, Return string
	Tag                                 parts.Tag
}

// A Gateway is a way in, gate by gate.
type Gateway struct {
	Title string
	State State
	Open  bool // unfolded
	Gates []Hop
}

// A Hop is a step of an attack path, or a gate of a way in.
type Hop struct {
	Tone   string // weak, shut, unsure, ""
	Title  string
	Detail string
	ID     string
	Tag    *parts.Tag
}

// A Becoming is a trusted profile that a workload may become.
type Becoming struct {
	Name, ID string
	How      []string // what lets it
	Power    State
}

// A Grant is a statement of a policy that gives an identity something.
type Grant struct {
	Level                 string
	Action, Resource, Why string
	Policy, Statement     string
	Holder                string     // the trusted profile that is given it; "" where there is but one identity
	Tag                   *parts.Tag // that it is inferred
}

// A Secret is one that was found: what and where, never what it says.
type Secret struct{ Kind, Place, Mark string }

// Asked is what every rule said of a workload.
type Asked struct {
	Sum  string
	Rows []Outcome
}

// An Outcome is what one rule said.
type Outcome struct {
	Rule, Href, Title, Say string
	Severity               parts.Severity
	Outcome                parts.Tag
}

// A Way is the attack path of a workload.
type Way struct {
	State    State
	Lead     string
	Hops     []Hop
	Shut     bool // a step is missing: nothing to cut
	Cheapest *Cut
	Others   []Cut
	Page     *Link // of the workload, where the path stands elsewhere
}

// A Cut is one change that breaks a path.
type Cut struct {
	Title, Why string
	Command    *parts.Code
	Rules      []Link
}
